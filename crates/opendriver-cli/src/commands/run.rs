//! `opendriver run`: scripts of calls, played and compared with what they expect.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use opendriver_testkit::script::Statement;
use opendriver_testkit::{
    Comparison, Expected, Format, Line, Outcome, Player, Recording, Scripted, Trace, Verdict, summary,
};
use serde_json::{Value, json};

use crate::args::{Global, RunArgs};
use crate::messages::Failure;
use crate::output::{Output, visible};

/// A library of the user's, and the name under which scripts open it.
struct Own {
    name: String,
    library: PathBuf,
}

/// Plays all files and reports on them; or, to record, plays one and prints it with what happens.
pub(crate) fn run(global: &Global, args: &RunArgs, out: Output) -> Result<(), Failure> {
    if global.config.is_some() {
        return Err(Failure::run("scripts bring their own configuration; leave out --config".to_owned()));
    }
    let own = args.driver.iter().map(|argument| own(argument)).collect::<Result<Vec<Own>, _>>()?;
    let files = expand(&args.files)?;
    if args.record {
        let [file] = &files[..] else {
            let text = format!("--record takes one file, and there are {}", files.len());
            return Err(Failure::run(text));
        };
        return record(global, file, &own, out);
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    for file in &files {
        let outcome = outcome(global, file, &own);
        if args.format == "text" && !out.is_json() {
            out.plain(&visible(&outcome.to_string()))?;
        }
        outcomes.push(outcome);
    }
    match args.format.as_str() {
        _ if out.is_json() => out.document(&document(&outcomes))?,
        "tap" => out.plain(&Format::Tap.report(&outcomes))?,
        "junit" => out.plain(&Format::Junit.report(&outcomes))?,
        _ => out.plain(&summary(&outcomes))?,
    }
    if outcomes.iter().all(|outcome| outcome.verdict.is_good()) {
        return Ok(());
    }
    Err(Failure::scripts(outcomes.iter().any(|outcome| matches!(outcome.verdict, Verdict::Error(_)))))
}

fn own(argument: &OsStr) -> Result<Own, Failure> {
    let text = argument.to_str().ok_or_else(|| {
        Failure::run(format!(
            "--driver {argument:?} is not valid Unicode; give a link of another name to the file"
        ))
    })?;
    let (name, library) = match text.split_once('=') {
        // A path may have the sign in it, a file name of a script hardly.
        Some((name, library)) if !name.contains(['/', '\\']) && !name.is_empty() => {
            (name.to_owned(), PathBuf::from(library))
        }
        _ => {
            let library = PathBuf::from(text);
            let name = library.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, library)
        }
    };
    if !library.is_file() {
        return Err(Failure::run(format!("--driver {text}: there is no file {}", library.display())));
    }
    Ok(Own { name, library })
}

/// The files, and those of the directories among them.
fn expand(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path)
            .map_err(|error| Failure::run(format!("{} cannot be listed: {error}", path.display())))?;
        let wanted = |path: &PathBuf| {
            let name = path.to_string_lossy();
            name.ends_with(".script") || name.ends_with(".json") && !name.ends_with(".expected.json")
        };
        let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(wanted).collect();
        if inside.is_empty() {
            return Err(Failure::run(format!("{} has no .script and no .json file", path.display())));
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

/// Reads and plays a file.
fn play(global: &Global, file: &Path, own: &[Own]) -> Result<(Recording, Trace), Failure> {
    let mut recording = Recording::read(file).map_err(|error| Failure::script(&error))?;
    recording.name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let personality = global.personality.or(recording.personality).unwrap_or_default();
    let mut drivers = Scripted::standard();
    for Own { name, library } in own {
        drivers = drivers.library(name, library);
    }
    refuse_rules_for(own, file, &recording)?;
    let trace = Player::new(personality)
        .play(&recording, drivers)
        .map_err(|error| Failure::script(&error).in_file(file))?;
    Ok((recording, trace))
}

/// Rules are for scripted drivers; for a library they would silently do nothing.
fn refuse_rules_for(own: &[Own], file: &Path, recording: &Recording) -> Result<(), Failure> {
    let script = recording.script().map_err(|error| Failure::script(&error).in_file(file))?;
    for statement in &script.statements {
        let Statement::Rule(rule) = statement else { continue };
        let Some(driver) = &rule.driver else { continue };
        let stem = |own: &&Own| Path::new(&own.name).file_stem() == Some(OsStr::new(driver));
        if let Some(own) = own.iter().find(stem) {
            let text = format!(
                "{}:{}: the rule is for {driver}, which is the library {}; rules are for scripted drivers",
                file.display(),
                rule.line,
                own.library.display()
            );
            return Err(Failure::run(text));
        }
    }
    Ok(())
}

fn outcome(global: &Global, file: &Path, own: &[Own]) -> Outcome {
    let start = Instant::now();
    let (name, verdict) = match play(global, file, own) {
        Ok((recording, trace)) => {
            let comparison = Comparison::of(&recording, &trace);
            let verdict = if !comparison.is_same() {
                let crashed = recording.crashed().then(|| "the recorded system crashed".to_owned());
                Verdict::Differs(comparison, crashed)
            } else if recording.expected == Expected::Nothing {
                Verdict::Unexpecting
            } else {
                Verdict::Same
            };
            (recording.name, verdict)
        }
        Err(failure) => {
            let stem = file.file_stem().unwrap_or_default();
            (stem.to_string_lossy().into_owned(), Verdict::Error(failure.into_text()))
        }
    };
    Outcome { name, verdict, elapsed: start.elapsed() }
}

fn record(global: &Global, file: &Path, own: &[Own], out: Output) -> Result<(), Failure> {
    let (mut recording, trace) = play(global, file, own)?;
    recording.personality = Some(global.personality.or(recording.personality).unwrap_or_default());
    recording.expected = Expected::Events(trace.events);
    if recording.profile_after.is_some() {
        recording.profile_after = trace.profile_after;
    }
    let is_json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let text = if is_json || out.is_json() { recording.to_json() } else { recording.to_text() };
    Ok(out.plain(&text)?)
}

fn document(outcomes: &[Outcome]) -> Value {
    let results = outcomes.iter().map(|outcome| {
        let mut result = json!({ "name": outcome.name, "elapsed_ms": outcome.elapsed.as_millis() as u64 });
        match &outcome.verdict {
            Verdict::Same => result["result"] = "same".into(),
            Verdict::Unexpecting => result["result"] = "played".into(),
            Verdict::Error(error) => {
                result["result"] = "error".into();
                result["error"] = error.as_str().into();
            }
            Verdict::Differs(comparison, known) => {
                result["result"] = "different".into();
                result["note"] = json!(known);
                let pick = |want: fn(&Line) -> Option<&String>| -> Vec<&String> {
                    comparison.lines.iter().filter_map(want).collect()
                };
                result["missing"] = json!(pick(|line| match line {
                    Line::Missing(text) => Some(text),
                    _ => None,
                }));
                result["extra"] = json!(pick(|line| match line {
                    Line::Extra(text) => Some(text),
                    _ => None,
                }));
                result["diff"] = comparison.to_string().into();
            }
        }
        result
    });
    let good = outcomes.iter().filter(|outcome| outcome.verdict.is_good()).count();
    json!({ "played": outcomes.len(), "as_expected": good, "results": results.collect::<Vec<Value>>() })
}

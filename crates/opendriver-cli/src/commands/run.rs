//! `opendriver run`: scripts of calls, played and compared with what they expect.
//!
//! ```text
//! files -> Recording -> an order for a process of its own (process)
//!                           -> plays it, writes a journal (child)
//!       <- Verdict <- the journal, and how the process ended
//! ```

mod child;
mod document;
mod drivers;
mod interrupt;
mod journal;
mod process;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use opendriver_testkit::{
    Comparison, Expected, Format, Outcome, Recording, RecordingError, Trace, Verdict, constant, normalised,
};

pub(crate) use self::child::play_one;
use self::drivers::Own;
use self::interrupt::Interrupt;
use crate::args::{Global, RunArgs};
use crate::messages::Failure;
use crate::output::{Output, visible};

/// What becomes of every script.
struct Run<'a> {
    /// What of it is about standard error is handed on to the process of a script.
    global: &'a Global,
    args: &'a RunArgs,
    own: Vec<Own>,
    interrupt: Interrupt,
}

/// How a play went.
struct Ended {
    trace: Trace,
    /// What became of the process, if it did not come to the end of the script.
    how: Option<String>,
}

/// Plays all files and reports on them; or, to record, plays one and prints it with what happens.
pub(crate) fn run(global: &Global, args: &RunArgs, out: Output) -> Result<(), Failure> {
    if global.config.is_some() {
        return Err(Failure::run("scripts bring their own configuration; leave out --config".to_owned()));
    }
    if global.json && args.format.is_some() {
        let text = "--json is a form of the report as well; leave out --json or --format";
        return Err(Failure::run(text.to_owned()));
    }
    let own = args.driver.iter().map(|argument| Own::parse(argument)).collect::<Result<Vec<Own>, _>>()?;
    let files = expand(&args.files)?;
    // In this process there is nobody else who could end a script that hangs.
    let interrupt = if args.in_process { Interrupt::default() } else { Interrupt::listen()? };
    let run = Run { global, args, own, interrupt };
    if args.record {
        let [file] = &files[..] else {
            let text = format!("--record takes one file, and there are {}", files.len());
            return Err(Failure::run(text));
        };
        return run.record(file, out);
    }
    run.report(&files, out)
}

impl Run<'_> {
    fn report(&self, files: &[PathBuf], out: Output) -> Result<(), Failure> {
        let format = match self.args.format.as_deref() {
            Some("tap") => Format::Tap,
            Some("junit") => Format::Junit,
            _ => Format::Text,
        };
        let write = |text: String| match (out.is_json(), format) {
            (true, _) => Ok(()),
            (false, Format::Text) => to_whom_it_concerns(out.plain(&visible(&text))),
            (false, _) => to_whom_it_concerns(out.plain(&text)),
        };
        write(format.head(files.len()))?;
        let mut outcomes: Vec<Outcome> = Vec::new();
        for (file, name) in files.iter().zip(names(files)) {
            let outcome = if self.interrupt.pending().is_some() {
                let verdict = Verdict::NotPlayed("interrupted before it was played".to_owned());
                Outcome { name, verdict, elapsed: Duration::ZERO }
            } else {
                self.outcome(file, name)
            };
            write(format.entry(outcomes.len() + 1, &outcome))?;
            outcomes.push(outcome);
        }
        write(format.tail(&outcomes))?;
        if out.is_json() {
            to_whom_it_concerns(out.document(&document::of(&outcomes)))?;
        }
        if let Some(signal) = self.interrupt.pending() {
            return Err(Failure::interrupted(signal));
        }
        if outcomes.iter().all(|outcome| outcome.verdict.is_good()) {
            return Ok(());
        }
        Err(Failure::scripts(outcomes.iter().any(|outcome| matches!(outcome.verdict, Verdict::Error(_)))))
    }

    fn outcome(&self, file: &Path, name: String) -> Outcome {
        let start = Instant::now();
        let verdict = self.verdict(file).unwrap_or_else(|failure| Verdict::Error(failure.into_text()));
        Outcome { name, verdict, elapsed: start.elapsed() }
    }

    fn verdict(&self, file: &Path) -> Result<Verdict, Failure> {
        let (recording, ended) = self.play(file)?;
        if let Some(how) = ended.how {
            return Ok(stopped(recording, &ended.trace, how));
        }
        let comparison = Comparison::of(&recording, &ended.trace);
        if self.args.bless {
            if comparison.is_same() && recording.expected != Expected::Nothing {
                return Ok(Verdict::Same);
            }
            let again = self.again(file)?;
            if let Some(how) = again.how {
                return Ok(stopped(recording, &again.trace, how));
            }
            let changed =
                recording.bless(&ended.trace, &again.trace).map_err(|error| Failure::script(&error))?;
            return Ok(if changed { Verdict::Written } else { Verdict::Same });
        }
        Ok(if !comparison.is_same() {
            let crashed = recording.crashed().then(|| "the recorded system crashed".to_owned());
            Verdict::Differs(comparison, crashed)
        } else if recording.expected == Expected::Nothing {
            Verdict::Unexpecting(normalised(&ended.trace.events))
        } else {
            Verdict::Same
        })
    }

    /// Reads and plays a file.
    fn play(&self, file: &Path) -> Result<(Recording, Ended), Failure> {
        let mut recording = Recording::read(file).map_err(|error| Failure::script(&error))?;
        recording.name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let wrong = |error: RecordingError| Failure::script(&error);
        drivers::scripted(&self.own).check_rules(&recording).map_err(wrong)?;
        let personality = self.global.personality.or(recording.personality).unwrap_or_default();
        recording.personality = Some(personality);
        let ended = if self.args.in_process {
            let played = child::play_here(&recording, drivers::scripted(&self.own), None);
            let trace = played.map_err(|problem| Failure::unplayable(problem.located(&recording)))?;
            Ended { trace, how: None }
        } else {
            process::play(&recording, self)?
        };
        Ok((recording, ended))
    }

    /// Plays a file once more, to see what is another then.
    fn again(&self, file: &Path) -> Result<Ended, Failure> {
        let (_, Ended { trace, how }) = self.play(file)?;
        Ok(Ended { trace, how: how.map(|how| format!("played a second time: {how}")) })
    }

    /// The trace of a play that is to be recorded, which it is only as a whole.
    fn whole(&self, file: &Path, Ended { trace, how }: Ended) -> Result<Trace, Failure> {
        let Some(how) = how else { return Ok(trace) };
        if let Some(signal) = self.interrupt.pending() {
            return Err(Failure::interrupted(signal));
        }
        let until: String = normalised(&trace.events).iter().map(|line| format!("\n  {line}")).collect();
        Err(Failure::stopped(format!("{}: {how}; until then:{until}", file.display())))
    }

    fn record(&self, file: &Path, out: Output) -> Result<(), Failure> {
        let (mut recording, ended) = self.play(file)?;
        let trace = self.whole(file, ended)?;
        recording.exit_code = trace.exit_code().filter(|code| *code != 0 || recording.exit_code.is_some());
        let is_json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let is_json = is_json || out.is_json();
        if recording.profile_after.is_some() {
            recording.profile_after = trace.profile_after.clone();
        }
        recording.expected = match is_json {
            true => Expected::Events(trace.events),
            false => Expected::Lines(constant(&trace, &self.whole(file, self.again(file)?)?)),
        };
        let text = if is_json { recording.to_json() } else { recording.to_text() };
        Ok(out.plain(&text)?)
    }
}

/// The verdict on a play that did not come to the end of the script.
fn stopped(mut recording: Recording, trace: &Trace, how: String) -> Verdict {
    // Nobody has looked at SYSTEM.INI.
    recording.profile_after = None;
    let comparison = Comparison::of(&recording, trace);
    Verdict::Stopped { how, comparison }
}

/// What became of writing a part of the report. A reader that has seen enough of it does not decide how the scripts
/// go: they are played to the end, and the exit code says how they went.
fn to_whom_it_concerns(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
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

/// What the report calls the files: by their names without extension, and where two have the same, by their paths.
fn names(files: &[PathBuf]) -> Vec<String> {
    let stem = |file: &PathBuf| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut times: HashMap<String, usize> = HashMap::new();
    files.iter().for_each(|file| *times.entry(stem(file)).or_default() += 1);
    let name = |file: &PathBuf| {
        let stem = stem(file);
        if times[&stem] > 1 { file.display().to_string() } else { stem }
    };
    files.iter().map(name).collect()
}

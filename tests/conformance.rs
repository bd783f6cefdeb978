//! The promise: under personality `wine` every recording of Wine 8.0 gives the identical trace, but for the exceptions
//! in `expected/exceptions.toml`; under `win32` and `win31` it gives the same or a trace that is kept beside it, and
//! rows of the personality table account for every difference.
//!
//! Each recording is played in a process of its own, with shared libraries of this system under the very names, and
//! what the traces show is what the drivers saw.
//!
//! `OPENDRIVER_BLESS=1` writes the traces and rows anew, those of `wine` first: run it twice. What it writes is to be
//! read before it is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use opendriver::Personality;
use opendriver_config::Settings;
use opendriver_testkit::{Comparison, Event, Expected, Player, Recording, Scripted, Trace};
use opendriver_tests::replay::play_ordered;
use opendriver_tests::rows::{ROWS, Row};
use opendriver_tests::{Replay, replay};
use serde::Deserialize;

/// Why a recording may be an exception. No other reasons are accepted.
const KINDS: &[&str] = &[
    "wine crashed",
    "one LOAD at a time",
    "stale handle",
    "no unloading under a call",
    "file names",
    "windows facility",
    "host loader",
];

/// A recording that our `wine` rightly does not follow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    name: String,
    kind: String,
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

/// By personality and recording, the rows that account for the difference.
type Differences = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn blessing() -> bool {
    std::env::var_os("OPENDRIVER_BLESS").is_some_and(|value| value == "1")
}

fn recordings() -> Vec<PathBuf> {
    let entries = fs::read_dir(here("recordings")).expect("the recordings are part of the tests");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(paths.len() > 100, "only {} recordings", paths.len());
    paths
}

fn name_of(recording: &Path) -> String {
    recording.file_stem().expect("a name").to_string_lossy().into_owned()
}

fn exceptions() -> Vec<Exception> {
    let text = fs::read_to_string(here("expected/exceptions.toml")).expect("the list of exceptions");
    toml::from_str::<Exceptions>(&text).unwrap_or_else(|error| panic!("{error}")).exception
}

fn differences() -> Differences {
    let text = fs::read_to_string(here("expected/differences.toml")).unwrap_or_default();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn expected_file(personality: Personality, name: &str) -> PathBuf {
    here(&format!("expected/{personality}/{name}.txt"))
}

/// What is expected of a recording under a personality instead of what it says itself.
fn instead(recording: &Recording, file: &Path) -> Option<Recording> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_profile = |line: &String| line.starts_with("SYSTEM.INI ");
    lines.retain(|line| !line.is_empty());
    let mut instead = recording.clone();
    if recording.profile_after.is_some() {
        let after: Vec<String> = lines.iter().filter(|line| is_profile(line)).cloned().collect();
        let text = |line: &String| -> String {
            serde_json::from_str(line.trim_start_matches("SYSTEM.INI ")).expect("a JSON string")
        };
        instead.profile_after = Some(after.iter().map(text).collect());
        lines.retain(|line| !is_profile(line));
    }
    instead.expected = Expected::Lines(lines);
    Some(instead)
}

/// A trace as lines, as they are kept.
fn lines_of(recording: &Recording, trace: &Trace) -> String {
    let nothing = Recording {
        expected: Expected::Lines(Vec::new()),
        profile_after: recording.profile_after.as_ref().map(|_| String::new()),
        ..recording.clone()
    };
    let comparison = Comparison::of(&nothing, trace);
    comparison
        .lines
        .into_iter()
        .map(|line| match line {
            opendriver_testkit::Line::Same(text) | opendriver_testkit::Line::Extra(text) => text + "\n",
            opendriver_testkit::Line::Missing(_) => String::new(),
        })
        .collect()
}

/// Does something with each recording, on all processors, and fails with all complaints at once.
fn with_each(check: impl Fn(&Path, &Recording) -> Result<(), String> + Sync) {
    let recordings = recordings();
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(path) = recordings.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let recording = Recording::read(path).unwrap_or_else(|error| panic!("{error}"));
                    if let Err(complaint) = check(path, &recording) {
                        complaints.lock().expect("no panic").push(format!("{}: {complaint}", name_of(path)));
                    }
                }
            });
        }
    });
    let mut complaints = complaints.into_inner().expect("no panic");
    complaints.sort();
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

fn play(path: &Path, personality: Personality, switches: Vec<String>) -> Result<Trace, String> {
    let mut trace = replay(&Replay { recording: path.to_path_buf(), personality, switches })?;
    // In which order the end of a process unloads its libraries is this system's affair; recordings have the latest
    // first.
    let ends = |event: &Event| event.kind == "detach" && event.get("exiting") == Some(&true.into());
    for run in trace.events.chunk_by_mut(|one, next| ends(one) && ends(next)) {
        if ends(&run[0]) {
            run.sort_by_key(|event| std::cmp::Reverse(event.text("m")[1..].parse::<usize>().ok()));
        }
    }
    Ok(trace)
}

/// Whether the trace is what the recording says, and the difference.
fn compare(recording: &Recording, trace: &Trace) -> Result<(), String> {
    let comparison = Comparison::of(recording, trace);
    if comparison.is_same() { Ok(()) } else { Err(format!("another trace\n{comparison}")) }
}

#[test]
fn wine_gives_every_recorded_trace_but_for_the_exceptions() {
    let exceptions = exceptions();
    with_each(|path, recording| {
        let name = name_of(path);
        let trace = play(path, Personality::Wine, Vec::new())?;
        let exception = exceptions.iter().find(|exception| exception.name == name);
        let followed = compare(recording, &trace);
        if exception.is_none() {
            return followed;
        }
        if followed.is_ok() {
            return Err("it is an exception, and the trace is identical after all".to_owned());
        }
        let file = expected_file(Personality::Wine, &name);
        if blessing() {
            fs::write(&file, lines_of(recording, &trace)).map_err(|error| error.to_string())?;
        }
        match instead(recording, &file) {
            Some(right) => compare(&right, &trace),
            None => Err(format!("{} with the right trace is missing", file.display())),
        }
    });
}

#[test]
fn exceptions_are_recordings_of_the_accepted_kinds_with_a_reason() {
    let names: BTreeSet<String> = recordings().iter().map(|path| name_of(path)).collect();
    let mut seen = BTreeSet::new();
    for Exception { name, kind, reason } in exceptions() {
        assert!(names.contains(&name), "there is no recording {name}");
        assert!(
            KINDS.contains(&kind.as_str()),
            "{name}: {kind} is no kind of exception; there are {KINDS:?}"
        );
        assert!(reason.len() > 20, "{name}: the reason says nothing");
        assert!(seen.insert(name.clone()), "{name} is there twice");
        let recording =
            Recording::read(&here("recordings").join(format!("{name}.json"))).expect("it is there");
        assert_eq!(kind == "wine crashed", recording.crashed(), "{name}: whether Wine crashed");
    }
    for entry in fs::read_dir(here("expected/wine")).expect("it is there") {
        let name = name_of(&entry.expect("it can be listed").path());
        assert!(seen.contains(&name), "{name} has a right trace and is no exception");
    }
}

#[test]
fn win32_differs_only_by_rows_of_the_table() {
    rows_account_for_all_differences(Personality::Win32);
}

#[test]
fn win31_differs_only_by_rows_of_the_table() {
    rows_account_for_all_differences(Personality::Win31);
}

fn rows_account_for_all_differences(personality: Personality) {
    let all = differences();
    let explained = all.get(personality.as_str()).cloned().unwrap_or_default();
    let blessed = Mutex::new(BTreeMap::new());
    with_each(|path, recording| {
        let name = name_of(path);
        let trace = play(path, personality, Vec::new())?;
        // What the same manager does as `wine`: the recording, or the right trace of an exception.
        let base =
            instead(recording, &expected_file(Personality::Wine, &name)).unwrap_or_else(|| recording.clone());
        let file = expected_file(personality, &name);
        let difference = compare(&base, &trace);
        if blessing() && difference.is_err() {
            fs::write(&file, lines_of(recording, &trace)).map_err(|error| error.to_string())?;
            let right = instead(recording, &file).expect("it was just written");
            let rows = rows_that_account(path, personality, &right)?;
            blessed.lock().expect("no panic").insert(name.clone(), rows);
            return Ok(());
        }
        if blessing() {
            return if file.exists() {
                fs::remove_file(&file).map_err(|error| error.to_string())
            } else {
                Ok(())
            };
        }
        let rows = match (difference, explained.get(&name)) {
            (Ok(()), None) if file.exists() => return Err(format!("{} is not needed", file.display())),
            (Ok(()), None) => return Ok(()),
            (Ok(()), Some(rows)) => {
                return Err(format!("the rows {rows:?} explain nothing: the trace is the same"));
            }
            (Err(difference), None) => return Err(format!("no row explains this: {difference}")),
            (Err(_), Some(rows)) => rows,
        };
        let right = instead(recording, &file).ok_or_else(|| format!("{} is missing", file.display()))?;
        compare(&right, &trace)?;
        check_rows(path, personality, rows, &right)
    });
    if blessing() {
        bless(personality, blessed.into_inner().expect("no panic"));
    }
    let names: BTreeSet<String> = recordings().iter().map(|path| name_of(path)).collect();
    for name in explained.keys() {
        assert!(names.contains(name), "there is no recording {name}");
    }
}

/// `wine` with these rows as in `personality` gives the trace, and with any one less it does not.
fn check_rows(
    path: &Path,
    personality: Personality,
    rows: &[String],
    right: &Recording,
) -> Result<(), String> {
    let rows: Vec<&Row> = rows
        .iter()
        .map(|name| Row::named(name).ok_or_else(|| format!("the table has no row {name:?}")))
        .collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Err("no row is named".to_owned());
    }
    let lines = |rows: &[&Row]| rows.iter().flat_map(|row| row.lines(personality)).collect::<Vec<_>>();
    let trace = play(path, Personality::Wine, lines(&rows))?;
    compare(right, &trace)
        .map_err(|difference| format!("the rows do not account for all of it: {difference}"))?;
    for left_out in &rows {
        let others: Vec<&Row> = rows.iter().copied().filter(|row| row != left_out).collect();
        if compare(right, &play(path, Personality::Wine, lines(&others))?).is_ok() {
            return Err(format!("the row {:?} explains nothing", left_out.name));
        }
    }
    Ok(())
}

/// The fewest rows that account for a trace, found by leaving out one after the other.
fn rows_that_account(
    path: &Path,
    personality: Personality,
    right: &Recording,
) -> Result<Vec<String>, String> {
    let differs = |row: &&Row| row.lines(personality) != row.lines(Personality::Wine);
    let mut rows: Vec<&Row> = ROWS.iter().filter(differs).collect();
    // One row may be needed only because of another, so it takes as many rounds as something is left out.
    loop {
        let before = rows.len();
        for candidate in rows.clone() {
            let others: Vec<&Row> = rows.iter().copied().filter(|row| *row != candidate).collect();
            let lines = others.iter().flat_map(|row| row.lines(personality)).collect();
            if compare(right, &play(path, Personality::Wine, lines)?).is_ok() {
                rows = others;
            }
        }
        if rows.len() == before {
            break;
        }
    }
    Ok(rows.iter().map(|row| row.name.to_owned()).collect())
}

fn bless(personality: Personality, blessed: BTreeMap<String, Vec<String>>) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().expect("no panic");
    let mut all = differences();
    all.insert(personality.to_string(), blessed);
    let mut text = String::from(
        "# By personality and recording: the rows of the personality table that account for the difference to\n\
         # personality `wine`. The traces are in the directories beside this file.\n",
    );
    for (personality, recordings) in all {
        text.push_str(&format!("\n[{personality}]\n"));
        for (name, rows) in recordings {
            text.push_str(&format!("\"{name}\" = {rows:?}\n"));
        }
    }
    fs::write(here("expected/differences.toml"), text).expect("it can be written");
}

/// The drivers that are compiled into the test kit, and into the program `opendriver`, give the same traces as shared
/// libraries.
#[test]
fn scripted_drivers_give_the_same_traces() {
    // One after the other: the current directory belongs to the process.
    for path in recordings() {
        let recording = Recording::read(&path).unwrap_or_else(|error| panic!("{error}"));
        let name = name_of(&path);
        let trace = Player::new(Personality::Wine)
            .play(&recording, Scripted::standard())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let right = instead(&recording, &expected_file(Personality::Wine, &name)).unwrap_or(recording);
        compare(&right, &trace).unwrap_or_else(|difference| panic!("{name}: {difference}"));
    }
}

#[test]
fn the_rows_are_all_switches_there_are() {
    for personality in [Personality::Win32, Personality::Win31] {
        let lines: Vec<String> = ROWS.iter().flat_map(|row| row.lines(personality)).collect();
        let text = format!("personality = 'wine'\n[switches]\n{}", lines.join("\n"));
        let settings = Settings::parse(&text, ".").expect("they are switches");
        assert_eq!(settings.switches, opendriver::Switches::of(personality), "a switch is in no row");
    }
}

#[test]
#[ignore = "it is what the other tests start, each time in a process of its own"]
fn play_in_this_process() {
    play_ordered();
    // Nothing was ordered: somebody runs the ignored tests too.
    let path = here("recordings/life.open0_params.json");
    let recording = Recording::read(&path).expect("it is there");
    compare(&recording, &play(&path, Personality::Wine, Vec::new()).expect("it is played"))
        .expect("it is the same");
}

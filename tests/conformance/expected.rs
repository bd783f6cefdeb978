//! What is expected: the recordings, and the files in `expected`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use opendriver::Personality;
use opendriver_testkit::{Comparison, Expected, Line, Recording, Trace};
use serde::Deserialize;

/// A recording that our `wine` rightly does not follow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    pub name: String,
    pub kind: String,
    pub reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

/// By personality and recording, the rows that account for the difference.
pub type Differences = BTreeMap<String, BTreeMap<String, Vec<String>>>;

pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether what is expected is to be written anew.
pub fn blessing() -> bool {
    std::env::var_os("OPENDRIVER_BLESS").is_some_and(|value| value == "1")
}

/// To be called at the end of a test that writes what it expects: such a run checks nothing, so it must not pass.
pub fn refuse_to_pass_when_blessing() {
    assert!(
        !blessing(),
        "what is expected has been written; read it, and run the tests without OPENDRIVER_BLESS"
    );
}

pub fn recordings() -> Vec<PathBuf> {
    let entries = fs::read_dir(here("recordings")).expect("the recordings are part of the tests");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(paths.len() > 100, "only {} recordings", paths.len());
    paths
}

pub fn name_of(recording: &Path) -> String {
    recording.file_stem().expect("a name").to_string_lossy().into_owned()
}

pub fn exceptions() -> Vec<Exception> {
    let text = fs::read_to_string(here("expected/exceptions.toml")).expect("the list of exceptions");
    toml::from_str::<Exceptions>(&text).unwrap_or_else(|error| panic!("{error}")).exception
}

pub fn differences() -> Differences {
    let text = fs::read_to_string(here("expected/differences.toml")).unwrap_or_default();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

pub fn expected_file(personality: Personality, name: &str) -> PathBuf {
    here(&format!("expected/{personality}/{name}.txt"))
}

/// What is expected of a recording under a personality instead of what it says itself.
pub fn instead(recording: &Recording, file: &Path) -> Option<Recording> {
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
    lines.retain(|line| match count(line) {
        Some((statement, name, number)) => {
            let counted = &mut instead.counted[statement - 1];
            *counted = counted.clone().with(name, number);
            false
        }
        None => true,
    });
    instead.expected = Expected::Lines(lines);
    Some(instead)
}

/// What a line says was counted otherwise than in the recording: `counted 1 open=1600`.
fn count(line: &str) -> Option<(usize, &str, u64)> {
    let (statement, count) = line.strip_prefix("counted ")?.split_once(' ').expect("a statement and a count");
    let (name, number) = count.split_once('=').expect("a name and a number");
    Some((statement.parse().expect("a number"), name, number.parse().expect("a number")))
}

/// A trace as lines, as they are kept.
pub fn lines_of(recording: &Recording, trace: &Trace) -> String {
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
            Line::Same(text) | Line::Extra(text) => text + "\n",
            Line::Missing(_) => String::new(),
        })
        .collect()
}

/// What is expected of a recording under a personality.
pub fn right(recording: &Recording, personality: Personality, name: &str) -> Recording {
    [personality, Personality::Wine]
        .iter()
        .find_map(|of| instead(recording, &expected_file(*of, name)))
        .unwrap_or_else(|| recording.clone())
}

//! The JSON form of a recording.

use opendriver::Personality;
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Error, Value};

use super::fields::RECORDING;
use super::{Expected, Recording, Setup, registry};
use crate::counted::{Counted, without_counts};
use crate::event::Event;

/// The fields in the order in which they are written. The names stand in `fields` as well.
#[derive(Serialize, Deserialize)]
pub(super) struct File {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asks: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shows: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) oracle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) personality: Option<String>,
    setup: Setup,
    script: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) log: Option<Vec<Event>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) exit_code: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) system_ini_after: Option<String>,
    #[serde(default, skip_serializing)]
    volatile: Vec<Vec<Event>>,
    #[serde(default, skip_serializing)]
    repeated: Option<Value>,
}

impl File {
    pub(super) fn parse(text: &str) -> Result<File, Error> {
        RECORDING.check(text)?;
        serde_json::from_str(text)
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("it has nothing that JSON has not");
        text.push('\n');
        text
    }
}

pub(super) fn parse(text: &str) -> Result<Recording, Error> {
    let file = File::parse(text)?;
    let File { name, oracle, personality, setup, script, log, exit_code, .. } = file;
    let File { system_ini_after, volatile, repeated, .. } = file;
    let personality = match personality {
        Some(word) => Some(word.parse().map_err(Error::custom)?),
        None => oracle.as_ref().filter(|oracle| oracle.starts_with("Wine")).map(|_| Personality::Wine),
    };
    check(&setup).map_err(Error::custom)?;
    let counted = Counted::of_plays(&volatile, repeated.as_ref()).map_err(Error::custom)?;
    // Where the recorded system crashed, the exit code is one of the recorder's own.
    let crashed = log.iter().flatten().any(|event| event.kind == "crash");
    Ok(Recording {
        name,
        file: None,
        oracle,
        setup,
        personality,
        lines: script,
        expected: log.map_or(Expected::Nothing, Expected::Events),
        profile_after: system_ini_after,
        exit_code: exit_code.filter(|_| !crashed),
        counted,
    })
}

pub(super) fn write(recording: &Recording) -> String {
    let log = match &recording.expected {
        Expected::Events(events) => Some(events.iter().cloned().map(without_counts).collect()),
        _ => None,
    };
    let file = File {
        name: recording.name.clone(),
        group: None,
        asks: None,
        shows: None,
        // What is written anew was not measured there.
        oracle: None,
        personality: recording.personality.map(|personality| personality.to_string()),
        setup: recording.setup.clone(),
        script: recording.lines.clone(),
        log,
        exit_code: recording.exit_code,
        system_ini_after: recording.profile_after.clone(),
        volatile: Vec::new(),
        repeated: None,
    };
    file.to_text()
}

/// Whether the registry can hold what the setup puts there.
pub(super) fn check(setup: &Setup) -> Result<(), String> {
    setup.registry.iter().try_for_each(|(section, name, kind, data)| {
        registry::check(kind, data).map_err(|problem| format!("registry value {section}\\{name}: {problem}"))
    })
}

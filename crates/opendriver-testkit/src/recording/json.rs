//! The JSON form of a recording.

use std::collections::HashMap;

use opendriver::Personality;
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Error, Value};

use super::fields::RECORDING;
use super::{Expected, Recording, Setup, registry};
use crate::counted::{Counted, without_counts};
use crate::event::Event;

/// The fields in the order in which they are written. The names stand in `fields` as well.
#[derive(Serialize, Deserialize)]
struct File {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asks: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shows: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    oracle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    personality: Option<String>,
    setup: Setup,
    script: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<Vec<Event>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exit_code: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system_ini_after: Option<String>,
    #[serde(default, skip_serializing)]
    volatile: Vec<Vec<Event>>,
    #[serde(default, skip_serializing)]
    repeated: Option<Value>,
}

impl File {
    fn parse(text: &str) -> Result<File, Error> {
        RECORDING.check(text)?;
        serde_json::from_str(text)
    }

    fn to_text(&self) -> String {
        let mut text = pretty(self);
        text.push('\n');
        text
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("it has nothing that JSON has not")
}

/// The text of a recording with this log, exit code and SYSTEM.INI. Where it says the same already, and in all other
/// fields, no byte is touched.
pub(super) fn renewed(
    text: &str,
    log: Vec<Event>,
    exit_code: Option<u32>,
    system_ini_after: Option<String>,
) -> Result<String, Error> {
    let file = File::parse(text)?;
    let log = Some(log);
    let mut new: Vec<(&str, String)> = Vec::new();
    if file.log != log {
        new.push(("log", pretty(&log)));
    }
    if file.exit_code != exit_code {
        new.push(("exit_code", pretty(&exit_code)));
    }
    if file.system_ini_after != system_ini_after {
        new.push(("system_ini_after", pretty(&system_ini_after)));
    }
    with_values(text, &new)
}

/// The text of an object with other values for some of its fields; those that it does not have follow its last.
fn with_values(text: &str, new: &[(&str, String)]) -> Result<String, Error> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let fields: HashMap<String, &RawValue> = serde_json::from_str(text)?;
    // Values are parts of the text.
    let place = |value: &RawValue| {
        let start = value.get().as_ptr().addr() - text.as_ptr().addr();
        start..start + value.get().len()
    };
    let last = fields.values().map(|value| place(value).end).max().unwrap_or_default();
    let mut changes: Vec<_> = new
        .iter()
        .map(|(name, value)| {
            // No text of JSON goes over a line's end.
            let value = value.replace('\n', &format!("{end}  "));
            match fields.get(*name) {
                Some(old) => (place(old), value),
                None => (last..last, format!(",{end}  \"{name}\": {value}")),
            }
        })
        .collect();
    // From the back, so that the places in front stay where they are; what comes to one place is put there in its
    // order.
    changes.reverse();
    changes.sort_by_key(|(place, _)| std::cmp::Reverse((place.start, place.end)));
    let mut text = text.to_owned();
    changes.into_iter().for_each(|(place, value)| text.replace_range(place, &value));
    Ok(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, new: &[(&str, &str)]) -> String {
        let new: Vec<_> = new.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        with_values(text, &new).expect("it is an object")
    }

    #[test]
    fn values_are_put_in_where_they_stand_or_behind_the_last() {
        let text = "{ \"a\" : [1,\n2],\n\t\"l\\u006fg\":0, \"z\":\"\u{e9}\" }\n";
        assert_eq!(changed(text, &[]), text);
        assert_eq!(changed(text, &[("log", "[\n  7\n]")]), text.replace(":0,", ":[\n    7\n  ],"));
        assert_eq!(
            changed(text, &[("x", "5"), ("z", "1"), ("y", "6"), ("a", "null")]),
            "{ \"a\" : null,\n\t\"l\\u006fg\":0, \"z\":1,\n  \"x\": 5,\n  \"y\": 6 }\n"
        );
        assert_eq!(changed("{\"a\":1\r\n}", &[("b", "[\n]")]), "{\"a\":1,\r\n  \"b\": [\r\n  ]\r\n}");
    }
}

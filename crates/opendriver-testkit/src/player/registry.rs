//! The registry of a script: values that the manager finds in the `[sections.NAME]` tables of its settings.

use opendriver::config::fold;
use serde_json::Value as Json;

use super::place::quoted;
use crate::recording::{Setup, registry};
use crate::script::{Argument, Script};

/// Values in the order in which they were first set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    values: Vec<(String, String, String)>,
}

impl Registry {
    /// The values of a setup that its script does not set itself.
    pub(crate) fn of_setup(setup: &Setup, script: &Script) -> Registry {
        let text = |argument: &Argument| match argument {
            Argument::Text(text) => fold(text),
            _ => String::new(),
        };
        let own: Vec<(String, String)> = script
            .calls("RegSet")
            .iter()
            .map(|call| (text(&call.arguments[0]), text(&call.arguments[1])))
            .collect();
        let mut registry = Registry::default();
        for (section, name, kind, data) in &setup.registry {
            if !own.contains(&(fold(section), fold(name))) {
                registry.set(section, name, &line(kind, data));
            }
        }
        registry
    }

    /// Sets a value.
    pub(crate) fn set(&mut self, section: &str, name: &str, line: &str) {
        let same = |known: &&mut (String, String, String)| {
            fold(&known.0) == fold(section) && fold(&known.1) == fold(name)
        };
        match self.values.iter_mut().find(same) {
            Some(known) => known.2 = line.to_owned(),
            None => self.values.push((section.to_owned(), name.to_owned(), line.to_owned())),
        }
    }

    /// Writes the tables.
    pub(crate) fn write(&self, toml: &mut String) {
        let mut sections: Vec<&str> = Vec::new();
        for (section, ..) in &self.values {
            if !sections.iter().any(|known| fold(known) == fold(section)) {
                sections.push(section);
            }
        }
        for section in sections {
            toml.push_str(&format!("[sections.{}]\n", quoted(section)));
            for (_, name, line) in self.values.iter().filter(|(of, ..)| fold(of) == fold(section)) {
                toml.push_str(&format!("{} = {}\n", quoted(name), quoted(line)));
            }
        }
    }
}

/// A value as the text for which Wine takes it, whatever its type (Wine 8.0 measured): bytes as UTF-16 up to a zero,
/// of several strings the first. The settings have no other types.
pub(crate) fn line(kind: &str, data: &Json) -> String {
    let text = match data {
        Json::String(text) => text.clone(),
        Json::Array(texts) => texts.first().and_then(Json::as_str).unwrap_or_default().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let bytes = match kind {
        "dword" => registry::number(data).map(|number| (number as u32).to_le_bytes().to_vec()),
        "qword" => registry::number(data).map(|number| number.to_le_bytes().to_vec()),
        "binary" => registry::bytes(&text),
        _ => None,
    };
    let text = match bytes {
        Some(bytes) => {
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => text,
    };
    text.split('\0').next().unwrap_or_default().to_owned()
}

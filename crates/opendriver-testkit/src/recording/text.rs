//! The plain text form of a recording.

use serde_json::Value;

use super::{Expected, Recording, Setup};

/// Reads it; an error is a line number and what is wrong there.
pub(super) fn parse(text: &str) -> Result<Recording, (usize, String)> {
    let mut recording = Recording::default();
    recording.setup.encoding = "latin-1".to_owned();
    let mut expected: Option<Vec<String>> = None;
    for (index, line) in text.lines().enumerate() {
        if let Some(expected) = &mut expected {
            expected.push(line.trim_end().to_owned());
            continue;
        }
        let Some(directive) = line.trim_start().strip_prefix('@') else {
            recording.lines.push(line.to_owned());
            continue;
        };
        // The script keeps its line numbers.
        recording.lines.push(String::new());
        let (word, rest) = directive.split_once(' ').unwrap_or((directive.trim_end(), ""));
        let problem = |text: &str| (index + 1, text.to_owned());
        match word {
            "ini" => {
                let ini = recording.setup.system_ini.get_or_insert_default();
                ini.push_str(rest);
                ini.push_str("\r\n");
            }
            "personality" => {
                recording.personality =
                    Some(rest.trim().parse().map_err(|error| problem(&format!("{error}")))?);
            }
            "setup" => {
                recording.setup = serde_json::from_str::<Setup>(rest)
                    .map_err(|error| problem(&format!("@setup takes JSON: {error}")))?;
            }
            "after" => {
                recording.profile_after = Some(
                    serde_json::from_str(rest)
                        .map_err(|error| problem(&format!("@after takes a JSON string: {error}")))?,
                );
            }
            "expect" if rest.trim().is_empty() => expected = Some(Vec::new()),
            _ => {
                return Err(problem(&format!(
                    "@{word} is unknown; there are @personality, @ini, @setup, @after and @expect"
                )));
            }
        }
    }
    if let Some(mut lines) = expected {
        lines.retain(|line| !line.is_empty() && !line.trim_start().starts_with('#'));
        recording.expected = Expected::Lines(lines);
    }
    Ok(recording)
}

/// Writes it. A setup that lines `@ini` cannot express becomes one line `@setup`.
pub(super) fn write(recording: &Recording) -> String {
    let mut text = String::new();
    let mut line = |content: &str| {
        text.push_str(content);
        text.push('\n');
    };
    if let Some(personality) = recording.personality {
        line(&format!("@personality {personality}"));
    }
    let setup = &recording.setup;
    let ini = setup.system_ini.as_deref();
    let lines: Vec<&str> = ini.map(|ini| ini.split_terminator("\r\n").collect()).unwrap_or_default();
    let plain = ini.is_none_or(|ini| ini.ends_with("\r\n"))
        && setup.encoding == "latin-1"
        && setup.registry.is_empty()
        && lines.iter().all(|line| !line.contains(['\r', '\n']) && line.trim_end() == *line);
    if plain {
        lines.iter().for_each(|ini| line(format!("@ini {ini}").trim_end()));
    } else {
        line(&format!("@setup {}", serde_json::to_string(setup).expect("it has nothing that JSON has not")));
    }
    // The lines of directives are empty in a script that was read from text.
    let mut script = recording.lines.iter().skip_while(|line| line.is_empty()).peekable();
    while let Some(statement) = script.next() {
        if !(statement.is_empty() && script.peek().is_none()) {
            line(statement);
        }
    }
    if let Some(after) = &recording.profile_after {
        line(&format!("@after {}", Value::from(after.as_str())));
    }
    match &recording.expected {
        Expected::Nothing => {}
        Expected::Lines(lines) => {
            line("@expect");
            lines.iter().for_each(|expected| line(expected));
        }
        Expected::Events(events) => {
            line("@expect");
            crate::compare::normalised(events).iter().for_each(|event| line(event));
        }
    }
    text
}

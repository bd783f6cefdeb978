//! The plain text form of a recording.

use opendriver::config::nearest;
use serde_json::Value;

use super::fields::SETUP;
use super::{Expected, Recording, Setup};
use crate::compare::{literally, normalised};

/// The words behind `@`.
const DIRECTIVES: [&str; 6] = ["personality", "ini", "setup", "after", "exit", "expect"];

/// What is wrong with a text: the line, from 1, and what.
type Wrong = (usize, String);

/// Reads it.
pub(super) fn parse(text: &str) -> Result<Recording, Wrong> {
    let mut recording = Recording::default();
    recording.setup.encoding = "latin-1".to_owned();
    let mut seen = Seen::default();
    let mut expected: Option<Vec<String>> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let directive = line.trim_start().strip_prefix('@');
        match (&mut expected, directive) {
            (Some(expected), None) => expected.push(line.trim_end().to_owned()),
            (None, None) => recording.lines.push(line.to_owned()),
            (_, Some(directive)) => {
                let (word, rest) = directive.split_once([' ', '\t']).unwrap_or((directive.trim_end(), ""));
                let word = seen.add(word, number).map_err(|problem| (number, problem))?;
                if word == "expect" && rest.trim().is_empty() {
                    expected = Some(Vec::new());
                    continue;
                }
                apply(&mut recording, word, rest, line.len() - rest.len())
                    .map_err(|problem| (number, problem))?;
                // The script keeps its line numbers.
                recording.lines.push(String::new());
            }
        }
    }
    if let Some(mut lines) = expected {
        lines.retain(|line| !is_remark(line));
        recording.expected = Expected::Lines(lines);
    }
    Ok(recording)
}

/// Whether a line behind `@expect` says nothing about what is expected.
pub(super) fn is_remark(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Where each directive stood.
#[derive(Default)]
struct Seen(Vec<(&'static str, usize)>);

impl Seen {
    /// One more; an error if there is no such directive or it cannot stand here.
    fn add(&mut self, word: &str, number: usize) -> Result<&'static str, String> {
        let Some(known) = DIRECTIVES.into_iter().find(|known| *known == word) else {
            return Err(match nearest(word, DIRECTIVES).first() {
                Some(meant) => format!("@{word} is unknown; did you mean @{meant}?"),
                None => format!("@{word} is unknown; there are @{}", DIRECTIVES.join(", @")),
            });
        };
        let at = |wanted: &str| self.0.iter().find(|(word, _)| *word == wanted).map(|(_, line)| *line);
        let problem = match (known, at(known), at("expect")) {
            ("ini", _, None) => at("setup").map(|line| {
                format!("@ini and @setup (line {line}) both say what is in SYSTEM.INI; keep one of them")
            }),
            ("setup", None, None) => at("ini").map(|line| {
                format!("@setup and @ini (line {line}) both say what is in SYSTEM.INI; keep one of them")
            }),
            (_, Some(line), _) => Some(format!("@{known} stands in line {line} already")),
            (_, None, Some(line)) => {
                Some(format!("@{known} goes before @expect (line {line}), behind which only events stand"))
            }
            _ => None,
        };
        self.0.push((known, number));
        problem.map_or(Ok(known), Err)
    }
}

/// Does what a directive says; `offset` is how much of the line stands before `rest`.
fn apply(recording: &mut Recording, word: &str, rest: &str, offset: usize) -> Result<(), String> {
    match word {
        "ini" => {
            let ini = recording.setup.system_ini.get_or_insert_default();
            ini.push_str(rest);
            ini.push_str("\r\n");
        }
        "personality" => {
            recording.personality = Some(rest.trim().parse().map_err(|error| format!("{error}"))?);
        }
        "setup" => {
            SETUP.check(rest).map_err(|error| of_json("@setup", &error, offset))?;
            recording.setup =
                serde_json::from_str::<Setup>(rest).map_err(|error| of_json("@setup", &error, offset))?;
            super::json::check(&recording.setup)?;
        }
        "after" => {
            recording.profile_after =
                Some(serde_json::from_str(rest).map_err(|error| of_json("@after", &error, offset))?);
        }
        "exit" => {
            let code = rest.trim();
            let number = code.parse().map_err(|_| {
                format!(
                    "@exit takes the exit code of the script's process, 0 to 4294967295, and not {code:?}"
                )
            })?;
            recording.exit_code = Some(number);
        }
        _ => return Err(format!("nothing stands behind @{word} on its line, but here is {:?}", rest.trim())),
    }
    Ok(())
}

/// What is wrong with the JSON behind a directive. Its position is one in the line.
fn of_json(directive: &str, error: &serde_json::Error, offset: usize) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let problem = text.strip_suffix(&place).unwrap_or(&text);
    let form = if directive == "@after" { "a JSON string" } else { "a JSON object" };
    format!("{directive} takes {form}: {problem} (column {})", error.column() + offset)
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
    if let Some(code) = recording.exit_code {
        line(&format!("@exit {code}"));
    }
    match &recording.expected {
        Expected::Nothing => {}
        Expected::Lines(lines) => {
            line("@expect");
            lines.iter().for_each(|expected| line(expected));
        }
        Expected::Events(events) => {
            line("@expect");
            normalised(events).iter().for_each(|event| line(&literally(event)));
        }
    }
    text
}

//! Writing into a file what happened as what is expected.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::json;
use super::text::is_remark;
use super::{Expected, Recording, is_json};
use crate::compare::{Line, constant, diff, has_wildcard, matches, normalised};
use crate::counted::without_counts;
use crate::player::Trace;

/// What happened cannot be written into the file of a recording.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum BlessError {
    /// The recording was not read from a file.
    #[error("the recording {name} was not read from a file")]
    NoFile {
        /// Its name.
        name: String,
    },
    /// The recording is a measurement, which would no longer be one.
    #[error(
        "{} was recorded from {oracle} and says what happens there; write a script of your own beside it",
        path.display()
    )]
    Measured {
        /// The file.
        path: PathBuf,
        /// What was recorded.
        oracle: String,
    },
    /// The file cannot be read again.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no longer the recording that was played.
    #[error("{} has changed while it was played", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Recording {
    /// Writes what happened into the file that the recording was read from, as what is expected; true if that changed
    /// it. Everything else in the file stays as it is, also remarks among the expected lines, and lines with a `*`
    /// that still fit. What was another in a second play, `again`, is written as `*`; only lines of text can have
    /// that, and not JSON. Expectations that stand in `NAME.expected.json` are written there.
    ///
    /// # Errors
    ///
    /// [`BlessError`] if the file cannot be read or written, or is a measurement of another system.
    pub fn bless(&self, trace: &Trace, again: &Trace) -> Result<bool, BlessError> {
        let path = self.file.as_deref().ok_or_else(|| BlessError::NoFile { name: self.name.clone() })?;
        if let Some(oracle) = &self.oracle {
            return Err(BlessError::Measured { path: path.to_path_buf(), oracle: oracle.clone() });
        }
        let content = read(path)?;
        if is_json(path) {
            let log = trace.events.iter().cloned().map(without_counts).collect();
            let exit_code = trace.exit_code().filter(|code| *code != 0 || self.exit_code.is_some());
            let after = self.profile_after.as_ref().and(trace.profile_after.clone());
            let renewed = json::renewed(&content, log, exit_code, after);
            let renewed = renewed.map_err(|_| BlessError::Changed { path: path.to_path_buf() })?;
            return write(path, &content, &renewed);
        }
        let changed = write(path, &content, &self.blessed_text(&content, trace, again))?;
        if let Expected::Events(_) = self.expected {
            let beside = path.with_extension("expected.json");
            let events: Vec<_> = trace.events.iter().cloned().map(without_counts).collect();
            let mut text = serde_json::to_string_pretty(&events).expect("events are JSON");
            text.push('\n');
            return Ok(write(&beside, &read(&beside)?, &text)? || changed);
        }
        Ok(changed)
    }

    /// The plain text with what happened.
    fn blessed_text(&self, content: &str, trace: &Trace, again: &Trace) -> String {
        let mut lines: Vec<String> = Vec::new();
        let mut rest = content.lines();
        let exit = trace.exit_code().filter(|code| *code != 0 || self.exit_code.is_some());
        let mut exit = exit.map(|code| format!("@exit {code}"));
        let mut expect = None;
        for line in rest.by_ref() {
            match line.split_whitespace().next() {
                Some("@after") => {
                    let after = trace.profile_after.as_deref().map(Value::from);
                    lines.extend(after.map(|after| format!("@after {after}")));
                }
                Some("@exit") => lines.extend(exit.take()),
                Some("@expect") => {
                    expect = Some(line.to_owned());
                    break;
                }
                _ => lines.push(line.to_owned()),
            }
        }
        lines.extend(exit);
        if expect.is_some() || !matches!(self.expected, Expected::Events(_)) {
            lines.push(expect.unwrap_or_else(|| "@expect".to_owned()));
            lines.extend(renewed(&rest.collect::<Vec<&str>>(), trace, again));
        }
        let end = if content.contains("\r\n") { "\r\n" } else { "\n" };
        lines.iter().flat_map(|line| [line.as_str(), end]).collect()
    }
}

/// The lines behind `@expect` with what happened: those that fit stay as they were written, the others go, what is new
/// comes in between, and remarks stay in front of the lines that they stood in front of.
fn renewed(written: &[&str], trace: &Trace, again: &Trace) -> Vec<String> {
    let mut fresh = constant(trace, again).into_iter();
    let old = written.iter().filter(|line| !is_remark(line)).map(|line| line.trim_end().to_owned());
    let old: Vec<String> = old.collect();
    let mut written = written.iter();
    let mut renewed: Vec<String> = Vec::new();
    for line in diff(&old, &normalised(&trace.events), matches) {
        // Each line that happened is an extra one or the same as an old one.
        let constant = if matches!(line, Line::Missing(_)) { None } else { fresh.next() };
        if let Line::Extra(_) = line {
            renewed.extend(constant);
            continue;
        }
        for known in written.by_ref() {
            if is_remark(known) {
                renewed.push((*known).to_owned());
                continue;
            }
            // An old line without a wildcard may fit this play only.
            let known = known.trim_end();
            renewed.extend(constant.map(|new| if has_wildcard(known) { known.to_owned() } else { new }));
            break;
        }
    }
    renewed.extend(written.filter(|line| is_remark(line)).map(|line| (*line).to_owned()));
    renewed
}

fn read(path: &Path) -> Result<String, BlessError> {
    fs::read_to_string(path).map_err(|source| BlessError::Read { path: path.to_path_buf(), source })
}

/// Writes what is new; whether anything was.
fn write(path: &Path, before: &str, after: &str) -> Result<bool, BlessError> {
    if before == after {
        return Ok(false);
    }
    fs::write(path, after)
        .map_err(|source| BlessError::Write { path: path.to_path_buf(), source })
        .map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn trace(kinds: &[&str]) -> Trace {
        Trace { events: kinds.iter().map(|kind| Event::new(kind, 0)).collect(), profile_after: None }
    }

    fn blessed(content: &str, trace: &Trace) -> String {
        Recording::from_text("t", content).expect("it is a script").blessed_text(content, trace, trace)
    }

    #[test]
    fn remarks_and_wildcards_that_fit_stay() {
        let content = "# head\nFreeWinmm\n@expect\n# first\na*\n\nb\n# last\n";
        let text = blessed(content, &trace(&["alpha", "new", "end"]));
        assert_eq!(text, "# head\nFreeWinmm\n@expect\n# first\na*\n\nnew\nend\n# last\n");
        assert_eq!(blessed(&text, &trace(&["alpha", "new", "end"])), text);
    }

    #[test]
    fn a_script_without_expectation_gets_one_and_line_ends_stay() {
        assert_eq!(blessed("FreeWinmm\r\n", &trace(&["end"])), "FreeWinmm\r\n@expect\r\nend\r\n");
    }

    #[test]
    fn exit_codes_are_written_where_they_say_something() {
        let mut exit = trace(&[]);
        let args = serde_json::json!(["0x3"]);
        exit.events.push(Event::new("call", 0).with("fn", "ExitProcess").with("args", args));
        let text = blessed("ExitProcess 3\n", &exit);
        assert_eq!(text, "ExitProcess 3\n@exit 3\n@expect\ncall ExitProcess 0x3\n");
        assert_eq!(blessed("@exit 9\n", &trace(&["end"])), "@exit 0\n@expect\nend\n");
        assert_eq!(blessed("", &trace(&["end"])), "@expect\nend\n");
    }
}

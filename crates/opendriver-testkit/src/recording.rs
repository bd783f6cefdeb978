//! Recordings: a setup, a script, and what happens, in a file.
//!
//! A recording is either JSON, as the oracle wrote it, or plain text: a script, with lines that begin with `@` for
//! what is not script.
//!
//! ```text
//! @personality wine                 under which it is to be played; win32 unless said otherwise
//! @ini [drivers32]                  a line of SYSTEM.INI, ended by CR LF
//! @ini midi=probea.dll loud
//! h = OpenDriver "midi" NULL 0
//! CloseDriver h 0 0
//! @expect                           the events follow, one a line
//! call OpenDriver "midi" NULL 0x0
//! ...
//! ```
//!
//! What makes no sense is refused with its place: a misspelt field or directive, a value that no registry can hold, a
//! second `@expect`. A test that silently tests less than its author meant is worse than none.

mod bless;
mod fields;
mod json;
pub(crate) mod registry;
mod text;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use opendriver::Personality;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::bless::BlessError;

use crate::counted::Counted;
use crate::event::Event;
use crate::script::{Script, ScriptError};

/// A scenario: the world it starts in, what is called, and what happens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Its name.
    pub name: String,
    /// The file that it was read from.
    pub file: Option<PathBuf>,
    /// The system that it was recorded from, if it is a measurement and says so.
    pub oracle: Option<String>,
    /// The world at the start.
    pub setup: Setup,
    /// Under which personality it is to be played, if it says so. What was recorded with Wine says `wine`.
    pub personality: Option<Personality>,
    /// The lines of the script.
    pub lines: Vec<String>,
    /// What happens.
    pub expected: Expected,
    /// The whole text of SYSTEM.INI afterwards, where the recording has it.
    pub profile_after: Option<String>,
    /// How often drivers were called during each `threads` statement, where the recording has it. It is read from JSON
    /// (`volatile`, `repeated`) and written nowhere: counts are measured.
    pub counted: Vec<Counted>,
    /// The exit code with which the process of the script ends, where the recording has it.
    pub exit_code: Option<u32>,
}

/// What a recording expects.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Expected {
    /// Nothing is said.
    #[default]
    Nothing,
    /// These events.
    Events(Vec<Event>),
    /// Events as lines of text, see [`Event`].
    Lines(Vec<String>),
}

/// The world in which a script starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The whole text of SYSTEM.INI; `None` if there is no such file.
    pub system_ini: Option<String>,
    /// The encoding of that text on disk, by the name Python has for it: `latin-1`, `cp1252`, `utf-8`, `utf-8-sig`,
    /// `utf-16`, `utf-16-le`, `utf-16-be`.
    #[serde(default = "latin1")]
    pub encoding: String,
    /// Values of the registry tables: section, name, type, data. Those that the script sets itself are not set before.
    #[serde(default)]
    pub registry: Vec<(String, String, String, Value)>,
}

fn latin1() -> String {
    "latin-1".to_owned()
}

/// A recording cannot be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file ending in `.json` is no recording.
    #[error("{} is no recording", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A plain text is wrong.
    #[error("{}:{line}: {problem}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The script does not follow the grammar.
    #[error("{}: {}", place, error.problem)]
    Script {
        /// The file and the line.
        place: Place,
        /// Where and why.
        error: ScriptError,
    },
    /// A rule is for a driver that there is not, or that does not follow rules.
    #[error("{place}: {problem}")]
    Rule {
        /// The file and the line.
        place: Place,
        /// What is wrong, and what there is.
        problem: String,
    },
}

/// A place in the script of a recording, as a reader finds it: `file:line:column` in plain text, `file: script line 3,
/// column 7` where the lines are a JSON list and the file has others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    file: PathBuf,
    is_list: bool,
    line: usize,
    column: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, line, .. } = self;
        match (self.is_list, self.column) {
            (false, Some(column)) => write!(f, "{}:{line}:{column}", file.display()),
            (false, None) => write!(f, "{}:{line}", file.display()),
            (true, Some(column)) => write!(f, "{}: script line {line}, column {column}", file.display()),
            (true, None) => write!(f, "{}: script line {line}", file.display()),
        }
    }
}

impl Recording {
    /// Reads a recording: JSON if the name ends in `.json`, else plain text. Beside a plain text without `@expect`, a
    /// file of the same name with `.expected.json` in the place of its extension may have the events as a JSON list.
    ///
    /// # Errors
    ///
    /// [`RecordingError`] if the file cannot be read or is no recording. The script itself is looked at by
    /// [`Recording::script`].
    pub fn read(path: &Path) -> Result<Recording, RecordingError> {
        let read = |path: &Path| {
            fs::read_to_string(path)
                .map_err(|source| RecordingError::Read { path: path.to_path_buf(), source })
        };
        let json = |path: &Path, source| RecordingError::Json { path: path.to_path_buf(), source };
        let content = read(path)?;
        let file = Some(path.to_path_buf());
        if is_json(path) {
            let recording = json::parse(&content).map_err(|source| json(path, source))?;
            return Ok(Recording { file, ..recording });
        }
        let mut recording = text::parse(&content).map_err(|(line, problem)| RecordingError::Text {
            path: path.to_path_buf(),
            line,
            problem,
        })?;
        recording.file = file;
        recording.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let beside = path.with_extension("expected.json");
        if recording.expected == Expected::Nothing && beside.exists() {
            let events = serde_json::from_str(&read(&beside)?).map_err(|source| json(&beside, source))?;
            recording.expected = Expected::Events(events);
        }
        Ok(recording)
    }

    /// A recording from its JSON form.
    ///
    /// # Errors
    ///
    /// Those of JSON, of missing and unknown fields, and of values that make no sense; with line and column.
    pub fn from_json(text: &str) -> Result<Recording, serde_json::Error> {
        json::parse(text)
    }

    /// A recording from its plain text form, with a name.
    ///
    /// # Errors
    ///
    /// The line and what is wrong with it.
    pub fn from_text(name: &str, text: &str) -> Result<Recording, RecordingError> {
        let recording = text::parse(text).map_err(|(line, problem)| RecordingError::Text {
            path: PathBuf::from(name),
            line,
            problem,
        })?;
        Ok(Recording { name: name.to_owned(), ..recording })
    }

    /// The JSON form. Expectations that are lines of text do not go with it.
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    /// The plain text form.
    pub fn to_text(&self) -> String {
        text::write(self)
    }

    /// The script, parsed.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Script`].
    pub fn script(&self) -> Result<Script, RecordingError> {
        Script::parse(&self.lines.join("\n")).map_err(|error| RecordingError::Script {
            place: self.place(error.line, Some(error.column)),
            error,
        })
    }

    /// A place in the script, counted from 1.
    pub fn place(&self, line: usize, column: Option<usize>) -> Place {
        let file = self.file.clone().unwrap_or_else(|| PathBuf::from(&self.name));
        Place { is_list: is_json(&file), file, line, column }
    }

    /// Whether what is expected ends with a crash of the system that was recorded.
    pub fn crashed(&self) -> bool {
        matches!(&self.expected, Expected::Events(events) if events.iter().any(|event| event.kind == "crash"))
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

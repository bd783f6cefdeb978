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

mod text;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use opendriver::Personality;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Event;
use crate::script::{Script, ScriptError};

/// A scenario: the world it starts in, what is called, and what happens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Its name.
    pub name: String,
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
    #[error("{}:{error}", path.display())]
    Script {
        /// The file, or the name of the recording.
        path: PathBuf,
        /// Where and why. For JSON the line is the position in the list of lines.
        error: ScriptError,
    },
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
struct File {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    personality: Option<String>,
    #[serde(default, skip_serializing)]
    oracle: Option<String>,
    setup: Setup,
    script: Vec<String>,
    #[serde(default)]
    log: Option<Vec<Event>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system_ini_after: Option<String>,
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
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            return Recording::from_json(&content).map_err(|source| json(path, source));
        }
        let mut recording = text::parse(&content).map_err(|(line, problem)| RecordingError::Text {
            path: path.to_path_buf(),
            line,
            problem,
        })?;
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
    /// Those of JSON, and of missing fields.
    pub fn from_json(text: &str) -> Result<Recording, serde_json::Error> {
        let File { name, personality, oracle, setup, script, log, system_ini_after } =
            serde_json::from_str(text)?;
        let personality = match personality {
            Some(word) => Some(word.parse().map_err(<serde_json::Error as serde::de::Error>::custom)?),
            None => oracle.filter(|oracle| oracle.starts_with("Wine")).map(|_| Personality::Wine),
        };
        let expected = log.map_or(Expected::Nothing, Expected::Events);
        Ok(Recording { name, setup, personality, lines: script, expected, profile_after: system_ini_after })
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
        let log = match &self.expected {
            Expected::Events(events) => Some(events.clone()),
            _ => None,
        };
        let file = File {
            name: self.name.clone(),
            personality: self.personality.map(|personality| personality.to_string()),
            oracle: None,
            setup: self.setup.clone(),
            script: self.lines.clone(),
            log,
            system_ini_after: self.profile_after.clone(),
        };
        let mut text = serde_json::to_string_pretty(&file).expect("it has nothing that JSON has not");
        text.push('\n');
        text
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
        Script::parse(&self.lines.join("\n"))
            .map_err(|error| RecordingError::Script { path: PathBuf::from(&self.name), error })
    }

    /// Whether what is expected ends with a crash of the system that was recorded.
    pub fn crashed(&self) -> bool {
        matches!(&self.expected, Expected::Events(events) if events.iter().any(|event| event.kind == "crash"))
    }
}

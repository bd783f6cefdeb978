//! What can go wrong while a configuration is read.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::diagnostic::Position;

/// Why there is no configuration.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file could not be read.
    #[error("cannot read the {what} {}", path.display())]
    Read {
        /// `configuration` or `profile`, the INI file that the settings name.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path leads to a directory or a device.
    #[error("the {what} {} is no file: give the path of an INI or TOML file", path.display())]
    NotAFile {
        /// `configuration` or `profile`.
        what: &'static str,
        /// The path.
        path: PathBuf,
    },
    /// The file that was there when the configuration was read is gone. Nothing tells whether it was removed or is
    /// just being replaced, so what was read before should stay in use.
    #[error("the {what} {} was there before and is gone: restore it, or start anew without it", path.display())]
    Vanished {
        /// `configuration` or `profile`, the INI file that the settings name.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The variable `OPENDRIVER_CONFIG` names a file that does not exist.
    #[error("the variable {variable} names {}, which is no file: correct or unset it", path.display())]
    NamedByVariable {
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
    },
    /// The settings make no sense.
    #[error(transparent)]
    Settings(#[from] Box<SettingsError>),
}

impl ConfigError {
    /// The file it is about, if there is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            ConfigError::Read { path, .. }
            | ConfigError::NotAFile { path, .. }
            | ConfigError::Vanished { path, .. }
            | ConfigError::NamedByVariable { path, .. } => Some(path),
            ConfigError::Settings(error) => error.path.as_deref(),
        }
    }

    /// The whole text of the settings and the place in it that the error is about, for a message with a caret.
    pub fn excerpt(&self) -> Option<(&str, &Position)> {
        match self {
            ConfigError::Settings(error) => Some((&error.text, &error.position)),
            _ => None,
        }
    }

    /// What to do about it, if the message does not say so itself.
    pub fn hint(&self) -> Option<&str> {
        match self {
            ConfigError::Settings(error) => error.hint.as_deref(),
            _ => None,
        }
    }

    /// The error with the path of the settings file, if it is about one.
    pub(crate) fn in_file(mut self, path: &Path) -> ConfigError {
        if let ConfigError::Settings(error) = &mut self {
            error.path = Some(path.to_path_buf());
        }
        self
    }
}

/// What is wrong in the settings: the author's mistake.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{position}: {message}{}", in_path(path.as_deref()), in_parentheses(hint.as_deref()))]
#[non_exhaustive]
pub struct SettingsError {
    /// The file, if the settings were read from one.
    pub path: Option<PathBuf>,
    /// Where in the text.
    pub position: Position,
    /// What is wrong, without the place.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The whole text.
    pub text: String,
}

impl SettingsError {
    /// The line of the text that the error is about, without its line end.
    pub fn source_line(&self) -> &str {
        self.text.lines().nth(self.position.line - 1).unwrap_or_default()
    }
}

fn in_path(path: Option<&Path>) -> String {
    path.map(|path| format!("{}:", path.display())).unwrap_or_default()
}

fn in_parentheses(hint: Option<&str>) -> String {
    hint.map(|hint| format!(" ({hint})")).unwrap_or_default()
}

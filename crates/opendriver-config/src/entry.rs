//! The line that an alias stands for, and where it was found.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::diagnostic::Position;

/// Splits a line `filename parameters`.
///
/// The file name ends at the first U+0020; a tab is no separator but part of the name, and quotes protect nothing. The
/// parameters are what follows without its leading spaces; trailing ones stay. Nothing left is `None`, the NULL that
/// a driver gets (Wine 8.0 measured).
///
/// ```
/// use opendriver_config::split_line;
///
/// assert_eq!(split_line("echo.drv  hello world "), ("echo.drv", Some("hello world ")));
/// assert_eq!(split_line("echo.drv   "), ("echo.drv", None));
/// assert_eq!(split_line("echo.drv\tp"), ("echo.drv\tp", None));
/// assert_eq!(split_line(" echo.drv"), ("", Some("echo.drv")));
/// ```
pub fn split_line(line: &str) -> (&str, Option<&str>) {
    match line.split_once(' ') {
        Some((file, rest)) => {
            (file, Some(rest.trim_start_matches(' ')).filter(|parameters| !parameters.is_empty()))
        }
        None => (line, None),
    }
}

/// What an alias stands for: a line `filename parameters` of a section.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Section, alias and line, one behind the other: look-ups are frequent, and this is one allocation.
    text: String,
    alias: usize,
    line: usize,
    origin: Origin,
}

impl Entry {
    pub(crate) fn new(section: &str, alias: &str, line: &str, origin: Origin) -> Entry {
        let text = [section, alias, line].concat();
        Entry { text, alias: section.len(), line: section.len() + alias.len(), origin }
    }

    /// The section, as it is spelled where the entry stands.
    pub fn section(&self) -> &str {
        &self.text[..self.alias]
    }

    /// The alias, as it is spelled where the entry stands.
    pub fn alias(&self) -> &str {
        &self.text[self.alias..self.line]
    }

    /// The value: `filename parameters`. Empty only if it stands so in a `[sections.NAME]` table.
    pub fn line(&self) -> &str {
        &self.text[self.line..]
    }

    /// The file name, by [`split_line`].
    pub fn file(&self) -> &str {
        split_line(self.line()).0
    }

    /// The parameters, by [`split_line`].
    pub fn parameters(&self) -> Option<&str> {
        split_line(self.line()).1
    }

    /// Where the entry stands.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("section", &self.section())
            .field("alias", &self.alias())
            .field("line", &self.line())
            .field("origin", &self.origin)
            .finish()
    }
}

impl fmt::Display for Entry {
    /// `[section] alias=line`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}={}", self.section(), self.alias(), self.line())
    }
}

/// Where an [`Entry`] stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// In a `[sections.NAME]` table of the settings, which plays the part of the registry.
    Settings {
        /// The settings file, if they were read from one.
        path: Option<PathBuf>,
        /// The value in that file; `None` if a program put the entry into the settings.
        position: Option<Position>,
    },
    /// In the INI file.
    Profile {
        /// The INI file, if it was read from one.
        path: Option<PathBuf>,
        /// The value in that file, without the quotes that are taken off.
        position: Position,
    },
}

impl Origin {
    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Origin::Settings { path, .. } | Origin::Profile { path, .. } => path.as_deref(),
        }
    }

    /// The place in the file, if it is known.
    pub fn position(&self) -> Option<&Position> {
        match self {
            Origin::Settings { position, .. } => position.as_ref(),
            Origin::Profile { position, .. } => Some(position),
        }
    }
}

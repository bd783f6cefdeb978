//! Where a configuration is looked for if no path is given.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::Config;
use crate::error::ConfigError;

/// The environment variable that names the configuration.
pub const VARIABLE: &str = "OPENDRIVER_CONFIG";

/// The files that are looked for in a directory, in this order.
const NAMES: [&str; 2] = ["opendriver.toml", "system.ini"];

/// The directories in which a configuration is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Places {
    /// The user's, if the environment tells.
    pub user: Option<PathBuf>,
    /// The system's.
    pub system: Option<PathBuf>,
}

impl Places {
    /// The directories of this platform, given a function that looks up environment variables.
    ///
    /// | | the user's | the system's |
    /// | --- | --- | --- |
    /// | Linux and others | `$XDG_CONFIG_HOME/opendriver` or `~/.config/opendriver` | `/etc/opendriver` |
    /// | macOS | `~/Library/Application Support/opendriver` | `/Library/Application Support/opendriver` |
    /// | Windows | `%APPDATA%\opendriver` | `%PROGRAMDATA%\opendriver` |
    ///
    /// A variable that is empty or holds a relative path counts as unset, as the XDG specification asks: the current
    /// directory is never looked through.
    pub fn of(getenv: impl Fn(&str) -> Option<OsString>) -> Places {
        let directory = |name: &str| getenv(name).map(PathBuf::from).filter(|path| path.is_absolute());
        if cfg!(windows) {
            let below = |name| directory(name).map(|path| path.join("opendriver"));
            Places { user: below("APPDATA"), system: below("PROGRAMDATA") }
        } else if cfg!(target_os = "macos") {
            let below = |home: PathBuf| home.join("Library/Application Support/opendriver");
            Places { user: directory("HOME").map(below), system: Some(below(PathBuf::from("/"))) }
        } else {
            let user =
                directory("XDG_CONFIG_HOME").or_else(|| directory("HOME").map(|home| home.join(".config")));
            Places {
                user: user.map(|path| path.join("opendriver")),
                system: Some(PathBuf::from("/etc/opendriver")),
            }
        }
    }

    /// The first configuration in these directories: the user's before the system's, in each `opendriver.toml` before
    /// `system.ini`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Read`] if a place cannot be looked at: the next one would be the wrong one then.
    pub fn find(&self) -> Result<Option<PathBuf>, ConfigError> {
        for directory in [&self.user, &self.system].into_iter().flatten() {
            for name in NAMES {
                let path = directory.join(name);
                if exists(&path)? {
                    return Ok(Some(path));
                }
            }
        }
        Ok(None)
    }
}

impl Config {
    /// The configuration of this process: the one that the variable `OPENDRIVER_CONFIG` names, else the user's, else the
    /// system's, see [`Places`]; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NamedByVariable`] if the variable names no file, [`ConfigError::Read`] if a place cannot be
    /// looked at.
    pub fn discover() -> Result<Option<PathBuf>, ConfigError> {
        Config::discover_with(|name| std::env::var_os(name))
    }

    /// As [`discover`](Config::discover), given a function that looks up environment variables.
    ///
    /// # Errors
    ///
    /// As [`discover`](Config::discover).
    pub fn discover_with(getenv: impl Fn(&str) -> Option<OsString>) -> Result<Option<PathBuf>, ConfigError> {
        Config::discover_in(&getenv, &Places::of(&getenv))
    }

    /// As [`discover_with`](Config::discover_with), with other directories than those of the platform.
    ///
    /// # Errors
    ///
    /// As [`discover`](Config::discover).
    pub fn discover_in(
        getenv: impl Fn(&str) -> Option<OsString>,
        places: &Places,
    ) -> Result<Option<PathBuf>, ConfigError> {
        match getenv(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from) {
            Some(path) if path.is_file() => Ok(Some(path)),
            Some(path) => Err(ConfigError::NamedByVariable { variable: VARIABLE, path }),
            None => places.find(),
        }
    }
}

/// Whether there is something of that name, be it readable or not.
fn exists(path: &Path) -> Result<bool, ConfigError> {
    match path.try_exists() {
        Ok(exists) => Ok(exists),
        // A file in the place of the directory.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(source) => Err(ConfigError::Read { what: "configuration", path: path.to_path_buf(), source }),
    }
}

//! The manager of the process, made when it is first needed and kept to the end.
//!
//! It is never dropped: at the end of a process nothing is sent to drivers (Wine 8.0 measured).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use opendriver::config::{ConfigError, Overrides};
use opendriver::{Config, Manager, Personality, Settings};

use crate::code::Code;
use crate::failure::Failure;

static MANAGER: OnceLock<Manager> = OnceLock::new();
/// Whether its configuration came from a file. While it did not, one is looked for at each open.
static HAS_FILE: AtomicBool = AtomicBool::new(false);
/// Held while a configuration is read for it, and not while any driver runs.
static READING: Mutex<()> = Mutex::new(());

/// The environment variable with the personality.
const PERSONALITY: &str = "OPENDRIVER_PERSONALITY";

/// The manager, if anybody has needed it.
pub(crate) fn existing() -> Option<&'static Manager> {
    MANAGER.get()
}

/// The manager with its configuration as it is now: made if it does not exist, read again if the files have changed.
pub(crate) fn ready() -> Result<&'static Manager, Failure> {
    if let Some(manager) = MANAGER.get()
        && HAS_FILE.load(Ordering::Acquire)
    {
        manager.reload_if_changed()?;
        return Ok(manager);
    }
    let _reading = READING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Config::discover()?.map(absolute);
    match (MANAGER.get(), path) {
        (Some(manager), None) => Ok(manager),
        // Another thread was faster.
        (Some(manager), Some(_)) if HAS_FILE.load(Ordering::Acquire) => Ok(manager),
        (_, path) => {
            let config = read(path.as_deref())?;
            Ok(install(config, path.is_some()))
        }
    }
}

/// A path as it is kept: absolute, so that what is told of it stays true when the program goes to another directory. Where
/// the current directory is gone it stays as it is, and reading it says why that fails.
pub(crate) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// Takes the configuration at this path, or none at all, whatever the environment says.
pub(crate) fn choose(path: Option<PathBuf>) -> Result<(), Failure> {
    let _reading = READING.lock().unwrap_or_else(PoisonError::into_inner);
    let config = read(path.as_deref())?;
    // No file is a choice, too: nothing is looked for any more.
    install(config, true);
    Ok(())
}

fn install(config: Config, has_file: bool) -> &'static Manager {
    let manager = match MANAGER.get() {
        Some(manager) => {
            manager.set_config(config);
            manager
        }
        None => MANAGER.get_or_init(|| Manager::new(config)),
    };
    HAS_FILE.store(has_file, Ordering::Release);
    manager
}

fn read(path: Option<&Path>) -> Result<Config, Failure> {
    let overrides = overrides()?;
    let config: Result<Config, ConfigError> = match (path, overrides.personality) {
        (Some(path), _) => Config::load_with(path, overrides),
        (None, Some(personality)) => {
            Ok(Config::from_ini(Vec::new(), Settings::with_personality(personality)))
        }
        (None, None) => Ok(Config::default()),
    };
    Ok(config?)
}

fn overrides() -> Result<Overrides, Failure> {
    let Some(value) = std::env::var_os(PERSONALITY) else { return Ok(Overrides::default()) };
    let wrong = |reason: String| {
        Failure::new(Code::ConfigPersonality, format!("the variable {PERSONALITY}: {reason}"))
    };
    let word = value.to_str().ok_or_else(|| wrong("its value is no UTF-8 text".to_owned()))?;
    // People type it: case and blanks around it do not count, and nothing but blanks is as if it were not set.
    let word = word.trim().to_ascii_lowercase();
    if word.is_empty() {
        return Ok(Overrides::default());
    }
    let personality: Personality = word.parse().map_err(|error| wrong(format!("{error}")))?;
    Ok(Overrides::default().personality(personality))
}

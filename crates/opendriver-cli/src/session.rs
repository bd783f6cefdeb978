//! The configuration of a run, and the manager that is made of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use opendriver::config::{Overrides, Places, VARIABLE};
use opendriver::{Config, Manager, Observer, Settings};

use crate::args::Global;
use crate::messages::{self, Failure};
use crate::output::Output;

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) config: Config,
    pub(crate) out: Output,
    pub(crate) verbose: bool,
}

impl Session {
    /// Finds and reads the configuration. To find none is no error: file names work without one.
    pub(crate) fn start(global: &Global, out: Output) -> Result<Session, Failure> {
        let path = match &global.config {
            Some(path) => Some(path.clone()),
            None => Config::discover().map_err(|error| Failure::config(&error))?,
        };
        let config = match path {
            Some(path) => {
                let overrides = Overrides::default();
                let overrides = match global.personality {
                    Some(personality) => overrides.personality(personality),
                    None => overrides,
                };
                Config::load_with(path, overrides)
            }
            None => Config::from_settings(Settings::with_personality(global.personality.unwrap_or_default())),
        };
        let config = config.map_err(|error| Failure::config(&error))?;
        if let Some(defect) = config.document().unreadable() {
            return Err(Failure::unreadable(&defect, &config));
        }
        let verbose = global.verbose > 0;
        if verbose {
            messages::show_oddities(&config);
        }
        Ok(Session { config, out, verbose })
    }

    /// A manager for the configuration, which also looks for drivers where this program lies.
    pub(crate) fn manager(&self, observer: Option<Arc<dyn Observer>>) -> Manager {
        let mut builder = Manager::builder().config(self.config.clone());
        for directory in program_directories() {
            builder = builder.search_directory(directory);
        }
        if let Some(observer) = observer {
            builder = builder.observer(observer);
        }
        builder.build()
    }

    /// What is odd about the INI file, for a failure that it may explain; not if it has been shown already.
    pub(crate) fn oddities(&self) -> Vec<String> {
        if self.verbose { Vec::new() } else { messages::mention(&self.config) }
    }

    /// Why there are no aliases at all, if so.
    pub(crate) fn no_configuration(&self) -> Option<String> {
        match (self.config.path(), self.config.profile_missing()) {
            (None, _) => Some(nothing_found()),
            (Some(_), true) => {
                let profile = self.config.profile_path().unwrap_or(Path::new("")).display();
                Some(format!("the settings name the profile {profile}, which does not exist"))
            }
            (Some(_), false) => None,
        }
    }
}

/// Says where a configuration was looked for.
fn nothing_found() -> String {
    let places = Places::of(|name| std::env::var_os(name));
    let directories: Vec<String> =
        [places.user, places.system].into_iter().flatten().map(|place| place.display().to_string()).collect();
    let directories =
        if directories.is_empty() { "no directory".to_owned() } else { directories.join(" and ") };
    format!(
        "no configuration was found: {VARIABLE} is not set, and opendriver.toml and system.ini were looked for in \
         {directories}; give one with --config FILE"
    )
}

/// Where this program lies. Cargo leaves libraries in `deps` beside it, and these are newer than what may stand beside
/// the program itself from an earlier build.
fn program_directories() -> Vec<PathBuf> {
    // Through symbolic links: a link has no drivers beside it.
    let program = std::env::current_exe().and_then(|program| program.canonicalize());
    let Some(own) = program.ok().and_then(|program| program.parent().map(Path::to_path_buf)) else {
        return Vec::new();
    };
    let deps = own.join("deps");
    if deps.is_dir() { vec![deps, own] } else { vec![own] }
}

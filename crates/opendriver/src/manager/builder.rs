//! Building a manager.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use opendriver_config::{Config, fold};

use super::aliases::Aliases;
use super::dispatch::callback::Notifier;
use super::dispatch::hurdle;
use super::state::State;
use super::{Manager, Setup};
use crate::load::builtin::BuiltIn;
use crate::observe::{Observer, Observers};
use crate::resolve::search::StandIn;
use crate::sync::atomic::{AtomicU32, AtomicUsize};
use crate::sync::{Condvar, Mutex};
use crate::sys::{self, FileId};
use crate::table::Slots;

/// Environment variable with more directories to search, separated as in PATH.
const PATH_VARIABLE: &str = "OPENDRIVER_PATH";

/// Says what a [`Manager`] is to be made of; nothing has to be said.
#[must_use = "nothing is built until `build` is called"]
#[derive(Default)]
pub struct ManagerBuilder {
    config: Config,
    path: Option<OsString>,
    directories: Vec<PathBuf>,
    built_ins: Vec<(String, BuiltIn)>,
    stand_ins: Vec<(FileId, PathBuf, BuiltIn)>,
    observers: Vec<Arc<dyn Observer>>,
    notifier: Option<Arc<dyn Notifier>>,
}

impl ManagerBuilder {
    pub(super) fn new() -> ManagerBuilder {
        ManagerBuilder { path: std::env::var_os(PATH_VARIABLE), ..ManagerBuilder::default() }
    }

    /// The configuration: SYSTEM.INI, settings, or both. Without one there are no aliases, and file names work.
    pub fn config(mut self, config: Config) -> ManagerBuilder {
        self.config = config;
        self
    }

    /// Adds a directory to search for driver files, after all others. The order is: the directory of the
    /// configuration, `search_path` of the settings, OPENDRIVER_PATH, the platform's driver directories
    /// (`/usr/local/lib/opendriver` and `/usr/lib/opendriver` on Unix), and these.
    pub fn search_directory(mut self, directory: impl AsRef<Path>) -> ManagerBuilder {
        self.directories.extend(std::path::absolute(directory));
        self
    }

    /// Takes this list instead of the environment variable OPENDRIVER_PATH; `None` is an empty one.
    pub fn driver_path(mut self, list: Option<OsString>) -> ManagerBuilder {
        self.path = list;
        self
    }

    /// Registers a driver that is compiled into the program under a file name without directories. It is found
    /// before any file of that name.
    pub fn built_in(mut self, file_name: &str, driver: BuiltIn) -> ManagerBuilder {
        self.built_ins.push((file_name.to_owned(), driver));
        self
    }

    /// Lets a driver that is compiled into the program stand in for a file. Everything up to the loading is done as
    /// if the file were a library: the search in directories and on drives, without regard to case, under whatever
    /// spelling and through other links to it. The file must exist; what is in it does not matter. When it is
    /// deleted or replaced, the driver stands in for nothing any more.
    ///
    /// # Errors
    ///
    /// Those of looking at the file.
    pub fn built_in_file(mut self, file: impl AsRef<Path>, driver: BuiltIn) -> io::Result<ManagerBuilder> {
        let file = file.as_ref();
        let id = FileId::of(file, &fs::metadata(file)?);
        self.stand_ins.push((id, std::path::absolute(file)?, driver));
        Ok(self)
    }

    /// Adds an observer of all messages.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> ManagerBuilder {
        self.observers.push(observer);
        self
    }

    /// Gives the manager a way to deliver driver callbacks to events, windows and threads, which only an embedding
    /// layer has.
    pub fn notifier(mut self, notifier: Arc<dyn Notifier>) -> ManagerBuilder {
        self.notifier = Some(notifier);
        self
    }

    /// Builds the manager. Loads nothing.
    pub fn build(self) -> Manager {
        let hurdles = if sys::fence::prepare() { 0 } else { hurdle::FULL_FENCES };
        let path = self.path.unwrap_or_default();
        // An empty element would mean the current directory, which is searched only when the settings say so.
        let elements = std::env::split_paths(&path).filter(|element| !element.as_os_str().is_empty());
        let first_directories: Vec<PathBuf> =
            elements.filter_map(|element| std::path::absolute(element).ok()).collect();
        let first_stand_in = self.built_ins.len();
        let built_ins: HashMap<String, (BuiltIn, usize)> = self
            .built_ins
            .into_iter()
            .enumerate()
            // Odd numbers: the system's values for libraries are aligned addresses.
            .map(|(n, (name, driver))| (fold(&name), (driver, 2 * n + 1)))
            .collect();
        let mut stand_ins: HashMap<FileId, Vec<StandIn>> = HashMap::new();
        for (n, (file, path, driver)) in self.stand_ins.into_iter().enumerate() {
            let identity = 2 * (first_stand_in + n) + 1;
            stand_ins.entry(file).or_default().push(StandIn { path, driver, identity });
        }
        let stand_ins = Arc::new(stand_ins);
        let setup = Setup::new(self.config, &first_directories, &self.directories, &stand_ins);
        Manager {
            slots: Slots::new(),
            state: Mutex::new(State::new()),
            changed: Condvar::new(),
            hurdles: AtomicU32::new(hurdles),
            departing: AtomicUsize::new(0),
            setup: RwLock::new(Arc::new(setup)),
            first_directories,
            last_directories: self.directories,
            stand_ins,
            built_ins,
            aliases: Aliases::default(),
            observers: Observers::new(self.observers),
            notifier: self.notifier,
        }
    }
}

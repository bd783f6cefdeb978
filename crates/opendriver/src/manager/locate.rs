//! What a name would open, without opening it.

use std::path::PathBuf;

use opendriver_config::{Entry, fold};

use super::{Manager, Setup};
use crate::error::{OpenError, ResolveError};
use crate::resolve::head::Head;
use crate::resolve::{self, Line};

/// What a name leads to.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Located {
    /// The entry that was found under the name; `None` if the name was taken as a file.
    pub entry: Option<Entry>,
    /// The file name, as the entry or the caller gives it.
    pub file: String,
    /// The text after the file name.
    pub parameters: Option<String>,
    /// Where the driver is.
    pub place: Place,
}

/// Where a driver is.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Place {
    /// Compiled into the program.
    BuiltIn,
    /// In a library that this process can load.
    File {
        /// Its path.
        path: PathBuf,
        /// What its head says it is.
        head: Head,
    },
}

impl Manager {
    /// Finds out what [`Manager::open`] would open for a name, and loads nothing.
    ///
    /// # Errors
    ///
    /// Those that [`Manager::open`] gives before it loads anything. Whether the library can be loaded and is a
    /// driver only loading can tell.
    pub fn locate(&self, name: &str, section: Option<&str>) -> Result<Located, OpenError> {
        let setup = self.setup();
        self.try_lines(&setup, name, section, |line| Ok(self.locate_line(&setup, line)?))
    }

    fn locate_line(&self, setup: &Setup, line: &Line) -> Result<Located, ResolveError> {
        let (name, file, parameters) = resolve::split(&line.text, &setup.config)?;
        let located = |place| Located {
            entry: line.entry.clone(),
            file: file.to_owned(),
            parameters: parameters.map(str::to_owned),
            place,
        };
        let candidates = name.candidates(setup.config.settings().switches.append_drv);
        if name.is_bare() && candidates.iter().any(|name| self.built_ins.contains_key(&fold(name))) {
            return Ok(located(Place::BuiltIn));
        }
        let found = setup.search.find(&name).map_err(|not_found| not_found.into_error(file))?;
        if setup.search.stand_in(&found.id).is_some() {
            return Ok(located(Place::BuiltIn));
        }
        Ok(located(Place::File { path: found.path, head: found.head }))
    }
}

//! What a name would open, without opening it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use opendriver_config::{Entry, fold};

use super::{Manager, Setup};
use crate::error::{OpenError, ResolveError};
use crate::resolve::head::Head;
use crate::resolve::listing::Listings;
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
        let locator = Locator { manager: self, setup: self.setup(), listings: Listings::fresh() };
        locator.locate(name, section)
    }

    /// Locates many names in one pass, such as all entries of a section. Each directory is read at most once, and the
    /// configuration is that of now, so do not keep it: what is put into a directory later may not be seen.
    ///
    /// ```
    /// use opendriver::{BuiltIn, Call, Manager};
    ///
    /// let manager = Manager::builder().built_in("mine.drv", BuiltIn::new(|_: &Call<'_>| 1)).build();
    /// let locator = manager.locator();
    /// assert!(locator.locate("mine.drv", None).is_ok());
    /// assert!(locator.locate("other.drv", None).is_err());
    /// ```
    pub fn locator(&self) -> Locator<'_> {
        Locator { manager: self, setup: self.setup(), listings: Listings::kept() }
    }
}

/// One pass over many names; see [`Manager::locator`].
pub struct Locator<'a> {
    manager: &'a Manager,
    setup: Arc<Setup>,
    listings: Listings,
}

impl fmt::Debug for Locator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locator").finish_non_exhaustive()
    }
}

impl Locator<'_> {
    /// As [`Manager::locate`].
    ///
    /// # Errors
    ///
    /// As for [`Manager::locate`].
    pub fn locate(&self, name: &str, section: Option<&str>) -> Result<Located, OpenError> {
        self.manager.try_lines(&self.setup, name, section, |line| Ok(self.locate_line(line)?))
    }

    fn locate_line(&self, line: &Line) -> Result<Located, ResolveError> {
        let setup = &self.setup;
        let (name, file, parameters) = resolve::split(&line.text, &setup.config)?;
        let located = |place| Located {
            entry: line.entry.clone(),
            file: file.to_owned(),
            parameters: parameters.map(str::to_owned),
            place,
        };
        let candidates = name.candidates(setup.config.settings().switches.append_drv);
        if name.is_bare() && candidates.iter().any(|name| self.manager.built_ins.contains_key(&fold(name))) {
            return Ok(located(Place::BuiltIn));
        }
        let found = setup.search.find_in(&name, &self.listings);
        let found = found.map_err(|not_found| not_found.into_error(file))?;
        if setup.search.stand_in(&found.id).is_some() {
            return Ok(located(Place::BuiltIn));
        }
        Ok(located(Place::File { path: found.path, head: found.head }))
    }
}

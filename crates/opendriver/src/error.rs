//! What can go wrong, one enum per stage: resolving a name, loading a library, opening an instance, using a handle.
//!
//! Each error says what was asked, what was looked at and why it was passed over, so that the text alone is enough
//! to mend the cause. On Windows all of these are a NULL from OpenDriver or a 0 from the other functions.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use opendriver_abi::LRESULT;
use opendriver_config::{Entry, Origin};

use crate::handle::Handle;
use crate::resolve::search::Tried;

/// Which configuration a look-up was made in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigView {
    /// None was given.
    None,
    /// This file names one that does not exist, or is itself that one; look-ups see an empty one.
    Missing(PathBuf),
    /// This file.
    Read(PathBuf),
}

impl fmt::Display for ConfigView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigView::None => f.write_str("no configuration was given, so there are no aliases"),
            ConfigView::Missing(path) => {
                write!(f, "{} does not exist, so there are no aliases", path.display())
            }
            ConfigView::Read(path) => write!(f, "looked up in {}", path.display()),
        }
    }
}

/// A name could not be traced to a driver file. The caller or the configuration is at fault.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The name has no characters.
    #[error("the driver name is empty; give an alias of the configuration or a file name")]
    EmptyName,
    /// The name has only blanks.
    #[error("the driver name is blank; give an alias of the configuration or a file name")]
    BlankName,
    /// The name contains a NUL character, at which Windows would end it.
    #[error("the driver name contains a NUL character (at byte {at}), behind which everything would be lost")]
    NulInName {
        /// Where, in bytes.
        at: usize,
    },
    /// The section that was asked for has no such entry.
    #[error("{0}")]
    NoEntry(Box<NoEntry>),
    /// The settings have the entry, and it is empty, which blocks the search as an empty registry value does.
    #[error("the entry {:?} of the settings' table [sections.{}] is empty, which ends the search", entry.alias(), entry.section())]
    EmptyEntry {
        /// The entry.
        entry: Box<Entry>,
    },
    /// The line `filename parameters` is longer than the personality allows.
    #[error("the line has {length} characters; more than {limit} are not allowed (switch `line_limit`)")]
    LineTooLong {
        /// Its length, in the units in which the driver gets its text.
        length: usize,
        /// The limit, in the same units.
        limit: usize,
    },
    /// The line begins with a blank, so that the file name in front of the first blank is empty.
    #[error("the line {line:?} begins with a blank, so it has no file name")]
    LeadingBlank {
        /// The line.
        line: String,
    },
    /// What stands in the place of the file name names no file.
    #[error("{file:?} names a directory, or nothing that a driver file could be called")]
    NoFile {
        /// The text in the place of the file name.
        file: String,
    },
    /// The path begins with a drive letter for which the settings have no directory.
    #[error(
        "the path {file:?} is on drive {drive}:, which is not mapped; map it in opendriver.toml: [drives] {drive} = \"/some/directory\""
    )]
    DriveNotMapped {
        /// The letter, in upper case.
        drive: char,
        /// The path.
        file: String,
    },
    /// No file of that name that this process could load.
    #[error("{}", NotFoundText { file, tried })]
    NotFound {
        /// The name as it was asked for.
        file: String,
        /// Every place that was looked at, in the order of the search.
        tried: Vec<Tried>,
        /// Which configuration had no entry of this name, if the name was also tried as an alias.
        aliases: Option<ConfigView>,
    },
}

/// The section that was asked for has no such entry.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoEntry {
    /// The alias asked for.
    pub name: String,
    /// The section asked for.
    pub section: String,
    /// Whether the section has the key, but with nothing behind it, which counts as no entry (Wine 8.0 measured).
    pub empty: bool,
    /// The aliases that this section has.
    pub known: Vec<String>,
    /// The sections that have such an entry.
    pub elsewhere: Vec<String>,
    /// Where it was looked up.
    pub config: ConfigView,
}

impl fmt::Display for NoEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.empty {
            let Self { name, section, config, .. } = self;
            return write!(f, "the entry {:?} of section [{section}] is empty ({config})", Short(name));
        }
        write!(f, "section [{}] has no entry {:?} ({})", self.section, Short(&self.name), self.config)?;
        if !self.elsewhere.is_empty() {
            write!(f, "; it stands in [{}]", self.elsewhere.join("], ["))?;
        } else if !self.known.is_empty() && self.known.len() <= 12 {
            write!(f, "; it has {}", self.known.join(", "))?;
        }
        Ok(())
    }
}

struct NotFoundText<'a> {
    file: &'a str,
    tried: &'a [Tried],
}

impl fmt::Display for NotFoundText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(culprit) = self.tried.iter().find(|tried| tried.exists()) else {
            write!(f, "there is no driver file {:?}", self.file)?;
            if self.tried.is_empty() {
                return f.write_str("; no directory is searched (set `search_path` or OPENDRIVER_PATH)");
            }
            return self.tried.iter().try_for_each(|tried| write!(f, "\n  {tried}"));
        };
        write!(f, "{culprit}")?;
        let others = self.tried.iter().filter(|tried| !std::ptr::eq(*tried, culprit));
        others.into_iter().try_for_each(|tried| write!(f, "\n  {tried}"))
    }
}

/// A file was found and could not be made a module. The library is at fault, or what it depends on.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The system's loader refused it, for instance because a library that it needs is missing.
    #[error("{} cannot be loaded: {message}", path.display())]
    Library {
        /// The file.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
    /// The library has no entry point.
    #[error(
        "{} has no DriverProc, so it is no installable driver; a driver exports a C function of exactly this name (in C++: extern \"C\")",
        path.display()
    )]
    NoDriverProc {
        /// The file.
        path: PathBuf,
    },
}

/// Why an open failed.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum OpenFailure {
    /// The name leads to no file.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The file is no driver.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The driver refused DRV_LOAD; it was unloaded at once and got no further message.
    #[error("the driver {module} refused DRV_LOAD (it answered {answer})")]
    LoadRefused {
        /// The file name of the driver.
        module: String,
        /// What it answered.
        answer: LRESULT,
    },
    /// The driver refused DRV_OPEN with its answer 0.
    #[error(
        "the driver {module} refused DRV_OPEN (parameters {}){}",
        parameters.as_deref().map_or_else(|| "none".to_owned(), |text| format!("{text:?}")),
        if *session { "; it was the session instance" } else { "" }
    )]
    OpenRefused {
        /// The file name of the driver.
        module: String,
        /// The parameters it was given.
        parameters: Option<String>,
        /// Whether it refused the hidden instance that the wine personality opens first.
        session: bool,
    },
    /// The driver closed the instance itself while it was being opened.
    #[error("the driver {module} closed the instance while it was being opened")]
    ClosedWhileOpening {
        /// The file name of the driver.
        module: String,
    },
    /// As many instances are open as a manager can hold: 1,000,000.
    #[error("no more than 1,000,000 instances can be open at once; close some")]
    TooManyInstances,
    /// Another thread was loading or unloading the module for longer than `load_wait`.
    #[error(
        "the driver {module} has been {} on another thread for more than {} s (setting `load_wait`)",
        if *loading { "loading" } else { "unloading" },
        waited.as_secs_f64()
    )]
    Busy {
        /// The file name of the driver.
        module: String,
        /// Whether it was on its way up, in DRV_LOAD or DRV_ENABLE, rather than down, in DRV_DISABLE or DRV_FREE.
        loading: bool,
        /// How long was waited.
        waited: Duration,
    },
    /// The parameters cannot be written in the encoding that the driver takes.
    #[error("the parameters {parameters:?} cannot be passed to the driver {module}: {reason}")]
    Parameters {
        /// The file name of the driver.
        module: String,
        /// The parameters.
        parameters: String,
        /// What cannot be expressed.
        reason: String,
    },
}

/// An open failed. Says what was asked, which entry was found for it, and why it came to nothing.
#[doc(alias = "NULL")]
#[derive(Debug)]
pub struct OpenError {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    section: Option<String>,
    entry: Option<Entry>,
    failure: OpenFailure,
    earlier: Option<OpenError>,
}

impl OpenError {
    pub(crate) fn new(
        name: &str,
        section: Option<&str>,
        entry: Option<Entry>,
        failure: OpenFailure,
    ) -> OpenError {
        let (name, section) = (name.to_owned(), section.map(str::to_owned));
        OpenError { inner: Box::new(Inner { name, section, entry, failure, earlier: None }) }
    }

    /// The same error, after another way of reading the name had failed as `earlier` says.
    pub(crate) fn after(mut self, earlier: OpenError) -> OpenError {
        self.inner.earlier = Some(earlier);
        self
    }

    /// The name that was asked for.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The section that was asked for.
    pub fn section(&self) -> Option<&str> {
        self.inner.section.as_deref()
    }

    /// The entry that was found under the name, and with it the line of the configuration.
    pub fn entry(&self) -> Option<&Entry> {
        self.inner.entry.as_ref()
    }

    /// Why it failed.
    pub fn failure(&self) -> &OpenFailure {
        &self.inner.failure
    }

    /// How the first try ended, where the personality tries a name as a file and then as an alias.
    pub fn earlier(&self) -> Option<&OpenError> {
        self.inner.earlier.as_ref()
    }

    /// Whether it was the driver itself that refused, rather than anything on the way to it.
    pub fn is_refusal(&self) -> bool {
        use OpenFailure::{ClosedWhileOpening, LoadRefused, OpenRefused};
        matches!(self.inner.failure, LoadRefused { .. } | OpenRefused { .. } | ClosedWhileOpening { .. })
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { name, entry, failure, earlier, .. } = &*self.inner;
        write!(f, "cannot open {:?}", Short(name))?;
        if let Some(entry) = entry {
            f.write_str(" (")?;
            match entry.origin() {
                Origin::Profile { path: Some(path), position } => {
                    write!(f, "{}:{}: ", path.display(), position.line)?;
                }
                Origin::Settings { path: Some(path), .. } => write!(f, "{}: ", path.display())?,
                _ => {}
            }
            write!(f, "[{}] {}={})", entry.section(), Short(entry.alias()), Short(entry.line()))?;
        }
        write!(f, ": {failure}")?;
        if let OpenFailure::Resolve(ResolveError::NotFound { aliases: Some(view), .. }) = failure {
            write!(f, "\n  and no alias of that name: {view}")?;
        }
        if let Some(earlier) = earlier {
            write!(f, "\nbefore that: {earlier}")?;
        }
        Ok(())
    }
}

/// Text of any length in a message: what is long is left out in the middle.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HALF: usize = 60;
        let count = self.0.chars().count();
        if count <= 2 * HALF + 20 {
            return f.write_str(self.0);
        }
        let start: String = self.0.chars().take(HALF).collect();
        let end: String = self.0.chars().skip(count - HALF).collect();
        write!(f, "{start}[... {} characters ...]{end}", count - 2 * HALF)
    }
}

impl fmt::Debug for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.failure.source()
    }
}

/// A handle does not, or no longer, stand for an open instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{handle} is no open instance: it is closed or being closed, or was never given out by this manager")]
pub struct StaleHandle {
    /// The handle.
    pub handle: Handle,
}

/// A close failed.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseError {
    /// The handle is not open.
    #[error(transparent)]
    Stale(#[from] StaleHandle),
    /// The driver answered DRV_CLOSE with 0 under a personality in which that keeps the instance open.
    #[error("the driver {module} refused DRV_CLOSE; the instance {handle} is still open")]
    Vetoed {
        /// The file name of the driver.
        module: String,
        /// The instance.
        handle: Handle,
    },
}

/// A symbol of a module cannot be had.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    /// The handle is not open.
    #[error(transparent)]
    Stale(#[from] StaleHandle),
    /// The module does not export it.
    #[error("the driver {module} exports no {name:?}")]
    Missing {
        /// The file name of the driver.
        module: String,
        /// The name asked for.
        name: String,
    },
}

//! From a file name to a file: the search directories, exact names before names in another case, and a look at what
//! is found there.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use opendriver_config::fold;

use super::head::Head;
use super::head::known::KnownHeads;
use super::name::{FileName, Root};
use crate::error::ResolveError;
use crate::load::builtin::BuiltIn;
use crate::sys::{self, FileId};

/// Where to look for driver files, and under which additional names.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchPlan {
    /// In the order of the search.
    pub(crate) directories: Vec<PathBuf>,
    pub(crate) drives: BTreeMap<char, PathBuf>,
    pub(crate) append_drv: bool,
    /// Whether the current directory is searched, after all others.
    pub(crate) current_directory: bool,
    /// Drivers in the program that stand in for files.
    pub(crate) stand_ins: StandIns,
    pub(crate) heads: KnownHeads,
}

/// Drivers in the program by the file that each stands in for, with the numbers of their code.
pub(crate) type StandIns = Arc<HashMap<FileId, (BuiltIn, usize)>>;

/// A file that this process can load.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) id: FileId,
    pub(crate) head: Head,
}

/// A place that was looked at, and why it was passed over.
#[derive(Clone, Debug)]
pub struct Tried {
    /// A directory, or a file in one.
    pub place: PathBuf,
    /// What was wrong with it.
    pub why: PassedOver,
}

/// Why a place was passed over in the search for a driver file.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum PassedOver {
    /// The directory holds none of these names, in any case.
    NoSuchFile {
        /// The names that were looked for.
        names: Vec<String>,
    },
    /// The search directory itself does not exist.
    NoSuchDirectory,
    /// There is a directory of that name.
    IsDirectory,
    /// It is there, but cannot be read.
    Unreadable {
        /// What the system said.
        error: String,
    },
    /// It is no library that this process can load.
    WrongKind {
        /// What it is.
        head: Head,
    },
}

impl Tried {
    /// Whether something of the wanted name was there, which makes it the likely cause of the failure.
    pub fn exists(&self) -> bool {
        !matches!(self.why, PassedOver::NoSuchFile { .. } | PassedOver::NoSuchDirectory)
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.display();
        match &self.why {
            PassedOver::NoSuchFile { names } => write!(f, "{place}: has no {}", names.join(", ")),
            PassedOver::NoSuchDirectory => write!(f, "{place}: there is no such directory"),
            PassedOver::IsDirectory => write!(f, "{place} is a directory"),
            PassedOver::Unreadable { error } => write!(f, "{place} cannot be read: {error}"),
            PassedOver::WrongKind { head } => {
                write!(f, "{place} is {head}; this process is {}", Head::needed())
            }
        }
    }
}

/// Why no file was found at all.
pub(crate) enum NotFound {
    DriveNotMapped(char),
    Nowhere(Vec<Tried>),
}

impl NotFound {
    /// The error for a search for `file`.
    pub(crate) fn into_error(self, file: &str) -> ResolveError {
        let file = file.to_owned();
        match self {
            NotFound::DriveNotMapped(drive) => ResolveError::DriveNotMapped { drive, file },
            NotFound::Nowhere(tried) => ResolveError::NotFound { file, tried, aliases: None },
        }
    }
}

impl SearchPlan {
    /// Finds the first file for `name` that can be loaded.
    pub(crate) fn find(&self, name: &FileName) -> Result<Found, NotFound> {
        if let Root::Exact(path) = &name.root {
            return match self.examine(path) {
                Ok((id, head)) => Ok(Found { path: path.clone(), id, head }),
                Err(PassedOver::NoSuchFile { .. }) => {
                    let place = path.parent().unwrap_or(path).to_path_buf();
                    let why = PassedOver::NoSuchFile { names: vec![name.base.clone()] };
                    Err(NotFound::Nowhere(vec![Tried { place, why }]))
                }
                Err(why) => Err(NotFound::Nowhere(vec![Tried { place: path.clone(), why }])),
            };
        }
        let roots = self.roots(name)?;
        if let [root] = &roots[..]
            && let Some(found) = self.exactly(root, name)
        {
            return Ok(found);
        }
        let candidates = name.candidates(self.append_drv);
        let mut tried = Vec::new();
        for root in roots {
            if let Some(found) = self.look_below(&root, &name.directories, &candidates, &mut tried) {
                return Ok(found);
            }
        }
        Err(NotFound::Nowhere(tried))
    }

    /// The file whose path is just what is written, if it is fit; the search comes to the same in more steps.
    fn exactly(&self, root: &Path, name: &FileName) -> Option<Found> {
        let mut path = root.to_path_buf();
        path.extend(name.directories.iter().map(String::as_str).chain([name.as_it_stands()]));
        let (id, head) = self.examine(&path).ok()?;
        Some(Found { path, id, head })
    }

    /// Looks for the candidates in `root`/`directories`; what is there and unfit goes to `tried`.
    fn look_below(
        &self,
        root: &Path,
        directories: &[String],
        candidates: &[String],
        tried: &mut Vec<Tried>,
    ) -> Option<Found> {
        let missing = |why| Tried {
            place: directories.iter().fold(root.to_path_buf(), |path, part| path.join(part)),
            why,
        };
        let Some(directory) = descend(root, directories) else {
            tried.push(missing(PassedOver::NoSuchDirectory));
            return None;
        };
        let before = tried.len();
        for name in candidates {
            if let Some(found) = self.look_at(directory.join(name), tried) {
                return Some(found);
            }
        }
        if tried.len() == before {
            // Without an exact match the directory is read.
            for path in in_any_case(&directory, candidates) {
                if let Some(found) = self.look_at(path, tried) {
                    return Some(found);
                }
            }
        }
        if tried.len() == before {
            tried
                .push(Tried { place: directory, why: PassedOver::NoSuchFile { names: candidates.to_vec() } });
        }
        None
    }

    /// Whether it is there and can be loaded; what is there and cannot goes to `tried`.
    fn look_at(&self, path: PathBuf, tried: &mut Vec<Tried>) -> Option<Found> {
        match self.examine(&path) {
            Ok((id, head)) => return Some(Found { path, id, head }),
            Err(PassedOver::NoSuchFile { .. }) => {}
            Err(why) => tried.push(Tried { place: path, why }),
        }
        None
    }

    /// Whether the file can be loaded, by its head; its identity and head if so. What a file
    /// has in it does not matter if a driver in the program stands in for it.
    fn examine(&self, path: &Path) -> Result<(FileId, Head), PassedOver> {
        let unreadable = |error: io::Error| PassedOver::Unreadable { error: error.to_string() };
        let metadata: Metadata = fs::metadata(path).map_err(|error| match error.kind() {
            // Also what a path through a file, or a link to nothing, comes to.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                PassedOver::NoSuchFile { names: Vec::new() }
            }
            _ => unreadable(error),
        })?;
        if metadata.is_dir() {
            return Err(PassedOver::IsDirectory);
        }
        if !metadata.is_file() {
            // Opening a pipe would wait for its other end.
            return Err(PassedOver::Unreadable { error: "it is no regular file".to_owned() });
        }
        let id = FileId::of(path, &metadata);
        let head = self.heads.read(path, &id, &metadata).map_err(unreadable)?;
        if head.suits_this_process() || self.stand_ins.contains_key(&id) {
            Ok((id, head))
        } else {
            Err(PassedOver::WrongKind { head })
        }
    }

    /// The driver that stands in for a file.
    pub(crate) fn stand_in(&self, file: &FileId) -> Option<(BuiltIn, usize)> {
        self.stand_ins.get(file).cloned()
    }

    fn roots(&self, name: &FileName) -> Result<Vec<PathBuf>, NotFound> {
        match &name.root {
            Root::Absolute => Ok(vec![PathBuf::from("/")]),
            Root::Drive(letter) => match self.drives.get(letter) {
                Some(root) => Ok(vec![root.clone()]),
                None if sys::HAS_DRIVES => Ok(vec![PathBuf::from(format!("{letter}:\\"))]),
                None => Err(NotFound::DriveNotMapped(*letter)),
            },
            Root::Exact(path) => Ok(vec![path.clone()]),
            Root::Search => {
                let mut roots = self.directories.clone();
                if self.current_directory {
                    roots.extend(std::env::current_dir());
                }
                Ok(roots)
            }
        }
    }
}

/// Walks down from `root`, each step by its exact name or else without regard to case.
fn descend(root: &Path, directories: &[String]) -> Option<PathBuf> {
    let mut here = root.to_path_buf();
    if !here.is_dir() {
        return None;
    }
    for part in directories {
        let exact = here.join(part);
        here = if exact.is_dir() {
            exact
        } else {
            in_any_case(&here, std::slice::from_ref(part)).into_iter().find(|path| path.is_dir())?
        };
    }
    Some(here)
}

/// The entries of `directory` that are called like one of the candidates but for case, in the order of the
/// candidates and then of their names, so that the choice does not depend on the file system.
fn in_any_case(directory: &Path, candidates: &[String]) -> Vec<PathBuf> {
    let folded: Vec<String> = candidates.iter().map(|name| fold(name)).collect();
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut matches: Vec<(usize, PathBuf)> = entries
        .filter_map(|entry| {
            let name = fold(entry.file_name().to_str()?);
            Some((folded.iter().position(|candidate| *candidate == name)?, entry.path()))
        })
        .collect();
    matches.sort();
    matches.into_iter().map(|(_, path)| path).collect()
}

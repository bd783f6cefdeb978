//! From a file name to a file: the search directories, exact names before names in another case, and a look at what
//! is found there.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::head::Head;
use super::head::known::KnownHeads;
use super::listing::Listings;
use super::name::{FileName, Root, collapsed};
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

/// Drivers in the program by the file that each stands in for; of several for one file the last one counts.
pub(crate) type StandIns = Arc<HashMap<FileId, Vec<StandIn>>>;

/// A driver in the program that stands in for a file.
#[derive(Clone, Debug)]
pub(crate) struct StandIn {
    /// Where the file was, absolute.
    pub(crate) path: PathBuf,
    pub(crate) driver: BuiltIn,
    /// The number of its code.
    pub(crate) identity: usize,
}

impl StandIn {
    /// Whether the file is still there. When it has gone, the system may give its identity to any new file.
    fn stands_for(&self, file: &FileId) -> bool {
        fs::metadata(&self.path).is_ok_and(|metadata| FileId::of(&self.path, &metadata) == *file)
    }
}

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

/// A place to start from, and the directories that lead from there to the file.
type Start<'a> = (PathBuf, Cow<'a, [String]>);

impl SearchPlan {
    /// Finds the first file for `name` that can be loaded.
    pub(crate) fn find(&self, name: &FileName) -> Result<Found, NotFound> {
        self.find_in(name, &Listings::fresh())
    }

    /// As [`SearchPlan::find`], and reads directories through `listings`.
    pub(crate) fn find_in(&self, name: &FileName, listings: &Listings) -> Result<Found, NotFound> {
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
        let starts = self.starts(name)?;
        // Of several search directories the first seldom has it.
        if let Some((root, directories)) = starts.first()
            && (starts.len() == 1 || name.root != Root::Search)
            && let Some(found) = self.exactly((root, directories), name)
        {
            return Ok(found);
        }
        let candidates = name.candidates(self.append_drv);
        let mut tried = Vec::new();
        for (root, directories) in starts {
            if let Some(found) = self.look_below((&root, &directories), &candidates, &mut tried, listings) {
                return Ok(found);
            }
        }
        Err(NotFound::Nowhere(tried))
    }

    /// The file whose path is just what is written, if it is fit; the search comes to the same in more steps.
    fn exactly(&self, (root, directories): (&Path, &[String]), name: &FileName) -> Option<Found> {
        let mut path = root.to_path_buf();
        path.extend(directories.iter().map(String::as_str).chain([name.as_it_stands()]));
        let (id, head) = self.examine(&path).ok()?;
        Some(Found { path, id, head })
    }

    /// Looks for the candidates in `root`/`directories`; what is there and unfit goes to `tried`.
    fn look_below(
        &self,
        (root, directories): (&Path, &[String]),
        candidates: &[String],
        tried: &mut Vec<Tried>,
        listings: &Listings,
    ) -> Option<Found> {
        let missing = |why| Tried {
            place: directories.iter().fold(root.to_path_buf(), |path, part| path.join(part)),
            why,
        };
        let Some(directory) = descend(root, directories, listings) else {
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
            for path in listings.in_any_case(&directory, candidates) {
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
            // Also what a path through a file, or a link to nothing, comes to; and a name that no file can have, such as
            // one with quotes on Windows.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
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
        if head.suits_this_process() || self.stand_in(&id).is_some() {
            Ok((id, head))
        } else {
            Err(PassedOver::WrongKind { head })
        }
    }

    /// The driver that stands in for a file.
    pub(crate) fn stand_in(&self, file: &FileId) -> Option<&StandIn> {
        self.stand_ins.get(file)?.iter().rev().find(|stand_in| stand_in.stands_for(file))
    }

    /// Where to start, in turn.
    fn starts<'a>(&self, name: &'a FileName) -> Result<Vec<Start<'a>>, NotFound> {
        let directories = || Cow::Borrowed(&name.directories[..]);
        let below_root = |parts: Vec<String>| Cow::Owned(collapsed(parts, false));
        let here = || (PathBuf::from("/"), directories());
        // The root of the drive that is the current one, if there is a directory for it.
        let current_drive = || {
            let letter = self.current().map_or(SYSTEM_DRIVE, |(letter, _)| letter);
            let root = self.drives.get(&letter)?;
            Some((root.clone(), below_root(name.directories.clone())))
        };
        Ok(match &name.root {
            Root::Absolute => [Some(here()), current_drive()].into_iter().flatten().collect(),
            Root::CurrentDrive => [current_drive(), Some(here())].into_iter().flatten().collect(),
            Root::Share if sys::HAS_DRIVES => {
                let [server, share] = [0, 1].map(|index| &name.directories[index]);
                vec![(PathBuf::from(format!(r"\\{server}\{share}\")), Cow::Borrowed(&name.directories[2..]))]
            }
            Root::Share => vec![here()],
            Root::Drive(letter) => vec![(self.drive(*letter)?, directories())],
            Root::InDrive(letter) => match self.current() {
                Some((current, before)) if current == *letter => {
                    vec![(self.drive(*letter)?, below_root([&before, &name.directories[..]].concat()))]
                }
                // Windows knows where it is on each of its drives, which nobody has mapped here.
                _ if sys::HAS_DRIVES && self.current_directory && !self.drives.contains_key(letter) => {
                    vec![(PathBuf::from(format!("{letter}:")), directories())]
                }
                _ => vec![(self.drive(*letter)?, below_root(name.directories.clone()))],
            },
            Root::Exact(path) => vec![(path.clone(), Cow::Borrowed(&[][..]))],
            Root::Search => {
                let current = self.current_directory.then(|| std::env::current_dir().ok()).flatten();
                self.directories.iter().cloned().chain(current).map(|root| (root, directories())).collect()
            }
        })
    }

    /// The directory that stands for a drive.
    fn drive(&self, letter: char) -> Result<PathBuf, NotFound> {
        match self.drives.get(&letter) {
            Some(root) => Ok(root.clone()),
            None if sys::HAS_DRIVES => Ok(PathBuf::from(format!("{letter}:\\"))),
            None => Err(NotFound::DriveNotMapped(letter)),
        }
    }

    /// The drive on which the current directory is, and the way to it from the root of the drive. `None` if it is on
    /// none, or is not to be searched: then it does not decide which driver is loaded in any other way either.
    fn current(&self) -> Option<(char, Vec<String>)> {
        if !self.current_directory {
            return None;
        }
        let current = std::env::current_dir().ok()?.canonicalize().ok()?;
        let below = |(letter, root): (&char, &PathBuf)| {
            let root = root.canonicalize().ok()?;
            let parts = current.strip_prefix(&root).ok()?.iter();
            let parts: Option<Vec<String>> = parts.map(|part| part.to_str().map(str::to_owned)).collect();
            Some((root.iter().count(), (*letter, parts?)))
        };
        // A drive may be mapped to a directory of another one; the nearest counts.
        self.drives.iter().filter_map(below).max_by_key(|(depth, _)| *depth).map(|(_, current)| current)
    }
}

/// The drive that is the current one where nothing else is: that of the Windows directory.
const SYSTEM_DRIVE: char = 'C';

/// Walks down from `root`, each step by its exact name or else without regard to case.
fn descend(root: &Path, directories: &[String], listings: &Listings) -> Option<PathBuf> {
    let mut here = root.to_path_buf();
    if !here.is_dir() {
        return None;
    }
    for part in directories {
        let exact = here.join(part);
        here = if exact.is_dir() {
            exact
        } else {
            let found = listings.in_any_case(&here, std::slice::from_ref(part));
            found.into_iter().find(|path| path.is_dir())?
        };
    }
    Some(here)
}

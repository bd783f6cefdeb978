//! Whether a file is still the one that was read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// Times younger than this may stay the same when the file is written again. FAT counts in steps of two seconds; Wine
/// draws the line at 2.1.
const COARSE: Duration = Duration::from_millis(2100);

/// A file as it was when it was read.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    path: PathBuf,
    seen: Option<Seen>,
}

#[derive(Debug, Clone)]
struct Seen {
    identity: Identity,
    /// Set for a file that was written just before it was read, the identity of which does not tell everything.
    fresh: Option<Arc<Fresh>>,
}

/// The content of a file, to be compared until its time is old enough.
#[derive(Debug)]
struct Fresh {
    bytes: Vec<u8>,
    settled: AtomicBool,
}

/// What changes when a file is written or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    length: u64,
    modified: Option<SystemTime>,
    system: SystemIdentity,
}

#[cfg(unix)]
type SystemIdentity = (u64, u64, i64, i64);
#[cfg(not(unix))]
type SystemIdentity = Option<SystemTime>;

impl Stamp {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> io::Result<(Vec<u8>, Stamp)> {
        let mut file = File::open(path)?;
        // Before the content: if the file is written meanwhile, it has another time afterwards.
        let identity = Identity::of(&file.metadata()?);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let fresh = (!identity.is_settled())
            .then(|| Arc::new(Fresh { bytes: bytes.clone(), settled: AtomicBool::new(false) }));
        Ok((bytes, Stamp { path: path.to_path_buf(), seen: Some(Seen { identity, fresh }) }))
    }

    /// A file that does not exist.
    pub(super) fn missing(path: &Path) -> Stamp {
        Stamp { path: path.to_path_buf(), seen: None }
    }

    pub(super) fn is_missing(&self) -> bool {
        self.seen.is_none()
    }

    /// Whether the file is another one now, or has other content. One that cannot be looked at has changed.
    pub(super) fn changed(&self) -> bool {
        let now = fs::metadata(&self.path);
        let Some(seen) = &self.seen else {
            return !matches!(now, Err(error) if error.kind() == io::ErrorKind::NotFound);
        };
        let Ok(now) = now else { return true };
        if Identity::of(&now) != seen.identity {
            return true;
        }
        let Some(fresh) = seen.fresh.as_ref().filter(|fresh| !fresh.settled.load(Ordering::Relaxed)) else {
            return false;
        };
        // Asked before the file is read: what is written afterwards has another time.
        let settled = seen.identity.is_settled();
        let same = fs::read(&self.path).is_ok_and(|bytes| bytes == fresh.bytes);
        if same && settled {
            fresh.settled.store(true, Ordering::Relaxed);
        }
        !same
    }
}

impl Identity {
    fn of(metadata: &Metadata) -> Identity {
        Identity {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            system: system_identity(metadata),
        }
    }

    /// Whether a file written from now on would get another time.
    fn is_settled(&self) -> bool {
        self.modified.and_then(|modified| modified.elapsed().ok()).is_some_and(|age| age > COARSE)
    }
}

/// Device, file and time of the last change of any kind, which no program can set.
#[cfg(unix)]
fn system_identity(metadata: &Metadata) -> SystemIdentity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

/// The time of creation: std does not give the file's number on Windows.
#[cfg(not(unix))]
fn system_identity(metadata: &Metadata) -> SystemIdentity {
    metadata.created().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stamp of a file that was written again within one tick of the clock, so that its identity is the same.
    fn overwritten(path: &Path, old: &str, new: &str) -> io::Result<Stamp> {
        fs::write(path, old)?;
        let (_, mut stamp) = Stamp::read(path)?;
        fs::write(path, new)?;
        let identity = Identity::of(&fs::metadata(path)?);
        stamp.seen.as_mut().expect("it was read").identity = identity;
        Ok(stamp)
    }

    #[test]
    fn a_file_written_twice_in_one_tick_is_compared() -> io::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        assert!(overwritten(file.path(), "a=1", "a=2")?.changed());
        let same = overwritten(file.path(), "a=1", "a=1")?;
        assert!(!same.changed() && same.seen.is_some_and(|seen| seen.fresh.is_some()));
        Ok(())
    }

    #[test]
    fn an_old_file_is_known_by_its_time_alone() -> io::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        let set = |age: Duration| file.as_file().set_modified(SystemTime::now() - age);
        set(COARSE * 10)?;
        let (_, stamp) = Stamp::read(file.path())?;
        assert!(!stamp.changed() && stamp.seen.is_some_and(|seen| seen.fresh.is_none()));

        // Read when it was fresh, asked when it is no longer: compared once more, then never again.
        set(Duration::ZERO)?;
        let (_, mut stamp) = Stamp::read(file.path())?;
        let seen = stamp.seen.as_mut().expect("it was read");
        set(COARSE * 10)?;
        seen.identity = Identity::of(&fs::metadata(file.path())?);
        let fresh = seen.fresh.clone().expect("it was fresh");
        assert!(!fresh.settled.load(Ordering::Relaxed));
        assert!(!stamp.changed());
        assert!(fresh.settled.load(Ordering::Relaxed));
        Ok(())
    }

    #[test]
    fn a_time_in_the_future_is_not_trusted() -> io::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        file.as_file().set_modified(SystemTime::now() + COARSE * 10)?;
        let (_, stamp) = Stamp::read(file.path())?;
        assert!(!stamp.changed() && stamp.seen.is_some_and(|seen| seen.fresh.is_some()));
        Ok(())
    }
}

//! Heads that were read before, so that opening a driver again does not read its file twice.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::Head;
use crate::sys::{FileId, Revision};

/// A file that was changed later than so long ago may be changed again and keep its times: FAT counts in steps of two
/// seconds.
const COARSE: Duration = Duration::from_millis(2100);

/// How many are remembered; more are a sign that files come and go.
const MOST: usize = 1024;

/// The heads of files as they were last seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownHeads(Arc<Mutex<HashMap<FileId, (Revision, Head)>>>);

impl KnownHeads {
    /// The head of the file at this path, of which the system has just told `id` and `metadata`: read, unless that
    /// was done before and the file has not changed.
    pub(crate) fn read(&self, path: &Path, id: &FileId, metadata: &Metadata) -> io::Result<Head> {
        let revision = Revision::of(metadata);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, head)) = known.get(id).filter(|(of, _)| *of == revision) {
            return Ok(head.clone());
        }
        drop(known);
        let mut file = File::open(path)?;
        let head = Head::of_file(&mut file)?;
        // It may be another file by now.
        let now = file.metadata()?;
        if revision.is_settled() && FileId::of(path, &now) == *id && Revision::of(&now) == revision {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(id.clone(), (revision, head.clone()));
        }
        Ok(head)
    }
}

impl Revision {
    /// Whether a further change would show.
    fn is_settled(&self) -> bool {
        let age = |time: SystemTime| time.elapsed().ok();
        self.changed().and_then(age).is_some_and(|age| age > COARSE)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(known: &KnownHeads, path: &Path) -> Head {
        let metadata = fs::metadata(path).expect("it is there");
        known.read(path, &FileId::of(path, &metadata), &metadata).expect("it can be read")
    }

    #[test]
    fn a_file_is_read_again_when_it_has_changed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.drv");
        fs::write(&path, "text").expect("it can be written");
        let known = KnownHeads::default();
        assert_eq!(read(&known, &path), Head::Text);
        // At once, with the same length: the times may be the same.
        fs::write(&path, [0, 1, 2, 3]).expect("it can be written");
        assert_eq!(read(&known, &path), Head::Unknown(vec![0, 1, 2, 3]));
    }

    #[test]
    #[cfg(unix)]
    fn a_settled_file_is_read_once_and_again_after_a_change() {
        // The system's time of change cannot be set, so a file that was there before serves.
        let path = std::env::current_exe().expect("a path");
        let metadata = fs::metadata(&path).expect("it is there");
        let id = FileId::of(&path, &metadata);
        if !Revision::of(&metadata).is_settled() {
            std::thread::sleep(COARSE);
        }
        let known = KnownHeads::default();
        let head = read(&known, &path);
        assert!(known.0.lock().expect("no panic").contains_key(&id));
        // What is known is believed as long as the revision is the same.
        known.0.lock().expect("no panic").get_mut(&id).expect("it is known").1 = Head::Text;
        assert_eq!(read(&known, &path), Head::Text);
        let other = fs::metadata(path.parent().expect("a directory")).expect("it is there");
        known.0.lock().expect("no panic").get_mut(&id).expect("it is known").0 = Revision::of(&other);
        assert_eq!(read(&known, &path), head);
    }
}

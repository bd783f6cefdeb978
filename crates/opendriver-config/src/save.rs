//! Saving a file so that a reader, and a power failure, finds the old content or the new one, whole.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file was not saved. But for [`NotFlushed`](SaveError::NotFlushed), the old file, if there was one, is still
/// there, whole.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The path is a directory, a device or the like: the caller's mistake.
    #[error("{} is no regular file, so nothing was written: give the path of a file", path.display())]
    NotAFile {
        /// What was to be written.
        path: PathBuf,
    },
    /// The path is a chain of symbolic links without end.
    #[error("{} is a symbolic link that leads back to itself: remove it", path.display())]
    LinkLoop {
        /// The first link.
        path: PathBuf,
    },
    /// The file has its new content, but the system could not promise that it survives a power failure.
    #[error("{} is saved, but a power failure may undo it: the system could not flush its directory", path.display())]
    NotFlushed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused one of the steps.
    #[error("cannot {step} {}", path.display())]
    Io {
        /// What was tried.
        step: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes `bytes` to a file in one step: whoever reads it meanwhile, or after a crash at any moment, finds the old
/// content or the new one.
///
/// The bytes go to a new file in the same directory, which then takes the place of the old one. So the directory must
/// be writable. The permissions of the old file are kept, and its owner where the process may set it; where it may not
/// keep the group, the new group gets no more than everybody. Other names (hard links) of the old file keep the old
/// content, and access control lists are not copied. A symbolic link stays one: the file it leads to is replaced. A
/// file that this process may not write is not replaced either. A process killed in the middle may leave a file
/// `.NAME.xxxxxx.tmp` behind.
///
/// Until it is complete, the file that replaces an old one can be read by its owner only (mode 0600), so that no content
/// can be read, not for a moment, by anybody who could not read the old file.
///
/// # Errors
///
/// [`SaveError`]; the old file is then still there, whole, but for [`SaveError::NotFlushed`].
///
/// # Platform notes
///
/// On Unix the directory is flushed to disk too, so the new name survives a power failure. On Windows the replacement
/// is one call of the system; the permissions are those that a new file gets there, but for the read-only attribute.
pub fn save(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<(), SaveError> {
    replace(path.as_ref(), |file| file.write_all(bytes.as_ref()))
}

/// As [`save`], with the content that `write` writes.
fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), SaveError> {
    let path = follow(path)?;
    let old = look_at(&path)?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let prefix = [".".as_ref(), path.file_name().unwrap_or_default(), ".".as_ref()].join(OsStr::new(""));
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    first_permissions(&mut builder, old.is_some());
    let mut file = builder.tempfile_in(directory).map_err(io_error("create a new file in", directory))?;
    write(file.as_file_mut()).map_err(io_error("write the new content of", &path))?;
    if let Some(old) = &old {
        keep(file.as_file(), old).map_err(io_error("keep the permissions of", &path))?;
    }
    file.as_file().sync_all().map_err(io_error("flush the new content of", &path))?;
    file.persist(&path).map_err(|error| io_error("replace", &path)(error.error))?;
    flush_directory(directory).map_err(|source| SaveError::NotFlushed { path, source })
}

fn io_error(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SaveError {
    let path = path.to_path_buf();
    move |source| SaveError::Io { step, path, source }
}

/// The file that a chain of symbolic links leads to, whether it exists or not.
fn follow(path: &Path) -> Result<PathBuf, SaveError> {
    let mut target = path.to_path_buf();
    // As many as Linux follows.
    for _ in 0..40 {
        match fs::symlink_metadata(&target) {
            Ok(metadata) if metadata.is_symlink() => {
                let link = fs::read_link(&target).map_err(io_error("read the link", &target))?;
                target = target.parent().unwrap_or(Path::new("")).join(link);
            }
            _ => return Ok(target),
        }
    }
    Err(SaveError::LinkLoop { path: path.to_path_buf() })
}

/// What is there now; an error if it must not be replaced.
fn look_at(path: &Path) -> Result<Option<fs::Metadata>, SaveError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            // Replacing needs no right to the file itself: ask for it, as if it were written in place.
            OpenOptions::new().write(true).open(path).map_err(io_error("write to", path))?;
            Ok(Some(metadata))
        }
        Ok(_) => Err(SaveError::NotAFile { path: path.to_path_buf() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("look at", path)(error)),
    }
}

/// Those of any new file, or private ones until those of the old file can be given.
#[cfg(unix)]
fn first_permissions(builder: &mut tempfile::Builder<'_, '_>, replaces: bool) {
    use std::os::unix::fs::PermissionsExt;
    // The process's mask is applied to both.
    let mode = if replaces { 0o600 } else { 0o666 };
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn first_permissions(_: &mut tempfile::Builder<'_, '_>, _: bool) {}

#[cfg(unix)]
fn keep(file: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let new = file.metadata()?;
    // Only root may give a file away, and groups are limited to one's own: keep what can be kept. The owner goes first,
    // since a change of owner clears permissions.
    let group_kept = new.gid() == old.gid() || fchown(file, None, Some(old.gid())).is_ok();
    let owner_kept = new.uid() == old.uid() || fchown(file, Some(old.uid()), None).is_ok();
    let mode = kept_mode(old.permissions().mode(), owner_kept, group_kept);
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// The mode of the old file, as far as it means the same for the new one.
#[cfg(unix)]
fn kept_mode(mode: u32, owner_kept: bool, group_kept: bool) -> u32 {
    let mode = mode & 0o7777;
    // A program of another owner or group must not start with the rights of this one.
    let mode = if owner_kept && group_kept { mode } else { mode & !0o6000 };
    // What the old group was allowed is not for another group.
    if group_kept { mode } else { mode & !0o070 | mode & (mode & 0o007) << 3 }
}

#[cfg(not(unix))]
fn keep(file: &File, old: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

#[cfg(unix)]
fn flush_directory(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        // Some file systems cannot flush directories; the file itself is in place by now.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        result => result,
    }
}

#[cfg(not(unix))]
fn flush_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(file: &File) -> u32 {
        file.metadata().expect("an open file").permissions().mode() & 0o7777
    }

    #[test]
    fn what_replaces_a_file_is_private_from_its_first_to_its_last_byte() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("a.ini");
        for bits in [0o600, 0o640, 0o644, 0o666] {
            fs::write(&path, b"old").expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(bits)).expect("one's own file");
            replace(&path, |file| {
                assert_eq!(mode(file), 0o600, "before the first byte");
                file.write_all(b"new")?;
                assert_eq!(mode(file), 0o600, "behind the last byte");
                Ok(())
            })
            .expect("a writable directory");
            assert_eq!(mode(&File::open(&path).expect("saved")), bits);
            assert_eq!(fs::read(&path).expect("saved"), b"new");
        }
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file_and_no_other() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("a.ini");
        fs::write(&path, b"old").expect("written");
        let failed = replace(&path, |file| {
            file.write_all(b"ne")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(matches!(failed, Err(SaveError::Io { step: "write the new content of", .. })), "{failed:?}");
        assert_eq!(fs::read(&path).expect("still there"), b"old");
        assert_eq!(fs::read_dir(directory.path()).expect("it is there").count(), 1);
    }

    #[test]
    fn another_group_gets_no_more_than_everybody_and_no_other_s_rights() {
        for (old, owner_kept, group_kept, new) in [
            (0o640, true, true, 0o640),
            (0o640, true, false, 0o600),
            (0o664, true, false, 0o644),
            (0o604, true, false, 0o604),
            (0o640, false, true, 0o640),
            (0o6755, true, true, 0o6755),
            (0o6755, false, true, 0o755),
            (0o102_755, true, false, 0o755),
        ] {
            assert_eq!(kept_mode(old, owner_kept, group_kept), new, "{old:o}");
        }
    }
}

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
/// be writable. The permissions of the old file are kept, and its owner where the process may set it; other names
/// (hard links) of the old file keep the old content, and access control lists are not copied. A symbolic link stays
/// one: the file it leads to is replaced. A file that this process may not write is not replaced either. A process
/// killed in the middle may leave a file `.NAME.xxxxxx.tmp` behind.
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
    let path = follow(path.as_ref())?;
    let old = look_at(&path)?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let prefix = [".".as_ref(), path.file_name().unwrap_or_default(), ".".as_ref()].join(OsStr::new(""));
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    new_file_permissions(&mut builder);
    let mut file = builder.tempfile_in(directory).map_err(io_error("create a new file in", directory))?;
    file.write_all(bytes.as_ref()).map_err(io_error("write the new content of", &path))?;
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

#[cfg(unix)]
fn new_file_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    // What any new file gets: the process's mask is applied. Temporary files are private otherwise.
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn new_file_permissions(_: &mut tempfile::Builder<'_, '_>) {}

#[cfg(unix)]
fn keep(file: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    // Only root may give a file away, and groups are limited to one's own: keep what can be kept. The owner goes first,
    // since a change of owner clears permissions.
    if new.gid() != old.gid() {
        let _ = fchown(file, None, Some(old.gid()));
    }
    if new.uid() != old.uid() {
        let _ = fchown(file, Some(old.uid()), None);
    }
    file.set_permissions(old.permissions())
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

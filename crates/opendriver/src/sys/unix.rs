//! Linux, macOS and their relatives.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What tells one file from another whatever it is called: device and inode.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(u64, u64);

impl FileId {
    pub(crate) fn of(_path: &Path, metadata: &Metadata) -> FileId {
        FileId(metadata.dev(), metadata.ino())
    }
}

/// What changes whenever a file does: its length, and the time of its last change, which nobody can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Revision {
    pub(crate) fn of(metadata: &Metadata) -> Revision {
        Revision {
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// When the file was last changed; `None` for times before 1970.
    pub(crate) fn changed(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.changed;
        let since = Duration::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?);
        SystemTime::UNIX_EPOCH.checked_add(since)
    }
}

/// Whether `C:\dir` means anything to this system by itself.
pub(crate) const HAS_DRIVES: bool = false;

/// Names that a driver library made on this system may have for a Windows name without its extension.
pub(crate) fn library_names(stem: &str) -> Vec<String> {
    if cfg!(target_vendor = "apple") {
        vec![
            format!("lib{stem}.dylib"),
            format!("{stem}.dylib"),
            format!("lib{stem}.so"),
            format!("{stem}.so"),
        ]
    } else {
        vec![format!("lib{stem}.so"), format!("{stem}.so")]
    }
}

/// Where drivers are installed for everybody, the administrator's own before the system's.
pub(crate) fn driver_directories() -> Vec<PathBuf> {
    vec![PathBuf::from("/usr/local/lib/opendriver"), PathBuf::from("/usr/lib/opendriver")]
}

/// Announces that this process will use [`barrier_everywhere`]; whether it can.
#[cfg(target_os = "linux")]
#[cfg_attr(loom, expect(dead_code, reason = "models have fences"))]
pub(crate) fn prepare_barrier() -> bool {
    use rustix::thread::{MembarrierCommand, membarrier};
    // An emulator or a sandbox may refuse either.
    membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
        && membarrier(MembarrierCommand::PrivateExpedited).is_ok()
}

/// Makes every running thread of this process pass a full memory barrier before it returns; whether it could.
#[cfg(target_os = "linux")]
#[cfg_attr(loom, expect(dead_code, reason = "models have fences"))]
pub(crate) fn barrier_everywhere() -> bool {
    use rustix::thread::{MembarrierCommand, membarrier};
    membarrier(MembarrierCommand::PrivateExpedited).is_ok()
}

/// There is no such call here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare_barrier() -> bool {
    false
}

/// Never called, because it cannot be prepared.
#[cfg(not(target_os = "linux"))]
pub(crate) fn barrier_everywhere() -> bool {
    false
}

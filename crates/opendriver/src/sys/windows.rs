//! Windows itself.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What tells one file from another: its full path without regard to case. (The file index that would see through
/// hard links is not in stable Rust; two hard links are two modules here, as they are for LoadLibrary.)
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(String);

impl FileId {
    pub(crate) fn of(path: &Path, _metadata: &Metadata) -> FileId {
        let full = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        FileId(full.to_string_lossy().to_lowercase())
    }
}

/// What changes whenever a file does: its length and its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    length: u64,
    created: Option<SystemTime>,
    modified: Option<SystemTime>,
}

impl Revision {
    pub(crate) fn of(metadata: &Metadata) -> Revision {
        Revision {
            length: metadata.len(),
            created: metadata.created().ok(),
            modified: metadata.modified().ok(),
        }
    }

    /// When the file was last changed.
    pub(crate) fn changed(&self) -> Option<SystemTime> {
        self.modified
    }
}

/// Whether `C:\dir` means anything to this system by itself.
pub(crate) const HAS_DRIVES: bool = true;

/// Names that a driver library made on this system may have for a Windows name without its extension.
pub(crate) fn library_names(stem: &str) -> Vec<String> {
    vec![format!("{stem}.dll"), format!("lib{stem}.dll")]
}

/// Where drivers are installed for everybody.
pub(crate) fn driver_directories() -> Vec<PathBuf> {
    let programs = std::env::var_os("ProgramFiles").map(PathBuf::from);
    programs.into_iter().map(|dir| dir.join("opendriver")).collect()
}

/// Whether [`barrier_everywhere`] can be used: since Windows Vista always.
pub(crate) fn prepare_barrier() -> bool {
    true
}

/// Makes every running thread of this process pass a full memory barrier before it returns; it always can.
pub(crate) fn barrier_everywhere() -> bool {
    // SAFETY: the function has no parameters and no preconditions.
    unsafe { windows_sys::Win32::System::Threading::FlushProcessWriteBuffers() };
    true
}

//! Drivers in shared libraries of the system: `.so`, `.dylib`, `.dll`.
//!
//! This is one of the two modules of the manager that contain `unsafe`. What it relies on is the trust model of the
//! crate: a library that the configuration or the caller names is meant to be run, initialisers included.

use std::ffi::{CString, c_void};
use std::path::Path;
use std::ptr::NonNull;

use opendriver_abi::{DRIVERPROC, TEXT_ANSI, TEXT_SYMBOL, TEXT_UTF8, TEXT_UTF16};
use opendriver_config::TextEncoding;

use super::{Code, Entry};
use crate::error::LoadError;

#[cfg(unix)]
use libloading::os::unix as os;
#[cfg(windows)]
use libloading::os::windows as os;

/// The entry point's name; on 32-bit Windows also as compilers decorate it without a .def file.
const ENTRY_NAMES: &[&str] = if cfg!(all(windows, target_arch = "x86")) {
    &["DriverProc", "DriverProc@20", "_DriverProc@20"]
} else {
    &["DriverProc"]
};

/// A loaded library that has a DriverProc.
struct Native {
    entry: DRIVERPROC,
    identity: usize,
    library: os::Library,
}

/// Loads a library, which runs its initialisers, and finds its entry point.
///
/// The path must have a directory, so that the system does not search for it.
pub(crate) fn load(path: &Path) -> Result<Box<dyn Code>, LoadError> {
    let library = open(path)
        .map_err(|error| LoadError::Library { path: path.to_path_buf(), message: describe(&error, path) })?;
    let raw = library.into_raw();
    // SAFETY: the value comes from `into_raw` and is turned back exactly once.
    let library = unsafe { os::Library::from_raw(raw) };
    let identity = raw as usize;
    let Some(entry) = ENTRY_NAMES.iter().find_map(|name| entry_point(&library, name)) else {
        return Err(LoadError::NoDriverProc { path: path.to_path_buf() });
    };
    Ok(Box::new(Native { entry, identity, library }))
}

#[cfg(unix)]
fn open(path: &Path) -> Result<os::Library, libloading::Error> {
    // Everything is bound at once: a missing symbol is better found here than in the middle of a message.
    // SAFETY: running the initialisers of this library is what the caller of the manager asked for (see the module).
    unsafe { os::Library::open(Some(path), os::RTLD_NOW | os::RTLD_LOCAL) }
}

#[cfg(windows)]
fn open(path: &Path) -> Result<os::Library, libloading::Error> {
    // The libraries that a driver needs are looked for beside it, not beside the program.
    // SAFETY: running the initialisers of this library is what the caller of the manager asked for (see the module).
    unsafe { os::Library::load_with_flags(path, os::LOAD_WITH_ALTERED_SEARCH_PATH) }
}

/// The system's message, without the path that it repeats in front.
fn describe(error: &libloading::Error, path: &Path) -> String {
    let source = std::error::Error::source(error).map(|source| source.to_string());
    let text = source.unwrap_or_else(|| error.to_string());
    text.strip_prefix(&format!("{}: ", path.display())).unwrap_or(&text).to_owned()
}

fn entry_point(library: &os::Library, name: &str) -> Option<DRIVERPROC> {
    // SAFETY: by the contract of installable drivers an export of this name has this type.
    let symbol = unsafe { library.get::<DRIVERPROC>(name) };
    symbol.ok().map(|symbol| *symbol)
}

fn address(library: &os::Library, name: &str) -> Option<NonNull<c_void>> {
    CString::new(name).ok()?;
    // SAFETY: the symbol is taken as an address only; what lies there is the business of whoever asked for it.
    let symbol = unsafe { library.get::<*mut c_void>(name) };
    NonNull::new(*symbol.ok()?)
}

fn declared_text(library: &os::Library) -> Option<TextEncoding> {
    let declared = address(library, TEXT_SYMBOL)?.cast::<u32>();
    // SAFETY: an export of this name is an initialised, constant u32 (see `TEXT_SYMBOL`), and the library is loaded.
    match unsafe { declared.read_unaligned() } {
        TEXT_UTF16 => Some(TextEncoding::Utf16),
        TEXT_ANSI => Some(TextEncoding::Ansi),
        TEXT_UTF8 => Some(TextEncoding::Utf8),
        _ => None,
    }
}

impl Code for Native {
    fn entry(&self) -> Entry {
        Entry::Native(self.entry)
    }

    fn identity(&self) -> usize {
        self.identity
    }

    fn symbol(&self, name: &str) -> Option<NonNull<c_void>> {
        address(&self.library, name)
    }

    fn text(&self) -> Option<TextEncoding> {
        declared_text(&self.library)
    }
}

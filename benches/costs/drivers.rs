//! Drivers to measure with: the same few instructions in Rust and in a shared library.

use std::path::Path;
use std::process::Command;

use opendriver::abi::{DRIVERPROC, DRV_USER, DriverId, HDRVR, LPARAM, LRESULT};
use opendriver::{BuiltIn, Manager};
use tempfile::TempDir;

/// The smallest driver.
pub extern "system" fn procedure(
    _id: DriverId,
    _handle: HDRVR,
    message: u32,
    l1: LPARAM,
    l2: LPARAM,
) -> LRESULT {
    if message == DRV_USER { l1 + l2 } else { 1 }
}

const IN_C: &str = "#include <stdint.h>\n\
    intptr_t DriverProc(uintptr_t id, void *h, unsigned m, intptr_t l1, intptr_t l2)\n\
    { (void)id; (void)h; return m == 0x4000 ? l1 + l2 : 1; }\n";

/// A manager with the driver in the program as `bench.drv`, and as a library in its directory as `native.drv`.
pub fn manager() -> (Manager, TempDir) {
    let directory = TempDir::new().expect("a temporary directory");
    library(&directory.path().join("native.drv"));
    // SAFETY: the procedure takes anything.
    let built_in = unsafe { BuiltIn::procedure(procedure) };
    let builder = Manager::builder().driver_path(None).search_directory(directory.path());
    (builder.built_in("bench.drv", built_in).build(), directory)
}

/// Builds the driver as a shared library.
pub fn library(target: &Path) {
    let source = target.with_extension("c");
    std::fs::write(&source, IN_C).expect("the source can be written");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let arguments = ["-shared", "-fPIC", "-O2", "-o"];
    let status = Command::new(&compiler).args(arguments).arg(target).arg(&source).status();
    assert!(status.is_ok_and(|status| status.success()), "{compiler} builds the driver");
}

/// The procedure of a driver in a shared library, where it lies: what a plain call of it costs is the floor for that
/// driver. The library stays loaded.
pub fn native(path: &Path) -> DRIVERPROC {
    // SAFETY: the library is one that `library` has built; its initialisers do nothing.
    let library = unsafe { libloading::Library::new(path) }.expect("it can be loaded");
    // SAFETY: the symbol has this type.
    let procedure = *unsafe { library.get::<DRIVERPROC>("DriverProc") }.expect("it is exported");
    std::mem::forget(library);
    procedure
}

//! Building shared libraries from C with the system's compiler, while the tests run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// Builds a shared library for this process; the extra arguments go to the compiler.
pub fn shared_library(source: &Path, target: &Path, arguments: &[&str]) {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let output = Command::new(&compiler)
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-o"])
        .arg(target)
        .arg(source)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("the tests need a C compiler; {compiler} (variable CC): {error}"));
    assert!(output.status.success(), "{compiler} failed: {}", String::from_utf8_lossy(&output.stderr));
}

/// Builds a shared library from text.
pub fn shared_library_of(text: &str, target: &Path, arguments: &[&str]) {
    let source = target.with_extension("c");
    std::fs::write(&source, text).expect("the source can be written");
    shared_library(&source, target, arguments);
}

/// The probe driver, built once per test program. With `driver_proc` false it has every export but DriverProc.
pub fn probe(driver_proc: bool) -> &'static Path {
    static BUILT: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
    static DIRECTORY: OnceLock<TempDir> = OnceLock::new();
    BUILT[usize::from(driver_proc)].get_or_init(|| {
        let directory = DIRECTORY.get_or_init(|| TempDir::new().expect("a temporary directory"));
        let target = directory.path().join(if driver_proc { "probe" } else { "noproc" });
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/probe.c");
        shared_library(&source, &target, if driver_proc { &[] } else { &["-DNO_DRIVERPROC"] });
        target
    })
}

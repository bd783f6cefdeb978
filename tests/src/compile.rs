//! Building shared libraries from C with the system's compiler, while the tests run.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

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

/// The variable that names a directory of probes that are built already: for processes that tests start, and for tests under
/// Wine, where no compiler of the system can be started.
pub const PROBES: &str = "OPENDRIVER_TEST_PROBES";

/// The directory of the probes, all of them built.
pub fn probes() -> &'static Path {
    [probe(true), probe(false), unloadable()][0].parent().expect("they are in a directory")
}

/// The probe driver, built once per test program. With `driver_proc` false it has every export but DriverProc.
pub fn probe(driver_proc: bool) -> &'static Path {
    if driver_proc {
        variant("probe", "probe.c", &[])
    } else {
        variant("noproc", "probe.c", &["-DNO_DRIVERPROC"])
    }
}

/// The probe in a form that fails when it is loaded, after its initialiser has run; where no initialiser can fail, one
/// that stands in for it by having no DriverProc. Built once per test program.
pub fn unloadable() -> &'static Path {
    variant("unloadable", "probe.c", &["-DUNLOADABLE"])
}

/// A driver that says by itself that it takes UTF-8, built once per test program.
pub fn takes_utf8() -> &'static Path {
    variant("utf8", "utf8.c", &[])
}

fn variant(name: &'static str, source: &str, arguments: &[&str]) -> &'static Path {
    static BUILT: Mutex<BTreeMap<&str, &Path>> = Mutex::new(BTreeMap::new());
    static DIRECTORY: OnceLock<TempDir> = OnceLock::new();
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    // With an extension, or mingw gives it one of its own.
    let file = format!("{name}.drv");
    built.entry(name).or_insert_with(|| {
        if let Some(directory) = std::env::var_os(PROBES) {
            return Box::leak(Path::new(&directory).join(file).into_boxed_path());
        }
        let directory = DIRECTORY.get_or_init(|| TempDir::new().expect("a temporary directory"));
        let target = directory.path().join(file);
        shared_library(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(source), &target, arguments);
        Box::leak(target.into_boxed_path())
    })
}

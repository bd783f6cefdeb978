//! What threads do to one another: every interleaving of small models, and the real thing under ThreadSanitizer.
//!
//! The two complement each other. loom tries all orders of a few steps and all values that the memory orderings allow,
//! the store-load fences among them, on models with built-in drivers. ThreadSanitizer sees whole programs with shared
//! libraries, but only the orders that happen, and it takes no notice of fences and of the system's barrier: what it
//! accepts is ordered by acquire and release alone, as it has to be for the contents of a module. That no thread
//! enters a module that is going, which the fences are for, is for loom and for the account of the stress test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::cross::{cross_at_least, text};
use crate::shell::{at_least, root, run, skip};

/// How many models there are: without their `cfg` there would be none, and nothing would fail.
const MODELS: usize = 13;

/// Runs the models; two minutes on two cores.
pub(crate) fn loom() -> Result<()> {
    let directory = root().join("target/loom");
    let environment = [("RUSTFLAGS", "--cfg loom"), ("CARGO_TARGET_DIR", text(&directory)?)];
    let arguments = ["test", "-p", "opendriver", "--release", "--lib", "loom_models"];
    at_least(MODELS, "cargo", &arguments, &environment)
}

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The promises that have to do with threads.
const TESTED: &[&str] =
    &["-p", "opendriver-tests", "--test", "threads", "--test", "reentrancy", "--test", "stress"];
/// At least so many tests these have.
const TESTS: usize = 40;

/// Runs the tests of threads under ThreadSanitizer, standard library included, since the slow paths of its locks
/// must be seen. Debian's toolchain has the sources for that, and the runtime comes from the one in use. Skipped
/// where either is missing.
pub(crate) fn tsan() -> Result<()> {
    let Some(runtime) = runtime()? else {
        return skip(&format!("tsan: this toolchain has no ThreadSanitizer runtime for {TARGET}"));
    };
    if !Path::new("/usr/bin/cargo").is_file() || !Path::new("/usr/lib/rustlib/src").exists() {
        return skip("tsan: rust-web-src is not installed; see `cargo xtask cross-setup`");
    }
    let directory = root().join("target/tsan");
    fs::create_dir_all(&directory)?;
    let linker = linker(&directory, &runtime)?;
    let environment = [
        ("CARGO_TARGET_DIR", text(&directory)?),
        ("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", text(&linker)?),
        ("RUSTFLAGS", "-Zsanitizer=thread -Zexternal-clangrt"),
        // It is ten times slower, and the seeds are the same.
        ("OPENDRIVER_STRESS_STEPS", "1500"),
    ];
    let mut arguments = TESTED.to_vec();
    // It has one thread and a million instances.
    arguments.extend(["--", "--skip", "exhaustion"]);
    cross_at_least(TESTS, &["test"], TARGET, &arguments, &environment)
}

/// The runtime of the toolchain that runs this, if it is for the right system.
fn runtime() -> Result<Option<PathBuf>> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().context("rustc")?;
    let sysroot = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let Ok(files) = fs::read_dir(sysroot.join("lib/rustlib").join(TARGET).join("lib")) else {
        return Ok(None);
    };
    let is_runtime = |path: &PathBuf| path.to_str().is_some_and(|path| path.ends_with("_rt.tsan.a"));
    Ok(files.filter_map(|file| Some(file.ok()?.path())).find(is_runtime))
}

/// A linker that puts the runtime into programs and not into libraries, which find it in the program, nor into build
/// scripts, which are not instrumented. Flags of the compiler cannot tell them apart.
fn linker(directory: &Path, runtime: &Path) -> Result<PathBuf> {
    let script = directory.join("cc");
    let runtime = text(runtime)?;
    fs::write(
        &script,
        format!(
            "#!/bin/sh\n\
             case \" $* \" in\n\
             *' -shared '*) exec cc \"$@\" ;;\n\
             */{TARGET}/*/deps/*) ;;\n\
             *) exec cc \"$@\" ;;\n\
             esac\n\
             exec cc -Wl,--export-dynamic -Wl,--whole-archive '{runtime}' -Wl,--no-whole-archive \"$@\" \\\n\
             -Wl,--no-as-needed -lm -ldl -lpthread -lrt -lgcc_s -lc\n"
        ),
    )?;
    run("chmod", &["+x", text(&script)?])?;
    Ok(script)
}

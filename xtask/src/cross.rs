//! Other platforms, from Debian: type checks, and tests under Wine and qemu.
//!
//! Debian carries a second Rust toolchain with the standard library's source, so that any target's library can be
//! built; `-Zbuild-std` is for these checks only, the product builds on stable.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::shell::{at_least, root, run, run_with};

const PACKAGES: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "gcc-mingw-w64-x86-64",
    "gcc-mingw-w64-i686",
    "wine64",
    "qemu-user-static",
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
];

/// The crates that are libraries or programs of the product.
const PRODUCT: &[&str] =
    &["-p", "opendriver", "-p", "opendriver-sdk", "-p", "opendriver-cli", "-p", "opendriver-capi"];

const CHECKED: &[&str] = &[
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "i686-pc-windows-gnu",
    "x86_64-pc-windows-msvc",
    "i686-unknown-linux-gnu",
];

const WINDOWS: &str = "x86_64-pc-windows-gnu";
const ARM: &str = "aarch64-unknown-linux-gnu";

pub(crate) fn setup() -> Result<()> {
    run("apt-get", &["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(PACKAGES);
    run("apt-get", &arguments)
}

pub(crate) fn check() -> Result<()> {
    CHECKED.iter().try_for_each(|target| cross(&["check"], target, PRODUCT, &[]))
}

pub(crate) fn windows() -> Result<()> {
    let directory = target_directory();
    fs::create_dir_all(&directory)?;
    let stub = prng_stub(&directory)?;
    let probes = probes(&directory)?;
    let wine = "/usr/lib/wine/wine64";
    let prefix = directory.join("wine");
    let environment = [
        ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine),
        ("WINEDEBUG", "-all"),
        ("WINEDLLOVERRIDES", "mscoree,mshtml="),
        ("WINEPREFIX", text(&prefix)?),
        ("WINEPATH", text(&stub)?),
        // Programs under Wine cannot wait for a compiler outside.
        ("OPENDRIVER_TEST_PROBES", text(&probes)?),
    ];
    cross(&["test"], WINDOWS, TESTED, &environment)
}

pub(crate) fn arm() -> Result<()> {
    let environment = [
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc"),
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64-static -L /usr/aarch64-linux-gnu"),
        ("CC", "aarch64-linux-gnu-gcc"),
    ];
    cross(&["test"], ARM, TESTED, &environment)
}

/// What is run on other platforms: the library and the promises that touch the system.
const TESTED: &[&str] = &[
    "-p",
    "opendriver",
    "-p",
    "opendriver-tests",
    "--lib",
    "--test",
    "lifecycle",
    "--test",
    "resolution",
    "--test",
    "reentrancy",
    "--test",
    "threads",
    "--test",
    "everyone",
];

/// Runs Debian's cargo with the standard library built for the target; the packages may be followed by more arguments.
fn cross(command: &[&str], target: &str, packages: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    cross_at_least(0, command, target, packages, environment)
}

/// The same, for tests of which there are at least so many.
pub(crate) fn cross_at_least(
    least: usize,
    command: &[&str],
    target: &str,
    packages: &[&str],
    environment: &[(&str, &str)],
) -> Result<()> {
    let cargo = "/usr/bin/cargo";
    if !PathBuf::from(cargo).is_file() {
        bail!("{cargo} is missing; run `cargo xtask cross-setup`");
    }
    let path = format!("/usr/bin:{}", std::env::var("PATH").unwrap_or_default());
    let directory = target_directory();
    let mut all = vec![
        ("PATH", path.as_str()),
        ("RUSTC_BOOTSTRAP", "1"),
        ("RUSTUP_TOOLCHAIN", ""),
        ("CARGO_TARGET_DIR", text(&directory)?),
    ];
    all.extend(environment);
    let mut arguments = command.to_vec();
    arguments.extend(["--target", target, "-Zbuild-std=std,panic_unwind"]);
    arguments.extend(packages);
    // What Wine leaves running would hold a pipe open.
    if least == 0 { run_with(cargo, &arguments, &all) } else { at_least(least, cargo, &arguments, &all) }
}

/// A directory of its own, or the standard library would be built each time.
fn target_directory() -> PathBuf {
    root().join("target/cross")
}

/// Rust programs need bcryptprimitives.dll, which Wine 8.0 lacks. Returns the directory of a stand-in.
fn prng_stub(directory: &std::path::Path) -> Result<PathBuf> {
    let stub = directory.join("stub");
    fs::create_dir_all(&stub)?;
    let source = stub.join("prng.c");
    fs::write(
        &source,
        "unsigned char __stdcall SystemFunction036(void *, unsigned long);\n\
         __declspec(dllexport) int __stdcall ProcessPrng(void *buffer, unsigned long long length)\n\
         { return SystemFunction036(buffer, (unsigned long)length); }\n",
    )?;
    let library = stub.join("bcryptprimitives.dll");
    run("x86_64-w64-mingw32-gcc", &["-shared", "-o", text(&library)?, text(&source)?, "-ladvapi32"])?;
    Ok(stub)
}

/// The drivers that the tests would build themselves: see tests/src/compile.rs. Returns their directory.
fn probes(directory: &std::path::Path) -> Result<PathBuf> {
    let probes = directory.join("probes");
    fs::create_dir_all(&probes)?;
    for (name, source, define) in [
        ("probe", "probe.c", None),
        ("noproc", "probe.c", Some("-DNO_DRIVERPROC")),
        ("unloadable", "probe.c", Some("-DUNLOADABLE")),
        ("utf8", "utf8.c", None),
    ] {
        let source = root().join("tests/src").join(source);
        let target = probes.join(name).with_extension("drv");
        let mut arguments = vec!["-shared", "-O1", "-o", text(&target)?, text(&source)?];
        arguments.extend(define);
        run("x86_64-w64-mingw32-gcc", &arguments)?;
    }
    Ok(probes)
}

pub(crate) fn text(path: &std::path::Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

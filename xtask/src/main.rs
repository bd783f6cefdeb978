//! The chores of the project, each a subcommand; `cargo xtask` lists them.
#![forbid(unsafe_code)]

mod cross;
mod races;
mod shell;

use std::process::ExitCode;

use anyhow::Result;

use crate::shell::{cargo, is_installed, output, run, skip};

/// The version that the checks are written for.
const CARGO_DENY: &str = "0.20.2";
/// The version of the library in Cargo.lock and of its runner, which must be the same.
const GUNGRAUN: &str = "0.20.0";
/// The version with which installations are tried.
const CARGO_C: &str = "0.10.24+cargo-0.98.0";

/// A chore: its name, what it does, and how.
type Chore = (&'static str, &'static str, fn() -> Result<()>);

const CHORES: &[Chore] = &[
    ("ci", "everything that .ci/run does after installing what it needs", ci),
    ("lint", "rustfmt, clippy and rustdoc, warnings denied", lint),
    ("deny", "bans, licences and sources of the dependencies", deny),
    ("memory", "the C programs under Valgrind and AddressSanitizer", memory),
    ("package", "install with cargo-c, and build and run programs by what pkg-config and CMake say", package),
    ("instructions", "instruction counts under Valgrind, against their limits", instructions),
    ("loom", "models of the protocol between threads, in every interleaving", races::loom),
    ("tsan", "the tests of threads under ThreadSanitizer", races::tsan),
    ("check", "type-check for macOS, Windows and 32-bit Linux", cross::check),
    ("windows", "build for Windows and run the tests under Wine", cross::windows),
    ("arm", "build for 64-bit ARM and run the tests under qemu", cross::arm),
    ("cross-setup", "install what the last three need (Debian, as root)", cross::setup),
];

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some((_, _, chore)) = CHORES.iter().find(|(known, ..)| *known == name) else {
        eprintln!("usage: cargo xtask CHORE");
        for (name, what, _) in CHORES {
            eprintln!("  {name:12} {what}");
        }
        return ExitCode::from(2);
    };
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn ci() -> Result<()> {
    // The README's two commands, as they stand there.
    run("cargo", &["test"])?;
    run("cargo", &["run", "--", "probe", "echo", "--config", "system.ini.example"])?;
    memory()?;
    races::loom()?;
    races::tsan()?;
    instructions()?;
    lint()?;
    deny()
}

/// Installs the runner where it is missing, unoptimised: it is built faster than it would gain.
fn instructions() -> Result<()> {
    let version = format!("gungraun-runner {GUNGRAUN}");
    if !output("gungraun-runner", &["--version"]).is_ok_and(|output| output.trim() == version) {
        let runner = ["install", "gungraun-runner", "--locked", "--debug", "--force", "--version", GUNGRAUN];
        cargo(&runner, &[])?;
    }
    cargo(&["bench", "-p", "opendriver-benches", "--bench", "instructions"], &[])
}

/// C programs on both libraries, watched from outside (Valgrind) and from inside (AddressSanitizer).
fn memory() -> Result<()> {
    let programs = ["test", "-p", "opendriver-tests", "--test", "capi", "--", "programs::", "the_examples"];
    let valgrind =
        "valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect";
    if is_installed("valgrind") {
        cargo(&programs, &[("OPENDRIVER_TEST_WRAPPER", valgrind)])?;
    } else {
        skip("valgrind is not installed")?;
    }
    let flags = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer";
    cargo(&programs, &[("OPENDRIVER_TEST_CFLAGS", flags)])
}

/// No part of `ci`, because cargo-c takes eight minutes of processor time to build, and is needed by nothing else.
fn package() -> Result<()> {
    if !is_installed("cargo-cinstall") {
        cargo(&["install", "cargo-c", "--locked", "--debug", "--version", CARGO_C], &[])?;
    }
    let test = "packages::an_installation_is_found_by_pkg_config_and_cmake";
    let arguments =
        ["test", "-p", "opendriver-tests", "--test", "capi", "--", "--include-ignored", "--exact", test];
    cargo(&arguments, &[("OPENDRIVER_TEST_ALL", "1")])
}

fn lint() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    cargo(
        &["doc", "--workspace", "--no-deps", "--document-private-items"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

fn deny() -> Result<()> {
    if !is_installed("cargo-deny") {
        // Unoptimised: it is built faster than it would gain.
        cargo(&["install", "cargo-deny", "--locked", "--debug", "--version", CARGO_DENY], &[])?;
    }
    // Advisories need a clone of their database, which a build must not depend on.
    cargo(&["deny", "check", "bans", "licenses", "sources"], &[])
}

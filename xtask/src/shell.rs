//! Running other programs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or(own.clone(), PathBuf::from)
}

/// Runs a program in the root of the workspace; what it prints goes through.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    run_with(program, arguments, &[])
}

/// Runs cargo with environment variables.
pub(crate) fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    run_with("cargo", arguments, environment)
}

/// Runs a program with environment variables.
pub(crate) fn run_with(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    eprintln!("$ {program} {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .status()
        .with_context(|| format!("{program} cannot be started"))?;
    if !status.success() {
        bail!("{program} {} ended with {status}", arguments.join(" "));
    }
    Ok(())
}

/// What a program prints.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.with_context(|| format!("{program} cannot be started"))?;
    String::from_utf8(output.stdout).with_context(|| format!("{program} prints other things than text"))
}

/// Notes that a check is left out, which is a failure where nothing may be.
pub(crate) fn skip(what: &str) -> Result<()> {
    if std::env::var_os("OPENDRIVER_TEST_ALL").is_some() {
        bail!("{what}, and OPENDRIVER_TEST_ALL is set: nothing may be skipped");
    }
    eprintln!("{what}: skipped");
    Ok(())
}

/// Whether a program of that name is in PATH.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

//! Running other programs.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

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

/// Runs tests with cargo, and fails as well when fewer than so many of them were run: a filter that fits nothing and a
/// condition that is not set leave nothing to fail.
pub(crate) fn at_least(
    least: usize,
    cargo: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<()> {
    eprintln!("$ {cargo} {}", arguments.join(" "));
    let mut child = Command::new(cargo)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{cargo} cannot be started"))?;
    let mut run = 0;
    for line in BufReader::new(child.stdout.take().context("it is piped")?).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        run += passed(&line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{cargo} {} ended with {status}", arguments.join(" "));
    }
    if run < least {
        bail!("{cargo} {} ran {run} tests, and there are at least {least}", arguments.join(" "));
    }
    Ok(())
}

/// How many tests have passed, if this line of the test harness is the one that says so.
fn passed(line: &str) -> usize {
    let Some(result) = line.strip_prefix("test result: ") else { return 0 };
    let words: Vec<&str> = result.split_whitespace().collect();
    let count = words.windows(2).find(|pair| pair[1] == "passed;").map(|pair| pair[0]);
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_passed_are_counted() {
        let result =
            "test result: ok. 11 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.1s";
        assert_eq!(passed(result), 11);
        assert_eq!(passed("test 11 passed; ... ok"), 0);
        assert_eq!(passed("running 11 tests"), 0);
    }

    #[test]
    fn a_run_without_enough_tests_fails() {
        let lines = "echo 'test result: ok. 4 passed; 0 failed'; echo 'test result: ok. 3 passed; 0 failed'";
        let run = |least, script: &str| at_least(least, "sh", &["-c", script], &[]);
        assert!(run(7, lines).is_ok());
        assert!(run(8, lines).is_err());
        assert!(run(0, "exit 1").is_err());
        assert!(run(1, "true").is_err());
    }
}

use std::process::Stdio;

use crate::support::{Place, Ran, echo};

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let place = Place::with_ini("[drivers32]\nmidi=echo.drv\n");
    let echo = echo();
    for arguments in [
        &["--config", "system.ini", "list"][..],
        &["--config", "system.ini", "list", "--json"],
        &["--config", "system.ini", "get", "drivers32", "midi"],
        &["probe", echo.to_str().unwrap()],
        &["probe", echo.to_str().unwrap(), "--json"],
        &["send", echo.to_str().unwrap(), "DRV_USER"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::of(place.command(arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_refusal_is_told_even_if_nobody_reads_the_table() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let echo = echo();
    let place = Place::new();
    let mut command = place.command(&["probe", echo.to_str().unwrap(), "--parameters", "refuse"]);
    let ran = Ran::of(command.stdout(writer).stderr(Stdio::piped()).output().unwrap());
    ran.fails(1, &["refused DRV_OPEN"]);
}

#[test]
fn scripts_are_played_and_their_result_counts_even_if_nobody_reads_the_report() {
    let place = Place::new();
    place.write("bad.script", "FreeWinmm\n@expect\nend\n");
    place.write("good.script", "ExitProcess 0\n@expect\ncall ExitProcess 0x0\n");
    place.write("typo.script", "FreeWinm\n");
    for (files, code) in
        [(&["bad.script", "good.script"][..], 1), (&["good.script"], 0), (&["good.script", "typo.script"], 2)]
    {
        for more in [&[][..], &["--format", "tap"], &["--format", "junit"], &["--json"]] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = place.command(&[&["run"], files, more].concat());
            let ran = Ran::of(command.stdout(writer).stderr(Stdio::piped()).output().unwrap());
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), ""), "{files:?} {more:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_is_an_error() {
    let place = Place::with_ini("[drivers32]\nmidi=echo.drv\n");
    let echo = echo();
    for arguments in [
        &["--config", "system.ini", "list"][..],
        &["--config", "system.ini", "list", "--json"],
        &["probe", echo.to_str().unwrap()],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(place.command(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap());
        ran.fails(2, &["cannot write to standard output"]);
    }
}

#[test]
fn colours_are_used_when_asked_for_and_not_in_a_pipe() {
    let place = Place::with_ini("[drivers32]\nmidi=gone.drv\n");
    assert!(!place.with_config(&["list"]).stdout.contains('\u{1b}'));
    assert!(place.with_config(&["list", "--color", "always"]).stdout.contains("\u{1b}["));
    assert!(!place.with_config(&["list", "--color", "never"]).stdout.contains('\u{1b}'));
    assert!(place.with_config(&["probe", "midi", "--color=always"]).stderr.contains("\u{1b}["));
    assert!(!place.with_config(&["probe", "midi"]).stderr.contains('\u{1b}'));
    assert!(place.run(&["lits", "--color=always"]).stderr.contains("\u{1b}["));
    let json = place.with_config(&["list", "--json", "--color=always"]);
    assert!(!json.stdout.contains('\u{1b}'));
}

#[test]
fn verbosity_goes_to_standard_error_and_leaves_the_result_alone() {
    let (place, echo) = (Place::new(), echo());
    let send =
        |option: &[&str]| place.run(&[&["send", echo.to_str().unwrap(), "DRV_USER", "1"], option].concat());
    let debug = send(&["-v"]);
    assert_eq!((debug.code, debug.stdout.as_str()), (Some(0), "1 (0x1)\n"));
    assert!(debug.stderr.contains("loaded") && !debug.stderr.contains("DRV_OPEN"), "{}", debug.stderr);
    // Fields of the log are words and paths, and no values of Rust.
    assert!(debug.stderr.contains(&format!(" loaded path={}\n", echo.display())), "{}", debug.stderr);
    let trace = send(&["-vv"]);
    assert_eq!(trace.stdout, "1 (0x1)\n");
    assert!(trace.stderr.contains("DRV_OPEN"), "{}", trace.stderr);
    send(&[]).succeeds();
}

#[test]
fn help_is_a_result_and_every_command_has_an_example() {
    let place = Place::new();
    let whole = place.run(&["--help"]);
    for part in
        ["OPENDRIVER_CONFIG", "OPENDRIVER_PATH", "directory of this program", "Exit codes", "Example:"]
    {
        assert!(whole.succeeds().stdout.contains(part), "{part}: {}", whole.stdout);
    }
    for command in ["list", "probe", "send", "get"] {
        for help in ["-h", "--help"] {
            let ran = place.run(&[command, help]);
            assert!(
                ran.succeeds().stdout.contains("Example: opendriver"),
                "{command} {help}: {}",
                ran.stdout
            );
        }
    }
    for command in [&["--help"][..], &["-h"], &["probe", "-h"], &["send", "--help"]] {
        let help = place.run(command).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let warning = "What a driver itself writes to standard output comes in between and makes it invalid";
        assert!(help.contains(warning), "{command:?}: {help}");
    }
    assert!(place.run(&["--version"]).succeeds().stdout.starts_with("opendriver "));
    // Nothing asked for is a usage error.
    assert_eq!(place.run(&[]).code, Some(2));
}

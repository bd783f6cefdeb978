use crate::support::{Place, echo};

#[test]
fn a_name_needs_more_than_blanks() {
    let place = Place::with_ini("[drivers32]\nmidi=echo.drv\n");
    for section in [&[][..], &["--section", "drivers32"][..]] {
        let run = |name| place.with_config(&[&["probe", name], section].concat());
        assert_eq!(run("").fails(2, &["the driver name is empty"]).stdout, "");
        run("   ").fails(2, &["the driver name is blank"]);
        run("\t").fails(2, &["the driver name is blank"]);
    }
    place.with_config(&["send", "", "DRV_USER", "--parameters", "x"]).fails(2, &["the driver name is empty"]);
    place.with_config(&["get", "", ""]).fails(2, &["no section []"]);
    place.with_config(&["get", "drivers32", " "]).fails(2, &["no key"]);
}

#[test]
fn a_message_that_is_none_is_refused_before_anything_is_opened() {
    let (place, echo) = (Place::new(), echo());
    let send = |message| place.run(&["send", echo.to_str().unwrap(), message]);
    assert_eq!(
        send("DRV_OPNE").fails(2, &["`DRV_OPNE` is not a known name", "(did you mean DRV_OPEN?)"]).stdout,
        ""
    );
    send("").fails(2, &["it is empty"]);
    send("4294967296").fails(2, &["the number does not fit 32 bits"]);
    send("DRV_USER+").fails(2, &["is not a number"]);
    let probe = |message| place.run(&["probe", echo.to_str().unwrap(), "--message", message]);
    assert_eq!(probe("DRV_USER,1,2,3").fails(2, &["a message has two parameters"]).stdout, "");
    probe("HELLO").fails(2, &["`HELLO` is not a known name"]);
}

#[test]
fn a_number_that_is_too_large_or_none_is_refused() {
    let (place, echo) = (Place::new(), echo());
    let echo = echo.to_str().unwrap();
    let beyond = (usize::MAX as u128 + 1).to_string();
    place.run(&["send", echo, "DRV_USER", &beyond]).fails(2, &["the number is too large"]);
    place.run(&["send", echo, "DRV_USER", "1", "0x10000000000000000"]).fails(2, &["the number is too large"]);
    place.run(&["send", echo, "DRV_USER", "twelve"]).fails(2, &["it is no number"]);
    place.run(&["send", echo, "DRV_USER", "--bogus"]).fails(2, &["--bogus"]);
    place.run(&["probe", echo, "--lparam2", "1e3"]).fails(2, &["it is no number"]);
    place
        .run(&["probe", echo, "--message", "DRV_USER,-9223372036854775809"])
        .fails(2, &["the number is too large"]);
}

#[test]
fn a_personality_that_does_not_exist_is_told_with_those_that_do() {
    let ran = Place::new().run(&["list", "--personality", "os2"]);
    ran.fails(2, &["'os2'", "win32, win31, wine"]);
}

#[test]
fn usage_errors_are_code_2_and_json_if_that_was_asked_for() {
    let place = Place::new();
    place.run(&["get", "one"]).fails(2, &["<KEY>"]);
    place.run(&["lits"]).fails(2, &["'lits'", "'list'"]);
    place.run(&["list", "--all", "drivers"]).fails(2, &["cannot be used with"]);
    let ran = place.run(&["get", "one", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
    assert_eq!(ran.json()["error"]["kind"], "usage");
    assert_eq!(ran.json()["error"]["exit_code"], 2);
}

#[test]
fn what_looks_like_an_option_and_is_the_value_of_another_changes_nothing() {
    let echo = echo();
    let ran = Place::new().run(&["send", echo.to_str().unwrap(), "DRV_USER+2", "--parameters", "--json"]);
    assert_eq!(ran.succeeds().stdout, "6 (0x6)\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_refused_unless_it_is_a_file() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use crate::support::Ran;

    let place = Place::new();
    let mut command = place.command(&["probe"]);
    let ran = Ran::of(command.arg(OsStr::from_bytes(b"ab\xFFcd")).output().unwrap());
    ran.fails(2, &["is not valid Unicode", "hint: write a path with a separator to use a file: ./NAME"]);
    let run = |arguments: &[&str], name: &[u8]| {
        let mut command = place.command(arguments);
        Ran::of(command.arg(OsStr::from_bytes(name)).output().unwrap())
    };
    let aliased = run(&["probe", "--section", "drivers"], b"./\xFF.so");
    aliased.fails(2, &["is not valid Unicode", "hint: leave --section out and write a path"]);
    // A path that leads nowhere was written as it should be.
    let missing = run(&["probe"], b"./\xFF.so");
    missing.fails(2, &["has no \u{FFFD}.so"]);
    for wrong in ["not valid Unicode", "with a separator"] {
        assert!(!missing.stderr.contains(wrong), "{}", missing.stderr);
    }
    std::fs::copy(echo(), place.path().join(OsStr::from_bytes(b"\xFF.so"))).unwrap();
    let mut command = place.command(&["send", "--parameters", "four"]);
    let opened = command.arg(OsStr::from_bytes(b"./\xFF.so")).arg("DRV_USER+2").output().unwrap();
    assert_eq!(Ran::of(opened).succeeds().stdout, "4 (0x4)\n");
    run(&["run", "x.script", "--driver"], b"\xFF.so").fails(2, &["is not valid Unicode; give a link"]);
}

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Place, Ran, driver, echo};

#[test]
fn a_path_is_that_very_file_blanks_and_all() {
    let place = Place::new();
    place.install(&driver("ORDINARY"), "my drivers/a driver.so");
    let ran = place.run(&["send", "my drivers/a driver.so", "DRV_USER", "4"]);
    assert_eq!(ran.succeeds().stdout, "4 (0x4)\n");
}

#[test]
fn a_bare_name_is_not_looked_for_in_the_current_directory_and_the_message_says_what_to_write() {
    let place = Place::new();
    place.install(&driver("ORDINARY"), "own.drv");
    place.run(&["send", "own.drv", "DRV_USER"]).fails(2, &["hint: write ./own.drv to use the file"]);
    place
        .run(&["send", "own.drv 5", "DRV_USER"])
        .fails(2, &["hint: write ./own.drv and give the rest with --parameters"]);
    assert_eq!(place.run(&["send", "./own.drv", "DRV_USER", "1"]).succeeds().stdout, "1 (0x1)\n");
}

#[test]
fn whoever_names_a_section_means_an_alias() {
    let place = Place::with_ini("[drivers]\nmidi=echo.drv\n[drivers32]\n");
    place.install(&driver("ORDINARY"), "own.drv");
    place.with_config(&["send", "--section", "drivers", "./own.drv", "DRV_USER"]).fails(
        2,
        &["section [drivers] has no entry \"./own.drv\"", "leave --section out to use the file ./own.drv"],
    );
    let ran = place.with_config(&["send", "--section", "DRIVERS", "MIDI", "DRV_USER", "6"]);
    assert_eq!(ran.succeeds().stdout, "6 (0x6)\n");
}

#[test]
fn the_directory_of_the_program_is_searched_last() {
    // Without a copy, the echo that cargo has built beside the program is found.
    let place = Place::with_ini("[drivers32]\necho=echo.drv\n");
    let path = |ran: &Ran| -> String {
        ran.succeeds().json()["sections"][0]["entries"][0]["path"].as_str().expect("a path").to_owned()
    };
    let beside = path(&place.with_config(&["list", "--json"]));
    assert_eq!(
        std::fs::canonicalize(beside).unwrap().file_name(),
        std::fs::canonicalize(echo()).unwrap().file_name()
    );
    // A driver beside the configuration comes before it.
    let own = place.install(&driver("ORDINARY"), "echo.drv");
    let found = path(&place.with_config(&["list", "--json"]));
    assert_eq!(std::fs::canonicalize(found).unwrap(), std::fs::canonicalize(own).unwrap());
}

#[test]
fn a_portable_installation_finds_the_drivers_beside_the_program() {
    let place = Place::new();
    let program = place.install(env!("CARGO_BIN_EXE_opendriver").as_ref(), "bin/program");
    std::fs::set_permissions(
        &program,
        std::fs::metadata(env!("CARGO_BIN_EXE_opendriver")).unwrap().permissions(),
    )
    .unwrap();
    place.install(&driver("ORDINARY"), "bin/portable.drv");
    let start = |program: &Path| {
        let mut command = Command::new(program);
        command.args(["send", "portable.drv", "DRV_USER", "9"]).current_dir(place.path());
        command.env_clear().env("HOME", place.path()).output()
    };
    let run = |program: &Path| {
        // Another test may have forked while the copy was being written, and hold it open for a moment.
        let busy = |result: &io::Result<_>| {
            result.as_ref().is_err_and(|error: &io::Error| error.kind() == io::ErrorKind::ExecutableFileBusy)
        };
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut output = start(program);
        while busy(&output) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
            output = start(program);
        }
        Ran::of(output.expect("it starts"))
    };
    assert_eq!(run(&program).succeeds().stdout, "9 (0x9)\n");
    // Also when it is started through a link elsewhere.
    #[cfg(unix)]
    {
        let link = place.path().join("link");
        std::os::unix::fs::symlink(&program, &link).unwrap();
        assert_eq!(run(&link).succeeds().stdout, "9 (0x9)\n");
    }
}

#[test]
fn the_configuration_is_found_by_variable_then_in_the_users_directory() {
    let place = Place::new();
    place.write("other.ini", "[a]\nb=of the variable\n");
    let mut command = place.command(&["get", "a", "b"]);
    let named = command.env("OPENDRIVER_CONFIG", "other.ini").output().unwrap();
    assert_eq!(Ran::of(named).succeeds().stdout, "of the variable\n");
    let users = if cfg!(target_os = "macos") {
        "home/Library/Application Support/opendriver"
    } else {
        "home/opendriver"
    };
    place.write(&format!("{users}/system.ini"), "[a]\nb=of the user\n");
    assert_eq!(place.run(&["get", "a", "b"]).succeeds().stdout, "of the user\n");
    let gone = place.command(&["get", "a", "b"]).env("OPENDRIVER_CONFIG", "gone.ini").output().unwrap();
    Ran::of(gone).fails(2, &["OPENDRIVER_CONFIG names gone.ini, which is no file"]);
}

#[test]
fn settings_of_a_driver_hold_also_with_other_parameters() {
    let place = Place::new();
    place.install(&driver("ORDINARY"), "plain.drv");
    place.write(
        "o.toml",
        "[sections.Drivers32]\np = \"plain.drv x\"\n[drivers.\"plain.drv\"]\ntext = \"ansi\"\n",
    );
    // The code page 1252 has no such letter, so the setting shows.
    let ran = place.run(&["--config", "o.toml", "send", "p", "DRV_USER", "--parameters", "\u{416}"]);
    ran.fails(2, &["cannot be passed to the driver plain.drv", "o.toml:2:"]);
}

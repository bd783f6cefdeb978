//! The promise: a name leads to the file that Windows, or the personality, would mean; and where there is none, the
//! error says which places were looked at and why each was passed over.

use std::fs;

use opendriver::abi::*;
use opendriver::{Config, Manager, OpenFailure, Personality, ResolveError, Settings};
use opendriver_config::TextEncoding;
use opendriver_tests::named::{assert_opens, fails, manager_for};
use opendriver_tests::{World, compile};

const ALL: [Personality; 3] = [Personality::Win32, Personality::Win31, Personality::Wine];

// The name and the split into file and parameters (the table of name resolution, Wine 8.0 measured; documented for
// Windows 3.1 by the SDK). The same under every personality.

/// Wine 8.0 measured, all rows.
#[test]
fn parameters_are_what_follows_the_first_space() {
    for personality in ALL {
        let world = World::new();
        world.driver("drv.dll");
        let manager = manager_for(&world, personality, "", "");
        for (name, text) in [
            ("drv.dll", "0x0"),
            ("drv.dll  hello world  ", "\"hello world  \""),
            ("drv.dll   ", "0x0"),
            ("drv.dll ; not a comment", "\"; not a comment\""),
            ("drv.dll %SystemRoot% $HOME", "\"%SystemRoot% $HOME\""),
            ("drv.dll \u{e4}\u{6f22} \u{1f3b5}", "\"\u{e4}\u{6f22} \u{1f3b5}\""),
            ("drv.dll a\tb", "\"a\\tb\""),
            ("drv", "0x0"),
            ("drv.dll. dot", "\"dot\""),
            ("./drv.dll fwd", "\"fwd\""),
            (".\\drv.dll rel", "\"rel\""),
            ("DRV.DLL Case", "\"Case\""),
        ] {
            assert_opens(&world, &manager, name, None, "drv", text);
        }
    }
}

/// Wine 8.0 measured: refused. Ours: the reason.
#[test]
fn only_a_space_separates_and_quotes_are_not_understood() {
    for personality in ALL {
        let world = World::new();
        world.driver("drv.dll");
        world.driver("sp ace/drv.dll");
        let manager = manager_for(&world, personality, "", "");
        for name in ["drv.dll\tp", "\"drv.dll\" p", "sp ace\\drv.dll arg", "drv.dll\u{a0}p"] {
            let error = fails(&manager, name, None);
            assert!(
                matches!(error.failure(), OpenFailure::Resolve(ResolveError::NotFound { .. })),
                "{error}"
            );
        }
        let error = fails(&manager, " drv.dll x", None);
        assert!(
            matches!(error.failure(), OpenFailure::Resolve(ResolveError::LeadingBlank { .. })),
            "{error}"
        );
    }
}

/// Ours: Windows cannot express such a path (Wine 8.0 measured).
#[test]
fn a_path_with_blanks_opens_when_given_apart_from_its_parameters() {
    let world = World::new();
    let path = world.driver("sp ace/drv.dll");
    let manager = manager_for(&world, Personality::Win32, "", "");
    manager.open_file(&path, Some("with text"), 7).unwrap_or_else(|error| panic!("{error}"));
    let log = world.take_log();
    assert_eq!(log.last().map(String::as_str), Some("drv h1 DRV_OPEN id=0x0 l1=\"with text\" l2=0x7"));
}

/// Ours.
#[test]
#[cfg(target_os = "linux")]
fn a_path_of_any_bytes_opens_when_it_is_given_as_a_path() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let plain = world.driver("drv.dll");
    let odd = world.path().join(std::ffi::OsStr::from_bytes(b"o\\d\xFF d.so"));
    let hook = |path: &std::path::Path| {
        let mut name = path.as_os_str().to_owned();
        name.push(".hook");
        name
    };
    fs::rename(&plain, &odd).expect("it can be renamed");
    fs::rename(hook(&plain), hook(&odd)).expect("it can be renamed");
    let manager = manager_for(&world, Personality::Win32, "", "");
    let handle = manager.open_file(&odd, Some("text"), 0).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(manager.info(handle).map(|info| info.path), Ok(Some(odd.clone())));
    let missing = manager.open_file(&plain, None, 0).expect_err("it was renamed").to_string();
    assert!(missing.contains(&plain.display().to_string()), "{missing}");
}

/// Ours.
#[test]
fn parameters_can_be_replaced() {
    let world = World::new();
    world.driver("drv.dll");
    let manager = manager_for(&world, Personality::Win32, "[Drivers32]\r\nwave=drv.dll of the entry\r\n", "");
    for (name, parameters, seen) in [
        ("wave", Some("other"), "\"other\""),
        ("wave", None, "0x0"),
        ("drv.dll own", Some("other"), "\"other\""),
    ] {
        let handle =
            manager.open_with_parameters(name, None, parameters, 0).unwrap_or_else(|e| panic!("{e}"));
        let log = world.take_log();
        assert!(log.last().is_some_and(|line| line.contains(&format!("l1={seen} "))), "{name}: {log:?}");
        manager.close(handle, 0, 0).expect("it is open");
    }
}

/// Wine 8.0 measured: NULL for an empty name. Ours: the reasons.
#[test]
fn names_that_are_none_are_refused_with_their_reason() {
    for personality in ALL {
        let world = World::new();
        world.driver("drv.dll");
        let manager = manager_for(&world, personality, "", "");
        for section in [None, Some("drivers32"), Some("")] {
            let reason = |name| fails(&manager, name, section).to_string();
            assert!(reason("").contains("the driver name is empty"), "{}", reason(""));
            assert!(reason(" \t ").contains("the driver name is blank"), "{}", reason(" \t "));
            assert!(
                reason("drv.dll a\0b").contains("contains a NUL character (at byte 9)"),
                "{}",
                reason("drv.dll a\0b")
            );
        }
        let reason = fails(&manager, "..\\", None).to_string();
        assert!(reason.contains("names a directory"), "{reason}");
    }
}

// Sections, aliases, order.

const INI: &str = "[Drivers32]\r\nvidc.tst2=drv.dll from drivers32\r\ndrv=drvb.drv\r\nempty=\r\nfile=missing.dll p\r\n\
                   quoted=\"drv.dll q1 q2\"\r\nhalf=\"drv.dll\" q1\r\nchain=vidc.tst2\r\n\
                   [Drivers]\r\nvidc.tst2=drv.dll from drivers\r\ndrv=drvb.drv\r\n\
                   [MySect]\r\nfoo=drv.dll from mysect\r\n[mci]\r\nwaveaudio=drv.dll 4\r\n";

fn alias_world() -> World {
    let world = World::new();
    world.driver("drv.dll");
    world.driver("drvb.drv");
    world
}

/// Wine 8.0 measured.
#[test]
fn aliases_are_found_in_any_case() {
    let world = alias_world();
    for personality in ALL {
        let manager = manager_for(&world, personality, INI, "");
        for section in ["drivers32", "DRIVERS32", "Drivers32"] {
            assert_opens(&world, &manager, "VIDC.tst2", Some(section), "drv", "\"from drivers32\"");
        }
        assert_opens(&world, &manager, "foo", Some("mysect"), "drv", "\"from mysect\"");
        assert_opens(&world, &manager, "WaveAudio", Some("MCI"), "drv", "\"4\"");
        assert_opens(&world, &manager, " foo ", Some(" MySect "), "drv", "\"from mysect\"");
        assert_opens(&world, &manager, "quoted", Some("drivers32"), "drv", "\"q1 q2\"");
        fails(&manager, "half", Some("drivers32"));
        fails(&manager, "file", Some("drivers32"));
        fails(&manager, "chain", Some("drivers32"));
    }
}

/// MSDN and Wine 8.0 measured: Drivers32. Windows 3.1 SDK: [drivers].
#[test]
fn the_default_section_is_the_personalitys() {
    let world = alias_world();
    for (personality, text) in [
        (Personality::Win32, "\"from drivers32\""),
        (Personality::Win31, "\"from drivers\""),
        (Personality::Wine, "\"from drivers32\""),
    ] {
        let manager = manager_for(&world, personality, INI, "");
        assert_opens(&world, &manager, "vidc.tst2", None, "drv", text);
        fails(&manager, "foo", None);
        fails(&manager, "vidc.tst2 extra", None);
    }
}

/// Windows 3.1 SDK, "SYSTEM.INI entries": the alias. Wine 8.0 measured: the file.
#[test]
fn alias_and_file_of_one_name() {
    let world = alias_world();
    for (personality, winner) in
        [(Personality::Win32, "drvb"), (Personality::Win31, "drvb"), (Personality::Wine, "drv")]
    {
        let manager = manager_for(&world, personality, INI, "");
        assert_opens(&world, &manager, "drv", None, winner, "0x0");
        assert_opens(&world, &manager, "drv", Some("drivers32"), "drvb", "0x0");
    }
}

/// Wine 8.0 measured: refused. Windows 3.1 SDK, "SYSTEM.INI entries": taken as a file name.
#[test]
fn a_section_without_the_entry_is_refused_or_the_name_taken_as_a_file() {
    let world = alias_world();
    for personality in [Personality::Win32, Personality::Wine] {
        let manager = manager_for(&world, personality, INI, "");
        let error = fails(&manager, "drv.dll", Some("MySect"));
        assert!(matches!(error.failure(), OpenFailure::Resolve(ResolveError::NoEntry { .. })), "{error}");
        let text = fails(&manager, "foo", Some("drivers32")).to_string();
        assert!(text.contains("section [drivers32] has no entry \"foo\""), "{text}");
        assert!(text.contains("it stands in [MySect]"), "{text}");
        fails(&manager, "drv.dll", Some(""));
        fails(&manager, "drv.dll", Some("NoSuchSection"));
    }
    // Windows 3.1 SDK, "SYSTEM.INI entries".
    let manager = manager_for(&world, Personality::Win31, INI, "");
    assert_opens(&world, &manager, "drv.dll text", Some("MySect"), "drv", "\"text\"");
}

/// Wine 8.0 measured: refused. Ours: the words.
#[test]
fn an_empty_entry_is_none_at_all() {
    let world = alias_world();
    for personality in [Personality::Win32, Personality::Wine] {
        let manager = manager_for(&world, personality, INI, "");
        let error = fails(&manager, "empty", Some("drivers32"));
        assert!(matches!(error.failure(), OpenFailure::Resolve(ResolveError::NoEntry { .. })), "{error}");
        assert!(error.to_string().contains("the entry \"empty\" of section [drivers32] is empty"), "{error}");
    }
}

/// As the registry: Wine 8.0 measured.
#[test]
fn tables_of_the_settings_come_before_the_file_and_are_taken_as_they_stand() {
    let world = alias_world();
    let ini = "[drivers32]\r\nwave=drvb.drv\r\nblocked=drv.dll\r\nini=drv.dll\r\n";
    let toml = "sections.Drivers32 = { wave = 'drv.dll raw ', blocked = '', spaced = ' drv.dll', quoted = '\"drv.dll\"' }";
    for personality in ALL {
        let manager = manager_for(&world, personality, ini, toml);
        assert_opens(&world, &manager, "wave", Some("drivers32"), "drv", "\"raw \"");
        assert_opens(&world, &manager, "ini", Some("drivers32"), "drv", "0x0");
        let error = fails(&manager, "blocked", Some("drivers32"));
        assert!(matches!(error.failure(), OpenFailure::Resolve(ResolveError::EmptyEntry { .. })), "{error}");
        fails(&manager, "spaced", Some("drivers32"));
        fails(&manager, "quoted", Some("drivers32"));
    }
}

/// Wine 8.0 measured. Ours: both reasons.
#[test]
fn wine_tries_the_alias_after_any_failure_of_the_file() {
    let world = alias_world();
    world.library_without_entry("noproc.dll");
    let ini = "[drivers32]\r\nnoproc.dll=drv.dll after noproc\r\ndrvb.drv=drv.dll after refusal\r\ndrv.dll=drv.dll again\r\n";
    world.on("drvb", DRV_OPEN, |_| Some(0));
    world.on("drv", DRV_OPEN, |hit| hit.text.is_none().then_some(0));
    let manager = manager_for(&world, Personality::Wine, ini, "");
    assert_opens(&world, &manager, "noproc.dll", None, "drv", "\"after noproc\"");
    assert_opens(&world, &manager, "drvb.drv", None, "drv", "\"after refusal\"");
    assert_opens(&world, &manager, "drv.dll", None, "drv", "\"again\"");
    fails(&manager, "drvb.drv", Some("drivers"));
    // Both failures are told.
    world.on("drv", DRV_OPEN, |_| Some(0));
    let text = fails(&manager, "drvb.drv", None).to_string();
    assert!(
        text.contains("drv.dll refused DRV_OPEN")
            && text.contains("before that: ")
            && text.contains("drvb.drv refused"),
        "{text}"
    );
}

/// Wine 8.0 measured: cut at 260 characters; its 16-bit code has 128. Ours: an error instead of the cut.
#[test]
fn lines_beyond_the_limit() {
    let text = |n: usize| "x".repeat(n);
    // 260 characters are allowed: eight for the file and the space, and 252 of text.
    for (personality, fits) in [(Personality::Win32, 252), (Personality::Win31, 120)] {
        let world = alias_world();
        let ini = format!("[drivers32]\r\nlong=drv.dll {}\r\n", text(5000));
        let manager =
            Manager::builder().config(config_of(&world, personality, &ini)).driver_path(None).build();
        assert!(manager.open(&format!("drv.dll {}", text(fits)), None, 0).is_ok(), "{personality}");
        let error = fails(&manager, &format!("drv.dll {}", text(fits + 1)), None);
        let limit = fits + 8;
        assert!(
            matches!(error.failure(), OpenFailure::Resolve(ResolveError::LineTooLong { length, limit: l }) if *length == limit + 1 && *l == limit),
            "{error}"
        );
        let error = fails(&manager, "long", Some("drivers32"));
        assert!(error.to_string().contains("the line has 5008 characters"), "{error}");
    }
    let world = alias_world();
    let manager = manager_for(&world, Personality::Wine, "", "");
    assert_opens(
        &world,
        &manager,
        &format!("drv.dll {}", text(400)),
        None,
        "drv",
        &format!("{:?}", text(252)),
    );
}

fn config_of(world: &World, personality: Personality, ini: &str) -> Config {
    fs::write(world.path().join("system.ini"), ini).expect("it can be written");
    let path = world.path().join("opendriver.toml");
    fs::write(&path, format!("profile='system.ini'\npersonality='{personality}'\n"))
        .expect("it can be written");
    Config::load(&path).unwrap_or_else(|error| panic!("{error}"))
}

// The width of the text.

/// Windows 3.1 SDK: ANSI text.
#[test]
fn win31_passes_the_ansi_code_page() {
    let world = World::with_text(TextEncoding::Ansi);
    world.driver("drv.dll");
    let manager =
        Manager::builder().config(config_of(&world, Personality::Win31, "")).driver_path(None).build();
    assert_opens(&world, &manager, "drv.dll caf\u{e9}", None, "drv", "\"caf\u{e9}\"");
    let error = fails(&manager, "drv.dll \u{6f22}", None);
    assert!(matches!(error.failure(), OpenFailure::Parameters { .. }), "{error}");
    assert!(error.to_string().contains('\u{6f22}'), "{error}");
    assert_eq!(world.count("drv", DRV_LOAD), 1, "nothing was sent for the second");
    assert!(manager.open("drv.dll", None, 0).is_ok(), "and nothing is stuck");
}

/// Ours.
#[test]
fn a_driver_can_be_given_its_own_encoding() {
    let world = World::with_text(TextEncoding::Utf8);
    world.driver("drv.dll");
    let manager = manager_for(&world, Personality::Win32, "", "drivers.'DRV.DLL'.text = 'utf8'");
    assert_opens(&world, &manager, "drv.dll caf\u{e9}", None, "drv", "\"caf\u{c3}\u{a9}\"");
}

/// Ours.
#[test]
fn a_driver_that_says_what_it_takes_gets_it_under_every_personality() {
    let world = World::new();
    fs::copy(compile::takes_utf8(), world.path().join("utf8.drv")).expect("it can be copied");
    for personality in ALL {
        let manager = Manager::builder().config(config_of(&world, personality, "")).driver_path(None).build();
        let handle = manager.open("utf8.drv \u{e9}", None, 0).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(manager.info(handle).map(|info| info.driver_id), Ok(0xC3A9), "{personality}");
    }
}

// Changing the configuration.

/// Ours.
#[test]
fn reload_reads_again_and_leaves_open_instances_alone() {
    let world = alias_world();
    let manager = manager_for(&world, Personality::Win32, "[drivers32]\r\nwave=drv.dll v1\r\n", "");
    let open = manager.open("wave", None, 0).expect("it opens");
    fs::write(world.path().join("system.ini"), "[drivers32]\r\nwave=drvb.drv version 2\r\n")
        .expect("it can be written");
    assert_opens(&world, &manager, "wave", None, "drv", "\"v1\"");
    assert!(manager.reload_if_changed().expect("it can be read"));
    assert_opens(&world, &manager, "wave", None, "drvb", "\"version 2\"");
    assert_eq!(manager.send(open, DRV_USER, 0, 0), Ok(0x5A5A));
    assert!(!manager.reload_if_changed().expect("it can be read"));
    fs::remove_file(world.path().join("opendriver.toml")).expect("it can be removed");
    fs::create_dir(world.path().join("opendriver.toml")).expect("it can be made");
    assert!(manager.reload().is_err());
    assert_opens(&world, &manager, "wave", None, "drvb", "\"version 2\"");
}

/// Wine 8.0 measured: files open without a SYSTEM.INI. Ours: the words.
#[test]
fn without_configuration_files_work_and_errors_say_that_there_is_none() {
    let world = alias_world();
    let manager = Manager::builder().driver_path(None).search_directory(world.path()).build();
    assert_opens(&world, &manager, "drv.dll text", None, "drv", "\"text\"");
    let text = fails(&manager, "wave", None).to_string();
    assert!(text.contains("no configuration was given, so there are no aliases"), "{text}");
    let missing = Settings::parse("profile = 'gone.ini'", world.path()).expect("it is right");
    let manager = Manager::builder()
        .config(Config::from_settings(missing).expect("it may be missing"))
        .driver_path(None)
        .build();
    let text = fails(&manager, "wave", Some("drivers32")).to_string();
    assert!(text.contains("gone.ini does not exist, so there are no aliases"), "{text}");
}

//! The promise: a name leads to the file that Windows, or the personality, would mean; and where there is none, the
//! error says which places were looked at and why each was passed over.

use std::fs;

use opendriver::abi::*;
use opendriver::{
    Config, Handle, Manager, OpenError, OpenFailure, PassedOver, Personality, Place, ResolveError, Settings,
};
use opendriver_config::TextEncoding;
use opendriver_tests::{World, compile};

const ALL: [Personality; 3] = [Personality::Win32, Personality::Win31, Personality::Wine];

/// What the first DRV_OPEN after `open` carried, as driver and text; or the error.
fn opened(
    world: &World,
    manager: &Manager,
    name: &str,
    section: Option<&str>,
) -> Result<(String, String), OpenError> {
    world.take_log();
    let handle = manager.open(name, section, 0)?;
    let log = world.take_log();
    let line = log.iter().rev().find(|line| line.contains(" DRV_OPEN ")).expect("DRV_OPEN was sent");
    let driver = line.split(' ').next().expect("a word").to_owned();
    let text =
        line.split(" l1=").nth(1).and_then(|rest| rest.rsplit_once(" l2=")).expect("lParam1").0.to_owned();
    manager.close(handle, 0, 0).expect("it is open");
    Ok((driver, text))
}

fn assert_opens(
    world: &World,
    manager: &Manager,
    name: &str,
    section: Option<&str>,
    driver: &str,
    text: &str,
) {
    let (by, with) =
        opened(world, manager, name, section).unwrap_or_else(|error| panic!("{name:?}: {error}"));
    assert_eq!((by.as_str(), with.as_str()), (driver, text), "{name:?} in {section:?}");
}

fn fails(manager: &Manager, name: &str, section: Option<&str>) -> OpenError {
    manager.open(name, section, 0).expect_err(name)
}

/// The INI of these tests, for a manager of any personality whose drivers get UTF-16.
fn manager_for(world: &World, personality: Personality, ini: &str, more: &str) -> Manager {
    fs::write(world.path().join("system.ini"), ini).expect("it can be written");
    let toml = format!(
        "profile='system.ini'\npersonality='{personality}'\n{more}\n[switches]\nparameters='utf16'\n"
    );
    let path = world.path().join("opendriver.toml");
    fs::write(&path, toml).expect("it can be written");
    let config = Config::load(&path).unwrap_or_else(|error| panic!("{error}"));
    Manager::builder().config(config).driver_path(None).build()
}

// The name and the split into file and parameters (the table of name resolution, Wine 8.0 measured; documented for
// Windows 3.1 by the SDK). The same under every personality.

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

#[test]
fn a_path_with_blanks_opens_when_given_apart_from_its_parameters() {
    let world = World::new();
    let path = world.driver("sp ace/drv.dll");
    let manager = manager_for(&world, Personality::Win32, "", "");
    manager.open_file(&path, Some("with text"), 7).unwrap_or_else(|error| panic!("{error}"));
    let log = world.take_log();
    assert_eq!(log.last().map(String::as_str), Some("drv h1 DRV_OPEN id=0x0 l1=\"with text\" l2=0x7"));
}

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
        fails(&manager, "chain", Some("drivers32"));
    }
}

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

#[test]
fn an_empty_entry_is_none_at_all() {
    let world = alias_world();
    for personality in [Personality::Win32, Personality::Wine] {
        let manager = manager_for(&world, personality, INI, "");
        let error = fails(&manager, "empty", Some("drivers32"));
        assert!(matches!(error.failure(), OpenFailure::Resolve(ResolveError::NoEntry { .. })), "{error}");
    }
}

#[test]
fn tables_of_the_settings_come_before_the_file_and_are_taken_as_they_stand() {
    // As the registry: Wine 8.0 measured.
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

#[test]
fn a_driver_can_be_given_its_own_encoding() {
    let world = World::with_text(TextEncoding::Utf8);
    world.driver("drv.dll");
    let manager = manager_for(&world, Personality::Win32, "", "drivers.'DRV.DLL'.text = 'utf8'");
    assert_opens(&world, &manager, "drv.dll caf\u{e9}", None, "drv", "\"caf\u{c3}\u{a9}\"");
}

#[test]
fn a_driver_that_says_what_it_takes_gets_it_under_every_personality() {
    let world = World::new();
    let source = "#include <stdint.h>\nconst unsigned opendriver_text = 3;\n\
        intptr_t DriverProc(uintptr_t id, void *h, unsigned m, intptr_t l1, intptr_t l2) {\n\
        (void)id; (void)h; (void)l2; if (m == 3) return l1 ? ((unsigned char *)l1)[0] * 256 + ((unsigned char *)l1)[1] : 1; return 1; }";
    compile::shared_library_of(source, &world.path().join("utf8.drv"), &[]);
    for personality in ALL {
        let manager = Manager::builder().config(config_of(&world, personality, "")).driver_path(None).build();
        let handle = manager.open("utf8.drv \u{e9}", None, 0).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(manager.info(handle).map(|info| info.driver_id), Ok(0xC3A9), "{personality}");
    }
}

// Files: search order, names of the platform, case, drives.

#[test]
fn windows_names_find_the_libraries_of_the_platform() {
    let world = World::new();
    let manager = manager_for(&world, Personality::Win32, "", "");
    let library = if cfg!(target_vendor = "apple") { "libsynth.dylib" } else { "libsynth.so" };
    if cfg!(unix) {
        world.driver(library);
        for name in ["synth.drv", "SYNTH.DRV", "synth", "synth.dll", library] {
            let located = manager.locate(name, None).unwrap_or_else(|error| panic!("{error}"));
            assert!(matches!(located.place, Place::File { path, .. } if path.ends_with(library)), "{name}");
        }
    }
    world.driver("synth.drv");
    let located = manager.locate("synth.drv text", None).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        matches!(&located.place, Place::File { path, .. } if path.ends_with("synth.drv")),
        "the exact name wins"
    );
    assert_eq!((located.file.as_str(), located.parameters.as_deref()), ("synth.drv", Some("text")));
}

#[test]
fn a_name_without_extension_gets_dll_and_only_under_win31_drv() {
    let world = World::new();
    world.driver("onlydrv.drv");
    world.driver("both.dll");
    world.driver("noext");
    for personality in ALL {
        let manager = manager_for(&world, personality, "", "");
        assert_eq!(manager.open("onlydrv", None, 0).is_ok(), personality == Personality::Win31);
        assert_opens(&world, &manager, "both", None, "both", "0x0");
        assert_opens(&world, &manager, "noext.", None, "noext", "0x0");
        assert!(manager.open("both.", None, 0).is_err(), "a trailing dot says that nothing is added");
    }
}

#[test]
fn search_directories_are_asked_in_order() {
    let world = World::new();
    for directory in ["config", "first", "second", "variable"] {
        world.driver(&format!("{directory}/drv.dll"));
    }
    let path = world.path().join("config/opendriver.toml");
    fs::write(&path, "search_path = ['../first', '../second']").expect("it can be written");
    let build = || {
        let config = Config::load(&path).unwrap_or_else(|error| panic!("{error}"));
        Manager::builder().config(config).driver_path(Some(world.path().join("variable").into())).build()
    };
    for directory in ["config", "first", "second", "variable"] {
        let located = build().locate("drv.dll", None).unwrap_or_else(|error| panic!("{error}"));
        let Place::File { path, .. } = located.place else { panic!("a file") };
        let expected = world.path().join(directory).join("drv.dll").canonicalize().expect("it exists");
        assert_eq!(path.canonicalize().expect("it exists"), expected);
        fs::remove_file(path).expect("it can be removed");
    }
    let error = build().locate("drv.dll", None).expect_err("none is left");
    let text = error.to_string();
    for directory in ["config", "first", "second", "variable"] {
        assert!(text.contains(&format!("{directory}: has no drv.dll")), "{text}");
    }
}

#[test]
fn the_current_directory_is_not_searched_unless_asked() {
    let world = World::new();
    let here = std::env::current_dir().expect("there is one");
    let manager = manager_for(&world, Personality::Win32, "", "");
    assert!(!manager.search_directories().contains(&here));
    let asked = manager_for(&world, Personality::Win32, "", "current_directory = true");
    let text = fails(&asked, "no_such_driver.drv", None).to_string();
    assert!(text.contains(&format!("{}: has no", here.display())), "{text}");
}

#[test]
fn drive_letters_are_directories_of_the_settings() {
    let world = World::new();
    world.driver("c/Windows/System/IAC25_32.AX");
    let ini = "[drivers32]\r\nmsacm.iac2=C:\\WINDOWS\\SYSTEM\\IAC25_32.AX\r\n";
    let manager = manager_for(&world, Personality::Win32, ini, "drives.C = 'c'");
    assert_opens(&world, &manager, "msacm.iac2", None, "IAC25_32", "0x0");
    assert_opens(
        &world,
        &manager,
        "c:/windows/./system/../system/iac25_32.ax text",
        None,
        "IAC25_32",
        "\"text\"",
    );
    if cfg!(unix) {
        let text = fails(&manager, "D:\\x.drv", None).to_string();
        assert!(text.contains("drive D:, which is not mapped") && text.contains("[drives] D ="), "{text}");
    }
}

#[test]
fn one_file_under_several_spellings_is_one_module() {
    let world = World::new();
    let path = world.driver("probea.dll");
    world.driver("sub/other.dll");
    let manager = manager_for(&world, Personality::Win32, "", "");
    let names =
        [path.display().to_string(), "probea".into(), "PROBEA.DLL".into(), "sub/../probea.dll".into()];
    let handles: Vec<Handle> =
        names.iter().map(|name| manager.open(name, None, 0).unwrap_or_else(|e| panic!("{e}"))).collect();
    let modules: Vec<_> = handles.iter().map(|handle| manager.module(*handle).expect("it is open")).collect();
    assert!(modules.iter().all(|module| *module == modules[0]));
    assert_eq!(world.count("probea", DRV_LOAD), 1);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, world.path().join("linked.drv")).expect("it can be linked");
        fs::hard_link(&path, world.path().join("hard.drv")).expect("it can be linked");
        for name in ["linked.drv", "hard.drv"] {
            let handle = manager.open(name, None, 0).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(manager.module(handle), Ok(modules[0]), "{name}");
        }
    }
}

#[test]
fn copies_under_other_names_are_other_modules_and_a_bare_name_means_the_first() {
    let world = World::new();
    let sub = world.driver("sub/probea.dll").display().to_string();
    let main = world.driver("probea.dll").display().to_string();
    let manager = manager_for(&world, Personality::Win32, "", "");
    let [a, b, c] =
        [sub.as_str(), main.as_str(), "probea.dll"].map(|name| manager.open(name, None, 0).expect(name));
    assert_ne!(manager.module(a), manager.module(b));
    assert_eq!(
        manager.module(a),
        manager.module(c),
        "as LoadLibrary: the one loaded first under this base name"
    );
    manager.close(a, 0, 0).expect("it is open");
    manager.close(c, 0, 0).expect("it is open");
    let d = manager.open("probea.dll", None, 0).expect("it is loaded");
    assert_eq!(manager.module(b), manager.module(d), "the first has gone");
}

// What is there but cannot be loaded.

#[test]
fn an_unfit_file_is_named_for_what_it_is() {
    let world = World::new();
    let write =
        |name: &str, bytes: &[u8]| fs::write(world.path().join(name), bytes).expect("it can be written");
    let mut pe = vec![0; 0x80];
    pe[..2].copy_from_slice(b"MZ");
    pe[0x3C] = 0x80;
    let mut ne = pe.clone();
    pe.extend_from_slice(b"PE\0\0\x4C\x01");
    pe.resize(0x98, 0);
    pe.extend_from_slice(&[0x0B, 0x01]);
    ne.extend_from_slice(b"NE");
    ne.resize(0xC0, 0);
    write("iccvid.dll", &pe);
    write("sndblst.drv", &ne);
    write("readme.drv", b"Copy this file to C:\\WINDOWS\r\n");
    write("empty.drv", b"");
    fs::create_dir(world.path().join("folder.drv")).expect("it can be made");
    let manager = manager_for(&world, Personality::Win32, "", "");
    for (name, what) in [
        ("iccvid.dll", "is a PE32 image for i386; this process is"),
        ("sndblst.drv", "is an NE image, a driver for 16-bit Windows; this process is"),
        ("readme.drv", "is a text file; this process is"),
        ("empty.drv", "is an empty file; this process is"),
        ("folder.drv", "is a directory"),
    ] {
        let text = fails(&manager, name, None).to_string();
        assert!(text.contains(what), "{name}: {text}");
    }
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let text = fails(&manager, "iccvid.dll", None).to_string();
        assert!(text.contains("this process is x86-64 Linux and loads ELF x86-64"), "{text}");
    }
}

#[test]
fn an_unfit_file_does_not_hide_a_fit_one() {
    let world = World::new();
    fs::write(world.path().join("synth.drv"), b"text").expect("it can be written");
    let library = if cfg!(target_vendor = "apple") { "libsynth.dylib" } else { "libsynth.so" };
    world.driver(if cfg!(windows) { "synth.dll" } else { library });
    let manager = manager_for(&world, Personality::Win32, "", "");
    let located = manager.locate("synth.drv", None).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(located.place, Place::File { path, .. } if !path.ends_with("synth.drv")));
}

#[test]
fn a_library_that_the_system_refuses_is_told_with_the_systems_words() {
    let world = World::new();
    let source = "extern int surely_missing(void);\nlong DriverProc(void) { return surely_missing(); }";
    compile::shared_library_of(source, &world.path().join("broken.drv"), &[]);
    let manager = manager_for(&world, Personality::Win32, "", "");
    let error = fails(&manager, "broken.drv", None);
    assert!(matches!(error.failure(), OpenFailure::Load(opendriver::LoadError::Library { .. })), "{error}");
    assert!(error.to_string().contains("surely_missing"), "{error}");
}

#[test]
fn every_place_is_in_the_error() {
    let world = World::new();
    let toml = "search_path = ['nowhere', 'sub']";
    world.driver("sub/other.drv");
    let manager = manager_for(&world, Personality::Win32, "", toml);
    let error = fails(&manager, "synth.drv", None);
    let OpenFailure::Resolve(ResolveError::NotFound { tried, .. }) = error.failure() else {
        panic!("{error}")
    };
    let why = |end: &str| {
        &tried.iter().find(|tried| tried.place.ends_with(end)).unwrap_or_else(|| panic!("{error}")).why
    };
    assert!(matches!(why("nowhere"), PassedOver::NoSuchDirectory));
    assert!(
        matches!(why("sub"), PassedOver::NoSuchFile { names } if names.contains(&"synth.drv".to_owned()))
    );
    assert!(error.to_string().contains("and no alias of that name: looked up in"), "{error}");
}

#[test]
fn the_line_of_the_config_is_in_the_error() {
    let world = World::new();
    let manager =
        manager_for(&world, Personality::Win32, "; comment\r\n[Drivers32]\r\nwave=missing.drv text\r\n", "");
    let error = fails(&manager, "wave", None);
    let text = error.to_string();
    assert!(text.contains("system.ini:3: [Drivers32] wave=missing.drv text"), "{text}");
    assert!(text.contains("there is no driver file \"missing.drv\""), "{text}");
    assert_eq!(error.entry().map(|entry| entry.alias()), Some("wave"));
}

// Changing the configuration.

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

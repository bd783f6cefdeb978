//! The promise: a file name leads to the library that it means on this system, whatever its spelling; and what cannot
//! be loaded is named for what it is.

use std::fs;

use opendriver::abi::*;
use opendriver::{
    Config, Handle, Manager, OpenError, OpenFailure, PassedOver, Personality, Place, ResolveError,
};
use opendriver_tests::named::{assert_opens, fails, manager_for};
use opendriver_tests::{World, compile};

const ALL: [Personality; 3] = [Personality::Win32, Personality::Win31, Personality::Wine];

// Files: search order, names of the platform, case, drives.

/// Ours (file names).
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

/// MSDN, LoadLibrary, and Wine 8.0 measured: .dll is added unless the name ends in a dot, .drv never. Ours:
/// .drv under win31.
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

/// Ours (file names).
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

/// Ours (file names).
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

/// Ours (file names).
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

// Names as Windows understands them, the same under each personality.

/// Microsoft, "Naming Files, Paths, and Namespaces": such a path is on the current drive. Which one that is, is ours.
#[test]
fn a_path_from_the_root_of_no_drive_is_on_that_of_windows() {
    let world = World::new();
    world.driver("c/oracle/x.dll");
    world.driver("d/oracle/y.dll");
    let ini = "[drivers32]\r\nrooted=\\Oracle\\X.dll with text\r\n";
    for personality in ALL {
        let manager = manager_for(&world, personality, ini, "drives = { C = 'c', D = 'd' }");
        assert_opens(&world, &manager, "rooted", Some("drivers32"), "x", "\"with text\"");
        for name in ["\\oracle\\x.dll", "/oracle/x.dll", "\\nodir\\..\\oracle\\x", "\\..\\oracle/x.dll"] {
            assert_opens(&world, &manager, name, None, "x", "0x0");
        }
        // It is the drive of the Windows directory and no other.
        let text = fails(&manager, "\\oracle\\y.dll", None).to_string();
        assert!(text.contains(&world.path().join("c").join("oracle").display().to_string()), "{text}");
    }
}

/// Ours: `/` begins a path of this system, `\` one of Windows.
#[test]
#[cfg(unix)]
fn a_path_of_this_system_goes_before_one_on_a_drive_unless_it_is_written_as_on_windows() {
    let world = World::new();
    let own = world.driver("own/x.dll").display().to_string();
    let on_drive = world.driver(&format!("c{}", world.path().join("own/x.dll").display()));
    let drives = format!("drives.C = '{}'", world.path().join("c").display());
    let manager = manager_for(&world, Personality::Win32, "", &drives);
    let found = |name: &str| match manager.locate(name, None).unwrap_or_else(|error| panic!("{error}")).place
    {
        Place::File { path, .. } => path,
        place => panic!("{place:?}"),
    };
    assert_eq!(found(&own), std::path::Path::new(&own));
    assert_eq!(found(&own.replace('/', "\\")), on_drive);
    // Without drives both mean this system's.
    let manager = manager_for(&world, Personality::Win32, "", "");
    assert!(manager.locate(&own, None).is_ok() && manager.locate(&own.replace('/', "\\"), None).is_ok());
}

/// Microsoft, "Naming Files, Paths, and Namespaces": it starts at the current directory of the drive, at first its root.
#[test]
fn a_path_that_only_names_its_drive_starts_at_its_root() {
    let world = World::new();
    world.driver("c/x.dll");
    world.driver("c/oracle/y.dll");
    for personality in ALL {
        let manager = manager_for(&world, personality, "", "drives.C = 'c'");
        assert_opens(&world, &manager, "C:x.dll text", None, "x", "\"text\"");
        assert_opens(&world, &manager, "c:oracle\\y", None, "y", "0x0");
        assert_opens(&world, &manager, "c:..\\nodir\\..\\oracle\\y.dll", None, "y", "0x0");
        fails(&manager, "C:y.dll", None);
        if cfg!(unix) {
            let text = fails(&manager, "D:x.dll", None).to_string();
            assert!(text.contains("drive D:, which is not mapped"), "{text}");
        }
    }
}

/// Ours; with `current_directory` as "Naming Files, Paths, and Namespaces" has it.
#[test]
fn the_current_directory_of_a_drive_counts_only_if_it_is_asked_for() {
    // The current directory of this process, seen as a place on drive D:.
    let here = std::env::current_dir().expect("there is one");
    let root = here.parent().expect("it is not the root").display().to_string();
    let base = here.file_name().expect("it is not the root").to_string_lossy().into_owned();
    let world = World::new();
    let drives = format!("drives.D = '{root}'\ndrives.C = '{}'", world.path().display());
    let places = |current: &str, name: &str| {
        let manager =
            manager_for(&world, Personality::Win32, "", &format!("current_directory = {current}\n{drives}"));
        let error = fails(&manager, name, None);
        let OpenFailure::Resolve(ResolveError::NotFound { tried, .. }) = error.failure() else {
            panic!("{error}")
        };
        tried.iter().map(|tried| tried.place.clone()).collect::<Vec<_>>()
    };
    let root = std::path::Path::new(&root);
    assert_eq!(places("false", "D:no_such.drv")[0], root);
    assert_eq!(places("true", "D:no_such.drv")[0], root.join(&base));
    assert_eq!(places("true", "D:..\\..\\..\\no_such.drv")[0], root);
    assert_eq!(places("false", "\\no_such.drv")[0], world.path());
    assert_eq!(places("true", "\\no_such.drv")[0], root);
    assert_eq!(places("true", "C:no_such.drv")[0], world.path());
}

/// Microsoft, GetFullPathName: what a path comes to is found without a look at what there is.
#[test]
fn a_directory_that_is_left_again_need_not_exist() {
    let world = World::new();
    world.driver("x.dll");
    world.driver("c/oracle/x.dll");
    for personality in ALL {
        let manager = manager_for(&world, personality, "", "drives.C = 'c'");
        for name in ["nodir\\..\\x.dll", "nodir/../x.dll", "a\\b\\..\\..\\x", "C:\\nodir\\..\\oracle\\x.dll"]
        {
            assert_opens(&world, &manager, name, None, "x", "0x0");
        }
        fails(&manager, "nodir\\x.dll", None);
        fails(&manager, "C:\\nodir\\x.dll", None);
    }
}

/// Microsoft, "Naming Files, Paths, and Namespaces", Win32 file namespaces.
#[test]
fn a_literal_path_is_stripped_of_its_prefix_and_taken_as_it_is() {
    let world = World::new();
    world.driver("c/oracle/x.dll");
    for personality in ALL {
        let manager = manager_for(&world, personality, "", "drives.C = 'c'");
        assert_opens(&world, &manager, "\\\\?\\C:\\ORACLE\\x.dll text", None, "x", "\"text\"");
        for name in [
            "\\\\?\\C:\\oracle\\.\\x.dll",
            "\\\\?\\C:\\a\\..\\oracle\\x.dll",
            "\\\\?\\C:/oracle/x.dll",
            "\\\\?\\x.dll",
        ] {
            let error = fails(&manager, name, None);
            assert!(matches!(error.failure(), OpenFailure::Resolve(ResolveError::NoFile { .. })), "{error}");
        }
        if cfg!(unix) {
            let text = fails(&manager, "\\\\?\\Q:\\x.dll", None).to_string();
            assert!(text.contains("drive Q:, which is not mapped"), "{text}");
        }
    }
}

/// Ours.
#[test]
fn many_names_are_located_as_each_alone() {
    let world = World::new();
    world.driver("sub/Found.drv");
    world.driver("other.DLL");
    let manager = manager_for(
        &world,
        Personality::Win32,
        "[drivers32]\r\na=FOUND.DRV\r\nb=missing.drv\r\n",
        "search_path = ['sub']",
    );
    let locator = manager.locator();
    for (name, section) in [
        ("a", Some("drivers32")),
        ("b", Some("drivers32")),
        ("OTHER", None),
        ("none", None),
        ("SUB\\found.drv", None),
    ] {
        let shown = |located: Result<opendriver::Located, OpenError>| match located {
            Ok(located) => format!("{:?}", located.place),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown(locator.locate(name, section)), shown(manager.locate(name, section)), "{name}");
    }
    assert!(
        locator.locate("a", Some("drivers32")).is_ok() && locator.locate("b", Some("drivers32")).is_err()
    );
    // What comes later is seen by the next call of the manager.
    world.driver("sub/MISSING.drv");
    assert!(
        manager.locate("b", Some("drivers32")).is_ok()
            && manager.locator().locate("b", Some("drivers32")).is_ok()
    );
}

/// MSDN, LoadLibrary: a file that is loaded is not loaded again, in whatever way it is named.
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

/// MSDN, LoadLibrary: a bare name of a loaded module is that module. Wine 8.0 measured.
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

#[test]
#[cfg(target_os = "linux")]
fn a_library_that_is_cut_short_is_refused_and_does_not_kill_the_program() {
    let world = World::new();
    let path = world.driver("whole.drv");
    let bytes = fs::read(&path).expect("it can be read");
    let manager = manager_for(&world, Personality::Win32, "", "");
    for length in [20, 64, 1000, bytes.len() / 4, bytes.len() / 2] {
        fs::write(world.path().join("cut.drv"), &bytes[..length]).expect("it can be written");
        let text = fails(&manager, "cut.drv", None).to_string();
        assert!(text.contains("that is cut short; copy it again"), "{length} bytes: {text}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_of_the_name_does_not_hide_the_library() {
    let world = World::new();
    fs::copy(std::env::current_exe().expect("a path"), world.path().join("synth")).expect("it can be copied");
    let manager = manager_for(&world, Personality::Win32, "", "");
    let text = fails(&manager, "synth", None).to_string();
    assert!(text.contains("is an ELF program for"), "{text}");
    world.driver("libsynth.so");
    let located = manager.locate("synth", None).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(located.place, Place::File { path, .. } if path.ends_with("libsynth.so")));
}

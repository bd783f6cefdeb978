//! A configuration: what is read, what look-ups find, when it has changed.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use opendriver_config::{
    CodePage, Config, ConfigError, IniRules, LoadAccepts, Origin, Overrides, Personality, Settings,
};
use tempfile::TempDir;

/// A directory with files.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        write(&directory.path().join(name), text);
    }
    directory
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
}

/// Writes a file and makes it look an hour old, so that its time alone tells.
fn write_old(path: &Path, text: &str) {
    write(path, text);
    let hour = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options()
        .write(true)
        .open(path)
        .and_then(|file| file.set_modified(hour))
        .expect("one's own file");
}

#[track_caller]
fn load(path: &Path) -> Config {
    Config::load(path).unwrap_or_else(|error| panic!("{error}"))
}

const INI: &str =
    "[Drivers32]\r\nMidi=synth.drv a b\r\nempty=\r\nmidi=second\r\njunk\r\n[Other]\r\nx=y.drv\r\n";

#[test]
fn an_ini_file_is_read_with_default_settings() {
    let directory = directory(&[("System.INI", INI)]);
    let path = directory.path().join("System.INI");
    let config = load(&path);
    assert_eq!((config.path(), config.profile_path()), (Some(&*path), Some(&*path)));
    assert_eq!(config.directory(), Some(directory.path()));
    assert_eq!(*config.settings(), Settings::default());
    assert_eq!(config.document().as_bytes(), INI.as_bytes());
    assert!(!config.profile_missing());
    let entry = config.find("drivers32", "MIDI").expect("it is there");
    assert_eq!((entry.section(), entry.alias(), entry.line()), ("Drivers32", "Midi", "synth.drv a b"));
    assert_eq!((entry.file(), entry.parameters()), ("synth.drv", Some("a b")));
    let Origin::Profile { path: Some(origin), position } = entry.origin() else {
        panic!("it stands in the file")
    };
    assert_eq!((&**origin, position.line, position.column), (&*path, 2, 6));
    assert_eq!(&INI[position.span.clone()], "synth.drv a b");
    assert_eq!(entry.to_string(), "[Drivers32] Midi=synth.drv a b");
    assert_eq!(config.diagnostics().len(), 2);
}

#[test]
fn settings_name_the_profile() {
    let directory = directory(&[(
        "opendriver.TOML",
        "profile = \"ini/system.ini\"\n[sections.drivers32]\nWave = \"w.drv p\"\n",
    )]);
    fs::create_dir(directory.path().join("ini")).expect("created");
    write(&directory.path().join("ini/system.ini"), INI);
    let path = directory.path().join("opendriver.TOML");
    let config = load(&path);
    assert_eq!(config.path(), Some(&*path));
    assert_eq!(config.profile_path(), Some(&*directory.path().join("ini/system.ini")));
    assert_eq!(config.directory(), Some(directory.path()));
    assert_eq!(
        config.find("Drivers32", "midi").map(|entry| entry.line().to_owned()),
        Some("synth.drv a b".into())
    );
    let wave = config.find("Drivers32", "wave").expect("it is there");
    assert_eq!((wave.section(), wave.alias(), wave.line()), ("drivers32", "Wave", "w.drv p"));
    let Origin::Settings { path: Some(origin), position: Some(position) } = wave.origin() else {
        panic!("settings")
    };
    assert_eq!((&**origin, position.line, position.column), (&*path, 3, 8));
    assert_eq!((wave.origin().path(), wave.origin().position()), (Some(&*path), Some(position)));
}

#[test]
fn tables_come_first_and_are_raw() {
    let mut settings = Settings::default();
    settings.sections.set("Drivers32", "midi", " \"first.drv\" x ");
    settings.sections.set("Drivers32", "x", "");
    settings.sections.set("Only", "k", "v");
    let config =
        Config::from_ini("[drivers32]\r\nmidi=second\r\nx=second\r\nwave=third\r\nwave=4\r\n", settings);
    let midi = config.find("drivers32", "MIDI").expect("it is there");
    assert_eq!((midi.line(), midi.file()), (" \"first.drv\" x ", ""));
    assert_eq!(*midi.origin(), Origin::Settings { path: None, position: None });
    assert_eq!(
        config.find("drivers32", "x").map(|entry| entry.line().to_owned()),
        Some(String::new()),
        "final"
    );
    // What is asked for is trimmed for the profile only.
    assert_eq!(
        config.find("drivers32", " midi ").map(|entry| entry.line().to_owned()),
        Some("second".into())
    );
    assert_eq!(config.find(" Only", "k"), None);
    let lines: Vec<_> = config.entries("DRIVERS32").iter().map(|entry| entry.to_string()).collect();
    assert_eq!(lines, ["[Drivers32] midi= \"first.drv\" x ", "[Drivers32] x=", "[drivers32] wave=third"]);
    assert_eq!(config.section_names(), ["Drivers32", "Only"]);
    assert_eq!(config.entries("none"), []);
}

#[test]
fn an_empty_value_in_the_profile_is_no_entry() {
    let config = Config::from_ini(INI, Settings::default());
    assert_eq!(config.profile().get("drivers32", "empty").as_deref(), Some(""));
    assert_eq!(config.find("drivers32", "empty"), None);
    assert_eq!(config.entries("drivers32").len(), 1);
    assert_eq!(config.section_names(), ["Drivers32", "Other"]);
}

#[test]
fn the_personality_decides_how_the_profile_is_read() {
    let text = "personality = \"wine\"\nprofile = \"a.ini\"\nansi_code_page = 437\n";
    let directory = directory(&[("o.toml", text), ("a.ini", "")]);
    fs::write(directory.path().join("a.ini"), b"[s]x]\n\x84=\x84.drv\n").expect("written");
    let config = load(&directory.path().join("o.toml"));
    assert_eq!(config.profile().rules(), IniRules::Wine);
    assert_eq!(config.find("s]x", "Ä").map(|entry| entry.line().to_owned()), Some("ä.drv".into()));
    assert_eq!(config.find("s", "Ä"), None);
}

#[test]
fn overrides_win_and_leave_single_switches_alone() {
    let directory = directory(&[
        ("o.toml", "personality = \"win31\"\nprofile = \"a.ini\"\n[switches]\nload_accepts = \"non-zero\"\n"),
        ("a.ini", "[s]x]\na=1\n"),
    ]);
    let overrides = Overrides::default()
        .personality(Personality::Wine)
        .ansi_code_page(CodePage::try_from(850).expect("known"));
    let config = Config::load_with(directory.path().join("o.toml"), overrides.clone()).expect("readable");
    let check = |config: &Config| {
        let settings = config.settings();
        assert_eq!((settings.personality, settings.ansi_code_page.number()), (Personality::Wine, 850));
        assert_eq!(
            (settings.switches.load_accepts, settings.switches.session_instance),
            (LoadAccepts::NonZero, true)
        );
        assert!(config.find("s]x", "a").is_some(), "read by Wine's rules");
    };
    check(&config);
    check(&config.reload().expect("still readable"));
    let ini = Config::load_with(directory.path().join("a.ini"), overrides).expect("readable");
    assert!(ini.settings().switches.session_instance && ini.find("s]x", "a").is_some());
}

#[test]
fn a_profile_that_does_not_exist_is_an_empty_one() {
    let directory = directory(&[("o.toml", "profile = \"none/system.ini\"")]);
    let config = load(&directory.path().join("o.toml"));
    assert!(config.profile_missing());
    assert_eq!(config.profile_path(), Some(&*directory.path().join("none/system.ini")));
    assert_eq!(config.find("drivers32", "midi"), None);
    assert!(!config.changed());
    fs::create_dir(directory.path().join("none")).expect("created");
    write(&directory.path().join("none/system.ini"), INI);
    assert!(config.changed(), "it has come into being");
    let config = config.reload().expect("readable now");
    assert!(!config.profile_missing() && config.find("drivers32", "midi").is_some());
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let directory = directory(&[
        ("o.toml", "profile = \".\""),
        ("bad.toml", "x = \"\u{1}"),
        ("q.toml", "\npersonalty = 1"),
    ]);
    let path = |name: &str| directory.path().join(name);
    let error = Config::load(path("none.ini")).expect_err("missing");
    assert!(matches!(error, ConfigError::Read { what: "configuration", .. }));
    assert_eq!(error.to_string(), format!("cannot read the configuration {}", path("none.ini").display()));
    assert_eq!(error.path(), Some(&*path("none.ini")));
    assert!(matches!(
        Config::load(directory.path()),
        Err(ConfigError::NotAFile { what: "configuration", .. })
    ));
    assert!(matches!(Config::load(path("o.toml")), Err(ConfigError::NotAFile { what: "profile", .. })));
    let error = Config::load(path("q.toml")).expect_err("a misspelt setting");
    assert_eq!(
        error.to_string(),
        format!(
            "{}:2:1: unknown setting `personalty` (did you mean `personality`?)",
            path("q.toml").display()
        )
    );
    assert_eq!(error.hint(), Some("did you mean `personality`?"));
    let (text, position) = error.excerpt().expect("it has a place");
    assert_eq!((text, &text[position.span.clone()]), ("\npersonalty = 1", "personalty"));
    assert!(matches!(Config::load(path("bad.toml")), Err(ConfigError::Settings(_))));
    fs::write(path("bytes.toml"), b"\xFF\xFE").expect("written");
    assert!(matches!(Config::load(path("bytes.toml")), Err(ConfigError::Read { .. })));
}

#[cfg(unix)]
#[test]
fn an_unreadable_profile_is_an_error_and_no_empty_one() {
    use std::os::unix::fs::PermissionsExt;
    let directory = directory(&[("o.toml", "profile = \"a.ini\""), ("a.ini", INI)]);
    let ini = directory.path().join("a.ini");
    let config = load(&directory.path().join("o.toml"));
    fs::set_permissions(&ini, fs::Permissions::from_mode(0o000)).expect("one's own file");
    // Root may read everything.
    let may_read = fs::read(&ini).is_ok();
    assert!(config.changed());
    assert_eq!(config.reload().is_ok(), may_read);
    // For everybody: a loop of links can be read by nobody.
    fs::remove_file(&ini).expect("removed");
    std::os::unix::fs::symlink(&ini, &ini).expect("linked");
    assert!(config.changed());
    assert!(matches!(config.reload(), Err(ConfigError::Read { what: "profile", .. })));
    assert!(config.find("drivers32", "midi").is_some(), "what was read stays");
}

#[test]
fn a_profile_that_has_gone_is_an_error() {
    let directory = directory(&[("o.toml", "profile = \"a.ini\""), ("a.ini", INI)]);
    let ini = directory.path().join("a.ini");
    let config = load(&directory.path().join("o.toml"));
    fs::remove_file(&ini).expect("removed");
    assert!(config.changed());
    assert!(matches!(config.reload(), Err(ConfigError::Vanished { what: "profile", path }) if path == ini));
    // Settings that name another one, or none, are taken at their word.
    write(&directory.path().join("o.toml"), "profile = \"b.ini\"");
    assert!(config.reload().is_ok_and(|config| config.profile_missing()));
    write(&directory.path().join("o.toml"), "");
    assert!(config.reload().is_ok_and(|config| config.profile_path().is_none()));
    let direct = Config::load(directory.path().join("o.toml")).expect("readable");
    let settings = directory.path().join("o.toml");
    fs::remove_file(&settings).expect("removed");
    assert!(direct.changed());
    let error = direct.reload().expect_err("it is gone");
    assert!(matches!(&error, ConfigError::Vanished { what: "configuration", path } if *path == settings));
    assert_eq!(
        error.to_string(),
        format!(
            "the configuration {} was there before and is gone: restore it, or start anew without it",
            settings.display()
        )
    );
    // One that was never there is another matter.
    assert!(matches!(Config::load(&settings), Err(ConfigError::Read { .. })));
}

#[test]
fn changes_are_noticed() {
    let directory = directory(&[]);
    let path = directory.path().join("a.ini");
    write_old(&path, "[s]\r\na=1\r\n");
    let config = load(&path);
    assert!(!config.changed() && !config.changed());

    write(&path, "[s]\r\na=2\r\n");
    assert!(config.changed(), "another time");
    let config = config.reload().expect("readable");
    assert_eq!(config.find("s", "a").map(|entry| entry.line().to_owned()), Some("2".into()));
    assert_eq!(config.path(), Some(&*path));

    // At once, of the same length: the clock of the file system may not have moved on.
    assert!(!config.changed());
    write(&path, "[s]\r\na=3\r\n");
    assert!(config.changed(), "another content");
    let config = config.reload().expect("readable");

    let other = directory.path().join("b.ini");
    write_old(&other, "[s]\r\na=4\r\n");
    fs::rename(&other, &path).expect("renamed");
    assert!(config.changed(), "another file");
    assert!(
        config.reload().is_ok_and(|config| config.find("s", "a").is_some_and(|entry| entry.line() == "4"))
    );
}

#[test]
fn a_change_of_the_settings_is_noticed_too() {
    let directory = directory(&[("a.ini", INI)]);
    let path = directory.path().join("o.toml");
    write_old(&path, "profile = \"a.ini\"\n");
    let config = load(&path);
    write(&path, "personality = \"wine\"\n");
    assert!(config.changed());
    let config = config.reload().expect("readable");
    assert_eq!((config.settings().personality, config.profile_path()), (Personality::Wine, None));
    write(&path, "personality = 3\n");
    assert!(matches!(config.reload(), Err(ConfigError::Settings(_))));
}

#[test]
fn a_configuration_without_files_never_changes() {
    for config in [Config::default(), Config::from_ini(INI, Settings::default())] {
        assert!(!config.changed() && !config.profile_missing());
        assert_eq!((config.path(), config.profile_path(), config.directory()), (None, None, None));
        let again = config.reload().expect("nothing to read");
        assert_eq!(again.document().as_bytes(), config.document().as_bytes());
    }
    assert_eq!(Config::default().find("drivers32", "midi"), None);
    assert!(Config::default().diagnostics().is_empty());
}

#[test]
fn settings_put_together_by_a_program_read_their_profile() {
    let directory = directory(&[("a.ini", INI)]);
    let mut settings = Settings::with_personality(Personality::Wine);
    settings.profile = Some(directory.path().join("a.ini"));
    let config = Config::from_settings(settings.clone()).expect("readable");
    assert!(config.find("other", "x").is_some());
    assert_eq!((config.path(), config.profile_path()), (None, settings.profile.as_deref()));
    write(&directory.path().join("a.ini"), "[other]\nx=2\n");
    assert!(config.changed());
    assert!(
        config
            .reload()
            .is_ok_and(|config| config.find("other", "x").is_some_and(|entry| entry.line() == "2"))
    );
    settings.profile = Some(directory.path().join("none.ini"));
    assert!(Config::from_settings(settings).is_ok_and(|config| config.profile_missing()));
}

#[test]
fn a_relative_path_is_remembered_absolutely() {
    // Tests run in the directory of the package.
    let config = load(Path::new("../../system.ini.example"));
    let directory = config.directory().expect("it was loaded");
    assert!(directory.is_absolute());
    assert_eq!(config.path(), Some(Path::new("../../system.ini.example")));
    assert!(
        config
            .reload()
            .is_ok_and(|again| again.path() == config.path() && again.directory() == config.directory())
    );
}

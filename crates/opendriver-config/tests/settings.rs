//! opendriver.toml: what each setting does, and what is said about a wrong one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use opendriver_config::{
    CloseZero, CodePage, ConfigError, IniRules, LineOverflow, LoadAccepts, MissingEntry, NameOrder,
    Personality, RefusedFirstOpen, Settings, Switches, TextEncoding, Unload, fold,
};

fn base() -> PathBuf {
    std::env::temp_dir().join("opendriver")
}

#[track_caller]
fn read(text: &str) -> Settings {
    match Settings::parse(text, base()) {
        Ok(settings) => settings,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// The message of a refusal; the place is checked to lie in the text.
#[track_caller]
fn refusal(text: &str) -> String {
    let error = Settings::parse(text, base()).expect_err(text);
    let (whole, position) = error.excerpt().expect("it has a place");
    assert_eq!(whole, text);
    assert!(position.span.end <= text.len());
    error.to_string()
}

#[test]
fn nothing_said_means_the_defaults() {
    let settings = read("");
    assert_eq!(settings, Settings::default());
    assert_eq!((settings.profile.clone(), settings.personality), (None, Personality::Win32));
    assert_eq!(settings.switches, Switches::of(Personality::Win32));
    assert_eq!((settings.load_wait, settings.ansi_code_page), (Duration::from_secs(10), CodePage::WESTERN));
    assert_eq!((settings.unload, settings.current_directory), (Unload::LastClose, false));
    assert!(settings.search_path.is_empty() && settings.drives.is_empty() && settings.drivers.is_empty());
    assert!(settings.sections.is_empty());
}

#[test]
fn the_three_personalities() {
    let win32 = Switches::of(Personality::Win32);
    assert_eq!((&*win32.default_section, win32.line_limit, win32.append_drv), ("Drivers32", 260, false));
    assert_eq!((win32.name_order, win32.missing_entry), (NameOrder::AliasThenFile, MissingEntry::Refuse));
    assert_eq!((win32.load_accepts, win32.session_instance), (LoadAccepts::NonZero, false));
    assert_eq!(
        (win32.refused_first_open, win32.close_zero),
        (RefusedFirstOpen::DisableFree, CloseZero::Report)
    );
    assert_eq!((win32.parameters, win32.line_overflow), (TextEncoding::Utf16, LineOverflow::Refuse));
    assert_eq!(win32.ini_rules, IniRules::Windows);

    let win31 = Switches::of(Personality::Win31);
    assert_eq!((&*win31.default_section, win31.line_limit, win31.append_drv), ("Drivers", 128, true));
    assert_eq!((win31.missing_entry, win31.close_zero), (MissingEntry::TakeAsFile, CloseZero::Veto));
    assert_eq!((win31.parameters, win31.name_order), (TextEncoding::Ansi, NameOrder::AliasThenFile));
    assert_eq!((win31.line_overflow, win31.ini_rules), (LineOverflow::Refuse, IniRules::Windows));
    assert_eq!(
        (win31.refused_first_open, win31.load_accepts),
        (RefusedFirstOpen::DisableFree, LoadAccepts::NonZero)
    );

    let wine = Switches::of(Personality::Wine);
    assert_eq!((&*wine.default_section, wine.line_limit, wine.append_drv), ("Drivers32", 260, false));
    assert_eq!((wine.name_order, wine.missing_entry), (NameOrder::FileThenAlias, MissingEntry::Refuse));
    assert_eq!((wine.load_accepts, wine.session_instance), (LoadAccepts::ExactlyOne, true));
    assert_eq!((wine.refused_first_open, wine.close_zero), (RefusedFirstOpen::UnloadOnly, CloseZero::Report));
    assert_eq!((wine.parameters, wine.line_overflow), (TextEncoding::Utf16, LineOverflow::Cut));
    assert_eq!(wine.ini_rules, IniRules::Wine);
}

#[test]
fn every_switch_can_be_set_alone() {
    let settings = read(
        "[switches]\ndefault_section = \"My\"\nname_order = \"file-then-alias\"\nmissing_entry = \"take-as-file\"\n\
         load_accepts = \"exactly-one\"\nsession_instance = true\nrefused_first_open = \"unload-only\"\n\
         close_zero = \"veto\"\nparameters = \"utf8\"\nline_limit = 1_000\nline_overflow = \"cut\"\n\
         ini_rules = \"wine\"\nappend_drv = true\n",
    );
    let switches = &settings.switches;
    assert_eq!((&*switches.default_section, switches.line_limit), ("My", 1000));
    assert_eq!(
        (switches.name_order, switches.missing_entry),
        (NameOrder::FileThenAlias, MissingEntry::TakeAsFile)
    );
    assert_eq!((switches.load_accepts, switches.session_instance), (LoadAccepts::ExactlyOne, true));
    assert_eq!(
        (switches.refused_first_open, switches.close_zero),
        (RefusedFirstOpen::UnloadOnly, CloseZero::Veto)
    );
    assert_eq!((switches.parameters, switches.line_overflow), (TextEncoding::Utf8, LineOverflow::Cut));
    assert_eq!((switches.ini_rules, switches.append_drv), (IniRules::Wine, true));
    assert_eq!(settings.personality, Personality::Win32);
}

#[test]
fn a_switch_that_was_set_survives_another_personality() {
    let mut settings =
        read("personality = \"wine\"\n[switches]\nline_limit = 42\nsession_instance = false\n");
    assert_eq!((settings.switches.line_limit, settings.switches.session_instance), (42, false));
    assert_eq!(settings.switches.load_accepts, LoadAccepts::ExactlyOne);
    settings.set_personality(Personality::Win31);
    assert_eq!(settings.switches.line_limit, 42);
    assert_eq!(settings.switches.load_accepts, LoadAccepts::NonZero);
    assert_eq!(settings.switches.default_section, "Drivers");
}

#[test]
fn paths_are_relative_to_the_settings() {
    let absolute = base().join("elsewhere");
    let settings = read(&format!(
        "profile = \"system.ini\"\nsearch_path = [\"drivers\", '{}', \".\"]\ncurrent_directory = true\n\
         [drives]\nc = \"legacy/c\"\nZ = \".\"\n",
        absolute.display()
    ));
    assert_eq!(settings.profile, Some(base().join("system.ini")));
    assert_eq!(settings.search_path, [base().join("drivers"), absolute, base().join(".")]);
    assert_eq!(settings.drives.keys().collect::<String>(), "CZ");
    assert_eq!(settings.drives[&'C'], base().join("legacy/c"));
    assert!(settings.current_directory);
}

#[test]
fn drivers_are_found_by_base_name_in_any_case() {
    let settings = read(
        "unload = \"never\"\n[drivers.\"Größe.DRV\"]\ntext = \"utf8\"\nunload = \"last-close\"\n[drivers.\"b.dll\"]\n",
    );
    for name in ["größe.drv", "C:\\x\\GRößE.drv", "/opt/größe.drv"] {
        let driver = settings.driver(name).expect("it is there");
        assert_eq!((driver.text, driver.unload), (Some(TextEncoding::Utf8), Some(Unload::LastClose)));
        assert_eq!(
            (settings.text_of(name), settings.unload_of(name)),
            (TextEncoding::Utf8, Unload::LastClose)
        );
    }
    assert!(settings.drivers.contains_key(&fold("b.dll")));
    assert_eq!(
        (settings.text_of("b.dll"), settings.unload_of("b.dll")),
        (TextEncoding::Utf16, Unload::Never)
    );
    assert_eq!((settings.driver("c.dll"), settings.unload_of("c.dll")), (None, Unload::Never));
}

#[test]
fn sections_are_taken_as_they_stand() {
    let settings = read(
        "[sections.Drivers32]\nmidi = ' \"synth.drv\" x '\nwave = \"\"\n\"orcéЖ\" = \"a\"\n[sections.\"A\\\\B\"]\nk = \"v\"\n\
         [sections.\"\"]\nroot = \"r\"\n",
    );
    let sections = &settings.sections;
    let midi = sections.get("DRIVERS32", "MIDI").expect("it is there");
    assert_eq!((&*midi.name, &*midi.line), ("midi", " \"synth.drv\" x "));
    let position = midi.position.as_ref().expect("it was read");
    assert_eq!((position.line, position.column), (2, 8));
    assert_eq!(sections.get("drivers32", "wave").map(|value| &*value.line), Some(""));
    assert!(sections.get("drivers32", "ORCÉж").is_some());
    assert!(sections.get("drivers32", " midi").is_none() && sections.get(" drivers32", "midi").is_none());
    assert!(sections.get("a\\b", "K").is_some() && sections.get("", "root").is_some());
    let order: Vec<_> = sections.iter().map(|table| &*table.name).collect();
    assert_eq!(order, ["Drivers32", "A\\B", ""]);
    let order: Vec<_> =
        sections.table("drivers32").expect("it is there").iter().map(|value| &*value.name).collect();
    assert_eq!(order, ["midi", "wave", "orcéЖ"], "as they stand, not sorted");
}

#[test]
fn a_program_can_set_section_values() {
    let mut settings = Settings::default();
    settings.sections.set("Drivers32", "Midi", "a.drv");
    settings.sections.set("DRIVERS32", "MIDI", "b.drv");
    settings.sections.set("drivers32", "wave", "c.drv");
    let table = settings.sections.table("drivers32").expect("it was set");
    assert!(table.is_named("dRIVERS32"));
    let values: Vec<_> = table.iter().map(|value| (&*value.name, &*value.line)).collect();
    assert_eq!(values, [("Midi", "b.drv"), ("wave", "c.drv")]);
}

#[test]
fn waiting_times() {
    for (text, millis) in
        [("0", 0), ("3", 3000), ("2.5", 2500), ("1e-3", 1), ("1_0", 10_000), ("0x10", 16_000)]
    {
        assert_eq!(read(&format!("load_wait = {text}")).load_wait, Duration::from_millis(millis), "{text}");
    }
    for text in ["-1", "-0.5", "nan", "inf", "1e300"] {
        let message = refusal(&format!("load_wait = {text}"));
        assert!(message.starts_with("1:13: `load_wait` cannot be"), "{message}");
    }
    assert_eq!(refusal("load_wait = \"10\""), "1:13: `load_wait` is a number, but this is a string");
}

#[test]
fn code_pages() {
    assert_eq!(read("ansi_code_page = 932").ansi_code_page.number(), 932);
    assert_eq!(
        refusal("ansi_code_page = 1200"),
        "1:18: 1200 is no code page that text files are written in here; 1252 is Western European, 932 Japanese, 437 DOS"
    );
    assert_eq!(refusal("ansi_code_page = 70000"), "1:18: `ansi_code_page` is an integer from 0 to 65535");
    assert_eq!(refusal("ansi_code_page = -1"), "1:18: `ansi_code_page` is an integer from 0 to 65535");
}

#[test]
fn misspelt_keys_are_refused_with_the_likely_one() {
    assert_eq!(
        refusal("\npersonalty = \"wine\""),
        "2:1: unknown setting `personalty` (did you mean `personality`?)"
    );
    assert_eq!(
        refusal("search-path = []"),
        "1:1: unknown setting `search-path` (did you mean `search_path`?)"
    );
    assert_eq!(
        refusal("[switches]\nline_limits = 3"),
        "2:1: unknown switch `line_limits` (did you mean `line_limit`?)"
    );
    assert_eq!(
        refusal("[drivers.\"a.drv\"]\n unlaod = \"never\""),
        "2:2: unknown setting of a driver `unlaod` (did you mean `unload`?)"
    );
    assert!(refusal("colour = 3").contains("known are profile, personality, switches"));
}

#[test]
fn misspelt_words_are_refused_with_the_likely_one() {
    assert_eq!(
        refusal("personality = \"win23\""),
        "1:15: `personality` cannot be \"win23\" (did you mean \"win32\"?)"
    );
    assert_eq!(
        refusal("unload = \"sometimes\""),
        "1:10: `unload` cannot be \"sometimes\" (known are last-close, never)"
    );
    assert_eq!(
        refusal("[switches]\nname_order = \"files-then-alias\""),
        "2:14: `name_order` cannot be \"files-then-alias\" (did you mean \"file-then-alias\"?)"
    );
}

#[test]
fn wrong_types_are_refused() {
    for (text, message) in [
        ("profile = 3", "1:11: `profile` is a string, but this is an integer"),
        (
            "profile = \"\"",
            "1:11: `profile` is a path, which cannot be empty (use \".\" for the directory of this file)",
        ),
        ("switches = true", "1:12: `switches` is a table, but this is a boolean"),
        ("search_path = \"drivers\"", "1:15: `search_path` is an array of strings, but this is a string"),
        ("search_path = [\"a\", 3]", "1:21: `search_path` is a string, but this is an integer"),
        (
            "current_directory = \"no\"",
            "1:21: `current_directory` is `true` or `false`, but this is a string",
        ),
        ("sections = []", "1:12: `sections` is a table, but this is an array"),
        ("[sections]\nDrivers32 = \"x\"", "2:13: `Drivers32` is a table, but this is a string"),
        ("[sections.Drivers32]\nmidi = 65", "2:8: `midi` is a string, but this is an integer"),
        ("[switches]\nline_limit = 0", "2:14: `line_limit` is an integer from 1 to 2147483647"),
        (
            "[switches]\nline_limit = 1.5",
            "2:14: `line_limit` is an integer from 1 to 2147483647, but this is a float",
        ),
    ] {
        assert_eq!(refusal(text), message);
    }
}

#[test]
fn bad_drive_letters_and_file_names_are_refused() {
    let hint = "(write one letter from A to Z, without a colon: `C = \"/opt/legacy/c\"`)";
    for name in ["C:", "", "1", "ä", "CD"] {
        assert_eq!(
            refusal(&format!("[drives]\n\"{name}\" = \"c\"")),
            format!("2:1: {name:?} is no drive letter {hint}")
        );
    }
    assert_eq!(
        refusal("[drivers.'x\\a.drv']\n"),
        "1:10: \"x\\\\a.drv\" is no name of a driver file (give the file name without its directory)"
    );
    assert_eq!(
        refusal("[drivers.synth.drv]\ntext = \"utf8\""),
        "1:16: `drv` is no setting of a driver (put the file name in quotes: `[drivers.\"synth.drv\"]`)"
    );
}

#[test]
fn names_that_differ_in_case_only_are_refused() {
    let hint = "(case does not count in its name; remove one of them)";
    assert_eq!(
        refusal("[drives]\nC = \"a\"\nc = \"b\""),
        format!("3:1: the drive `c` is there already {hint}")
    );
    assert_eq!(
        refusal("[sections.a]\nk=\"1\"\nK=\"2\""),
        format!("3:1: the alias `K` is there already {hint}")
    );
    assert_eq!(
        refusal("[sections.a]\n[sections.A]"),
        format!("2:11: the section `A` is there already {hint}")
    );
    assert_eq!(
        refusal("[drivers.\"a.drv\"]\n[drivers.\"A.drv\"]"),
        format!("2:10: the driver `A.drv` is there already {hint}")
    );
}

#[test]
fn what_is_no_toml_is_refused_with_its_place() {
    let message = refusal("personality = \"wine\"\nprofile = = 3\n");
    assert!(message.starts_with("2:11: this is no TOML: "), "{message}");
    assert!(refusal("a = 1\na = 2\n").starts_with("2:1: this is no TOML: "));
    assert!(refusal("[switches").starts_with("1:"));
}

#[test]
fn columns_are_characters_and_the_line_can_be_shown() {
    let text = "[sections.\"äöü\"]\r\n\"ä\" = 3\r\n";
    let error = Settings::parse(text, base()).expect_err("not a string");
    let ConfigError::Settings(error) = error else { panic!("it is about the settings") };
    assert_eq!((error.position.line, error.position.column), (2, 7));
    assert_eq!(error.source_line(), "\"ä\" = 3");
    assert_eq!(&error.text[error.position.span.clone()], "3");
    assert_eq!(error.path.as_deref(), None::<&Path>);
}

#[test]
fn the_documented_example_is_right() {
    let source = include_str!("../src/settings.rs");
    let example: String = source
        .lines()
        .skip_while(|line| *line != "/// ```toml")
        .skip(1)
        .take_while(|line| *line != "/// ```")
        .map(|line| format!("{}\n", line.trim_start_matches("///").trim_start_matches(' ')))
        .collect();
    let settings = read(&example);
    assert_eq!(settings.profile, Some(base().join("system.ini")));
    assert_eq!((settings.switches.line_limit, settings.drives.len()), (1000, 1));
    assert_eq!(settings.text_of("SYNTH.DRV"), TextEncoding::Utf8);
    assert!(settings.sections.get("drivers32", "midi").is_some());
}

#[test]
fn a_byte_order_mark_and_cr_lf_do_no_harm() {
    let settings = read("\u{FEFF}personality = \"wine\"\r\n[switches]\r\nline_limit = 3\r\n");
    assert_eq!((settings.personality, settings.switches.line_limit), (Personality::Wine, 3));
    assert_eq!(
        refusal("\u{FEFF}personalty = 1\r\n"),
        "1:1: unknown setting `personalty` (did you mean `personality`?)"
    );
    assert!(refusal("\u{FEFF}a = 1\r\nunload = 2\r\n").starts_with("1:1: unknown setting `a`"));
    assert!(refusal("\u{FEFF}unload = 2\r\n").starts_with("1:10: `unload` is a string"));
    assert!(refusal("\r\nunload = 2\r\n").starts_with("2:10: `unload` is a string"));
}

#[test]
fn words_are_the_same_everywhere() {
    for personality in Personality::ALL {
        let word = personality.to_string();
        assert_eq!(word.parse(), Ok(*personality));
        let json = serde_json::to_string(personality).expect("a word");
        assert_eq!(json, format!("\"{word}\""));
        assert_eq!(serde_json::from_str::<Personality>(&json).expect("its own word"), *personality);
    }
    assert_eq!(Personality::ALL.iter().map(|p| p.as_str()).collect::<Vec<_>>(), ["win32", "win31", "wine"]);
    let error = "vista".parse::<Personality>().expect_err("not known");
    assert_eq!(error.to_string(), "`vista` is none of win32, win31, wine");
    assert!(serde_json::from_str::<Unload>("\"sometimes\"").is_err());
}

#[test]
fn everything_may_be_shared_between_threads() {
    fn shared<T: Send + Sync + std::fmt::Debug + 'static>() {}
    shared::<opendriver_config::Config>();
    shared::<opendriver_config::Document>();
    shared::<opendriver_config::Profile>();
    shared::<opendriver_config::Entry>();
    shared::<opendriver_config::Origin>();
    shared::<opendriver_config::Value<'static>>();
    shared::<opendriver_config::Section<'static>>();
    shared::<opendriver_config::Row<'static>>();
    shared::<ConfigError>();
    shared::<opendriver_config::EditError>();
    shared::<opendriver_config::SaveError>();
    shared::<opendriver_config::Diagnostic>();
    shared::<Settings>();
}

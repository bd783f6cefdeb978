//! The promise: what makes no sense in a recording is refused with its place and what is allowed there, and what is
//! written into a file is what happened.

use std::fs;

use opendriver_testkit::{BlessError, Comparison, Expected, Player, Recording, Scripted, Trace};

fn text_error(text: &str) -> String {
    Recording::from_text("t.script", text).expect_err("it is wrong").to_string()
}

fn json_error(text: &str) -> String {
    Recording::from_json(text).expect_err("it is wrong").to_string()
}

fn play(recording: &Recording) -> Trace {
    Player::default().play(recording, Scripted::standard()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn directives_that_make_no_sense_are_refused_with_their_line() {
    for (text, expected) in [
        ("\n@expects\n", "t.script:2: @expects is unknown; did you mean @expect?"),
        (
            "@what\n",
            "t.script:1: @what is unknown; there are @personality, @ini, @setup, @after, @exit, @expect",
        ),
        ("@expect\nend\n@expect\nend\n", "t.script:3: @expect stands in line 1 already"),
        ("@expect now\n", "t.script:1: nothing stands behind @expect on its line, but here is \"now\""),
        ("@expect\n@ini [x]\n", "t.script:2: @ini goes before @expect (line 1)"),
        ("@personality wine\n@personality win32\n", "t.script:2: @personality stands in line 1 already"),
        ("@personality dos\n", "t.script:1: "),
        ("@ini [x]\n@setup {}\n", "t.script:2: @setup and @ini (line 1) both say"),
        ("@setup {\"system_ini\":null}\n@ini [x]\n", "t.script:2: @ini and @setup (line 1) both say"),
        (
            "@setup {\"system_ini\":null,\"encodng\":\"utf-8\"}\n",
            "t.script:1: @setup takes a JSON object: unknown field \"encodng\"; did you mean \"encoding\"? (column 35)",
        ),
        (
            "@setup {\"registry\":[[\"s\",\"n\",\"dwrod\",1]]}\n",
            "t.script:1: registry value s\\n: \"dwrod\" is no type of a registry value; there are sz, ",
        ),
        ("@exit -1\n", "t.script:1: @exit takes the exit code of the script's process, 0 to 4294967295"),
        ("@after [a]\n", "t.script:1: @after takes a JSON string: "),
    ] {
        assert!(text_error(text).starts_with(expected), "{text}\n{}\n{expected}", text_error(text));
    }
}

#[test]
fn fields_that_there_are_not_are_refused_with_what_was_meant() {
    let with = |fields: &str| {
        format!("{{\n\"name\":\"n\",\n\"setup\":{{\"system_ini\":null}},\n\"script\":[]{fields}}}")
    };
    assert_eq!(Recording::from_json(&with("")).expect("it is one").expected, Expected::Nothing);
    for (text, expected) in [
        (with(",\n\"lgo\":[]"), "unknown field \"lgo\"; did you mean \"log\"? at line 5 column 5"),
        (with(",\n\"trace\":[]"), "unknown field \"trace\"; there are name, group, asks, shows, "),
        (
            with("").replace("system_ini", "systemini"),
            "unknown field \"systemini\"; did you mean \"system_ini\"? at line 3",
        ),
        (
            with("").replace("system_ini", "sytsem_iin"),
            "unknown field \"sytsem_iin\"; did you mean \"system_ini\"? at line 3",
        ),
        (with("").replace("script", "Script"), "unknown field \"Script\"; did you mean \"script\"?"),
        (
            with("").replace("null", "null,\"registry\":[[\"s\",\"n\",\"dword\",\"\"]]"),
            "registry value s\\n: \"\" is no dword, which takes a number of 32 bits",
        ),
        (with(",\"exit_code\":-1"), "invalid value: integer `-1`"),
        ("[]".to_owned(), "invalid type: sequence, expected an object with name, "),
    ] {
        assert!(json_error(&text).starts_with(expected), "{text}\n{}\n{expected}", json_error(&text));
    }
}

#[test]
fn rules_are_for_drivers_that_follow_them() {
    let check = |script: &str| {
        let recording = Recording::from_text("t.script", script).expect("it is a script");
        let file = std::env::current_exe().expect("a file");
        Scripted::standard()
            .library("mine.drv", &file)
            .check_rules(&recording)
            .map_err(|error| error.to_string())
    };
    assert_eq!(check("rule PROBEA DRV_OPEN ret=0\nrule * * ret=1\nrule noproc * ret=1\n"), Ok(()));
    for (script, expected) in [
        ("rule prbea DRV_OPEN ret=0", "t.script:1: no driver is called prbea in rules; did you mean probea?"),
        (
            "\nrule synth * ret=0",
            "t.script:2: no driver is called synth in rules; there are probea, probeb, probec and *",
        ),
        ("rule probea * { rule x * ret=0 }", "t.script:1: no driver is called x in rules"),
        ("inthread { rule mine * ret=0 }", "t.script:1: the rule is for mine, which is the library "),
    ] {
        let error = check(script).expect_err("it is wrong");
        assert!(error.starts_with(expected), "{error}\n{expected}");
    }
}

#[test]
fn exit_codes_are_compared_where_they_are_recorded() {
    for (script, same) in [
        ("ExitProcess 3\n@exit 3\n", true),
        ("ExitProcess 3\n@exit 0\n", false),
        ("ExitProcess 3\n", true),
        ("FreeWinmm\n@exit 0\n", true),
        ("FreeWinmm\n@exit 1\n", false),
        ("TerminateProcess\n@exit 0\n", true),
    ] {
        let recording = Recording::from_text("t", script).expect("it is a script");
        let comparison = Comparison::of(&recording, &play(&recording));
        assert_eq!(comparison.is_same(), same, "{script}\n{comparison}");
    }
    let recording = Recording::from_text("t", "ExitProcess 3\n@exit 4\n").expect("it is a script");
    let comparison = Comparison::of(&recording, &play(&recording)).to_string();
    assert!(comparison.ends_with("- exit code 4\n+ exit code 3\n"), "{comparison}");
}

#[test]
fn a_blessed_file_expects_what_happened() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let script = "# mine\n@ini [a]\n@after \"\"\nWritePrivateProfileString \"a\" \"b\" \"c\" \"system.ini\"\nExitProcess 2\n";
    for (name, content) in [
        ("bare.script", script.to_owned()),
        ("wrong.script", format!("{script}@expect\n# why\ncall *\nend\n")),
        ("list.json", Recording::from_text("list", script).expect("it is a script").to_json()),
    ] {
        let path = directory.path().join(name);
        fs::write(&path, content).expect("it can be written");
        let recording = Recording::read(&path).expect("it is one");
        let trace = play(&recording);
        assert!(recording.bless(&trace, &trace).unwrap_or_else(|error| panic!("{error}")), "{name}");
        let blessed = Recording::read(&path).expect("it is one");
        let comparison = Comparison::of(&blessed, &play(&blessed));
        assert!(comparison.is_same(), "{name}\n{comparison}");
        assert_ne!(blessed.expected, Expected::Nothing);
        assert_eq!((blessed.exit_code, blessed.profile_after.as_deref()), (Some(2), Some("[a]\r\nb=c\r\n")));
        assert!(!blessed.bless(&trace, &trace).expect("it can be read"), "{name} is as it should be");
    }
    let kept = fs::read_to_string(directory.path().join("wrong.script")).expect("it is there");
    assert!(kept.starts_with("# mine\n@ini [a]\n@after \"[a]") && kept.contains("\n# why\n"), "{kept}");
}

#[test]
fn blessing_a_json_recording_touches_nothing_but_what_happened() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let path = directory.path().join("counted.json");
    // Every field but `oracle`, which would make it a measurement; in an order and a form of its own.
    let text = r#"{
    "script": ["threads 2 3 \"probea.dll\" NULL 0"],
    "sequence": "LOAD ENABLE", "crash": null,
    "volatile": [[{"ev": "threads", "d": 0, "open": 6}], [{"ev": "threads", "d": 0, "open": 6}]],
    "repeated": {"plays": 40, "ranges": {"load": [1, 6], "own": {"b": 1, "a": 2}}},
    "race_in_wine": true,
    "group": "thr", "asks": "what\u003f", "shows": ["z", {"b": 1.50, "a": 2}],
    "setup": {"system_ini": "[a]\r\n", "registry": [["s", "n", "dword", 5]]},
    "personality": "wine",
    "log": [],
    "exit_code": 7,
    "system_ini_after": "",
    "name": "counted"
}
"#;
    fs::write(&path, text).expect("it can be written");
    let before = Recording::read(&path).expect("it is one");
    assert!(!before.counted.is_empty());
    let trace = play(&before);
    assert!(before.bless(&trace, &trace).expect("it can be written"));
    let blessed = Recording::read(&path).expect("it is one");
    assert_eq!((&blessed.counted, &blessed.setup), (&before.counted, &before.setup));
    assert_eq!((blessed.exit_code, blessed.profile_after.as_deref()), (Some(0), Some("[a]\r\n")));
    assert!(Comparison::of(&blessed, &play(&blessed)).is_same());
    let after = fs::read_to_string(&path).expect("it is there");
    let (head, rest) = text.split_once("[],\n    \"exit_code\"").expect("the log is empty");
    let (new_log, tail) = after
        .strip_prefix(head)
        .and_then(|rest| rest.split_once(",\n    \"exit_code\""))
        .expect("what is in front of the log stays as it was");
    assert!(new_log.starts_with("[\n    {\n      \"ev\": \"call\","), "{new_log}");
    assert_eq!(tail, rest.replace('7', "0").replace("\"\"", "\"[a]\\r\\n\""));
    assert!(!blessed.bless(&trace, &trace).expect("it can be read"), "it is as it should be");
}

#[test]
fn expectations_beside_a_script_are_blessed_there_and_measurements_never() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let path = directory.path().join("a.script");
    fs::write(&path, "FreeWinmm\n").expect("it can be written");
    fs::write(directory.path().join("a.expected.json"), "[]").expect("it can be written");
    let recording = Recording::read(&path).expect("it is one");
    let trace = play(&recording);
    assert!(recording.bless(&trace, &trace).expect("it can be written"));
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "FreeWinmm\n");
    assert_eq!(Recording::read(&path).expect("it is one").expected, Expected::Events(trace.events.clone()));

    let measured = directory.path().join("m.json");
    let text =
        "{\"name\":\"m\",\"oracle\":\"Wine 8.0\",\"setup\":{\"system_ini\":null},\"script\":[],\"log\":[]}";
    fs::write(&measured, text).expect("it can be written");
    let error = Recording::read(&measured)
        .expect("it is one")
        .bless(&trace, &trace)
        .expect_err("it is a measurement");
    assert!(matches!(&error, BlessError::Measured { oracle, .. } if oracle == "Wine 8.0"), "{error}");
    assert_eq!(fs::read_to_string(&measured).expect("it is there"), text);
}

#[test]
fn a_star_among_events_stands_for_itself_in_text_as_well() {
    let text = "OpenDriver \"*.drv\" NULL 0\n";
    let mut recording = Recording::from_text("t", text).expect("it is a script");
    recording.expected = Expected::Events(play(&recording).events);
    let again = Recording::from_text("t", &recording.to_text()).expect("it is a script");
    assert!(Comparison::of(&again, &play(&again)).is_same());
    let other = Recording { lines: vec![text.replace('*', "x")], ..again };
    assert!(!Comparison::of(&other, &play(&other)).is_same());
}

//! The promise: the grammar is understood as documented, and what is wrong in a script is told with its place.

use opendriver::Personality;
use opendriver_testkit::script::{Answer, Argument, Hits, Statement};
use opendriver_testkit::{
    Comparison, Event, Expected, Kind, Player, Recording, Script, Scripted, Trace, normalised,
};

fn error(text: &str) -> String {
    Script::parse(text).expect_err("it is wrong").to_string()
}

fn play(text: &str) -> Trace {
    let recording = Recording::from_text("test", text).unwrap_or_else(|error| panic!("{error}"));
    Player::new(Personality::Wine)
        .play(&recording, Scripted::standard())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The lines of a trace that contain a text.
fn lines(text: &str, with: &str) -> Vec<String> {
    let all = normalised(&play(text).events);
    all.into_iter().map(|line| line.trim().to_owned()).filter(|line| line.contains(with)).collect()
}

#[test]
fn every_part_of_the_grammar_is_read() {
    let script = Script::parse(
        "# a comment\n\n\
         rule * 0x4001 from=2 ret=last { k = OpenDriver \"a \\\"b\\\\ \\u00e9\\ud83c\\udfb5\" NULL -1 ; CloseDriver k 0 0 }\n\
         rule probea DRV_USER+5 nth=3 ret=def # and another\n\
         h = inthread {\n  SendDriverMessage bogus DRV_POWER 10 0x10\n}\n",
    )
    .expect("it is right");
    let [Statement::Rule(first), Statement::Rule(second), Statement::Call(last)] = &script.statements[..]
    else {
        panic!("{script:?}");
    };
    assert_eq!((first.driver.as_deref(), first.message, first.hits), (None, Some(0x4001), Hits::From(2)));
    assert_eq!(first.answer, Some(Answer::Last));
    let Statement::Call(open) = &first.block[0] else { panic!("{first:?}") };
    let expected = [Argument::Text("a \"b\\ é🎵".into()), Argument::Null, Argument::Number(u64::MAX)];
    assert_eq!(open.arguments, expected);
    assert_eq!(
        (second.message, second.hits, &second.answer),
        (Some(0x4005), Hits::Only(3), &Some(Answer::Default))
    );
    let Statement::Call(send) = &last.block[0] else { panic!("{last:?}") };
    let numbers = [0xF, 10, 0x10].map(Argument::Number);
    assert_eq!((&send.arguments[0], &send.arguments[1..]), (&Argument::Bogus, &numbers[..]));
    assert_eq!((last.line, send.line), (5, 6));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        ("OpenDriver \"a", "1:12: the text has no closing quote on its line"),
        ("\nOpenDriver \"\\x\" NULL 0", "2:13: \\x is no escape"),
        ("OpenDriver \"\\u12\" NULL 0", "1:13: \\u12"),
        ("OpenDriver \"a\" NULL", "1:1: 2 arguments, but it is: OpenDriver name section lparam2"),
        ("ExitProcess 1 2", "1:1: 2 arguments, but it is: ExitProcess [code]"),
        ("h = 5", "1:5: there is no function 5"),
        ("CloseDriver h 0x 0", "1:15: 0x is no number of 64 bits"),
        ("CloseDriver h 18446744073709551616 0", "1:15: 18446744073709551616 is no number of 64 bits"),
        ("CloseDriver h -9223372036854775809 0", "1:15: -9223372036854775809 is no number"),
        ("inthread { CloseDriver h 0 0", "1:10: this brace is never closed"),
        ("inthread", "1:9: the end of the statement stands where a block in braces is expected"),
        ("rule probea DRV_OPNE ret=1", "1:13: DRV_OPNE stands where a message"),
        ("rule probea DRV_OPEN often=1", "1:22: often is no option of a rule"),
        ("rule probea DRV_OPEN ret 1", "1:26: 1 stands where `=` is expected"),
        ("rule probea DRV_OPEN nth=0", "1:26: hits are counted from 1"),
        ("rule probea DRV_OPEN from=0 ret=1", "1:27: hits are counted from 1"),
        ("rule probea DRV_OPEN nth=1 from=2", "1:28: a rule has either nth=N or from=N"),
        ("rule probea DRV_OPEN nth=1 nth=2", "1:28: a rule has either nth=N or from=N"),
        ("rule probea DRV_OPEN ret=1 ret=2", "1:28: the rule has ret= already"),
        ("rule * * { FreeWinmm } ret=1 { FreeWinmm }", "1:30: the rule has a block already"),
        ("opens 1000001 \"a\" NULL 0 \"lifo\"", "1:7: 1000001 opens are more than 1000000"),
        ("opens 5 \"a\" NULL 0 \"lilo\"", "1:20: \"lilo\" is none of \"lifo\", \"fifo\""),
        ("opens \"x\" \"a\" NULL 0 \"lifo\"", "1:7: the number of opens is a number up to 1000000"),
        ("threads 1001 1 \"a\" NULL 0", "1:9: 1001 threads are more than 1000"),
        ("threads 2 9999999 \"a\" NULL 0", "1:11: 9999999 iterations are more than 1000000"),
        (
            "RegSet \"s\" \"n\" \"string\" \"x\"",
            "1:16: \"string\" is no type of a registry value; there are sz,",
        ),
        ("RegSet \"s\" \"n\" \"dword\" \"x\"", "1:24: \"x\" is no dword, which takes a number of 32 bits"),
        ("RegSet \"s\" \"n\" \"binary\" \"abc\"", "1:25: \"abc\" is no binary, which takes a text of"),
        ("RegSet NULL \"n\" \"sz\" \"abc\"", "1:8: RegSet takes section, name and type as text"),
        ("DriverCallback \"task\" 0 0 0 0 0 0", "1:16: \"task\" is none of \"function\", "),
        ("CloseDriver h 0 0 }", "1:19: } stands where the end of the statement is expected"),
        ("NULL = let 5", "1:1: NULL has a meaning of its own, so that no variable can be called so"),
        ("\n  DRV_OPEN = let 5", "2:3: DRV_OPEN has a meaning of its own"),
        ("DRV_USER+5 = let 5", "1:1: DRV_USER+5 has a meaning of its own"),
        ("rule * * { self = let 5 }", "1:12: self has a meaning of its own"),
        ("5 = let 5", "1:1: 5 has a meaning of its own"),
        ("last = let 5", "1:1: last has a meaning of its own"),
        ("= 1", "1:1: = stands where a function, a variable or `rule` is expected"),
    ] {
        assert!(error(text).starts_with(expected), "{text}\n{}\n{expected}", error(text));
    }
    assert_eq!(Script::parse("").expect("nothing is a script").statements, []);
}

#[test]
fn blocks_go_a_hundred_deep_and_no_deeper() {
    let nested = |blocks: usize| "inthread { ".repeat(blocks) + &"}".repeat(blocks);
    assert!(Script::parse(&nested(100)).is_ok());
    assert!(Script::parse(&format!("{0}\n{0}", nested(100))).is_ok());
    let problem = "1:1110: nested too deeply; at most 100 blocks may be inside each other";
    assert_eq!(error(&nested(101)), problem);
    assert_eq!(error(&nested(100_000)), problem);
    assert_eq!(error(&"rule * * { ".repeat(5000)), problem);
}

#[test]
fn a_variable_that_nothing_sets_is_an_error_and_one_that_no_rule_has_set_yet_is_null() {
    for (text, expected) in [
        ("\nCloseDriver never 0 0\n", "2:13: nothing sets the variable never"),
        // Whether it comes to that or not.
        ("rule * 0x4001 { CloseDriver never 0 0 }", "1:29: nothing sets the variable never"),
        ("rule * 0x4001 ret=never", "1:19: nothing sets the variable never"),
        ("SendDriverMessage self 0 0 0", "1:19: self is known only inside a rule"),
    ] {
        assert_eq!(error(text), expected);
    }
    assert!(Script::parse("rule * * ret=l2 { inthread { x = let self } ; CloseDriver x id msg }").is_ok());
    assert!(Script::parse("CloseDriver later 0 0\nlater = let 5").is_ok());
    let text = "rule probea 0x4001 { k = let self }\nCloseDriver k 0 0\n";
    assert_eq!(lines(text, "ret "), ["ret CloseDriver 0x0"]);
}

#[test]
fn numbers_are_decimal_or_hexadecimal_and_what_no_call_gives_is_0() {
    let text = "rule probea 0x4001 ret=last\nh = OpenDriver \"probea.dll\" NULL 0\n\
                SendDriverMessage h 0x4001 010 0X10\nSendDriverMessage h 0x4001 -1 -0x1\n";
    assert_eq!(lines(text, "ret SendDriverMessage"), ["ret SendDriverMessage 0x0"; 2]);
    let calls = ["0xa 0x10", "0xffffffffffffffff 0xffffffffffffffff"];
    assert_eq!(
        lines(text, "call Send"),
        calls.map(|call| format!("call SendDriverMessage h1 0x4001 {call}"))
    );
}

#[test]
fn rules_count_their_hits_and_the_last_answer_wins() {
    let text = "rule probea 0x4001 ret=1\nrule probea 0x4001 nth=2 ret=2\nrule * * from=6 ret=l2\n\
                h = OpenDriver \"probea.dll\" NULL 0\n\
                SendDriverMessage h 0x4001 0 9\nSendDriverMessage h 0x4001 0 9\nSendDriverMessage h 0x4001 0 9\n";
    // The rule for everything sees LOAD, ENABLE and OPEN first.
    let answers = ["0x1", "0x2", "0x9"].map(|answer| format!("ret SendDriverMessage {answer}"));
    assert_eq!(lines(text, "ret SendDriverMessage"), answers);
}

#[test]
fn a_text_recording_comes_back_as_it_was_written() {
    let text = "@personality wine\n@ini [drivers32]\n@ini a=probea.dll x\nh = OpenDriver \"a\" NULL 0\n@expect\nend\n";
    let recording = Recording::from_text("test", text).expect("it is one");
    assert_eq!(recording.personality, Some(Personality::Wine));
    assert_eq!(recording.setup.system_ini.as_deref(), Some("[drivers32]\r\na=probea.dll x\r\n"));
    assert_eq!(recording.expected, Expected::Lines(vec!["end".to_owned()]));
    assert_eq!(recording.to_text(), text);
    let odd = "@setup {\"system_ini\":\"[a]\\nb\",\"encoding\":\"utf-16\",\"registry\":[]}\nFreeWinmm\n";
    let odd = Recording::from_text("odd", odd).expect("it is one");
    assert_eq!(Recording::from_text("odd", &odd.to_text()).expect("it is one"), odd);
    assert_eq!(
        Recording::from_json(&odd.to_json()).expect("it is one"),
        Recording { name: "odd".into(), ..odd }
    );
}

#[test]
fn profile_functions_fill_buffers_as_windows_does() {
    let ini = "@ini [s]\n@ini a=1\n@ini b=two\n@ini [t]\n";
    let get = |call: &str| {
        let found = lines(&format!("{ini}{call}\n"), "ret ");
        found[0].trim_start_matches("ret GetPrivateProfile").to_owned()
    };
    assert_eq!(get("GetPrivateProfileString \"s\" \"b\" \"\" \"system.ini\" 3"), "String 0x2 buf=\"tw\"");
    assert_eq!(get("GetPrivateProfileString \"s\" \"c\" \"d  \" \"system.ini\" 9"), "String 0x1 buf=\"d\"");
    assert_eq!(
        get("GetPrivateProfileString \"s\" NULL \"\" \"system.ini\" 9"),
        "String 0x4 buf=\"a\\u0000b\\u0000\""
    );
    assert_eq!(
        get("GetPrivateProfileString \"s\" NULL \"\" \"system.ini\" 4"),
        "String 0x2 buf=\"a\\u0000\""
    );
    assert_eq!(
        get("GetPrivateProfileString NULL NULL \"\" \"system.ini\" 9"),
        "String 0x4 buf=\"s\\u0000t\\u0000\""
    );
    assert_eq!(
        get("GetPrivateProfileSection \"s\" \"system.ini\" 99"),
        "Section 0xa buf=\"a=1\\u0000b=two\\u0000\""
    );
    assert_eq!(get("GetPrivateProfileSectionNames \"system.ini\" 1"), "SectionNames 0x0 buf=\"\"");
    assert_eq!(
        get("GetPrivateProfileString \"s\" \"a\" \"none\" \"other.ini\" 9"),
        "String 0x4 buf=\"none\""
    );
}

#[test]
fn writing_a_profile_that_cannot_be_written_is_a_result() {
    let write = |file: &str| {
        let text = format!("WritePrivateProfileString \"s\" \"a\" \"1\" {file}\nFreeWinmm\n");
        let found = lines(&text, "ret ");
        assert_eq!(found.len(), 2, "the script goes on after {file}");
        found[0].clone()
    };
    for file in ["NULL", "\"Q:\\\\x.ini\"", "\"C:\\\\nowhere\\\\x.ini\"", "\"C:\\\\oracle\""] {
        assert_eq!(write(file), "ret WritePrivateProfileString 0x0", "{file}");
    }
    assert_eq!(write("\"system.ini\""), "ret WritePrivateProfileString 0x1");
}

#[test]
fn writing_a_value_leaves_the_rest_of_the_file_alone() {
    let before = "; head\r\n[ Drivers32 ] ; kept\n wave =old.drv ; data\r\n;x=1\r\n\r\n[empty]\r\nno key\r\n[drivers32]\r\nwave=2";
    let setup = serde_json::json!({ "system_ini": before });
    for personality in ["wine", "win32", "win31"] {
        let text = format!(
            "@personality {personality}\n@setup {setup}\n\
             WritePrivateProfileString \"drivers32\" \"WAVE\" \"new.drv\" \"system.ini\"\n"
        );
        let recording = Recording::from_text("test", &text).expect("it is a script");
        let trace = Player::new(personality.parse().expect("a personality"))
            .play(&recording, Scripted::standard())
            .unwrap_or_else(|error| panic!("{error}"));
        let after = before.replace(" wave =old.drv ; data", " wave =new.drv");
        assert_eq!(trace.profile_after.as_deref(), Some(after.as_str()), "{personality}");
    }
}

#[test]
fn a_variable_does_not_get_around_a_limit() {
    for (script, part) in [
        ("n = let 1000001\nopens n \"probea.dll\" NULL 0 \"lifo\"\n", "line 2: 1000001 opens are more than"),
        ("n = let 1001\nthreads n 1 \"probea.dll\" NULL 0\n", "line 2: 1001 threads are more than"),
        ("n = let 1000001\nthreads 1 n \"probea.dll\" NULL 0\n", "line 2: 1000001 iterations are more than"),
    ] {
        let recording = Recording::from_text("test", script).expect("it is a script");
        let error = Player::default().play(&recording, Scripted::standard()).expect_err("it is too much");
        assert!(error.to_string().starts_with(part), "{error}");
    }
}

#[test]
fn libraries_are_loaded_and_counted_beside_the_manager() {
    let text = "m = LoadLibrary \"PROBEA\"\nn = LoadLibrary \"C:\\\\oracle\\\\probea.dll\"\nSameHandle m n\n\
                h = OpenDriver \"probea.dll\" NULL 0\nd = GetDriverModuleHandle h\nSameHandle m d\n\
                CloseDriver h 0 0\nFreeLibrary m\nGetModuleHandle \"probea.dll\"\nFreeLibrary n\nFreeLibrary n\n\
                LoadLibrary \"badattach.dll\"\nLoadLibrary \"nobody.dll\"\n";
    let seen = lines(text, "");
    let count = |what: &str| seen.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!(
        (count("attach probea"), count("detach probea"), count("note same=true")),
        (1, 1, 2),
        "{seen:#?}"
    );
    assert_eq!((count("attach badattach"), count("detach badattach")), (1, 1));
    assert_eq!(lines(text, "ret FreeLibrary"), [1, 1, 0].map(|value| format!("ret FreeLibrary {value:#x}")));
    assert_eq!(lines(text, "ret LoadLibrary 0").len(), 2);
}

#[test]
fn racing_threads_are_counted() {
    for lparam2 in [0, 1] {
        let text = format!("threads 4 50 \"probea.dll\" NULL {lparam2}\nGetModuleHandle \"probea.dll\"\n");
        assert_eq!(
            lines(&text, "threads opens"),
            ["threads opens_ok=200 opens_failed=0 sends_ok=200 closes_ok=200"]
        );
        assert_eq!(lines(&text, "ret GetModuleHandle"), ["ret GetModuleHandle 0"]);
    }
}

#[test]
fn winmm_can_be_unloaded_and_loaded_again() {
    let text = "h = OpenDriver \"probea.dll\" NULL 0\nFreeWinmm\nCloseDriver h 0 0\n\
                k = OpenDriver \"probea.dll\" NULL 0\nCloseDriver k 0 0\n";
    assert_eq!(lines(text, "DRV_FREE").len(), 2);
    let returned = lines(text, "ret CloseDriver");
    assert_eq!(returned, ["ret CloseDriver 0x0", "ret CloseDriver 0x1"]);
}

#[test]
fn drivers_of_ones_own_names_can_be_added() {
    let recording =
        Recording::from_text("own", "rule mine DRV_LOAD ret=0\nOpenDriver \"sub\\\\my.drv\" NULL 0\n");
    let drivers = Scripted::empty().file("sub/my.drv", "mine", Kind::Driver);
    let trace = Player::default().play(&recording.expect("a script"), drivers).expect("it is played");
    let kinds: Vec<&str> = trace.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["call", "attach", "drv", "drvret", "detach", "ret", "end"]);
}

#[test]
fn wildcards_in_expected_lines_match_numbers() {
    let text =
        "OpenDriver \"nobody\" NULL 0\n@expect\ncall OpenDriver \"nobody\" NULL *\nret OpenDriver *\nend\n";
    let recording = Recording::from_text("test", text).expect("it is one");
    let trace = Player::default().play(&recording, Scripted::standard()).expect("it is played");
    assert!(Comparison::of(&recording, &trace).is_same());
    let more = Trace { events: [trace.events, vec![Event::new("note", 0)]].concat(), profile_after: None };
    assert_eq!(Comparison::of(&recording, &more).differences(), 1);
}

#[test]
fn registry_values_in_variables_are_held_to_the_same_rules() {
    let error = |script: &str| {
        let recording = Recording::from_text("t", script).unwrap_or_else(|error| panic!("{error}"));
        let played = Player::default().play(&recording, Scripted::standard());
        played.map(|trace| normalised(&trace.events)).expect_err("no registry can hold it").to_string()
    };
    for (value, call, expected) in [
        ("\"dwrd\"", "\"s\" \"n\" v 5", "\"dwrd\" is no type of a registry value; there are sz, "),
        ("\"xyz\"", "\"s\" \"n\" \"dword\" v", "\"xyz\" is no dword, which takes a number of 32 bits"),
        ("\"+5\"", "\"s\" \"n\" \"dword\" v", "\"+5\" is no dword, which takes a number of 32 bits"),
        ("0x100000000", "\"s\" \"n\" \"dword\" v", "4294967296 is no dword, which takes a number of 32 bits"),
        ("\"abc\"", "\"s\" \"n\" \"binary\" v", "\"abc\" is no binary, which takes a text of"),
        ("5", "\"s\" \"n\" \"sz\" v", "5 is no sz, which takes a text"),
        ("NULL", "\"s\" \"n\" \"sz\" v", "null is no sz, which takes a text"),
    ] {
        let error = error(&format!("v = let {value}\nRegSet {call}\n"));
        let expected = format!("line 2: {expected}");
        assert!(error.starts_with(&expected), "{value} {call}\n{error}\n{expected}");
    }
    let set = lines("k = let \"dword\"\nv = let 0x410042\nRegSet \"s\" \"n\" k v\n", "RegSet");
    assert_eq!(set, ["setup RegSet \"s\" \"n\" \"dword\" 0x410042 err=0"]);
}

//! The promise: what documents say and no recording covers holds. Each test names its source. Drivers are shared
//! libraries in a process of their own. (Broadcasts, boot drivers and the Rust side of enumeration are in
//! `everyone.rs`, single rules of names in `resolution.rs`.)

use opendriver::Personality::{self, Win31, Win32, Wine};
use opendriver_tests::replay::play_ordered;
use opendriver_tests::{Replay, Through, replay};

/// What happens in a script, short: `h1 OPEN "text"` for messages (with lParam1), `OpenDriver h1` for what calls
/// return.
fn happens(personality: Personality, script: &str) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let recording = directory.path().join("documented.script");
    std::fs::write(&recording, script).expect("it can be written");
    let trace = replay(&Replay { recording, personality, switches: Vec::new(), through: Through::Rust });
    let trace = trace.unwrap_or_else(|error| panic!("{error}"));
    let short = |event: &opendriver_testkit::Event| match event.kind.as_str() {
        "drv" => {
            let line = event.to_string();
            let l1 = line.split(" l1=").nth(1).and_then(|rest| rest.split(" l2=").next()).unwrap_or_default();
            Some(format!("{} {} {l1}", event.text("h"), event.text("msg").trim_start_matches("DRV_")))
        }
        "ret" => Some(format!("{} {}", event.text("fn"), event.text("ret"))),
        "end" | "detach" => Some(event.kind.clone()),
        _ => None,
    };
    trace.events.iter().filter_map(short).collect()
}

/// Only what calls return.
fn returns(personality: Personality, script: &str) -> Vec<String> {
    let is_return = |line: &String| line.starts_with(|c: char| c.is_ascii_uppercase());
    happens(personality, script).into_iter().filter(is_return).collect()
}

/// The first parameters of all DRV_OPEN.
fn open_texts(personality: Personality, script: &str) -> Vec<String> {
    let text = |line: &String| line.split_once(" OPEN ").map(|(_, text)| text.to_owned());
    happens(personality, script).iter().filter_map(text).collect()
}

/// No document promises a message at the end of a process. Wine 8.0 measured: none is sent.
#[test]
fn the_end_of_a_process_sends_nothing() {
    for personality in [Win32, Win31, Wine] {
        let script = "a = OpenDriver \"probea.dll\" NULL 0\nb = OpenDriver \"probeb.drv\" NULL 5\n";
        let happened = happens(personality, script);
        let end = happened.iter().position(|line| line == "end").expect("the script ends");
        assert_eq!(happened[end..], ["end", "detach", "detach"], "{personality}");
        let by_itself = happens(personality, &format!("{script}ExitProcess 0\n"));
        assert_eq!(by_itself[end..], ["detach", "detach"], "{personality}");
    }
}

/// Windows 3.1 SDK: lParam1 of DRV_OPEN is NULL without parameters. MSDN allows the empty string too; drivers must bear
/// both, and get the one that all sources name.
#[test]
fn no_parameters_are_null_and_never_the_empty_text() {
    let script = "@ini [drivers]\n@ini bare=probea.dll\n@ini blank=probea.dll    \n@ini quoted=\"probea.dll  \"\n\
                  a = OpenDriver \"bare\" \"drivers\" 0\nb = OpenDriver \"blank\" \"drivers\" 0\n\
                  c = OpenDriver \"quoted\" \"drivers\" 0\nd = OpenDriver \"probea.dll   \" NULL 0\n";
    for personality in [Win32, Win31, Wine] {
        assert_eq!(open_texts(personality, script), ["0x0"; 4], "{personality}");
    }
}

/// Windows 3.1 SDK: the text of DRV_OPEN is ANSI. Documents for Win32 and Wine: it is wide.
#[test]
fn the_text_of_open_is_ansi_under_win31() {
    let script = "OpenDriver \"probea.dll \\u00e4 \\u20ac\" NULL 0\n";
    // The euro sign is one byte of code page 1252.
    assert_eq!(open_texts(Win31, script), ["ansi \"\u{e4} \u{20ac}\" (3 bytes)"]);
    assert_eq!(open_texts(Win32, script), ["\"\u{e4} \u{20ac}\""]);
    // What the page lacks is not passed as something else.
    let greek = "OpenDriver \"probea.dll \\u0416\" NULL 0\n";
    assert_eq!(returns(Win31, greek), ["OpenDriver 0"]);
    assert_eq!(returns(Win32, greek), ["OpenDriver h1"]);
}

/// Windows 3.1 SDK, CloseDriver and DRV_CLOSE: a driver that answers 0 makes the close fail.
#[test]
fn a_driver_may_refuse_to_be_closed_under_win31() {
    let script = "rule probea DRV_CLOSE nth=1 ret=0\nh = OpenDriver \"probea.dll\" NULL 0\nCloseDriver h 1 2\n\
                  SendDriverMessage h 0x4001 3 4\nCloseDriver h 5 6\n";
    let win31 = ["OpenDriver h1", "CloseDriver 0x0", "SendDriverMessage 0x5a5a", "CloseDriver 0x1"];
    assert_eq!(returns(Win31, script), win31);
    // Wine 8.0 (measured), and MSDN says nothing.
    let others = ["OpenDriver h1", "CloseDriver 0x1", "SendDriverMessage 0x0", "CloseDriver 0x0"];
    assert_eq!(returns(Win32, script), others);
    assert_eq!(returns(Wine, script), others);
}

/// Windows 3.1 SDK, "SYSTEM.INI entries": a string that matches no entry is taken as a file name, also with a section.
#[test]
fn a_name_that_is_no_entry_is_a_file_under_win31() {
    let script = "@ini [mine]\n@ini other=probeb.drv\nOpenDriver \"probea.dll x\" \"mine\" 0\n\
                  OpenDriver \"probea.dll y\" NULL 0\n";
    assert_eq!(returns(Win31, script), ["OpenDriver h1", "OpenDriver h2"]);
    assert_eq!(returns(Win32, script), ["OpenDriver 0", "OpenDriver h1"]);
}

/// The buffer of 16-bit managers has 128 characters, by Wine's 16-bit code and its MCI. Ours: a longer line is an error.
#[test]
fn a_line_has_128_characters_at_most_under_win31() {
    let script = |length: usize| {
        let name = format!("probea.dll {}", "x".repeat(length - "probea.dll ".len()));
        format!("h = OpenDriver \"{name}\" NULL 0\nCloseDriver h 0 0\n")
    };
    assert_eq!(returns(Win31, &script(128))[0], "OpenDriver h1");
    assert_eq!(returns(Win31, &script(129))[0], "OpenDriver 0");
    assert_eq!(returns(Win32, &script(260))[0], "OpenDriver h1");
    assert_eq!(returns(Win32, &script(261))[0], "OpenDriver 0");
    assert_eq!(returns(Wine, &script(261))[0], "OpenDriver h1");
}

/// Windows 3.1 SDK, GetNextDriver: from the first instance or, in reverse, from the last; or only the first instance of
/// each driver; NULL at the end.
#[test]
fn drivers_are_enumerated_in_the_order_of_opening() {
    let script = "a = OpenDriver \"probea.dll\" NULL 0\nb = OpenDriver \"probeb.drv\" NULL 0\n\
                  c = OpenDriver \"probea.dll\" NULL 0\nn = GetNextDriver NULL 0\nn = GetNextDriver n 0\n\
                  n = GetNextDriver n 0\nn = GetNextDriver n 0\nr = GetNextDriver NULL 2\nr = GetNextDriver r 2\n\
                  f = GetNextDriver NULL 1\nf = GetNextDriver f 1\nf = GetNextDriver f 1\n";
    for personality in [Win32, Win31] {
        let walked: Vec<String> = returns(personality, script)
            .into_iter()
            .filter_map(|line| line.strip_prefix("GetNextDriver ").map(str::to_owned))
            .collect();
        assert_eq!(walked, ["h1", "h2", "h3", "0", "h3", "h2", "h1", "h2", "0"], "{personality}");
    }
}

/// All documents: DRV_LOAD is accepted with any answer but 0; NT DDK and MSDN: 0 unloads the driver at once.
#[test]
fn any_answer_to_load_but_zero_loads() {
    for (answer, opened) in [("0", false), ("2", true), ("-1", true)] {
        let script = format!("rule probea DRV_LOAD ret={answer}\nOpenDriver \"probea.dll\" NULL 0\n");
        for personality in [Win32, Win31] {
            let happened = happens(personality, &script);
            assert_eq!(happened.iter().any(|line| line == "OpenDriver h1"), opened, "{personality} {answer}");
            assert_eq!(happened.iter().any(|line| line.contains("ENABLE")), opened, "{personality} {answer}");
        }
    }
}

/// NT DDK, Windows 3.1 SDK: parameters reach every instance, whatever lParam2 is; nothing opens an instance nobody asked for.
#[test]
fn parameters_and_lparam2_arrive_together() {
    let script = "OpenDriver \"probea.dll one\" NULL 7\nOpenDriver \"probea.dll two\" NULL 8\n";
    assert_eq!(open_texts(Win32, script), ["\"one\"", "\"two\""]);
    assert_eq!(
        open_texts(Wine, script),
        ["\"one\"", "0x0", "\"two\""],
        "Wine 8.0 (measured) loses the first"
    );
}

/// A test of documented behaviour is worth what its source is worth. What no source says is ours, and said to be.
#[test]
fn each_test_of_behaviour_names_its_source() {
    const SOURCES: [&str; 7] =
        ["Windows 3.1 SDK", "NT DDK", "MSDN", "Wine 8.0 measured", "KB Q", "All documents", "Ours"];
    for file in ["documented", "everyone", "lifecycle", "reentrancy"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{file}.rs"));
        let text = std::fs::read_to_string(path).expect("the source is there");
        let lines: Vec<&str> = text.lines().collect();
        let is_test = |at: &usize| {
            lines[*at] == "#[test]"
                && !lines[at + 1].starts_with("#[ignore")
                && !lines[at + 1].contains("each_test_of_behaviour")
        };
        let mut count = 0;
        for at in (0..lines.len()).filter(is_test) {
            let is_comment = |line: &&&str| line.starts_with("///");
            let comment: String = lines[..at].iter().rev().take_while(is_comment).copied().collect();
            let named = SOURCES.iter().any(|source| comment.contains(source));
            assert!(named, "{file}.rs: {} names none of {SOURCES:?}", lines[at + 1]);
            count += 1;
        }
        assert!(count > 5, "{file}.rs: only {count} tests were found");
    }
}

#[test]
#[ignore = "it is what the other tests start, each time in a process of its own"]
fn play_in_this_process() {
    play_ordered();
    // Nothing was ordered: somebody runs the ignored tests too.
    assert_eq!(returns(Win32, "OpenDriver \"nobody.drv\" NULL 0\n"), ["OpenDriver 0"]);
}

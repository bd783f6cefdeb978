use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use opendriver_testkit::STANDARD_WORLD;
use serde_json::json;

use crate::support::{Place, Ran, driver, pe};

/// The blocks of a kind in the page about scripts.
fn blocks(kind: &str) -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/testing-drivers.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let fence = format!("```{kind}\n");
    let of = |rest: &str| rest.split("```").next().unwrap_or_default().to_owned();
    page.split(&fence).skip(1).map(of).collect()
}

/// The script of the page.
fn script() -> String {
    blocks("script").into_iter().next().expect("the page has a script")
}

/// A place with the script and the driver of the page.
fn place() -> Place {
    let place = Place::new();
    place.write("counter.script", script());
    let counter: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/drivers/counter/counter.c");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let built = Command::new(compiler)
        .args(["-shared", "-fPIC", "-o"])
        .arg(place.path().join("libcounter.so"))
        .arg(counter)
        .status()
        .expect("the tests need a C compiler (variable CC)");
    assert!(built.success());
    place
}

const DRIVER: &[&str] = &["--driver", "counter.drv=./libcounter.so"];

#[test]
fn the_page_shows_what_happens() {
    let ran = place().run(&[&["run", "counter.script"], DRIVER].concat());
    assert_eq!(ran.succeeds().stdout, blocks("text").remove(0));
}

#[test]
fn what_is_recorded_is_as_expected() {
    let place = place();
    let bare = script().split("@expect").next().expect("a script").to_owned();
    place.write("bare.script", bare);
    let played = place.run(&[&["run", "bare.script"], DRIVER].concat());
    assert!(played.succeeds().stdout.starts_with("played   bare: it expects nothing, and this happened\n"));
    assert!(
        played.stdout.contains("\n      drv counter m1 h1 DRV_OPEN id=0x0 l1=\"start=5 step=2\" l2=0x0\n")
    );
    assert!(
        played.stdout.ends_with("1 played, 0 as expected, 1 without expectation, 0 different, 0 errors\n")
    );
    let recorded = place.run(&[&["run", "bare.script", "--record"], DRIVER].concat());
    place.write("recorded.script", &recorded.succeeds().stdout);
    let ran = place.run(&[&["run", "recorded.script"], DRIVER].concat());
    assert!(ran.succeeds().stdout.starts_with("ok       recorded\n"), "{}", ran.stdout);
}

#[test]
fn a_difference_is_a_diff_and_exit_code_1() {
    let place = place();
    place.write("wrong.script", script().replace("drvret 0x7", "drvret 0x8"));
    let ran = place.run(&[&["run", "wrong.script", "counter.script"], DRIVER].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    for part in ["differs  wrong\n", "\n    -   drvret 0x8\n    +   drvret 0x7\n", "\nok       counter\n"] {
        assert!(ran.stdout.contains(part), "{part:?} is missing in\n{}", ran.stdout);
    }
    assert!(ran.stdout.ends_with("2 played, 1 as expected, 1 different, 0 errors\n"), "{}", ran.stdout);
}

#[test]
fn programs_get_tap_junit_and_json() {
    let place = place();
    place.write("wrong.script", script().replace("drvret 0x7", "drvret 0x8"));
    let run = |more: &[&str]| place.run(&[&["run", "counter.script", "wrong.script"], DRIVER, more].concat());
    let tap = run(&["--format", "tap"]);
    assert!(
        tap.stdout.starts_with("TAP version 13\n1..2\nok 1 - counter\nnot ok 2 - wrong\n"),
        "{}",
        tap.stdout
    );
    let junit = run(&["--format", "junit"]).stdout;
    assert!(junit.contains("tests=\"2\" failures=\"1\" errors=\"0\""), "{junit}");
    assert!(junit.trim_end().ends_with("</testsuite>"), "{junit}");
    let ran = run(&["--json"]);
    let document = ran.json();
    assert_eq!((ran.code, &document["played"], &document["as_expected"]), (Some(1), &json!(2), &json!(1)));
    assert_eq!(document["results"][1]["missing"], json!(["  drvret 0x8"]));
    assert_eq!(document["results"][1]["extra"], json!(["  drvret 0x7"]));
}

#[test]
fn what_cannot_be_played_says_where_and_why() {
    let place = place();
    place.write("typo.script", "h = OpenDrive \"x\" NULL 0\n");
    place.write("directive.script", "\n@expects\n");
    place.write("variable.script", "CloseDriver h 0 0\n");
    place.write("list.json", "{\"name\": 1}\n");
    let setup = "\"setup\": {\"system_ini\": null}";
    place.write("1.json", format!("{{\"name\": \"x\", {setup}, \"script\": [\"\", \"Close\"]}}"));
    place.write("field.json", format!("{{\"name\": \"x\", {setup}, \"script\": [], \"lgo\": []}}"));
    place.write("rule.script", "rule prbea DRV_OPEN ret=0\n");
    for (file, parts) in [
        ("typo.script", "typo.script:1:5: there is no function OpenDrive; did you mean OpenDriver?"),
        ("directive.script", "directive.script:2: @expects is unknown"),
        ("variable.script", "variable.script:1:13: nothing sets the variable h"),
        ("list.json", "list.json is no recording: "),
        ("1.json", "error    1: 1.json: script line 2, column 1: there is no function Close"),
        ("rule.script", "rule.script:1: no driver is called prbea in rules; did you mean probea?"),
        ("field.json", "field.json is no recording: unknown field \"lgo\"; did you mean \"log\"? at line 1"),
        ("missing.script", "cannot read missing.script"),
    ] {
        let ran = place.run(&["run", file]);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stdout.contains(parts), "{parts:?} is missing in\n{}", ran.stdout);
        let alone =
            parts.split_once(": 1.json").map_or(parts.to_owned(), |(_, rest)| format!("1.json{rest}"));
        place.run(&["run", file, "--record"]).fails(2, &[&alone]);
    }
    place
        .run(&["run", "counter.script", "--driver", "x.drv=none.so"])
        .fails(2, &["there is no file none.so"]);
    place.run(&["run", "typo.script", "counter.script", "--record"]).fails(2, &["--record takes one file"]);
}

#[test]
fn what_is_nested_too_deeply_does_not_end_the_run() {
    let place = Place::new();
    place.write("nest.script", "inthread { ".repeat(5000) + &"}".repeat(5000));
    place.write("plain.script", "FreeWinmm\n");
    let many = |open: &str, close: &str| open.repeat(5000) + &close.repeat(5000);
    let setup = "\"setup\": {\"system_ini\": null}, \"script\": []";
    place.write("list.json", many("[", "]"));
    place.write("log.json", format!("{{\"name\": \"x\", {setup}, \"log\": {}}}", many("[", "]")));
    let event = many("{\"a\":", "}").replace(":}", ":1}");
    place.write("event.json", format!("{{\"name\": \"x\", {setup}, \"log\": [{event}]}}"));
    place.write("asks.json", format!("{{\"name\": \"x\", {setup}, \"asks\": {}}}", many("[", "]")));
    place.write("setup.script", format!("@setup {{\"registry\": {}}}\n", many("[", "]")));
    let files =
        ["nest.script", "list.json", "log.json", "event.json", "asks.json", "setup.script", "plain.script"];
    let ran = place.run(&[&["run"], &files[..], &["--format", "tap"]].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
    for part in ["not ok 1 - nest\n", ": nested too deeply; ", "not ok 6 - setup\n", "\nok 7 - plain #"] {
        assert!(ran.stdout.contains(part), "{part:?} is missing in\n{}", ran.stdout);
    }
    assert_eq!(ran.stdout.matches("\nnot ok ").count(), 6, "{}", ran.stdout);
    let ran = place.run(&["run", "nest.script"]);
    assert!(ran.stdout.starts_with("error    nest: nest.script:1:1110: nested too deeply"), "{}", ran.stdout);
}

#[test]
fn what_is_no_library_is_refused_before_anything_is_played() {
    let place = place();
    place.write("pe.drv", pe());
    place.write("empty.drv", "");
    let assert_refused = |argument: &str, what: &str| {
        let ran = place.run(&["run", "counter.script", "--driver", argument, "--format", "tap"]);
        ran.fails(2, &[&format!("--driver {argument}: "), what]);
        assert_eq!(ran.stdout, "");
    };
    assert_refused("x.drv=counter.script", "counter.script is a text file; this process is ");
    assert_refused("pe.drv", "pe.drv is a PE32 image for ");
    assert_refused("empty.drv", "empty.drv is an empty file; this process is ");
    // A Mach-O header is not read as far as to what tells the two apart.
    if !cfg!(target_vendor = "apple") {
        assert_refused(&format!("x.drv={}", env!("CARGO_BIN_EXE_opendriver")), " program");
    }
}

#[test]
fn a_rule_for_a_library_is_refused() {
    let place = place();
    place.write("rule.script", "rule counter DRV_OPEN ret=0\n");
    let ran = place.run(&[&["run", "rule.script"], DRIVER].concat());
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stdout.contains("rule.script:1: the rule is for counter, which is the library"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_library_and_scripted_drivers_work_together() {
    let place = place();
    let script = "rule probea DRV_OPEN nth=1 { k = OpenDriver \"counter.drv start=40 step=2\" NULL 0 }\n\
                  rule probea 0x4001 ret=last { SendDriverMessage k DRV_USER l1 l2 }\n\
                  h = OpenDriver \"probea.dll\" NULL 0\n\
                  SendDriverMessage h 0x4001 1 2\n\
                  FreeWinmm\n";
    place.write("mapper.script", script);
    let recorded = place.run(&[&["run", "mapper.script", "--record"], DRIVER].concat());
    let text = &recorded.succeeds().stdout;
    assert!(text.contains("\nret SendDriverMessage 0x2a\n"), "{text}");
    assert!(text.contains("ret FreeWinmm 0x1 winmm_still_loaded=false\n"), "{text}");
    let events: Vec<&str> = text.split("call FreeWinmm").nth(1).expect("it is called").lines().collect();
    let freed = events.iter().filter(|line| line.contains("DRV_FREE")).count();
    assert_eq!(freed, 2, "{events:#?}");
}

#[test]
fn personalities_are_those_of_option_script_and_recording() {
    let place = Place::new();
    let script = "OpenDriver \"probea.dll x\" NULL 7\n";
    let opens = |arguments: &[&str], script: &str| {
        place.write("p.script", script);
        let ran = place.run(&[&["run", "p.script", "--record"], arguments].concat());
        ran.succeeds().stdout.matches("DRV_OPEN").count()
    };
    assert_eq!(opens(&[], script), 1);
    assert_eq!(opens(&[], &format!("@personality wine\n{script}")), 2);
    assert_eq!(opens(&["--personality", "wine"], script), 2);
    assert_eq!(opens(&["--personality", "win32"], &format!("@personality wine\n{script}")), 1);
}

#[test]
fn a_directory_stands_for_its_scripts() {
    let place = place();
    place.write("all/a.script", script());
    place.write("all/b.script", script());
    place.write("all/readme.txt", "not me");
    let ran = place.run(&[&["run", "all"], DRIVER].concat());
    assert!(ran.succeeds().stdout.ends_with("2 played, 2 as expected, 0 different, 0 errors\n"));
    place.write("none/readme.txt", "nothing here");
    place.run(&["run", "none"]).fails(2, &["none has no .script and no .json file"]);
}

#[test]
fn what_happens_can_be_made_what_is_expected() {
    let place = place();
    let bare = script().split("@expect").next().expect("a script").to_owned();
    place.write("bare.script", &bare);
    place.write("wrong.script", script().replace("drvret 0x7", "drvret 0x8"));
    place.write("good.script", script());
    let files = ["run", "bare.script", "wrong.script", "good.script"];
    let ran = place.run(&[&files, DRIVER, &["--bless"]].concat());
    assert_eq!(
        ran.succeeds().stdout,
        "written  bare\nwritten  wrong\nok       good\n3 played, 1 as expected, 2 written, 0 different, 0 errors\n"
    );
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).expect("it is there");
    assert!(read("bare.script").starts_with(&format!("{bare}@expect\n")));
    assert_eq!((read("wrong.script"), read("good.script")), (script(), script()));
    let ran = place.run(&[&files, DRIVER].concat());
    assert!(ran.succeeds().stdout.ends_with("3 played, 3 as expected, 0 different, 0 errors\n"));
}

#[test]
fn two_scripts_of_one_name_are_told_apart() {
    let place = Place::new();
    place.write("a/x.script", "FreeWinmm\n@expect\nend\n");
    place.write("b/x.script", "FreeWinmm\n@expect\nend\n");
    let ran = place.run(&["run", "a", "b", "--format", "tap"]);
    let separator = std::path::MAIN_SEPARATOR;
    for name in [format!("not ok 1 - a{separator}x.script\n"), format!("not ok 2 - b{separator}x.script\n")] {
        assert!(ran.stdout.contains(&name), "{}", ran.stdout);
    }
}

#[test]
fn what_is_another_in_each_process_is_written_as_a_wildcard() {
    let place = Place::new();
    place.install(&driver("PROCESS_ID"), "mine.drv");
    place.write("p.script", "h = OpenDriver \"mine.drv\" NULL 0\nSendDriverMessage h DRV_USER 1 2\n");
    let run = |more: &[&str]| place.run(&[&["run", "p.script", "--driver", "mine.drv"], more].concat());
    for recorded in [run(&["--record"]).succeeds().stdout.clone(), {
        run(&["--bless"]).succeeds();
        std::fs::read_to_string(place.path().join("p.script")).expect("it is there")
    }] {
        assert!(recorded.contains("\n  drvret *\nret OpenDriver h1\n"), "{recorded}");
        assert!(
            recorded.contains("\n  drv mine m1 h1 0x4000 id=* l1=0x1 l2=0x2\n  drvret 0x3\n"),
            "{recorded}"
        );
    }
    assert!(run(&[]).succeeds().stdout.starts_with("ok       p\n"));
}

#[test]
fn a_star_that_stands_for_itself_can_be_expected() {
    let place = Place::new();
    let ini = "@ini [s]\n@ini a=*.drv\n";
    let script = "GetPrivateProfileString \"s\" \"a\" \"C:\\\\*\" \"system.ini\" 20\n";
    place.write("p.script", format!("{ini}{script}"));
    let blessed = || std::fs::read_to_string(place.path().join("p.script")).expect("it is there");
    let recorded = place.run(&["run", "p.script", "--record"]);
    place.run(&["run", "p.script", "--bless"]).succeeds();
    for text in [&recorded.succeeds().stdout, &blessed()] {
        assert!(text.contains("\nret GetPrivateProfileString 0x5 buf=\"\\*.drv\"\n"), "{text}");
        assert!(text.contains("\ncall GetPrivateProfileString \"s\" \"a\" \"C:\\\\\\*\" "), "{text}");
    }
    let verdict = |text: String| {
        place.write("p.script", text);
        place.run(&["run", "p.script"]).stdout.split(' ').next().unwrap_or_default().to_owned()
    };
    assert_eq!(verdict(blessed()), "ok");
    assert_eq!(verdict(blessed().replace("a=*.drv", "a=x.drv")), "differs");
    // SYSTEM.INI afterwards is no pattern.
    let after = |value: &str| format!("{ini}@after \"[s]\\r\\na={value}\\r\\n\"\n@expect\nend\n");
    assert_eq!(verdict(after("*.drv")), "ok");
    assert_eq!(verdict(after("*v")), "differs");
}

#[test]
fn why_an_open_fails_is_told_to_those_who_ask() {
    let place = Place::new();
    place.write("p.script", "OpenDriver \"mine.drv\" NULL 0\n@expect\ncall *\nret *\nend\n");
    let ran = place.run(&["run", "-v", "p.script"]);
    assert!(ran.stderr.contains("there is no driver file \"mine.drv\""), "{}", ran.stderr);
    assert_eq!(place.run(&["run", "p.script"]).stderr, "");
}

#[test]
fn colours_of_the_process_of_a_script_are_those_of_the_program() {
    let place = Place::new();
    place.write("p.script", "OpenDriver \"mine.drv\" NULL 0\n");
    let log = |when: &str, forced: bool| {
        let mut command = place.command(&["run", "-v", "p.script", "--color", when]);
        if forced {
            command.env("CLICOLOR_FORCE", "1");
        }
        let ran = Ran::of(command.output().expect("the program starts"));
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stderr.contains("there is no driver file"), "{ran:#?}");
        ran.stderr
    };
    assert!(log("always", false).contains("\u{1b}["));
    assert!(!log("never", true).contains("\u{1b}["));
    assert!(!log("auto", false).contains("\u{1b}["));
}

#[test]
fn a_report_has_one_form() {
    let place = Place::new();
    place.write("p.script", "FreeWinmm\n");
    for format in ["tap", "junit", "text"] {
        for arguments in [
            ["run", "--json", "p.script", "--format", format],
            ["--json", "run", "p.script", "--format", format],
        ] {
            let ran = place.run(&arguments);
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""), "{ran:#?}");
            let error = &ran.json()["error"];
            let told = "--json is a form of the report as well; leave out --json or --format";
            assert_eq!((&error["kind"], &error["message"]), (&json!("run"), &json!(told)));
        }
    }
    assert!(
        place.run(&["run", "p.script", "--format", "text"]).succeeds().stdout.starts_with("played   p: ")
    );
    assert_eq!(place.run(&["run", "--json", "p.script"]).succeeds().json()["played"], 1);
}

#[test]
fn the_page_lists_the_files_of_the_world() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/testing-drivers.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let table = page.split("| file in `C:\\oracle` |").nth(1).expect("the table is there");
    let table = table.split("\n\n").next().expect("it ends");
    let listed: BTreeSet<String> = table
        .lines()
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|files| files.split('`').skip(1).step_by(2))
        .map(|file| file.replace('\\', "/"))
        .collect();
    let there: BTreeSet<String> = STANDARD_WORLD.iter().map(|(file, ..)| (*file).to_owned()).collect();
    assert_eq!(listed, there);
}

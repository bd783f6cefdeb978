use serde_json::{Value, json};

use crate::support::{Place, driver, ne, pe};

fn install(definition: &str) -> Place {
    let place = Place::with_ini("[drivers32]\nbad=bad.drv some words\n");
    place.install(&driver(definition), "bad.drv");
    place
}

#[test]
fn what_is_no_driver_is_told_by_what_it_is() {
    let place = Place::new();
    for (name, bytes, part) in [
        ("a.dll", pe(), "is a PE32 image for i386; this process is"),
        ("b.drv", ne(), "is an NE image, a driver for 16-bit Windows"),
        ("c.drv", b"just some words\n".to_vec(), "is a text file"),
        ("d.drv", Vec::new(), "is an empty file"),
    ] {
        let path = format!("./{}", place.write(name, bytes).file_name().unwrap().to_str().unwrap());
        if cfg!(windows) && name == "a.dll" {
            continue;
        }
        let ran = place.run(&["probe", &path]);
        assert_eq!(ran.fails(2, &[part]).stdout, "");
        let document = place.run(&["send", &path, "DRV_USER", "--json"]).json();
        assert_eq!(document["error"]["kind"], "unfit-file", "{document}");
    }
    place.run(&["probe", "./"]).fails(2, &["is a directory"]);
}

#[test]
fn a_library_without_the_entry_point_is_told() {
    let ran = install("NO_PROC").with_config(&["probe", "bad"]);
    ran.fails(2, &["has no DriverProc, so it is no installable driver", "2 | bad=bad.drv some words"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_lacks_a_symbol_is_told_with_the_words_of_the_system() {
    let ran = install("NEEDS_MISSING_SYMBOL").with_config(&["probe", "bad"]);
    ran.fails(2, &["bad.drv cannot be loaded: ", "undefined symbol: nobody_has_this"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_is_cut_off_is_told() {
    let place = install("ORDINARY");
    let whole = std::fs::read(place.path().join("bad.drv")).unwrap();
    place.write("bad.drv", &whole[..200]);
    place.with_config(&["probe", "bad"]).fails(2, &["bad.drv is an ELF file", "that is cut short"]);
}

#[test]
fn a_refusal_of_load_is_code_1_and_the_table_ends_there() {
    let ran = install("REFUSE_LOAD").with_config(&["probe", "bad"]);
    ran.fails(1, &["refused DRV_LOAD (it answered 0)", "2 | bad=bad.drv some words"]);
    assert_eq!(ran.messages(), [("DRV_LOAD".to_owned(), "0".to_owned())]);
    assert!(ran.stdout.lines().any(|line| line.starts_with("loaded")), "{}", ran.stdout);
}

#[test]
fn a_refusal_of_open_is_code_1_and_marks_the_whole_line() {
    let ran = install("REFUSE_OPEN").with_config(&["probe", "bad"]);
    ran.fails(1, &["refused DRV_OPEN (parameters \"some words\")", "^^^^^^^^^^^^^^^^^^"]);
}

#[test]
fn a_rust_driver_that_panics_refuses_and_says_why() {
    let place = Place::with_ini("[drivers32]\nbad=echo.drv panic\n");
    let ran = place.with_config(&["probe", "bad"]);
    ran.fails(1, &["the parameters say `panic`", "refused DRV_OPEN (parameters \"panic\")"]);
    assert!(ran.messages().iter().any(|(name, answer)| name == "DRV_OPEN" && answer == "0"), "{ran:?}");
    let ran = place.with_config(&["probe", "bad", "--json"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.json()["error"]["kind"], "open-refused");
}

#[test]
fn a_veto_of_close_is_code_1_where_the_personality_has_it() {
    let place = install("REFUSE_CLOSE");
    let win31 = ["probe", "bad", "--section", "drivers32", "--personality", "win31"];
    let ran = place.with_config(&win31);
    ran.fails(1, &["refused DRV_CLOSE"]);
    let ran = place.with_config(&["probe", "bad"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("answered DRV_CLOSE"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn nothing_is_lost_if_the_driver_ends_the_program() {
    let place = install("CRASH");
    let ran = place.with_config(&["probe", "bad", "--message", "DRV_POWER", "--message", "DRV_USER,5"]);
    assert_eq!(ran.code, None, "a signal ended it: {ran:?}");
    let last = ran.stdout.lines().last().unwrap();
    let words: Vec<&str> = last.split_whitespace().collect();
    assert_eq!((words[0], &words[2..]), ("DRV_USER", ["7", "5", "0"].as_slice()), "{}", ran.stdout);
    assert!(ran.stdout.lines().any(|line| line.starts_with("DRV_POWER")), "{}", ran.stdout);

    // The document lacks its end, and nothing else.
    let ran = place.with_config(&["probe", "bad", "--json", "--message", "DRV_USER,5"]);
    let document: Value =
        serde_json::from_str(&format!("{}]}}", ran.stdout)).expect("only the end is missing");
    let last = document["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["event"], &last["message"]), (&json!("sending"), &json!("DRV_USER")));
}

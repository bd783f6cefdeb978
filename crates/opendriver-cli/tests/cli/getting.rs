use serde_json::json;

use crate::support::Place;

fn place() -> Place {
    Place::with_ini(
        b"[Drivers32]\r\nMIDI = \" synth.drv  a;b \" \r\nmidi=second\r\nempty=\r\nn\xE4me=\xFCmlaut\r\nmid1=x\r\n[other]\r\nk=v\r\n",
    )
}

#[test]
fn a_value_is_what_the_profile_functions_return() {
    let place = place();
    let get = |section, key| place.with_config(&["get", section, key]).succeeds().stdout.clone();
    assert_eq!(get("drivers32", "midi"), " synth.drv  a;b \n");
    assert_eq!(get("drivers32", "empty"), "\n");
    assert_eq!(get("drivers32", "näme"), "ümlaut\n");
}

#[test]
fn verbose_says_where_it_stands() {
    let ran = place().with_config(&["get", "-v", "DRIVERS32", "midi"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), " synth.drv  a;b \n"));
    assert!(ran.stderr.contains("system.ini:2:9 in [Drivers32] as MIDI"), "{}", ran.stderr);
    let document = place().with_config(&["get", "drivers32", "midi", "--json"]).succeeds().json();
    assert_eq!(document["place"], json!({ "path": "system.ini", "line": 2, "column": 9 }));
}

#[test]
fn tables_of_the_settings_win_and_are_taken_as_they_stand() {
    let place = place();
    place.write("o.toml", "profile = \"system.ini\"\n[sections.Drivers32]\nmidi = \" '' \"\n");
    let get = |key| place.run(&["--config", "o.toml", "get", "drivers32", key]).succeeds().stdout.clone();
    assert_eq!(get("MIDI"), " '' \n");
    assert_eq!(get("mid1"), "x\n");
}

#[test]
fn what_is_missing_is_named_with_the_like_of_it() {
    let place = place();
    place
        .with_config(&["get", "driver32", "midi"])
        .fails(2, &["no section [driver32]", "did you mean [Drivers32]?"]);
    let ran = place.with_config(&["get", "drivers32", "mdii"]);
    ran.fails(2, &["the section [drivers32] of system.ini has no key \"mdii\"", "did you mean MIDI"]);
    assert_eq!(ran.stdout, "");
    let document = place.with_config(&["get", "drivers32", "mdii", "--json"]).json();
    assert_eq!(document["error"]["kind"], "no-such-key");
}

#[test]
fn what_is_missing_is_missing_in_each_file_that_was_looked_in() {
    let place = Place::with_ini("[drivers32]\nmidi=x\n[both]\na=1\n");
    let profile = place.path().canonicalize().expect("it is there").join("system.ini").display().to_string();
    let tables = "[sections.both]\nb = \"2\"\n[sections.Own]\nc = \"3\"\n";
    place.write("opendriver.toml", format!("profile = \"system.ini\"\n{tables}"));
    let run = |arguments: &[&str]| place.run(&[&["--config", "opendriver.toml"], arguments].concat());
    let missing = |section, key, told: &str| {
        run(&["get", section, key]).fails(2, &[&format!("error: the section [{section}]{told}\n")]);
    };
    missing("drivers32", "mid", &format!(" of {profile} has no key \"mid\"; did you mean midi?"));
    missing("own", "x", " of opendriver.toml has no key \"x\"");
    missing("both", "x", &format!(" has no key \"x\", neither in opendriver.toml nor in {profile}"));
    let nowhere = format!(
        "error: there is no section [driver32], neither in opendriver.toml nor in {profile}; did you mean \
         [drivers32]?\n"
    );
    run(&["get", "driver32", "midi"]).fails(2, &[&nowhere]);
    run(&["list", "driver32"]).fails(2, &[&nowhere]);
    // Where there is but one file, it is the one.
    place.write("opendriver.toml", tables);
    run(&["list", "drivers32"]).fails(2, &["error: opendriver.toml has no section [drivers32]\n"]);
    place.write("opendriver.toml", format!("profile = \"gone.ini\"\n{tables}"));
    let gone = "gone.ini, which does not exist";
    run(&["list", "drivers32"]).fails(2, &["error: opendriver.toml has no section [drivers32]\n", gone]);
    let told = "error: the section [both] of opendriver.toml has no key \"a\"\n";
    run(&["get", "both", "a"]).fails(2, &[told, gone]);
}

#[test]
fn what_looks_like_a_style_is_not_taken_out_of_a_value() {
    let ran = Place::with_ini("[a]\nb=x\u{1b}[31my\n").with_config(&["get", "a", "b"]);
    assert_eq!(ran.succeeds().stdout, "x\u{1b}[31my\n");
}

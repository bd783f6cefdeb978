use serde_json::json;

use crate::support::{Place, echo, ne, pe};

const INI: &str = "\
[boot]
drivers=mmsystem.dll
[Drivers32]
; a comment
one=echo.drv 440 Hz
two=gone.drv
three=old.drv 5
ONE=again.drv
four=
five=C:\\WINDOWS\\SYSTEM\\iac.ax
[mci]
six=sixteen.drv
[empty]
";

fn place() -> Place {
    let place = Place::with_ini(INI);
    place.write("old.drv", pe());
    place.write("sixteen.drv", ne());
    place
}

/// The line of the table that begins with an alias.
#[track_caller]
fn row<'a>(text: &'a str, alias: &str) -> &'a str {
    let found = text.lines().find(|line| line.split_whitespace().next() == Some(alias));
    found.unwrap_or_else(|| panic!("no row {alias} in\n{text}"))
}

#[test]
fn every_line_says_where_it_leads_or_why_nowhere() {
    let ran = place().with_config(&["list"]);
    let text = &ran.succeeds().stdout;
    let one = row(text, "one");
    assert!(one.contains(echo().file_name().unwrap().to_str().unwrap()) && one.ends_with("440 Hz"), "{one}");
    assert!(row(text, "two").contains("missing: no such file"), "{text}");
    assert!(row(text, "three").contains("is a PE32 image for i386"), "{text}");
    assert!(row(text, "ONE").contains("ignored: an earlier line has this alias"), "{text}");
    assert!(row(text, "four").contains("empty"), "{text}");
    assert!(row(text, "five").contains("drive C: is not mapped"), "{text}");
    assert!(row(text, "six").contains("an NE image"), "{text}");
}

#[test]
fn aliases_stand_in_file_order_and_only_sections_of_drivers_are_shown() {
    let ran = place().with_config(&["list"]);
    let firsts: Vec<&str> = ran.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        firsts,
        ["[Drivers32]", "alias", "one", "two", "three", "ONE", "four", "five", "[mci]", "alias", "six"]
    );
}

#[test]
fn all_shows_every_section_and_a_name_just_that_one() {
    let place = place();
    let all = place.with_config(&["list", "--all"]);
    for section in ["[boot]", "[Drivers32]", "[mci]", "[empty]"] {
        assert!(all.succeeds().stdout.contains(section), "{}", all.stdout);
    }
    assert!(all.stdout.contains("(no entries)"), "{}", all.stdout);
    let one = place.with_config(&["list", "BOOT"]);
    assert!(one.succeeds().stdout.starts_with("[boot]\n"), "{}", one.stdout);
    assert!(!one.stdout.contains("Drivers32"), "{}", one.stdout);
}

#[test]
fn a_section_that_does_not_exist_is_an_error_with_the_like_of_it() {
    let ran = place().with_config(&["list", "Drivers23"]);
    ran.fails(2, &["system.ini has no section [Drivers23]", "did you mean [Drivers32]"]);
    assert_eq!(ran.stdout, "");
}

#[test]
fn tables_of_the_settings_come_first_and_hide_lines_of_the_profile() {
    let place = Place::with_ini("[drivers32]\nmidi=profile.drv\nwave=echo.drv\n");
    place.write(
        "opendriver.toml",
        "profile = \"system.ini\"\n[sections.Drivers32]\nMIDI = \"echo.drv 1\"\n[sections.Extra]\nx = \"echo.drv\"\n",
    );
    let ran = place.run(&["--config", "opendriver.toml", "list", "--json"]);
    let document = ran.succeeds().json();
    let entries: Vec<_> = document["sections"][0]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["alias"].clone(), entry["status"].clone(), entry["place"]["line"].clone()))
        .collect();
    assert_eq!(
        entries,
        [
            (json!("MIDI"), json!("found"), json!(3)),
            (json!("midi"), json!("ignored"), json!(2)),
            (json!("wave"), json!("found"), json!(3)),
        ]
    );
    assert_eq!(document["sections"][1]["name"], "Extra");
}

#[test]
fn json_has_the_same_data_and_the_whole_reason() {
    let document = place().with_config(&["list", "--json"]).succeeds().json();
    let entries = &document["sections"][0]["entries"];
    assert_eq!(entries[0]["parameters"], "440 Hz");
    assert_eq!(entries[0]["place"], json!({ "path": "system.ini", "line": 5, "column": 5 }));
    assert_eq!((&entries[1]["status"], &entries[1]["kind"]), (&json!("missing"), &json!("no-such-file")));
    assert!(entries[1]["reason"].as_str().unwrap().contains("gone.drv"));
    assert_eq!((&entries[2]["machine"], &entries[2]["kind"]), (&json!("i386"), &json!("unfit-file")));
}

#[test]
fn a_long_section_is_one_table_in_file_order() {
    let lines: Vec<String> =
        (0..450).map(|number| format!("midi{number}=drv{number}.drv {number}\n")).collect();
    let place = Place::with_ini(format!("[mci]\na-much-longer-name=x.drv\n{}", lines.concat()));
    let ran = place.with_config(&["list"]);
    let text = &ran.succeeds().stdout;
    assert_eq!(text.matches("alias").count(), 1, "{text}");
    let rows: Vec<&str> = text.lines().skip(3).collect();
    assert_eq!(rows.len(), 450);
    let column = rows[0].find("missing: ").unwrap();
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row.split_whitespace().next(), Some(format!("midi{number}").as_str()));
        assert_eq!(row.find("missing: "), Some(column), "{row}");
    }
}

#[cfg(unix)]
#[test]
fn the_first_rows_of_a_long_section_are_shown_before_the_last_are_known() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let lines: Vec<String> = (0..200_000).map(|number| format!("midi{number}=drv{number}.drv\n")).collect();
    let place = Place::with_ini(format!("[mci]\n{}", lines.concat()));
    let mut command = place.command(&["list", "--config", "system.ini"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let shown = BufReader::new(child.stdout.take().unwrap()).lines().nth(50).unwrap().unwrap();
    assert!(shown.contains("midi48 "), "{shown}");
    // The reader has gone; nobody locates the rest.
    assert!(child.wait().unwrap().success());
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let ran =
        Place::with_ini("[drivers32]\nx=a\u{1b}[31m.drv \u{7}\n").with_config(&["list", "--color=always"]);
    assert!(ran.stdout.contains("a\\u{1b}[31m.drv"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{7}'));
}

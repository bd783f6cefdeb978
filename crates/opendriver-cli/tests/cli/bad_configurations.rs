use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::support::{Place, Ran, echo};

/// Whether the machine has a configuration for all users, which tests cannot hide.
fn machine_has_one() -> bool {
    ["opendriver.toml", "system.ini"]
        .iter()
        .any(|name| std::path::Path::new("/etc/opendriver").join(name).exists())
}

#[test]
fn without_any_configuration_messages_say_where_one_was_looked_for() {
    if machine_has_one() {
        return;
    }
    let place = Place::new();
    let told = "no configuration was found: OPENDRIVER_CONFIG is not set";
    let ran = place.run(&["probe", "midi"]);
    ran.fails(2, &["there is no driver file \"midi\"", told, "home"]);
    assert_eq!(ran.stdout, "");
    place.run(&["get", "drivers32", "midi"]).fails(2, &["there is no section [drivers32]", told]);
    let list = place.run(&["list"]);
    assert_eq!((list.code, list.stdout.as_str()), (Some(0), ""));
    assert!(list.stderr.contains(told), "{}", list.stderr);
    // File names still work.
    place.run(&["send", echo().to_str().unwrap(), "DRV_USER"]).succeeds();
}

#[test]
fn a_file_that_does_not_exist_is_an_error() {
    Place::new()
        .run(&["--config", "gone.ini", "list"])
        .fails(2, &["cannot read the configuration gone.ini: "]);
}

#[test]
fn a_directory_is_no_configuration() {
    let place = Place::new();
    for path in [".", "home"] {
        std::fs::create_dir_all(place.path().join(path)).unwrap();
        place
            .run(&["--config", path, "list"])
            .fails(2, &["is no file: give the path of an INI or TOML file"]);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_an_error() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::with_ini("[a]\n");
    let path = place.path().join("system.ini");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        // Permissions do not bind root.
        return;
    }
    place.with_config(&["list"]).fails(2, &["cannot read the configuration system.ini: Permission denied"]);
}

#[test]
fn what_is_no_text_is_an_error_for_every_command() {
    let utf16be = "\u{FEFF}[drivers32]\r\necho=echo.drv x\r\n".encode_utf16().flat_map(u16::to_be_bytes);
    for (bytes, part) in [
        (std::fs::read(echo()).unwrap(), "system.ini: this is no SYSTEM.INI: it is "),
        (utf16be.collect(), "system.ini: the file is UTF-16BE"),
        (vec![0; 4096], "system.ini: this is no SYSTEM.INI: it has bytes that no text has"),
    ] {
        let place = Place::with_ini(bytes);
        for command in [
            &["list"][..],
            &["get", "a", "b"],
            &["probe", "echo"],
            &["send", "echo", "DRV_USER"],
            &["list", "-v"],
        ] {
            let ran = place.with_config(command);
            ran.fails(2, &[part, "hint: "]);
            assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 2), "{ran:?}");
        }
        assert_eq!(place.with_config(&["list", "--json"]).json()["error"]["kind"], "config");
        place.write("o.toml", "profile = \"system.ini\"\n");
        place.run(&["--config", "o.toml", "list"]).fails(2, &[part]);
    }
    // Wine understands UTF-16BE.
    let utf16be = "\u{FEFF}[drivers32]\r\necho=echo.drv x\r\n".encode_utf16().flat_map(u16::to_be_bytes);
    let place = Place::with_ini(utf16be.collect::<Vec<u8>>());
    let ran = place.with_config(&["--personality", "wine", "get", "drivers32", "echo"]);
    assert_eq!(ran.succeeds().stdout, "echo.drv x\n");
}

const ODD: &str =
    "; c\n[drivers32]\njunk\nmidi=echo.drv\nMIDI=two.drv\nx=\"y\n=1\n[drivers32]\nwave=echo.drv\n";

#[test]
fn what_is_odd_about_the_file_is_mentioned_where_a_look_up_fails() {
    let place = Place::with_ini(ODD);
    for command in [&["probe", "wave"][..], &["get", "drivers32", "wave"], &["list", "wave"]] {
        let ran = place.with_config(command);
        ran.fails(
            2,
            &[
                "\nnote: system.ini:3:1: this line has no `=`",
                "\nnote: system.ini:5:1: ",
                "\nnote: 2 more lines are odd; -v shows them\n",
            ],
        );
        assert_eq!(ran.stderr.matches("note: ").count(), 4, "{}", ran.stderr);
    }
    let notes = &place.with_config(&["get", "drivers32", "wave", "--json"]).json()["error"]["notes"];
    assert_eq!(notes.as_array().map(Vec::len), Some(4), "{notes}");
    // Nothing is said where nothing is missing.
    place.with_config(&["get", "drivers32", "midi"]).succeeds();
    place.with_config(&["list"]).succeeds();
    let plain = Place::with_ini("[drivers32]\nmidi=echo.drv\n").with_config(&["probe", "wave"]);
    assert!(!plain.stderr.contains("note: "), "{}", plain.stderr);
}

#[test]
fn with_v_every_odd_line_is_shown_and_marked() {
    let place = Place::with_ini(ODD);
    let ran = place.with_config(&["get", "drivers32", "midi", "-v"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "echo.drv\n"));
    assert!(
        ran.stderr.starts_with(
            "warning: system.ini:3:1: this line has no `=`: it is no entry, and no look-up finds it\n --> system.ini:3:1\n  \
             |\n3 | junk\n  | ^^^^\nhint: write `key=value`, or put a `;` in front of it\n"
        ),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr.matches("warning: system.ini:").count(), 5, "{}", ran.stderr);
    let failed = place.with_config(&["get", "drivers32", "wave", "-v"]);
    assert_eq!(failed.fails(2, &["has no key"]).stderr.matches("system.ini:3:1: ").count(), 1, "only once");
    let many = Place::with_ini(format!("[s]\na=1\n{}", "junk\n".repeat(5_000)));
    let ran = many.with_config(&["get", "s", "a", "-v"]);
    assert_eq!(ran.stderr.matches("warning: ").count(), 20, "{}", ran.stderr);
    assert!(ran.stderr.contains("note: 4980 more lines are odd"), "{}", ran.stderr);
}

#[test]
fn a_binary_file_is_no_settings_either() {
    let place = Place::new();
    place.install(&echo(), "binary.toml");
    place.run(&["--config", "binary.toml", "list"]).fails(2, &["settings are UTF-8 text, but this is not"]);
}

#[test]
fn an_unknown_key_of_the_settings_is_shown_with_its_line() {
    let place = Place::new();
    place.write("o.toml", "profile = \"system.ini\"\r\n  personalty = \"wine\"\r\n");
    let ran = place.run(&["--config", "o.toml", "list"]);
    ran.fails(2, &[]);
    assert_data_eq!(
        ran.stderr,
        str![[r#"
error: o.toml:2:3: unknown setting `personalty`
 --> o.toml:2:3
  |
2 |   personalty = "wine"
  |   ^^^^^^^^^^
hint: did you mean `personality`?

"#]]
    );
    let document = place.run(&["--config", "o.toml", "list", "--json"]).json();
    assert_eq!(
        document["error"]["place"],
        json!({ "path": "o.toml", "line": 2, "column": 3, "text": "  personalty = \"wine\"" })
    );
    assert_eq!(document["error"]["hints"], json!(["did you mean `personality`?"]));
}

#[test]
fn a_profile_that_the_settings_name_and_that_is_missing_is_told() {
    let place = Place::new();
    place.write("o.toml", "profile = \"gone.ini\"\n");
    let list = place.run(&["--config", "o.toml", "list"]);
    assert_eq!(list.code, Some(0));
    assert!(list.stderr.contains("gone.ini, which does not exist"), "{}", list.stderr);
    place.run(&["--config", "o.toml", "get", "a", "b"]).fails(2, &["gone.ini, which does not exist"]);
    place.run(&["--config", "o.toml", "probe", "midi"]).fails(2, &["gone.ini does not exist"]);
}

#[test]
fn an_alias_that_is_missing_is_told_with_the_sections_that_have_it() {
    let place = Place::with_ini("[drivers]\nmidi=x.drv\n[mci]\nseq=y.drv\n");
    place
        .with_config(&["probe", "midi", "--section", "mci"])
        .fails(2, &["section [mci] has no entry \"midi\"", "it stands in [drivers]"]);
}

#[test]
fn an_alias_that_is_misspelt_is_told_with_the_like_of_it() {
    let place = Place::with_ini("[drivers32]\nmidi=x.drv\nmidimapper=y.drv\n");
    place.with_config(&["probe", "mdii"]).fails(2, &["hint: did you mean midi, of section [Drivers32]?"]);
    let ran = place.with_config(&["probe", "wave", "--section", "drivers32"]);
    assert!(!ran.fails(2, &["has no entry"]).stderr.contains("did you mean"), "{ran:?}");
}

#[test]
fn an_alias_with_a_missing_file_shows_its_line_and_the_places_searched() {
    let place = Place::with_ini(b"\xEF\xBB\xBF[drivers32]\n; h\xC3\xA9\n  midi = \"gone.drv \xC3\xA9\"\n");
    let ran = place.with_config(&["probe", "MIDI"]);
    ran.fails(2, &["system.ini:3: [drivers32] midi=gone.drv é", "has no gone.drv"]);
    let shown: Vec<&str> = ran.stderr.lines().skip_while(|line| !line.starts_with(" -->")).collect();
    assert_eq!(
        shown,
        [" --> system.ini:3:11", "  |", "3 |   midi = \"gone.drv é\"", "  |           ^^^^^^^^",]
    );
}

#[test]
fn an_entry_of_the_settings_is_shown_too() {
    let place = Place::new();
    place.write("o.toml", "[sections.Drivers32]\nmidi = \"gone.drv 1\"\nnone = \"\"\n");
    let run = |name| place.run(&["--config", "o.toml", "probe", name]);
    run("midi").fails(2, &["2 | midi = \"gone.drv 1\"", "^^^^"]);
    run("none").fails(2, &["[sections.Drivers32] is empty", "3 | none = \"\""]);
}

#[test]
fn a_line_of_5000_characters_is_refused_and_not_shown_whole() {
    let place = Place::with_ini(format!("[drivers32]\nlong=echo.drv {}\n", "x".repeat(4_991)));
    let ran = place.with_config(&["probe", "long"]);
    ran.fails(2, &["the line has 5000 characters; more than 260 are not allowed", "system.ini:2"]);
    let first = ran.stderr.lines().next().unwrap_or_default();
    assert!(first.chars().count() < 400, "the reason is not lost behind the line: {first}");
    assert!(first.contains("more than 260 are not allowed"), "{first}");
    assert!(ran.stderr.lines().all(|line| line.chars().count() < 400), "{}", ran.stderr);
    // The same where a driver quotes it, or a file is missing.
    let parameters = "p ".repeat(2_500);
    let refused = place.with_config(&["probe", "echo.drv", "--parameters", &format!("refuse {parameters}")]);
    assert!(refused.stderr.lines().all(|line| line.chars().count() < 1_100), "{}", refused.stderr);
    let missing = place.with_config(&["probe", &"y".repeat(5_000)]);
    assert!(missing.fails(2, &["cannot open \"yyy"]).stderr.lines().all(|line| line.chars().count() < 1_100));
    let table = place.with_config(&["list"]);
    assert!(table.stdout.lines().all(|line| line.len() < 400), "{}", table.stdout);
    assert!(table.succeeds().stdout.contains("the line has 5000 characters"), "{table:?}");
    // The wine personality cuts, as Wine does.
    let cut = place.with_config(&["--personality", "wine", "send", "long", "DRV_USER+2"]);
    assert_eq!(cut.succeeds().stdout, format!("{0} ({0:#x})\n", 260 - "echo.drv ".len()));
}

#[test]
fn nuls_do_no_harm() {
    let place = Place::with_ini(b"[drivers32]\nfile=ec\0ho.drv\nmidi=gone\0.drv x\0y\n\0\0=\0\n[\0]\n\0=1\n");
    let ran: Ran = place.with_config(&["list", "--all"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.stdout.contains('\0'));
    let ran = place.with_config(&["probe", "midi"]);
    ran.fails(2, &["cannot open \"midi\"", "system.ini:3"]);
    assert!(!ran.stderr.contains('\0'));
    let toml = Place::new();
    toml.write("o.toml", "[sections.Drivers32]\nmidi = \"echo.drv a\\u0000b\"\nfile = \"ec\\u0000ho.drv\"\n");
    for (name, part) in [("midi", "cannot be passed to the driver"), ("file", "cannot open \"file\"")] {
        let ran = toml.run(&["--config", "o.toml", "probe", name]);
        ran.fails(2, &[part]);
        assert!(!ran.stderr.contains('\0'), "{}", ran.stderr);
    }
}

#[test]
fn a_drive_that_is_not_mapped_is_told_with_what_to_write() {
    let place = Place::with_ini("[drivers32]\nmsacm.iac2=C:\\WINDOWS\\SYSTEM\\IAC25_32.AX\n");
    let ran = place.with_config(&["probe", "msacm.iac2"]);
    if cfg!(windows) {
        ran.fails(2, &["IAC25_32.AX"]);
    } else {
        ran.fails(2, &["is on drive C:, which is not mapped", "[drives] C = ", "^^^^"]);
    }
}

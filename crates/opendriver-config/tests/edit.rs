//! What an edit changes, and what it leaves alone.

use opendriver_config::{CodePage, Document, EditError, FileEncoding, IniRules};

fn document(bytes: impl Into<Vec<u8>>) -> Document {
    Document::parse(bytes, CodePage::WESTERN)
}

/// The text after one `set`.
#[track_caller]
fn set(text: &str, section: &str, key: &str, value: &str) -> String {
    let mut document = document(text);
    document.set(section, key, value).expect("a good edit");
    String::from_utf8(document.to_bytes()).expect("ASCII")
}

#[track_caller]
fn refused(section: &str, key: &str, value: &str) -> EditError {
    let text = "x=1\r\n[s]\r\na=1\r\n";
    let mut document = document(text);
    let error = document.set(section, key, value).expect_err("not to be written");
    assert_eq!(document.as_bytes(), text.as_bytes(), "nothing is changed");
    error
}

#[test]
fn an_existing_key_keeps_place_spelling_and_blanks() {
    let text = "; c\r\n[S] ; t\n  Wave\t = \told.drv 1 \r\nwave=2\n\n[t]\rwave=3";
    let edited = "; c\r\n[S] ; t\n  Wave\t = \tnew.drv \r\nwave=2\n\n[t]\rwave=3";
    assert_eq!(set(text, "s", "WAVE", "new.drv"), edited);
}

#[test]
fn quotes_around_the_old_value_go_with_it() {
    assert_eq!(set("[s]\r\na= \"x y\" \r\n", "s", "a", "z"), "[s]\r\na= z \r\n");
    assert_eq!(set("[s]\r\na=x\r\n", "s", "a", "\" z \""), "[s]\r\na=\" z \"\r\n");
}

#[test]
fn an_empty_value_is_filled_and_a_value_emptied() {
    assert_eq!(set("[s]\r\na=\r\nb=2\r\n", "s", "a", "1"), "[s]\r\na=1\r\nb=2\r\n");
    assert_eq!(set("[s]\r\na = \r\n", "s", "a", "1"), "[s]\r\na = 1\r\n");
    assert_eq!(set("[s]\r\na=1\r\n", "s", "a", ""), "[s]\r\na=\r\n");
}

#[test]
fn what_stands_behind_a_nul_goes_with_the_value() {
    assert_eq!(set("[s]\r\na=1\0x\r\nb=2\r\n", "s", "a", "3"), "[s]\r\na=3\r\nb=2\r\n");
}

#[test]
fn a_new_key_goes_below_the_last_entry_of_its_section() {
    assert_eq!(set("[s]\r\na=1\r\n[t]\r\nb=2\r\n", "s", "n", "v"), "[s]\r\na=1\r\nn=v\r\n[t]\r\nb=2\r\n");
    assert_eq!(set("[s]\r\nb\r\n[t]\r\n", "s", "n", "v"), "[s]\r\nb\r\nn=v\r\n[t]\r\n", "a line without =");
    assert_eq!(set("[s]\r\n", "s", "n", "v w"), "[s]\r\nn=v w\r\n");
    assert_eq!(set("[s]\r\n[t]\r\n", " S ", " n ", "v"), "[s]\r\nn=v\r\n[t]\r\n");
}

#[test]
fn a_new_line_in_front_of_a_lone_line_feed_does_not_swallow_it() {
    assert_eq!(set("[a]\r\n\n\r\r;", "a", "n", "v"), "[a]\r\nn=v\r\n\n\r\r;");
}

#[test]
fn comments_and_blank_lines_below_the_last_entry_stay_below_a_new_key() {
    let about_t = "\r\n; about t\r\n[t]\r\n";
    assert_eq!(
        set(&format!("[s]\r\na=1\r\n{about_t}"), "s", "n", "2"),
        format!("[s]\r\na=1\r\nn=2\r\n{about_t}")
    );
    assert_eq!(
        set(&format!("[s]\r\n{about_t}"), "s", "n", "2"),
        format!("[s]\r\nn=2\r\n{about_t}"),
        "no entry at all"
    );
    assert_eq!(
        set("[s]\r\n; c\r\na=1\r\n\r\n; end", "s", "n", "2"),
        "[s]\r\n; c\r\na=1\r\nn=2\r\n\r\n; end",
        "a comment without line end stays as it is"
    );
    assert_eq!(
        set("[s]\r\na=1\r\n\u{1A}", "s", "n", "2"),
        "[s]\r\na=1\r\nn=2\r\n\u{1A}",
        "Ctrl-Z is no entry"
    );
}

#[test]
fn a_new_key_goes_to_the_first_of_equal_sections() {
    assert_eq!(set("[s]\r\n[t]\r\n[S]\r\nn=0\r\n", "s", "n", "v"), "[s]\r\nn=v\r\n[t]\r\n[S]\r\nn=0\r\n");
}

#[test]
fn a_new_section_goes_to_the_end_of_the_file() {
    assert_eq!(
        set("[s]\r\na=1\r\n", "new section", "k 4", "v=4"),
        "[s]\r\na=1\r\n[new section]\r\nk 4=v=4\r\n"
    );
    assert_eq!(set("", "s", "a", "1"), "[s]\r\na=1\r\n");
    assert_eq!(set("", " s ", "a", "1"), "[ s ]\r\na=1\r\n", "as it is passed");
}

#[test]
fn the_file_s_own_line_end_is_used() {
    assert_eq!(set("[s]\na=1\n", "s", "b", "2"), "[s]\na=1\nb=2\n");
    assert_eq!(set("[s]\ra=1\r", "s", "b", "2"), "[s]\ra=1\rb=2\r");
    assert_eq!(set("[s]\na=1\nc=3\r\n", "t", "b", "2"), "[s]\na=1\nc=3\r\n[t]\nb=2\n");
    assert_eq!(set("[s]\na=1\r\n", "s", "b", "2"), "[s]\na=1\r\nb=2\r\n");
}

#[test]
fn a_last_line_without_line_end() {
    assert_eq!(set("[s]\na=1", "s", "a", "2"), "[s]\na=2", "stays so");
    assert_eq!(set("[s]\na=1", "s", "b", "2"), "[s]\na=1\nb=2\n", "is ended before another one");
    assert_eq!(set("[s]", "t", "b", "2"), "[s]\r\n[t]\r\nb=2\r\n");
    let mut document = document("[s]\na=1\nb=2");
    assert_eq!(document.remove("s", "b"), Ok(true));
    assert_eq!(document.as_bytes(), b"[s]\na=1\n");
}

#[test]
fn removing_takes_one_line_and_keeps_the_section() {
    let mut document = document("[s]\r\na=1\r\n; c\r\nb=2\r\na=3\r\n[t]\r\n");
    assert_eq!(document.remove("S", " A "), Ok(true));
    assert_eq!(document.as_bytes(), b"[s]\r\n; c\r\nb=2\r\na=3\r\n[t]\r\n");
    assert_eq!(document.remove("s", "a"), Ok(true), "the later one has come into its own");
    assert_eq!(document.remove("s", "a"), Ok(false));
    assert_eq!(document.remove("none", "a"), Ok(false));
    assert_eq!(document.remove("s", "b"), Ok(true));
    assert_eq!(document.as_bytes(), b"[s]\r\n; c\r\n[t]\r\n");
}

#[test]
fn sections_are_added_once_and_removed_with_their_lines() {
    let mut document = document("[s]\na=1");
    assert_eq!(document.add_section("t"), Ok(true));
    assert_eq!(document.as_bytes(), b"[s]\na=1\n[t]\n");
    assert_eq!(document.add_section("S"), Ok(false));
    assert_eq!(document.remove_section("S"), Ok(true));
    assert_eq!(document.as_bytes(), b"[t]\n");
    assert_eq!(document.remove_section("s"), Ok(false));
    let mut wine = Document::parse_with("a=1\n[t]\n", CodePage::WESTERN, IniRules::Wine);
    assert_eq!(wine.remove_section(""), Ok(false), "the text before the first section has no header");
    assert!(matches!(wine.add_section("[t"), Ok(true)));
}

#[test]
fn under_wine_s_rules_blanks_around_a_value_are_not_written() {
    // What Wine 8.0 leaves after the same four calls.
    let mut document = Document::parse_with("[s]\r\nk=abcd\r\n", CodePage::WESTERN, IniRules::Wine);
    for (section, key, value) in [
        ("s", "k1", "  lead"),
        ("s", "k2", "trail  "),
        ("s", "k3", "\"quoted\""),
        ("new section", "k 4", "v=4"),
    ] {
        document.set(section, key, value).expect("a good edit");
    }
    assert_eq!(
        document.as_bytes(),
        b"[s]\r\nk=abcd\r\nk1=lead\r\nk2=trail\r\nk3=\"quoted\"\r\n[new section]\r\nk 4=v=4\r\n"
    );
    assert_eq!(
        set("[s]\r\n", "s", "k", "  lead "),
        "[s]\r\nk=  lead \r\n",
        "on Windows it is written as given"
    );
}

#[test]
fn wine_s_own_sequence_of_writes() {
    let text = "[boot]\r\nshell=progman.exe\r\n[drivers32]\r\n[mci]\r\nwaveaudio=mciwave.dll\r\n";
    let mut document = Document::parse_with(text, CodePage::WESTERN, IniRules::Wine);
    document.set("drivers32", "orcw", "probea.dll v1").expect("a good edit");
    document.set("drivers32", "orcw", "probea.dll v2").expect("a good edit");
    assert_eq!(document.profile(IniRules::Wine).get("Drivers32", "orcw").as_deref(), Some("probea.dll v2"));
    assert_eq!(document.remove("drivers32", "orcw"), Ok(true));
    assert_eq!(document.as_bytes(), text.as_bytes());
}

#[test]
fn under_wine_s_rules_the_text_before_the_first_section_can_be_edited() {
    let mut document = Document::parse_with("a=1\r\n[s]\r\n", CodePage::WESTERN, IniRules::Wine);
    document.set("", "a", "2").expect("a good edit");
    document.set("", "b", "3").expect("a good edit");
    assert_eq!(document.as_bytes(), b"a=2\r\nb=3\r\n[s]\r\n");
    let mut marked = Document::parse_with("\u{FEFF}; c\r\n[s]\r\n", CodePage::WESTERN, IniRules::Wine);
    marked.set("", "b", "3").expect("a good edit");
    assert_eq!(marked.text(), "b=3\r\n; c\r\n[s]\r\n");
}

#[test]
fn what_could_not_be_read_again_is_refused() {
    for bad in ["a\nb", "a\rb", "a\0b"] {
        assert!(matches!(refused("s", "k", bad), EditError::Character { what: "value", .. }));
        assert!(matches!(refused("s", bad, "v"), EditError::Character { what: "key", .. }));
        assert!(matches!(refused(bad, "k", "v"), EditError::Character { what: "section", .. }));
    }
    assert_eq!(refused("s", "a=b", "v"), EditError::EqualsInKey { key: "a=b".into() });
    assert_eq!(refused("a]b", "k", "v"), EditError::BracketInSection { name: "a]b".into() });
    for blank in ["", "  "] {
        assert_eq!(refused("s", blank, "v"), EditError::EmptyKey { section: "s".into() });
    }
    for key in [";k", "[k", "\tk", "k\t"] {
        assert_eq!(refused("s", key, "v"), EditError::Unreadable { section: "s".into(), key: key.into() });
    }
    assert!(matches!(refused("\ts", "k", "v"), EditError::Unreadable { .. }));
    let mut document = document("[s]\r\n");
    assert!(matches!(document.add_section("t\t"), Err(EditError::Unreadable { .. })));
    assert!(matches!(document.add_section("t]"), Err(EditError::BracketInSection { .. })));
    assert_eq!(document.as_bytes(), b"[s]\r\n");
}

#[test]
fn a_value_too_long_for_windows_is_refused() {
    for (value, length) in [("x".repeat(70_000), 70_000), ("\u{1F3B5}".repeat(32_768), 65_536)] {
        let mut document = document("\u{FEFF}[s]\r\na=1\r\n");
        for key in ["a", "new"] {
            assert_eq!(document.set("s", key, &value), Err(EditError::TooLong { length, most: 65_535 }));
        }
        assert_eq!(document.set("t", "new", &value), Err(EditError::TooLong { length, most: 65_535 }));
        assert_eq!(document.as_bytes(), "\u{FEFF}[s]\r\na=1\r\n".as_bytes(), "nothing is changed");
    }
    assert_eq!(
        refused("s", "k", &"x".repeat(70_000)).to_string(),
        "the value has 70000 characters, and Windows returns at most 65535 of a line whole: write a shorter one"
    );
    let longest = "x".repeat(65_535);
    for given in [longest.clone(), format!("  {longest} "), format!("\"{longest}\"")] {
        let mut document = document("[s]\r\n");
        document.set("s", "k", &given).expect("not too long");
        assert_eq!(document.profile(IniRules::Windows).get("s", "k").as_deref(), Some(&*longest));
    }
    let mut wine = Document::parse_with("[s]\r\n", CodePage::WESTERN, IniRules::Wine);
    wine.set("s", "k", &"x".repeat(70_000)).expect("Wine has no such limit");
    assert_eq!(wine.profile(IniRules::Wine).get("s", "k").map(|value| value.len()), Some(70_000));
}

#[test]
fn blanks_and_one_pair_of_quotes_are_written_and_not_read_again() {
    for (given, read) in [
        (" padded ", "padded"),
        ("\tx\u{B}", "x"),
        ("\"quoted\"", "quoted"),
        ("'quoted'", "quoted"),
        ("\" padded \"", " padded "),
        ("\"\"twice\"\"", "\"twice\""),
        ("\"mixed'", "\"mixed'"),
        ("\"", "\""),
        ("\"\"", ""),
        ("  ", ""),
    ] {
        let mut document = document("[s]\r\n");
        document.set("s", "k", given).expect("a good edit");
        assert_eq!(document.text(), format!("[s]\r\nk={given}\r\n"), "{given:?} is written as given");
        assert_eq!(document.profile(IniRules::Windows).get("s", "k").as_deref(), Some(read), "{given:?}");
    }
}

#[test]
fn errors_say_what_to_do() {
    assert_eq!(
        refused("s", "k", "a\nb").to_string(),
        "the value \"a\\nb\" contains '\\n'; an INI file has one line for it and no escapes: leave it out"
    );
    assert_eq!(
        refused("s", "k", "漢").to_string(),
        "the value contains '漢' (U+6F22), which code page 1252 cannot express: use other characters, or save the file \
         as UTF-16 first"
    );
}

#[test]
fn a_character_the_code_page_lacks_is_named() {
    let error = EditError::Unencodable {
        what: "value",
        character: 'Ж',
        encoding: FileEncoding::CodePage(CodePage::WESTERN),
    };
    assert_eq!(refused("s", "k", "ä?Ж漢"), error);
    assert!(matches!(refused("s", "Ж", "v"), EditError::Unencodable { what: "key", .. }));
    assert!(matches!(refused("Ж", "k", "v"), EditError::Unencodable { what: "section", .. }));
}

#[test]
fn edits_are_written_in_the_file_s_encoding() {
    let mut western = document(b"[\xE9]\r\n\xE4=1\r\n");
    western.set("É", "Ä", "ü€").expect("in 1252");
    assert_eq!(western.as_bytes(), b"[\xE9]\r\n\xE4=\xFC\x80\r\n");

    let mut dos = Document::parse("[s]\r\n", CodePage::try_from(437).expect("known"));
    dos.set("s", "ä", "ß").expect("in 437");
    assert_eq!(dos.as_bytes(), b"[s]\r\n\x84=\xE1\r\n");

    let mut japanese = Document::parse(b"[\x95\x5C]\r\n", CodePage::try_from(932).expect("known"));
    japanese.set("表", "表", "ソ").expect("in 932");
    assert_eq!(japanese.as_bytes(), b"[\x95\x5C]\r\n\x95\x5C=\x83\x5C\r\n");

    let mut utf8 = document("\u{FEFF}[s]\na=ä\n");
    utf8.set("s", "a", "漢").expect("UTF-8 has everything");
    utf8.set("s", "b", "\u{1F3B5}").expect("UTF-8 has everything");
    assert_eq!(utf8.as_bytes(), "\u{FEFF}[s]\na=漢\nb=\u{1F3B5}\n".as_bytes());
}

#[test]
fn utf16_files_stay_utf16() {
    let le = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut document = document(le("\u{FEFF}[s]\r\na=ä"));
    document.set("s", "a", "漢").expect("UTF-16 has everything");
    document.set("s", "b", "\u{1F3B5}").expect("UTF-16 has everything");
    assert_eq!(document.as_bytes(), le("\u{FEFF}[s]\r\na=漢\r\nb=\u{1F3B5}\r\n"));
    assert_eq!(document.encoding(), FileEncoding::Utf16Le);

    let be = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let bytes = be("\u{FEFF}[s]\n");
    let mut wine = Document::parse_with(bytes.clone(), CodePage::WESTERN, IniRules::Wine);
    wine.set("s", "b", "漢").expect("UTF-16 has everything");
    assert_eq!(wine.as_bytes(), be("\u{FEFF}[s]\nb=漢\n"));

    let mut windows = Document::parse(bytes.clone(), CodePage::WESTERN);
    assert_eq!(windows.set("s", "b", "c"), Err(EditError::NotUnderstood));
    assert_eq!(windows.remove("s", "b"), Err(EditError::NotUnderstood));
    assert_eq!(windows.add_section("t"), Err(EditError::NotUnderstood));
    assert_eq!(windows.remove_section("s"), Err(EditError::NotUnderstood));
    assert_eq!(windows.as_bytes(), bytes);
}

#[test]
fn half_a_character_at_the_end_of_utf16_stays_at_the_end() {
    let le = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut document = document([le("\u{FEFF}[s]\r\na=1"), vec![b'x']].concat());
    document.set("s", "b", "2").expect("a good edit");
    assert_eq!(document.as_bytes(), [le("\u{FEFF}[s]\r\na=1\r\nb=2\r\n"), vec![b'x']].concat());
    assert_eq!(document.remove("s", "b"), Ok(true));
    assert_eq!(document.as_bytes(), [le("\u{FEFF}[s]\r\na=1\r\n"), vec![b'x']].concat());
}

#[test]
fn a_profile_taken_before_an_edit_does_not_change() {
    let mut document = document("[s]\r\na=1\r\n");
    let before = document.profile(IniRules::Windows);
    let copy = document.clone();
    document.set("s", "a", "2").expect("a good edit");
    assert_eq!(before.get("s", "a").as_deref(), Some("1"));
    assert_eq!(copy.as_bytes(), b"[s]\r\na=1\r\n");
    assert_eq!(document.profile(IniRules::Windows).get("s", "a").as_deref(), Some("2"));
}

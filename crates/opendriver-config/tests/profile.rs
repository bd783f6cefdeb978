//! How INI files are read: one test for each oddity, by the rules of Windows and by those of Wine.
//!
//! The Windows column follows published tests on real Windows, the Wine column measurements with Wine 8.0.

use opendriver_config::{CodePage, Document, IniRules, Profile, split_line};

const BOTH: [IniRules; 2] = [IniRules::Windows, IniRules::Wine];

fn profile(bytes: impl Into<Vec<u8>>, rules: IniRules) -> Profile {
    profile_in(bytes, 1252, rules)
}

fn profile_in(bytes: impl Into<Vec<u8>>, page: u16, rules: IniRules) -> Profile {
    Document::parse(bytes, CodePage::try_from(page).expect("a page of Windows")).profile(rules)
}

#[track_caller]
fn finds(profile: &Profile, section: &str, key: &str, value: &str) {
    assert_eq!(
        profile.get(section, key).as_deref(),
        Some(value),
        "[{section}] {key:?} by {} rules",
        profile.rules()
    );
}

#[track_caller]
fn lacks(profile: &Profile, section: &str, key: &str) {
    assert_eq!(profile.get(section, key), None, "[{section}] {key:?} by {} rules", profile.rules());
}

/// Asserts what both columns find.
#[track_caller]
fn both_find(text: &str, section: &str, key: &str, value: &str) {
    for rules in BOTH {
        finds(&profile(text, rules), section, key, value);
    }
}

#[test]
fn names_are_compared_without_case_and_values_keep_theirs() {
    both_find("[Drivers32]\r\nVIDC.cvid=IccVid.DLL\r\n", "dRIVERS32", "vidc.CVID", "IccVid.DLL");
}

#[test]
fn case_does_not_count_beyond_ascii_after_decoding() {
    for rules in BOTH {
        finds(&profile(b"[\xE9t\xE9]\r\n\xC4=1\r\n", rules), "ÉTÉ", "ä", "1");
        finds(&profile_in(b"[s]\r\n\x84=1\r\n", 437, rules), "s", "Ä", "1");
        finds(&profile_in("\u{FEFF}[Ж]\r\nß=1\r\n", 1252, rules), "ж", "ß", "1");
    }
}

#[test]
fn text_before_the_first_section() {
    let text = "a=1\r\n[s]\r\nb=2\r\n";
    lacks(&profile(text, IniRules::Windows), "", "a");
    finds(&profile(text, IniRules::Wine), "", "a", "1");
    lacks(&profile(text, IniRules::Wine), "s", "a");
}

#[test]
fn blanks_before_a_bracket_are_ignored() {
    both_find(" \t[s]\r\na=1\r\n", "s", "a", "1");
}

#[test]
fn blanks_inside_brackets_are_trimmed() {
    both_find("[ \t\u{B}s s\u{B}\t ]\r\na=1\r\n", "s s", "a", "1");
    lacks(&profile("[\u{C}s]\r\na=1\r\n", IniRules::Windows), "s", "a");
    finds(&profile("[\u{C}s\u{1A}]\r\na=1\r\n", IniRules::Wine), "s", "a", "1");
}

#[test]
fn a_section_that_is_not_closed() {
    let text = "[r]\r\na=0\r\n[s \r\na=1\r\nb=2\r\n";
    finds(&profile(text, IniRules::Windows), "s", "a", "1");
    let wine = profile(text, IniRules::Wine);
    assert!(wine.section("s").is_none());
    finds(&wine, "r", "a", "0");
    finds(&wine, "r", "b", "2");
    let rows: Vec<_> =
        wine.section("r").expect("it is there").rows().map(|row| row.text().into_owned()).collect();
    assert_eq!(rows, ["a=0", "[s", "a=1", "b=2"]);
}

#[test]
fn the_first_or_the_last_bracket_ends_a_name() {
    let text = "[a]b]\r\nk=1\r\n";
    finds(&profile(text, IniRules::Windows), "a", "k", "1");
    lacks(&profile(text, IniRules::Windows), "a]b", "k");
    finds(&profile(text, IniRules::Wine), "a]b", "k", "1");
    lacks(&profile(text, IniRules::Wine), "a", "k");
}

#[test]
fn second_bytes_of_characters_are_no_brackets() {
    // U+66E6 ends in 0x5D, the byte of `]`, in code page 932; U+8868 in 0x5C, the one of the backslash.
    let text = b"[\x96\x5D\x95\x5C]x]\r\n\x83\x5B=\x83\x5D.drv \x95\x5C\r\n";
    let japanese = CodePage::try_from(932).expect("known");
    let name = japanese.decode(b"\x96\x5D\x95\x5C");
    assert_eq!(name.chars().count(), 2);
    for (rules, section) in [(IniRules::Windows, name.clone()), (IniRules::Wine, format!("{name}]x"))] {
        let profile = profile_in(text, 932, rules);
        finds(&profile, &section, &japanese.decode(b"\x83\x5B"), &japanese.decode(b"\x83\x5D.drv \x95\x5C"));
        assert_eq!(profile.sections().count(), 1);
    }
    let unclosed = profile_in(b"[\x96\x5D\r\nk=1\r\n", 932, IniRules::Windows);
    finds(&unclosed, &japanese.decode(b"\x96\x5D"), "k", "1");
    assert_eq!(profile_in(b"[\x96\x5D\r\nk=1\r\n", 932, IniRules::Wine).sections().count(), 0);
}

#[test]
fn text_after_the_bracket_is_ignored() {
    both_find("[s] text = more ; and more\r\na=1\r\n", "s", "a", "1");
}

#[test]
fn a_section_without_a_name() {
    let text = "; comment\r\n[]\r\nk=3\r\n";
    finds(&profile(text, IniRules::Windows), "", "k", "3");
    // The text before the first section has that name already, even if there is nothing in it.
    lacks(&profile(text, IniRules::Wine), "", "k");
    lacks(&profile("[]\r\nk=3\r\n", IniRules::Wine), "", "k");
}

#[test]
fn comments() {
    let text = "[s]\r\n;x=1\r\n  ; y = 2\r\na=1\r\n";
    for rules in BOTH {
        let profile = profile(text, rules);
        lacks(&profile, "s", "x");
        let rows: Vec<_> =
            profile.section("s").expect("it is there").rows().map(|row| row.text().into_owned()).collect();
        assert_eq!(rows, ["a=1"], "comments are not listed");
    }
    lacks(&profile(text, IniRules::Windows), "s", ";x");
    finds(&profile(text, IniRules::Wine), "s", ";x", "1");
    finds(&profile(text, IniRules::Wine), "s", "; y", "2");
}

#[test]
fn other_comment_signs_are_none() {
    both_find("[s]\r\n#a=1\r\n", "s", "#a", "1");
    both_find("[s]\r\n//a=1\r\n", "s", "//a", "1");
    both_find("[s]\r\nREM a=1\r\n", "s", "REM a", "1");
}

#[test]
fn a_semicolon_in_a_value_is_data() {
    both_find("[s]\r\na=drv.dll ; not a comment\r\n", "s", "a", "drv.dll ; not a comment");
}

#[test]
fn blanks_around_keys_and_values_are_trimmed() {
    both_find("[s]\r\n \t\u{B}a b\t = \t x  y\tz \u{B}\r\n", "s", "a b", "x  y\tz");
    finds(&profile("[s]\r\na=\u{C}x\u{C}\r\n", IniRules::Windows), "s", "a", "\u{C}x\u{C}");
    finds(&profile("[s]\r\na=\u{C}x\u{C}\r\n", IniRules::Wine), "s", "a", "x");
    // No other white space is a blank.
    both_find("\u{FEFF}[s]\r\na=\u{A0}x\u{3000}\r\n", "s", "a", "\u{A0}x\u{3000}");
}

#[test]
fn blanks_around_what_is_asked_for() {
    let text = "[s]\r\na=1\r\n";
    for rules in BOTH {
        finds(&profile(text, rules), "  s ", " a  ", "1");
    }
    lacks(&profile(text, IniRules::Windows), "\ts", "a");
    lacks(&profile(text, IniRules::Windows), "s", "a\t");
    finds(&profile(text, IniRules::Wine), "\ts\r\n", "\u{1A}a\u{C}\u{B}", "1");
}

#[test]
fn the_first_of_equal_keys_wins() {
    both_find("[s]\r\na=1\r\nA=2\r\n", "s", "a", "1");
    let profile = profile("[s]\r\na=1\r\nA=2\r\nb=3\r\n", IniRules::Windows);
    let rows: Vec<_> = profile.section("s").expect("it is there").rows().collect();
    assert_eq!(rows.iter().map(|row| row.is_duplicate()).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(rows[1].value().as_deref(), Some("2"), "it can be seen all the same");
}

#[test]
fn an_empty_first_key_hides_the_others() {
    both_find("[s]\r\na=\r\na=2\r\n", "s", "a", "");
}

#[test]
fn only_the_first_of_equal_sections_counts() {
    let text = "[s]\r\na=1\r\n[t]\r\n[S]\r\na=2\r\nb=3\r\n";
    both_find(text, "s", "a", "1");
    for rules in BOTH {
        lacks(&profile(text, rules), "s", "b");
        let names: Vec<_> =
            profile(text, rules).sections().map(|section| section.name().into_owned()).collect();
        assert_eq!(names, ["s", "t"]);
    }
}

#[test]
fn equal_keys_in_several_sections_are_told_apart() {
    both_find("[s]\r\na=1\r\n[t]\r\na=2\r\n", "t", "a", "2");
    both_find("[s]\r\na=1\r\n[t]\r\na=2\r\n", "s", "a", "1");
}

#[test]
fn many_sections_with_the_same_keys_are_told_apart() {
    let sections = (0..5_000).map(|number| format!("[s{number}]\r\na={number}\r\nb={number}b\r\n"));
    let text: String = sections.collect();
    for rules in BOTH {
        let profile = profile(&*text, rules);
        for number in 0..5_000 {
            finds(&profile, &format!("S{number}"), "A", &number.to_string());
            finds(&profile, &format!("s{number}"), "b", &format!("{number}b"));
            lacks(&profile, &format!("s{number}"), "c");
        }
        assert_eq!(
            profile.sections().filter(|section| section.rows().any(|row| row.is_duplicate())).count(),
            0
        );
    }
}

#[test]
fn many_keys_in_a_section_are_found() {
    // Short and long names, ASCII and not, so that every way to hash one is used.
    let name = |number: usize| format!("{}{number}{}", "é".repeat(number % 2), "x".repeat(number % 19));
    let keys: String = (0..5_000).map(|number| format!("{}={number}\r\n", name(number))).collect();
    let text = format!("\u{FEFF}[s]\r\n{keys}");
    for rules in BOTH {
        for bytes in [text.as_bytes().to_vec(), utf16(&text, u16::to_le_bytes)] {
            let profile = profile(bytes, rules);
            for number in 0..5_000 {
                finds(&profile, "S", &name(number).to_uppercase(), &number.to_string());
            }
        }
    }
}

#[test]
fn the_first_equals_sign_splits() {
    both_find("[s]\r\na==b=c\r\n", "s", "a", "=b=c");
    both_find("[s]\r\n=noname\r\n", "s", "", "noname");
}

#[test]
fn a_line_without_equals_sign_is_no_key_but_a_row() {
    for rules in BOTH {
        let profile = profile("[s]\r\n  bare word \r\na=1\r\n", rules);
        lacks(&profile, "s", "bare word");
        let rows: Vec<_> = profile.section("s").expect("it is there").rows().collect();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].key(), rows[0].value(), &*rows[0].text()), (None, None, "bare word"));
        assert_eq!((rows[0].position().line, rows[0].position().column), (2, 3));
        assert!(!rows[0].is_duplicate());
    }
}

#[test]
fn an_empty_value_is_there() {
    both_find("[s]\r\na=\r\nb=   \r\n", "s", "a", "");
    both_find("[s]\r\na=\r\nb=   \r\n", "s", "b", "");
}

#[test]
fn one_pair_of_quotes_is_taken_off() {
    for (value, read) in [
        (r#""drv.dll q1 q2""#, "drv.dll q1 q2"),
        ("'a b'", "a b"),
        (r#"" x ""#, " x "),
        (r#""""#, ""),
        (r#"""a"""#, r#""a""#),
        (r#""'a'""#, "'a'"),
        (r#"""#, r#"""#),
        ("'", "'"),
        (r#""a b"#, r#""a b"#),
        (r#""a'"#, r#""a'"#),
        (r#""a" b"#, r#""a" b"#),
        (r#"a"b"c"#, r#"a"b"c"#),
        (r#"  " a "  "#, " a "),
    ] {
        both_find(&format!("[s]\r\nk={value}\r\n"), "s", "k", read);
    }
}

#[test]
fn line_ends() {
    both_find("[s]\na=1\nb=2\n", "s", "b", "2");
    both_find("[s]\ra=1\rb=2\r\nc=3", "s", "a", "1");
    both_find("[s]\ra=1\rb=2\r\nc=3", "s", "b", "2");
    both_find("[s]\n\ra=1\r\r\nb=2\n", "s", "b", "2");
}

#[test]
fn a_missing_last_line_end() {
    both_find("[s]\r\na=1", "s", "a", "1");
    for rules in BOTH {
        assert!(profile("[s]", rules).section("s").is_some());
    }
}

#[test]
fn control_z() {
    finds(&profile("[s]\r\na=1\u{1A}\r\nb=2\r\n\u{1A}", IniRules::Wine), "s", "a", "1");
    finds(&profile("[s]\r\na=1\u{1A}\r\nb=2\r\n\u{1A}", IniRules::Windows), "s", "a", "1\u{1A}");
    both_find("[s]\r\na=1\u{1A}\r\nb=2\r\n\u{1A}", "s", "b", "2");
}

#[test]
fn a_nul_ends_a_value_and_the_next_lines_are_read() {
    both_find("[s]\r\na=1\0x\r\nb=2\r\n", "s", "a", "1");
    both_find("[s]\r\na=1\0x\r\nb=2\r\n", "s", "b", "2");
    both_find("[s]\r\na=\0\r\n", "s", "a", "");
    both_find("[s]\r\na\0b=1\r\n", "s", "a", "1");
}

#[test]
fn utf16_with_the_low_byte_first() {
    for rules in BOTH {
        let profile = profile(utf16("\u{FEFF}[s]\r\nä = \"漢 \u{1F3B5}\"\r\n", u16::to_le_bytes), rules);
        finds(&profile, "S", "Ä", "漢 \u{1F3B5}");
        let position = profile.get("s", "ä").expect("it is there").position();
        assert_eq!((position.line, position.column), (2, 6));
        assert_eq!(position.span, 22..30);
    }
}

#[test]
fn utf16_with_an_odd_byte_and_lone_surrogates() {
    let mut bytes = utf16("\u{FEFF}[s]\r\na=1", u16::to_le_bytes);
    bytes.extend([0x00, 0xD8, b'x']);
    for rules in BOTH {
        finds(&profile(bytes.clone(), rules), "s", "a", "1\u{FFFD}");
    }
}

#[test]
fn a_utf8_mark() {
    both_find("\u{FEFF}[s]\r\na=ä Ж 漢\r\n", "s", "a", "ä Ж 漢");
}

#[test]
fn utf16_with_the_high_byte_first() {
    let bytes = utf16("\u{FEFF}[s]\r\na=ä\r\n", u16::to_be_bytes);
    finds(&profile(bytes.clone(), IniRules::Wine), "s", "a", "ä");
    assert!(profile(bytes, IniRules::Windows).section("s").is_none());
}

#[test]
fn utf16_without_a_mark_is_not_recognised() {
    for rules in BOTH {
        lacks(&profile(utf16("[s]\r\nk=abcd\r\n", u16::to_le_bytes), rules), "s", "k");
    }
}

#[test]
fn without_a_mark_it_is_the_ansi_code_page() {
    for rules in BOTH {
        finds(&profile(b"[s]\r\na=\xE4\xE9\x80\r\n", rules), "s", "a", "äé€");
        finds(&profile("[s]\r\na=ä\r\n", rules), "s", "a", "Ã¤");
        finds(&profile_in(b"[s]\r\na=\x84\r\n", 850, rules), "s", "a", "ä");
        finds(&profile_in("[s]\r\na=ä\r\n", 65001, rules), "s", "a", "ä");
    }
}

#[test]
fn there_are_no_continuation_lines_and_no_escapes() {
    both_find("[s]\r\na=C:\\new\\\r\nb=\\\"\r\n", "s", "a", "C:\\new\\");
    both_find("[s]\r\na=C:\\new\\\r\nb=\\\"\r\n", "s", "b", "\\\"");
}

#[test]
fn long_values_wrap_on_windows() {
    for (length, windows) in [(65_535, 65_535), (65_536, 0), (65_537, 1), (131_075, 3)] {
        let value: String = ('a'..='z').cycle().take(length).collect();
        let text = format!("[s]\r\na={value}\r\nb=2\r\n");
        finds(&profile(&*text, IniRules::Wine), "s", "a", &value);
        finds(&profile(&*text, IniRules::Windows), "s", "a", &value[..windows]);
        finds(&profile(&*text, IniRules::Windows), "s", "b", "2");
    }
    // Counted in UTF-16 units: a character of two is not cut in half.
    let text = format!("\u{FEFF}[s]\r\na=\u{1F3B5}{}\r\n", "x".repeat(65_535));
    finds(&profile(&*text, IniRules::Windows), "s", "a", "");
    let text = format!("\u{FEFF}[s]\r\na=\u{1F3B5}{}\r\n", "x".repeat(65_536));
    finds(&profile(&*text, IniRules::Windows), "s", "a", "\u{1F3B5}");
}

#[test]
fn a_default_loses_its_trailing_spaces() {
    for rules in BOTH {
        let profile = profile("[s]\r\na=\r\n", rules);
        assert_eq!(profile.get_or("s", "b", " d  "), " d");
        assert_eq!(profile.get_or("s", "a", "d"), "", "an empty value is no missing one");
    }
}

#[test]
fn sections_are_listed_in_file_order() {
    for rules in BOTH {
        let profile = profile("x=1\r\n[b]\r\n[a]\r\nk=1\r\n\r\n;c\r\n[ c ]\r\n", rules);
        let names: Vec<_> = profile.sections().map(|section| section.name().into_owned()).collect();
        assert_eq!(names, ["b", "a", "c"]);
        assert!(profile.section("b").expect("it is there").is_empty());
        let position = profile.section("c").expect("it is there").position();
        assert_eq!((position.line, position.column), (7, 3));
    }
}

#[test]
fn nothing_is_in_an_empty_profile() {
    lacks(&Profile::empty(), "", "");
    assert_eq!(Profile::empty().sections().count(), 0);
    assert_eq!(profile("", IniRules::Wine).section("").map(|section| section.is_empty()), Some(true));
}

#[test]
fn odd_headers_all_in_one_file() {
    let text = "[drivers32]\r\nplain=probea.dll\r\n[ spaced ]\r\nk=1\r\n[unclosed\r\nk=2\r\n[]\r\nk=3\r\n[x]y\r\nk=4\r\n\
                [dup]\r\na=1\r\n[DUP]\r\na=2\r\nb=3\r\n";
    let wine = profile(text, IniRules::Wine);
    finds(&wine, "spaced", "k", "1");
    finds(&wine, " spaced ", "k", "1");
    for section in ["unclosed", "", "x]y", "nosect"] {
        lacks(&wine, section, "k");
    }
    finds(&wine, "x", "k", "4");
    finds(&wine, "dup", "a", "1");
    lacks(&wine, "DUP", "b");
}

/// Real lines from documents, sample files and Wine's default file: section, line, alias, file, parameters.
#[test]
fn real_lines() {
    for (section, line, alias, file, parameters) in REAL_LINES {
        let text = format!("; real\r\n[{section}]\r\n{line}\r\n");
        for rules in BOTH {
            let profile = profile(&*text, rules);
            let value = profile.get(section, alias).unwrap_or_else(|| panic!("{line} by {rules} rules"));
            assert_eq!(split_line(&value), (*file, *parameters), "{line} by {rules} rules");
            assert_eq!(value.key(), *alias);
        }
    }
    assert_eq!(
        profile("[drivers32]\r\n; vidc.IV50=ir50_32.dll\r\n", IniRules::Windows)
            .get("drivers32", "vidc.IV50"),
        None
    );
}

type RealLine = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

#[rustfmt::skip]
const REAL_LINES: &[RealLine] = &[
    ("boot", "drivers=mmsystem.dll", "drivers", "mmsystem.dll", None),
    ("boot", "drivers=mmsystem.dll power.drv", "drivers", "mmsystem.dll", Some("power.drv")),
    ("boot", "shell=Explorer.exe", "shell", "Explorer.exe", None),
    ("boot", "system.drv=system.drv", "system.drv", "system.drv", None),
    ("boot", "device=winmm16.dll", "device", "winmm16.dll", None),
    ("386enh", "device=dva.386", "device", "dva.386", None),
    ("386enh", "device=vshare.386", "device", "vshare.386", None),
    ("386enh", "device=*vshare", "device", "*vshare", None),
    ("386enh", "mouse=*vmouse, msmouse.vxd", "mouse", "*vmouse,", Some("msmouse.vxd")),
    ("386enh", "device=vsndsys.386", "device", "vsndsys.386", None),
    ("drivers", "timer=timer.drv", "timer", "timer.drv", None),
    ("drivers", "joystick=ibmjoy.drv", "joystick", "ibmjoy.drv", None),
    ("drivers", "wave=sndblst2.drv", "wave", "sndblst2.drv", None),
    ("drivers", "midi1=adlib.drv", "midi1", "adlib.drv", None),
    ("drivers", "midi2=mpu401.drv", "midi2", "mpu401.drv", None),
    ("drivers", "midimapper=midimap.drv", "midimapper", "midimap.drv", None),
    ("drivers", "wavemapper=msacm.drv", "wavemapper", "msacm.drv", None),
    ("drivers", "WaveMapper=msacm.drv", "WaveMapper", "msacm.drv", None),
    ("drivers", "wave=mmdrv.dll", "wave", "mmdrv.dll", None),
    ("drivers", "wave=*.drv", "wave", "*.drv", None),
    ("drivers", "midi=mmsystem.dll", "midi", "mmsystem.dll", None),
    ("drivers", "MSVideo=bravado.drv", "MSVideo", "bravado.drv", None),
    ("drivers", "MSVideo1=testdrv.drv", "MSVideo1", "testdrv.drv", None),
    ("drivers", "prototype1=proto.drv com1", "prototype1", "proto.drv", Some("com1")),
    ("drivers", "prototype2=proto.drv com2", "prototype2", "proto.drv", Some("com2")),
    ("drivers", "VIDC.CVID=iccvid.drv", "VIDC.CVID", "iccvid.drv", None),
    ("drivers", "VIDC.MSVC=msvidc.drv", "VIDC.MSVC", "msvidc.drv", None),
    ("drivers", "VIDC.IV31=indeov.drv", "VIDC.IV31", "indeov.drv", None),
    ("drivers", "VIDC.IV31=ir32.dll", "VIDC.IV31", "ir32.dll", None),
    ("drivers", "VIDC.RT21=indeov.drv", "VIDC.RT21", "indeov.drv", None),
    ("drivers", "VIDC.YVU9=indeov.drv", "VIDC.YVU9", "indeov.drv", None),
    ("drivers", "VIDC.MRLE=MSRLE.drv", "VIDC.MRLE", "MSRLE.drv", None),
    ("drivers", "MSACM.msadpcm=msadpcm.acm", "MSACM.msadpcm", "msadpcm.acm", None),
    ("drivers", "MSACM.imaadpcm=imaadpcm.acm", "MSACM.imaadpcm", "imaadpcm.acm", None),
    ("drivers", "MSACM.imaadpcm=*.acm", "MSACM.imaadpcm", "*.acm", None),
    ("drivers", "MSACM.msgsm610=msgsm610.acm", "MSACM.msgsm610", "msgsm610.acm", None),
    ("drivers32", "msacm.imaadpcm=imaadp32.acm", "msacm.imaadpcm", "imaadp32.acm", None),
    ("drivers32", "msacm.msadpcm=msadp32.acm", "msacm.msadpcm", "msadp32.acm", None),
    ("drivers32", "msacm.msg711=msg711.acm", "msacm.msg711", "msg711.acm", None),
    ("drivers32", "msacm.msgsm610=msgsm32.acm", "msacm.msgsm610", "msgsm32.acm", None),
    ("drivers32", "msacm.l3acm=l3codeca.acm", "msacm.l3acm", "l3codeca.acm", None),
    ("drivers32", "vidc.cvid=iccvid.dll", "vidc.cvid", "iccvid.dll", None),
    ("drivers32", "vidc.msvc=msvidc32.dll", "vidc.msvc", "msvidc32.dll", None),
    ("drivers32", "vidc.mrle=msrle32.dll", "vidc.mrle", "msrle32.dll", None),
    ("drivers32", "VIDC.IV31=ir32_32.dll", "VIDC.IV31", "ir32_32.dll", None),
    ("drivers32", "VIDC.IV32=ir32_32.dll", "VIDC.IV32", "ir32_32.dll", None),
    ("drivers32", "vidc.M263=msh263.drv", "vidc.M263", "msh263.drv", None),
    ("drivers32", "MSACM.trspch=tssoft32.acm", "MSACM.trspch", "tssoft32.acm", None),
    ("drivers32", r"msacm.iac2=C:\WINDOWS\SYSTEM\IAC25_32.AX", "msacm.iac2", r"C:\WINDOWS\SYSTEM\IAC25_32.AX", None),
    ("drivers32", "wavemapper=msacm32.drv", "wavemapper", "msacm32.drv", None),
    ("drivers32", "midimapper=midimap.dll", "midimapper", "midimap.dll", None),
    ("drivers32", "midi=wdmaud.drv", "midi", "wdmaud.drv", None),
    ("mci", "cdaudio=mcicda.drv", "cdaudio", "mcicda.drv", None),
    ("mci", "CDAudio=mcicda.drv 1", "CDAudio", "mcicda.drv", Some("1")),
    ("mci", "waveaudio=mciwave.drv 4", "waveaudio", "mciwave.drv", Some("4")),
    ("mci", "waveaudio=mciwave.drv 9", "waveaudio", "mciwave.drv", Some("9")),
    ("mci", "sequencer=mciseq.drv", "sequencer", "mciseq.drv", None),
    ("mci", "AVIVideo=mciavi.drv", "AVIVideo", "mciavi.drv", None),
    ("mci", "MPEGVideo=mciqtz.drv", "MPEGVideo", "mciqtz.drv", None),
    ("mci", "MMMovie=mcimmp.drv", "MMMovie", "mcimmp.drv", None),
    ("mci", "videodisc=mcipionr.drv", "videodisc", "mcipionr.drv", None),
    ("mci", "vcr=mcivisca.drv", "vcr", "mcivisca.drv", None),
    ("mci", "Animation1=mciaap.drv", "Animation1", "mciaap.drv", None),
    ("mci", "dmusic=etekmod.drv", "dmusic", "etekmod.drv", None),
    ("mci", "MPEGVideo=mciqtz32.dll", "MPEGVideo", "mciqtz32.dll", None),
    ("mci", "avivideo=mciavi32.dll", "avivideo", "mciavi32.dll", None),
    ("mci", "waveaudio=mciwave.dll", "waveaudio", "mciwave.dll", None),
    ("Installable Compressors", "VIDC.SAMP = ICSAMPLE.DRV", "VIDC.SAMP", "ICSAMPLE.DRV", None),
    ("mci extensions", "wav=waveaudio", "wav", "waveaudio", None),
    ("mci extensions", "mid=sequencer", "mid", "sequencer", None),
    ("mci extensions", "rmi=sequencer", "rmi", "sequencer", None),
    ("mci extensions", "avi=AVIVideo", "avi", "AVIVideo", None),
    ("mci extensions", "mpg=MPEGVideo", "mpg", "MPEGVideo", None),
];

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

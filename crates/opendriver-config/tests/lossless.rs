//! Bytes in, the same bytes out, whatever they are; an edit touches its own line and nothing else.

use opendriver_config::{CodePage, Document, FileEncoding, IniRules};
use proptest::prelude::*;

const RULES: [IniRules; 2] = [IniRules::Windows, IniRules::Wine];

/// A Western, a Japanese and a DOS code page, and UTF-8.
fn pages() -> impl Strategy<Value = CodePage> {
    prop::sample::select(vec![1252, 932, 936, 54936, 437, 65001])
        .prop_map(|number| CodePage::try_from(number).expect("a page of Windows"))
}

/// Text made of what matters in INI files, and of some that does not.
fn ini_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[a]",
        "[",
        "]",
        "a",
        "B",
        "=",
        "key=value",
        "k=",
        ";",
        "\"",
        "'",
        " ",
        "\t",
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        "\u{1A}",
        "\u{B}",
        "\0",
        "ä",
        "表",
        "\u{FEFF}",
        "\u{1F3B5}",
        "[A]\r\n",
        "a=b c\r\n",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The same in each encoding; what the page lacks is left out.
fn encoded(text: &str, page: CodePage, form: u8) -> Vec<u8> {
    match form {
        0 => [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        1 => [b"\xFE\xFF".to_vec(), text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat(),
        2 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        _ => text.chars().filter_map(|c| page.encode(&c.to_string()).ok()).flatten().collect(),
    }
}

/// Arbitrary bytes, and INI-like text in several encodings, sometimes cut in the middle of a character.
fn files() -> impl Strategy<Value = (Vec<u8>, CodePage)> {
    let text = (ini_like(), pages(), 0..5_u8, 0..2_usize).prop_map(|(text, page, form, cut)| {
        let mut bytes = encoded(&text, page, form);
        bytes.truncate(bytes.len().saturating_sub(cut));
        (bytes, page)
    });
    let marks = prop::sample::select(vec![&b""[..], b"\xFF\xFE", b"\xFE\xFF", b"\xEF\xBB\xBF"]);
    let noise = (marks, prop::collection::vec(any::<u8>(), 0..200), pages())
        .prop_map(|(mark, bytes, page)| ([mark, &bytes].concat(), page));
    prop_oneof![3 => text, 1 => noise]
}

/// The first and the last offset at which two files differ, the last counted from the end.
fn difference(a: &[u8], b: &[u8]) -> (usize, usize) {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let rest = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    (start, rest)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_in_comes_out((bytes, page) in files()) {
        for rules in RULES {
            let document = Document::parse_with(bytes.clone(), page, rules);
            prop_assert_eq!(document.as_bytes(), &bytes[..]);
        }
    }

    #[test]
    fn every_row_can_be_asked_for((bytes, page) in files()) {
        for rules in RULES {
            let document = Document::parse_with(bytes.clone(), page, rules);
            let profile = document.profile(rules);
            for section in profile.sections() {
                let found = profile.section(&section.name()).map(|found| found.position());
                // A name with a NUL's rest or with blanks that only arguments lose cannot be asked for as it stands.
                if section.name().trim_matches(' ') == section.name() && rules == IniRules::Windows {
                    prop_assert_eq!(found, Some(section.position()));
                }
                for row in section.rows() {
                    let (Some(key), Some(value)) = (row.key(), row.value()) else { continue };
                    if !row.is_duplicate() && rules == IniRules::Windows && key.trim_matches(' ') == key {
                        prop_assert_eq!(section.get(&key).map(|found| found.position()), Some(value.position()));
                    }
                }
            }
        }
    }

    #[test]
    fn positions_lie_in_the_file((bytes, page) in files()) {
        for rules in RULES {
            let document = Document::parse_with(bytes.clone(), page, rules);
            for diagnostic in document.diagnostics() {
                let position = &diagnostic.position;
                prop_assert!(position.line >= 1 && position.column >= 1);
                prop_assert!(position.span.start <= position.span.end && position.span.end <= bytes.len());
                prop_assert!(!diagnostic.message.is_empty() && diagnostic.hint.is_some());
            }
        }
    }

    #[test]
    fn setting_a_key_touches_one_line((bytes, page) in files(), key in "[a-c]|key|ä", value in "[ -~]{0,8}") {
        for rules in RULES {
            let mut document = Document::parse_with(bytes.clone(), page, rules);
            let before = document.profile(rules);
            let old = before.get("a", &key).map(|value| (value.position().span, value.is_quoted()));
            if document.set("a", &key, &value).is_err() {
                prop_assert_eq!(document.as_bytes(), &bytes[..]);
                continue;
            }
            let after = document.profile(rules);
            prop_assert!(after.get("a", &key).is_some());
            let (start, rest) = difference(&bytes, document.as_bytes());
            if let Some((span, quoted)) = old {
                // All before the value and all from the line end on is as it was.
                let width = if matches!(document.encoding(), FileEncoding::Utf16Le | FileEncoding::Utf16Be) { 2 } else { 1 };
                let value = span.start - if quoted { width } else { 0 };
                prop_assert!(document.as_bytes().starts_with(&bytes[..value]));
                let line_end = bytes[span.end..].chunks_exact(width).position(|unit| {
                    let low = if document.encoding() == FileEncoding::Utf16Be { unit[width - 1] } else { unit[0] };
                    let other = unit.iter().map(|&byte| u32::from(byte)).sum::<u32>() - u32::from(low);
                    other == 0 && matches!(low, b'\r' | b'\n')
                });
                let line_end = line_end.map_or(bytes.len() - bytes.len() % width, |units| span.end + units * width);
                prop_assert!(document.as_bytes().ends_with(&bytes[line_end..]));
            } else {
                // Nothing is removed when something is added.
                prop_assert_eq!(start + rest, bytes.len());
            }
        }
    }

    #[test]
    fn what_was_added_can_be_taken_away((bytes, page) in files(), value in "[!-~]{0,8}") {
        for rules in RULES {
            let mut document = Document::parse_with(bytes.clone(), page, rules);
            let profile = document.profile(rules);
            if profile.section("a").is_none() || profile.get("a", "new").is_some() || document.set("a", "new", &value).is_err() {
                continue;
            }
            prop_assert!(document.remove("a", "new").expect("it was understood before"));
            // All that stays is the line end that the last line lacked.
            let (start, rest) = difference(&bytes, document.as_bytes());
            prop_assert_eq!(start + rest, bytes.len());
            prop_assert!(document.as_bytes().len() - bytes.len() <= 4);
        }
    }

    #[test]
    fn setting_the_same_value_again_changes_nothing((bytes, page) in files(), value in "[!-~]{0,8}") {
        for rules in RULES {
            let mut document = Document::parse_with(bytes.clone(), page, rules);
            if document.set("a", "b", &value).is_ok() {
                let once = document.to_bytes();
                document.set("A", "B", &value).expect("it worked before");
                prop_assert_eq!(document.to_bytes(), once);
            }
        }
    }
}

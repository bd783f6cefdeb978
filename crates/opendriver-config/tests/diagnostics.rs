//! What is said about odd files, where, and that nothing is said about ordinary ones.

use opendriver_config::{CodePage, Document, IniRules, Severity};

/// Code, line and column of everything found.
fn found(bytes: impl Into<Vec<u8>>, rules: IniRules) -> Vec<(&'static str, usize, usize)> {
    let document = Document::parse_with(bytes, CodePage::WESTERN, rules);
    document
        .diagnostics()
        .iter()
        .map(|found| (found.code, found.position.line, found.position.column))
        .collect()
}

fn windows(bytes: impl Into<Vec<u8>>) -> Vec<(&'static str, usize, usize)> {
    found(bytes, IniRules::Windows)
}

fn wine(bytes: impl Into<Vec<u8>>) -> Vec<(&'static str, usize, usize)> {
    found(bytes, IniRules::Wine)
}

#[test]
fn an_ordinary_file_is_not_talked_about() {
    let text = "; comment\r\n\r\n[boot]\r\nshell=x ; y\r\n[386Enh]\r\ndevice=a\r\ndevice=b\r\n\r\n[drivers32]\r\nq=\"a b\"\r\n\
                empty=\r\nfive=5\"\r\n";
    assert_eq!(windows(text), []);
    assert_eq!(wine(text), []);
    assert_eq!(windows(text.replace("\r\n", "\n")), []);
    assert_eq!(windows(""), []);
    assert_eq!(
        windows(text.encode_utf16().fold(vec![0xFF, 0xFE], |mut bytes, unit| {
            bytes.extend(unit.to_le_bytes());
            bytes
        })),
        []
    );
}

#[test]
fn sections() {
    assert_eq!(windows("[s\r\na=1\r\n"), [("unclosed-section", 1, 2)]);
    assert_eq!(wine("[r]\r\n  [s\r\na=1\r\n"), [("unclosed-section", 2, 3)]);
    assert_eq!(windows("[s]\r\n[t]\r\n [S]\r\njunk\r\n"), [("duplicate-section", 3, 3)]);
    assert_eq!(wine("[]\r\na=1\r\n"), [("duplicate-section", 1, 2)]);
    assert_eq!(windows("\r\n; c\r\n a=1\r\nb=2\r\n[s]\r\n"), [("text-before-section", 3, 2)]);
    assert_eq!(windows("no section at all"), [("text-before-section", 1, 1)]);
    assert_eq!(wine("a=1\r\n[s]\r\n"), []);
}

#[test]
fn lines() {
    assert_eq!(windows("[s]\r\n\tjunk \r\n"), [("junk-line", 2, 2)]);
    assert_eq!(windows("[s]\r\na=1\r\n\r\nA=2\r\n[t]\r\na=3\r\n"), [("duplicate-key", 4, 1)]);
    assert_eq!(windows("[s]\r\n=1\r\n"), [("empty-key", 2, 1)]);
    assert_eq!(
        windows("[s]\r\na = \"x\" y\r\nb=\"\r\nc='x\"\r\nd=x\"\r\n"),
        [("mismatched-quotes", 2, 5), ("mismatched-quotes", 3, 3), ("mismatched-quotes", 4, 3)]
    );
    let long = format!("[s]\r\na={}\r\n", "x".repeat(65_536));
    assert_eq!(windows(&*long), [("long-value", 2, 3)]);
    assert_eq!(windows(format!("[s]\r\na={}\r\n", "x".repeat(65_535))), []);
}

#[test]
fn characters() {
    assert_eq!(windows("[s]\r\na=1\0x\r\n"), [("nul", 2, 4)]);
    assert_eq!(windows("[s]\r\na=1\r\n\u{1A}"), [("control-z", 3, 1)]);
    assert_eq!(wine("[s]\r\na=1\r\n\u{1A}"), [("control-z", 3, 1)]);
    assert_eq!(windows("[s]\r\na=1\rb=2\r\nc=3\r"), [("lone-cr", 2, 4)]);
    assert_eq!(windows(b"\xEF\xBB\xBF[s]\r\n\xC3\xA4=\xE4\r\n"), [("utf8-bom", 1, 1), ("undecodable", 2, 1)]);
    assert_eq!(wine(b"\xEF\xBB\xBF[s]\r\n\xC3\xA4=\xE4\r\n"), [("undecodable", 2, 1)]);
    let turkish = Document::parse(b"[s]\r\na=\xD5\r\n", CodePage::try_from(857).expect("known"));
    assert_eq!(turkish.diagnostics().len(), 1);
}

#[test]
fn encodings() {
    assert_eq!(windows(b"\xFE\xFF\0[\0s\0]"), [("utf16be-bom", 1, 1)]);
    assert_eq!(wine(b"\xFE\xFF\0[\0s\0]"), []);
    assert_eq!(windows(b"[\0s\0]\0\r\0\n\0"), [("utf16-without-bom", 1, 1)]);
    assert_eq!(windows(b"\xFF\xFE[\0s\0]\0x"), [("odd-length", 1, 4)]);
    assert_eq!(windows(b"\xFF\xFE[\0s\0]\0\n\0a\0=\0\0\xD8"), [("undecodable", 2, 1)]);
    assert_eq!(windows("\u{FEFF}[s]\r\na=\u{FFFD}\r\n"), [("utf8-bom", 1, 1)], "a real U+FFFD is no damage");
}

#[test]
fn what_is_no_text_is_told_once_and_as_an_error() {
    let padded = |head: &[u8]| [head, &[0; 60]].concat();
    for file in [
        padded(b"\x7FELF\x02\x01\x01"),
        padded(b"MZ\x90"),
        padded(b"\xCF\xFA\xED\xFE"),
        padded(b"PK\x03\x04[s]\r\nx\r\nx=1\r\n"),
        vec![0; 100],
        [&b"[s]\r\na=1\r\n"[..], &[0; 3]].concat(),
        b"\x01\x02\x03\x00[s]\r\n".to_vec(),
        std::fs::read(std::env::current_exe().expect("this test")).expect("readable"),
    ] {
        assert_eq!(windows(&*file), [("not-text", 1, 1)]);
        assert_eq!(wine(&*file), [("not-text", 1, 1)]);
        let document = Document::parse(file, CodePage::WESTERN);
        assert_eq!(document.unreadable().as_ref(), document.diagnostics().first());
        assert_eq!(document.diagnostics()[0].severity, Severity::Error);
    }
    let elf = Document::parse(padded(b"\x7FELF"), CodePage::WESTERN);
    assert_eq!(
        elf.diagnostics()[0].to_string(),
        "1:1: error: this is no SYSTEM.INI: it is an ELF program or library (give the path of an INI file, or of \
         settings whose name ends in `.toml`)"
    );
}

#[test]
fn a_stray_nul_or_a_name_like_that_of_a_program_makes_no_binary_file() {
    for text in [
        "MZ=1\r\n[s]\r\n",
        "PK\r\n",
        "[s]\r\nfile=ec\0ho.drv\r\nmidi=gone\0.drv x\0y\r\n",
        "[s]\r\n\x1B\x07\x01\x02\x03\x04\r\n",
        "\0",
        "",
    ] {
        let document = Document::parse(text, CodePage::WESTERN);
        let expected = if text == "\0" { Some("not-text") } else { None };
        assert_eq!(document.unreadable().map(|found| found.code), expected, "{text:?}");
    }
    let le: Vec<u8> = "\u{FEFF}[s]\r\na=\0\0\0\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(Document::parse(le, CodePage::WESTERN).unreadable(), None);
}

#[test]
fn lines_and_spans_can_be_read_in_every_encoding() {
    let text = "[s]\r\nä=1\rx\n\nlast";
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for bytes in [
        b"[s]\r\n\xE4=1\rx\n\nlast".to_vec(),
        utf16(&format!("\u{FEFF}{text}")),
        format!("\u{FEFF}{text}").into(),
    ] {
        let document = Document::parse(&*bytes, CodePage::WESTERN);
        let lines: Vec<_> = (0..=6).map(|number| document.line(number)).collect();
        let lines: Vec<_> = lines.iter().map(Option::as_deref).collect();
        assert_eq!(lines, [None, Some("[s]"), Some("ä=1"), Some("x"), Some(""), Some("last"), None]);
        let profile = document.profile(IniRules::Windows);
        let row = profile.section("s").and_then(|section| section.rows().next()).expect("it has one");
        assert_eq!(document.text_of(row.position().span), "ä");
        assert!(document.text_of(bytes.len() - 2..usize::MAX).ends_with('t'));
        assert_eq!(document.text_of(usize::MAX - 1..usize::MAX), "");
        #[expect(clippy::reversed_empty_ranges, reason = "nobody is hindered from giving one")]
        let reversed = document.text_of(5..3);
        assert_eq!(reversed, "");
    }
}

#[test]
fn each_says_what_and_what_to_do() {
    let document = Document::parse("[s]\r\nmidi=a\r\n  MIDI=b\r\n", CodePage::WESTERN);
    let [found] = document.diagnostics() else { panic!("one thing is odd") };
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.position.span, 15..19);
    assert_eq!(
        found.to_string(),
        "3:3: warning: the section has a key \"MIDI\" in line 2 already: this one is never found (remove one of them, or \
         append a number to the key)"
    );
}

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

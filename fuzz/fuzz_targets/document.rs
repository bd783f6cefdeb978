//! Whatever the bytes are: they come back, an edit touches one line, and no look-up panics.
//!
//! `cargo fuzz run document -- -dict=fuzz/ini.dict`
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use opendriver_config::{CodePage, Config, Document, IniRules, Settings};

/// Code pages of each kind: single-byte, double-byte, four-byte, OEM, UTF-8.
const PAGES: [u16; 6] = [1252, 932, 54936, 437, 857, 65001];

#[derive(Arbitrary, Debug)]
struct Input {
    page: u8,
    wine: bool,
    section: String,
    key: String,
    value: String,
    /// Instead of section and key: those of a row of the file.
    existing: Option<u8>,
    bytes: Vec<u8>,
}

fuzz_target!(|input: Input| {
    let mut input = input;
    let page = CodePage::try_from(PAGES[usize::from(input.page) % PAGES.len()]).expect("a page of Windows");
    let rules = if input.wine { IniRules::Wine } else { IniRules::Windows };
    let document = Document::parse_with(input.bytes.clone(), page, rules);
    assert_eq!(document.as_bytes(), input.bytes, "the bytes come back");
    for diagnostic in document.diagnostics() {
        assert!(diagnostic.position.span.end <= input.bytes.len(), "{diagnostic}");
    }
    let existing = input.existing.and_then(|number| row(&document, usize::from(number)));
    if let Some((section, key)) = existing {
        (input.section, input.key) = (section, key);
    }
    look_up(&input, rules, page, &document);
    edit(&input, document);
});

/// Section and key of a row.
fn row(document: &Document, number: usize) -> Option<(String, String)> {
    let profile = document.profile(document.rules());
    let keys = profile
        .sections()
        .flat_map(|section| section.rows().filter_map(move |row| Some((section, row.key()?))));
    keys.map(|(section, key)| (section.name().into_owned(), key.into_owned())).nth(number)
}

fn look_up(input: &Input, rules: IniRules, page: CodePage, document: &Document) {
    let profile = document.profile(rules);
    let _ = profile.get(&input.section, &input.key);
    for section in profile.sections() {
        for row in section.rows() {
            assert!(row.position().span.end <= input.bytes.len());
            let Some(value) = row.value() else { continue };
            assert!(value.position().span.end <= input.bytes.len());
            let _ = section.get(&value.key());
        }
    }
    let mut settings = Settings::default();
    settings.switches.ini_rules = rules;
    settings.ansi_code_page = page;
    let config = Config::from_ini(input.bytes.clone(), settings);
    for entry in config.section_names().iter().flat_map(|section| config.entries(section)) {
        assert!(entry.line().starts_with(entry.file()));
    }
}

fn edit(input: &Input, mut document: Document) {
    let rules = document.rules();
    let before = document.clone();
    let old = before.profile(rules);
    let old = old.get(&input.section, &input.key);
    if document.set(&input.section, &input.key, &input.value).is_err() {
        assert_eq!(document.as_bytes(), input.bytes, "a refused edit changes nothing");
        return;
    }
    let profile = document.profile(rules);
    let new = profile.get(&input.section, &input.key).expect("what was written is found");
    let start = input.bytes.iter().zip(document.as_bytes()).take_while(|(a, b)| a == b).count();
    match old {
        Some(old) => {
            assert_eq!(old.position().line, new.position().line, "a key keeps its place");
            assert_eq!(old.key(), new.key(), "and its spelling");
            // Two bytes for a quote in UTF-16.
            assert!(start + 2 >= old.position().span.start || document.as_bytes() == input.bytes);
        }
        None => {
            let rest = input.bytes[start..].iter().rev().zip(document.as_bytes()[start..].iter().rev());
            let rest = rest.take_while(|(a, b)| a == b).count();
            assert_eq!(start + rest, input.bytes.len(), "nothing is lost when something is added");
        }
    }
    assert_eq!(document.remove(&input.section, &input.key), Ok(true), "and can be removed");
    let _ = document.remove_section(&input.section);
    let _ = document.add_section(&input.section);
}

//! Finds what is odd about a file. The oddities are harmless to the reader; whether an entry makes sense is not
//! looked at here.

use std::ops::Range;

use super::defect;
use crate::diagnostic::{Diagnostic, Severity};
use crate::fold;
use crate::profile::{IniRules, Inner};
use crate::source::{Coding, Kind, Source};

/// The longest value that Windows returns whole, in UTF-16 units.
pub(super) const LONGEST: usize = 65_535;

/// Every oddity: its code, how much it matters, and what to do about it.
const ODDITIES: &[(&str, Severity, &str)] = &[
    ("not-text", Severity::Error, "give the path of an INI file, or of settings whose name ends in `.toml`"),
    ("utf16be-bom", Severity::Error, "save it as UTF-16LE with a byte order mark, or in the ANSI code page"),
    ("utf16-without-bom", Severity::Error, "save it as UTF-16LE with a byte order mark"),
    ("utf8-bom", Severity::Note, "save it in the ANSI code page or as UTF-16LE if Windows is to read it too"),
    ("odd-length", Severity::Warning, "delete the last byte"),
    ("text-before-section", Severity::Warning, "put a `[section]` line before it, or a `;` in front of it"),
    ("unclosed-section", Severity::Warning, "add a `]`"),
    ("duplicate-section", Severity::Warning, "move its lines to the first one"),
    ("duplicate-key", Severity::Warning, "remove one of them, or append a number to the key"),
    ("junk-line", Severity::Warning, "write `key=value`, or put a `;` in front of it"),
    ("empty-key", Severity::Warning, "write `key=value`, or put a `;` in front of it"),
    (
        "mismatched-quotes",
        Severity::Warning,
        "leave them out: quotes are taken off only around a whole value, and do not protect blanks in a file name",
    ),
    ("long-value", Severity::Warning, "shorten it to 65,535 characters at most"),
    (
        "undecodable",
        Severity::Warning,
        "set `ansi_code_page` to the code page the file was written in, or write the characters anew",
    ),
    ("nul", Severity::Warning, "remove it"),
    ("control-z", Severity::Note, "remove it"),
    ("lone-cr", Severity::Note, "use CR LF"),
];

/// All oddities, in the order of the lines.
pub(super) fn check(inner: &Inner) -> Vec<Diagnostic> {
    let mut checker = Checker { inner, source: &inner.source, found: Vec::new() };
    if checker.file() {
        checker.lone_cr();
        checker.preamble();
        checker.sections();
        (0..inner.source.lines.len()).for_each(|line| checker.characters(line));
    }
    checker.found.sort_by_key(|found| (found.position.line, found.position.column));
    checker.found
}

struct Checker<'a> {
    inner: &'a Inner,
    source: &'a Source,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Looks at the file as a whole; false if its lines are not worth looking at.
    fn file(&mut self) -> bool {
        if let Some(found) = unreadable(self.source) {
            self.found.push(found);
            return false;
        }
        let Source { bytes, coding, end, .. } = self.source;
        if *coding == Coding::Utf8 && self.source.rules == IniRules::Windows {
            let message = "the file starts with a UTF-8 byte order mark; it is read as UTF-8 here, but Windows \
                           would misread its first line and everything that is not ASCII";
            self.add("utf8-bom", 0, 0..3, message);
        }
        if *end < bytes.len() {
            let last = self.source.lines.len().saturating_sub(1);
            let message = "the file is UTF-16 but ends with half a character, which is ignored";
            self.add("odd-length", last, *end..bytes.len(), message);
        }
        true
    }

    /// Line ends of CR alone, which not every reader takes for one. Said once.
    fn lone_cr(&mut self) {
        let Source { bytes, coding, lines, end, .. } = self.source;
        let is = |at: usize, c: u8| at < *end && coding.unit(bytes, at) == u16::from(c);
        let found =
            lines.iter().position(|line| is(line.end, b'\r') && !is(line.end + coding.width(), b'\n'));
        if let Some(number) = found {
            let at = lines[number].end;
            let message =
                "the line ends with CR alone, which is a line end here and in Wine, but not everywhere";
            self.add("lone-cr", number, at..at + coding.width(), message);
        }
    }

    /// Text before the first section, which Windows never finds. Said once.
    fn preamble(&mut self) {
        if self.source.rules == IniRules::Wine {
            return;
        }
        let before = self.source.lines.iter().take_while(|line| line.kind != Kind::Header);
        let lost = before.enumerate().find(|(number, line)| {
            matches!(line.kind, Kind::Pair | Kind::Text) && !self.source.is_control_z(*number)
        });
        if let Some((number, line)) = lost {
            let span = line.name.start..line.value.end.max(line.name.end);
            let message = "this stands before the first section: no look-up ever finds it";
            self.add("text-before-section", number, span, message);
        }
    }

    fn sections(&mut self) {
        let index = &self.inner.index;
        for (number, section) in index.sections.iter().enumerate() {
            let name = section.header.map(|line| self.source.name(line)).unwrap_or_default();
            if let Some(header) = section.header {
                self.header(header);
                if !section.counts {
                    let first =
                        index.section(self.source, &name).and_then(|first| index.sections[first].header);
                    self.duplicate_section(header, first);
                }
            }
            // The lines of [386Enh] are read one by one by the system, which has several `device=`.
            let unique = !fold::same(&name, "386Enh");
            for line in section.lines.clone().filter(|_| section.counts) {
                self.line(line);
                if unique && self.source.lines[line].kind == Kind::Pair {
                    let first = index.key(self.source, number, &self.source.name(line));
                    if let Some(first) = first.filter(|first| *first != line) {
                        self.duplicate_key(first, line);
                    }
                }
            }
        }
    }

    fn header(&mut self, number: usize) {
        let line = &self.source.lines[number];
        // Under Wine's rules it would be no header.
        if self.source.rules == IniRules::Windows && !self.source.text(line.name.end..line.end).contains(']')
        {
            let message = format!(
                "the section name {:?} is not closed: Windows takes all up to the end of the line, others see no section",
                self.source.name(number)
            );
            self.add("unclosed-section", number, line.name.clone(), &message);
        }
    }

    fn duplicate_section(&mut self, number: usize, first: Option<usize>) {
        let name = self.source.name(number);
        let message = match first {
            Some(first) => {
                format!(
                    "the file has a section [{name}] in line {} already: all in this one is ignored",
                    first + 1
                )
            }
            None => {
                format!("the text before the first section is section [{name}]: all in this one is ignored")
            }
        };
        self.add("duplicate-section", number, self.source.lines[number].name.clone(), &message);
    }

    fn duplicate_key(&mut self, first: usize, number: usize) {
        let key = self.source.name(number);
        let message =
            format!("the section has a key {key:?} in line {} already: this one is never found", first + 1);
        self.add("duplicate-key", number, self.source.lines[number].name.clone(), &message);
    }

    /// A line of a section that counts.
    fn line(&mut self, number: usize) {
        let line = &self.source.lines[number];
        match line.kind {
            Kind::Text if self.source.is_control_z(number) => {}
            Kind::Text if self.source.text(line.name.clone()).starts_with('[') => {
                let message =
                    "this name is not closed and makes no section: what follows belongs to the one above";
                self.add("unclosed-section", number, line.name.clone(), message);
            }
            Kind::Text => {
                let message = "this line has no `=`: it is no entry, and no look-up finds it";
                self.add("junk-line", number, line.name.clone(), message);
            }
            Kind::Pair => {
                if line.name.is_empty() {
                    let message = "this entry has no name in front of the `=`";
                    self.add("empty-key", number, line.start..line.end, message);
                }
                self.quotes(number);
                self.length(number);
            }
            Kind::Blank | Kind::Comment | Kind::Header => {}
        }
    }

    fn quotes(&mut self, number: usize) {
        let span = self.source.lines[number].value.clone();
        if span.is_empty() || self.source.unquoted(number) != span {
            return;
        }
        let first = self.source.coding.unit(&self.source.bytes, span.start);
        if first == u16::from(b'"') || first == u16::from(b'\'') {
            let message =
                "the value starts with a quote that does not match its end: all quotes stay part of it";
            self.add("mismatched-quotes", number, span, message);
        }
    }

    fn length(&mut self, number: usize) {
        let span = self.source.unquoted(number);
        // Fewer bytes cannot be more characters.
        if self.source.rules == IniRules::Wine || span.len() <= LONGEST {
            return;
        }
        let length = self.source.text(span.clone()).chars().map(char::len_utf16).sum::<usize>();
        if length > LONGEST {
            let kept = length % (LONGEST + 1);
            let message =
                format!("the value is {length} characters long; Windows returns the first {kept} of them");
            self.add("long-value", number, span, &message);
        }
    }

    /// Bytes that mean nothing, and control characters.
    fn characters(&mut self, number: usize) {
        let Source { bytes, coding, lines, .. } = self.source;
        let whole = lines[number].start..lines[number].end;
        if coding.is_damaged(&bytes[whole.clone()]) {
            let message =
                format!("the line has bytes that mean nothing in {}; they are kept", coding.public());
            self.add("undecodable", number, whole.clone(), &message);
        }
        let width = coding.width();
        let find = |wanted| whole.clone().step_by(width).find(|&at| coding.unit(bytes, at) == wanted);
        if let Some(at) = find(0) {
            let message = "the line contains a NUL character: what stands behind it is not read";
            self.add("nul", number, at..at + width, message);
        }
        if let Some(at) = find(0x1A) {
            let message =
                "the line contains Ctrl-Z, which ended text files under DOS; reading goes on behind it";
            self.add("control-z", number, at..at + width, message);
        }
    }

    fn add(&mut self, code: &'static str, line: usize, span: Range<usize>, message: &str) {
        self.found.push(diagnostic(self.source, code, line, span, message.to_owned()));
    }
}

/// Why nothing in a file can be found, if so.
pub(super) fn unreadable(source: &Source) -> Option<Diagnostic> {
    let (code, message) = defect::of(source)?;
    Some(diagnostic(source, code, 0, 0..source.bytes.len().min(2), message))
}

fn diagnostic(
    source: &Source,
    code: &'static str,
    line: usize,
    span: Range<usize>,
    message: String,
) -> Diagnostic {
    let known = ODDITIES.iter().find(|(known, ..)| *known == code);
    debug_assert!(known.is_some(), "{code} is missing in the table");
    let severity = known.map_or(Severity::Warning, |(_, severity, _)| *severity);
    let hint = known.map(|(_, _, hint)| (*hint).to_owned());
    Diagnostic { severity, code, message, hint, position: source.position(line, span) }
}

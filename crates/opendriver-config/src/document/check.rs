//! Finds what is odd about a file. The oddities are harmless to the reader; whether an entry makes sense is not
//! looked at here.

use crate::diagnostic::{Diagnostic, Severity};
use crate::fold;
use crate::profile::{IniRules, Inner};
use crate::source::{Coding, Kind, Source};

/// The longest value that Windows returns whole, in characters.
const LONGEST: usize = 65_535;

/// All oddities, in the order of the lines.
pub(super) fn check(inner: &Inner) -> Vec<Diagnostic> {
    let mut checker = Checker { source: &inner.source, found: Vec::new() };
    if !checker.file() {
        return checker.found;
    }
    checker.lone_cr();
    checker.preamble();
    for section in &inner.index.sections {
        let Some(header) = section.header else { continue };
        checker.header(header);
        if !section.counts {
            let name = inner.source.name(header);
            let first = inner
                .index
                .section(&inner.source, &name)
                .and_then(|first| inner.index.sections[first].header);
            checker.duplicate_section(header, first);
        }
    }
    for (number, section) in inner.index.sections.iter().enumerate() {
        let name = section.header.map(|line| inner.source.name(line)).unwrap_or_default();
        for line in section.lines.clone().filter(|_| section.counts) {
            checker.line(line);
            let repeats = inner.source.lines[line].kind == Kind::Pair && !fold::same(&name, "386Enh");
            if repeats
                && let Some(first) = inner.index.key(&inner.source, number, &inner.source.name(line))
                && first != line
            {
                checker.duplicate_key(first, line);
            }
        }
    }
    for line in 0..inner.source.lines.len() {
        checker.characters(line);
    }
    checker.found.sort_by_key(|found| (found.position.line, found.position.column));
    checker.found
}

struct Checker<'a> {
    source: &'a Source,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Looks at the file as a whole; false if its lines are not worth looking at.
    fn file(&mut self) -> bool {
        let Source { bytes, coding, start, end, .. } = self.source;
        match (coding, &bytes[..]) {
            (Coding::Page(_), [0xFE, 0xFF, ..]) => {
                self.add(
                    Severity::Error,
                    "utf16be-bom",
                    0,
                    0..2,
                    "the file is UTF-16BE, which Windows reads as ANSI text: nothing in it is found",
                    Some("save it as UTF-16LE with a byte order mark, or in the ANSI code page"),
                );
                return false;
            }
            (Coding::Page(_), [first, second, ..]) if (*first == 0) != (*second == 0) => {
                self.add(Severity::Error, "utf16-without-bom", 0, 0..2, "the file looks like UTF-16, but has no byte order mark: it is read as ANSI text and nothing in it is found", Some("save it as UTF-16LE with a byte order mark"));
                return false;
            }
            (Coding::Utf8, _) if self.source.rules == IniRules::Windows => {
                self.add(Severity::Note, "utf8-bom", 0, 0..3, "the file starts with a UTF-8 byte order mark; it is read as UTF-8 here, but Windows would misread its first line and everything that is not ASCII", Some("save it in the ANSI code page or as UTF-16LE if Windows is to read it too"));
            }
            _ => {}
        }
        debug_assert!(start <= end, "the mark lies before the text");
        if *end < bytes.len() {
            let last = self.source.lines.len().saturating_sub(1);
            self.add(
                Severity::Warning,
                "odd-length",
                last,
                *end..bytes.len(),
                "the file is UTF-16 but ends with half a character, which is ignored",
                Some("delete the last byte"),
            );
        }
        true
    }

    /// Text before the first section, which Windows never finds. Said once.
    fn preamble(&mut self) {
        if self.source.rules == IniRules::Wine {
            return;
        }
        let before = self.source.lines.iter().take_while(|line| line.kind != Kind::Header);
        let lost = before.enumerate().find(|(_, line)| {
            super::edit::says_something(line.kind) && !self.is_control_z(line.name.clone())
        });
        if let Some((number, line)) = lost {
            let span = line.name.start..line.value.end.max(line.name.end);
            self.add(
                Severity::Warning,
                "text-before-section",
                number,
                span,
                "this stands before the first section: no look-up ever finds it",
                Some("put a `[section]` line before it, or a `;` in front of it"),
            );
        }
    }

    fn header(&mut self, number: usize) {
        if self.source.rules == IniRules::Wine {
            return;
        }
        let line = &self.source.lines[number];
        let rest = self.source.text(line.name.end..line.end);
        if !rest.contains(']') {
            let name = self.source.name(number).into_owned();
            self.add(Severity::Warning, "unclosed-section", number, line.name.clone(), &format!("the section name {name:?} is not closed; Windows takes everything up to the end of the line, other programs see no section"), Some("add a `]`"));
        }
    }

    fn duplicate_section(&mut self, number: usize, first: Option<usize>) {
        let name = self.source.name(number).into_owned();
        let span = self.source.lines[number].name.clone();
        let message = match first {
            Some(first) => format!(
                "the file has a section [{name}] in line {} already: everything in this one is ignored",
                first + 1
            ),
            None => format!(
                "the text before the first section is section [{name}] already: everything in this one is ignored"
            ),
        };
        self.add(
            Severity::Warning,
            "duplicate-section",
            number,
            span,
            &message,
            Some("move its lines to the first one"),
        );
    }

    fn duplicate_key(&mut self, first: usize, number: usize) {
        let key = self.source.name(number).into_owned();
        let message =
            format!("the section has a key {key:?} in line {} already: this one is never found", first + 1);
        let span = self.source.lines[number].name.clone();
        self.add(
            Severity::Warning,
            "duplicate-key",
            number,
            span,
            &message,
            Some("remove one of them, or append a number to the key"),
        );
    }

    /// A line of a section that counts.
    fn line(&mut self, number: usize) {
        let line = &self.source.lines[number];
        match line.kind {
            Kind::Text if self.is_control_z(line.name.clone()) => {}
            Kind::Text if self.source.text(line.name.clone()).starts_with('[') => {
                self.add(Severity::Warning, "unclosed-section", number, line.name.clone(), "this is no section, because its name is not closed: the lines below belong to the section above", Some("add a `]`"));
            }
            Kind::Text => {
                self.add(
                    Severity::Warning,
                    "junk-line",
                    number,
                    line.name.clone(),
                    "this line has no `=`: it is no entry, and no look-up finds it",
                    Some("write `key=value`, or put a `;` in front of it"),
                );
            }
            Kind::Pair => {
                if line.name.is_empty() {
                    self.add(
                        Severity::Warning,
                        "empty-key",
                        number,
                        line.start..line.end,
                        "this entry has no name in front of the `=`",
                        Some("write `key=value`, or put a `;` in front of it"),
                    );
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
        if first != u16::from(b'"') && first != u16::from(b'\'') {
            return;
        }
        self.add(Severity::Warning, "mismatched-quotes", number, span, "the value starts with a quote that does not match its end: all quotes stay part of it", Some("quotes are taken off only around the whole value, and they do not protect blanks in a file name: leave them out"));
    }

    fn length(&mut self, number: usize) {
        let span = self.source.unquoted(number);
        if span.len() <= LONGEST {
            return;
        }
        let length = self.source.text(span.clone()).chars().map(char::len_utf16).sum::<usize>();
        if length > LONGEST {
            let message = format!(
                "the value is {length} characters long; Windows returns the first {} of them",
                length % 65_536
            );
            self.add(
                Severity::Warning,
                "long-value",
                number,
                span,
                &message,
                Some("shorten it to 65,535 characters at most"),
            );
        }
    }

    /// Bytes that mean nothing, and control characters.
    fn characters(&mut self, number: usize) {
        let line = &self.source.lines[number];
        let whole = line.start..line.end;
        let bytes = &self.source.bytes[whole.clone()];
        if self.source.coding.is_damaged(bytes) {
            let message = format!(
                "the line has bytes that mean nothing in {}; they are kept",
                self.source.coding.public()
            );
            let hint = match self.source.coding {
                Coding::Page(_) => "set `ansi_code_page` to the code page the file was written in",
                _ => "write the characters anew",
            };
            self.add(Severity::Warning, "undecodable", number, whole.clone(), &message, Some(hint));
        }
        let unit = |wanted: u16| {
            let width = self.source.coding.width();
            whole.clone().step_by(width).find(|&at| self.source.coding.unit(&self.source.bytes, at) == wanted)
        };
        let (nul, control_z) = (unit(0), unit(0x1A));
        let width = self.source.coding.width();
        if let Some(at) = nul {
            self.add(
                Severity::Warning,
                "nul",
                number,
                at..at + width,
                "the line contains a NUL character: what stands behind it is not read",
                Some("remove it"),
            );
        }
        if let Some(at) = control_z {
            self.add(
                Severity::Note,
                "control-z",
                number,
                at..at + width,
                "the line contains Ctrl-Z, which ended text files under DOS; reading goes on behind it",
                Some("remove it"),
            );
        }
    }

    /// Line ends of CR alone, which not every reader takes for one. Said once.
    fn lone_cr(&mut self) {
        let Source { bytes, coding, lines, end, .. } = self.source;
        let is = |at: usize, c: u8| at < *end && coding.unit(bytes, at) == u16::from(c);
        let found =
            lines.iter().position(|line| is(line.end, b'\r') && !is(line.end + coding.width(), b'\n'));
        if let Some(number) = found {
            let at = lines[number].end;
            self.add(Severity::Note, "lone-cr", number, at..at + coding.width(), "the line ends with CR alone; it is read as a line end, as Wine does, but other programs may not", Some("use CR LF"));
        }
    }

    fn is_control_z(&self, span: std::ops::Range<usize>) -> bool {
        self.source.text(span).chars().all(|c| c == '\u{1A}')
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        line: usize,
        span: std::ops::Range<usize>,
        message: &str,
        hint: Option<&str>,
    ) {
        let position = self.source.position(line, span);
        self.found.push(Diagnostic {
            severity,
            code,
            message: message.to_owned(),
            hint: hint.map(str::to_owned),
            position,
        });
    }
}

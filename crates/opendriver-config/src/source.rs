//! The bytes of an INI file, their encoding and their lines: the first stage, which keeps everything.
//!
//! All spans are byte ranges of the file, so that an edit is a splice. Nothing is decoded but what is asked for.

mod coding;
mod scan;

use std::borrow::Cow;
use std::ops::Range;

use crate::code_page::CodePage;
use crate::diagnostic::Position;
use crate::fold;
use crate::profile::IniRules;

pub(crate) use self::coding::Coding;
pub(crate) use self::scan::{Kind, Line, is_blank};

/// A file that has been divided into lines.
pub(crate) struct Source {
    pub(crate) bytes: Vec<u8>,
    pub(crate) coding: Coding,
    pub(crate) rules: IniRules,
    /// Where the text starts: behind the byte order mark.
    pub(crate) start: usize,
    /// Where the text ends: before the odd last byte that UTF-16 may have.
    pub(crate) end: usize,
    pub(crate) lines: Vec<Line>,
}

impl Source {
    /// Never fails: whatever the bytes are, they have lines.
    pub(crate) fn new(bytes: Vec<u8>, page: CodePage, rules: IniRules) -> Source {
        let (coding, start) = Coding::detect(&bytes, page, rules);
        let end = bytes.len() - (bytes.len() - start) % coding.width();
        let lines = scan::scan(&bytes, start..end, coding, rules);
        Source { bytes, coding, rules, start, end, lines }
    }

    /// The text of a span of whole units.
    pub(crate) fn text(&self, span: Range<usize>) -> Cow<'_, str> {
        self.coding.decode(&self.bytes[span])
    }

    pub(crate) fn name(&self, line: usize) -> Cow<'_, str> {
        self.text(self.lines[line].name.clone())
    }

    /// Whether the name of a line is `name`, without regard to case.
    pub(crate) fn is_named(&self, line: usize, name: &str) -> bool {
        let span = self.lines[line].name.clone();
        let bytes = &self.bytes[span.clone()];
        if self.coding.width() == 1 && bytes.is_ascii() {
            return bytes.eq_ignore_ascii_case(name.as_bytes())
                || (!name.is_ascii() && fold::same(&self.text(span), name));
        }
        fold::same(&self.text(span), name)
    }

    /// The hash of the name of a line.
    pub(crate) fn hash_name(&self, line: usize, seed: u64) -> u64 {
        let span = self.lines[line].name.clone();
        if self.coding.width() == 1
            && let Some(hash) = fold::hash_ascii(seed, &self.bytes[span.clone()])
        {
            return hash;
        }
        fold::hash(seed, &self.text(span))
    }

    /// Whether a line has nothing but Ctrl-Z, which ended text files under DOS, where a text would be.
    pub(crate) fn is_control_z(&self, line: usize) -> bool {
        let Line { kind, name, .. } = &self.lines[line];
        *kind == Kind::Text && self.text(name.clone()).chars().all(|c| c == '\u{1A}')
    }

    /// The value of a line without its quotes: one matching outer pair of `"` or `'` is taken off.
    pub(crate) fn unquoted(&self, line: usize) -> Range<usize> {
        let span = self.lines[line].value.clone();
        let width = self.coding.width();
        if span.len() >= 2 * width {
            let first = self.coding.unit(&self.bytes, span.start);
            let last = self.coding.unit(&self.bytes, span.end - width);
            if first == last && (first == u16::from(b'"') || first == u16::from(b'\'')) {
                return span.start + width..span.end - width;
            }
        }
        span
    }

    /// Line and column of a span that starts in `line`, counted from 0.
    pub(crate) fn position(&self, line: usize, span: Range<usize>) -> Position {
        let start = self.lines.get(line).map_or(self.start, |line| line.start);
        let before = self.text(start..span.start.max(start));
        Position { line: line + 1, column: before.chars().count() + 1, span }
    }
}

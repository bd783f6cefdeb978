//! What is found: sections, their rows, values and where they stand.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, Range};

use super::{IniRules, Inner};
use crate::diagnostic::Position;
use crate::source::Kind;

/// A section of a [`Profile`](super::Profile).
#[derive(Clone, Copy)]
pub struct Section<'a> {
    inner: &'a Inner,
    number: usize,
}

impl<'a> Section<'a> {
    pub(crate) fn new(inner: &'a Inner, number: usize) -> Section<'a> {
        Section { inner, number }
    }

    /// The name, as it is spelled in the file. Empty for `[]`, and for the text before the first section under
    /// [`IniRules::Wine`].
    pub fn name(self) -> Cow<'a, str> {
        self.header().map(|line| self.inner.source.name(line)).unwrap_or_default()
    }

    /// Where the name stands.
    pub fn position(self) -> Position {
        let source = &self.inner.source;
        match self.header() {
            Some(line) => source.position(line, source.lines[line].name.clone()),
            None => source.position(0, source.start..source.start),
        }
    }

    /// The value of a key, as [`Profile::get`](super::Profile::get).
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        let key = self.inner.source.rules.trim_argument(key);
        let line = self.inner.index.key(&self.inner.source, self.number, key)?;
        Some(Value::new(self.inner, line))
    }

    /// Whether the section has no rows.
    pub fn is_empty(self) -> bool {
        self.rows().next().is_none()
    }

    /// Its rows in file order: all lines but blank ones and comments. Repeated keys and lines without `=` are among
    /// them, as `GetPrivateProfileSection` returns them.
    pub fn rows(self) -> impl Iterator<Item = Row<'a>> {
        let Section { inner, number } = self;
        let lines = inner.index.sections[number].lines.clone();
        lines
            .filter(|&line| matches!(inner.source.lines[line].kind, Kind::Pair | Kind::Text))
            .map(move |line| Row { inner, section: number, line })
    }

    fn header(self) -> Option<usize> {
        self.inner.index.sections[self.number].header
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section")
            .field("name", &self.name())
            .field("rows", &self.rows().collect::<Vec<_>>())
            .finish()
    }
}

/// A line of a [`Section`] that says something.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    inner: &'a Inner,
    section: usize,
    line: usize,
}

impl<'a> Row<'a> {
    /// The key, as it is spelled; `None` on a line without `=`.
    pub fn key(self) -> Option<Cow<'a, str>> {
        self.is_pair().then(|| self.inner.source.name(self.line))
    }

    /// The value; `None` on a line without `=`.
    pub fn value(self) -> Option<Value<'a>> {
        self.is_pair().then(|| Value::new(self.inner, self.line))
    }

    /// The whole line without the blanks around it.
    pub fn text(self) -> Cow<'a, str> {
        let source = &self.inner.source;
        let line = &source.lines[self.line];
        match line.kind {
            Kind::Pair => source.text(line.name.start..line.value.end.max(line.name.end)),
            _ => source.text(line.name.clone()),
        }
    }

    /// Where the key stands, or the text of a line without `=`.
    pub fn position(self) -> Position {
        self.inner.source.position(self.line, self.inner.source.lines[self.line].name.clone())
    }

    /// Whether an earlier row of the section has the same key, so that no look-up finds this one.
    pub fn is_duplicate(self) -> bool {
        let source = &self.inner.source;
        self.is_pair()
            && self
                .inner
                .index
                .key(source, self.section, &source.name(self.line))
                .is_some_and(|first| first != self.line)
    }

    fn is_pair(self) -> bool {
        self.inner.source.lines[self.line].kind == Kind::Pair
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.line + 1, self.text())
    }
}

/// The value of a key: text, and where it stands. It compares with and dereferences to `str`.
#[derive(Clone)]
pub struct Value<'a> {
    inner: &'a Inner,
    line: usize,
    span: Range<usize>,
    text: Cow<'a, str>,
}

impl<'a> Value<'a> {
    fn new(inner: &'a Inner, line: usize) -> Value<'a> {
        let span = inner.source.unquoted(line);
        let mut text = inner.source.text(span.clone());
        // Fewer bytes cannot be more UTF-16 units.
        if inner.source.rules == IniRules::Windows && span.len() > usize::from(u16::MAX) {
            text = wrapped(text);
        }
        Value { inner, line, span, text }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, borrowed from the file if it stands there as UTF-8.
    pub fn into_text(self) -> Cow<'a, str> {
        self.text
    }

    /// The key it belongs to, as it is spelled.
    pub fn key(&self) -> Cow<'a, str> {
        self.inner.source.name(self.line)
    }

    /// Whether a pair of quotes was taken off.
    pub fn is_quoted(&self) -> bool {
        self.span != self.inner.source.lines[self.line].value
    }

    /// Where the text stands, without the quotes that were taken off.
    pub fn position(&self) -> Position {
        self.inner.source.position(self.line, self.span.clone())
    }
}

/// What Windows returns of a value: lengths are 16 bits wide there, and a longer one wraps (tests on real Windows).
fn wrapped(text: Cow<'_, str>) -> Cow<'_, str> {
    let length = text.chars().map(char::len_utf16).sum::<usize>();
    if length <= usize::from(u16::MAX) {
        return text;
    }
    let mut units = 0;
    let kept = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > length % 65_536
    });
    let end = kept.map_or(text.len(), |(at, _)| at);
    Cow::Owned(text[..end].to_owned())
}

impl Deref for Value<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for Value<'_> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Value<'_> {
    /// Compares the texts.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Value<'_> {}

impl PartialEq<str> for Value<'_> {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for Value<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

//! From bytes to lines, in one pass, by the rules of Windows or of Wine.

use std::ops::Range;

use super::Coding;
use crate::code_page::CodePage;
use crate::profile::IniRules;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing, or blanks only.
    Blank,
    /// `;` is the first thing on it. Under Wine's rules it may have a name and a value all the same.
    Comment,
    /// `[name]`
    Header,
    /// `name=value`
    Pair,
    /// Anything else; the whole is the name.
    Text,
}

/// A line: where it is and what it says. Spans are byte ranges of the file, without the blanks around.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    /// Behind the last unit before the line end. The line end itself reaches to the next line's start.
    pub(crate) end: usize,
    pub(crate) name: Range<usize>,
    /// Where the value starts and ends; both where it would stand if there is none. Ends at a NUL.
    pub(crate) value: Range<usize>,
}

impl Line {
    /// Whether a look-up can find this line: it has a name of its own and a `=`.
    pub(crate) fn is_readable(&self) -> bool {
        match self.kind {
            Kind::Pair => true,
            // A commented pair, under Wine's rules only: everywhere else the name of a comment is empty.
            Kind::Comment => !self.name.is_empty(),
            Kind::Blank | Kind::Header | Kind::Text => false,
        }
    }
}

/// The blanks that are trimmed around names and values.
///
/// Windows: space, tab, VT (tests on real Windows). Wine: 0x09 to 0x0D, 0x1A, space (Wine 8.0 measured).
#[inline]
pub(crate) fn is_blank(unit: u16, rules: IniRules) -> bool {
    match rules {
        IniRules::Windows => matches!(unit, 0x20 | 0x09 | 0x0B),
        IniRules::Wine => matches!(unit, 0x20 | 0x09..=0x0D | 0x1A),
    }
}

/// How units are read from bytes; one copy of the scanner is compiled for each.
trait Units {
    const WIDTH: usize;

    fn at(bytes: &[u8], at: usize) -> u16;

    /// Where the next unit is that may be CR, LF, NUL or, if asked for, `=`; the end of the bytes if there is none.
    #[inline]
    fn next(bytes: &[u8], mut at: usize, equals: bool) -> usize {
        while at < bytes.len() {
            let unit = Self::at(bytes, at);
            if unit <= 0x0D || (equals && unit == u16::from(b'=')) {
                break;
            }
            at += Self::WIDTH;
        }
        at
    }
}

struct Bytes;
struct LittleEndian;
struct BigEndian;

impl Units for Bytes {
    const WIDTH: usize = 1;

    #[inline]
    fn at(bytes: &[u8], at: usize) -> u16 {
        u16::from(bytes[at])
    }

    /// Eight bytes at a time: the sign bit of each byte of the mask says whether it is one. A borrow can set only bits
    /// above the first true one, so the lowest is right.
    #[inline]
    fn next(bytes: &[u8], mut at: usize, equals: bool) -> usize {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const SIGNS: u64 = ONES << 7;
        let (words, rest) = bytes[at..].as_chunks::<8>();
        for word in words {
            let word = u64::from_le_bytes(*word);
            let mut mask = word.wrapping_sub(ONES * 0x0E) & !word;
            if equals {
                let differs = word ^ (ONES * u64::from(b'='));
                mask |= differs.wrapping_sub(ONES) & !differs;
            }
            if mask & SIGNS != 0 {
                return at + (mask & SIGNS).trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        let found = rest.iter().position(|&byte| byte <= 0x0D || (equals && byte == b'='));
        at + found.unwrap_or(rest.len())
    }
}

impl Units for LittleEndian {
    const WIDTH: usize = 2;

    #[inline]
    fn at(bytes: &[u8], at: usize) -> u16 {
        u16::from_le_bytes([bytes[at], bytes[at + 1]])
    }
}

impl Units for BigEndian {
    const WIDTH: usize = 2;

    #[inline]
    fn at(bytes: &[u8], at: usize) -> u16 {
        u16::from_be_bytes([bytes[at], bytes[at + 1]])
    }
}

/// Divides the bytes of `span`, which are whole units, into lines. CR, LF and CR LF all end one (Wine 8.0 measured; of
/// Windows only CR LF is known for certain).
pub(crate) fn scan(bytes: &[u8], span: Range<usize>, coding: Coding, rules: IniRules) -> Vec<Line> {
    match coding {
        Coding::Page(page) => {
            Scanner { bytes, rules, page: page.is_multi_byte().then_some(page) }.lines::<Bytes>(span)
        }
        Coding::Utf8 => Scanner { bytes, rules, page: None }.lines::<Bytes>(span),
        Coding::Utf16Le => Scanner { bytes, rules, page: None }.lines::<LittleEndian>(span),
        Coding::Utf16Be => Scanner { bytes, rules, page: None }.lines::<BigEndian>(span),
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    rules: IniRules,
    /// The code page, if a `]` can be the second byte of a character in it. No other character that matters can be.
    page: Option<CodePage>,
}

impl Scanner<'_> {
    fn lines<U: Units>(&self, span: Range<usize>) -> Vec<Line> {
        let bytes = &self.bytes[..span.end];
        let mut lines = Vec::with_capacity(bytes.iter().filter(|&&byte| byte == b'\n').count() + 1);
        let mut at = span.start;
        while at < span.end {
            let start = at;
            let mut equals = None;
            let mut nul = false;
            let mut ending = 0;
            loop {
                at = U::next(bytes, at, equals.is_none());
                if at == span.end {
                    break;
                }
                match U::at(bytes, at) {
                    unit @ (0x0A | 0x0D) => {
                        ending = unit;
                        break;
                    }
                    0 => nul = true,
                    0x3D => equals = Some(at),
                    _ => {}
                }
                at += U::WIDTH;
            }
            let mut line = self.line::<U>(start..at, equals);
            if nul {
                line.name = self.before_nul::<U>(line.name);
                line.value = self.before_nul::<U>(line.value);
            }
            lines.push(line);
            if at < span.end {
                at += U::WIDTH;
                if ending == 0x0D && at < span.end && U::at(bytes, at) == 0x0A {
                    at += U::WIDTH;
                }
            }
        }
        lines
    }

    /// What the line `whole` says, the first `=` of which is at `equals`.
    #[inline]
    fn line<U: Units>(&self, whole: Range<usize>, equals: Option<usize>) -> Line {
        let line = |kind, name, value| Line { kind, start: whole.start, end: whole.end, name, value };
        let none = || whole.end..whole.end;
        let text = self.trim::<U>(whole.clone());
        if text.is_empty() {
            return line(Kind::Blank, none(), none());
        }
        let first = U::at(self.bytes, text.start);
        if first == u16::from(b'[')
            && let Some(name) = self.header::<U>(text.start + U::WIDTH..text.end)
        {
            return line(Kind::Header, self.trim::<U>(name), none());
        }
        let comment = first == u16::from(b';');
        match equals {
            Some(_) if comment && self.rules == IniRules::Windows => line(Kind::Comment, none(), none()),
            Some(equals) => {
                let kind = if comment { Kind::Comment } else { Kind::Pair };
                let name = self.trim::<U>(text.start..equals);
                line(kind, name, self.trim::<U>(equals + U::WIDTH..whole.end))
            }
            None if comment => line(Kind::Comment, none(), none()),
            None => line(Kind::Text, text, none()),
        }
    }

    /// The name of a section, given what follows its `[`. On Windows the first `]` ends it, and the end of the line does
    /// if there is none; in Wine the last `]` does, and without one it is no section.
    fn header<U: Units>(&self, rest: Range<usize>) -> Option<Range<usize>> {
        let end = match (self.rules, self.page) {
            (IniRules::Windows, None) => {
                self.steps::<U>(rest.clone()).find(|&at| self.is_bracket::<U>(at)).or(Some(rest.end))
            }
            (IniRules::Wine, None) => self.steps::<U>(rest.clone()).rfind(|&at| self.is_bracket::<U>(at)),
            (IniRules::Windows, Some(page)) => self.brackets(rest.clone(), page).next().or(Some(rest.end)),
            (IniRules::Wine, Some(page)) => self.brackets(rest.clone(), page).last(),
        };
        end.map(|end| rest.start..end)
    }

    /// The span up to a NUL: to a C program the text ends there.
    fn before_nul<U: Units>(&self, span: Range<usize>) -> Range<usize> {
        let nul = self.steps::<U>(span.clone()).find(|&at| U::at(self.bytes, at) == 0);
        span.start..nul.unwrap_or(span.end)
    }

    fn steps<U: Units>(&self, span: Range<usize>) -> impl DoubleEndedIterator<Item = usize> {
        (0..span.len() / U::WIDTH).map(move |index| span.start + index * U::WIDTH)
    }

    fn is_bracket<U: Units>(&self, at: usize) -> bool {
        U::at(self.bytes, at) == u16::from(b']')
    }

    /// The `]` of a text in a code page of more than one byte per character, leaving out second bytes.
    fn brackets(&self, span: Range<usize>, page: CodePage) -> impl Iterator<Item = usize> {
        let mut stream = page.stream();
        span.filter(move |&at| stream.ends_with_bracket(self.bytes[at]))
    }

    /// The span without the blanks around it; empty at its end if there is nothing else.
    #[inline]
    fn trim<U: Units>(&self, span: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = span;
        while start < end && is_blank(U::at(self.bytes, start), self.rules) {
            start += U::WIDTH;
        }
        while end > start && is_blank(U::at(self.bytes, end - U::WIDTH), self.rules) {
            end -= U::WIDTH;
        }
        start..end
    }
}

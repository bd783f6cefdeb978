//! What is odd about a text, and where.

use std::fmt;
use std::ops::Range;

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1. A byte order mark takes no column.
    pub column: usize,
    /// The bytes of the file.
    pub span: Range<usize>,
}

impl fmt::Display for Position {
    /// `line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// How much an oddity matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; look-ups find what was meant.
    Note,
    /// A look-up may not find, or not as written, what the author meant.
    Warning,
    /// The file or a part of it cannot be read as what it was meant for.
    Error,
}

impl fmt::Display for Severity {
    /// `note`, `warning` or `error`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// Something odd in a file that is read all the same.
///
/// | code | what |
/// | --- | --- |
/// | `not-text` | a program, an archive or the like, in which nothing is found |
/// | `utf16be-bom` | UTF-16BE, in which Windows finds nothing |
/// | `utf16-without-bom` | UTF-16 without byte order mark, in which nothing is found |
/// | `utf8-bom` | a UTF-8 mark, which Windows does not understand |
/// | `odd-length` | UTF-16 that ends with half a character |
/// | `text-before-section` | entries or text before the first section |
/// | `unclosed-section` | `[name` without `]` |
/// | `duplicate-section` | a section that is ignored because an earlier one has its name |
/// | `duplicate-key` | an entry that is never found because an earlier one has its key; not in `[386Enh]` |
/// | `junk-line` | a line without `=` |
/// | `empty-key` | a line that starts with `=` |
/// | `mismatched-quotes` | a value that starts with a quote and does not end with the same |
/// | `long-value` | a value of more than 65,535 characters |
/// | `undecodable` | bytes that mean nothing in the encoding of the file |
/// | `nul` | a NUL, behind which a line is not read |
/// | `control-z` | Ctrl-Z, the end of text files under DOS |
/// | `lone-cr` | a line that ends with CR alone |
///
/// The first three are errors: they are about the whole file, and are then all that is said about it
/// ([`Document::unreadable`](crate::Document::unreadable)).
///
/// Under [`IniRules::Wine`](crate::IniRules::Wine) those that Wine takes in its stride are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A short name of the oddity in kebab-case. It stays the same over versions; the message may be reworded.
    pub code: &'static str,
    /// What was found: a sentence without the place.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where it was found.
    pub position: Position,
}

impl fmt::Display for Diagnostic {
    /// `line:column: severity: message (hint)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.position, self.severity, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// Line and column of a byte offset in UTF-8 text, for the settings.
pub(crate) fn position_in(text: &str, span: Range<usize>) -> Position {
    let end = span.end.min(text.len());
    let start = (0..=span.start.min(end)).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let first = if line_start == 0 && text.starts_with('\u{FEFF}') { 0 } else { 1 };
    Position { line, column: (before[line_start..].chars().count() + first).max(1), span: start..end }
}

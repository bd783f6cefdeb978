//! Standard output: text or one JSON document.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

/// Headers.
pub(crate) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What deserves a look.
pub(crate) const ODD: Style = AnsiColor::Yellow.on_default();

/// Where results go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Output {
        Output { json }
    }

    /// Whether a JSON document is wanted instead of text.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Writes text with styles, which are left out where colours are not wanted, and makes it visible at once.
    pub(crate) fn styled(self, text: &str) -> io::Result<()> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Writes text as it is: a value that another program reads must not lose what looks like a style.
    pub(crate) fn plain(self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Writes a whole JSON document.
    pub(crate) fn document(self, value: &Value) -> io::Result<()> {
        self.plain(&format!("{value:#}\n"))
    }

    /// Says something beside the result, on standard error; not with JSON, where the document has it.
    pub(crate) fn note(self, text: &str) {
        if !self.json {
            // There is nobody left to tell if standard error is closed.
            let _ = writeln!(anstream::stderr(), "{ODD}note:{ODD:#} {}", visible(text));
        }
    }
}

/// A line in a style.
pub(crate) fn line(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}\n")
}

/// The text with control characters, which could do anything to a terminal, as escapes. Line ends and tabs stay.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' && c != '\t' {
            let _ = write!(shown, "{}", c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// As [`visible`], on one line.
pub(crate) fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// The text without its middle, if it has more characters than `most`, and how many are left out.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let at = |characters: usize| text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let kept = most / 2;
    let left_out = length - 2 * kept;
    format!("{}... ({left_out} characters) ...{}", &text[..at(kept)], &text[at(length - kept)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_middle_of_a_long_text_is_left_out() {
        assert_eq!(shortened("äöüä", 4), "äöüä");
        assert_eq!(shortened("äöüßé", 4), "äö... (1 characters) ...ßé");
        assert_eq!(shortened(&"x".repeat(5000), 20).len(), 20 + "... (4980 characters) ...".len());
    }

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(visible("a\u{1b}[31m\r\n\tb\0é"), "a\\u{1b}[31m\\r\n\tb\\u{0}é");
        assert_eq!(one_line("a\nb\tc"), "a\\nb\\tc");
    }
}

//! The line of a configuration that a message is about, with a mark under the place.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use opendriver::Config;
use opendriver::config::{Diagnostic, Entry, Origin, Position, Severity};
use serde_json::{Value, json};

/// A line of a file and the part of it that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    path: Option<String>,
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    text: String,
    /// Bytes of the text.
    mark: Range<usize>,
}

impl Excerpt {
    /// The part of a text at a position of which the span counts bytes of this very text.
    pub(crate) fn of_span(path: Option<&Path>, text: &str, position: &Position) -> Option<Excerpt> {
        let line = line_of(text, position.line)?;
        let characters =
            text.get(position.span.clone()).and_then(|span| span.lines().next()).unwrap_or_default();
        Some(Excerpt::new(path, position, line, characters.chars().count()))
    }

    /// The line on which an entry stands, with its file name marked, or its whole value.
    pub(crate) fn of_entry(entry: &Entry, whole: bool, config: &Config) -> Option<Excerpt> {
        let origin = entry.origin();
        let position = origin.position()?;
        let text = match origin {
            Origin::Settings { path: Some(path), .. } => std::fs::read_to_string(path).ok()?,
            // Of a large file only this line.
            Origin::Profile { .. } => config.document().line(position.line)?.into_owned(),
            _ => return None,
        };
        let number = if matches!(origin, Origin::Profile { .. }) { 1 } else { position.line };
        let line = line_of(&text, number)?;
        let name = if whole { entry.line() } else { entry.file() }.chars().count();
        // The value of a TOML file begins with its quote.
        let name = if matches!(origin, Origin::Settings { .. }) { name + 1 } else { name };
        Some(Excerpt::new(origin.path(), position, line, name))
    }

    /// The place in the profile at which something is odd.
    pub(crate) fn of_oddity(odd: &Diagnostic, config: &Config) -> Option<Excerpt> {
        let document = config.document();
        let line = document.line(odd.position.line)?;
        let characters = document.text_of(odd.position.span.clone()).chars().count();
        Some(Excerpt::new(config.profile_path(), &odd.position, &line, characters))
    }

    fn new(path: Option<&Path>, position: &Position, line: &str, characters: usize) -> Excerpt {
        // Where the file begins with a byte order mark, it takes no column.
        let line = line.trim_start_matches('\u{FEFF}');
        let at = |characters: usize| line.char_indices().nth(characters).map_or(line.len(), |(at, _)| at);
        let start = position.column - 1;
        Excerpt {
            path: path.map(|path| path.display().to_string()),
            line: position.line,
            column: position.column,
            text: line.to_owned(),
            mark: at(start)..at(start + characters.max(1)),
        }
    }

    /// For a document.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "path": self.path, "line": self.line, "column": self.column, "text": self.text })
    }

    /// For a terminal, with colours that tell how much it matters.
    pub(crate) fn render(&self, severity: Severity) -> String {
        let level = match severity {
            Severity::Note => Level::NOTE,
            Severity::Error => Level::ERROR,
            _ => Level::WARNING,
        };
        let snippet = Snippet::source(self.text.as_str())
            .line_start(self.line)
            .path(self.path.as_deref())
            .annotation(AnnotationKind::Primary.span(self.mark.clone()));
        let group: Group<'_> = Group::with_level(level).element(snippet);
        Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group])
    }
}

/// A line of a text, counted from 1. CR, LF and CR LF end one.
fn line_of(text: &str, number: usize) -> Option<&str> {
    let mut rest = text;
    for _ in 1..number {
        let end = rest.find(['\r', '\n'])?;
        let ending = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + ending..];
    }
    Some(rest.split(['\r', '\n']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use opendriver::Settings;

    use super::*;

    #[test]
    fn all_line_ends_count() {
        let text = "a\r\nb\rc\n\nd";
        let lines: Vec<_> = (1..=6).map(|number| line_of(text, number)).collect();
        assert_eq!(lines, [Some("a"), Some("b"), Some("c"), Some(""), Some("d"), None]);
    }

    #[test]
    fn the_file_name_of_an_entry_is_marked_whatever_the_encoding() {
        let config =
            Config::from_ini(b"[drivers32]\r\n\tgr\xFC\xDFe = \"g\xE4be.drv 1\"\r\n", Settings::default());
        let entry = config.find("drivers32", "grüße").unwrap();
        let excerpt = Excerpt::of_entry(&entry, false, &config).unwrap();
        assert_eq!((excerpt.line, excerpt.column), (2, 11));
        assert_eq!(&excerpt.text[excerpt.mark.clone()], "gäbe.drv");
    }

    #[test]
    fn a_mark_at_the_end_of_a_line_stays_on_it() {
        let position = Position { line: 1, column: 4, span: 3..3 };
        let excerpt = Excerpt::of_span(None, "x =\ny = 1\n", &position).unwrap();
        assert_eq!(excerpt.mark, 3..3);
        let shown = excerpt.render(Severity::Error);
        assert!(shown.contains("x ="), "{shown}");
    }
}

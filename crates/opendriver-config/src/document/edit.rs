//! Edits: each is one splice of the bytes.

use std::ops::Range;

use thiserror::Error;

use super::check::LONGEST;
use super::{Document, FileEncoding};
use crate::fold;
use crate::profile::IniRules;
use crate::source::{Kind, Source, is_blank};

/// Why an edit was refused. The document is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text has a line break, which would make two lines of it, or a NUL, which would end it.
    #[error(
        "the {what} {text:?} contains {character:?}; an INI file has one line for it and no escapes: leave it out"
    )]
    Character {
        /// Which argument: `section`, `key` or `value`.
        what: &'static str,
        /// The argument.
        text: String,
        /// The first such character in it.
        character: char,
    },
    /// A section name with `]` would end there.
    #[error("the section name {name:?} contains `]`, which would end it: choose another name")]
    BracketInSection {
        /// The name.
        name: String,
    },
    /// A key with `=` would end there.
    #[error("the key {key:?} contains `=`, which would end it: choose another name")]
    EqualsInKey {
        /// The key.
        key: String,
    },
    /// The key is empty or blank.
    #[error("an entry of [{section}] needs a key: give a name that is not blank")]
    EmptyKey {
        /// The section.
        section: String,
    },
    /// No look-up would find a line with this key or section: the key starts with `;` or `[`, or a name has blanks
    /// around it that are trimmed in the file only.
    #[error(
        "[{section}] {key:?} would be written but never found again: choose a name without `;` or `[` at its start \
             and without blanks around it"
    )]
    Unreadable {
        /// The section.
        section: String,
        /// The key; empty if the section itself is meant.
        key: String,
    },
    /// The encoding of the file lacks a character.
    #[error("the {what} contains {character:?} (U+{:04X}), which {encoding} cannot express: use other characters, or \
             save the file as UTF-16 first", u32::from(*character))]
    Unencodable {
        /// Which argument: `section`, `key` or `value`.
        what: &'static str,
        /// The first such character.
        character: char,
        /// The encoding of the file.
        encoding: FileEncoding,
    },
    /// The value is longer than a look-up returns whole: under the rules of Windows, where lengths are 16 bits wide, the
    /// rest of a longer one would be lost.
    #[error(
        "the value has {length} characters, and Windows returns at most {most} of a line whole: write a shorter one"
    )]
    TooLong {
        /// Its length in UTF-16 units, without what a look-up takes off.
        length: usize,
        /// The longest that is allowed.
        most: usize,
    },
    /// The file is UTF-16BE, which the rules of Windows do not understand: an edit would mix two encodings.
    #[error("the file is UTF-16BE, which Windows does not understand: save it as UTF-16LE first")]
    NotUnderstood,
}

impl Document {
    /// Sets the value of a key.
    ///
    /// - A key that is there keeps its place, its spelling and the blanks around its `=`; only the value changes,
    ///   together with the quotes around it.
    /// - A new key goes directly below the last line of its section that says something, an entry or a line without
    ///   `=`; into a section without any, directly below the header. So blank lines and comments at the end of a
    ///   section, which are often about the next one, stay there.
    /// - A new section, spelled as given, is added at the end of the file.
    ///
    /// New lines end as most lines of the file do, with CR LF if there are none. Spaces around `key` are left out.
    ///
    /// `value` is written as given, quotes and blanks included, as Windows does (under [`IniRules::Wine`] the blanks
    /// around it are left out, Wine 8.0 measured). A look-up returns it **without** the blanks around it, and then
    /// without one matching pair of quotes, so `" a "` comes back as `a`. Whoever wants to read blanks or quotes again
    /// puts one more pair of quotes around:
    ///
    /// ```
    /// use opendriver_config::{Document, IniRules};
    ///
    /// let mut document = Document::default();
    /// document.set("s", "bare", " a ")?;
    /// document.set("s", "quoted", "\" a \"")?;
    /// assert_eq!(document.as_bytes(), b"[s]\r\nbare= a \r\nquoted=\" a \"\r\n");
    /// let profile = document.profile(IniRules::Windows);
    /// assert_eq!(profile.get("s", "bare").as_deref(), Some("a"));
    /// assert_eq!(profile.get("s", "quoted").as_deref(), Some(" a "));
    /// # Ok::<(), opendriver_config::EditError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EditError`] if the file could not hold what was given, or a look-up could not find the key or would not return
    /// the value, but for the blanks and quotes above; nothing is changed then.
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> Result<(), EditError> {
        self.check_understood()?;
        let rules = self.rules();
        let key = rules.trim_argument(key);
        check_section(section)?;
        check_key(section, key)?;
        check_characters("value", value)?;
        let value = if rules == IniRules::Wine { rules.trim_argument(value) } else { value };
        check_length(value, rules)?;
        let encoded_value = self.encode("value", value)?;
        let source = self.source();
        let Some(number) = self.section_number(section) else {
            let header = self.header(section)?;
            let line = [self.encode("key", key)?, self.encode("key", "=")?, encoded_value].concat();
            let edited = appended(source, &[&header, &line]);
            return self.commit(edited, section, key, value);
        };
        let edited = match self.profile.inner.index.key(source, number, key) {
            Some(line) => {
                let value = source.lines[line].value.start..value_end(source, line);
                spliced(source, value, &encoded_value)
            }
            None => {
                let line = [self.encode("key", key)?, self.encode("key", "=")?, encoded_value].concat();
                match source.lines.get(self.place_of_new_key(number)) {
                    Some(next) => {
                        let mut line = [&line[..], &line_end(source)].concat();
                        let (cr, lf) = (self.encode("key", "\r")?, self.encode("key", "\n")?);
                        // A CR in front of an empty line that ends with LF would make one line end of both.
                        if line.ends_with(&cr) && source.bytes[next.start..].starts_with(&lf) {
                            line.extend_from_slice(&lf);
                        }
                        spliced(source, next.start..next.start, &line)
                    }
                    None => appended(source, &[&line]),
                }
            }
        };
        self.commit(edited, section, key, value)
    }

    /// Removes the line of a key: the first of that name, the one that look-ups find. False if there is none.
    ///
    /// The section stays, even if it is empty then. A later line with the same key comes into its own.
    ///
    /// # Errors
    ///
    /// [`EditError::NotUnderstood`].
    pub fn remove(&mut self, section: &str, key: &str) -> Result<bool, EditError> {
        self.check_understood()?;
        let key = self.rules().trim_argument(key);
        let source = self.source();
        let found =
            self.section_number(section).and_then(|number| self.profile.inner.index.key(source, number, key));
        let Some(line) = found else { return Ok(false) };
        let edited = spliced(source, source.lines[line].start..line_start(source, line + 1), &[]);
        self.replace(edited);
        Ok(true)
    }

    /// Adds an empty section at the end of the file, spelled as given. False if there is one already.
    ///
    /// # Errors
    ///
    /// [`EditError`] as for [`set`](Document::set).
    pub fn add_section(&mut self, name: &str) -> Result<bool, EditError> {
        self.check_understood()?;
        check_section(name)?;
        if self.section_number(name).is_some() {
            return Ok(false);
        }
        let edited = appended(self.source(), &[&self.header(name)?]);
        let before = self.profile.clone();
        self.replace(edited);
        if self.section_number(name).is_some() {
            return Ok(true);
        }
        self.profile = before;
        Err(EditError::Unreadable { section: name.to_owned(), key: String::new() })
    }

    /// Removes a section: its header and all lines up to the next header, comments and blank lines among them. False
    /// if there is none. Of several of that name the first, the one that look-ups find; the next one then counts.
    ///
    /// # Errors
    ///
    /// [`EditError::NotUnderstood`].
    pub fn remove_section(&mut self, name: &str) -> Result<bool, EditError> {
        self.check_understood()?;
        let Some(number) = self.section_number(name) else { return Ok(false) };
        let section = &self.profile.inner.index.sections[number];
        // Wine's nameless section at the start of the file has no header to remove.
        let Some(header) = section.header else { return Ok(false) };
        let source = self.source();
        let edited = spliced(source, source.lines[header].start..line_start(source, section.lines.end), &[]);
        self.replace(edited);
        Ok(true)
    }

    fn source(&self) -> &Source {
        &self.profile.inner.source
    }

    fn section_number(&self, name: &str) -> Option<usize> {
        self.profile.inner.index.section(self.source(), self.rules().trim_argument(name))
    }

    fn check_understood(&self) -> Result<(), EditError> {
        let misread = self.rules() == IniRules::Windows && self.as_bytes().starts_with(&[0xFE, 0xFF]);
        if misread { Err(EditError::NotUnderstood) } else { Ok(()) }
    }

    /// The line in front of which a new key of a section is put; behind the last line if none follows.
    fn place_of_new_key(&self, section: usize) -> usize {
        let source = self.source();
        let lines = self.profile.inner.index.sections[section].lines.clone();
        let says_something = |&line: &usize| match source.lines[line].kind {
            Kind::Pair => true,
            // Not the Ctrl-Z with which DOS ended files.
            Kind::Text => !source.is_control_z(line),
            Kind::Blank | Kind::Comment | Kind::Header => false,
        };
        lines.clone().rev().find(says_something).map_or(lines.start, |last| last + 1)
    }

    fn header(&self, name: &str) -> Result<Vec<u8>, EditError> {
        self.encode("section", &format!("[{name}]"))
    }

    fn encode(&self, what: &'static str, text: &str) -> Result<Vec<u8>, EditError> {
        let coding = self.source().coding;
        coding.encode(text).map_err(|error| EditError::Unencodable {
            what,
            character: error.character,
            encoding: coding.public(),
        })
    }

    /// Takes the edited bytes, unless the line that was written is not what a look-up finds in them.
    fn commit(&mut self, bytes: Vec<u8>, section: &str, key: &str, value: &str) -> Result<(), EditError> {
        let before = self.profile.clone();
        self.replace(bytes);
        let written = as_read(value, self.rules());
        if self
            .profile
            .get(section, key)
            .is_some_and(|found| fold::same(&found.key(), key) && found == written)
        {
            return Ok(());
        }
        self.profile = before;
        Err(EditError::Unreadable { section: section.to_owned(), key: key.to_owned() })
    }
}

fn check_section(name: &str) -> Result<(), EditError> {
    check_characters("section", name)?;
    if name.contains(']') { Err(EditError::BracketInSection { name: name.to_owned() }) } else { Ok(()) }
}

fn check_key(section: &str, key: &str) -> Result<(), EditError> {
    check_characters("key", key)?;
    if key.is_empty() {
        Err(EditError::EmptyKey { section: section.to_owned() })
    } else if key.contains('=') {
        Err(EditError::EqualsInKey { key: key.to_owned() })
    } else if key.starts_with([';', '[']) {
        Err(EditError::Unreadable { section: section.to_owned(), key: key.to_owned() })
    } else {
        Ok(())
    }
}

/// Under the rules of Windows, a longer value would not come back whole.
fn check_length(value: &str, rules: IniRules) -> Result<(), EditError> {
    // Fewer bytes cannot be more UTF-16 units.
    if rules == IniRules::Wine || value.len() <= LONGEST {
        return Ok(());
    }
    let length = as_read(value, rules).chars().map(char::len_utf16).sum::<usize>();
    if length > LONGEST { Err(EditError::TooLong { length, most: LONGEST }) } else { Ok(()) }
}

/// What a look-up makes of a value that is written as given.
fn as_read(value: &str, rules: IniRules) -> &str {
    let blank = |c: char| u16::try_from(u32::from(c)).is_ok_and(|unit| is_blank(unit, rules));
    let trimmed = value.trim_matches(blank);
    let unquoted = ['"', '\''].into_iter().find_map(|quote| trimmed.strip_prefix(quote)?.strip_suffix(quote));
    unquoted.unwrap_or(trimmed)
}

fn check_characters(what: &'static str, text: &str) -> Result<(), EditError> {
    match text.chars().find(|c| matches!(c, '\r' | '\n' | '\0')) {
        Some(character) => Err(EditError::Character { what, text: text.to_owned(), character }),
        None => Ok(()),
    }
}

/// Where the value ends in the file: a NUL ends it for a look-up, but an edit puts something in the place of it all.
fn value_end(source: &Source, line: usize) -> usize {
    let blank = |at: usize| is_blank(source.coding.unit(&source.bytes, at), source.rules);
    let (start, mut end) = (source.lines[line].value.start, source.lines[line].end);
    while end > start && blank(end - source.coding.width()) {
        end -= source.coding.width();
    }
    end
}

/// Where a line starts; the end of the text behind the last one.
fn line_start(source: &Source, line: usize) -> usize {
    source.lines.get(line).map_or(source.end, |line| line.start)
}

/// The bytes with others in the place of `span`.
fn spliced(source: &Source, span: Range<usize>, replacement: &[u8]) -> Vec<u8> {
    [&source.bytes[..span.start], replacement, &source.bytes[span.end..]].concat()
}

/// The bytes with lines added at the end of the text. A last line without line end gets one first.
fn appended(source: &Source, lines: &[&[u8]]) -> Vec<u8> {
    let ending = line_end(source);
    let mut added = Vec::new();
    if source.lines.last().is_some_and(|last| last.end == source.end) {
        added.extend_from_slice(&ending);
    }
    for line in lines {
        added.extend_from_slice(line);
        added.extend_from_slice(&ending);
    }
    spliced(source, source.end..source.end, &added)
}

/// The line end that most lines have; CR LF before LF before CR if they are as many, and CR LF if there is none.
fn line_end(source: &Source) -> Vec<u8> {
    let (mut crlf, mut lf, mut cr) = (0_usize, 0_usize, 0_usize);
    for (number, line) in source.lines.iter().enumerate() {
        let ending = &source.bytes[line.end..line_start(source, number + 1)];
        match ending.len() / source.coding.width() {
            0 => {}
            1 if source.coding.unit(ending, 0) == u16::from(b'\n') => lf += 1,
            1 => cr += 1,
            _ => crlf += 1,
        }
    }
    let ending = if crlf >= lf.max(cr) {
        "\r\n"
    } else if lf >= cr {
        "\n"
    } else {
        "\r"
    };
    // Line ends exist in every encoding.
    source.coding.encode(ending).unwrap_or_default()
}

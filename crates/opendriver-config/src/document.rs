//! The lossless document: the bytes of an INI file, and edits that touch one line.

mod check;
mod defect;
mod edit;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use crate::code_page::CodePage;
use crate::diagnostic::Diagnostic;
use crate::profile::{IniRules, Profile};
use crate::save::{SaveError, save};

pub use self::edit::EditError;

/// How the text of a file stands in its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileEncoding {
    /// The ANSI code page: there is no byte order mark.
    CodePage(CodePage),
    /// UTF-8, by its byte order mark.
    Utf8,
    /// UTF-16 with the low byte first, by its byte order mark.
    Utf16Le,
    /// UTF-16 with the high byte first, by its byte order mark; under [`IniRules::Wine`] only.
    Utf16Be,
}

impl fmt::Display for FileEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileEncoding::CodePage(page) => page.fmt(f),
            FileEncoding::Utf8 => f.write_str("UTF-8"),
            FileEncoding::Utf16Le => f.write_str("UTF-16LE"),
            FileEncoding::Utf16Be => f.write_str("UTF-16BE"),
        }
    }
}

/// An INI file as it is: every byte of it, whatever the bytes are.
///
/// Reading never fails; what is odd shows in [`diagnostics`](Document::diagnostics). An edit changes the bytes of its
/// own line and no other, so comments, order, spelling, line ends and encoding of all the rest stay.
///
/// ```
/// use opendriver_config::{CodePage, Document};
///
/// let mut document = Document::parse("; mine\r\n[Drivers]\r\nWave = old.drv\r\n", CodePage::WESTERN);
/// document.set("drivers", "wave", "new.drv 5")?;
/// document.set("drivers", "midi", "synth.drv")?;
/// assert_eq!(document.as_bytes(), b"; mine\r\n[Drivers]\r\nWave = new.drv 5\r\nmidi=synth.drv\r\n");
/// # Ok::<(), opendriver_config::EditError>(())
/// ```
#[derive(Clone)]
#[doc(alias = "WritePrivateProfileString")]
pub struct Document {
    profile: Profile,
    page: CodePage,
}

impl Document {
    /// Reads a file by the rules of Windows. `page` is the code page of a file without byte order mark.
    pub fn parse(bytes: impl Into<Vec<u8>>, page: CodePage) -> Document {
        Document::parse_with(bytes, page, IniRules::Windows)
    }

    /// Reads a file by given rules. They decide which section and key an edit means, and what is odd.
    pub fn parse_with(bytes: impl Into<Vec<u8>>, page: CodePage, rules: IniRules) -> Document {
        Document { profile: Profile::new(bytes.into(), page, rules), page }
    }

    /// The bytes of the file, as they are now.
    pub fn as_bytes(&self) -> &[u8] {
        &self.profile.inner.source.bytes
    }

    /// A copy of [`as_bytes`](Document::as_bytes).
    pub fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    /// The whole text. What cannot be decoded becomes U+FFFD; a byte order mark is left out.
    pub fn text(&self) -> String {
        let source = &self.profile.inner.source;
        source.text(source.start..source.end).into_owned()
    }

    /// The text of a line, counted from 1, without its line end; `None` if there are not so many.
    pub fn line(&self, number: usize) -> Option<Cow<'_, str>> {
        let source = &self.profile.inner.source;
        let line = source.lines.get(number.checked_sub(1)?)?;
        Some(source.text(line.start..line.end))
    }

    /// The text of some bytes of the file, such as those of a [`Position`](crate::Position). Bytes beyond its end are
    /// left out, and what cannot be decoded, as half a character, becomes U+FFFD.
    pub fn text_of(&self, span: Range<usize>) -> Cow<'_, str> {
        let source = &self.profile.inner.source;
        let start = span.start.min(source.end);
        let end = span.end.clamp(start, source.end);
        source.text(start..end - (end - start) % source.coding.width())
    }

    /// How the text stands in the bytes.
    pub fn encoding(&self) -> FileEncoding {
        self.profile.inner.source.coding.public()
    }

    /// The code page a file without byte order mark is read in.
    pub fn code_page(&self) -> CodePage {
        self.page
    }

    /// The rules the document is read by.
    pub fn rules(&self) -> IniRules {
        self.profile.rules()
    }

    /// What look-ups find in the document as it is now. Later edits do not show in it.
    pub fn profile(&self, rules: IniRules) -> Profile {
        if rules == self.rules() {
            self.profile.clone()
        } else {
            Profile::new(self.to_bytes(), self.page, rules)
        }
    }

    /// What is odd about the file, in the order of its lines. Found out at the first call.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        let inner = &self.profile.inner;
        inner.diagnostics.get_or_init(|| check::check(inner))
    }

    /// Why nothing in the file can be found, if so: it is no text, or in an encoding that the rules do not understand.
    /// The first of the [`diagnostics`](Document::diagnostics) then, but does not look farther than it has to, which is
    /// 1 KB, and so says what is no configuration at no cost.
    ///
    /// ```
    /// use opendriver_config::{CodePage, Document};
    ///
    /// let library = Document::parse(b"\x7FELF\x02\x01\x01\0", CodePage::WESTERN);
    /// assert_eq!(library.unreadable().unwrap().code, "not-text");
    /// assert_eq!(Document::default().unreadable(), None);
    /// ```
    pub fn unreadable(&self) -> Option<Diagnostic> {
        check::unreadable(&self.profile.inner.source)
    }

    /// Writes the document to a file, by [`save`](crate::save()).
    ///
    /// # Errors
    ///
    /// Those of [`save`](crate::save()); the old file is then still there, whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        save(path, self.as_bytes())
    }

    /// Puts other bytes in the place of the present ones.
    fn replace(&mut self, bytes: Vec<u8>) {
        self.profile = Profile::new(bytes, self.page, self.rules());
    }
}

impl Default for Document {
    /// An empty file in [`CodePage::WESTERN`].
    fn default() -> Self {
        Document::parse(Vec::new(), CodePage::WESTERN)
    }
}

impl AsRef<[u8]> for Document {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("encoding", &self.encoding())
            .field("bytes", &self.as_bytes().len())
            .field("profile", &self.profile)
            .finish()
    }
}

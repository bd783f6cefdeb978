//! The Windows view of an INI file: sections and keys, looked up as the profile functions do.

mod index;
mod section;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::code_page::CodePage;
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::words::words;

pub use self::section::{Row, Section, Value};

use self::index::Index;

words! {
    /// By whose rules an INI file is read. They differ in what is odd, never in an ordinary file.
    ///
    /// | | Windows | Wine |
    /// | --- | --- | --- |
    /// | text before the first section | never found | found in section `""` |
    /// | `[a]b]` | section `a` | section `a]b` |
    /// | `[a` | section `a` | no section |
    /// | `;x=1` | a comment | a comment, but found as key `;x` |
    /// | blanks trimmed in the file | space, tab, VT | 0x09 to 0x0D, 0x1A, space |
    /// | blanks trimmed in what is asked for | spaces | all blanks |
    /// | a value longer than 65,535 UTF-16 units | its length wraps at 65,536 | whole |
    /// | UTF-8 byte order mark | accepted, other than on Windows | understood |
    /// | UTF-16BE byte order mark | not understood | understood |
    ///
    /// The Windows column follows published tests on real Windows; the Wine column was measured with Wine 8.0.
    #[derive(Default)]
    pub enum IniRules {
        /// Those of Windows. The default.
        #[default]
        Windows = "windows",
        /// Those of Wine 8.0.
        Wine = "wine",
    }
}

impl IniRules {
    /// What is asked for, without the blanks that are ignored around it.
    pub(crate) fn trim_argument(self, argument: &str) -> &str {
        match self {
            IniRules::Windows => argument.trim_matches(' '),
            IniRules::Wine => argument.trim_matches([' ', '\t', '\n', '\u{B}', '\u{C}', '\r', '\u{1A}']),
        }
    }
}

/// The sections and keys of an INI file, indexed. It owns what it needs and never changes; a clone shares everything.
///
/// - Names are compared without regard to case, by [`fold`](crate::fold()).
/// - Of sections of the same name only the first counts; the others are ignored entirely.
/// - Of keys of the same name in a section the first counts.
/// - A value loses the blanks around it, then one matching pair of quotes, `"` or `'`. There are no escapes, no
///   continuation lines, and no comments behind a value.
///
/// ```
/// use opendriver_config::{CodePage, Document, IniRules};
///
/// let document = Document::parse("[drivers32]\r\nEcho = echo.drv hello ; you\r\n", CodePage::WESTERN);
/// let profile = document.profile(IniRules::Windows);
/// assert_eq!(profile.get("Drivers32", "echo").unwrap(), "echo.drv hello ; you");
/// assert_eq!(profile.get("Drivers32", "midi"), None);
/// ```
#[derive(Clone)]
#[doc(alias = "GetPrivateProfileString")]
pub struct Profile {
    pub(crate) inner: Arc<Inner>,
}

/// The file and its index.
pub(crate) struct Inner {
    pub(crate) source: Source,
    pub(crate) index: Index,
    pub(crate) diagnostics: OnceLock<Vec<Diagnostic>>,
}

impl Profile {
    /// A profile in which nothing is found, as if the file did not exist.
    pub fn empty() -> Profile {
        Profile::new(Vec::new(), CodePage::WESTERN, IniRules::Windows)
    }

    pub(crate) fn new(bytes: Vec<u8>, page: CodePage, rules: IniRules) -> Profile {
        let source = Source::new(bytes, page, rules);
        let index = Index::new(&source);
        Profile { inner: Arc::new(Inner { source, index, diagnostics: OnceLock::new() }) }
    }

    /// The value of a key, or `None` if there is no such section, no such key in it, or no `=` on its line.
    ///
    /// The value of `key=` is `""`; the Windows functions cannot tell that from a missing key, this one can.
    pub fn get(&self, section: &str, key: &str) -> Option<Value<'_>> {
        self.section(section)?.get(key)
    }

    /// The value of a key, or `default` without its trailing spaces if there is none, which is how
    /// `GetPrivateProfileString` treats the default it is given.
    pub fn get_or<'a>(&'a self, section: &str, key: &str, default: &'a str) -> Cow<'a, str> {
        self.get(section, key).map_or(Cow::Borrowed(default.trim_end_matches(' ')), Value::into_text)
    }

    /// The section of a name, or `None` if there is none. Of several the first.
    #[doc(alias = "GetPrivateProfileSection")]
    pub fn section(&self, name: &str) -> Option<Section<'_>> {
        let name = self.rules().trim_argument(name);
        let section = self.inner.index.section(&self.inner.source, name)?;
        Some(Section::new(&self.inner, section))
    }

    /// All sections in file order, without those that are ignored because the file has an earlier one of that name.
    #[doc(alias = "GetPrivateProfileSectionNames")]
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        let sections = self.inner.index.sections.iter().enumerate();
        sections
            .filter(|(_, section)| section.counts && section.header.is_some())
            .map(|(number, _)| Section::new(&self.inner, number))
    }

    /// The rules this profile is read by.
    pub fn rules(&self) -> IniRules {
        self.inner.source.rules
    }
}

impl Default for Profile {
    /// [`Profile::empty`].
    fn default() -> Self {
        Profile::empty()
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("rules", &self.rules())
            .field("lines", &self.inner.source.lines.len())
            .field(
                "sections",
                &self.sections().map(|section| section.name().into_owned()).collect::<Vec<_>>(),
            )
            .finish()
    }
}

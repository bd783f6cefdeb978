//! How the text of a file stands in its bytes.

use std::borrow::Cow;

use encoding_rs::UTF_8;

use crate::code_page::{CodePage, Unencodable};
use crate::document::FileEncoding;
use crate::profile::IniRules;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Page(CodePage),
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Coding {
    /// The encoding by the byte order mark, and the length of the mark.
    ///
    /// Windows knows the one of UTF-16LE only; a UTF-8 mark is accepted all the same, because editors write it. Wine
    /// knows all three.
    pub(crate) fn detect(bytes: &[u8], page: CodePage, rules: IniRules) -> (Coding, usize) {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => (Coding::Utf8, 3),
            [0xFF, 0xFE, ..] => (Coding::Utf16Le, 2),
            [0xFE, 0xFF, ..] if rules == IniRules::Wine => (Coding::Utf16Be, 2),
            _ => (Coding::Page(page), 0),
        }
    }

    /// Bytes per unit.
    #[inline]
    pub(crate) fn width(self) -> usize {
        match self {
            Coding::Page(_) | Coding::Utf8 => 1,
            Coding::Utf16Le | Coding::Utf16Be => 2,
        }
    }

    /// The unit at a byte offset.
    #[inline]
    pub(crate) fn unit(self, bytes: &[u8], at: usize) -> u16 {
        match self {
            Coding::Page(_) | Coding::Utf8 => u16::from(bytes[at]),
            Coding::Utf16Le => u16::from_le_bytes([bytes[at], bytes[at + 1]]),
            Coding::Utf16Be => u16::from_be_bytes([bytes[at], bytes[at + 1]]),
        }
    }

    /// The text of bytes that are whole units. What cannot be decoded becomes U+FFFD.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Coding::Page(page) => page.decode_cow(bytes),
            Coding::Utf8 => UTF_8.decode_without_bom_handling(bytes).0,
            Coding::Utf16Le | Coding::Utf16Be => {
                let units = char::decode_utf16(self.units(bytes));
                Cow::Owned(units.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
            }
        }
    }

    /// The bytes of a text, without a byte order mark.
    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, Unencodable> {
        Ok(match self {
            Coding::Page(page) => page.encode(text)?,
            Coding::Utf8 => text.as_bytes().to_vec(),
            // By hand: encoding_rs follows the WHATWG and would write UTF-8.
            Coding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Coding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        })
    }

    /// Whether bytes that are whole units have a part that means nothing.
    pub(crate) fn is_damaged(self, bytes: &[u8]) -> bool {
        match self {
            Coding::Page(page) => {
                !bytes.is_ascii() && page.decode_cow(bytes).contains(char::REPLACEMENT_CHARACTER)
            }
            Coding::Utf8 => str::from_utf8(bytes).is_err(),
            Coding::Utf16Le | Coding::Utf16Be => {
                char::decode_utf16(self.units(bytes)).any(|unit| unit.is_err())
            }
        }
    }

    /// The name of the encoding for users.
    pub(crate) fn public(self) -> FileEncoding {
        match self {
            Coding::Page(page) => FileEncoding::CodePage(page),
            Coding::Utf8 => FileEncoding::Utf8,
            Coding::Utf16Le => FileEncoding::Utf16Le,
            Coding::Utf16Be => FileEncoding::Utf16Be,
        }
    }

    fn units(self, bytes: &[u8]) -> impl Iterator<Item = u16> {
        (0..bytes.len() / 2).map(move |index| self.unit(bytes, index * 2))
    }
}

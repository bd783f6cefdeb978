//! ANSI and OEM code pages, by their Windows numbers.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::Encoding;
use oem_cp::code_table::{DECODING_TABLE_CP_MAP, ENCODING_TABLE_CP_MAP};
use oem_cp::code_table_type::TableType;
use thiserror::Error;

/// A code page: how text outside of ASCII stands in the bytes of an INI file, or in `lParam1` of an ANSI driver.
///
/// Made from the number Windows gives it: `CodePage::try_from(1252)`. Known are the ANSI pages (1250 to 1258, 874,
/// 932, 936, 949, 950, 54936), the OEM pages (437, 720, 737, 775, 850 to 869), the ISO and Mac pages that are
/// supersets of ASCII, and 65001 (UTF-8), which Windows 10 accepts as the ANSI code page too.
///
/// # Windows behaviour
///
/// Windows converts with "best fit" tables of its own: a character that the page lacks becomes one that looks alike,
/// or `?`. Here [`encode`](CodePage::encode) refuses it and names it. Decoding follows the WHATWG tables (byte 0x81 of
/// 1252 is U+0081), and OEM pages follow the tables published by Unicode.
///
/// ```
/// use opendriver_config::CodePage;
///
/// let western = CodePage::try_from(1252)?;
/// assert_eq!(western.decode(b"\xE4"), "ä");
/// assert_eq!(western.encode("ä").unwrap(), b"\xE4");
/// assert!(western.encode("漢").is_err());
/// # Ok::<(), opendriver_config::UnknownCodePage>(())
/// ```
#[derive(Clone, Copy)]
#[doc(alias = "GetACP")]
pub struct CodePage {
    number: u16,
    tables: Tables,
}

#[derive(Clone, Copy)]
enum Tables {
    Whatwg(&'static Encoding),
    Oem { decode: &'static TableType, encode: &'static oem_cp::OEMCPHashMap<char, u8> },
}

impl CodePage {
    /// Western European, the ANSI code page of the Americas and Western Europe, and the default of the settings.
    pub const WESTERN: CodePage =
        CodePage { number: 1252, tables: Tables::Whatwg(encoding_rs::WINDOWS_1252) };

    /// The number Windows knows this page by.
    pub fn number(self) -> u16 {
        self.number
    }

    /// Turns bytes into text. Bytes that mean nothing in this page become U+FFFD. A byte order mark is not looked for.
    #[doc(alias = "MultiByteToWideChar")]
    pub fn decode(self, bytes: &[u8]) -> String {
        self.decode_cow(bytes).into_owned()
    }

    /// As [`decode`](CodePage::decode), without a copy if the bytes are UTF-8 already, as all of ASCII is.
    pub(crate) fn decode_cow(self, bytes: &[u8]) -> Cow<'_, str> {
        if bytes.is_ascii()
            && let Ok(text) = str::from_utf8(bytes)
        {
            return Cow::Borrowed(text);
        }
        match self.tables {
            Tables::Whatwg(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Tables::Oem { decode, .. } => bytes.iter().map(|&byte| decode_oem(decode, byte)).collect(),
        }
    }

    /// Turns text into bytes.
    ///
    /// # Errors
    ///
    /// [`Unencodable`] with the first character that this page lacks, or would give back as another one (932 writes
    /// U+00A5, the yen sign, as a backslash).
    #[doc(alias = "WideCharToMultiByte")]
    pub fn encode(self, text: &str) -> Result<Vec<u8>, Unencodable> {
        if text.is_ascii() {
            return Ok(text.as_bytes().to_vec());
        }
        let bytes = match self.tables {
            Tables::Whatwg(encoding) => encoding.encode(text).0,
            Tables::Oem { encode, .. } => {
                text.chars().map(|c| encode_oem(encode, c).unwrap_or(b'?')).collect()
            }
        };
        // Read it back: what was replaced by a reference or a look-alike differs from the text there.
        if self.decode_cow(&bytes) == text {
            return Ok(bytes.into_owned());
        }
        let character = text.chars().find(|&c| !self.expresses(c)).unwrap_or(char::REPLACEMENT_CHARACTER);
        Err(Unencodable { character, page: self.number })
    }

    fn expresses(self, c: char) -> bool {
        let mut buffer = [0; 4];
        let text: &str = c.encode_utf8(&mut buffer);
        match self.tables {
            Tables::Whatwg(encoding) => {
                let (bytes, _, replaced) = encoding.encode(text);
                !replaced && self.decode_cow(&bytes) == text
            }
            Tables::Oem { encode, .. } => encode_oem(encode, c).is_some(),
        }
    }

    /// Whether a byte of the ASCII range can be the second half of a character: then `]` must be looked for in the
    /// decoded text.
    pub(crate) fn is_multi_byte(self) -> bool {
        match self.tables {
            Tables::Whatwg(encoding) => !encoding.is_single_byte() && encoding != encoding_rs::UTF_8,
            Tables::Oem { .. } => false,
        }
    }
}

/// A text in a code page, read byte by byte.
pub(crate) struct Stream(Option<encoding_rs::Decoder>);

impl CodePage {
    pub(crate) fn stream(self) -> Stream {
        match self.tables {
            Tables::Whatwg(encoding) => Stream(Some(encoding.new_decoder_without_bom_handling())),
            Tables::Oem { .. } => Stream(None),
        }
    }
}

impl Stream {
    /// Takes the next byte; whether the text now ends with a `]`, which is a character of its own.
    pub(crate) fn ends_with_bracket(&mut self, byte: u8) -> bool {
        let Some(decoder) = &mut self.0 else { return byte == b']' };
        // Room for what the longest pending sequence can turn into: a replacement and the bytes read again.
        let mut text = [0; 32];
        let (_, _, written, _) = decoder.decode_to_utf8(&[byte], &mut text, false);
        byte == b']' && text[..written].ends_with(b"]")
    }
}

fn decode_oem(table: &TableType, byte: u8) -> char {
    let Some(high) = byte.checked_sub(0x80) else { return char::from(byte) };
    match table {
        TableType::Complete(chars) => chars[usize::from(high)],
        TableType::Incomplete(chars) => chars[usize::from(high)].unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn encode_oem(table: &oem_cp::OEMCPHashMap<char, u8>, c: char) -> Option<u8> {
    if c.is_ascii() { Some(c as u8) } else { table.get(&c).copied() }
}

impl TryFrom<u16> for CodePage {
    type Error = UnknownCodePage;

    /// # Errors
    ///
    /// [`UnknownCodePage`] if no tables exist for the number, or if it is no superset of ASCII: 1200 and 1201 (UTF-16,
    /// which is told by its byte order mark), 50220 (ISO-2022-JP) and other stateful pages cannot be an ANSI code page.
    fn try_from(number: u16) -> Result<Self, UnknownCodePage> {
        if let Some(encoding) =
            codepage::to_encoding_no_replacement(number).filter(|e| e.is_ascii_compatible())
        {
            return Ok(CodePage { number, tables: Tables::Whatwg(encoding) });
        }
        match (DECODING_TABLE_CP_MAP.get(&number), ENCODING_TABLE_CP_MAP.get(&number)) {
            (Some(decode), Some(encode)) => Ok(CodePage { number, tables: Tables::Oem { decode, encode } }),
            _ => Err(UnknownCodePage { number }),
        }
    }
}

impl Default for CodePage {
    /// 1252, [`WESTERN`](CodePage::WESTERN).
    fn default() -> Self {
        CodePage::WESTERN
    }
}

impl PartialEq for CodePage {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for CodePage {}

impl fmt::Debug for CodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodePage({})", self.number)
    }
}

impl fmt::Display for CodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code page {}", self.number)
    }
}

/// There is no code page of this number here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{number} is no code page that text files are written in here; 1252 is Western European, 932 Japanese, 437 DOS"
)]
#[non_exhaustive]
pub struct UnknownCodePage {
    /// The number asked for.
    pub number: u16,
}

/// A character that a code page lacks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("code page {page} has no character {character:?} (U+{code:04X})", code = u32::from(*character))]
#[non_exhaustive]
pub struct Unencodable {
    /// The character.
    pub character: char,
    /// The Windows number of the code page.
    pub page: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ansi_oem_and_asian_pages_are_known() {
        for number in
            [1250, 1252, 1258, 874, 932, 936, 949, 950, 437, 720, 850, 866, 869, 65001, 28591, 54936]
        {
            let page = CodePage::try_from(number).expect("a page of Windows");
            assert_eq!(page.number(), number);
            assert_eq!(page.decode(b"[a]=b;\r\n"), "[a]=b;\r\n", "{page}");
        }
    }

    #[test]
    fn pages_that_are_no_superset_of_ascii_are_refused() {
        for number in [0, 1, 1200, 1201, 37, 50220, 52936, 65000] {
            assert_eq!(CodePage::try_from(number), Err(UnknownCodePage { number }));
        }
    }

    #[test]
    fn oem_bytes_are_the_dos_characters() {
        let dos = CodePage::try_from(437).expect("known");
        assert_eq!(dos.decode(b"a\x84\xE1"), "aäß");
        assert_eq!(dos.encode("aäß").expect("in 437"), b"a\x84\xE1");
        assert_eq!(dos.encode("ä€"), Err(Unencodable { character: '€', page: 437 }));
        let turkish = CodePage::try_from(857).expect("known");
        assert_eq!(turkish.decode(b"\xD5"), "\u{FFFD}");
    }

    #[test]
    fn nothing_is_replaced_silently() {
        let japanese = CodePage::try_from(932).expect("known");
        assert_eq!(japanese.encode("表").expect("in 932"), b"\x95\x5C");
        assert_eq!(japanese.encode("表\u{A5}").map_err(|e| e.character), Err('\u{A5}'));
        let western = CodePage::WESTERN;
        assert_eq!(
            western.encode("x漢").map_err(|e| e.to_string()),
            Err("code page 1252 has no character '漢' (U+6F22)".into())
        );
    }
}

//! lParam1 of DRV_OPEN: the parameters as the driver takes them.

use opendriver_abi::LPARAM;
use opendriver_config::{CodePage, TextEncoding};

/// Text in a buffer of its own, ended by a zero, as long as the driver is in DRV_OPEN. Windows lets a driver write
/// into it (Wine 8.0 measured), so it is never shared.
pub(crate) enum Text {
    None,
    Wide(Vec<u16>),
    Bytes(Vec<u8>),
}

impl Text {
    /// Encodes parameters. No parameters, or empty ones, are NULL (Windows 3.1 SDK, Wine 8.0 measured); then nobody is
    /// asked for the encoding.
    ///
    /// # Errors
    ///
    /// What the code page cannot express, as the end of a sentence.
    pub(crate) fn encode(
        parameters: Option<&str>,
        encoding: impl FnOnce() -> TextEncoding,
        ansi: &CodePage,
    ) -> Result<Text, String> {
        let Some(parameters) = parameters.filter(|text| !text.is_empty()) else { return Ok(Text::None) };
        if parameters.contains('\0') {
            return Err("they contain a NUL character, behind which everything would be lost".to_owned());
        }
        Ok(match encoding() {
            TextEncoding::Utf8 => Text::Bytes([parameters.as_bytes(), b"\0"].concat()),
            TextEncoding::Ansi => {
                let mut bytes = ansi.encode(parameters).map_err(|error| error.to_string())?;
                bytes.push(0);
                Text::Bytes(bytes)
            }
            _ => Text::Wide(parameters.encode_utf16().chain([0]).collect()),
        })
    }

    /// The address of the text, 0 for none. Valid as long as `self` lives and is not moved out of its buffer.
    pub(crate) fn lparam(&mut self) -> LPARAM {
        match self {
            Text::None => 0,
            Text::Wide(units) => units.as_mut_ptr().expose_provenance() as LPARAM,
            Text::Bytes(bytes) => bytes.as_mut_ptr().expose_provenance() as LPARAM,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ansi() -> CodePage {
        CodePage::try_from(1252).expect("Western European")
    }

    #[test]
    fn text_ends_with_a_zero_in_every_encoding() {
        let wide = Text::encode(Some("a\u{e9}\u{1f3b5}"), || TextEncoding::Utf16, &ansi());
        assert!(matches!(wide, Ok(Text::Wide(units)) if units == [0x61, 0xE9, 0xD83C, 0xDFB5, 0]));
        let narrow = Text::encode(Some("a\u{e9}"), || TextEncoding::Ansi, &ansi());
        assert!(matches!(narrow, Ok(Text::Bytes(bytes)) if bytes == [0x61, 0xE9, 0]));
        let utf8 = Text::encode(Some("\u{e9}"), || TextEncoding::Utf8, &ansi());
        assert!(matches!(utf8, Ok(Text::Bytes(bytes)) if bytes == [0xC3, 0xA9, 0]));
    }

    #[test]
    fn no_text_is_null() {
        for parameters in [None, Some("")] {
            let mut text =
                Text::encode(parameters, || TextEncoding::Utf16, &ansi()).expect("nothing to encode");
            assert_eq!(text.lparam(), 0);
        }
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        assert!(Text::encode(Some("\u{6f22}"), || TextEncoding::Ansi, &ansi()).is_err());
        assert!(Text::encode(Some("a\0b"), || TextEncoding::Utf16, &ansi()).is_err());
    }
}

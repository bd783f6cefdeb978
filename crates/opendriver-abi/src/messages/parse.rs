//! From what a person wrote to a number.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::error::Error;
use core::fmt;

use super::MESSAGES;

/// The number of the message with this name, in any case: any name of [`MESSAGES`], queries included.
///
/// ```
/// use opendriver_abi::message_number;
/// assert_eq!(message_number("drv_open"), Some(3));
/// assert_eq!(message_number("DRV_QUERYNAME"), Some(0x803));
/// assert_eq!(message_number("OPEN"), None);
/// ```
#[must_use]
pub fn message_number(name: &str) -> Option<u32> {
    MESSAGES.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)).map(|entry| entry.number)
}

/// Reads a message as a person writes one: a name (`DRV_OPEN`), a name and an offset (`DRV_USER+5`,
/// `DRV_MCI_FIRST+0x3`), or a number, decimal (`16389`) or hexadecimal (`0x4005`).
///
/// Names are taken in any case; blanks around the text and around the `+` do not count.
///
/// # Errors
///
/// [`ParseMessageError`] when the text is empty, has a name that is not in [`MESSAGES`], a number that is none, or a
/// result above `u32::MAX`.
///
/// ```
/// use opendriver_abi::parse_message;
/// assert_eq!(parse_message(" DRV_USER + 0x10 "), Ok(0x4010));
/// assert_eq!(
///     parse_message("DRV_OPNE").unwrap_err().to_string(),
///     "`DRV_OPNE` is no message: `DRV_OPNE` is not a known name; \
///      write a name such as DRV_CONFIGURE or DRV_USER+5, or a number such as 0x4005",
/// );
/// ```
pub fn parse_message(text: &str) -> Result<u32, ParseMessageError> {
    let fail = |kind| Err(ParseMessageError { text: text.to_owned(), kind });
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return fail(ParseMessageErrorKind::Empty);
    }
    if trimmed.starts_with(|first: char| first.is_ascii_digit()) {
        return number(trimmed).or_else(fail);
    }
    let (name, offset) = match trimmed.split_once('+') {
        Some((name, offset)) => (name.trim_end(), Some(offset.trim_start())),
        None => (trimmed, None),
    };
    let Some(base) = message_number(name) else {
        return fail(ParseMessageErrorKind::UnknownName(name.to_owned()));
    };
    let Some(offset) = offset else { return Ok(base) };
    match number(offset) {
        Ok(offset) => base.checked_add(offset).map_or_else(|| fail(ParseMessageErrorKind::TooLarge), Ok),
        Err(kind) => fail(kind),
    }
}

/// Digits only: `from_str_radix` alone would also take a sign.
fn number(text: &str) -> Result<u32, ParseMessageErrorKind> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(ParseMessageErrorKind::BadNumber(text.to_owned()));
    }
    // Only the size can be wrong now.
    u32::from_str_radix(digits, radix).map_err(|_| ParseMessageErrorKind::TooLarge)
}

/// The text is no message. Says which text and which part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseMessageError {
    /// The whole text, as given.
    pub text: String,
    /// What is wrong with it.
    pub kind: ParseMessageErrorKind,
}

/// Why a text is no message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseMessageErrorKind {
    /// There is nothing but blanks.
    Empty,
    /// This name is not in [`MESSAGES`].
    UnknownName(String),
    /// This part should be a decimal number, or a hexadecimal one after `0x`.
    BadNumber(String),
    /// The number does not fit 32 bits.
    TooLarge,
}

impl fmt::Display for ParseMessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no message: ", self.text)?;
        match &self.kind {
            ParseMessageErrorKind::Empty => f.write_str("it is empty")?,
            ParseMessageErrorKind::UnknownName(name) => write!(f, "`{name}` is not a known name")?,
            ParseMessageErrorKind::BadNumber(text) => write!(f, "`{text}` is not a number")?,
            ParseMessageErrorKind::TooLarge => f.write_str("the number does not fit 32 bits")?,
        }
        f.write_str("; write a name such as DRV_CONFIGURE or DRV_USER+5, or a number such as 0x4005")
    }
}

impl Error for ParseMessageError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> ParseMessageErrorKind {
        let error = parse_message(text).unwrap_err();
        assert_eq!(error.text, text);
        error.kind
    }

    #[test]
    fn names_numbers_and_offsets_are_read() {
        for (text, number) in [
            ("DRV_LOAD", 1),
            ("Drv_Power", 0xF),
            ("DRV_USER+5", 0x4005),
            ("DRV_USER+0x5", 0x4005),
            ("drv_user + 0XfF", 0x40FF),
            ("DRV_MCI_FIRST+0x3", 0x803),
            ("DRV_MCI_LAST", 0x17FF),
            ("0x4005", 0x4005),
            ("0X4005", 0x4005),
            ("16389", 0x4005),
            ("0", 0),
            ("007", 7),
            ("4294967295", u32::MAX),
            ("0xffffffff", u32::MAX),
            ("\t3\n", 3),
        ] {
            assert_eq!(parse_message(text), Ok(number), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_message_is_told_apart() {
        use ParseMessageErrorKind::*;
        assert_eq!(kind(""), Empty);
        assert_eq!(kind(" \t"), Empty);
        assert_eq!(kind("DRV_"), UnknownName("DRV_".into()));
        assert_eq!(kind("-3"), UnknownName("-3".into()));
        assert_eq!(kind("+3"), UnknownName("".into()));
        assert_eq!(kind("DRV_OPEN x"), UnknownName("DRV_OPEN x".into()));
        assert_eq!(kind("DRV_USER+"), BadNumber("".into()));
        assert_eq!(kind("DRV_USER++5"), BadNumber("+5".into()));
        assert_eq!(kind("DRV_USER+-5"), BadNumber("-5".into()));
        assert_eq!(kind("0x"), BadNumber("0x".into()));
        assert_eq!(kind("0x+5"), BadNumber("0x+5".into()));
        assert_eq!(kind("12z"), BadNumber("12z".into()));
        assert_eq!(kind("1+2"), BadNumber("1+2".into()));
        assert_eq!(kind("4294967296"), TooLarge);
        assert_eq!(kind("0x100000000"), TooLarge);
        assert_eq!(kind("DRV_USER+0xFFFFFFFF"), TooLarge);
    }

    #[test]
    fn every_name_of_the_table_is_read_in_either_case() {
        for entry in MESSAGES {
            assert_eq!(parse_message(entry.name), Ok(entry.number));
            assert_eq!(parse_message(&entry.name.to_ascii_lowercase()), Ok(entry.number));
        }
    }
}

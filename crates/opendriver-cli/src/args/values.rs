//! Numbers and messages as a person writes them.

use std::str::FromStr;
use std::time::Duration;

use opendriver::abi::{LPARAM, MESSAGES, ParseMessageError, ParseMessageErrorKind, parse_message};

use crate::similar;

/// A message with its parameters: `MESSAGE[,L1[,L2]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) message: u32,
    pub(crate) lparam1: LPARAM,
    pub(crate) lparam2: LPARAM,
}

impl FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Spec, String> {
        let mut parts = text.split(',');
        let number = message(parts.next().unwrap_or_default())?;
        let lparam1 = parts.next().map_or(Ok(0), lparam)?;
        let lparam2 = parts.next().map_or(Ok(0), lparam)?;
        match parts.next() {
            Some(_) => {
                Err("a message has two parameters; write MESSAGE, MESSAGE,L1 or MESSAGE,L1,L2".to_owned())
            }
            None => Ok(Spec { message: number, lparam1, lparam2 }),
        }
    }
}

/// The number of a message: a name, a name and an offset, or a number.
pub(crate) fn message(text: &str) -> Result<u32, String> {
    parse_message(text).map_err(|error: ParseMessageError| {
        let like = match &error.kind {
            ParseMessageErrorKind::UnknownName(name) => {
                similar::to(&name.to_ascii_uppercase(), MESSAGES.iter().map(|entry| entry.name))
            }
            _ => Vec::new(),
        };
        match like.first() {
            Some(name) => format!("{error} (did you mean {name}?)"),
            None => error.to_string(),
        }
    })
}

/// A message parameter: decimal, or hexadecimal after `0x`, either with a minus in front. It may have as many bits as
/// an address, taken as a signed or as an unsigned number: -1 and 0xffffffffffffffff are the same.
pub(crate) fn lparam(text: &str) -> Result<LPARAM, String> {
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, trimmed),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err("it is no number; write one such as 5, -5 or 0x4005".to_owned());
    }
    // Only the size can be wrong now.
    let fits = u128::from_str_radix(digits, radix).ok().and_then(|value| {
        let value = usize::try_from(value).ok()?;
        if negative { 0isize.checked_sub_unsigned(value) } else { Some(value.cast_signed()) }
    });
    fits.ok_or_else(|| format!("the number is too large: it does not fit {} bits", isize::BITS))
}

/// A time limit; `None` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<Duration>);

/// A time limit in seconds, with or without a fraction; 0 for none.
pub(crate) fn limit(text: &str) -> Result<Limit, String> {
    let seconds: Option<f64> = text.trim().parse().ok();
    match seconds.map(Duration::try_from_secs_f64) {
        Some(Ok(Duration::ZERO)) => Ok(Limit(None)),
        Some(Ok(limit)) => Ok(Limit(Some(limit))),
        _ => Err("it is no time in seconds; write one such as 10 or 0.5, or 0 for no limit".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_both_signs_and_bases() {
        let largest = usize::MAX.to_string();
        let smallest = isize::MIN.to_string();
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("42", 42),
            ("-42", -42),
            ("0xFf", 255),
            ("-0X10", -16),
            (" 7 ", 7),
            (largest.as_str(), -1),
            (smallest.as_str(), isize::MIN),
        ] {
            assert_eq!(lparam(text), Ok(value), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_large_is_refused() {
        for text in ["", "-", "0x", "--5", "+5", "5 6", "1e3", "0x-5", "five", "\u{663}"] {
            assert!(lparam(text).unwrap_err().contains("no number"), "{text:?}");
        }
        let beyond = (usize::MAX as u128 + 1).to_string();
        let below = (isize::MIN as i128 - 1).to_string();
        for text in [beyond.as_str(), below.as_str(), "0x123456789012345678901234567890123456789"] {
            assert!(lparam(text).unwrap_err().contains("too large"), "{text:?}");
        }
    }

    #[test]
    fn a_message_has_up_to_two_parameters() {
        let spec = |text: &str| text.parse::<Spec>();
        assert_eq!(spec("DRV_USER+5,-1,0x10"), Ok(Spec { message: 0x4005, lparam1: -1, lparam2: 16 }));
        assert_eq!(spec("drv_power"), Ok(Spec { message: 15, lparam1: 0, lparam2: 0 }));
        assert!(spec("DRV_POWER,1,2,3").unwrap_err().contains("two parameters"));
        assert!(spec("DRV_POWER,").unwrap_err().contains("no number"));
        assert!(spec("").unwrap_err().contains("empty"));
        assert!(spec("DRV_OPNE").unwrap_err().ends_with("(did you mean DRV_OPEN?)"));
    }

    #[test]
    fn limits_are_seconds() {
        assert_eq!(limit("1.5"), Ok(Limit(Some(Duration::from_millis(1500)))));
        assert_eq!(limit("0"), Ok(Limit(None)));
        for text in ["", "-1", "NaN", "inf", "1e300", "soon"] {
            assert!(limit(text).unwrap_err().contains("no time in seconds"), "{text:?}");
        }
    }
}

//! Why a driver does not want to be loaded or opened.

use std::error::Error;
use std::fmt;

/// A driver's no, with its reason.
///
/// Every error converts into one, so `?` works in [`Driver::open`](crate::Driver::open); for that reason a refusal is no
/// error itself. The reason is one line for a person, see [`RefusalReport`](crate::RefusalReport).
///
/// ```
/// use opendriver_sdk::Refusal;
///
/// fn rate(text: &str) -> Result<u32, Refusal> {
///     let rate = text.parse()?;
///     if rate == 0 { Err(Refusal::new("rate must not be 0")) } else { Ok(rate) }
/// }
/// assert_eq!(rate("0").unwrap_err().reason(), "rate must not be 0");
/// assert_eq!(rate("x").unwrap_err().reason(), "invalid digit found in string");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    reason: String,
}

impl Refusal {
    /// A refusal with this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Refusal { reason: reason.into() }
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// The reason is what the error says, then what each of its sources says, with colons between.
impl<E: Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            reason.push_str(": ");
            reason.push_str(&error.to_string());
            source = error.source();
        }
        Refusal { reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::num::ParseIntError);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bad rate")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn the_whole_chain_is_told() {
        let refusal = Refusal::from(Outer("".parse::<u8>().unwrap_err()));
        assert_eq!(refusal.to_string(), "bad rate: cannot parse integer from empty string");
    }
}

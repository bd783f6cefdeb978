//! From a number to a name.

use core::fmt;

use super::{DRV_MCI_FIRST, DRV_MCI_LAST, DRV_USER, MESSAGES, MessageKind};

/// The name of a standard message or of the border of a range; `None` for any other number.
///
/// Where two names share a number the one that stands first in [`MESSAGES`] wins: 0x0800 is `DRV_RESERVED`. The queries
/// of the reserved block have no name here, because the same numbers mean other things to MCI and joystick drivers;
/// for `DRV_PNPINSTALL` (also `MCI_GETDEVCAPS`) the name is given, so ask only where the class of the driver is known,
/// and use [`MessageName`] where it is not.
///
/// ```
/// use opendriver_abi::message_name;
/// assert_eq!(message_name(0x000F), Some("DRV_POWER"));
/// assert_eq!(message_name(0x000D), None);
/// ```
#[must_use]
pub fn message_name(message: u32) -> Option<&'static str> {
    MESSAGES
        .iter()
        .find(|entry| entry.number == message && entry.kind != MessageKind::Query)
        .map(|entry| entry.name)
}

/// Shows a message number as a person would write it, without claiming more than the number says.
///
/// * a standard message by its name: `DRV_OPEN`;
/// * 0x0800 to 0x17FF as `DRV_MCI_FIRST+0x3`: several interfaces share these numbers, so none of their names is used;
/// * 0x4000 to 0xFFFF as `DRV_USER` or `DRV_USER+0x5`;
/// * everything else as a number of at least four hexadecimal digits: `0x0010`.
///
/// [`parse_message`](super::parse_message) reads all of these back.
///
/// ```
/// use opendriver_abi::MessageName;
/// let shown: Vec<String> = [3, 0x10, 0x803, 0x4000, 0x4005].map(|n| MessageName(n).to_string()).to_vec();
/// assert_eq!(shown, ["DRV_OPEN", "0x0010", "DRV_MCI_FIRST+0x3", "DRV_USER", "DRV_USER+0x5"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageName(pub u32);

/// Last number shown relative to `DRV_USER`: a 16-bit message number ends here, and no interface goes further.
const USER_LAST: u32 = 0xFFFF;

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (base, first) = match self.0 {
            DRV_MCI_FIRST..=DRV_MCI_LAST => ("DRV_MCI_FIRST", DRV_MCI_FIRST),
            DRV_USER..=USER_LAST => ("DRV_USER", DRV_USER),
            number => {
                return match message_name(number) {
                    Some(name) => f.pad(name),
                    None => f.pad(&alloc::format!("{number:#06x}")),
                };
            }
        };
        if self.0 == first { f.pad(base) } else { f.pad(&alloc::format!("{base}+{:#x}", self.0 - first)) }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;
    use crate::parse_message;

    #[test]
    fn numbers_shared_by_several_interfaces_are_shown_without_a_claim() {
        assert_eq!(MessageName(0x0801).to_string(), "DRV_MCI_FIRST+0x1");
        assert_eq!(MessageName(0x080B).to_string(), "DRV_MCI_FIRST+0xb");
        assert_eq!(message_name(0x0801), None);
        assert_eq!(message_name(0x080B), Some("DRV_PNPINSTALL"));
    }

    #[test]
    fn the_borders_of_the_ranges_are_exact() {
        let shown = [0x07FF, 0x0800, 0x17FF, 0x1800, 0x3FFF, 0x4000, 0xFFFF, 0x1_0000, 0, u32::MAX]
            .map(|number| MessageName(number).to_string());
        assert_eq!(
            shown,
            [
                "0x07ff",
                "DRV_MCI_FIRST",
                "DRV_MCI_FIRST+0xfff",
                "0x1800",
                "0x3fff",
                "DRV_USER",
                "DRV_USER+0xbfff",
                "0x10000",
                "0x0000",
                "0xffffffff"
            ]
        );
    }

    #[test]
    fn every_16_bit_number_is_read_back_from_what_is_shown() {
        for number in 0..=0x1_0010 {
            assert_eq!(parse_message(&MessageName(number).to_string()), Ok(number));
        }
        assert_eq!(parse_message(&MessageName(u32::MAX).to_string()), Ok(u32::MAX));
    }

    #[test]
    fn a_width_is_respected() {
        assert_eq!(std::format!("{:<10}|{:>8}|", MessageName(3), MessageName(0x10)), "DRV_OPEN  |  0x0010|");
    }
}

//! Handles: what a caller holds of an open instance.

use std::fmt;
use std::num::NonZeroUsize;

use opendriver_abi::HDRVR;

/// Bits of a handle that say which slot of the table it means.
pub(crate) const INDEX_BITS: u32 = 20;
/// How many slots there can be.
pub(crate) const MAX_SLOTS: u32 = 1 << INDEX_BITS;
/// So many instances can be open at once in one manager. Fewer than there are slots: those that are left share the wear
/// of opening and closing, so that no number comes back soon.
pub(crate) const MAX_OPEN: u32 = 1_000_000;
/// The highest generation; the first is 1, so that no handle is below 0x10_0000.
pub(crate) const MAX_GENERATION: u32 = (1 << (31 - INDEX_BITS)) - 1;

/// An open instance of a driver.
///
/// A handle is a number from 0x10_0000 to 0x7FFF_FFFF: never 0, never an address, and the same after a trip through
/// a signed or unsigned 32-bit variable, because real drivers declare `DriverProc` with 32-bit parameters. It packs
/// a place in the manager's table with a generation. When the instance is closed the handle is dead: every use of
/// it is refused, also after another instance took its place. A number comes back at the earliest after two
/// thousand million opens, or ninety-nine million while a million instances are open.
///
/// # Windows behaviour
///
/// Windows promises an opaque value, unique per live instance. Wine 8.0 (measured) gives a heap address, so a stale
/// one reaches whatever instance was put at that address since.
#[doc(alias = "HDRVR")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(NonZeroUsize);

impl Handle {
    /// The handle in the form in which C code and drivers see it.
    #[inline]
    pub fn to_raw(self) -> HDRVR {
        HDRVR(self.0.get())
    }

    /// Reads a handle that came from C code or from a driver. `None` for a value that no handle of ours can have:
    /// NULL, an address, anything outside 0x10_0000 to 0x7FFF_FFFF. `Some` does not mean that the instance is open.
    #[inline]
    pub fn from_raw(raw: HDRVR) -> Option<Handle> {
        if raw.0 >> INDEX_BITS == 0 || raw.0 > i32::MAX as usize {
            return None;
        }
        NonZeroUsize::new(raw.0).map(Handle)
    }

    /// Packs a slot number below [`MAX_SLOTS`] and a generation from 1 to [`MAX_GENERATION`].
    pub(crate) fn pack(index: u32, generation: u32) -> Handle {
        debug_assert!(index < MAX_SLOTS && (1..=MAX_GENERATION).contains(&generation));
        let word = (generation << INDEX_BITS | index) as usize;
        Handle(NonZeroUsize::new(word).expect("a generation is never 0"))
    }

    /// The handle as its slot keeps it; 31 bits.
    #[inline]
    pub(crate) fn word(self) -> u32 {
        self.0.get() as u32
    }

    #[inline]
    pub(crate) fn index(self) -> u32 {
        self.word() & (MAX_SLOTS - 1)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({:#010x})", self.0)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_survive_a_32_bit_trip() {
        for (index, generation) in
            [(0, 1), (MAX_SLOTS - 1, 1), (0, MAX_GENERATION), (MAX_SLOTS - 1, MAX_GENERATION)]
        {
            let handle = Handle::pack(index, generation);
            let raw = handle.to_raw().0;
            assert!((0x10_0000..=0x7FFF_FFFF).contains(&raw));
            assert_eq!(handle.index(), index);
            assert_eq!(Handle::from_raw(HDRVR(raw as u32 as i32 as isize as usize)), Some(handle));
        }
    }

    #[test]
    fn what_is_no_handle_is_refused() {
        for raw in [0, 1, 0xFFFF, 0x1_0000, 0xF_FFFF, 0x8000_0000, 0xFFFF_FFFF, usize::MAX] {
            assert_eq!(Handle::from_raw(HDRVR(raw)), None, "{raw:#x}");
        }
    }
}

//! The scalar types: handles, parameters, and the driver's procedure.

use core::fmt;

/// A handle of one open driver (an *instance*), as `OpenDriver` returns it.
///
/// An integer of pointer width which nobody may dereference. [`HDRVR::NULL`] is never an open driver. Managers of this
/// project hand out handles that fit 31 bits on every target, because real drivers declare their `DriverProc` with
/// 32-bit parameters even in 64-bit builds; on Windows a handle is an address.
///
/// Width: 16 bits on Windows 3.1, 32 bits on Win32, 64 bits on Win64 (source: mingw-w64 headers).
///
/// ```
/// use opendriver_abi::HDRVR;
/// assert!(HDRVR::default().is_null());
/// assert_eq!(format!("{:?}", HDRVR(0x1_0001)), "HDRVR(0x10001)");
/// ```
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HDRVR(pub usize);

impl HDRVR {
    /// The handle of no driver, which `OpenDriver` returns when it fails.
    pub const NULL: HDRVR = HDRVR(0);

    /// Whether this is the handle of no driver.
    #[must_use]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for HDRVR {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HDRVR({:#x})", self.0)
    }
}

/// Shows the number in hexadecimal: `0x10001`. Width and alignment are respected.
impl fmt::Display for HDRVR {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&alloc::format!("{:#x}", self.0))
    }
}

impl fmt::LowerHex for HDRVR {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

/// A message parameter: signed, pointer-sized. The manual pages still call it a 32-bit value, which it was.
pub type LPARAM = isize;

/// The result of a message: signed, pointer-sized.
pub type LRESULT = isize;

/// What a driver returned from [`DRV_OPEN`](crate::DRV_OPEN), given back to it with every later message.
///
/// `DWORD_PTR` in the headers. 0 in `DRV_LOAD`, `DRV_ENABLE` and `DRV_OPEN` themselves (Windows NT DDK; Wine 8.0
/// measured), and never 0 for an open instance, since 0 is how a driver refuses.
#[doc(alias = "dwDriverId")]
#[doc(alias = "DWORD_PTR")]
pub type DriverId = usize;

/// A driver's own procedure, exported under [`ENTRY_SYMBOL`]: `(id, handle, message, lParam1, lParam2) -> result`.
///
/// `extern "system"` is `__stdcall` on 32-bit Windows and the platform's C convention elsewhere.
///
/// # Safety
///
/// Whoever calls one enters foreign code. `lParam1` and `lParam2` must be what the message's documentation asks for:
/// for `DRV_OPEN` a NUL-terminated string or 0, and whatever the class of the driver expects in `lParam2`.
pub type DRIVERPROC = unsafe extern "system" fn(
    id: DriverId,
    handle: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT;

/// A second entry that wave, MIDI, mixer and aux drivers export beside `DriverProc`: `wodMessage`, `widMessage`,
/// `modMessage`, `midMessage`, `mxdMessage`, `auxMessage`, each `(device, message, user, param1, param2) -> result`.
///
/// `device` counts the driver's devices of that kind from 0. `user` is the driver's own value of an open device: a
/// pointer at which the driver stores it in the `OPEN` message, the stored value afterwards. The result is 0
/// (`MMSYSERR_NOERROR`) or an error code, or a count for the `GETNUMDEVS` messages. Source: Windows 3.1 DDK, NT DDK,
/// `mmddk.h`.
///
/// # Safety
///
/// As for [`DRIVERPROC`]: the parameters must be what the message asks for.
pub type DRIVERMSGPROC =
    unsafe extern "system" fn(device: u32, message: u32, user: usize, param1: usize, param2: usize) -> u32;

/// The name under which a driver exports its procedure: exactly this, and case counts.
///
/// A 32-bit Windows library built without a `.def` file may export `DriverProc@20` instead (mingw gcc measured), which
/// Windows does not find. The 16-bit loader of Wine asks for `DRIVERPROC`.
pub const ENTRY_SYMBOL: &str = "DriverProc";

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn a_handle_is_shown_in_hexadecimal() {
        let handle = HDRVR(0x1_0002);
        assert_eq!(
            format!("{handle}|{handle:>9}|{handle:x}|{handle:#010x}"),
            "0x10002|  0x10002|10002|0x00010002"
        );
        assert_eq!(format!("{handle:?} {:?}", HDRVR::NULL), "HDRVR(0x10002) HDRVR(0x0)");
    }

    #[test]
    fn only_the_handle_of_nobody_is_null() {
        assert!(HDRVR::NULL.is_null() && HDRVR::default().is_null());
        assert!(!HDRVR(1).is_null() && !HDRVR(usize::MAX).is_null());
    }
}

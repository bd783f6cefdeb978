//! The border between foreign callers and the driver: the only file with `unsafe`.
//!
//! What comes in is read here (text, structures), before any of the driver's code runs; what the driver gets are plain
//! values. The caller is trusted to pass what the protocol says, since there is no way to check an address.
#![allow(unsafe_code, reason = "addresses from foreign callers are read here and nowhere else")]

use std::ptr;

use crate::abi::{
    DRIVERPROC, DRV_CONFIGURE, DRV_FREE, DRV_INSTALL, DRV_OPEN, DRVCONFIGINFO, DRVCONFIGINFOEX, DriverId,
    HDRVR, LPARAM, LRESULT,
};
use crate::guard::{self, Call};
use crate::{Configure, Driver, Message, Open, registry};

/// The procedure of a driver as a value, for a manager that registers drivers compiled into the program.
///
/// The same code that [`export_driver!`](crate::export_driver) exports as `DriverProc`. Each driver type has one set of
/// instances, however often this is called. Text arrives as UTF-16 ([`TEXT_UTF16`](crate::abi::TEXT_UTF16)).
///
/// # Safety of the procedure
///
/// Calling it is `unsafe`: see [`DRIVERPROC`]. For `DRV_OPEN`, `lParam1` must be 0 or the address of UTF-16 text that ends
/// with a zero unit; for `DRV_CONFIGURE` and `DRV_INSTALL`, `lParam2` must be 0 or the address of a
/// [`DRVCONFIGINFO`] as long as it says, with names that are null or such text. They need not be aligned.
///
/// ```
/// use opendriver_sdk::{Driver, Open, Refusal, abi::{DRV_OPEN, HDRVR}, driver_proc};
///
/// struct Quiet;
/// impl Driver for Quiet {
///     fn open(_: &Open<'_>) -> Result<Self, Refusal> {
///         Ok(Quiet)
///     }
/// }
///
/// let procedure = driver_proc::<Quiet>();
/// // SAFETY: no parameters are passed.
/// let id = unsafe { procedure(0, HDRVR(0x10001), DRV_OPEN, 0, 0) };
/// assert_ne!(id, 0);
/// ```
#[must_use]
pub fn driver_proc<T: Driver>() -> DRIVERPROC {
    driver_entry::<T>
}

/// `DriverProc` of one driver type.
///
/// # Safety
///
/// See [`driver_proc`].
pub unsafe extern "system" fn driver_entry<T: Driver>(
    id: DriverId,
    handle: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    let holder = registry::holder::<T>();
    match message {
        DRV_OPEN => {
            // SAFETY: the caller promises that `lParam1` of DRV_OPEN is 0 or terminated text.
            let parameters = unsafe { text(ptr::with_exposed_provenance(lparam1.cast_unsigned())) };
            holder.open(&Open::new(handle, parameters.as_deref(), lparam2))
        }
        DRV_CONFIGURE | DRV_INSTALL => {
            // SAFETY: the caller promises that `lParam2` of these is 0 or a structure as long as it says.
            let info = unsafe { config_info(ptr::with_exposed_provenance(lparam2.cast_unsigned())) };
            let request = Configure {
                handle,
                parent: lparam1,
                section: info.section.as_deref(),
                alias: info.alias.as_deref(),
                device_node: info.device_node,
            };
            holder.configure(id, message, &request)
        }
        _ => {
            let answer = holder.message(id, &Message::new(handle, message, lparam1, lparam2));
            if message == DRV_FREE {
                registry::release(holder);
            }
            answer
        }
    }
}

/// What the body of an exported `modMessage` or one of its sisters looks like: safe or unsafe, as its author likes.
type MessageFunction = unsafe fn(u32, u32, usize, usize, usize) -> u32;

/// Calls the function behind an exported `modMessage` or one of its sisters.
///
/// # Safety
///
/// The parameters must be what `function` asks for: the caller of the exported entry promises that.
#[expect(clippy::too_many_arguments, reason = "five of them are the entry's own")]
pub unsafe fn message_entry(
    module: &'static str,
    entry: &'static str,
    function: MessageFunction,
    device: u32,
    message: u32,
    user: usize,
    param1: usize,
    param2: usize,
) -> u32 {
    guard::run(Call { driver: module, entry, message }, || {
        // SAFETY: passed on from our own caller.
        unsafe { function(device, message, user, param1, param2) }
    })
    .unwrap_or_else(|| answer_to_panic(entry, message))
}

/// `MMSYSERR_ERROR`, an unspecified error; but 0 where the answer is a number of devices.
fn answer_to_panic(entry: &str, message: u32) -> u32 {
    const MMSYSERR_ERROR: u32 = 1;
    // The *_GETNUMDEVS message of each entry (mmddk.h).
    let counts_devices = match entry {
        "wodMessage" | "auxMessage" => 3,
        "widMessage" => 50,
        "modMessage" | "mxdMessage" => 1,
        "midMessage" => 53,
        _ => return MMSYSERR_ERROR,
    };
    if message == counts_devices { 0 } else { MMSYSERR_ERROR }
}

/// Copies UTF-16 text up to its zero unit. Null gives `None`; halves of pairs that stand alone become U+FFFD.
///
/// # Safety
///
/// `address` is null or points to units, aligned or not, of which one is zero, and nobody changes them meanwhile.
unsafe fn text(address: *const u16) -> Option<String> {
    if address.is_null() {
        return None;
    }
    let mut units = Vec::new();
    let mut at = address;
    loop {
        // SAFETY: no unit before this one was zero, so the text goes on to here at least.
        let unit = unsafe { at.read_unaligned() };
        if unit == 0 {
            return Some(String::from_utf16_lossy(&units));
        }
        units.push(unit);
        // SAFETY: this unit was not the last one.
        at = unsafe { at.add(1) };
    }
}

/// What a [`DRVCONFIGINFO`] says.
#[derive(Default, Debug, PartialEq)]
struct ConfigInfo {
    section: Option<String>,
    alias: Option<String>,
    device_node: Option<u32>,
}

/// Reads the structure. Null, or a size too small for the two names, gives nothing.
///
/// # Safety
///
/// `address` is null or points to as many bytes as its first field says, at least four, and the names in it satisfy
/// [`text`].
unsafe fn config_info(address: *const DRVCONFIGINFO) -> ConfigInfo {
    if address.is_null() {
        return ConfigInfo::default();
    }
    // SAFETY: not null, so at least the size is there.
    let size = unsafe { address.cast::<u32>().read_unaligned() } as usize;
    if size < size_of::<DRVCONFIGINFO>() {
        return ConfigInfo::default();
    }
    // SAFETY: the structure says that it is long enough. It is packed, so any alignment will do.
    let info = unsafe { address.read_unaligned() };
    let device_node = (size >= size_of::<DRVCONFIGINFOEX>()).then(|| {
        // SAFETY: it says that it is long enough for this form, too.
        unsafe { address.cast::<DRVCONFIGINFOEX>().read_unaligned() }.dnDevNode
    });
    // SAFETY: the caller promises terminated text or null.
    let section = unsafe { text(info.lpszDCISectionName) };
    // SAFETY: the same.
    let alias = unsafe { text(info.lpszDCIAliasName) };
    ConfigInfo { section, alias, device_node }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_never_taken_for_a_device() {
        for (entry, counts_devices) in [
            ("wodMessage", 3),
            ("auxMessage", 3),
            ("widMessage", 50),
            ("modMessage", 1),
            ("mxdMessage", 1),
            ("midMessage", 53),
        ] {
            let zeros: Vec<u32> = (0..200).filter(|&message| answer_to_panic(entry, message) == 0).collect();
            assert_eq!(zeros, [counts_devices], "{entry}");
        }
        assert!((0..200).all(|message| answer_to_panic("otherMessage", message) == 1));
    }
}

//! What travels with configuration, installation and enumeration.

use super::layout::layout;

/// `lParam2` of [`DRV_CONFIGURE`](crate::DRV_CONFIGURE) and [`DRV_INSTALL`](crate::DRV_INSTALL): under which entry the
/// driver is installed. Packed to one byte.
///
/// A driver must check the pointer for 0 before use and treat `dwDCISize` as a minimum: the audio compression manager of
/// Windows passes [`DRVCONFIGINFOEX`] under the same pointer.
///
/// Offsets, 32-bit / 64-bit: `dwDCISize` 0 / 0, `lpszDCISectionName` 4 / 4, `lpszDCIAliasName` 8 / 12; size 12 / 20. On
/// Windows 3.1 the strings are ANSI and the pointers far ones. Including `mmiscapi.h` of the current SDK without
/// `mmsystem.h` may give natural packing, 24 bytes on 64-bit machines (untested).
#[doc(alias = "LPDRVCONFIGINFO")]
#[repr(C, packed)]
#[derive(Clone, Copy, Debug)]
pub struct DRVCONFIGINFO {
    /// Size of the structure in bytes, at least; set by the sender.
    pub dwDCISize: u32,
    /// NUL-terminated name of the section: `Drivers32`, or the section of SYSTEM.INI. May be null.
    pub lpszDCISectionName: *const u16,
    /// NUL-terminated name of the entry, the alias. May be null.
    pub lpszDCIAliasName: *const u16,
}

layout!(DRVCONFIGINFO: 12 / 20 {
    dwDCISize: 0 / 0,
    lpszDCISectionName: 4 / 4,
    lpszDCIAliasName: 8 / 12,
});

/// [`DRVCONFIGINFO`] with the device node behind it, as Windows 95 and later pass it. Packed to one byte.
///
/// Offsets, 32-bit / 64-bit: as [`DRVCONFIGINFO`], then `dnDevNode` 12 / 20; size 16 / 24.
#[doc(alias = "LPDRVCONFIGINFOEX")]
#[repr(C, packed)]
#[derive(Clone, Copy, Debug)]
pub struct DRVCONFIGINFOEX {
    /// Size of the structure in bytes; set by the sender.
    pub dwDCISize: u32,
    /// NUL-terminated name of the section. May be null.
    pub lpszDCISectionName: *const u16,
    /// NUL-terminated name of the entry. May be null.
    pub lpszDCIAliasName: *const u16,
    /// The device node of a Plug and Play device, 0 if there is none.
    pub dnDevNode: u32,
}

layout!(DRVCONFIGINFOEX: 16 / 24 {
    dwDCISize: 0 / 0,
    lpszDCISectionName: 4 / 4,
    lpszDCIAliasName: 8 / 12,
    dnDevNode: 12 / 20,
});

/// What the 16-bit `GetDriverInfo` fills in, in its 16-bit layout on every machine.
///
/// Offsets: `length` 0, `hDriver` 2, `hModule` 4, `szAliasName` 6; size 134 (computed: no 32-bit header has it).
#[repr(C, packed)]
#[derive(Clone, Copy, Debug)]
pub struct DRIVERINFOSTRUCT {
    /// Size of the structure, which the caller sets to 134; anything else makes the function fail.
    pub length: u16,
    /// The handle, 16 bits wide.
    pub hDriver: u16,
    /// The module, 16 bits wide.
    pub hModule: u16,
    /// The NUL-terminated alias or file name in ANSI.
    pub szAliasName: [u8; 128],
}

layout!(DRIVERINFOSTRUCT: 134 / 134 {
    length: 0 / 0,
    hDriver: 2 / 2,
    hModule: 4 / 4,
    szAliasName: 6 / 6,
});

//! What travels with the opening of video and audio codecs.

use core::ffi::c_void;

use super::layout::layout;
use crate::LRESULT;

/// A four-character code as the structures hold it: the first character in the lowest byte.
///
/// ```
/// use opendriver_abi::{ICTYPE_VIDEO, four_cc};
/// assert_eq!(four_cc(*b"vidc"), ICTYPE_VIDEO);
/// assert_eq!(ICTYPE_VIDEO, 0x6364_6976);
/// ```
#[doc(alias = "mmioFOURCC")]
#[must_use]
pub const fn four_cc(characters: [u8; 4]) -> u32 {
    u32::from_le_bytes(characters)
}

/// `fccType` of a video codec: `vidc`.
pub const ICTYPE_VIDEO: u32 = four_cc(*b"vidc");
/// `fccType` of an audio codec: `audc`.
pub const ICTYPE_AUDIO: u32 = four_cc(*b"audc");
/// `fccType` of a video capture driver: `vcap`.
pub const ICTYPE_VIDEO_CAPTURE: u32 = four_cc(*b"vcap");

/// `dwVersion` of [`ICOPEN`] from `vfw.h`. Wine's `ICOpen` sends 0x1000 instead.
pub const ICVERSION: u32 = 0x0104;
/// `dwFlags` of [`ICOPEN`]: opened for compression.
pub const ICMODE_COMPRESS: u32 = 1;
/// `dwFlags` of [`ICOPEN`]: opened for decompression.
pub const ICMODE_DECOMPRESS: u32 = 2;
/// `dwFlags` of [`ICOPEN`]: opened for decompression in real time.
pub const ICMODE_FASTDECOMPRESS: u32 = 3;
/// `dwFlags` of [`ICOPEN`]: opened for questions only.
pub const ICMODE_QUERY: u32 = 4;
/// `dwFlags` of [`ICOPEN`]: opened for compression in real time.
pub const ICMODE_FASTCOMPRESS: u32 = 5;
/// `dwFlags` of [`ICOPEN`]: opened for drawing.
pub const ICMODE_DRAW: u32 = 8;

/// `lParam2` of [`DRV_OPEN`](crate::DRV_OPEN) for video codecs (`vidc`) and capture drivers (`vcap`, there called
/// `VIDEO_OPEN_PARMS`). Aligned naturally.
///
/// Offsets, 32-bit / 64-bit: `dwSize` 0 / 0, `fccType` 4 / 4, `fccHandler` 8 / 8, `dwVersion` 12 / 12, `dwFlags` 16 / 16,
/// `dwError` 20 / 24, `pV1Reserved` 24 / 32, `pV2Reserved` 28 / 40, `dnDevNode` 32 / 48; size 36 / 56. The 1998 DDK
/// declares `dwError` as a DWORD, which would make 48 bytes on 64-bit machines; the 16-bit form ends after `dwError`.
/// So read `dwSize` before anything behind `dwFlags`.
#[doc(alias = "VIDEO_OPEN_PARMS")]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ICOPEN {
    /// Size of the structure in bytes.
    pub dwSize: u32,
    /// [`ICTYPE_VIDEO`] or [`ICTYPE_VIDEO_CAPTURE`]. A driver refuses what it is not.
    pub fccType: u32,
    /// Four-character code of the codec asked for.
    pub fccHandler: u32,
    /// Version of the interface: [`ICVERSION`].
    pub dwVersion: u32,
    /// `ICMODE_*`, or the channel of a capture driver.
    pub dwFlags: u32,
    /// Out: why the driver refused.
    pub dwError: LRESULT,
    /// Reserved.
    pub pV1Reserved: *mut c_void,
    /// Reserved.
    pub pV2Reserved: *mut c_void,
    /// The device node of a Plug and Play device.
    pub dnDevNode: u32,
}

layout!(ICOPEN: 36 / 56 {
    dwSize: 0 / 0,
    fccType: 4 / 4,
    fccHandler: 8 / 8,
    dwVersion: 12 / 12,
    dwFlags: 16 / 16,
    dwError: 20 / 24,
    pV1Reserved: 24 / 32,
    pV2Reserved: 28 / 40,
    dnDevNode: 32 / 48,
});

macro_rules! acm_open_description {
    ($(#[$doc:meta])* $name:ident, $character:ty) => {
        $(#[$doc])*
        ///
        /// Offsets, 32-bit / 64-bit: `cbStruct` 0 / 0, `fccType` 4 / 4, `fccComp` 8 / 8, `dwVersion` 12 / 12, `dwFlags`
        /// 16 / 16, `dwError` 20 / 20, `pszSectionName` 24 / 24, `pszAliasName` 28 / 32, `dnDevNode` 32 / 40; size
        /// 36 / 44. Wine's header does not pack it, which changes the size on 64-bit machines to 48 and no offset. So treat
        /// `cbStruct` as a minimum and ignore what lies beyond. (Source: Microsoft's metadata for
        /// windows-sys; mingw-w64 has no `msacmdrv.h`.)
        #[repr(C, packed)]
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            /// Size of the structure in bytes, at least.
            pub cbStruct: u32,
            /// [`ICTYPE_AUDIO`]; a driver refuses anything else.
            pub fccType: u32,
            /// Reserved, 0.
            pub fccComp: u32,
            /// Version of the audio compression manager.
            pub dwVersion: u32,
            /// Open flags.
            pub dwFlags: u32,
            /// Out: an error code that explains a refused open.
            pub dwError: u32,
            /// NUL-terminated name of the section. May be null.
            pub pszSectionName: *const $character,
            /// NUL-terminated name of the entry. May be null.
            pub pszAliasName: *const $character,
            /// The device node of a Plug and Play device.
            pub dnDevNode: u32,
        }

        layout!($name: 36 / 44 {
            cbStruct: 0 / 0,
            fccType: 4 / 4,
            fccComp: 8 / 8,
            dwVersion: 12 / 12,
            dwFlags: 16 / 16,
            dwError: 20 / 20,
            pszSectionName: 24 / 24,
            pszAliasName: 28 / 32,
            dnDevNode: 32 / 40,
        });
    };
}

acm_open_description! {
    /// `lParam2` of [`DRV_OPEN`](crate::DRV_OPEN) for audio codecs with ANSI strings, the form of the NT DDK text. Packed
    /// to one byte.
    ACMDRVOPENDESCA, u8
}

acm_open_description! {
    /// `lParam2` of [`DRV_OPEN`](crate::DRV_OPEN) for audio codecs with UTF-16 strings, the form in use on Win32. Packed to
    /// one byte.
    #[doc(alias = "ACMDRVOPENDESC")]
    ACMDRVOPENDESCW, u16
}

//! How a driver says in which encoding it wants the text a manager passes to it.

/// Name of an optional `u32` that a driver exports beside `DriverProc`: one of [`TEXT_UTF16`], [`TEXT_ANSI`],
/// [`TEXT_UTF8`].
///
/// It governs every string a manager passes to this driver: the parameters in `lParam1` of
/// [`DRV_OPEN`](crate::DRV_OPEN) and the names in [`DRVCONFIGINFO`](crate::DRVCONFIGINFO). When a driver does not export
/// it, the manager's own setting decides, which is UTF-16 as on Windows unless it plays Windows 3.1. A value that is
/// not in the list counts as absent.
///
/// Windows has no such thing: there the width follows from the system, ANSI on Windows 3.1 (Windows 3.1 SDK), UTF-16
/// on Win32 even for `OpenDriverA` (Wine 8.0 measured). It exists here because a driver written for this project may
/// prefer UTF-8, and because a driver compiled for UTF-16 must not be handed bytes when the manager plays Windows 3.1.
///
/// In C: `const unsigned int opendriver_text = 3;` (exported from the library).
pub const TEXT_SYMBOL: &str = "opendriver_text";

/// Text is UTF-16 in the byte order of the machine, ended by a zero unit. What the driver SDK of this project exports.
pub const TEXT_UTF16: u32 = 1;

/// Text is in the manager's ANSI code page, ended by a zero byte.
pub const TEXT_ANSI: u32 = 2;

/// Text is UTF-8, ended by a zero byte.
pub const TEXT_UTF8: u32 = 3;

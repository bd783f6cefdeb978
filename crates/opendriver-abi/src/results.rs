//! Answers: what drivers return, what the default procedure returns, and other small constants.

use crate::{DRV_DISABLE, DRV_ENABLE, DRV_FREE, DRV_INSTALL, DRV_LOAD, DRV_REMOVE, LRESULT};

/// What the default procedure answers to `message`: the result of `DefDriverProc`, a function of the number alone.
///
/// 1 for `DRV_LOAD`, `DRV_ENABLE`, `DRV_DISABLE`, `DRV_FREE`, `DRV_INSTALL` and `DRV_REMOVE` (the last two in the
/// sense of [`DRVCNF_OK`]); 0 for everything else, `DRV_OPEN` among it. So a driver that leaves `DRV_OPEN` to the default
/// procedure can never be opened.
///
/// # Windows behaviour
///
/// The manual page says "nonzero if successful" and that custom messages are ignored; the table is what Wine 8.0
/// returns, measured. Wine's 16-bit manager also shows a message box for `DRV_CONFIGURE`; we do not.
///
/// ```
/// use opendriver_abi::{DRV_LOAD, DRV_OPEN, default_result};
/// assert_eq!(default_result(DRV_LOAD), 1);
/// assert_eq!(default_result(DRV_OPEN), 0);
/// ```
#[doc(alias = "DefDriverProc")]
#[doc(alias = "DrvDefDriverProc")]
#[must_use]
pub const fn default_result(message: u32) -> LRESULT {
    match message {
        DRV_LOAD | DRV_ENABLE | DRV_DISABLE | DRV_FREE => 1,
        DRV_INSTALL | DRV_REMOVE => DRVCNF_OK,
        _ => 0,
    }
}

/// Answer to `DRV_CONFIGURE`, `DRV_INSTALL`, `DRV_REMOVE`: the user cancelled, or it failed.
pub const DRVCNF_CANCEL: LRESULT = 0;
/// Answer to `DRV_CONFIGURE`, `DRV_INSTALL`, `DRV_REMOVE`: done.
pub const DRVCNF_OK: LRESULT = 1;
/// Answer to `DRV_CONFIGURE`, `DRV_INSTALL`, `DRV_REMOVE`: done, and takes effect after the system was started again.
pub const DRVCNF_RESTART: LRESULT = 2;

/// Obsolete spelling of [`DRVCNF_CANCEL`].
pub const DRV_CANCEL: LRESULT = DRVCNF_CANCEL;
/// Obsolete spelling of [`DRVCNF_OK`]. Real drivers return it as "success" for every message, which is both non-zero
/// and equal to 1.
pub const DRV_OK: LRESULT = DRVCNF_OK;
/// Obsolete spelling of [`DRVCNF_RESTART`].
pub const DRV_RESTART: LRESULT = DRVCNF_RESTART;

/// A driver's answer "yes" in its most general form. Wine's `mmsystem.h` and the pen headers have it.
pub const DRV_SUCCESS: LRESULT = 1;
/// A driver's answer "no" in its most general form.
pub const DRV_FAILURE: LRESULT = 0;

/// `lParam1` of `DRV_EXITAPPLICATION`: the application ended by itself.
pub const DRVEA_NORMALEXIT: isize = 1;
/// `lParam1` of `DRV_EXITAPPLICATION`: the application was ended.
pub const DRVEA_ABNORMALEXIT: isize = 2;

/// Power code of the window message `WM_POWER`: the system is about to be suspended. `DRV_POWER` itself has no
/// documented parameter; the `PWR_*` codes are here because drivers are found to expect them in `lParam1`.
pub const PWR_SUSPENDREQUEST: isize = 1;
/// Power code of `WM_POWER`: the system resumes after a suspend it had announced.
pub const PWR_SUSPENDRESUME: isize = 2;
/// Power code of `WM_POWER`: the system resumes after a suspend it could not announce.
pub const PWR_CRITICALRESUME: isize = 3;
/// Answer to a power message: handled.
pub const PWR_OK: LRESULT = 1;
/// Answer to a power message: please do not suspend.
pub const PWR_FAIL: LRESULT = -1;

/// `GetDriverFlags`: the handle is that of an open 32-bit (or wider) driver. The only bit Wine 8.0 returns (measured);
/// the function has no public manual page, and Windows no public name for its bits.
pub const DRIVER_FLAGS_OPEN: u32 = 0x8000_0000;
/// `GetDriverFlags`: the driver is a 16-bit one. Older versions of Wine; never set here.
pub const DRIVER_FLAGS_16BIT: u32 = 0x1000_0000;
/// `GetDriverFlags`: the bits a caller may see.
pub const DRIVER_FLAGS_MASK: u32 = 0xF000_0000;
/// Internal mark of a hidden session instance in Wine, cleared by [`DRIVER_FLAGS_MASK`] before a caller sees it.
pub const DRIVER_FLAGS_SESSION: u32 = 0x0000_0001;

/// `GetNextDriver`: from the first driver to the last.
pub const GND_FORWARD: u32 = 0;
/// `GetNextDriver`: only the first instance of each module.
pub const GND_FIRSTINSTANCEONLY: u32 = 1;
/// `GetNextDriver`: from the last driver to the first.
pub const GND_REVERSE: u32 = 2;

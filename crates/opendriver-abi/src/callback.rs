//! `DriverCallback`: how a device driver tells its client that something happened.
//!
//! The client chooses when it opens a device, with one of the `CALLBACK_*` flags in its open flags; the driver keeps
//! the upper half of these flags and gives it to `DriverCallback` as `DCB_*`. So each `CALLBACK_*` is the `DCB_*` of the
//! same name shifted left by [`CALLBACK_SHIFT`]. Sources: `mmddk.h`, `mmsystem.h`; behaviour measured in Wine 8.0.

use crate::HDRVR;

/// A client's callback function: `(device, message, user, param1, param2)`.
///
/// `device` is the handle of the device, not of the driver; `user` is what the client gave when it opened the device.
/// The driver may call it on a thread of its own, while the client is inside another call.
///
/// # Safety
///
/// Whoever calls one enters foreign code with the parameters that the message's documentation asks for.
#[doc(alias = "DRVCALLBACK")]
#[doc(alias = "PDRVCALLBACK")]
pub type LPDRVCALLBACK =
    unsafe extern "system" fn(device: HDRVR, message: u32, user: usize, param1: usize, param2: usize);

/// No callback. `DriverCallback` does nothing and returns FALSE.
pub const DCB_NULL: u32 = 0x0000;
/// The target is a window: the message is posted with `wParam` = device and `lParam` = param1; user and param2 are lost.
pub const DCB_WINDOW: u32 = 0x0001;
/// The target is a task (Windows 3.1) or thread (Win32): posted with the same fields as [`DCB_WINDOW`].
pub const DCB_TASK: u32 = 0x0002;
/// The target is a function of type [`LPDRVCALLBACK`], called directly; `DriverCallback` returns TRUE.
pub const DCB_FUNCTION: u32 = 0x0003;
/// The target is an event handle, which is set. Not on the manual page of `DriverCallback`, but in `mmddk.h`.
pub const DCB_EVENT: u32 = 0x0005;
/// Mask of the bits that hold the kind of target. The kinds 4, 6 and 7 are not defined: FALSE.
pub const DCB_TYPEMASK: u32 = 0x0007;
/// Modifier: do not switch to another stack. Has a meaning on 16-bit Windows only; ignored elsewhere.
pub const DCB_NOSWITCH: u32 = 0x0008;

/// Distance in bits between a `DCB_*` value and the `CALLBACK_*` flag of the same name.
pub const CALLBACK_SHIFT: u32 = 16;
/// Open flag: no callback.
pub const CALLBACK_NULL: u32 = DCB_NULL << CALLBACK_SHIFT;
/// Open flag: the callback is a window.
pub const CALLBACK_WINDOW: u32 = DCB_WINDOW << CALLBACK_SHIFT;
/// Open flag: the callback is a task.
pub const CALLBACK_TASK: u32 = DCB_TASK << CALLBACK_SHIFT;
/// Open flag: the callback is a thread; the Win32 name of [`CALLBACK_TASK`].
pub const CALLBACK_THREAD: u32 = CALLBACK_TASK;
/// Open flag: the callback is a function.
pub const CALLBACK_FUNCTION: u32 = DCB_FUNCTION << CALLBACK_SHIFT;
/// Open flag: the callback is an event.
pub const CALLBACK_EVENT: u32 = DCB_EVENT << CALLBACK_SHIFT;
/// Mask of the open flags that hold the kind of callback.
pub const CALLBACK_TYPEMASK: u32 = DCB_TYPEMASK << CALLBACK_SHIFT;

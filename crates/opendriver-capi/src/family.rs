//! The functions under their Windows names.
//!
//! They mean the manager of the process, or inside a driver the manager that called it; see [`crate::ManagerToken`].
//! A header of ours declares each, and docs/c-api.md has an example for each.
#![allow(non_snake_case, reason = "these are the names that programs of the Windows world link against")]

mod enumerate;

pub use enumerate::*;

use opendriver::Notification;
use opendriver::abi::{HDRVR, LPARAM, LRESULT, default_result};

use crate::boundary::{enter, quietly};
use crate::callback;
use crate::failure::Failure;
use crate::raw::{AnsiText, WideText};
use crate::scope::{ManagerToken, Need, with, with_handle};
use crate::send::send;

/// Opens an instance of a driver: [`opendriver::Manager::open`]. NULL if that fails.
///
/// `name` is an alias or a file name with parameters, `section` where to look for the alias or NULL for the default
/// section, `lparam2` what the driver gets as lParam2 of DRV_OPEN.
///
/// The configuration is read at the first call, and again when its files have changed; if that is impossible the
/// function fails, and the last error says so.
///
/// # Windows behaviour
///
/// A NULL name crashes under Wine 8.0 (measured); here it is a failure.
#[unsafe(no_mangle)]
pub extern "system" fn OpenDriver(name: WideText, section: WideText, lparam2: LPARAM) -> HDRVR {
    enter(HDRVR::NULL, || {
        let (name, section) = (name.read("driver name")?, section.optional("section name")?);
        open(&name, section.as_deref(), lparam2)
    })
}

/// As [`OpenDriver`], with names in the ANSI code page of the settings. The driver gets its parameters in its own
/// encoding all the same (Wine 8.0 measured: UTF-16).
#[unsafe(no_mangle)]
pub extern "system" fn OpenDriverA(name: AnsiText, section: AnsiText, lparam2: LPARAM) -> HDRVR {
    enter(HDRVR::NULL, || {
        with(ManagerToken::NULL, Need::Configuration, |manager| {
            let page = manager.ansi_code_page();
            let (name, section) = (name.read(page, "driver name")?, section.optional(page));
            Ok(manager.open(&name, section.as_deref(), lparam2)?.to_raw())
        })
    })
}

fn open(name: &str, section: Option<&str>, lparam2: LPARAM) -> Result<HDRVR, Failure> {
    with(ManagerToken::NULL, Need::Configuration, |manager| {
        Ok(manager.open(name, section, lparam2)?.to_raw())
    })
}

/// Another name of [`OpenDriver`].
#[unsafe(no_mangle)]
pub extern "system" fn DrvOpen(name: WideText, section: WideText, lparam2: LPARAM) -> HDRVR {
    OpenDriver(name, section, lparam2)
}

/// Another name of [`OpenDriverA`].
#[unsafe(no_mangle)]
pub extern "system" fn DrvOpenA(name: AnsiText, section: AnsiText, lparam2: LPARAM) -> HDRVR {
    OpenDriverA(name, section, lparam2)
}

/// Closes an instance: [`opendriver::Manager::close`]. 1 if it is closed, 0 if the handle is not open or the driver
/// keeps the instance open, which only some personalities allow.
///
/// What the driver answered to DRV_CLOSE is not returned (Wine 8.0 measured); `opendriver_close` gives it.
#[unsafe(no_mangle)]
pub extern "system" fn CloseDriver(handle: HDRVR, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
    enter(0, || {
        with_handle(ManagerToken::NULL, handle, |manager, handle| {
            manager.close(handle, lparam1, lparam2)?;
            Ok(1)
        })
    })
}

/// Another name of [`CloseDriver`].
#[unsafe(no_mangle)]
pub extern "system" fn DrvClose(handle: HDRVR, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
    CloseDriver(handle, lparam1, lparam2)
}

/// Sends a message to an instance and returns the driver's answer: [`opendriver::Manager::send`]. 0 also if the handle
/// is not open, which the last error tells from a driver's 0.
#[unsafe(no_mangle)]
pub extern "system" fn SendDriverMessage(
    handle: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    send(ManagerToken::NULL, handle, message, lparam1, lparam2)
}

/// Another name of [`SendDriverMessage`].
#[unsafe(no_mangle)]
pub extern "system" fn DrvSendMessage(
    handle: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    SendDriverMessage(handle, message, lparam1, lparam2)
}

/// What a driver answers to messages that it does not know: [`default_result`]. Only the number of the message counts.
/// Leaves the last error as it is.
#[unsafe(no_mangle)]
pub extern "system" fn DefDriverProc(
    driver_id: usize,
    handle: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    let _ = (driver_id, handle, lparam1, lparam2);
    quietly(0, || default_result(message))
}

/// Another name of [`DefDriverProc`].
#[unsafe(no_mangle)]
pub extern "system" fn DrvDefDriverProc(
    driver_id: usize,
    handle: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    DefDriverProc(driver_id, handle, message, lparam1, lparam2)
}

/// The module of an instance: [`opendriver::Manager::module`]. NULL if the handle is not open. The value is that of
/// dlopen or LoadLibrary; `opendriver_module_symbol` takes it.
#[unsafe(no_mangle)]
pub extern "system" fn GetDriverModuleHandle(handle: HDRVR) -> usize {
    enter(0, || {
        with_handle(ManagerToken::NULL, handle, |manager, handle| Ok(manager.module(handle)?.0.get()))
    })
}

/// Another name of [`GetDriverModuleHandle`].
#[unsafe(no_mangle)]
pub extern "system" fn DrvGetModuleHandle(handle: HDRVR) -> usize {
    GetDriverModuleHandle(handle)
}

/// 0x80000000 for an open instance, else 0: [`opendriver::Manager::flags`].
#[unsafe(no_mangle)]
pub extern "system" fn GetDriverFlags(handle: HDRVR) -> u32 {
    enter(0, || with_handle(ManagerToken::NULL, handle, |manager, handle| Ok(manager.flags(handle)?)))
}

/// Notifies the client of a device, 1 if that was delivered: [`opendriver::Manager::driver_callback`].
///
/// Functions are called directly. Windows, threads and events need a notifier, see `opendriver_set_notifier`; on
/// Windows there is one from the beginning.
#[unsafe(no_mangle)]
pub extern "system" fn DriverCallback(
    target: callback::Target,
    flags: u32,
    device: HDRVR,
    message: u32,
    user: usize,
    parameter1: usize,
    parameter2: usize,
) -> i32 {
    enter(0, || {
        let notification = Notification { device, message, user, parameter1, parameter2 };
        callback::deliver(target, flags, &notification)?;
        Ok(1)
    })
}

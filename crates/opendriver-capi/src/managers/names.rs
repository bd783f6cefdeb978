//! What is known of instances and modules: names, paths, symbols.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::path::Path;

use opendriver::abi::HDRVR;
use opendriver::{InstanceInfo, ModuleHandle, Place};

use crate::boundary::enter;
use crate::code::Code;
use crate::failure::Failure;
use crate::raw::{CharBuffer, Utf8Text};
use crate::scope::{ManagerToken, Need, with, with_handle};

/// `GetDriverModuleHandle` on a manager.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_module(manager: ManagerToken, handle: HDRVR) -> usize {
    enter(0, || with_handle(manager, handle, |manager, handle| Ok(manager.module(handle)?.0.get())))
}

/// `GetDriverFlags` on a manager.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_flags(manager: ManagerToken, handle: HDRVR) -> u32 {
    enter(0, || with_handle(manager, handle, |manager, handle| Ok(manager.flags(handle)?)))
}

/// What the driver of an instance exports under a name, such as modMessage: [`opendriver::Manager::symbol`]. Good as
/// long as an instance of that driver is open. NULL if the handle is not open or there is no such name.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_symbol(manager: ManagerToken, handle: HDRVR, name: Utf8Text) -> *mut c_void {
    enter(std::ptr::null_mut(), || {
        let name = name.read("name of the symbol")?;
        with_handle(manager, handle, |manager, handle| Ok(manager.symbol(handle, name)?.as_ptr()))
    })
}

/// As [`opendriver_symbol`], by the module: [`opendriver::Manager::module_symbol`].
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_module_symbol(
    manager: ManagerToken,
    module: usize,
    name: Utf8Text,
) -> *mut c_void {
    enter(std::ptr::null_mut(), || {
        let name = name.read("name of the symbol")?;
        let module = NonZeroUsize::new(module).ok_or_else(|| Failure::null("module"))?;
        with(manager, Need::Handles, |manager| {
            let symbol = manager.module_symbol(ModuleHandle(module), name).ok_or_else(|| {
                let text = format!("no module {module:#x} that exports {name:?} is loaded");
                Failure::new(Code::Module, text)
            })?;
            Ok(symbol.as_ptr())
        })
    })
}

/// The driver's own number for the instance, what it returned from DRV_OPEN; 0 if the handle is not open.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_driver_id(manager: ManagerToken, handle: HDRVR) -> usize {
    enter(0, || with_handle(manager, handle, |manager, handle| Ok(manager.info(handle)?.driver_id)))
}

/// The alias by which an instance was opened. Returns its size with NUL; 0 if it was opened by file name, or if the
/// handle is not open.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_alias(
    manager: ManagerToken,
    handle: HDRVR,
    buffer: CharBuffer,
    size: usize,
) -> usize {
    let written = enter(0, || {
        describe(manager, handle, |info| {
            let alias = info.alias.as_deref().ok_or_else(|| absent("was opened by file name"))?;
            Ok(buffer.write(size, alias.as_bytes()))
        })
    });
    buffer.or_empty(size, written)
}

/// The file name of an instance's driver as it was asked for, without directories. Returns its size with NUL; 0 if the
/// handle is not open.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_module_name(
    manager: ManagerToken,
    handle: HDRVR,
    buffer: CharBuffer,
    size: usize,
) -> usize {
    let written =
        enter(0, || describe(manager, handle, |info| Ok(buffer.write(size, info.module.as_bytes()))));
    buffer.or_empty(size, written)
}

/// The path of the file of an instance's driver. Returns its size with NUL; 0 if the driver is compiled into the
/// program, or if the handle is not open.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_module_path(
    manager: ManagerToken,
    handle: HDRVR,
    buffer: CharBuffer,
    size: usize,
) -> usize {
    let written = enter(0, || {
        describe(manager, handle, |info| {
            let path: &Path = info.path.as_deref().ok_or_else(|| absent("is of a compiled-in driver"))?;
            Ok(buffer.write_path(size, path))
        })
    });
    buffer.or_empty(size, written)
}

/// Finds the file that a name would open, and loads nothing: [`opendriver::Manager::locate`]. Returns the size of its
/// path with NUL; 0 if there is none. For a driver that is compiled into the program it is its file name.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_locate(
    manager: ManagerToken,
    name: Utf8Text,
    section: Utf8Text,
    buffer: CharBuffer,
    size: usize,
) -> usize {
    let written = enter(0, || {
        let (name, section) = (name.read("driver name")?, section.optional("section name")?);
        with(manager, Need::Configuration, |manager| {
            let located = manager.locate(name, section)?;
            Ok(match located.place {
                Place::File { path, .. } => buffer.write_path(size, &path),
                _ => buffer.write(size, located.file.as_bytes()),
            })
        })
    });
    buffer.or_empty(size, written)
}

fn describe<T>(
    manager: ManagerToken,
    handle: HDRVR,
    body: impl FnOnce(InstanceInfo) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_handle(manager, handle, |manager, handle| body(manager.info(handle)?))
}

fn absent(why: &str) -> Failure {
    Failure::new(Code::Absent, format!("the instance {why}"))
}

//! DriverCallback: functions are called, and for windows, threads and events the program says how they are reached.
//!
//! This and `raw` are the modules with `unsafe`: here functions of the program are called whose addresses came over the
//! border, and the header says what they must be.

mod log;

pub use log::{LogFunction, opendriver_set_log};

use std::ffi::c_void;
use std::sync::{Arc, PoisonError, RwLock};

use opendriver::abi::LPARAM;
use opendriver::{CallbackError, Notification, Notifier};

use crate::boundary::enter;
use crate::code::Code;
use crate::failure::Failure;
use crate::raw::{In, NotifierTable};
use crate::scope;

#[cfg(windows)]
mod windows;

/// What DriverCallback notifies: a window, a thread, a function or an event, by the flags. `DWORD_PTR` in C.
///
/// It comes from a driver, whose client gave it when it opened a device; with DCB_FUNCTION it is the address of a
/// function of the type [`LPDRVCALLBACK`](opendriver::abi::LPDRVCALLBACK), as the header demands.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub struct Target(usize);

impl Target {
    /// A target for a call from Rust.
    ///
    /// # Safety
    ///
    /// If it is used with DCB_FUNCTION, it is 0 or the address of such a function.
    pub unsafe fn new(target: usize) -> Target {
        Target(target)
    }
}

/// What the program has given; `None` before it has given anything.
static NOTIFIER: RwLock<Option<Arc<Table>>> = RwLock::new(None);

struct Table(NotifierTable);

// SAFETY: the functions may be called from any thread with the pointer that comes with them; the header demands it.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

impl Table {
    fn user(&self) -> *mut c_void {
        self.0.user
    }
}

impl Notifier for Table {
    fn post_to_window(&self, window: usize, message: u32, wparam: usize, lparam: usize) -> bool {
        self.0.post_to_window.is_some_and(|post| {
            // SAFETY: a function of the program, called as the header says.
            unsafe { post(self.user(), window, message, wparam, lparam as LPARAM) != 0 }
        })
    }

    fn post_to_thread(&self, thread: u32, message: u32, wparam: usize, lparam: usize) -> bool {
        self.0.post_to_thread.is_some_and(|post| {
            // SAFETY: a function of the program, called as the header says.
            unsafe { post(self.user(), thread, message, wparam, lparam as LPARAM) != 0 }
        })
    }

    fn set_event(&self, event: usize) -> bool {
        self.0.set_event.is_some_and(|set| {
            // SAFETY: a function of the program, called as the header says.
            unsafe { set(self.user(), event) != 0 }
        })
    }
}

/// Says how windows, threads and events are reached, for DriverCallback. The structure is copied; NULL takes back what
/// was given before. 1, or 0 if `size` is not the size of the structure.
///
/// The functions are called on the thread that calls DriverCallback, with no lock held; several at once are possible.
/// One that has begun on another thread may still be running when this function returns.
///
/// # Windows behaviour
///
/// Windows posts and sets by itself; so does this library on Windows, until a notifier is given.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_set_notifier(notifier: In<NotifierTable>) -> i32 {
    enter(0, || {
        let table = match notifier.stated_size() {
            Some(size) if size != size_of::<NotifierTable>() => {
                let wanted = size_of::<NotifierTable>();
                let text = format!("`size` is {size}; set it to sizeof(opendriver_notifier), {wanted}");
                return Err(Failure::new(Code::Argument, text));
            }
            _ => notifier.read().map(|table| Arc::new(Table(table))),
        };
        *NOTIFIER.write().unwrap_or_else(PoisonError::into_inner) = table;
        Ok(1)
    })
}

/// Delivers what a driver has to tell its client. The code that is called belongs to the program and not to the driver,
/// so the Windows names mean the manager of the process there.
pub(crate) fn deliver(target: Target, flags: u32, notification: &Notification) -> Result<(), CallbackError> {
    let given = NOTIFIER.read().unwrap_or_else(PoisonError::into_inner).clone();
    let given: Option<&dyn Notifier> = given.as_deref().map(|table| table as &dyn Notifier);
    #[cfg(windows)]
    let given = given.or(Some(&windows::System));
    // SAFETY: a target for DCB_FUNCTION is such a function, by the promise behind the value.
    scope::outside(|| unsafe { notification.deliver(target.0, flags, given) })
}

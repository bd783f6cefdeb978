//! Structures of the C interface that Windows does not have, or not in this width. Their offsets for both widths are
//! in the header and in the tests; those of the others are in `opendriver::abi`.

use std::ffi::c_void;

use opendriver::abi::{HDRVR, LPARAM, LRESULT};

use super::{Measured, Plain};

/// The length of the alias in [`DRIVERINFOSTRUCT`], with the zero behind it.
pub(crate) const ALIAS_SIZE: usize = 128;

/// What `GetDriverInfo` fills in: the fields of the Windows 3.1 SDK in the width of the machine, naturally aligned.
///
/// Offsets, 32-bit / 64-bit: `length` 0 / 0, `hDriver` 4 / 8, `hModule` 8 / 16, `szAliasName` 12 / 24; size 140 / 152.
/// On 16-bit Windows, where all of them but the name are words, 134 bytes:
/// [`DRIVERINFOSTRUCT`](opendriver::abi::DRIVERINFOSTRUCT) of the abi.
#[allow(non_snake_case, reason = "the Windows spelling")]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DRIVERINFOSTRUCT {
    /// Set by the caller to the size of the structure in bytes.
    pub length: u32,
    /// The instance.
    pub hDriver: HDRVR,
    /// Its module, as GetDriverModuleHandle returns it.
    pub hModule: usize,
    /// The alias by which it was opened, or the file name of its driver, in the ANSI code page, ended by a zero. A
    /// character that the page lacks is a question mark; what does not fit is cut.
    pub szAliasName: [u8; ALIAS_SIZE],
}

/// Who answered a broadcast, and what: `opendriver_answer`.
///
/// Offsets, 32-bit / 64-bit: `handle` 0 / 0, `answer` 4 / 8; size 8 / 16.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The instance.
    pub handle: HDRVR,
    /// What its driver returned.
    pub answer: LRESULT,
}

/// How to reach windows, threads and events: `opendriver_notifier`. A function may be NULL.
///
/// Offsets, 32-bit / 64-bit: `size` 0 / 0, `user` 4 / 8, `post_to_window` 8 / 16, `post_to_thread` 12 / 24, `set_event`
/// 16 / 32; size 20 / 40.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct NotifierTable {
    /// Set by the caller to the size of the structure in bytes.
    pub size: usize,
    /// Passed to each function.
    pub user: *mut c_void,
    /// Posts a message to a window, `(user, window, message, wParam, lParam)`; non-zero if that was done.
    pub post_to_window: Option<unsafe extern "C" fn(*mut c_void, usize, u32, usize, LPARAM) -> i32>,
    /// Posts a message to a thread, `(user, thread, message, wParam, lParam)`; non-zero if that was done.
    pub post_to_thread: Option<unsafe extern "C" fn(*mut c_void, u32, u32, usize, LPARAM) -> i32>,
    /// Sets an event, `(user, event)`; non-zero if that was done.
    pub set_event: Option<unsafe extern "C" fn(*mut c_void, usize) -> i32>,
}

// SAFETY: a number.
unsafe impl Plain for u32 {}
// SAFETY: a number.
unsafe impl Plain for usize {}
// SAFETY: a number.
unsafe impl Plain for LRESULT {}
// SAFETY: repr(C), and numbers only.
unsafe impl Plain for DRIVERINFOSTRUCT {}
// SAFETY: repr(C), and numbers only.
unsafe impl Plain for Answer {}
// SAFETY: repr(C); a number, a pointer and function pointers that may be NULL.
unsafe impl Plain for NotifierTable {}
// SAFETY: the first field is a u32.
unsafe impl Measured for DRIVERINFOSTRUCT {
    type Size = u32;
}
// SAFETY: the first field is a usize.
unsafe impl Measured for NotifierTable {
    type Size = usize;
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::*;

    #[test]
    fn layouts_are_the_documented_ones() {
        let wide = size_of::<usize>() == 8;
        let either = |narrow: [usize; 2], broad: [usize; 2]| if wide { broad } else { narrow };
        assert_eq!(
            [size_of::<DRIVERINFOSTRUCT>(), offset_of!(DRIVERINFOSTRUCT, szAliasName)],
            either([140, 12], [152, 24])
        );
        assert_eq!([size_of::<Answer>(), offset_of!(Answer, answer)], either([8, 4], [16, 8]));
        assert_eq!(
            [size_of::<NotifierTable>(), offset_of!(NotifierTable, set_event)],
            either([20, 16], [40, 32])
        );
    }
}

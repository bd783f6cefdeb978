//! The last error of each thread.

use std::cell::RefCell;
use std::ffi::c_char;

use opendriver::abi::HDRVR;
use opendriver::{CallingThread, Handle, StaleHandle};

use crate::boundary;
use crate::code::Code;
use crate::failure::{BadHandle, Failure, Told};
use crate::notes;
use crate::raw::CharBuffer;

thread_local! {
    static DETAIL: RefCell<Option<Told>> = const { RefCell::new(None) };
}

/// Notes that the call succeeded.
#[inline]
pub(crate) fn clear(thread: CallingThread) {
    notes::clear_error(thread);
}

/// Notes why the call failed.
pub(crate) fn set(failure: Failure) {
    match failure {
        Failure::BadHandle(bad) => set_bad_handle(CallingThread::here(), bad),
        Failure::Told(told) => {
            notes::set_error(CallingThread::here(), told.code as usize, 0);
            // A thread whose thread-locals are being destroyed keeps the code and loses the text.
            let _ = DETAIL.try_with(|place| place.replace(Some(*told)));
        }
    }
}

/// Notes that a handle is bad. Which one goes into the two words, and becomes a text when somebody asks: a program may
/// try many.
#[inline]
pub(crate) fn set_bad_handle(thread: CallingThread, bad: BadHandle) {
    let (kind, raw) = match bad {
        BadHandle::Impossible(raw) => (IMPOSSIBLE, raw),
        BadHandle::NothingOpened => (NOTHING_OPENED, 0),
        BadHandle::Stale(stale) => (STALE, stale.handle.to_raw().0),
    };
    notes::set_error(thread, Code::Handle as usize | kind, raw);
}

/// Above the code in the first word.
const IMPOSSIBLE: usize = 1 << 16;
const NOTHING_OPENED: usize = 2 << 16;
const STALE: usize = 3 << 16;
const CODES: usize = (1 << 16) - 1;

fn code() -> u32 {
    (notes::error().0 & CODES) as u32
}

/// Calls `look` with the text and the places of the last error, unless the last call succeeded.
fn with_detail<T>(look: impl FnOnce(&Told) -> Option<T>) -> Option<T> {
    let (word, raw) = notes::error();
    let bad = match word & !CODES {
        IMPOSSIBLE => BadHandle::Impossible(raw),
        NOTHING_OPENED => BadHandle::NothingOpened,
        STALE => BadHandle::Stale(StaleHandle { handle: Handle::from_raw(HDRVR(raw))? }),
        _ if word == Code::Ok as usize => return None,
        _ => return DETAIL.try_with(|place| place.borrow().as_ref().and_then(look)).ok()?,
    };
    look(&bad.into())
}

/// The number of the last error of the calling thread, a [`Code`]; 0 if its last call succeeded.
///
/// Each function sets it, to 0 as well, but for those that read it, `DefDriverProc` and `opendriver_version`. So ask
/// right after the call.
///
/// # Windows behaviour
///
/// winmm has no such thing. Under Wine 8.0 (measured) GetLastError is whatever LoadLibrary left.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_last_error_code() -> u32 {
    boundary::quietly(Code::Internal as u32, code)
}

/// The text of the last error as UTF-8: what was asked, what was looked at, what to do. Returns the size of the whole
/// text with its NUL in bytes, 0 if the last call succeeded; writes as much as fits.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_last_error_text(buffer: CharBuffer, size: usize) -> usize {
    let written = boundary::quietly(0, || {
        with_detail(|detail| Some(buffer.write(size, detail.text.as_bytes()))).unwrap_or(0)
    });
    buffer.or_empty(size, written)
}

/// How many places were tried in the search for the driver file that the last error is about.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_last_error_tried() -> usize {
    boundary::quietly(0, || with_detail(|detail| Some(detail.tried.len())).unwrap_or(0))
}

/// The path of a place that was tried, counted from 0 in the order of the search: a directory that holds no such
/// file, or a file that is none of the right kind. Returns the size with NUL, 0 if there is no such place.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_last_error_place(index: usize, buffer: CharBuffer, size: usize) -> usize {
    let written = boundary::quietly(0, || {
        with_detail(|detail| Some(buffer.write_path(size, &detail.tried.get(index)?.place))).unwrap_or(0)
    });
    buffer.or_empty(size, written)
}

/// Why that place was passed over, a sentence that begins with the path. Returns the size with NUL, 0 if there is no
/// such place.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_last_error_reason(index: usize, buffer: CharBuffer, size: usize) -> usize {
    let written = boundary::quietly(0, || {
        with_detail(|detail| Some(buffer.write(size, detail.tried.get(index)?.to_string().as_bytes())))
            .unwrap_or(0)
    });
    buffer.or_empty(size, written)
}

/// The C name of a code, such as `OPENDRIVER_ERROR_NOT_FOUND`; NULL for a number that is none. The text is constant.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_error_name(code: u32) -> *const c_char {
    let name = || Code::from_number(code).map_or(std::ptr::null(), |code| code.c_name().as_ptr());
    boundary::quietly(std::ptr::null(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_hides_the_text_and_the_next_failure_replaces_it() {
        set(Failure::new(Code::NotFound, "first"));
        assert_eq!(opendriver_last_error_code(), 206);
        assert_eq!(with_detail(|detail| Some(detail.text.clone())).as_deref(), Some("first"));
        clear(CallingThread::here());
        assert_eq!((opendriver_last_error_code(), opendriver_last_error_tried()), (0, 0));
        assert_eq!(opendriver_last_error_text(CharBuffer::NULL, 0), 0);
        set(Failure::new(Code::Busy, "second"));
        assert_eq!(opendriver_last_error_text(CharBuffer::NULL, 0), "second".len() + 1);
    }

    #[test]
    fn each_thread_has_its_own() {
        set(Failure::new(Code::NotFound, "mine"));
        let other = std::thread::spawn(|| opendriver_last_error_code()).join().expect("no panic");
        assert_eq!((other, opendriver_last_error_code()), (0, 206));
    }
}

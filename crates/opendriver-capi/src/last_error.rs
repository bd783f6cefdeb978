//! The last error of each thread.

use std::cell::{Cell, RefCell};
use std::ffi::c_char;

use opendriver::Tried;

use crate::boundary;
use crate::code::Code;
use crate::failure::Failure;
use crate::raw::CharBuffer;

/// Text and places of a failure.
struct Detail {
    text: String,
    tried: Vec<Tried>,
}

thread_local! {
    /// Apart from the text, so that a success costs one store.
    static CODE: Cell<Code> = const { Cell::new(Code::Ok) };
    static DETAIL: RefCell<Option<Detail>> = const { RefCell::new(None) };
}

/// Notes that the call succeeded.
#[inline]
pub(crate) fn clear() {
    CODE.set(Code::Ok);
}

/// Notes why the call failed.
pub(crate) fn set(failure: Failure) {
    CODE.set(failure.code);
    let detail = Detail { text: failure.text, tried: failure.tried };
    // A thread whose thread-locals are being destroyed keeps the code and loses the text.
    let _ = DETAIL.try_with(|place| place.replace(Some(detail)));
}

/// Calls `look` with the text and the places of the last error, unless the last call succeeded.
fn with_detail<T>(look: impl FnOnce(&Detail) -> Option<T>) -> Option<T> {
    if CODE.get() == Code::Ok {
        return None;
    }
    DETAIL.try_with(|place| place.borrow().as_ref().and_then(look)).ok()?
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
    boundary::quietly(Code::Internal as u32, || CODE.get() as u32)
}

/// The text of the last error as UTF-8: what was asked, what was looked at, what to do. Returns the size of the whole
/// text with its NUL in bytes, 0 if the last call succeeded; writes as much as fits.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_last_error_text(buffer: CharBuffer, size: usize) -> usize {
    boundary::quietly(0, || {
        with_detail(|detail| Some(buffer.write(size, detail.text.as_bytes()))).unwrap_or(0)
    })
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
    boundary::quietly(0, || {
        with_detail(|detail| Some(buffer.write_path(size, &detail.tried.get(index)?.place))).unwrap_or(0)
    })
}

/// Why that place was passed over, a sentence that begins with the path. Returns the size with NUL, 0 if there is no
/// such place.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_last_error_reason(index: usize, buffer: CharBuffer, size: usize) -> usize {
    boundary::quietly(0, || {
        with_detail(|detail| Some(buffer.write(size, detail.tried.get(index)?.to_string().as_bytes())))
            .unwrap_or(0)
    })
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
        clear();
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

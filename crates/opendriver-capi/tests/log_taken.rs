//! A Rust program that uses this crate and consumes the log itself: the C function must not take it away.

use opendriver_capi::{
    Code, LogFunction, opendriver_error_name, opendriver_last_error_code, opendriver_set_log,
};
use std::ffi::{CStr, c_char, c_void};

unsafe extern "C" fn never(_: *mut c_void, _: i32, _: *const c_char, _: *const c_char) {
    panic!("the log belongs to somebody else");
}

#[test]
fn a_log_that_is_taken_stays_where_it_is() {
    tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new())
        .expect("this program has no other");
    // SAFETY: the function may be called from any thread; it uses no pointer.
    let function = unsafe { LogFunction::new(never) };
    assert_eq!(opendriver_set_log(function, std::ptr::null_mut(), 5), 0);
    assert_eq!(opendriver_last_error_code(), Code::LogTaken as u32);
    let name = opendriver_error_name(Code::LogTaken as u32);
    // SAFETY: the names of codes are constant.
    assert_eq!(unsafe { CStr::from_ptr(name) }, c"OPENDRIVER_ERROR_LOG_TAKEN");
    // To want no log is always possible.
    assert_eq!(opendriver_set_log(LogFunction::NULL, std::ptr::null_mut(), 0), 1);
}

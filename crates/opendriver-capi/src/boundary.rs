//! The one way in: every exported function runs inside one of these.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use opendriver::CallingThread;

use crate::code::Code;
use crate::failure::Failure;
use crate::last_error;

/// Runs the body of an exported function. Its failure becomes the last error of the thread, and the caller gets
/// `default`; so does a panic, which goes no further. A success sets the last error to none.
#[inline]
pub(crate) fn enter<T: Copy>(default: T, body: impl FnOnce() -> Result<T, Failure>) -> T {
    enter_bare(default, || match body() {
        Ok(value) => {
            last_error::clear(CallingThread::here());
            value
        }
        Err(failure) => {
            last_error::set(failure);
            default
        }
    })
}

/// As [`enter`], where the body sees to the last error itself.
#[inline]
pub(crate) fn enter_bare<T>(default: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        note_panic(panic);
        default
    })
}

/// As [`enter`] for what leaves the last error as it is: the functions that read it, and those that cannot fail.
#[inline]
pub(crate) fn quietly<T>(default: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        std::mem::forget(panic);
        default
    })
}

#[cold]
fn note_panic(panic: Box<dyn Any + Send>) {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    let text = format!("a defect of this library, please report it: {text}");
    last_error::set(Failure::new(Code::Internal, text));
    // A panic may carry anything, even a value that panics when it is dropped.
    std::mem::forget(panic);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::last_error::opendriver_last_error_code;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn results_become_values_and_errors() {
        assert_eq!(enter(0, || Err(Failure::new(Code::Busy, ""))), 0);
        assert_eq!(opendriver_last_error_code(), Code::Busy as u32);
        assert_eq!(enter(0, || Ok(5)), 5);
        assert_eq!(opendriver_last_error_code(), 0);
    }

    #[test]
    fn no_panic_gets_out() {
        assert_eq!(enter(7, || panic!("told {}", "so")), 7);
        assert_eq!(opendriver_last_error_code(), Code::Internal as u32);
        assert_eq!(enter(7, || std::panic::panic_any(Bomb)), 7);
        assert_eq!(quietly(8, || std::panic::panic_any(Bomb)), 8);
    }
}

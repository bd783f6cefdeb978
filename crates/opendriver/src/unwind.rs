//! Panics of foreign code end here.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code of a driver or an observer; `None` if it panicked.
///
/// What it leaves half-changed is its own affair: none of our locks is held, nothing of ours is under change.
pub(crate) fn contained<R>(code: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(code))
        .map_err(|payload| {
            // What the panic carried is foreign as well and may panic when it is dropped; what that carries is leaked,
            // or there would be no end to it.
            if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(second);
            }
        })
        .ok()
}

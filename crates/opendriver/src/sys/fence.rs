//! The two halves of one store-load barrier: a sender announces that it enters a module and then looks whether the
//! handle is still alive; a closer kills the handle and then looks whether somebody has entered. Each side needs its
//! store seen before its load, or both could miss the other.
//!
//! The names say which side may be cheap: a platform that can make every running thread pass a barrier on request
//! lets the frequent side be a mere compiler fence.

use std::sync::atomic::{Ordering, fence};

/// The frequent side: before a sender checks the handle, and after it has left.
#[inline]
pub(crate) fn light() {
    fence(Ordering::SeqCst);
}

/// The rare side: between the death of the last handle and the search for threads inside.
pub(crate) fn heavy() {
    fence(Ordering::SeqCst);
}

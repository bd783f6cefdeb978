//! The two halves of one store-load barrier: a sender announces that it enters a module and then looks whether the
//! handle is still alive; a closer kills the handle and then looks whether somebody has entered. Each side needs its
//! store seen before its load, or both could miss the other.
//!
//! Senders are frequent and closers of last instances are rare. Where the system can make every running thread of
//! the process pass a barrier on request (membarrier on Linux, FlushProcessWriteBuffers on Windows), the sender's
//! half is a mere compiler fence and the closer pays for both. Elsewhere, or where the system refuses, both halves
//! are full fences.
//!
//! Models have full fences on both sides: loom knows no other, and what the system's barrier adds to the sender's half
//! is just that.

#[cfg(loom)]
pub(crate) use self::full::{heavy, light, lightest, prepare};
#[cfg(not(loom))]
pub(crate) use self::split::{heavy, light, lightest, prepare};

#[cfg(not(loom))]
mod split {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering, compiler_fence, fence};

    use crate::sys::imp;

    /// Whether the process can be made to pass a barrier, found out once.
    static REMOTE: OnceLock<bool> = OnceLock::new();
    /// The same for [`light`], which may learn of it late: until then it is the stronger fence.
    static LIGHT_IS_ENOUGH: AtomicBool = AtomicBool::new(false);

    /// Finds out what the system can do: whether a compiler fence will do for [`light`].
    pub(crate) fn prepare() -> bool {
        let remote = *REMOTE.get_or_init(imp::prepare_barrier);
        LIGHT_IS_ENOUGH.store(remote, Ordering::Release);
        remote
    }

    /// The frequent side: between announcing an entry and looking at the handle, and between leaving and looking whether
    /// somebody waits for that.
    #[inline]
    pub(crate) fn light() {
        if LIGHT_IS_ENOUGH.load(Ordering::Relaxed) {
            compiler_fence(Ordering::SeqCst);
        } else {
            fence(Ordering::SeqCst);
        }
    }

    /// [`light`] for those who know that [`prepare`] has said yes.
    #[inline]
    pub(crate) fn lightest() {
        compiler_fence(Ordering::SeqCst);
    }

    /// The rare side: between the death of a handle, or the wish to be told, and the search for threads inside. Says
    /// whether it could be done: a sandbox that the program has entered meanwhile may refuse what the system had granted.
    #[must_use = "without the barrier nothing can be said of other threads"]
    pub(crate) fn heavy() -> bool {
        fence(Ordering::SeqCst);
        !*REMOTE.get_or_init(imp::prepare_barrier) || imp::barrier_everywhere()
    }
}

#[cfg(loom)]
mod full {
    use loom::sync::atomic::{Ordering, fence};

    pub(crate) fn prepare() -> bool {
        true
    }

    pub(crate) fn light() {
        fence(Ordering::SeqCst);
    }

    pub(crate) fn lightest() {
        fence(Ordering::SeqCst);
    }

    pub(crate) fn heavy() -> bool {
        fence(Ordering::SeqCst);
        true
    }
}

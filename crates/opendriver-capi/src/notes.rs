//! What the library keeps of each thread: its last error, and on behalf of which manager it is inside a driver.
//!
//! In the words that the manager has with its own record of the thread. A thread-local variable of a shared library
//! costs a call of the dynamic linker at each access, as much as all the rest of sending a message.

use std::sync::atomic::Ordering::Relaxed;

use opendriver::CallingThread;

/// The two words of the last error; 0 and 0 at first.
pub(crate) fn error() -> (usize, usize) {
    let [first, second, _] = CallingThread::here().notes();
    (first.load(Relaxed), second.load(Relaxed))
}

#[inline]
pub(crate) fn set_error(thread: CallingThread, word: usize, more: usize) {
    let [first, second, _] = thread.notes();
    second.store(more, Relaxed);
    first.store(word, Relaxed);
}

/// Notes that there is no error; what the second word says does not count then.
#[inline]
pub(crate) fn clear_error(thread: CallingThread) {
    thread.notes()[0].store(0, Relaxed);
}

/// The token of the manager whose driver the thread is inside of, or 0.
#[inline]
pub(crate) fn current(thread: CallingThread) -> usize {
    thread.notes()[2].load(Relaxed)
}

pub(crate) fn set_current(token: usize) {
    CallingThread::here().notes()[2].store(token, Relaxed);
}

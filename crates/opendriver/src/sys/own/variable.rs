//! For every other system, and for the models.

use std::cell::Cell;

use crate::sync::per_thread;

per_thread! {
    static OWN: Cell<*const ()> = Cell::new(std::ptr::null());
}

/// The calling thread's word; null at first.
#[inline(always)]
pub(crate) fn get() -> *const () {
    OWN.with(Cell::get)
}

/// Sets the calling thread's word.
pub(crate) fn set(word: *const ()) {
    // The standard one lasts as long as its thread; that of the models goes before the destructor that calls this.
    let _ = OWN.try_with(|own| own.set(word));
}

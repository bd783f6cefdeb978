//! The way to a thread's record: one word for each thread, reached as fast as the system allows.
//!
//! In a shared library a thread-local variable costs a call of the dynamic linker's `__tls_get_addr`, about as much as
//! all else that sending a message does. On Linux with the GNU C library a small variable may lie in the block that each
//! thread has from its start, at an offset that is fixed when the library is loaded ("initial exec"): one load. The
//! compiler offers no way to ask for it, so the variable is declared and read in assembly there.
//!
//! The room for that is scarce, and what it costs is more than the word: one such variable marks the whole shared library
//! (`DF_STATIC_TLS`), and then all of its thread-local variables lie there, Rust's own included, 288 bytes together
//! (`readelf -lW`; a test bounds it). glibc keeps 1,664 bytes for libraries that are loaded late, more with
//! `GLIBC_TUNABLES=glibc.rtld.optional_static_tls`. Five copies of the library fit, the sixth is refused by `dlopen` (glibc
//! 2.36 measured). A program that is linked with the library, or with its static kind, takes none of that room.
//!
//! Elsewhere it is an ordinary thread-local variable.

#[cfg_attr(
    all(
        not(loom),
        target_os = "linux",
        target_env = "gnu",
        target_arch = "x86_64",
        target_pointer_width = "64"
    ),
    path = "own/initial_exec.rs"
)]
#[cfg_attr(
    not(all(
        not(loom),
        target_os = "linux",
        target_env = "gnu",
        target_arch = "x86_64",
        target_pointer_width = "64"
    )),
    path = "own/variable.rs"
)]
mod imp;

use std::ptr;

use crate::presence::Record;

/// The calling thread's record, if it has one.
#[inline(always)]
pub(crate) fn get() -> Option<&'static Record> {
    // SAFETY: the word is null or was set below, to a record that lives for ever.
    unsafe { imp::get().cast::<Record>().as_ref() }
}

/// Gives the calling thread a record, or takes it away.
pub(crate) fn set(record: Option<&'static Record>) {
    imp::set(record.map_or(ptr::null(), |record| ptr::from_ref(record).cast()));
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::imp::{get, set};

    #[test]
    fn each_thread_has_its_own_and_begins_with_none() {
        let before = get();
        let mine = std::ptr::without_provenance(0x5001);
        set(mine);
        let others = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let first = get();
                set(std::ptr::without_provenance(0x5002));
                (first.addr(), get().addr())
            });
            other.join().expect("no panic")
        });
        assert_eq!((others, get()), ((0, 0x5002), mine));
        set(before);
    }
}

//! What threads meet at: the standard library's primitives, or those of loom, which tries every interleaving.
//!
//! The handle table, the records of who is inside, the manager's lock and its flags take everything from here, so
//! that the models in `loom_models` run the protocol as it is. Set `--cfg loom` in RUSTFLAGS to build them.

pub(crate) use self::imp::*;

#[cfg(not(loom))]
mod imp {
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, atomic};

    /// A static with a primitive in it.
    macro_rules! global {
        (static $name:ident: $type:ty = $value:expr;) => {
            static $name: $type = $value;
        };
    }

    /// Statics of which each thread has its own.
    macro_rules! per_thread {
        ($(static $name:ident: $type:ty = $value:expr;)+) => {
            std::thread_local! { $(static $name: $type = const { $value };)+ }
        };
    }

    pub(crate) use {global, per_thread};
}

#[cfg(loom)]
mod imp {
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard, atomic};

    use self::atomic::{AtomicBool, Ordering};

    macro_rules! global {
        (static $name:ident: $type:ty = $value:expr;) => {
            loom::lazy_static! { static ref $name: $type = $value; }
        };
    }

    macro_rules! per_thread {
        ($(static $name:ident: $type:ty = $value:expr;)+) => {
            loom::thread_local! { $(static $name: $type = $value;)+ }
        };
    }

    pub(crate) use {global, per_thread};

    /// The standard one with the orderings that loom must see: it has none of its own.
    pub(crate) struct OnceLock<T> {
        value: std::sync::OnceLock<T>,
        ready: AtomicBool,
        filling: Mutex<()>,
    }

    impl<T> OnceLock<T> {
        pub(crate) fn new() -> OnceLock<T> {
            OnceLock {
                value: std::sync::OnceLock::new(),
                ready: AtomicBool::new(false),
                filling: Mutex::new(()),
            }
        }

        pub(crate) fn get(&self) -> Option<&T> {
            if self.ready.load(Ordering::Acquire) { self.value.get() } else { None }
        }

        pub(crate) fn get_or_init(&self, fill: impl FnOnce() -> T) -> &T {
            if !self.ready.load(Ordering::Acquire) {
                let filling = self.filling.lock().expect("no panic");
                self.value.get_or_init(fill);
                self.ready.store(true, Ordering::Release);
                drop(filling);
            }
            self.value.get().expect("it has just been filled")
        }
    }

    impl<T> Default for OnceLock<T> {
        fn default() -> Self {
            OnceLock::new()
        }
    }

    /// The life of something that is reached through an address: loom finds out when it is used without being
    /// ordered before its end, and the models when it is used afterwards.
    pub(crate) struct Life {
        // Never freed: whoever comes too late must still find it.
        memory: &'static (loom::cell::UnsafeCell<()>, std::sync::atomic::AtomicBool),
    }

    // SAFETY: the cell holds nothing, and finding accesses at once from two threads is what it is for.
    unsafe impl Sync for Life {}
    // SAFETY: as above.
    unsafe impl Send for Life {}

    impl Life {
        pub(crate) fn new() -> Life {
            Life { memory: Box::leak(Box::new((loom::cell::UnsafeCell::new(()), true.into()))) }
        }

        pub(crate) fn touch(&self) {
            self.memory.0.with(|_| ());
            assert!(self.memory.1.load(Ordering::Relaxed), "used after its end");
        }
    }

    impl Drop for Life {
        fn drop(&mut self) {
            self.memory.0.with_mut(|_| ());
            self.memory.1.store(false, Ordering::Relaxed);
        }
    }
}

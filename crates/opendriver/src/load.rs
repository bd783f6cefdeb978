//! Where a driver's code comes from. Nothing outside this module knows what a module is made of.

pub(crate) mod builtin;
pub(crate) mod native;

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

use opendriver_abi::DRIVERPROC;
use opendriver_config::TextEncoding;

use self::builtin::BuiltInDriver;

/// The code of a loaded driver. Dropping it unloads it.
pub(crate) trait Code: Send + Sync {
    /// How messages get in.
    fn entry(&self) -> Entry;

    /// What the system calls the loaded code; the same value means the same code, whatever the file was called.
    /// Never 0.
    fn identity(&self) -> usize;

    /// An exported function or variable besides the entry point.
    fn symbol(&self, name: &str) -> Option<NonNull<c_void>>;

    /// The encoding in which the driver says it takes its parameters, if it says so.
    fn text(&self) -> Option<TextEncoding>;
}

/// The entry point of a driver.
#[derive(Clone)]
pub(crate) enum Entry {
    /// The classic one.
    Native(DRIVERPROC),
    /// Safe Rust in the same program.
    BuiltIn(Arc<dyn BuiltInDriver>),
}

//! All that differs between operating systems; the one place to edit for a port.

pub(crate) mod fence;
pub(crate) mod own;

#[cfg(unix)]
#[path = "sys/unix.rs"]
mod imp;
#[cfg(windows)]
#[path = "sys/windows.rs"]
mod imp;

pub(crate) use imp::*;

//! The C face of the driver manager: the winmm names, and `opendriver_*` for what Windows has no name for.
//!
//! This crate is the code; the crate `opendriver-capi-artifact` makes `libopendriver` out of it. The header
//! `opendriver/opendriver.h` is the reference for C programs and docs/c-api.md the guide; what stands here is for those
//! who work on it.
//!
//! # The way of a call
//!
//! 1. A C program calls `OpenDriver`. What it passes arrives as types of [`raw`](WideText): text, buffers, structures,
//!    each with the promise that the header asks for.
//! 2. The body runs in the boundary, which catches panics and keeps the last error of the thread ([`Code`]).
//! 3. The scope says which manager is meant: the one of the process, one of the program's own ([`ManagerToken`]), or,
//!    inside a driver, the one that called it.
//! 4. The manager does it: [`opendriver::Manager`]. This crate adds no behaviour of its own to drivers.
//!
//! # Example
//!
//! ```
//! use opendriver_capi::{opendriver_close_all, opendriver_last_error_code, GetDriverFlags, ManagerToken};
//! use opendriver::abi::HDRVR;
//!
//! assert_eq!(GetDriverFlags(HDRVR(0x1234)), 0);
//! assert_eq!(opendriver_last_error_code(), 500);
//! assert_eq!(opendriver_close_all(ManagerToken::NULL), 0);
//! ```

mod boundary;
mod callback;
mod code;
mod failure;
mod family;
mod last_error;
mod managers;
mod notes;
mod process;
mod raw;
mod scope;
mod send;

pub use callback::{LogFunction, Target, opendriver_set_log, opendriver_set_notifier};
pub use code::Code;
pub use family::*;
pub use last_error::*;
pub use managers::*;
pub use raw::{
    AnsiText, Answer, Bytes, CharBuffer, DRIVERINFOSTRUCT, In, Measured, NotifierTable, Out, Plain, Utf8Text,
    WideText,
};
pub use scope::ManagerToken;

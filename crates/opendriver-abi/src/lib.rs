//! Types, message numbers and structures on which an installable driver and its manager agree.
//!
//! An installable driver is a library that exports one procedure, `DriverProc` ([`DRIVERPROC`]). A manager
//! (`winmm.dll` on Windows) sends it numbered messages. This crate is what both sides have to see alike, and
//! nothing else: it has no dependency, no `unsafe` and needs no `std`.
//!
//! # The life of a driver, and where its words stand
//!
//! 1. The manager loads the library and finds [`ENTRY_SYMBOL`]; it also looks for [`TEXT_SYMBOL`], by which a driver
//!    says how it wants its text.
//! 2. First open of the module: [`DRV_LOAD`], then [`DRV_ENABLE`].
//! 3. Every open: [`DRV_OPEN`] with the parameter string in `lParam1` and a class-specific pointer in
//!    `lParam2` ([`ICOPEN`], [`ACMDRVOPENDESCW`], [`MCI_OPEN_DRIVER_PARMS`], or nothing). The answer becomes the
//!    [`DriverId`] of the instance, and the caller gets an [`HDRVR`].
//! 4. Anything in between: standard messages such as [`DRV_QUERYCONFIGURE`] and [`DRV_CONFIGURE`] (with
//!    [`DRVCONFIGINFO`]), and the driver's own from [`DRV_USER`] up. What a driver does not know it answers with
//!    [`default_result`], which is what `DefDriverProc` returns.
//! 5. Every close: [`DRV_CLOSE`]. After the last one [`DRV_DISABLE`] and [`DRV_FREE`], then the library goes.
//! 6. A device driver tells its client what happened through `DriverCallback`: [`DCB_FUNCTION`], [`LPDRVCALLBACK`].
//!
//! # Names
//!
//! This is one of the few places where Windows names stand as they are, in `SCREAMING` and Hungarian notation:
//! whoever has a header or a manual page in hand finds the same word here.
//!
//! ```
//! use opendriver_abi::{DRV_OPEN, DRV_USER, MessageName, message_name, parse_message};
//!
//! assert_eq!(message_name(DRV_OPEN), Some("DRV_OPEN"));
//! assert_eq!(MessageName(DRV_USER + 5).to_string(), "DRV_USER+0x5");
//! assert_eq!(parse_message("drv_user+5"), Ok(0x4005));
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![allow(non_camel_case_types, non_snake_case, reason = "the Windows spelling is the point of this crate")]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod callback;
mod messages;
mod results;
mod structures;
mod text;
mod types;

pub use callback::*;
pub use messages::*;
pub use results::*;
pub use structures::*;
pub use text::*;
pub use types::*;

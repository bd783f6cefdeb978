//! The structures whose addresses travel in message parameters.
//!
//! `mmsystem.h` and `mmddk.h` pack to one byte, so on 64-bit machines the pointers inside are **unaligned**: copy fields
//! out, take no references to them. `vfw.h` aligns naturally. Each structure has its offsets for 32-bit and 64-bit
//! machines in a [`Layout`] table, which the build checks against the structure itself for the width it builds for.
//! Offsets were compiled with mingw-w64 for both widths where nothing else is said.

mod codecs;
mod config;
mod layout;
mod mci;

pub use codecs::*;
pub use config::*;
pub use layout::{FieldLayout, Layout};
pub use mci::*;

/// Every layout table of this crate.
pub const LAYOUTS: &[&Layout] = &[
    &DRVCONFIGINFO::LAYOUT,
    &DRVCONFIGINFOEX::LAYOUT,
    &DRIVERINFOSTRUCT::LAYOUT,
    &MCI_OPEN_DRIVER_PARMS::LAYOUT,
    &ICOPEN::LAYOUT,
    &ACMDRVOPENDESCA::LAYOUT,
    &ACMDRVOPENDESCW::LAYOUT,
];

//! The driver's own messages, sent to an open instance with SendDriverMessage.
//!
//! They are what a host uses that knows this driver; none is needed to play. Every driver has its own meaning for the
//! numbers from DRV_USER up, so a host asks [`IDENTIFY`] first, which nobody else answers in the same way.
//!
//! | message | lParam1 | lParam2 | answer |
//! | --- | --- | --- | --- |
//! | [`IDENTIFY`] (DRV_USER) | - | - | [`SIGNATURE`] |
//! | [`ADVANCE`] (DRV_USER+1) | microseconds | - | 1 done, 0 refused |
//! | [`DEVICE`] (DRV_USER+2) | - | - | this instance's number for `modMessage` |
//! | [`FILE`] (DRV_USER+3) | address of a buffer, or 0 | its size in UTF-16 units | units that the path needs |
//! | [`POSITION`] (DRV_USER+4) | - | - | frames in the file so far, -1 when it has ended early |

use crate::boundary;
use crate::devices::Device;
use crate::session::SessionError;
use opendriver_sdk::abi::DRV_USER;
use opendriver_sdk::{Message, Reply};
use std::time::Duration;

/// Is this the synth? Answers [`SIGNATURE`].
pub const IDENTIFY: u32 = DRV_USER;

/// The answer to [`IDENTIFY`]: the letters `SYNT`, the first in the highest byte.
pub const SIGNATURE: isize = 0x5359_4E54;

/// Lets lParam1 microseconds go by; their sound is rendered before the call returns. The first such message takes the
/// clock over from the wall clock (see [`ClockSource::Auto`](crate::settings::ClockSource::Auto)), so a host that
/// wants every frame to be its own sends a step of 0 before it opens the device. Until the device is open no time goes
/// by. Answers 1, or 0 when the settings say `clock=real`, for a negative step or one over
/// [`LONGEST_STEP`](crate::session::LONGEST_STEP), and when the file can no longer be written.
pub const ADVANCE: u32 = DRV_USER + 1;

/// The number under which `modMessage` knows this instance, from 0.
pub const DEVICE: u32 = DRV_USER + 2;

/// The absolute path of the file, in UTF-16 and ended by a zero. Answers how many units that is, the zero included; the
/// buffer at lParam1 is filled when lParam2 says that so many fit.
pub const FILE: u32 = DRV_USER + 3;

/// The number of frames in the file so far.
pub const POSITION: u32 = DRV_USER + 4;

/// Answers a message of the driver's own; any other gets the default.
pub(crate) fn answer(device: &Device, message: &Message) -> Reply {
    match message.number() {
        IDENTIFY => Reply::Value(SIGNATURE),
        ADVANCE => Reply::Value(isize::from(advance(device, message.lparam1()))),
        DEVICE => Reply::Value(device.number() as isize),
        FILE => {
            let path: Vec<u16> = device.session.path().to_string_lossy().encode_utf16().chain([0]).collect();
            let capacity = usize::try_from(message.lparam2()).unwrap_or(0);
            boundary::leave_text(message.lparam1() as usize, capacity, &path);
            Reply::Value(path.len() as isize)
        }
        POSITION => Reply::Value(device.session.position().map_or(-1, |frames| frames as isize)),
        _ => Reply::Default,
    }
}

fn advance(device: &Device, microseconds: isize) -> bool {
    let Ok(microseconds) = u64::try_from(microseconds) else { return false };
    match device.session.advance(Duration::from_micros(microseconds)) {
        Ok(()) => true,
        // Not a failure: a host asks in this way whether it may have the clock.
        Err(SessionError::NotYourClock) => false,
        Err(error) => {
            crate::report(&error);
            false
        }
    }
}

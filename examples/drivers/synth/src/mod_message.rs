//! The driver's second entry, `modMessage`: what a MIDI client calls after it has opened the driver.
//!
//! The audio layer of Windows opens the driver, takes `modMessage` from its module with GetProcAddress and sends it
//! DRVM_INIT and the `MODM_*` messages (NT DDK; Wine 8.0 measured). The call is
//! `modMessage(device, message, user, p1, p2)` and answers with an `MMSYSERR_*` code, but for MODM_GETNUMDEVS, which
//! answers with a number. The messages stand in [`abi`](crate::abi).
//!
//! Where we differ from a driver on Windows: of the callbacks only functions are supported (a window, a thread or an
//! event is refused with MMSYSERR_NOTSUPPORTED), and they are called on the client's own thread before the call
//! returns, because a message is done when it has been rendered.

use crate::abi::*;
use crate::boundary::{self, Buffer};
use crate::devices::{self, Client, Device};
use crate::session::SessionError;
use opendriver_abi::{CALLBACK_FUNCTION, CALLBACK_NULL};
use std::sync::Arc;

/// Answers one message; see the [module](self). `device` counts in the messages that come before an open, `user` (the
/// token that MODM_OPEN left) in those after it.
pub(crate) fn mod_message(device: u32, message: u32, user: usize, p1: usize, p2: usize) -> u32 {
    let answer = match message {
        DRVM_INIT | DRVM_INIT_EX | DRVM_EXIT | DRVM_ENABLE | DRVM_DISABLE => Ok(()),
        MODM_GETNUMDEVS => return devices::count(),
        MODM_GETDEVCAPS => {
            by_number(device).and_then(|_| left(boundary::leave_caps(p1, p2, &capabilities())))
        }
        MODM_OPEN => by_number(device).and_then(|device| open(&device, user, p1, p2)),
        MODM_CLOSE => by_token(user).and_then(|device| close(&device)),
        MODM_PREPARE => by_token(user).and_then(|_| prepare(p1, p2)),
        MODM_UNPREPARE => by_token(user).and_then(|_| unprepare(p1, p2)),
        MODM_DATA => by_token(user).and_then(|device| match device.session.short(p1 as u32) {
            Ok(true) => Ok(()),
            Ok(false) => Err(MMSYSERR_INVALPARAM),
            Err(error) => Err(code(&error)),
        }),
        MODM_LONGDATA => by_token(user).and_then(|device| long_data(&device, p1, p2)),
        MODM_RESET => by_token(user).and_then(|device| device.session.reset().map_err(|error| code(&error))),
        MODM_GETVOLUME => by_either(device, user).and_then(|device| get_volume(&device, p1)),
        MODM_SETVOLUME => by_either(device, user).and_then(|device| set_volume(&device, p1 as u32)),
        _ => Err(MMSYSERR_NOTSUPPORTED),
    };
    answer.err().unwrap_or(MMSYSERR_NOERROR)
}

fn open(device: &Device, user: usize, p1: usize, flags: usize) -> Result<(), u32> {
    let description = boundary::open_description(p1).ok_or(MMSYSERR_INVALPARAM)?;
    // The kinds of callback lie within 32 bits; other flags, such as those of streams, ask for what we do not do.
    let callback = match u32::try_from(flags).map_err(|_| MMSYSERR_NOTSUPPORTED)? {
        CALLBACK_NULL => 0,
        CALLBACK_FUNCTION if description.callback != 0 => description.callback,
        CALLBACK_FUNCTION => return Err(MMSYSERR_INVALPARAM),
        _ => return Err(MMSYSERR_NOTSUPPORTED),
    };
    let token = devices::new_token();
    if user == 0 {
        return Err(MMSYSERR_INVALPARAM);
    }
    device.session.start().map_err(|error| code(&error))?;
    let client = Client { token, handle: description.handle, callback, instance: description.instance };
    device.set_client(Some(client));
    boundary::leave_value(user, token);
    notify(&client, MOM_OPEN, 0);
    Ok(())
}

fn close(device: &Device) -> Result<(), u32> {
    // First the client goes, so that of two threads that close at once only one does.
    let client = device.set_client(None).ok_or(MMSYSERR_INVALHANDLE)?;
    let stopped = device.session.stop().map_err(|error| code(&error));
    notify(&client, MOM_CLOSE, 0);
    stopped
}

fn prepare(p1: usize, p2: usize) -> Result<(), u32> {
    let buffer = Buffer::at(p1, p2).ok_or(MMSYSERR_INVALPARAM)?;
    if buffer.flags() & MHDR_INQUEUE != 0 {
        return Err(MIDIERR_STILLPLAYING);
    }
    buffer.change_flags(MHDR_PREPARED, MHDR_DONE);
    Ok(())
}

fn unprepare(p1: usize, p2: usize) -> Result<(), u32> {
    let buffer = Buffer::at(p1, p2).ok_or(MMSYSERR_INVALPARAM)?;
    if buffer.flags() & MHDR_INQUEUE != 0 {
        return Err(MIDIERR_STILLPLAYING);
    }
    buffer.change_flags(0, MHDR_PREPARED);
    Ok(())
}

fn long_data(device: &Device, p1: usize, p2: usize) -> Result<(), u32> {
    let buffer = Buffer::at(p1, p2).ok_or(MMSYSERR_INVALPARAM)?;
    match buffer.flags() {
        flags if flags & MHDR_PREPARED == 0 => return Err(MIDIERR_UNPREPARED),
        flags if flags & MHDR_INQUEUE != 0 => return Err(MIDIERR_STILLPLAYING),
        _ => {}
    }
    let bytes = buffer.bytes().ok_or(MMSYSERR_INVALPARAM)?;
    buffer.change_flags(MHDR_INQUEUE, MHDR_DONE);
    let played = device.session.long(&bytes).map_err(|error| code(&error));
    buffer.change_flags(MHDR_DONE, MHDR_INQUEUE);
    played?;
    // The client may free the buffer in its callback: it is not touched after this.
    if let Some(client) = device.client() {
        notify(&client, MOM_DONE, p1);
    }
    Ok(())
}

fn get_volume(device: &Device, p1: usize) -> Result<(), u32> {
    let (left, right) = device.session.volume().map_err(|error| code(&error))?;
    self::left(boundary::leave_volume(p1, u32::from(right) << 16 | u32::from(left)))
}

fn set_volume(device: &Device, volume: u32) -> Result<(), u32> {
    let (left, right) = (volume as u16, (volume >> 16) as u16);
    device.session.set_volume(left, right).map_err(|error| code(&error))
}

fn capabilities() -> MidiOutCaps {
    let mut name = [0; 32];
    for (place, unit) in name.iter_mut().zip("opendriver example synth".encode_utf16()) {
        *place = unit;
    }
    MidiOutCaps {
        manufacturer: UNMAPPED,
        product: UNMAPPED,
        version: 0x0100,
        name,
        technology: MOD_SWSYNTH,
        voices: crate::renderer::VOICES as u16,
        notes: crate::renderer::VOICES as u16,
        channels: u16::MAX,
        support: MIDICAPS_VOLUME | MIDICAPS_LRVOLUME,
    }
}

/// Tells the client, with no lock held: it may send the next message from inside its callback.
fn notify(client: &Client, message: u32, param1: usize) {
    if client.callback != 0 {
        boundary::call_back(client.callback, client.handle, message, client.instance, param1);
    }
}

fn by_number(device: u32) -> Result<Arc<Device>, u32> {
    devices::by_number(device).ok_or(MMSYSERR_BADDEVICEID)
}

fn by_token(user: usize) -> Result<Arc<Device>, u32> {
    devices::by_token(user).ok_or(MMSYSERR_INVALHANDLE)
}

/// The volume can be asked for and set with the device open or by its number alone; then `user` is 0.
fn by_either(device: u32, user: usize) -> Result<Arc<Device>, u32> {
    if user == 0 { by_number(device) } else { by_token(user) }
}

fn left(done: bool) -> Result<(), u32> {
    if done { Ok(()) } else { Err(MMSYSERR_INVALPARAM) }
}

/// The number for an error, which is the only thing that `modMessage` can say. The text goes to the driver's report.
fn code(error: &SessionError) -> u32 {
    match error {
        SessionError::Started => MMSYSERR_ALLOCATED,
        SessionError::Stopped => MMSYSERR_INVALHANDLE,
        other => {
            crate::report(other);
            MMSYSERR_ERROR
        }
    }
}

#[cfg(test)]
mod tests;

//! A MIDI-out device behind an open driver: what winmm does between midiOutShortMsg and the driver's `modMessage`.
//!
//! The only `unsafe` of this host is here: the address that the manager found under the name `modMessage` has to be taken
//! for a function of the form that every such driver has.

use opendriver::abi::{DRV_USER, LPARAM};
use opendriver::{Handle, Manager, StaleHandle, SymbolError};
use std::path::PathBuf;
use std::time::Duration;

/// `DWORD modMessage(UINT device, UINT message, DWORD_PTR user, DWORD_PTR p1, DWORD_PTR p2)`.
type ModMessage = unsafe extern "system" fn(u32, u32, usize, usize, usize) -> u32;

// The messages and codes from mmddk.h and mmsystem.h.
const DRVM_INIT: u32 = 100;
const MODM_GETNUMDEVS: u32 = 1;
const MODM_OPEN: u32 = 3;
const MODM_CLOSE: u32 = 4;
const MODM_PREPARE: u32 = 5;
const MODM_UNPREPARE: u32 = 6;
const MODM_DATA: u32 = 7;
const MODM_LONGDATA: u32 = 8;
const NO_ERROR: u32 = 0;
const NOT_SUPPORTED: u32 = 8;
const MHDR_PREPARED: u32 = 2;

// The messages of the synth example, see its module `control`.
const SYNTH_IDENTIFY: u32 = DRV_USER;
const SYNTH_SIGNATURE: isize = 0x5359_4E54;
const SYNTH_ADVANCE: u32 = DRV_USER + 1;
const SYNTH_DEVICE: u32 = DRV_USER + 2;
const SYNTH_FILE: u32 = DRV_USER + 3;

/// Why a device cannot be played on. All of these are the driver's word, or the lack of one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum MidiOutError {
    /// It is some other kind of driver.
    #[error("the driver is not a MIDI-out driver")]
    NoModMessage(#[from] SymbolError),
    /// It has no device to offer.
    #[error("the driver has no MIDI-out device")]
    NoDevice,
    /// It answered a message with an error code.
    #[error("the driver answered {message} with error {code}{}", meaning(*code))]
    Refused {
        /// The message.
        message: &'static str,
        /// Its `MMSYSERR_*` or `MIDIERR_*` code.
        code: u32,
    },
    /// The driver was closed meanwhile.
    #[error(transparent)]
    Stale(#[from] StaleHandle),
}

fn meaning(code: u32) -> &'static str {
    match code {
        1 => " (unspecified; the driver may have said more on standard error)",
        2 => " (no such device)",
        4 => " (the device is in use)",
        5 => " (the device is not open)",
        8 => " (not supported)",
        11 => " (wrong parameter)",
        64 => " (buffer not prepared)",
        _ => "",
    }
}

/// An open device.
pub(crate) struct MidiOut<'m> {
    manager: &'m Manager,
    driver: Handle,
    entry: ModMessage,
    device: u32,
    user: usize,
    host_clock: bool,
}

impl<'m> MidiOut<'m> {
    /// Opens a device of an open driver: its first, or the one that belongs to this very instance if it is the synth.
    /// With the synth, this host takes the clock over if it may.
    ///
    /// # Errors
    ///
    /// See [`MidiOutError`].
    pub(crate) fn open(manager: &'m Manager, driver: Handle) -> Result<MidiOut<'m>, MidiOutError> {
        let address = manager.symbol(driver, "modMessage")?;
        // SAFETY: a driver that exports this name exports a function of this form under it (NT DDK).
        let entry =
            unsafe { std::mem::transmute::<std::ptr::NonNull<std::ffi::c_void>, ModMessage>(address) };
        let mut out = MidiOut { manager, driver, entry, device: 0, user: 0, host_clock: false };
        if manager.send(driver, SYNTH_IDENTIFY, 0, 0)? == SYNTH_SIGNATURE {
            out.device = manager.send(driver, SYNTH_DEVICE, 0, 0)? as u32;
            // Before the device is open no time goes by: this only asks for the clock.
            out.host_clock = manager.send(driver, SYNTH_ADVANCE, 0, 0)? == 1;
        }
        out.checked("DRVM_INIT", DRVM_INIT, 0, 0)?;
        if out.call(MODM_GETNUMDEVS, 0, 0) <= out.device {
            return Err(MidiOutError::NoDevice);
        }
        // A MIDIOPENDESC of zeros: no handle and no callback. The driver leaves its token for the device in `user`.
        let description = [0_usize; 8];
        let mut user = 0_usize;
        out.user = (&raw mut user).expose_provenance();
        out.checked("MODM_OPEN", MODM_OPEN, (&raw const description).expose_provenance(), 0)?;
        out.user = user;
        Ok(out)
    }

    /// Whether this host moves the driver's clock. Without that the driver goes by the wall clock, and a piece takes as
    /// long as it sounds.
    pub(crate) fn host_clock(&self) -> bool {
        self.host_clock
    }

    /// Sends a short message.
    ///
    /// # Errors
    ///
    /// [`MidiOutError::Refused`].
    pub(crate) fn short(&self, packed: u32) -> Result<(), MidiOutError> {
        self.checked("MODM_DATA", MODM_DATA, packed as usize, 0)
    }

    /// Sends system exclusive bytes: prepares a buffer, plays it, and takes it back. This is for drivers that are done
    /// with a buffer when the call returns; for others the buffer would have to stay until the callback.
    ///
    /// # Errors
    ///
    /// [`MidiOutError::Refused`].
    pub(crate) fn long(&self, bytes: &[u8]) -> Result<(), MidiOutError> {
        let mut header = Header::new(bytes, 0);
        let address = (&raw mut header).expose_provenance();
        match self.call(MODM_PREPARE, address, size_of::<Header>()) {
            NO_ERROR => {
                let played = self.checked("MODM_LONGDATA", MODM_LONGDATA, address, size_of::<Header>());
                self.call(MODM_UNPREPARE, address, size_of::<Header>());
                played
            }
            // Many drivers leave this to winmm, which then marks the buffer itself (NT DDK).
            NOT_SUPPORTED => {
                let mut header = Header::new(bytes, MHDR_PREPARED);
                let address = (&raw mut header).expose_provenance();
                self.checked("MODM_LONGDATA", MODM_LONGDATA, address, size_of::<Header>())
            }
            code => Err(MidiOutError::Refused { message: "MODM_PREPARE", code }),
        }
    }

    /// Lets time go by, if this host has the clock.
    ///
    /// # Errors
    ///
    /// [`MidiOutError::Refused`] when the driver cannot go on.
    pub(crate) fn advance(&self, time: Duration) -> Result<(), MidiOutError> {
        // Well below what the driver takes in one step, and what an LPARAM of 32 bits can hold.
        const STEP: u128 = 60_000_000;
        let mut left = time.as_micros();
        while self.host_clock && left > 0 {
            let step = left.min(STEP);
            if self.manager.send(self.driver, SYNTH_ADVANCE, step as LPARAM, 0)? != 1 {
                return Err(MidiOutError::Refused { message: "DRV_USER+1", code: 1 });
            }
            left -= step;
        }
        Ok(())
    }

    /// The file that the driver writes, if it is the synth.
    ///
    /// # Errors
    ///
    /// [`MidiOutError::Stale`].
    pub(crate) fn file(&self) -> Result<Option<PathBuf>, MidiOutError> {
        if self.manager.send(self.driver, SYNTH_IDENTIFY, 0, 0)? != SYNTH_SIGNATURE {
            return Ok(None);
        }
        let needed = self.manager.send(self.driver, SYNTH_FILE, 0, 0)?;
        let mut text = vec![0_u16; usize::try_from(needed).unwrap_or(0)];
        let buffer = text.as_mut_ptr().expose_provenance();
        self.manager.send(self.driver, SYNTH_FILE, buffer as LPARAM, text.len() as LPARAM)?;
        text.truncate(text.iter().position(|unit| *unit == 0).unwrap_or(text.len()));
        Ok(Some(PathBuf::from(String::from_utf16_lossy(&text))))
    }

    /// Closes the device.
    ///
    /// # Errors
    ///
    /// [`MidiOutError::Refused`].
    pub(crate) fn close(self) -> Result<(), MidiOutError> {
        self.checked("MODM_CLOSE", MODM_CLOSE, 0, 0)
    }

    fn checked(&self, name: &'static str, message: u32, p1: usize, p2: usize) -> Result<(), MidiOutError> {
        match self.call(message, p1, p2) {
            NO_ERROR => Ok(()),
            code => Err(MidiOutError::Refused { message: name, code }),
        }
    }

    fn call(&self, message: u32, p1: usize, p2: usize) -> u32 {
        // SAFETY: the function is the driver's, which stays loaded while the driver is open; the addresses among the
        // parameters point to what the message asks for, and live until the call returns.
        unsafe { (self.entry)(self.device, message, self.user, p1, p2) }
    }
}

/// A buffer of system exclusive bytes, packed as mmsystem.h packs it.
#[doc(alias = "MIDIHDR")]
#[repr(C, packed)]
struct Header {
    data: *const u8,
    buffer_length: u32,
    bytes_recorded: u32,
    user: usize,
    flags: u32,
    next: usize,
    reserved: usize,
    offset: u32,
    reserved_array: [usize; 8],
}

impl Header {
    fn new(bytes: &[u8], flags: u32) -> Header {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Header {
            data: bytes.as_ptr(),
            buffer_length: length,
            bytes_recorded: length,
            user: 0,
            flags,
            next: 0,
            reserved: 0,
            offset: 0,
            reserved_array: [0; 8],
        }
    }
}

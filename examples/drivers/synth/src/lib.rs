//! A MIDI-out driver in the legacy form that renders what it is sent into a WAV file.
//!
//! It stands for the drivers that SYSTEM.INI files were full of: a library with `DriverProc` and `modMessage`, named by
//! an alias and set up by the words behind its file name.
//!
//! ```ini
//! [drivers32]
//! midi=synth.drv out=tune.wav rate=44100 reverb=on
//! ```
//!
//! The file is libsynth.so, libsynth.dylib or synth.dll; `synth.drv` finds it. The words are explained in [`settings`].
//! A relative `out` starts at the current directory of the process. A word that is not understood, a SoundFont that
//! cannot be read and a file that cannot be made refuse the open, with the reason on standard error.
//!
//! # The way of a note
//!
//! 1. DRV_OPEN reads the [`settings`], makes the [`renderer`] with the instruments of the [`bank`] and creates the
//!    file, the [`recording`]; the three of them and the [`clock`] are a [`session`].
//! 2. The session becomes one of the [`devices`]; `modMessage` ([`abi`]) opens it with MODM_OPEN.
//! 3. MODM_DATA and MODM_LONGDATA carry no time. The [`clock`] says how much sound lies between two of them: by the wall
//!    clock, as every legacy synthesiser does, or at the word of a host that knows the messages of [`control`] and so
//!    plays as fast as the machine renders. The sound up to the message is written, then the message is played.
//! 4. MODM_CLOSE adds a tail of [`TAIL`](session::TAIL) in which the last notes die away. The file is complete.
//! 5. DRV_CLOSE closes the file, after what MODM_CLOSE does if that has not come. A file whose writer is killed is
//!    a valid one all the same, up to a quarter of a second before the end.
//!
//! # The synthesiser
//!
//! [`rustysynth`] (MIT, pure Rust, no dependencies of its own) plays SoundFonts: it was chosen over the alternatives
//! because it does the whole of a General MIDI device, gives the same samples in each run, and is small. Others of its
//! kind are under the LGPL; FM synthesis would need no SoundFont but instrument data of just as unclear origin. The
//! SoundFont that it needs is made by this crate, see [`bank`]. [`hound`] (Apache-2.0) writes the WAV file, and can bring
//! its head up to date while it is being written.
//!
//! # After a failure
//!
//! When the file cannot be written any more (the disk is full, 4 GiB are reached) the reason goes to standard error once,
//! the messages answer with an error, and what was written until then stays a valid file. After a panic in the
//! synthesiser, which only a damaged SoundFont can cause, it is the same.

pub mod abi;
pub mod bank;
mod boundary;
pub mod clock;
pub mod control;
pub mod devices;
mod mod_message;
pub mod recording;
pub mod renderer;
pub mod session;
pub mod settings;

use devices::Place;
use opendriver_sdk::{Close, Driver, Message, Open, Refusal, Reply, export_driver, export_message};
use session::{Session, SessionError};
use std::io::Write;

/// One open instance of the driver.
pub struct Synth {
    device: Place,
}

export_driver!(Synth);
export_message!(modMessage, mod_message::mod_message);

impl Driver for Synth {
    fn open(open: &Open<'_>) -> Result<Synth, Refusal> {
        Ok(Synth { device: devices::add(Session::open(open.parameters())?) })
    }

    fn message(&self, message: &Message) -> Reply {
        control::answer(&self.device, message)
    }

    fn close(&self, _close: &Close) -> bool {
        // A file that cannot be written is no reason to stay open: it would not get better.
        self.finish();
        true
    }
}

impl Drop for Synth {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Synth {
    fn finish(&self) {
        self.device.set_client(None);
        if let Err(error) = self.device.session.finish() {
            report(&error);
        }
    }
}

/// Tells the user about an error that the protocol has only a number for, on one line of standard error.
pub(crate) fn report(error: &SessionError) {
    if !matches!(error, SessionError::Ended) {
        // Not eprintln!, which panics when standard error is closed.
        let _ = std::io::stderr().write_all(format!("synth: {}\n", chain(error)).as_bytes());
    }
}

/// An error with all its sources, which carry the system's own words.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

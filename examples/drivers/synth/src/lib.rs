//! A MIDI-out driver that renders what it is sent into a WAV file.

pub mod bank;
pub mod clock;
pub mod recording;
pub mod renderer;
pub mod settings;

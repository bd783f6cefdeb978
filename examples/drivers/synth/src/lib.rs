//! A MIDI-out driver that renders what it is sent into a WAV file.

//! The unit tests of the MIDI host's score reader: cargo builds an example to be run or to be tested, and this one has to be
//! run.

#[path = "../hosts/play_midi/score.rs"]
mod score;

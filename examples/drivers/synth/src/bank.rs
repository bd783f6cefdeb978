//! The built-in instruments: a SoundFont made from formulas when the driver is first opened.
//!
//! A SoundFont synthesiser needs a SoundFont, and the good ones are large and come with licences of their own. So this
//! driver makes a small one itself, in three steps:
//!
//! 1. [`waves`] computes the recordings: loops of added-up partials for the pitched instruments, swept tones and
//!    noise for the drums;
//! 2. [`instruments`] says how each is played: envelope, filter, vibrato, the keys of the drums;
//! 3. [`riff`] writes both as the bytes of a SoundFont 2 file, which the synthesiser reads like any other.
//!
//! There is one voice for each of the 16 families of General MIDI (programs 1-8 are all the one piano, and so on) and
//! a drum set on channel 10. That makes any General MIDI file recognisable; for a finer sound name a SoundFont with
//! `soundfont=FILE`.

pub mod instruments;
pub mod riff;
pub mod waves;

use rustysynth::SoundFont;
use std::sync::{Arc, OnceLock};

/// The built-in SoundFont, made on the first call and shared from then on.
pub fn built_in() -> Arc<SoundFont> {
    static BANK: OnceLock<Arc<SoundFont>> = OnceLock::new();
    let bank = BANK.get_or_init(|| {
        let bytes = instruments::general_midi().to_bytes();
        // Nothing but a mistake in this crate can make this fail, and the tests below would show it.
        Arc::new(SoundFont::new(&mut bytes.as_slice()).expect("the built-in SoundFont is well-formed"))
    });
    Arc::clone(bank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_general_midi_program_and_a_drum_set_are_there() {
        let bank = built_in();
        let has = |number, patch| {
            bank.get_presets().iter().any(|p| p.get_bank_number() == number && p.get_patch_number() == patch)
        };
        assert!((0..128).all(|program| has(0, program)));
        assert!(has(128, 0));
        assert_eq!(bank.get_presets().len(), 129);
    }

    #[test]
    fn every_key_of_the_drum_set_sounds_once() {
        let bank = built_in();
        let set = bank.get_presets().iter().find(|p| p.get_bank_number() == 128).unwrap();
        let drums = &bank.get_instruments()[set.get_regions()[0].get_instrument_id()];
        for key in 0..128 {
            assert_eq!(drums.get_regions().iter().filter(|r| r.contains(key, 100)).count(), 1, "key {key}");
        }
    }

    #[test]
    fn the_bank_is_the_same_each_time() {
        assert_eq!(instruments::general_midi().to_bytes(), instruments::general_midi().to_bytes());
        assert!(Arc::ptr_eq(&built_in(), &built_in()));
    }
}

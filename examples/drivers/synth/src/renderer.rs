//! MIDI in, sound out: the synthesiser with the parts of MIDI around it that a device needs.
//!
//! The synthesiser itself ([`rustysynth`]) knows channel messages. This adds what reaches a MIDI-out device besides:
//! running status, system exclusive messages (also in pieces), the device volume, and a guard against tunings that the
//! synthesiser cannot follow.

use crate::settings::Settings;
use rustysynth::{SoundFont, SoundFontError, Synthesizer, SynthesizerError, SynthesizerSettings};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The number of notes that can sound at a time.
pub const VOICES: usize = 64;

/// The loudness of the synthesiser at full master volume; its own default is 0.5. A piece for a few instruments then
/// comes out at half of full scale, and a note alone, however hard it is struck, never clips. What is too loud all the
/// same is clipped, never wrapped.
const MASTER: f32 = 0.7;

/// A system exclusive message longer than this is dropped: nothing that this device understands is half as long.
const LONGEST_EXCLUSIVE: usize = 4096;

/// Why no renderer could be made. Both are the fault of the `soundfont` or `rate` setting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RendererError {
    /// The SoundFont cannot be opened.
    #[error("the SoundFont \"{}\" cannot be opened", path.display())]
    Open {
        /// The setting.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a SoundFont, or a damaged one.
    #[error("\"{}\" is not a SoundFont 2 file that can be used", path.display())]
    SoundFont {
        /// The setting.
        path: PathBuf,
        /// What is wrong with it.
        source: SoundFontError,
    },
    /// The synthesiser refuses the settings.
    #[error("the synthesiser cannot work at {rate} Hz")]
    Synthesizer {
        /// The rate asked for.
        rate: u32,
        /// What is wrong with it.
        source: SynthesizerError,
    },
}

/// A synthesiser and its inputs. See the [module](self).
pub struct Renderer {
    synthesizer: Synthesizer,
    running_status: Option<u8>,
    exclusive: Option<Vec<u8>>,
    guards: [TuningGuard; Synthesizer::CHANNEL_COUNT],
    /// Left and right, as MIDIOUT volumes are: 0xFFFF is full.
    volume: (u16, u16),
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Renderer {
    /// A synthesiser for these settings, silent and with every channel at its power-on state.
    ///
    /// # Errors
    ///
    /// See [`RendererError`].
    pub fn new(settings: &Settings) -> Result<Renderer, RendererError> {
        let font = match &settings.soundfont {
            Some(path) => load(path)?,
            None => crate::bank::built_in(),
        };
        let rate = settings.rate;
        let mut setup = SynthesizerSettings::new(i32::try_from(rate).unwrap_or(i32::MAX));
        setup.enable_reverb_and_chorus = settings.reverb;
        setup.maximum_polyphony = VOICES;
        let mut synthesizer =
            Synthesizer::new(&font, &setup).map_err(|source| RendererError::Synthesizer { rate, source })?;
        synthesizer.set_master_volume(MASTER);
        Ok(Renderer {
            synthesizer,
            running_status: None,
            exclusive: None,
            guards: Default::default(),
            volume: (u16::MAX, u16::MAX),
            left: Vec::new(),
            right: Vec::new(),
        })
    }

    /// Plays a short message, packed as MODM_DATA has it: status in the low byte, then the data bytes. A low byte
    /// below 0x80 is data under the running status. Returns whether it was a MIDI message at all.
    pub fn short(&mut self, packed: u32) -> bool {
        let [first, second, third, _] = packed.to_le_bytes();
        let (status, data1, data2) = match (first, self.running_status) {
            (0x80.., _) => (first, second, third),
            (_, Some(status)) => (status, first, second),
            (_, None) => return false,
        };
        match status {
            0x80..=0xEF => self.running_status = Some(status),
            // System common messages end the running status; real-time messages (0xF8 up) leave it alone.
            0xF0..=0xF7 => self.running_status = None,
            0xFF => self.power_on(),
            _ => {}
        }
        if status < 0xF0 && (data1 >= 0x80 || data2 >= 0x80 && !matches!(status & 0xF0, 0xC0 | 0xD0)) {
            return false;
        }
        if status < 0xF0 {
            self.channel_message(status, data1, data2);
        }
        true
    }

    /// Plays a buffer of MODM_LONGDATA: a system exclusive message or a piece of one. Bytes outside of a message are
    /// ignored. Understood are the resets of General MIDI, GS and XG and the universal master volume.
    pub fn long(&mut self, bytes: &[u8]) {
        self.running_status = None;
        for byte in bytes {
            match (*byte, &mut self.exclusive) {
                (0xF0, slot) => *slot = Some(Vec::new()),
                (0xF7, _) => {
                    if let Some(message) = self.exclusive.take() {
                        self.exclusive_message(&message);
                    }
                }
                // Real-time messages may stand inside of an exclusive one and are no part of it.
                (0xF8.., _) => {}
                // Any other status byte breaks the message off.
                (0x80.., slot) => *slot = None,
                (_, Some(message)) if message.len() < LONGEST_EXCLUSIVE => message.push(*byte),
                (_, slot) => *slot = None,
            }
        }
    }

    /// MODM_RESET: every note is released, the controllers go back, an unfinished exclusive message is forgotten.
    /// Programs and volumes stay.
    pub fn reset(&mut self) {
        self.synthesizer.reset_all_controllers();
        self.synthesizer.note_off_all(false);
        self.exclusive = None;
        self.running_status = None;
    }

    /// The device volume, left and right; 0xFFFF is full, and full at the start.
    pub fn volume(&self) -> (u16, u16) {
        self.volume
    }

    /// Sets the device volume for what is rendered from now on.
    pub fn set_volume(&mut self, left: u16, right: u16) {
        self.volume = (left, right);
    }

    /// Renders the next `frames` frames as left and right samples in turn, over what `samples` held.
    pub fn render(&mut self, frames: usize, samples: &mut Vec<i16>) {
        self.left.resize(frames, 0.0);
        self.right.resize(frames, 0.0);
        self.synthesizer.render(&mut self.left, &mut self.right);
        let gain = |volume: u16| f32::from(volume) / f32::from(u16::MAX) * f32::from(i16::MAX);
        let (left, right) = (gain(self.volume.0), gain(self.volume.1));
        samples.clear();
        // A float cast to an integer stops at the ends of its range, so an overload clips and does not wrap.
        let pairs = self.left.iter().zip(&self.right);
        samples.extend(pairs.flat_map(|(l, r)| [(l * left).round() as i16, (r * right).round() as i16]));
    }

    fn channel_message(&mut self, status: u8, data1: u8, data2: u8) {
        let channel = status & 0x0F;
        let command = status & 0xF0;
        let data2 = match command {
            0xB0 => self.guards[usize::from(channel)].controller(data1, data2),
            _ => data2,
        };
        let number = |byte: u8| i32::from(byte);
        self.synthesizer.process_midi_message(number(channel), number(command), number(data1), number(data2));
    }

    fn exclusive_message(&mut self, message: &[u8]) {
        match message {
            // General MIDI on (1 or 2); GS reset; XG on.
            [0x7E, _, 0x09, 0x01 | 0x03]
            | [0x41, _, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, _]
            | [0x43, 0x10..=0x1F, 0x4C, 0x00, 0x00, 0x7E, 0x00] => self.power_on(),
            [0x7F, _, 0x04, 0x01, low, high] => {
                let value = u16::from(*high) << 7 | u16::from(*low);
                self.synthesizer.set_master_volume(MASTER * f32::from(value) / f32::from(0x3FFF_u16));
            }
            _ => {}
        }
    }

    fn power_on(&mut self) {
        self.synthesizer.reset();
        self.synthesizer.set_master_volume(MASTER);
        self.guards = Default::default();
        self.running_status = None;
    }
}

fn load(path: &Path) -> Result<Arc<SoundFont>, RendererError> {
    let file = File::open(path).map_err(|source| RendererError::Open { path: path.to_owned(), source })?;
    let font = SoundFont::new(&mut BufReader::new(file));
    font.map(Arc::new).map_err(|source| RendererError::SoundFont { path: path.to_owned(), source })
}

/// Keeps a channel's tuning where the synthesiser can follow it. A pitch wheel range of ten octaves on top of a coarse
/// tuning of five would step over the end of a loop and read outside of the recording, which ends in a panic; so the
/// range of the wheel stops at two octaves and the coarse tuning at two either way.
#[derive(Debug, Default)]
struct TuningGuard {
    /// The registered parameter chosen by controllers 101 and 100, unless a non-registered one is.
    high: Option<u8>,
    low: Option<u8>,
}

impl TuningGuard {
    /// The value to pass on for a controller's value.
    fn controller(&mut self, number: u8, value: u8) -> u8 {
        match number {
            101 => self.high = Some(value),
            100 => self.low = Some(value),
            98 | 99 => (self.high, self.low) = (None, None),
            6 if (self.high, self.low) == (Some(0), Some(0)) => return value.min(24),
            6 if (self.high, self.low) == (Some(0), Some(2)) => return value.clamp(64 - 24, 64 + 24),
            _ => {}
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renderer(text: &str) -> Renderer {
        Renderer::new(&Settings::parse(text).unwrap()).unwrap()
    }

    fn peak(renderer: &mut Renderer, frames: usize) -> i16 {
        let mut samples = Vec::new();
        renderer.render(frames, &mut samples);
        assert_eq!(samples.len(), frames * 2);
        samples.iter().map(|sample| sample.saturating_abs()).max().unwrap_or(0)
    }

    #[test]
    fn a_note_is_heard_until_it_is_released() {
        let mut renderer = renderer("reverb=off");
        assert_eq!(peak(&mut renderer, 4_410), 0);
        assert!(renderer.short(0x10_C0));
        assert!(renderer.short(0x64_3C_90));
        assert!(peak(&mut renderer, 4_410) > 1_000);
        // Running status: a note-on with velocity 0 is a note-off.
        assert!(renderer.short(0x00_3C));
        peak(&mut renderer, 44_100);
        assert_eq!(peak(&mut renderer, 4_410), 0);
    }

    #[test]
    fn every_program_and_drum_makes_a_sound_that_does_not_clip() {
        for program in 0..128_u32 {
            let mut renderer = renderer("");
            renderer.short(program << 8 | 0xC0);
            renderer.short(0x7F_45_90);
            let peak = peak(&mut renderer, 22_050);
            assert!((1_000..32_000).contains(&peak), "program {program}: {peak}");
        }
        for key in 0..128_u32 {
            let mut renderer = renderer("");
            renderer.short(0x7F << 16 | key << 8 | 0x99);
            let peak = peak(&mut renderer, 22_050);
            assert!((1_000..32_000).contains(&peak), "drum {key}: {peak}");
        }
    }

    #[test]
    fn what_is_no_midi_message_is_refused() {
        let mut renderer = renderer("");
        assert!(!renderer.short(0x64_3C), "data without a running status");
        assert!(!renderer.short(0x80_3C_90), "a data byte with its high bit set");
        assert!(!renderer.short(0x00_80_C0), "the same in a message of two bytes");
        assert!(renderer.short(0xFF_01_C0), "the third byte of a message of two is nobody's");
        assert!(renderer.short(0xF8) && renderer.short(0xFE), "real-time messages are none of ours");
        assert!(renderer.short(0x02), "and do not end the running status");
        assert!(renderer.short(0xF6));
        assert!(!renderer.short(0x02), "a system common message does");
    }

    #[test]
    fn exclusive_messages_work_whole_in_pieces_and_broken() {
        let mut renderer = renderer("reverb=off");
        // Master volume to nothing, in three pieces with a clock byte between them.
        renderer.long(&[0xF0, 0x7F, 0x7F]);
        renderer.long(&[0xF8, 0x04, 0x01, 0x00]);
        renderer.long(&[0x00, 0xF7]);
        renderer.short(0x64_3C_90);
        assert_eq!(peak(&mut renderer, 4_410), 0);
        // Broken off by a status byte: not a reset.
        renderer.long(&[0xF0, 0x7E, 0x7F, 0x90, 0x09, 0x01, 0xF7]);
        assert_eq!(peak(&mut renderer, 4_410), 0);
        // Bytes outside of a message, an empty one, one that never ends.
        renderer.long(&[0x01, 0x02, 0xF7, 0xF0, 0xF7]);
        renderer.long(&vec![0x11; 10_000]);
        renderer.long(&[0xF0]);
        renderer.long(&vec![0x11; 10_000]);
        renderer.long(&[0xF7]);
        for reset in [
            &[0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7][..],
            &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41, 0xF7],
            &[0xF0, 0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00, 0xF7],
        ] {
            renderer.long(&[0xF0, 0x7F, 0x7F, 0x04, 0x01, 0x00, 0x00, 0xF7]);
            renderer.long(reset);
            renderer.short(0x64_3C_90);
            assert!(peak(&mut renderer, 4_410) > 1_000, "{reset:02X?}");
        }
    }

    #[test]
    fn reset_releases_every_note_and_keeps_the_programs() {
        let mut renderer = renderer("reverb=off");
        renderer.short(0x10_C0);
        renderer.short(0x7F_40_B0);
        for key in 60..70 {
            renderer.short(0x64_00_90 | key << 8);
        }
        assert!(peak(&mut renderer, 4_410) > 1_000);
        renderer.reset();
        peak(&mut renderer, 44_100);
        assert_eq!(peak(&mut renderer, 4_410), 0, "the sustain pedal is up again");
    }

    #[test]
    fn the_device_volume_has_two_sides() {
        let mut renderer = renderer("reverb=off");
        assert_eq!(renderer.volume(), (0xFFFF, 0xFFFF));
        renderer.set_volume(0, 0x8000);
        renderer.short(0x64_3C_90);
        let mut samples = Vec::new();
        renderer.render(4_410, &mut samples);
        assert!(samples.iter().step_by(2).all(|left| *left == 0));
        assert!(samples.iter().skip(1).step_by(2).any(|right| *right > 500));
    }

    #[test]
    fn too_loud_is_clipped_and_too_high_is_bent_back() {
        let mut renderer = renderer("rate=16000");
        for controller in [0x65, 0x64] {
            renderer.short(0x00_00_B0 | controller << 8);
        }
        renderer.short(0x7F_06_B0);
        renderer.short(0x02_64_B0);
        renderer.short(0x7F_06_B0);
        renderer.short(0x7F_7F_E0);
        for channel in 0..16 {
            renderer.short(0x7F_07_B0 | channel);
            for key in 100..128 {
                renderer.short(0x7F_00_90 | key << 8 | channel);
            }
        }
        assert!(peak(&mut renderer, 32_000) >= 32_000);
    }

    #[test]
    fn a_bad_soundfont_is_refused_with_its_name() {
        let missing = Renderer::new(&Settings::parse("soundfont=no-such.sf2").unwrap()).err().unwrap();
        assert_eq!(missing.to_string(), "the SoundFont \"no-such.sf2\" cannot be opened");
        let file = tempfile::NamedTempFile::new().unwrap();
        for bytes in [
            &b""[..],
            b"RIFF",
            b"RIFF\x04\0\0\0WAVE",
            &crate::bank::instruments::general_midi().to_bytes()[..900],
        ] {
            std::fs::write(file.path(), bytes).unwrap();
            let settings = Settings { soundfont: Some(file.path().to_owned()), ..Settings::default() };
            let error = Renderer::new(&settings).err().unwrap();
            assert!(error.to_string().ends_with("is not a SoundFont 2 file that can be used"), "{error}");
            assert!(std::error::Error::source(&error).is_some());
        }
    }

    #[test]
    fn a_soundfont_file_is_used() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), crate::bank::instruments::general_midi().to_bytes()).unwrap();
        let settings = Settings { soundfont: Some(file.path().to_owned()), ..Settings::default() };
        let mut renderer = Renderer::new(&settings).unwrap();
        renderer.short(0x64_3C_90);
        assert!(peak(&mut renderer, 4_410) > 1_000);
    }
}

//! Writes a SoundFont 2 file: samples, instruments and presets as RIFF chunks.
//!
//! Only what the built-in bank needs: 16-bit mono samples, one zone per preset, no modulators. Layout and generator
//! numbers are those of the SoundFont Technical Specification 2.04 (Creative, 2006), sections 4 to 8.

use std::ops::{Range, RangeInclusive};

/// A SoundFont in parts.
#[derive(Debug, Clone, Default)]
pub struct FontFile {
    /// The name of the bank, ASCII.
    pub name: &'static str,
    /// The recordings.
    pub samples: Vec<Sample>,
    /// What can be played with them.
    pub instruments: Vec<Instrument>,
    /// What a program change can choose.
    pub presets: Vec<Preset>,
}

/// One mono recording.
#[derive(Debug, Clone)]
pub struct Sample {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// The recording.
    pub data: Vec<i16>,
    /// The part that is repeated while a note is held, as positions in `data`; empty for a sample that plays once.
    pub looped: Range<usize>,
    /// Frames per second.
    pub rate: u32,
    /// The MIDI key at which it plays at its own speed.
    pub key: u8,
}

/// An instrument: zones of keys.
#[derive(Debug, Clone)]
pub struct Instrument {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// Which sample plays at which key, and how.
    pub zones: Vec<Zone>,
}

/// A range of keys that one sample serves.
#[derive(Debug, Clone)]
pub struct Zone {
    /// The keys.
    pub keys: RangeInclusive<u8>,
    /// Index of the sample.
    pub sample: usize,
    /// How it is played.
    pub generators: Vec<(Generator, i16)>,
}

/// A preset: an instrument under a bank and program number.
#[derive(Debug, Clone)]
pub struct Preset {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// Bank, 128 for drum sets.
    pub bank: u16,
    /// Program, 0 to 127.
    pub program: u16,
    /// Index of the instrument.
    pub instrument: usize,
}

/// The generators in use, with their numbers and units from section 8.1.2 of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Generator {
    /// Vibrato depth in cents.
    VibratoToPitch = 6,
    /// Low-pass filter, in cents above 8.176 Hz.
    FilterCutoff = 8,
    /// Effect of the modulation envelope on the filter in cents.
    EnvelopeToFilter = 11,
    /// Chorus in tenths of a percent.
    Chorus = 15,
    /// Reverberation in tenths of a percent.
    Reverb = 16,
    /// Place in the stereo image, -500 (left) to 500 (right).
    Pan = 17,
    /// Time until the vibrato sets in, in timecents.
    VibratoDelay = 23,
    /// Vibrato speed, in cents above 8.176 Hz.
    VibratoFrequency = 24,
    /// Decay of the modulation envelope, in timecents.
    EnvelopeDecay = 28,
    /// How far the modulation envelope decays, in tenths of a percent.
    EnvelopeSustain = 29,
    /// Attack of the volume, in timecents.
    Attack = 34,
    /// Decay of the volume, in timecents.
    Decay = 36,
    /// How far the volume decays while the note is held, in tenths of a decibel.
    Sustain = 37,
    /// Release of the volume, in timecents.
    Release = 38,
    /// Attenuation in tenths of a decibel.
    Attenuation = 48,
    /// 100 when each key is a semitone, 0 when all keys have the same pitch.
    ScaleTuning = 56,
    /// Notes of the same class cut each other off.
    ExclusiveClass = 57,
}

const INSTRUMENT: u16 = 41;
const KEY_RANGE: u16 = 43;
const SAMPLE_ID: u16 = 53;
const SAMPLE_MODES: u16 = 54;
/// The specification wants at least this many zeros behind each sample, for interpolation past its end.
const GUARD: usize = 46;

impl FontFile {
    /// The file's bytes.
    ///
    /// # Panics
    ///
    /// When there are more zones or generators than the format's 16-bit indexes can count.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = b"sfbk".to_vec();
        body.extend(list(
            b"INFO",
            &[
                chunk(b"ifil", &[2, 0, 1, 0]),
                chunk(b"isng", b"EMU8000\0"),
                chunk(b"INAM", &padded(self.name)),
            ],
        ));
        body.extend(list(b"sdta", &[chunk(b"smpl", &self.wave_data())]));
        let (presets, preset_zones, preset_generators) = self.preset_chunks();
        let (instruments, instrument_zones, instrument_generators) = self.instrument_chunks();
        // The modulator lists hold their terminal record only.
        let no_modulators = [0; 10];
        body.extend(list(
            b"pdta",
            &[
                chunk(b"phdr", &presets),
                chunk(b"pbag", &preset_zones),
                chunk(b"pmod", &no_modulators),
                chunk(b"pgen", &preset_generators),
                chunk(b"inst", &instruments),
                chunk(b"ibag", &instrument_zones),
                chunk(b"imod", &no_modulators),
                chunk(b"igen", &instrument_generators),
                chunk(b"shdr", &self.sample_headers()),
            ],
        ));
        chunk(b"RIFF", &body)
    }

    fn wave_data(&self) -> Vec<u8> {
        let guarded = |sample: &Sample| {
            let zeros = std::iter::repeat_n(0_i16, GUARD);
            sample.data.iter().copied().chain(zeros).flat_map(i16::to_le_bytes).collect::<Vec<u8>>()
        };
        self.samples.iter().flat_map(guarded).collect()
    }

    fn sample_headers(&self) -> Vec<u8> {
        const MONO: u16 = 1;
        let mut bytes = Vec::new();
        let mut start = 0;
        for sample in &self.samples {
            bytes.extend(name(sample.name));
            let positions = [0, sample.data.len(), sample.looped.start, sample.looped.end];
            for position in positions {
                bytes.extend(index32(start + position));
            }
            bytes.extend(sample.rate.to_le_bytes());
            bytes.extend([sample.key, 0, 0, 0]);
            bytes.extend(MONO.to_le_bytes());
            start += sample.data.len() + GUARD;
        }
        bytes.extend(name("EOS"));
        bytes.extend([0; 26]);
        bytes
    }

    fn instrument_chunks(&self) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let (mut headers, mut zones, mut generators) = (Vec::new(), Vec::new(), Vec::new());
        for instrument in &self.instruments {
            headers.extend(name(instrument.name));
            headers.extend(index16(zones.len() / 4));
            for zone in &instrument.zones {
                zones.extend(index16(generators.len() / 4));
                zones.extend([0; 2]);
                // The key range has to come first and the sample last (section 8.1.2).
                generators.extend(KEY_RANGE.to_le_bytes());
                generators.extend([*zone.keys.start(), *zone.keys.end()]);
                for (generator, amount) in &zone.generators {
                    generators.extend((*generator as u16).to_le_bytes());
                    generators.extend(amount.to_le_bytes());
                }
                let looped = !self.samples[zone.sample].looped.is_empty();
                generators.extend(SAMPLE_MODES.to_le_bytes());
                generators.extend(u16::from(looped).to_le_bytes());
                generators.extend(SAMPLE_ID.to_le_bytes());
                generators.extend(index16(zone.sample));
            }
        }
        headers.extend(name("EOI"));
        headers.extend(index16(zones.len() / 4));
        zones.extend(index16(generators.len() / 4));
        zones.extend([0; 2]);
        generators.extend([0; 4]);
        (headers, zones, generators)
    }

    fn preset_chunks(&self) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let (mut headers, mut zones, mut generators) = (Vec::new(), Vec::new(), Vec::new());
        for (number, preset) in self.presets.iter().enumerate() {
            headers.extend(name(preset.name));
            headers.extend(preset.program.to_le_bytes());
            headers.extend(preset.bank.to_le_bytes());
            headers.extend(index16(number));
            headers.extend([0; 12]);
            zones.extend(index16(number));
            zones.extend([0; 2]);
            generators.extend(INSTRUMENT.to_le_bytes());
            generators.extend(index16(preset.instrument));
        }
        headers.extend(name("EOP"));
        headers.extend([0; 4]);
        headers.extend(index16(self.presets.len()));
        headers.extend([0; 12]);
        zones.extend(index16(self.presets.len()));
        zones.extend([0; 2]);
        generators.extend([0; 4]);
        (headers, zones, generators)
    }
}

fn list(kind: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut body = kind.to_vec();
    body.extend(chunks.iter().flatten());
    chunk(b"LIST", &body)
}

/// A chunk: identifier, length, bytes. All bodies here have an even length, so none needs the padding byte.
fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    debug_assert!(body.len().is_multiple_of(2));
    let mut bytes = id.to_vec();
    bytes.extend(index32(body.len()));
    bytes.extend(body);
    bytes
}

/// A name in its fixed field of 20 bytes, cut to leave a zero at the end.
fn name(text: &str) -> [u8; 20] {
    let mut field = [0; 20];
    for (place, byte) in field[..19].iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    field
}

/// A text with one or two zeros behind it, so that its length is even.
fn padded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    if !bytes.len().is_multiple_of(2) {
        bytes.push(0);
    }
    bytes
}

fn index16(value: usize) -> [u8; 2] {
    u16::try_from(value).expect("the bank fits the format's 16-bit indexes").to_le_bytes()
}

fn index32(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("the bank fits the format's 32-bit lengths").to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustysynth::SoundFont;

    #[test]
    fn what_is_written_is_read_back() {
        let font = FontFile {
            name: "two",
            samples: vec![
                Sample { name: "a", data: vec![1; 100], looped: 10..90, rate: 8000, key: 60 },
                Sample { name: "b", data: vec![-2; 50], looped: 0..0, rate: 44_100, key: 69 },
            ],
            instruments: vec![Instrument {
                name: "both",
                zones: vec![
                    Zone { keys: 0..=59, sample: 1, generators: vec![(Generator::Pan, -250)] },
                    Zone { keys: 60..=127, sample: 0, generators: vec![] },
                ],
            }],
            presets: vec![Preset { name: "a name of over 19 letters", bank: 3, program: 7, instrument: 0 }],
        };
        let read = SoundFont::new(&mut font.to_bytes().as_slice()).unwrap();
        assert_eq!(read.get_info().get_bank_name(), "two");
        assert_eq!(read.get_wave_data().len(), 150 + 2 * GUARD);
        let headers = read.get_sample_headers();
        assert_eq!((headers[0].get_start(), headers[0].get_end()), (0, 100));
        assert_eq!((headers[0].get_start_loop(), headers[0].get_end_loop()), (10, 90));
        assert_eq!((headers[1].get_start(), headers[1].get_end()), (146, 196));
        assert_eq!((headers[1].get_sample_rate(), headers[1].get_original_pitch()), (44_100, 69));
        let preset = &read.get_presets()[0];
        assert_eq!(preset.get_name(), "a name of over 19 l");
        assert_eq!((preset.get_bank_number(), preset.get_patch_number()), (3, 7));
        let zones = read.get_instruments()[0].get_regions();
        assert_eq!((zones[0].get_key_range_start(), zones[0].get_key_range_end()), (0, 59));
        assert_eq!((zones[0].get_sample_id(), zones[0].get_pan()), (1, -25.0));
        assert_eq!(
            (zones[1].get_sample_id(), zones[1].get_sample_modes()),
            (0, rustysynth::LoopMode::Continuous)
        );
    }
}

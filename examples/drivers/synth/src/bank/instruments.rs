//! How the recordings are played: one voice for each family of General MIDI, and a drum set.

use super::riff::{FontFile, Generator, Instrument, Preset, Sample, Zone};
use super::waves;
use Generator::{
    Attack, Attenuation, Chorus, Decay, EnvelopeDecay, EnvelopeSustain, EnvelopeToFilter, ExclusiveClass,
    FilterCutoff, Pan, Release, Reverb, ScaleTuning, Sustain, VibratoDelay, VibratoFrequency, VibratoToPitch,
};
use std::ops::RangeInclusive;

/// The whole bank.
pub fn general_midi() -> FontFile {
    let mut font = FontFile { name: "opendriver example bank", ..FontFile::default() };
    for (family, voice) in families().into_iter().enumerate() {
        let name = voice.sample.name;
        font.samples.push(voice.sample);
        let zone = Zone { keys: 0..=127, sample: family, generators: voice.generators };
        font.instruments.push(Instrument { name, zones: vec![zone] });
        // Each family of General MIDI is eight programs long.
        let programs = (0..8).map(|member| (family * 8 + member) as u16);
        font.presets.extend(programs.map(|program| Preset { name, bank: 0, program, instrument: family }));
    }
    let first = font.samples.len();
    let (recordings, zones) = drums(first);
    font.samples.extend(recordings);
    let instrument = font.instruments.len();
    font.instruments.push(Instrument { name: "Drums", zones });
    font.presets.push(Preset { name: "Drums", bank: 128, program: 0, instrument });
    font
}

struct Voice {
    sample: Sample,
    generators: Vec<(Generator, i16)>,
}

/// The 16 families in the order of their programs.
fn families() -> Vec<Voice> {
    let powers = |count: i32, power: f64| (1..=count).map(move |n| f64::from(n).powf(-power));
    // A string plucked at a fraction of its length lacks the harmonics that have a knot there.
    let plucked = |count: i32, at: f64, power: f64| {
        (1..=count)
            .map(move |n| (f64::from(n) * at * std::f64::consts::PI).sin().abs() / f64::from(n).powf(power))
    };
    let odd = |count: i32, power: f64| {
        (1..=count).map(move |n| if n % 2 == 1 { f64::from(n).powf(-power) } else { 0.0 })
    };
    vec![
        Voice {
            sample: waves::harmonics("Piano", plucked(20, 0.12, 1.6)),
            generators: struck(6.0, 0.5, &[(FilterCutoff, 8_400), (EnvelopeToFilter, 3_000)]),
        },
        Voice {
            // A bar of metal: partials at 1, 2.75 and 5.4 times the fundamental.
            sample: waves::partials("Chimes", &[(32, 1.0), (88, 0.5), (173, 0.3), (64, 0.2)]),
            generators: struck(3.0, 1.2, &[]),
        },
        Voice {
            sample: waves::harmonics("Organ", [1.0, 0.8, 0.6, 0.4, 0.0, 0.3, 0.0, 0.25]),
            generators: held(0.01, 0.1, &[(Chorus, 200)]),
        },
        Voice {
            sample: waves::harmonics("Guitar", plucked(22, 0.2, 1.0)),
            generators: struck(3.0, 0.3, &[(FilterCutoff, 7_800), (EnvelopeToFilter, 4_000)]),
        },
        Voice {
            sample: waves::harmonics("Bass", powers(12, 1.4)),
            generators: struck(4.0, 0.15, &[(FilterCutoff, 7_200), (EnvelopeToFilter, 2_400)]),
        },
        Voice {
            sample: waves::harmonics("Strings", powers(20, 1.0)),
            generators: held(0.08, 0.35, &[(FilterCutoff, 10_200), (VibratoToPitch, 12), (Chorus, 200)]),
        },
        Voice {
            sample: waves::harmonics("Ensemble", powers(16, 1.1)),
            generators: held(0.15, 0.6, &[(FilterCutoff, 9_600), (VibratoToPitch, 8), (Chorus, 400)]),
        },
        Voice {
            sample: waves::harmonics("Brass", powers(20, 0.8)),
            generators: held(0.04, 0.15, &[(FilterCutoff, 8_700), (EnvelopeToFilter, 1_200)]),
        },
        Voice {
            sample: waves::harmonics("Reed", odd(15, 0.9)),
            generators: held(0.03, 0.12, &[(VibratoToPitch, 8)]),
        },
        Voice {
            sample: waves::harmonics("Pipe", [1.0, 0.3, 0.12, 0.05]),
            generators: held(0.05, 0.15, &[(VibratoToPitch, 10)]),
        },
        Voice {
            sample: waves::harmonics("Lead", odd(19, 1.0)),
            generators: held(0.005, 0.1, &[(Attenuation, 60)]),
        },
        Voice {
            sample: waves::harmonics("Pad", powers(10, 1.2)),
            generators: held(0.5, 1.0, &[(FilterCutoff, 8_400), (Chorus, 500)]),
        },
        Voice {
            sample: waves::partials("Effects", &[(32, 1.0), (71, 0.6), (109, 0.4)]),
            generators: held(0.3, 1.0, &[(VibratoToPitch, 30), (Chorus, 500)]),
        },
        Voice {
            sample: waves::harmonics("Ethnic", plucked(24, 0.08, 0.8)),
            generators: struck(2.0, 0.2, &[(FilterCutoff, 9_000)]),
        },
        Voice {
            sample: waves::partials("Percussive", &[(32, 1.0), (75, 0.7), (128, 0.3)]),
            generators: struck(0.6, 0.3, &[]),
        },
        Voice {
            sample: waves::partials("Sounds", &[(31, 1.0), (32, 0.7), (34, 0.6), (97, 0.4)]),
            generators: held(0.6, 1.2, &[(Chorus, 800)]),
        },
    ]
}

/// A voice that dies away while its key is held: decay and release in seconds. A filter, when it has one, starts open
/// and closes as the note fades.
fn struck(decay: f64, release: f64, more: &[(Generator, i16)]) -> Vec<(Generator, i16)> {
    let mut generators = vec![
        (Attack, timecents(0.003)),
        (Decay, timecents(decay)),
        (Sustain, 1_000),
        (Release, timecents(release)),
        (EnvelopeDecay, timecents(decay / 3.0)),
        (EnvelopeSustain, 1_000),
        (Reverb, 100),
    ];
    generators.extend(more);
    generators
}

/// A voice that lasts as long as its key is held: attack and release in seconds. A vibrato sets in after a while.
fn held(attack: f64, release: f64, more: &[(Generator, i16)]) -> Vec<(Generator, i16)> {
    let mut generators = vec![
        (Attack, timecents(attack)),
        (Release, timecents(release)),
        (VibratoDelay, timecents(0.35)),
        (VibratoFrequency, -550),
        (Attenuation, 90),
        (Reverb, 150),
    ];
    generators.extend(more);
    generators
}

/// The drum set: recordings and which keys play them, as General MIDI lays them out. `first` is the index that the
/// first recording will have.
fn drums(first: usize) -> (Vec<Sample>, Vec<Zone>) {
    let recordings = vec![
        waves::skin("Kick", 0.35, 170.0, 48.0, 36),
        waves::snare("Snare", 0.28, 38),
        waves::skin("Tom", 0.5, 190.0, 110.0, 45),
        waves::metal("Closed hat", 0.09, 50.0, 42),
        waves::metal("Open hat", 0.5, 8.0, 46),
        waves::metal("Cymbal", 1.6, 2.5, 49),
        waves::skin("Block", 0.08, 900.0, 700.0, 76),
    ];
    let zone = |keys: RangeInclusive<u8>, sample: usize, more: &[(Generator, i16)]| {
        // One-shot: the recording is the whole of the note, so releasing the key must not cut it.
        let mut generators = vec![(Release, timecents(1.5)), (ScaleTuning, 0), (Reverb, 80)];
        generators.extend(more);
        Zone { keys, sample: first + sample, generators }
    };
    const KICK: usize = 0;
    const SNARE: usize = 1;
    const TOM: usize = 2;
    const CLOSED: usize = 3;
    const OPEN: usize = 4;
    const CYMBAL: usize = 5;
    const BLOCK: usize = 6;
    // The hats silence each other, as the one pair of metal that they are.
    let hats = [(ExclusiveClass, 1), (Pan, 150), (Attenuation, 150)];
    let tuned = [(ScaleTuning, 100)];
    let ringing = [(Pan, -150), (Attenuation, 180)];
    let zones = vec![
        zone(0..=34, BLOCK, &[]),
        zone(35..=36, KICK, &[]),
        zone(37..=40, SNARE, &[(Attenuation, 60)]),
        zone(41..=41, TOM, &tuned),
        zone(42..=42, CLOSED, &hats),
        zone(43..=43, TOM, &tuned),
        zone(44..=44, CLOSED, &hats),
        zone(45..=45, TOM, &tuned),
        zone(46..=46, OPEN, &hats),
        zone(47..=48, TOM, &tuned),
        zone(49..=49, CYMBAL, &ringing),
        zone(50..=50, TOM, &tuned),
        zone(51..=53, CYMBAL, &ringing),
        zone(54..=54, CLOSED, &hats),
        zone(55..=55, CYMBAL, &ringing),
        zone(56..=56, BLOCK, &[]),
        zone(57..=59, CYMBAL, &ringing),
        zone(60..=127, BLOCK, &tuned),
    ];
    (recordings, zones)
}

/// Seconds as the format has them: 1200 times the binary logarithm.
fn timecents(seconds: f64) -> i16 {
    (seconds.log2() * 1_200.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timecents_are_the_logarithm_of_seconds() {
        assert_eq!((timecents(1.0), timecents(2.0), timecents(0.25)), (0, 1_200, -2_400));
    }

    #[test]
    fn every_zone_names_a_sample_that_exists() {
        let font = general_midi();
        assert_eq!(font.presets.len(), 129);
        for zone in font.instruments.iter().flat_map(|instrument| &instrument.zones) {
            assert!(zone.sample < font.samples.len());
        }
    }
}

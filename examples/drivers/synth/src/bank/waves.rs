//! The recordings of the built-in bank, computed.

use super::riff::Sample;
use std::f64::consts::TAU;

/// Samples per period of a pitched sound at its own speed.
const PERIOD: usize = 128;
/// Periods in a loop. Partials can stand at any multiple of a 32nd of the fundamental, which is what makes a bell; and
/// the loop is long enough that no key, pitch wheel and tuning together can step over it in one go.
const PERIODS: usize = 32;
/// The key of middle C, at which a loop plays at its own speed ...
const MIDDLE_C: u8 = 60;
/// ... which is 128 times its 261.626 Hz, right to 0.004 of a cent.
const LOOP_RATE: u32 = 33_488;
/// The rate of the drums.
const DRUM_RATE: u32 = 44_100;
/// How loud the loudest sample of a recording is; the rest of the range is left to interpolation.
const FULL: f64 = 30_000.0;

/// A loop of partials, each a frequency in 32nds of the fundamental and an amplitude. The phases are spread, so that
/// the wave has no needle in it where all of them start.
pub fn partials(name: &'static str, partials: &[(usize, f64)]) -> Sample {
    let length = PERIOD * PERIODS;
    let wave = (0..length)
        .map(|at| {
            let phase = |number: usize| number as f64 * number as f64 * 0.37;
            let turn = at as f64 / length as f64 * TAU;
            partials
                .iter()
                .enumerate()
                .map(|(number, (frequency, amplitude))| {
                    amplitude * (turn * *frequency as f64 + phase(number)).sin()
                })
                .sum()
        })
        .collect();
    Sample { name, data: normalised(wave), looped: 0..length, rate: LOOP_RATE, key: MIDDLE_C }
}

/// A loop of whole harmonics 1, 2, 3 ... with the given amplitudes.
pub fn harmonics(name: &'static str, amplitudes: impl IntoIterator<Item = f64>) -> Sample {
    let list = amplitudes.into_iter().enumerate().map(|(n, amplitude)| ((n + 1) * PERIODS, amplitude));
    partials(name, &list.collect::<Vec<_>>())
}

/// A drum skin: a tone that falls from `from` to `to` Hz, with a little noise at the stroke.
pub fn skin(name: &'static str, seconds: f64, from: f64, to: f64, key: u8) -> Sample {
    let mut noise = Noise::new();
    let mut phase = 0.0;
    let wave = frames(seconds, |t| {
        let frequency = to + (from - to) * (-t * 28.0).exp();
        phase += frequency / f64::from(DRUM_RATE) * TAU;
        phase.sin() * fade(t, seconds) + noise.next() * 0.25 * (-t * 200.0).exp()
    });
    once(name, wave, key)
}

/// A snare: noise over a short tone.
pub fn snare(name: &'static str, seconds: f64, key: u8) -> Sample {
    let mut noise = Noise::new();
    let wave = frames(seconds, |t| {
        let tone = (t * 190.0 * TAU).sin() * (-t * 30.0).exp();
        0.6 * tone + noise.next() * (-t * 16.0).exp() * fade(t, seconds)
    });
    once(name, wave, key)
}

/// Metal: the high part of noise, dying away at `damping` per second.
pub fn metal(name: &'static str, seconds: f64, damping: f64, key: u8) -> Sample {
    let mut noise = Noise::new();
    let (mut last, mut before) = (0.0, 0.0);
    let wave = frames(seconds, |t| {
        // The second difference of noise rises with 12 decibels per octave: only the hiss is left.
        let now = noise.next();
        let high = now - 2.0 * last + before;
        before = last;
        last = now;
        high * (-t * damping).exp() * fade(t, seconds)
    });
    once(name, wave, key)
}

fn frames(seconds: f64, mut wave: impl FnMut(f64) -> f64) -> Vec<f64> {
    let count = (seconds * f64::from(DRUM_RATE)) as usize;
    (0..count).map(|at| wave(at as f64 / f64::from(DRUM_RATE))).collect()
}

/// Falls from one to nothing over the length, so that a recording does not end with a click.
fn fade(t: f64, seconds: f64) -> f64 {
    (1.0 - t / seconds).powi(2)
}

fn once(name: &'static str, wave: Vec<f64>, key: u8) -> Sample {
    Sample { name, data: normalised(wave), looped: 0..0, rate: DRUM_RATE, key }
}

fn normalised(wave: Vec<f64>) -> Vec<i16> {
    let peak = wave.iter().fold(f64::MIN_POSITIVE, |peak, value| peak.max(value.abs()));
    wave.into_iter().map(|value| (value / peak * FULL) as i16).collect()
}

/// White noise from a fixed seed (xorshift, Marsaglia 2003): the bank must be the same each time.
struct Noise(u32);

impl Noise {
    fn new() -> Noise {
        Noise(0x2545_F491)
    }

    /// The next value, from -1 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / f64::from(u32::MAX) * 2.0 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_has_no_step_at_its_seam() {
        let sample = harmonics("saw", (1..=20).map(|n| 1.0 / f64::from(n)));
        let data = &sample.data;
        let steps = data.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs());
        let seam = (i32::from(data[0]) - i32::from(data[data.len() - 1])).abs();
        assert!(seam <= steps.max().unwrap());
        assert_eq!(sample.looped, 0..data.len());
    }

    #[test]
    fn recordings_use_their_range_and_end_in_silence() {
        for sample in [skin("k", 0.3, 150.0, 50.0, 36), snare("s", 0.25, 38), metal("m", 0.1, 40.0, 42)] {
            let peak = sample.data.iter().map(|v| i32::from(*v).abs()).max().unwrap();
            assert!((29_990..=30_000).contains(&peak), "{}: {peak}", sample.name);
            assert!(i32::from(*sample.data.last().unwrap()).abs() < 20, "{}", sample.name);
        }
    }
}

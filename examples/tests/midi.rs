//! The MIDI host and the synth driver together, as a user runs them: a process, a SYSTEM.INI, a WAV file.
//!
//! - what comes out is the tune: length, loudness, pitch, and the same bytes each time;
//! - what goes in wrong is refused with one message and the right exit code;
//! - a process that is killed leaves a valid file.

#[path = "../tunes/ode_to_joy.rs"]
mod ode_to_joy;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The tail that the synth adds when its device is closed.
const TAIL_SECONDS: u32 = 2;

/// A directory to run the host in.
struct Place(tempfile::TempDir);

impl Place {
    /// With a SYSTEM.INI whose line for the alias `midi` is this.
    fn new(midi: &str) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        let ini = format!("[drivers32]\r\nmidi={midi}\r\necho=echo.drv\r\n");
        std::fs::write(place.path("system.ini"), ini).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file with a single note of half a second.
    fn short_tune(&self) -> PathBuf {
        let track = [0, 0x90, 69, 127, 0x60, 0x80, 69, 0, 0, 0xFF, 0x2F, 0];
        let head = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0C";
        let path = self.path("short.mid");
        std::fs::write(&path, [&head[..], &track].concat()).unwrap();
        path
    }

    fn host(&self, arguments: &[&str]) -> Command {
        let mut command = host_in(self.0.path());
        command.args(["--config", "system.ini"]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.host(arguments).output().unwrap()
    }

    fn wave(&self, name: &str) -> Wave {
        Wave::read(&self.path(name))
    }
}

/// A process that does not outlive a test that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Cargo builds the examples of a package before it runs its tests, beside the directory of the tests.
fn host() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let host = profile.join("examples").join(format!("play-midi{}", std::env::consts::EXE_SUFFIX));
    assert!(
        host.is_file(),
        "{} is not there: run all tests of the package, or `cargo build --examples` first",
        host.display()
    );
    host
}

fn host_in(directory: &Path) -> Command {
    let mut command = Command::new(host());
    // Whoever runs the tests may have drivers of their own.
    command.current_dir(directory).env_remove("OPENDRIVER_PATH");
    command
}

struct Wave {
    spec: hound::WavSpec,
    left: Vec<f64>,
    right: Vec<f64>,
}

impl Wave {
    fn read(path: &Path) -> Wave {
        let mut reader = hound::WavReader::open(path).unwrap();
        let spec = reader.spec();
        let samples: Vec<f64> = reader.samples::<i16>().map(|s| f64::from(s.unwrap()) / 32_768.0).collect();
        let side = |side: usize| samples.iter().skip(side).step_by(2).copied().collect();
        Wave { spec, left: side(0), right: side(1) }
    }

    fn frames(&self) -> u64 {
        self.left.len() as u64
    }

    fn peak(&self) -> f64 {
        self.left.iter().chain(&self.right).fold(0.0, |peak, sample| f64::max(peak, sample.abs()))
    }

    /// The key whose fundamental is the strongest between two moments.
    fn key(&self, from: f64, to: f64) -> u8 {
        let rate = f64::from(self.spec.sample_rate);
        let window = &self.left[(from * rate) as usize..(to * rate) as usize];
        let frequency = |key: u8| 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
        let strength = |key: u8| goertzel(window, frequency(key) / rate);
        (30..=100).max_by(|a, b| strength(*a).total_cmp(&strength(*b))).unwrap()
    }
}

/// The power of one frequency, given in periods for each sample (Goertzel 1958), under a Hann window so that a strong
/// frequency does not spill over its neighbours.
fn goertzel(samples: &[f64], frequency: f64) -> f64 {
    let turn = frequency * std::f64::consts::TAU;
    let (mut last, mut before) = (0.0, 0.0);
    for (at, sample) in samples.iter().enumerate() {
        let place = at as f64 / samples.len() as f64 * std::f64::consts::TAU;
        let now = sample * (1.0 - place.cos()) + 2.0 * turn.cos() * last - before;
        before = last;
        last = now;
    }
    last * last + before * before - 2.0 * turn.cos() * last * before
}

/// The length of the tune in frames, from its score.
fn tune_frames(rate: u64) -> u64 {
    let ends = ode_to_joy::TEMPOS.iter().skip(1).map(|(bar, _)| *bar).chain([ode_to_joy::BARS]);
    let parts = ode_to_joy::TEMPOS.iter().zip(ends);
    let microseconds: u32 = parts.map(|((bar, tempo), end)| (end - bar) * 4 * tempo).sum();
    u64::from(microseconds) * rate / 1_000_000
}

#[test]
fn the_tune_is_what_its_generator_makes() {
    let kept = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tunes/ode_to_joy.mid")).unwrap();
    assert!(
        kept == ode_to_joy::ode_to_joy(),
        "make it anew: cargo run --example make-tune examples/tunes/ode_to_joy.mid"
    );
}

#[test]
fn the_tune_comes_out_as_it_is_written() {
    let place = Place::new("synth.drv out=tune.wav rate=44100 reverb=on");
    let output = place.run(&[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(text.starts_with("Ode to Joy: 15.8 s of music, 5 tracks, 254 messages\n"), "{text}");
    assert!(text.contains("tune.wav: 17.8 s, 44100 Hz, 2 channels, peak 0."), "{text}");

    let wave = place.wave("tune.wav");
    assert_eq!((wave.spec.channels, wave.spec.bits_per_sample, wave.spec.sample_rate), (2, 16, 44_100));
    assert_eq!(wave.frames(), tune_frames(44_100) + u64::from(TAIL_SECONDS) * 44_100);
    assert!((0.05..0.99).contains(&wave.peak()), "peak {}", wave.peak());
    for side in [&wave.left, &wave.right] {
        for (number, quarter) in side.chunks(side.len().div_ceil(4)).enumerate() {
            let power = quarter.iter().map(|sample| sample * sample).sum::<f64>() / quarter.len() as f64;
            assert!(power.sqrt() > 0.01, "quarter {number} has {}", power.sqrt());
        }
    }
    // The first bar is the flute alone: F sharp, F sharp, G, A, half a second each.
    let keys = [0.0, 0.5, 1.0, 1.5].map(|start| wave.key(start + 0.1, start + 0.4));
    assert_eq!(keys, [ode_to_joy::FIRST_KEY, 66, 67, 69]);
    assert!(wave.left != wave.right, "the instruments have their places");
    let end = &wave.left[wave.left.len() - 4_410..];
    assert!(end.iter().all(|sample| sample.abs() < 0.001), "the tail is long enough");

    let first = std::fs::read(place.path("tune.wav")).unwrap();
    assert!(place.run(&[]).status.success());
    assert!(first == std::fs::read(place.path("tune.wav")).unwrap(), "a second run gives the same bytes");
}

#[test]
fn the_sample_configuration_plays() {
    let directory = tempfile::tempdir().unwrap();
    let output = host_in(directory.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(Wave::read(&directory.path().join("tune.wav")).peak() > 0.05);
}

#[test]
fn another_file_and_other_settings_are_followed() {
    let place = Place::new("synth.drv out=tune.wav rate=22050 reverb=off clock=host");
    let tune = place.short_tune();
    let output = place.run(&["--out", "a b.wav", tune.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!place.path("tune.wav").exists());
    let wave = place.wave("a b.wav");
    assert_eq!(wave.spec.sample_rate, 22_050);
    assert_eq!(wave.frames(), 22_050 / 2 + u64::from(TAIL_SECONDS) * 22_050);
    assert_eq!(wave.key(0.05, 0.45), 69);
}

#[test]
fn real_time_takes_its_time() {
    // By the host's word, and by the driver's own clock.
    for (line, arguments) in
        [("synth.drv out=a.wav", &["--real-time"][..]), ("synth.drv out=a.wav clock=real", &[])]
    {
        let place = Place::new(line);
        let tune = place.short_tune();
        let start = Instant::now();
        let output = place.run(&[arguments, &[tune.to_str().unwrap()]].concat());
        let taken = start.elapsed();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(taken >= Duration::from_millis(500), "{taken:?}");
        let wave = place.wave("a.wav");
        let least = 22_050 + u64::from(TAIL_SECONDS) * 44_100;
        let most = least + (taken.as_secs_f64() * 44_100.0) as u64;
        assert!((least..=most).contains(&wave.frames()), "{line}: {} frames", wave.frames());
        assert_eq!(wave.key(0.05, 0.4), 69);
    }
}

#[test]
fn a_host_that_is_killed_leaves_a_valid_file() {
    let place = Place::new("synth.drv out=tune.wav");
    let mut host = Running(place.host(&["--real-time"]).stdout(Stdio::null()).spawn().unwrap());
    // Killed as soon as half a second is in the file.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        assert!(Instant::now() < deadline, "nothing was written");
        match std::fs::metadata(place.path("tune.wav")) {
            Ok(file) if file.len() > 44 + 4 * 22_050 => break,
            Err(error) if error.kind() != ErrorKind::NotFound => panic!("{error}"),
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    host.0.kill().unwrap();
    assert!(!host.0.wait().unwrap().success());
    let wave = place.wave("tune.wav");
    assert!((11_025..10 * 44_100).contains(&wave.frames()), "{} frames", wave.frames());
    assert!(wave.peak() > 0.05);
}

/// Runs the host, which must fail with this exit code and say all of this on standard error, and returns what it said.
fn refused(place: &Place, arguments: &[&str], code: i32, says: &[&str]) -> String {
    let output = place.run(arguments);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    for words in says {
        assert!(text.contains(words), "{arguments:?}: no {words:?} in: {text}");
    }
    text
}

#[test]
fn wrong_input_is_refused_with_one_message() {
    let place = Place::new("synth.drv out=tune.wav");
    let one = |arguments: &[&str], says: &[&str]| {
        let text = refused(&place, arguments, 2, says);
        assert_eq!(text.matches("play-midi:").count(), 1, "{text}");
    };
    one(&["no-such.mid"], &["the tune no-such.mid cannot be read"]);
    one(&["system.ini"], &["the tune system.ini cannot be played", "not a standard MIDI file"]);
    one(&["--alias", "midi7"], &["midi7"]);
    one(&["--alias", "midi7", "--out", "b.wav"], &["midi7"]);
    one(&["--out", "a\"b.wav"], &["--out", "double quote"]);
    refused(&place, &["--loud"], 2, &["--loud", "Usage"]);
    refused(&place, &["one.mid", "two.mid"], 2, &["two.mid", "Usage"]);
    assert!(!place.path("tune.wav").exists(), "nothing was opened");
    let place = Place::new("no-such.drv out=tune.wav");
    refused(&place, &[], 2, &["no-such.drv"]);
}

#[test]
fn a_driver_that_says_no_is_quoted() {
    let place = Place::new("synth.drv out=tune.wav rate=12");
    refused(&place, &[], 1, &["rate=12 is not a sampling rate", "refused DRV_OPEN"]);
    let place = Place::new("synth.drv out=no/such/tune.wav");
    refused(&place, &[], 1, &["\"no/such/tune.wav\" cannot be written", "refused DRV_OPEN"]);
    refused(&place, &["--alias", "echo"], 1, &["not a MIDI-out driver", "modMessage"]);
}

//! Plays a MIDI file through the driver that SYSTEM.INI names: `cargo run --example play-midi`.
//!
//! What a program with sound did on Windows, in the order in which it did it:
//!
//! 1. read the configuration and make a manager for it;
//! 2. open the driver behind the alias `midi`, which the line `midi=synth.drv out=tune.wav ...` describes;
//! 3. take `modMessage` from its module and open the device ([`midi_out`]);
//! 4. send it the messages of the piece ([`score`]), each at its time;
//! 5. close the device, then the driver.
//!
//! With the synth example the time is the music's own: this program tells the driver how much of it goes by, and a
//! piece is done as fast as the machine can render it. `--real-time` waits as a listener would; so does any driver that
//! keeps its own time. The file is the driver's work. It is valid at each moment, so stopping this program with Ctrl-C
//! leaves what was played so far.
//!
//! The exit code is 0 if all went well, 1 if a driver said no, and 2 if something that was given is wrong.

mod midi_out;
mod report;
mod score;

use anyhow::{Context, anyhow};
use clap::Parser;
use midi_out::MidiOut;
use opendriver::{Config, Handle, Manager};
use score::{Message, Score};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Plays a MIDI file through an installable driver.
#[derive(Debug, Parser)]
#[command(name = "play-midi", version)]
struct Arguments {
    /// The MIDI file; Ode to Joy unless given.
    file: Option<PathBuf>,
    /// The SYSTEM.INI or opendriver.toml to use.
    #[arg(long, default_value = "system.ini.example")]
    config: PathBuf,
    /// The driver's alias in the configuration.
    #[arg(long, default_value = "midi")]
    alias: String,
    /// The WAV file to write, instead of the one in the configuration.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Take as long as the music does.
    #[arg(long)]
    real_time: bool,
}

/// The tune that comes with this program.
const TUNE: &[u8] = include_bytes!("../../tunes/ode_to_joy.mid");

/// How an attempt failed, for the exit code.
enum Failure {
    /// A driver, or something on its way, said no.
    Driver(anyhow::Error),
    /// What was given is wrong.
    Input(anyhow::Error),
}

fn main() -> ExitCode {
    let (code, error) = match run(&Arguments::parse()) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Driver(error)) => (1, error),
        Err(Failure::Input(error)) => (2, error),
    };
    let _ = writeln!(std::io::stderr(), "play-midi: {error:#}");
    ExitCode::from(code)
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (name, score) = read_score(arguments.file.as_deref()).map_err(Failure::Input)?;
    let config = read_config(&arguments.config).map_err(Failure::Input)?;
    let line = driver_line(&config, arguments).map_err(Failure::Input)?;
    let manager = opendriver_examples::driver_directories()
        .iter()
        .fold(Manager::builder().config(config), |builder, directory| builder.search_directory(directory))
        .build();
    say(&format!(
        "{name}: {:.1} s of music, {} tracks, {} messages",
        score.length as f64 / 1e6,
        score.tracks,
        score.events.len()
    ));
    let driver = manager.open(&line, None, 0).map_err(|error| {
        if error.is_refusal() { Failure::Driver(error.into()) } else { Failure::Input(error.into()) }
    })?;
    let played = play(&manager, driver, &score, arguments.real_time);
    // Whatever happened: the driver is closed, and with it the file.
    let closed = manager.close(driver, 0, 0).context("the driver did not close");
    let file = played.map_err(Failure::Driver)?;
    closed.map_err(Failure::Driver)?;
    match file {
        Some(path) => report::report(&path).map(|text| say(&text)).map_err(Failure::Driver),
        None => Ok(()),
    }
}

/// Plays all of it and returns the file that was written, if the driver tells.
fn play(
    manager: &Manager,
    driver: Handle,
    score: &Score,
    real_time: bool,
) -> anyhow::Result<Option<PathBuf>> {
    let out = MidiOut::open(manager, driver)?;
    if !out.host_clock() && !real_time {
        say("the driver keeps its own time, so this takes as long as the music");
    }
    let mut pace = Pace { start: Instant::now(), now: 0, waits: real_time || !out.host_clock() };
    for event in &score.events {
        pace.reach(event.at, &out)?;
        match &event.message {
            Message::Short(packed) => out.short(*packed)?,
            Message::Long(bytes) => out.long(bytes)?,
        }
    }
    pace.reach(score.length, &out)?;
    let taken = pace.start.elapsed();
    let file = out.file()?;
    out.close()?;
    say(&format!("played in {:.2} s", taken.as_secs_f64()));
    Ok(file)
}

/// Where in the music we are.
struct Pace {
    start: Instant,
    /// Microseconds of music so far.
    now: u64,
    waits: bool,
}

impl Pace {
    /// Lets time go by until a moment of the music. In real time this goes in small steps, so that the driver's file is
    /// never far behind.
    fn reach(&mut self, at: u64, out: &MidiOut<'_>) -> Result<(), midi_out::MidiOutError> {
        const STEP: u64 = 100_000;
        while self.now < at {
            let next = if self.waits { at.min(self.now + STEP) } else { at };
            if self.waits {
                let moment = self.start + Duration::from_micros(next);
                std::thread::sleep(moment.saturating_duration_since(Instant::now()));
            }
            out.advance(Duration::from_micros(next - self.now))?;
            self.now = next;
        }
        Ok(())
    }
}

fn read_score(file: Option<&Path>) -> anyhow::Result<(String, Score)> {
    let Some(path) = file else {
        return Ok(("Ode to Joy".to_owned(), Score::read(TUNE)?));
    };
    let bytes = std::fs::read(path).with_context(|| format!("the tune {} cannot be read", path.display()))?;
    let score =
        Score::read(&bytes).with_context(|| format!("the tune {} cannot be played", path.display()))?;
    Ok((path.display().to_string(), score))
}

/// Reads the configuration. The sample that is the default is also found when this is run from another directory of the
/// project than its root.
fn read_config(path: &Path) -> anyhow::Result<Config> {
    let sample = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../system.ini.example"));
    let is_default = path == Path::new("system.ini.example");
    let path = if is_default && !path.exists() && sample.exists() { sample } else { path };
    Config::load(path).with_context(|| format!("the configuration {} cannot be used", path.display()))
}

/// What to open: the alias itself; or, when the file is to be another one, the line behind the alias with that setting
/// added to it, which for the synth overrides the one before.
fn driver_line(config: &Config, arguments: &Arguments) -> anyhow::Result<String> {
    let Some(out) = &arguments.out else { return Ok(arguments.alias.clone()) };
    let section = &config.settings().switches.default_section;
    // Without an entry the manager's own answer is the best explanation.
    let Some(entry) = config.find(section, &arguments.alias) else { return Ok(arguments.alias.clone()) };
    let out = out.to_str().filter(|out| !out.contains('"'));
    let out = out.ok_or_else(|| anyhow!("--out: the name must be Unicode text without a double quote"))?;
    Ok(format!("{} {} out=\"{out}\"", entry.file(), entry.parameters().unwrap_or_default()))
}

/// Prints a line. A reader that has gone away is no reason to stop the music.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

//! Playing a recording in a process of its own, with real libraries and a real end.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use opendriver::Personality;
use opendriver_config::{Settings, TextEncoding};
use opendriver_testkit::{Event, Player, Recording, Sink, Trace};
use tempfile::TempDir;

use crate::{CLibrary, Probes, compile, library};

/// What a child process is to play; how parents tell it.
const ORDER: &str = "OPENDRIVER_TEST_REPLAY";
/// Where the manager of a process finds its configuration.
const CONFIG: &str = "OPENDRIVER_CONFIG";
/// The name of the ignored test that is the child.
const CHILD: &str = "play_in_this_process";

/// Through which functions a recording is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// Those of the Rust API.
    Rust,
    /// Those of the shared C library, which mean the manager of the process.
    CLibrary,
}

/// A recording, and how to play it.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The recording.
    pub recording: PathBuf,
    /// Whose behaviour is wanted.
    pub personality: Personality,
    /// Single switches, as lines of TOML.
    pub switches: Vec<String>,
    /// Through which functions.
    pub through: Through,
}

/// Plays a recording in a process of its own, for which the calling test program must have the ignored test
/// `play_in_this_process`, which calls [`play_ordered`]. An error is what the child had to say.
pub fn replay(replay: &Replay) -> Result<Trace, String> {
    let directory = TempDir::with_prefix("opendriver-replay-").expect("a temporary directory");
    let output = directory.path().join("events");
    let order = [
        replay.recording.display().to_string(),
        replay.personality.to_string(),
        output.display().to_string(),
        replay.switches.join("\n"),
        match replay.through {
            Through::Rust => String::new(),
            Through::CLibrary => library::library().shared.display().to_string(),
        },
    ];
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    if replay.through == Through::CLibrary {
        child.env(CONFIG, directory.path().join("opendriver.toml")).env_remove("OPENDRIVER_PERSONALITY");
    }
    let child = child
        .args(["--exact", CHILD, "--ignored", "--nocapture", "--test-threads=1"])
        .env(ORDER, order.join("\u{1}"))
        .env(compile::PROBES, compile::probes())
        // What the child leaves behind goes with this directory.
        .env("TMPDIR", directory.path())
        .env_remove("OPENDRIVER_PATH")
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output()
        .expect("this program can be started");
    let said = || {
        let [out, err] =
            [&child.stdout, &child.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        format!("{} in {:?}: {out}{err}", replay.recording.display(), child.status)
    };
    let written = fs::read_to_string(&output).map_err(|_| said())?;
    let mut trace = Trace::default();
    let mut whole = false;
    for line in written.lines() {
        match line.strip_prefix("after ") {
            Some(after) => {
                trace.profile_after = serde_json::from_str(after).map_err(|error| error.to_string())?;
                whole = true;
            }
            None => {
                let event: Event = serde_json::from_str(line).map_err(|error| error.to_string())?;
                // The processes that a script ends itself have no word after that.
                whole |= matches!(event.text("fn"), "ExitProcess" | "TerminateProcess");
                trace.events.push(event);
            }
        }
    }
    if whole { Ok(trace) } else { Err(format!("it stopped after {} events: {}", trace.events.len(), said())) }
}

/// The child's part: plays what the parent has ordered and ends the process as the script's process ends. Returns
/// if nothing was ordered.
pub fn play_ordered() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let parts: Vec<&str> = order.split('\u{1}').collect();
    let [recording, personality, output, switches, library] = parts[..] else {
        panic!("an order has five parts: {order}")
    };
    let recording = Recording::read(Path::new(recording)).unwrap_or_else(|error| panic!("{error}"));
    let personality: Personality = personality.parse().expect("a personality");
    let switches: Vec<String> = switches.lines().map(str::to_owned).collect();
    let file = Arc::new(Mutex::new(File::create(output).expect("the output can be written")));
    let write = {
        let file = file.clone();
        move |line: &str| {
            let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            writeln!(file, "{line}").expect("the output can be written");
        }
    };
    let sink = {
        let write = write.clone();
        move |event: &Event| write(&serde_json::to_string(event).expect("events are JSON"))
    };
    let text = format!("personality = '{personality}'\n[switches]\n{}", switches.join("\n"));
    let settings = Settings::parse(&text, ".").expect("switches are lines of TOML");
    let encoding: TextEncoding = settings.switches.parameters;
    let player = Player { personality, switches, process_ends: true };
    let (probes, sink): (_, Sink) = (Arc::new(Probes::new(encoding)), Box::new(sink));
    let trace = if library.is_empty() {
        player.play_with(&recording, probes, Some(sink))
    } else {
        let config = std::env::var_os(CONFIG).expect("the parent has set it");
        let winmm = CLibrary::load(Path::new(library), Path::new(&config));
        player.play_through(&recording, probes, Arc::new(winmm), Some(sink))
    };
    let trace = trace.unwrap_or_else(|error| panic!("{error}"));
    write(&format!("after {}", serde_json::Value::from(trace.profile_after)));
    std::process::exit(0);
}

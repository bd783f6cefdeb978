//! The process of a script: it plays what it is ordered to, and writes down what happens.

use std::fs::{self, File};
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use opendriver_testkit::{Event, PlayError, Player, Recording, Scripted, Sink, Trace};
use serde::{Deserialize, Serialize};

use super::drivers::{self, Own};
use super::journal::{Entry, Problem, Writer};
use crate::args::PlayOneArgs;
use crate::messages::{Failure, with_sources};

/// The names of the files in the directory that both processes know.
pub(super) const ORDER: &str = "order.json";
pub(super) const JOURNAL: &str = "journal";
/// Why the journal has not everything, if it has not.
pub(super) const LOST: &str = "lost";
/// Locked as long as the process that gave the order lives.
pub(super) const ALIVE: &str = "alive";

/// The stack on which a script is played: room for calls as deep inside each other as the journal takes them, also
/// where a driver has large frames. Only what is used of it takes memory.
const STACK: usize = 256 << 20;

/// What is to be played.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order<Drivers> {
    /// A recording in its JSON form, with the personality.
    pub(super) recording: String,
    pub(super) drivers: Drivers,
}

/// Plays the script of an order. The exit code of this process says nothing; the journal does.
pub(crate) fn play_one(args: &PlayOneArgs) -> Result<(), Failure> {
    let unfit = |what: &str, error: &dyn std::fmt::Display| {
        Failure::run(format!("{}: {what}: {error}", args.directory.display()))
    };
    let order = fs::read(args.directory.join(ORDER)).map_err(|error| unfit("no order", &error))?;
    let order: Order<Vec<Own>> = serde_json::from_slice(&order).map_err(|error| unfit("no order", &error))?;
    let recording = Recording::from_json(&order.recording).map_err(|error| unfit("no order", &error))?;
    let journal = args.directory.join(JOURNAL);
    let writer = Arc::new(Writer::open(&journal).map_err(|error| unfit("no journal", &error))?);
    end_with_parent(args.directory.join(ALIVE));
    let lost = args.directory.join(LOST);
    let sink = {
        let (writer, lost) = (writer.clone(), lost.clone());
        move |event: &Event| match writer.event(event) {
            Ok(true) => {}
            Ok(false) => exit(0),
            Err(error) => {
                note_loss(&lost, &error);
                exit(2);
            }
        }
    };
    let played = play_here(&recording, drivers::scripted(&order.drivers), Some(Box::new(sink)));
    let entry = match played {
        Ok(trace) => Entry::Over(trace.profile_after),
        Err(problem) => Entry::Problem(problem),
    };
    writer.finish(&entry).map_err(|error| {
        note_loss(&lost, &error);
        unfit("the journal cannot be written", &error)
    })
}

/// Leaves word of why the journal has not everything.
fn note_loss(path: &Path, error: &io::Error) {
    let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
    let hint = if full { "" } else { " (does a driver close files that are not its own?)" };
    if fs::write(path, format!("{error}{hint}")).is_err() {
        eprintln!("opendriver: the journal of the script cannot be written: {error}");
    }
}

/// Plays a script in this process, on a stack of its own if the system has room for one.
pub(super) fn play_here(
    recording: &Recording,
    drivers: Scripted,
    sink: Option<Sink>,
) -> Result<Trace, Problem> {
    let player = Player::new(recording.personality.unwrap_or_default());
    let material = Mutex::new(Some((Arc::new(drivers), sink)));
    let play = || {
        let material = material.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (drivers, sink) = material.expect("it is played once");
        player.play_with(recording, drivers, sink).map_err(|error| match error {
            PlayError::Statement { line, problem } => Problem { line: Some(line), text: problem },
            error => Problem { line: None, text: with_sources(&error) },
        })
    };
    thread::scope(|scope| {
        match thread::Builder::new().name("script".to_owned()).stack_size(STACK).spawn_scoped(scope, play) {
            Ok(playing) => playing.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => play(),
        }
    })
}

/// Lets this process end when the one that has started it does, however that ends, and with it what drivers have
/// started.
fn end_with_parent(alive: PathBuf) {
    thread::spawn(move || {
        // There is no such file where files cannot be locked.
        let Ok(file) = File::open(alive) else { return };
        if file.lock().is_ok() {
            #[cfg(unix)]
            {
                use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};
                if getpgrp() == getpid() {
                    let _ = kill_current_process_group(Signal::KILL);
                }
            }
            exit(2);
        }
    });
}

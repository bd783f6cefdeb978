//! The process of a script: it plays what it is ordered to, and writes down what happens.

use std::fs;
use std::io::Read;
use std::process::exit;
use std::sync::Arc;

use opendriver_testkit::{Event, PlayError, Player, Recording, Scripted, Sink, Trace};
use serde::{Deserialize, Serialize};

use super::drivers::{self, Own};
use super::journal::{Entry, Problem, Writer};
use crate::args::PlayOneArgs;
use crate::messages::{Failure, with_sources};

/// The names of the files in the directory that both processes know.
pub(super) const ORDER: &str = "order.json";
pub(super) const JOURNAL: &str = "journal";

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
    end_with_parent();
    let sink = {
        let writer = writer.clone();
        move |event: &Event| match writer.event(event) {
            Ok(true) => {}
            Ok(false) => exit(0),
            Err(error) => {
                eprintln!("opendriver: the journal of the script cannot be written: {error}");
                exit(2);
            }
        }
    };
    let played = play_here(&recording, drivers::scripted(&order.drivers), Some(Box::new(sink)));
    let entry = match played {
        Ok(trace) => Entry::Over(trace.profile_after),
        Err(problem) => Entry::Problem(problem),
    };
    writer.entry(&entry).map_err(|error| unfit("the journal cannot be written", &error))
}

/// Plays a script in this process.
pub(super) fn play_here(
    recording: &Recording,
    drivers: Scripted,
    sink: Option<Sink>,
) -> Result<Trace, Problem> {
    let player = Player::new(recording.personality.unwrap_or_default());
    player.play_with(recording, Arc::new(drivers), sink).map_err(|error| match error {
        PlayError::Statement { line, problem } => Problem { line: Some(line), text: problem },
        error => Problem { line: None, text: with_sources(&error) },
    })
}

/// Lets this process end when the one that has started it does, however that ends: its end of the pipe is closed then.
fn end_with_parent() {
    std::thread::spawn(|| {
        let mut stdin = std::io::stdin();
        let mut byte = [0];
        // A driver may take the input for its own, and whatever it gets is not for it.
        while stdin.read(&mut byte).is_ok_and(|count| count > 0) {}
        exit(2);
    });
}

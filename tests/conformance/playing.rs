//! Playing recordings and comparing traces.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use opendriver::Personality;
use opendriver_testkit::{Comparison, Event, Recording, Trace};
use opendriver_tests::{Replay, Through, replay};

use crate::expected::{name_of, recordings};

/// Does something with each recording, on all processors, and fails with all complaints at once.
pub fn with_each(check: impl Fn(&Path, &Recording) -> Result<(), String> + Sync) {
    let recordings = recordings();
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(path) = recordings.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let recording = Recording::read(path).unwrap_or_else(|error| panic!("{error}"));
                    if let Err(complaint) = check(path, &recording) {
                        complaints.lock().expect("no panic").push(format!("{}: {complaint}", name_of(path)));
                    }
                }
            });
        }
    });
    let mut complaints = complaints.into_inner().expect("no panic");
    complaints.sort();
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

/// Plays a recording in a process of its own.
pub fn play(
    path: &Path,
    personality: Personality,
    switches: Vec<String>,
    through: Through,
) -> Result<Trace, String> {
    let mut trace = replay(&Replay { recording: path.to_path_buf(), personality, switches, through })?;
    // In which order the end of a process unloads its libraries is this system's affair; recordings have the latest
    // first.
    let ends = |event: &Event| event.kind == "detach" && event.get("exiting") == Some(&true.into());
    for run in trace.events.chunk_by_mut(|one, next| ends(one) && ends(next)) {
        if ends(&run[0]) {
            run.sort_by_key(|event| std::cmp::Reverse(event.text("m")[1..].parse::<usize>().ok()));
        }
    }
    Ok(trace)
}

/// Whether the trace is what the recording says, and the difference.
pub fn compare(recording: &Recording, trace: &Trace) -> Result<(), String> {
    let comparison = Comparison::of(recording, trace);
    if comparison.is_same() { Ok(()) } else { Err(format!("another trace\n{comparison}")) }
}

//! What the process of a script writes down while it plays, one line per entry, each as soon as it is known: so that
//! whatever becomes of the process, what happened until then is not lost.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use opendriver_testkit::{Event, Recording, Trace};
use serde::{Deserialize, Serialize};

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Entry {
    /// Something happened.
    Event(Event),
    /// A statement makes no sense, or the world of the script cannot be made.
    Problem(Problem),
    /// Too much has happened, and no more is written.
    Full,
    /// Calls are too deep inside each other, and no more is written.
    Deep,
    /// The script is over. The text of SYSTEM.INI afterwards.
    Over(Option<String>),
}

/// Why a script cannot be played.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Problem {
    /// The line of the script, if it is one.
    pub(super) line: Option<usize>,
    pub(super) text: String,
}

impl Problem {
    /// The text with the place in front.
    pub(super) fn located(&self, recording: &Recording) -> String {
        match (self.line, &recording.file) {
            (Some(line), _) => format!("{}: {}", recording.place(line, None), self.text),
            (None, Some(file)) => format!("{}: {}", file.display(), self.text),
            (None, None) => self.text.clone(),
        }
    }
}

/// So many events are written. Nobody reads more, and a driver that calls itself for ever must not fill the disk.
pub(super) const MOST_EVENTS: usize = 100_000;
/// So deep inside each other calls and drivers are written: some 2000 times a driver inside itself. The stack of the
/// script has room for more.
pub(super) const MOST_DEPTH: u32 = 4_000;

/// The writing end.
pub(super) struct Writer {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: File,
    events: usize,
    length: u64,
}

impl Writer {
    pub(super) fn open(path: &Path) -> io::Result<Writer> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Writer { path: path.to_path_buf(), state: Mutex::new(State { file, events: 0, length: 0 }) })
    }

    /// Writes an event; false if that was one too many, or too deep.
    pub(super) fn event(&self, event: &Event) -> io::Result<bool> {
        let mut state = self.state();
        state.events += 1;
        if state.events > MOST_EVENTS {
            state.write(&Entry::Full)?;
            return Ok(false);
        }
        if event.depth > MOST_DEPTH {
            state.write(&Entry::Deep)?;
            return Ok(false);
        }
        state.write(&Entry::Event(event.clone()))?;
        Ok(true)
    }

    /// Writes the last entry, and looks whether everything has arrived: a driver that closes what is not its own may
    /// have opened a file of its own in that place since.
    pub(super) fn finish(&self, entry: &Entry) -> io::Result<()> {
        let mut state = self.state();
        state.write(entry)?;
        match std::fs::metadata(&self.path)?.len() == state.length {
            true => Ok(()),
            false => Err(io::Error::other("something else is now where it was open")),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let line = line(entry);
        self.file.write_all(&line)?;
        self.length += line.len() as u64;
        Ok(())
    }
}

/// One write for each line, so that none is cut by the end of the process.
fn line(entry: &Entry) -> Vec<u8> {
    let mut line = serde_json::to_vec(entry).expect("it has nothing that JSON has not");
    line.push(b'\n');
    line
}

/// What has been written down.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) trace: Trace,
    pub(super) problem: Option<Problem>,
    pub(super) is_full: bool,
    pub(super) is_deep: bool,
    /// Whether the script came to its end.
    pub(super) is_over: bool,
}

impl Journal {
    /// Reads it. What is behind an unfinished line was not written by the player, and is not looked at.
    pub(super) fn read(text: &str) -> Journal {
        let mut journal = Journal::default();
        for line in text.lines() {
            match serde_json::from_str(line) {
                Ok(Entry::Event(event)) => journal.trace.events.push(event),
                Ok(Entry::Problem(problem)) => journal.problem = Some(problem),
                Ok(Entry::Full) => journal.is_full = true,
                Ok(Entry::Deep) => journal.is_deep = true,
                Ok(Entry::Over(after)) => {
                    journal.trace.profile_after = after;
                    journal.is_over = true;
                }
                Err(_) => break,
            }
        }
        journal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_up_to_an_unfinished_line() {
        let directory = tempfile::TempDir::new().expect("a directory");
        let path = directory.path().join("journal");
        let writer = Writer::open(&path).expect("it can be made");
        let event = Event::new("note", 2).with("text", "a\nb");
        assert!(writer.event(&event).expect("it can be written"));
        writer.finish(&Entry::Over(Some("[a]\r\n".to_owned()))).expect("it can be written");
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let journal = Journal::read(&text);
        assert_eq!(journal.trace.events, [event]);
        assert_eq!((journal.is_over, journal.trace.profile_after.as_deref()), (true, Some("[a]\r\n")));
        let cut = Journal::read(&text[..text.len() - 5]);
        assert_eq!((cut.trace.events.len(), cut.is_over), (1, false));
    }

    #[test]
    fn a_journal_is_full_at_some_time() {
        let directory = tempfile::TempDir::new().expect("a directory");
        let path = directory.path().join("journal");
        let writer = Writer::open(&path).expect("it can be made");
        let event = Event::new("end", 0);
        let written =
            (0..=MOST_EVENTS).take_while(|_| writer.event(&event).expect("it can be written")).count();
        let journal = Journal::read(&std::fs::read_to_string(&path).expect("it can be read"));
        assert_eq!((written, journal.trace.events.len(), journal.is_full), (MOST_EVENTS, MOST_EVENTS, true));
    }
    #[test]
    fn what_does_not_arrive_is_missed_at_the_end() {
        let directory = tempfile::TempDir::new().expect("a directory");
        let path = directory.path().join("journal");
        let writer = Writer::open(&path).expect("it can be made");
        assert!(writer.event(&Event::new("end", 0)).expect("it can be written"));
        std::fs::write(&path, "").expect("it can be written");
        assert!(writer.finish(&Entry::Over(None)).is_err());
    }

    #[test]
    fn calls_do_not_go_too_deep() {
        let directory = tempfile::TempDir::new().expect("a directory");
        let path = directory.path().join("journal");
        let writer = Writer::open(&path).expect("it can be made");
        assert!(writer.event(&Event::new("call", MOST_DEPTH)).expect("it can be written"));
        assert!(!writer.event(&Event::new("call", MOST_DEPTH + 1)).expect("it can be written"));
        let journal = Journal::read(&std::fs::read_to_string(&path).expect("it can be read"));
        assert_eq!((journal.trace.events.len(), journal.is_deep, journal.is_full), (1, true, false));
    }
}

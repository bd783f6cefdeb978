//! Watching a driver: an observer that writes down every message as it happens.

mod events;
mod table;

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use opendriver::abi::LRESULT;
use opendriver::{Call, Observer};

use self::events::Events;
use self::table::Table;
use crate::messages::Failure;
use crate::output::Output;

/// A form in which to write. Every function gives the text to append, so that it can be tested without a driver.
trait Form: Send {
    /// What comes first.
    fn start(&mut self) -> String;
    /// A library was loaded, or is about to be unloaded.
    fn module(&mut self, what: &'static str, module: &str, path: Option<&Path>) -> String;
    /// Message number `number` of this run is about to be delivered.
    fn sending(&mut self, number: u64, call: &Call<'_>) -> String;
    /// It has been answered.
    fn answered(&mut self, number: u64, call: &Call<'_>, answer: LRESULT, elapsed: Duration) -> String;
    /// What comes last.
    fn finish(&mut self, failure: Option<&Failure>) -> String;
}

/// Writes what it observes to standard output at once, so that nothing is lost if the driver ends the program.
pub(crate) struct Trace {
    state: Mutex<State>,
    out: Output,
}

struct State {
    form: Box<dyn Form>,
    next: u64,
    /// The messages that each thread is inside.
    inside: HashMap<ThreadId, Vec<u64>>,
    /// The first failure to write; nothing is written after it.
    error: Option<io::Error>,
}

impl Trace {
    /// Begins the table, or the document.
    pub(crate) fn start(out: Output) -> io::Result<Trace> {
        let mut form: Box<dyn Form> =
            if out.is_json() { Box::new(Events::default()) } else { Box::new(Table::default()) };
        show(out, &form.start())?;
        let state = State { form, next: 0, inside: HashMap::new(), error: None };
        Ok(Trace { state: Mutex::new(state), out })
    }

    /// Ends it; gives the error if anything could not be written.
    pub(crate) fn finish(&self, failure: Option<&Failure>) -> io::Result<()> {
        self.write(|state| state.form.finish(failure));
        self.state.lock().unwrap_or_else(PoisonError::into_inner).error.take().map_or(Ok(()), Err)
    }

    fn write(&self, text: impl FnOnce(&mut State) -> String) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let text = text(&mut state);
        if state.error.is_none() {
            state.error = show(self.out, &text).err();
        }
    }
}

fn show(out: Output, text: &str) -> io::Result<()> {
    if out.is_json() { out.plain(text) } else { out.styled(text) }
}

impl Observer for Trace {
    fn sending(&self, call: &Call<'_>) {
        self.write(|state| {
            let number = state.next;
            state.next += 1;
            state.inside.entry(thread::current().id()).or_default().push(number);
            state.form.sending(number, call)
        });
    }

    fn answered(&self, call: &Call<'_>, answer: LRESULT, elapsed: Duration) {
        self.write(|state| {
            let number = state.inside.get_mut(&thread::current().id()).and_then(Vec::pop);
            number.map(|number| state.form.answered(number, call, answer, elapsed)).unwrap_or_default()
        });
    }

    fn loaded(&self, module: &str, path: Option<&Path>) {
        self.write(|state| state.form.module("loaded", module, path));
    }

    fn unloading(&self, module: &str, path: Option<&Path>) {
        self.write(|state| state.form.module("unloaded", module, path));
    }
}

#[cfg(test)]
mod tests {
    use opendriver::Handle;
    use opendriver::abi::HDRVR;

    use super::*;

    /// A message to an instance 0x100000 as an observer sees it.
    pub(super) fn call(message: u32, lparam1: isize, depth: usize) -> Call<'static> {
        Call {
            handle: Handle::from_raw(HDRVR(0x10_0000)).unwrap(),
            module: "echo.drv",
            driver_id: 1,
            message,
            lparam1,
            lparam2: -1,
            parameters: None,
            depth,
        }
    }
}

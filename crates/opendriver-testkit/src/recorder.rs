//! An observer that remembers: for tests of one's own driver or of a program that uses drivers.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use opendriver::abi::{LPARAM, LRESULT, MessageName};
use opendriver::{Call, Handle, Observer};

/// A message that was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The instance.
    pub handle: Handle,
    /// The file name of the driver, as it was asked for.
    pub module: String,
    /// The driver's id for the instance.
    pub driver_id: usize,
    /// The message.
    pub message: u32,
    /// The first parameter.
    pub lparam1: LPARAM,
    /// The second parameter.
    pub lparam2: LPARAM,
    /// With DRV_OPEN, the text that the first parameter points to.
    pub parameters: Option<String>,
    /// How many messages the thread was inside already.
    pub depth: usize,
    /// The driver's answer; `None` as long as it has not answered.
    pub answer: Option<LRESULT>,
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:1$}{2}", "", 2 * self.depth, MessageName(self.message))?;
        match &self.parameters {
            Some(text) => write!(f, " {text:?}")?,
            None => write!(f, " {:#x}", self.lparam1)?,
        }
        write!(f, " {:#x}", self.lparam2)?;
        match self.answer {
            Some(answer) => write!(f, " -> {answer:#x}"),
            None => Ok(()),
        }
    }
}

/// Remembers all messages of a manager, and what was loaded and unloaded.
///
/// ```
/// use opendriver::{BuiltIn, Call, Manager};
/// use opendriver_testkit::Recorder;
///
/// let recorder = Recorder::new();
/// let manager = Manager::builder()
///     .built_in("mine.drv", BuiltIn::new(|_: &Call<'_>| 1))
///     .observer(recorder.clone())
///     .build();
/// let handle = manager.open("mine.drv hello", None, 0)?;
/// manager.close(handle, 0, 0)?;
/// recorder.assert_balanced();
/// assert_eq!(recorder.records()[2].parameters.as_deref(), Some("hello"));
/// recorder.assert_sequence("DRV_LOAD DRV_ENABLE DRV_OPEN DRV_CLOSE DRV_DISABLE DRV_FREE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Recorder {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    records: Vec<Record>,
    /// How many records there were before these, and are forgotten.
    forgotten: usize,
    /// The messages that each thread is inside.
    inside: HashMap<ThreadId, Vec<Open>>,
    loaded: Vec<String>,
}

/// A message that has not been answered.
#[derive(Debug)]
struct Open {
    /// The number of its record, counted from the first that there ever was.
    number: usize,
    /// What its answer is told with.
    handle: Handle,
    message: u32,
    depth: usize,
}

impl State {
    fn take(&mut self) -> Vec<Record> {
        self.forgotten += self.records.len();
        std::mem::take(&mut self.records)
    }

    /// The record of the message that a thread has been answered; `None` if there is none, or none any longer.
    fn answered(&mut self, thread: ThreadId, call: &Call<'_>) -> Option<&mut Record> {
        let open = self.inside.get_mut(&thread)?;
        // The recorder may have come only when the thread was inside the message already.
        let same =
            |open: &Open| (open.handle, open.message, open.depth) == (call.handle, call.message, call.depth);
        let at = open.iter().rposition(same)?;
        let number = open[at].number;
        open.truncate(at);
        if open.is_empty() {
            self.inside.remove(&thread);
        }
        self.records.get_mut(number.checked_sub(self.forgotten)?)
    }
}

impl Recorder {
    /// A recorder, ready to be given to a manager and to be asked.
    pub fn new() -> Arc<Recorder> {
        Arc::new(Recorder::default())
    }

    /// All messages so far, in the order in which they were sent.
    pub fn records(&self) -> Vec<Record> {
        self.lock().records.clone()
    }

    /// All messages so far, which are then forgotten. Those that have not been answered yet stay without an answer.
    pub fn take(&self) -> Vec<Record> {
        self.lock().take()
    }

    /// The messages to one instance.
    pub fn of(&self, handle: Handle) -> Vec<Record> {
        self.lock().records.iter().filter(|record| record.handle == handle).cloned().collect()
    }

    /// How often a message was sent.
    pub fn count(&self, message: u32) -> usize {
        self.lock().records.iter().filter(|record| record.message == message).count()
    }

    /// The drivers whose code is loaded now, by file name as it was asked for, in the order of loading.
    pub fn loaded(&self) -> Vec<String> {
        self.lock().loaded.clone()
    }

    /// The names of the messages so far, separated by blanks.
    pub fn sequence(&self) -> String {
        sequence(&self.lock().records)
    }

    /// Asserts that exactly these messages were sent so far, in this order, and forgets them.
    ///
    /// # Panics
    ///
    /// If it is not so, with all that was sent.
    #[track_caller]
    pub fn assert_sequence(&self, expected: &str) {
        let records = self.take();
        let got = sequence(&records);
        if got != expected {
            let all: String = records.iter().map(|record| format!("\n  {record}")).collect();
            panic!("expected the messages {expected}\n but they were {got}:{all}");
        }
    }

    /// Asserts what holds when every driver has been closed: each module got DRV_FREE as often as DRV_LOAD and
    /// DRV_DISABLE as often as DRV_ENABLE, and no code is loaded.
    ///
    /// # Panics
    ///
    /// If it is not so, with the driver and the numbers.
    #[track_caller]
    pub fn assert_balanced(&self) {
        use opendriver::abi::{DRV_DISABLE, DRV_ENABLE, DRV_FREE, DRV_LOAD};
        let state = self.lock();
        let mut modules: Vec<&str> = state.records.iter().map(|record| record.module.as_str()).collect();
        modules.sort_unstable();
        modules.dedup();
        for module in modules {
            let count = |message: u32| {
                let of_module = |record: &&Record| record.module == module && record.message == message;
                let refused = |record: &&Record| record.message == DRV_LOAD && record.answer == Some(0);
                state.records.iter().filter(of_module).filter(|record| !refused(record)).count()
            };
            let [load, enable, disable, free] = [DRV_LOAD, DRV_ENABLE, DRV_DISABLE, DRV_FREE].map(count);
            assert_eq!(load, free, "{module}: accepted DRV_LOAD and DRV_FREE");
            assert_eq!(enable, disable, "{module}: DRV_ENABLE and DRV_DISABLE");
        }
        assert!(state.loaded.is_empty(), "still loaded: {}", state.loaded.join(", "));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sequence(records: &[Record]) -> String {
    let names = records.iter().map(|record| MessageName(record.message).to_string());
    names.collect::<Vec<_>>().join(" ")
}

impl Observer for Recorder {
    fn sending(&self, call: &Call<'_>) {
        let mut state = self.lock();
        let number = state.forgotten + state.records.len();
        let open = Open { number, handle: call.handle, message: call.message, depth: call.depth };
        state.inside.entry(thread::current().id()).or_default().push(open);
        state.records.push(Record {
            handle: call.handle,
            module: call.module.to_owned(),
            driver_id: call.driver_id,
            message: call.message,
            lparam1: call.lparam1,
            lparam2: call.lparam2,
            parameters: call.parameters.map(str::to_owned),
            depth: call.depth,
            answer: None,
        });
    }

    fn answered(&self, call: &Call<'_>, answer: LRESULT, _: Duration) {
        if let Some(record) = self.lock().answered(thread::current().id(), call) {
            record.answer = Some(answer);
        }
    }

    fn loaded(&self, module: &str, _: Option<&Path>) {
        self.lock().loaded.push(module.to_owned());
    }

    fn unloading(&self, module: &str, _: Option<&Path>) {
        let mut state = self.lock();
        if let Some(at) = state.loaded.iter().position(|name| name == module) {
            state.loaded.remove(at);
        }
    }
}

//! The stage: what a script, its rules, the drivers and the log of events share while a script is played.

mod log;
mod names;
mod rules;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use opendriver::Settings;
use opendriver::abi::{
    DRV_CLOSE, DRV_DISABLE, DRV_ENABLE, DRV_FREE, DRV_LOAD, DRV_OPEN, HDRVR, LPARAM, LRESULT,
};
use serde_json::{Value as Json, json};

pub(crate) use self::log::{Counts, Log};
pub(crate) use self::names::{ModuleIndex, Names};
use self::rules::Rules;
use crate::event::{Event, hex};
use crate::player::in_rust::InRust;
use crate::player::outside::Outside;
use crate::player::place::Place;
use crate::player::registry::Registry;
use crate::player::value::Value;
use crate::player::{Drivers, PlayError, Player, Winmm};

/// What is shared while a script is played: what plays winmm, the rules, the variables, and the log. Made by
/// [`Player::play`]; implementations of [`Drivers`] report to it what happens to and in their drivers.
pub struct Stage {
    pub(crate) log: Log,
    pub(crate) place: Place,
    pub(crate) player: Player,
    pub(crate) drivers: Arc<dyn Drivers>,
    pub(crate) winmm: Arc<dyn Winmm>,
    pub(crate) settings: OnceLock<Settings>,
    pub(crate) registry: Mutex<Registry>,
    pub(crate) variables: Mutex<HashMap<String, Value>>,
    pub(crate) outside: Outside,
    pub(crate) failure: Mutex<Option<PlayError>>,
    pub(crate) rules: Rules,
    /// The variables that the script sets somewhere.
    pub(crate) assigned: HashSet<String>,
    names: Mutex<Names>,
    /// How many times a driver has answered DRV_OPEN by default.
    opened: AtomicU64,
    pub(crate) own: Weak<Stage>,
}

/// A call of a driver's DriverProc.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The driver, as rules name it.
    pub driver: String,
    /// The file it was loaded from.
    pub file: Option<PathBuf>,
    /// Its id for the instance.
    pub id: usize,
    /// The instance.
    pub handle: HDRVR,
    /// The message.
    pub message: u32,
    /// The first parameter.
    pub lparam1: LPARAM,
    /// The text that the first parameter of DRV_OPEN points to.
    pub text: Option<OpenText>,
    /// The second parameter.
    pub lparam2: LPARAM,
}

/// The text that a driver gets with DRV_OPEN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenText {
    /// UTF-16.
    Wide(String),
    /// Bytes; as text, and how many.
    Narrow(String, usize),
}

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static CURRENT: RefCell<Weak<Stage>> = const { RefCell::new(Weak::new()) };
    /// What this thread has loaded last: the first message it then sends is to this module.
    static LAST_LOADED: Cell<Option<ModuleIndex>> = const { Cell::new(None) };
}

impl Stage {
    pub(crate) fn new(
        player: Player,
        (drivers, place, registry): (Arc<dyn Drivers>, Place, Registry),
        winmm: Option<Arc<dyn Winmm>>,
        log: Log,
        assigned: HashSet<String>,
    ) -> Arc<Stage> {
        Arc::new_cyclic(|own| Stage {
            log,
            place,
            player,
            drivers,
            winmm: winmm.unwrap_or_else(|| Arc::new(InRust::new(own.clone()))),
            settings: OnceLock::new(),
            registry: Mutex::new(registry),
            variables: Mutex::default(),
            outside: Outside::default(),
            failure: Mutex::default(),
            rules: Rules::default(),
            assigned,
            names: Mutex::default(),
            opened: AtomicU64::new(0),
            own: own.clone(),
        })
    }

    /// The stage on which the calling thread plays.
    pub(crate) fn current() -> Option<Arc<Stage>> {
        CURRENT.with_borrow(Weak::upgrade)
    }

    /// Makes this the stage of the calling thread, at a depth; returns what was before.
    pub(crate) fn enter_thread(&self, depth: u32) -> u32 {
        CURRENT.set(self.own.clone());
        DEPTH.replace(depth)
    }

    /// How deep in calls and drivers the calling thread is.
    pub(crate) fn depth(&self) -> u32 {
        DEPTH.get()
    }

    /// Does something one level deeper.
    pub(crate) fn deeper<T>(&self, what: impl FnOnce() -> T) -> T {
        DEPTH.set(DEPTH.get() + 1);
        let done = what();
        DEPTH.set(DEPTH.get() - 1);
        done
    }

    /// A driver's library has been loaded from `file`; `driver` is what rules call it.
    pub fn attached(&self, driver: &str, file: &Path) {
        self.log.count(|counts| &mut counts.attach);
        let (index, fresh) = self.names().attach(driver, file);
        LAST_LOADED.set(Some(index));
        if fresh && self.log.is_open() {
            let event = Event::new("attach", self.depth())
                .with("drv", driver)
                .with("m", self.names().module(index))
                .with("file", self.place.shown(file));
            self.log.push(event);
        }
    }

    /// A driver's library is being unloaded, because nobody uses it or because the process ends.
    pub fn detached(&self, file: &Path) {
        self.log.count(|counts| &mut counts.detach);
        let gone = self.names().detach(file);
        if let Some(index) = gone {
            self.log_detach(index);
        }
    }

    pub(crate) fn log_detach(&self, index: ModuleIndex) {
        if self.log.is_open() {
            let exiting = self.log.is_exiting();
            let depth = if exiting { 0 } else { self.depth() };
            let driver = self.names().driver(index).to_owned();
            let event = Event::new("detach", depth)
                .with("drv", driver)
                .with("m", self.names().module(index))
                .with("exiting", exiting);
            self.log.push(event);
        }
    }

    /// A driver's DriverProc has been called: logs it, does what the rules say, logs the answer and returns it.
    pub fn message(&self, incoming: &Incoming) -> LRESULT {
        self.entered(incoming);
        let answer = self.answer(incoming);
        self.left(answer);
        answer
    }

    /// Logs the call of a driver.
    pub(crate) fn entered(&self, incoming: &Incoming) {
        self.log.count(|counts| counts.of(incoming.message));
        let module = self.module_of(incoming);
        if self.log.is_open() {
            let l1: Json = match &incoming.text {
                Some(OpenText::Wide(text)) => json!({ "wstr": text, "len": text.encode_utf16().count() }),
                Some(OpenText::Narrow(text, length)) => json!({ "astr": text, "len": length }),
                None => hex(incoming.lparam1 as u64).into(),
            };
            let label = module.map_or_else(|| "0".to_owned(), |index| self.names().module(index));
            let event = Event::new("drv", self.depth())
                .with("drv", incoming.driver.as_str())
                .with("m", label)
                .with("id", hex(incoming.id as u64))
                .with("h", self.handle_name(incoming.handle.0 as u64))
                .with("msg", message_name(incoming.message))
                .with("l1", l1)
                .with("l2", hex(incoming.lparam2 as u64));
            self.log.push(event);
        }
        DEPTH.set(self.depth() + 1);
    }

    /// Logs the answer of a driver.
    pub(crate) fn left(&self, answer: LRESULT) {
        DEPTH.set(self.depth().saturating_sub(1));
        self.log.push(Event::new("drvret", self.depth()).with("ret", hex(answer as u64)));
    }

    /// What the rules, or else the default, answer to a call. Blocks of rules are run.
    pub(crate) fn answer(&self, incoming: &Incoming) -> LRESULT {
        let ruled = if self.log.is_over() { None } else { self.follow_rules(incoming) };
        ruled.unwrap_or_else(|| match incoming.message {
            DRV_LOAD | DRV_ENABLE | DRV_CLOSE | DRV_DISABLE | DRV_FREE => 1,
            DRV_OPEN => 0x1001 + self.opened.fetch_add(1, Ordering::Relaxed) as LRESULT,
            _ => 0x5A5A,
        })
    }

    /// A driver's `modMessage` has been called: logs it and returns the answer, the sum of device and message.
    pub fn mod_message(
        &self,
        driver: &str,
        file: &Path,
        numbers: (u32, u32),
        parameters: (usize, usize, usize),
    ) -> u32 {
        let ((device, message), (user, parameter1, parameter2)) = (numbers, parameters);
        let loaded = self.names().loaded_at(file);
        let label = loaded.map_or_else(|| "0".to_owned(), |index| self.names().module(index));
        let event = Event::new("mod", self.depth())
            .with("drv", driver)
            .with("m", label)
            .with("dev", hex(device.into()))
            .with("msg", hex(message.into()))
            .with("user", hex(user as u64))
            .with("p1", hex(parameter1 as u64))
            .with("p2", hex(parameter2 as u64));
        self.log.push(event);
        device.wrapping_add(message)
    }

    pub(crate) fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What traces call a handle; a number for what no driver has been called with.
    pub(crate) fn handle_name(&self, raw: u64) -> String {
        self.names().handle(raw)
    }

    /// What the manager calls the module of an instance.
    fn module_value(&self, handle: HDRVR) -> Option<usize> {
        Some(self.winmm.module("GetDriverModuleHandle", handle)).filter(|value| *value != 0)
    }

    /// The driver and the file of the module that the manager sends a message to. Asked once for each instance: a
    /// manager that is being dropped can no longer be asked.
    pub(crate) fn receiver(&self, handle: HDRVR) -> Option<(String, PathBuf)> {
        let raw = handle.0 as u64;
        let known = self.names().receiver(raw);
        let index = match known {
            Some(index) => index,
            None => {
                let value = self.module_value(handle)?;
                let mut names = self.names();
                let index = names.bound(value).or(LAST_LOADED.get())?;
                names.bind(index, value);
                names.set_receiver(raw, index);
                index
            }
        };
        let names = self.names();
        Some((names.driver(index).to_owned(), names.file(index).to_path_buf()))
    }

    /// The module of a call, which is remembered under what the manager calls it.
    fn module_of(&self, incoming: &Incoming) -> Option<ModuleIndex> {
        let value = self.module_value(incoming.handle);
        let mut names = self.names();
        let by_file = incoming.file.as_deref().and_then(|file| names.loaded_at(file));
        if let (Some(index), Some(value)) = (by_file, value) {
            names.bind(index, value);
        }
        by_file.or_else(|| names.bound(value?))
    }
}

/// A message as the recordings write it: the standard ones by name, all others as numbers.
pub(crate) fn message_name(message: u32) -> String {
    match message {
        0x01..=0x0F => {
            opendriver::abi::message_name(message).map_or_else(|| hex(message.into()), str::to_owned)
        }
        other => hex(other.into()),
    }
}

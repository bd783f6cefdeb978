//! What a driver has been told, and whether it should have been. All orderings are relaxed: the account must not
//! order the threads that it watches.

use std::cell::Cell;
use std::fmt::Display;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use opendriver::abi::*;

/// What went wrong, of which the first few are kept.
#[derive(Default)]
pub struct Wrongs(Mutex<Vec<String>>);

impl Wrongs {
    pub fn note(&self, what: impl Display) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() < 20 {
            list.push(what.to_string());
        }
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How far a driver is, by what it has been told.
const IDLE: u32 = 0;
const LOADED: u32 = 1;
const ENABLED: u32 = 2;
const DISABLED: u32 = 3;
const FREED: u32 = 4;

/// The books of one driver.
pub struct Account {
    pub name: &'static str,
    phase: AtomicU32,
    /// Messages that are being answered, on all threads.
    inside: AtomicI64,
    attached: AtomicU64,
    detached: AtomicU64,
    loads: AtomicU64,
    enables: AtomicU64,
    opens: AtomicU64,
    closes: AtomicU64,
    disables: AtomicU64,
    frees: AtomicU64,
    arrived: AtomicU64,
    /// Messages of the actors' own that the manager has taken, by the side that sent them.
    pub accepted: AtomicU64,
}

thread_local! {
    /// How many of the messages in [`Account::inside`] are this thread's, by driver.
    static OWN_INSIDE: [Cell<i64>; 4] = const { [const { Cell::new(0) }; 4] };
}

impl Account {
    pub fn new(name: &'static str) -> Account {
        Account {
            name,
            phase: AtomicU32::new(IDLE),
            inside: AtomicI64::new(0),
            attached: AtomicU64::new(0),
            detached: AtomicU64::new(0),
            loads: AtomicU64::new(0),
            enables: AtomicU64::new(0),
            opens: AtomicU64::new(0),
            closes: AtomicU64::new(0),
            disables: AtomicU64::new(0),
            frees: AtomicU64::new(0),
            arrived: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
        }
    }

    pub fn attach(&self) {
        self.attached.fetch_add(1, Relaxed);
    }

    pub fn detach(&self, wrongs: &Wrongs) {
        self.detached.fetch_add(1, Relaxed);
        let (inside, phase) = (self.inside.load(Relaxed), self.phase.load(Relaxed));
        if inside != 0 || phase != IDLE {
            wrongs
                .note(format_args!("{}: unloaded with {inside} messages inside in phase {phase}", self.name));
        }
    }

    /// A message begins. `number` is the driver's.
    pub fn enter(&self, number: usize, message: u32, wrongs: &Wrongs) {
        let own = OWN_INSIDE.with(|own| own[number].get());
        let others = self.inside.load(Relaxed) - own;
        if matches!(message, DRV_DISABLE | DRV_FREE) && others != 0 {
            wrongs.note(format_args!(
                "{}: {} with {others} messages inside on other threads",
                self.name,
                MessageName(message)
            ));
        }
        self.inside.fetch_add(1, Relaxed);
        OWN_INSIDE.with(|own| own[number].set(own[number].get() + 1));
        let steps: &[(u32, u32)] = match message {
            DRV_LOAD => &[(IDLE, LOADED), (FREED, LOADED)],
            DRV_ENABLE => &[(LOADED, ENABLED), (DISABLED, ENABLED)],
            DRV_DISABLE => &[(ENABLED, DISABLED)],
            DRV_FREE => &[(DISABLED, FREED)],
            _ => &[],
        };
        let may_be = match message {
            DRV_OPEN => [LOADED, ENABLED].as_slice(),
            _ => &[LOADED, ENABLED, DISABLED, FREED],
        };
        let fits = if steps.is_empty() {
            may_be.contains(&self.phase.load(Relaxed))
        } else {
            steps.iter().any(|(from, to)| self.phase.compare_exchange(*from, *to, Relaxed, Relaxed).is_ok())
        };
        if !fits {
            let phase = self.phase.load(Relaxed);
            wrongs.note(format_args!("{}: {} in phase {phase}", self.name, MessageName(message)));
        }
    }

    /// A message ends. `answer` is what the driver will return.
    pub fn leave(&self, number: usize, message: u32, answer: LRESULT) {
        let count = |counter: &AtomicU64| _ = counter.fetch_add(1, Relaxed);
        match (message, answer) {
            (DRV_LOAD, 0) => self.phase.store(IDLE, Relaxed),
            (DRV_LOAD, _) => count(&self.loads),
            (DRV_ENABLE, _) => count(&self.enables),
            (DRV_OPEN | DRV_CLOSE, 0) => {}
            (DRV_OPEN, _) => count(&self.opens),
            (DRV_CLOSE, _) => count(&self.closes),
            (DRV_DISABLE, _) => count(&self.disables),
            (DRV_FREE, _) => {
                count(&self.frees);
                // Unless it has been loaded again from inside.
                let _ = self.phase.compare_exchange(FREED, IDLE, Relaxed, Relaxed);
            }
            _ => count(&self.arrived),
        }
        OWN_INSIDE.with(|own| own[number].set(own[number].get() - 1));
        self.inside.fetch_sub(1, Relaxed);
    }

    /// The end: everything must be even. Returns how many were opened and how many messages arrived.
    pub fn check(&self, wrongs: &Wrongs) -> (u64, u64) {
        for (what, one, other) in [
            ("LOAD and FREE", &self.loads, &self.frees),
            ("ENABLE and DISABLE", &self.enables, &self.disables),
            ("OPEN and CLOSE", &self.opens, &self.closes),
            ("accepted and arrived messages", &self.accepted, &self.arrived),
            ("attached and detached", &self.attached, &self.detached),
        ] {
            let (one, other) = (one.load(Relaxed), other.load(Relaxed));
            if one != other {
                wrongs.note(format_args!("{}: {what} do not balance: {one} and {other}", self.name));
            }
        }
        let (inside, phase) = (self.inside.load(Relaxed), self.phase.load(Relaxed));
        if inside != 0 || phase != IDLE {
            wrongs.note(format_args!("{}: {inside} inside and phase {phase} at the end", self.name));
        }
        (self.opens.load(Relaxed), self.arrived.load(Relaxed))
    }
}

//! The log of a play: what is written, what is only counted, and when it is over.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use opendriver::abi::{DRV_CLOSE, DRV_DISABLE, DRV_ENABLE, DRV_FREE, DRV_LOAD, DRV_OPEN};

use crate::event::Event;
use crate::player::Sink;

/// The events so far.
pub(crate) struct Log {
    events: Mutex<Vec<Event>>,
    sink: Option<Sink>,
    state: AtomicU8,
    counts: Mutex<Counts>,
    /// How many statements that are only counted are under way.
    counting: AtomicUsize,
}

const PLAYING: u8 = 0;
const EXITING: u8 = 1;
const OVER: u8 = 2;

/// How often things happened since the start of a counted statement.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) load: u64,
    pub(crate) enable: u64,
    pub(crate) open: u64,
    pub(crate) close: u64,
    pub(crate) disable: u64,
    pub(crate) free: u64,
    pub(crate) other: u64,
    pub(crate) attach: u64,
    pub(crate) detach: u64,
}

impl Counts {
    pub(crate) fn of(&mut self, message: u32) -> &mut u64 {
        match message {
            DRV_LOAD => &mut self.load,
            DRV_ENABLE => &mut self.enable,
            DRV_OPEN => &mut self.open,
            DRV_CLOSE => &mut self.close,
            DRV_DISABLE => &mut self.disable,
            DRV_FREE => &mut self.free,
            _ => &mut self.other,
        }
    }
}

impl Log {
    pub(crate) fn new(sink: Option<Sink>) -> Log {
        Log {
            events: Mutex::default(),
            sink,
            state: AtomicU8::new(PLAYING),
            counts: Mutex::default(),
            counting: AtomicUsize::new(0),
        }
    }

    /// Whether events are written now.
    pub(crate) fn is_open(&self) -> bool {
        !self.is_over() && self.counting.load(Ordering::SeqCst) == 0
    }

    pub(crate) fn push(&self, event: Event) {
        if !self.is_open() {
            return;
        }
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sink) = &self.sink {
            sink(&event);
        }
        events.push(event);
    }

    /// Counts one more of what `which` picks.
    pub(crate) fn count(&self, which: impl FnOnce(&mut Counts) -> &mut u64) {
        *which(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner)) += 1;
    }

    /// Does something that is counted and not written, and says how much happened meanwhile.
    pub(crate) fn counted<T>(&self, what: impl FnOnce() -> T) -> (T, Counts) {
        let counts = || self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts() = Counts::default();
        self.counting.fetch_add(1, Ordering::SeqCst);
        let done = what();
        self.counting.fetch_sub(1, Ordering::SeqCst);
        let counted = *counts();
        (done, counted)
    }

    /// The process ends: what follows are its last events.
    pub(crate) fn set_exiting(&self) {
        self.state.fetch_max(EXITING, Ordering::SeqCst);
    }

    pub(crate) fn is_exiting(&self) -> bool {
        self.state.load(Ordering::SeqCst) >= EXITING
    }

    /// Nothing is written any more.
    pub(crate) fn close(&self) {
        self.state.store(OVER, Ordering::SeqCst);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state.load(Ordering::SeqCst) == OVER
    }

    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

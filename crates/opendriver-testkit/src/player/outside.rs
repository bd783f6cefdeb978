//! What a manager cannot reach by itself: a window, a thread with a message queue, an event.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, Weak};

use opendriver::Notifier;

use crate::event::{Event, hex};
use crate::stage::Stage;

/// The values by which scripts reach the window, the thread and the event.
pub(crate) const WINDOW: usize = 0x0001_0A5E;
pub(crate) const THREAD: usize = 0x0B5E;
pub(crate) const EVENT: usize = 0x0E5C;

/// What has been delivered and not been looked at yet.
#[derive(Default)]
pub(crate) struct Outside {
    posted: Mutex<Vec<Event>>,
    signalled: AtomicBool,
}

impl Outside {
    /// The messages that have been posted since the last look.
    pub(crate) fn take_posted(&self) -> Vec<Event> {
        std::mem::take(&mut self.posted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the event has been set, which resets it.
    pub(crate) fn take_signal(&self) -> bool {
        self.signalled.swap(false, Ordering::SeqCst)
    }
}

/// Delivers to the outside of a stage.
pub(crate) struct NotifierOf(pub(crate) Weak<Stage>);

impl NotifierOf {
    fn post(&self, to: &str, message: u32, wparam: usize, lparam: usize) -> bool {
        let Some(stage) = self.0.upgrade() else { return false };
        let event = Event::new("posted", stage.depth())
            .with("to", to)
            .with("msg", hex(message.into()))
            .with("wParam", stage.names().handle_or_number(wparam as u64))
            .with("lParam", hex(lparam as u64));
        stage.outside.posted.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        true
    }
}

impl Notifier for NotifierOf {
    fn post_to_window(&self, window: usize, message: u32, wparam: usize, lparam: usize) -> bool {
        window == WINDOW && self.post("window", message, wparam, lparam)
    }

    fn post_to_thread(&self, thread: u32, message: u32, wparam: usize, lparam: usize) -> bool {
        thread as usize == THREAD && self.post("thread", message, wparam, lparam)
    }

    fn set_event(&self, event: usize) -> bool {
        let known = event == EVENT;
        if let (true, Some(stage)) = (known, self.0.upgrade()) {
            stage.outside.signalled.store(true, Ordering::SeqCst);
        }
        known
    }
}

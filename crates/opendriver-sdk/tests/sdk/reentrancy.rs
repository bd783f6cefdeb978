//! Calls from inside calls, and instances that outlive their close.

use std::sync::atomic::{AtomicIsize, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use opendriver_sdk::abi::*;
use opendriver_sdk::{Close, Driver, Message, Open, Refusal, Reply, instances, latest};

use crate::calls::procedure;

/// Opens a second one of itself from inside its open.
struct Nested;
impl Driver for Nested {
    fn open(open: &Open<'_>) -> Result<Self, Refusal> {
        if open.parameters() == Some("outer") {
            assert!(procedure::<Nested>().open(Some("inner"), 0) > 0);
        }
        Ok(Nested)
    }
}

#[test]
fn an_open_inside_an_open_makes_a_second_instance() {
    let outer = procedure::<Nested>().open(Some("outer"), 0);
    assert!(outer > 0);
    assert_eq!(instances::<Nested>().len(), 2);
    assert_eq!(procedure::<Nested>().close(outer), 1);
    assert_eq!(instances::<Nested>().len(), 1);
}

static SELF_CLOSING_DROPPED: AtomicU32 = AtomicU32::new(0);

/// Closes itself from inside a message, with its own identifier as the parameter, and goes on working.
struct SelfClosing(AtomicIsize);
impl Driver for SelfClosing {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(SelfClosing(AtomicIsize::new(0)))
    }
    fn message(&self, message: &Message) -> Reply {
        assert_eq!(procedure::<SelfClosing>().close(message.lparam1()), 1);
        assert_eq!(SELF_CLOSING_DROPPED.load(Ordering::SeqCst), 0, "dropped under the driver's feet");
        assert_eq!(procedure::<SelfClosing>().send(message.lparam1(), DRV_USER, 0, 0), 0);
        Reply::Value(self.0.fetch_add(5, Ordering::SeqCst) + 5)
    }
}
impl Drop for SelfClosing {
    fn drop(&mut self) {
        SELF_CLOSING_DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_close_inside_a_message_lets_the_message_end_first() {
    let id = procedure::<SelfClosing>().open(None, 0);
    assert_eq!(procedure::<SelfClosing>().send(id, DRV_USER, id, 0), 5);
    assert_eq!(SELF_CLOSING_DROPPED.load(Ordering::SeqCst), 1);
    assert_eq!(procedure::<SelfClosing>().close(id), 0);
}

static CLOSES: AtomicU32 = AtomicU32::new(0);

/// Closes itself again from inside its close, and sends itself a message there.
struct TwiceClosing;
impl Driver for TwiceClosing {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(TwiceClosing)
    }
    fn close(&self, close: &Close) -> bool {
        CLOSES.fetch_add(1, Ordering::SeqCst);
        let id = close.lparam1();
        assert_eq!(procedure::<TwiceClosing>().close(id), 0);
        assert_eq!(procedure::<TwiceClosing>().send(id, DRV_USER, 0, 0), 8);
        close.lparam2() == 0
    }
    fn message(&self, _: &Message) -> Reply {
        Reply::Value(8)
    }
}

#[test]
fn a_close_inside_a_close_is_not_delivered() {
    let twice = procedure::<TwiceClosing>();
    let id = twice.open(None, 0);
    // Vetoed the first time, so that it can be closed again.
    assert_eq!(twice.send(id, DRV_CLOSE, id, 1), 0);
    assert_eq!(twice.send(id, DRV_CLOSE, id, 0), 1);
    assert_eq!(CLOSES.load(Ordering::SeqCst), 2);
    assert!(latest::<TwiceClosing>().is_none());
}

/// Calls back from its destructor.
struct Last(Arc<Mutex<Vec<usize>>>);
static LAST: Mutex<Option<Arc<Mutex<Vec<usize>>>>> = Mutex::new(None);
impl Driver for Last {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Last(LAST.lock().unwrap().clone().unwrap()))
    }
}
impl Drop for Last {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(instances::<Last>().len());
    }
}

#[test]
fn a_destructor_may_look_at_the_other_instances() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    *LAST.lock().unwrap() = Some(seen.clone());
    let last = procedure::<Last>();
    last.send(0, DRV_LOAD, 0, 0);
    let ids = [last.open(None, 0), last.open(None, 0), last.open(None, 0)];
    last.close(ids[1]);
    assert_eq!(*seen.lock().unwrap(), [2]);
    last.send(0, DRV_FREE, 0, 0);
    assert_eq!(*seen.lock().unwrap(), [2, 0, 0]);
}

static HELD_DROPPED: AtomicU32 = AtomicU32::new(0);
struct Held;
impl Driver for Held {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Held)
    }
}
impl Drop for Held {
    fn drop(&mut self) {
        HELD_DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn whoever_holds_an_instance_keeps_it_beyond_its_close() {
    let id = procedure::<Held>().open(None, 0);
    let held = latest::<Held>().unwrap();
    assert_eq!(procedure::<Held>().close(id), 1);
    assert!(latest::<Held>().is_none());
    assert_eq!(HELD_DROPPED.load(Ordering::SeqCst), 0);
    drop(held);
    assert_eq!(HELD_DROPPED.load(Ordering::SeqCst), 1);
}

/// Loads and opens itself again while it is being freed.
struct Phoenix;
static RISEN: AtomicIsize = AtomicIsize::new(0);
impl Driver for Phoenix {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Phoenix)
    }
    fn message(&self, _: &Message) -> Reply {
        Reply::Value(4)
    }
    fn free() {
        if RISEN.load(Ordering::SeqCst) == 0 {
            let phoenix = procedure::<Phoenix>();
            assert_eq!(phoenix.send(0, DRV_LOAD, 0, 0), 1);
            RISEN.store(phoenix.open(None, 0), Ordering::SeqCst);
        }
    }
}

#[test]
fn a_module_opened_again_from_inside_its_free_lives_on() {
    let phoenix = procedure::<Phoenix>();
    phoenix.send(0, DRV_LOAD, 0, 0);
    phoenix.send(0, DRV_FREE, 0, 0);
    assert_eq!(phoenix.send(RISEN.load(Ordering::SeqCst), DRV_USER, 0, 0), 4);
    phoenix.send(0, DRV_FREE, 0, 0);
    assert!(latest::<Phoenix>().is_none());
}

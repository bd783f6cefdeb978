//! Panics at every message, in destructors and in reports.

use std::panic::{panic_any, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, Once};

use opendriver_sdk::abi::*;
use opendriver_sdk::{
    Close, Configure, Driver, ExitKind, Message, Open, Outcome, PanicReport, Refusal, Reply, instances,
    latest, set_panic_report,
};

use crate::calls::procedure;

static REPORTS: Mutex<Vec<PanicReport>> = Mutex::new(Vec::new());

/// Collects the reports of all tests of this file; each asks for those of its own driver.
pub(crate) fn collect() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        set_panic_report(|report| {
            REPORTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(report.clone());
            if report.text == "and the report panics too" {
                panic!("in the report");
            }
        });
    });
}

pub(crate) fn reports(driver: &str) -> Vec<String> {
    let reports = REPORTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    reports.iter().filter(|report| report.driver.ends_with(driver)).map(ToString::to_string).collect()
}

/// Panics wherever it can, except in an open without parameters.
struct Panicking;
impl Driver for Panicking {
    fn open(open: &Open<'_>) -> Result<Self, Refusal> {
        match open.parameters() {
            None => Ok(Panicking),
            Some(text) => panic!("open {text}"),
        }
    }
    fn message(&self, message: &Message) -> Reply {
        match message.user() {
            Some(1) => Reply::Value(11),
            _ => panic!("message"),
        }
    }
    fn close(&self, _: &Close) -> bool {
        panic!("close")
    }
    fn query_configure(&self, _: &Message) -> bool {
        panic!("query_configure")
    }
    fn configure(&self, _: &Configure<'_>) -> Outcome {
        panic!("configure")
    }
    fn install(&self, _: &Configure<'_>) -> Outcome {
        panic!("install")
    }
    fn remove(&self, _: &Message) -> Outcome {
        panic!("remove")
    }
    fn power(&self, _: &Message) -> bool {
        panic!("power")
    }
    fn exit_session(&self, _: &Message) {
        panic!("exit_session")
    }
    fn exit_application(&self, _: ExitKind) {
        panic!("exit_application")
    }
    fn load() -> Result<(), Refusal> {
        panic!("load")
    }
    fn enable() {
        panic!("enable")
    }
    fn disable() {
        panic!("disable")
    }
    fn free() {
        panic!("free")
    }
}

#[test]
fn a_panic_at_any_message_becomes_an_answer_and_a_report() {
    collect();
    let panicking = procedure::<Panicking>();
    assert_eq!(panicking.send(0, DRV_LOAD, 0, 0), 0);
    assert_eq!(panicking.send(0, DRV_ENABLE, 0, 0), 0);
    assert_eq!(panicking.open(Some("now"), 0), 0);
    let id = panicking.open(None, 0);
    assert!(id > 0);
    for number in [
        DRV_USER,
        DRV_MCI_FIRST,
        DRV_QUERYCONFIGURE,
        DRV_CONFIGURE,
        DRV_INSTALL,
        DRV_REMOVE,
        DRV_POWER,
        DRV_EXITSESSION,
        DRV_EXITAPPLICATION,
    ] {
        assert_eq!(panicking.send(id, number, 0, 0), 0, "{}", MessageName(number));
        // It stays usable.
        assert_eq!(panicking.send(id, DRV_USER + 1, 0, 0), 11);
    }
    // It cannot keep anybody from closing it.
    assert_eq!(panicking.close(id), 1);
    assert_eq!(panicking.send(id, DRV_USER + 1, 0, 0), 0);
    assert_eq!(panicking.send(id, DRV_DISABLE, 0, 0), 0);
    assert_eq!(panicking.send(id, DRV_FREE, 0, 0), 0);
    let expected = [
        "DRV_LOAD: load",
        "DRV_ENABLE: enable",
        "DRV_OPEN: open now",
        "DRV_USER: message",
        "DRV_MCI_FIRST: message",
        "DRV_QUERYCONFIGURE: query_configure",
        "DRV_CONFIGURE: configure",
        "DRV_INSTALL: install",
        "DRV_REMOVE: remove",
        "DRV_POWER: power",
        "DRV_EXITSESSION: exit_session",
        "DRV_EXITAPPLICATION: exit_application",
        "DRV_CLOSE: close",
        "DRV_DISABLE: disable",
        "DRV_FREE: free",
    ]
    .map(|what| format!("driver sdk::panics::Panicking panicked in {what}"));
    assert_eq!(reports("::Panicking"), expected);
}

/// Its destructor panics. With 1 in `DRV_USER` it also closes itself and panics in the message.
struct Falling;
impl Driver for Falling {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Falling)
    }
    fn message(&self, message: &Message) -> Reply {
        assert_eq!(procedure::<Falling>().close(message.lparam1()), 1);
        match message.lparam2() {
            0 => Reply::Value(21),
            _ => panic!("message"),
        }
    }
}
impl Drop for Falling {
    fn drop(&mut self) {
        panic!("drop");
    }
}

#[test]
fn a_destructor_that_panics_spoils_no_answer() {
    collect();
    let falling = procedure::<Falling>();
    falling.send(0, DRV_LOAD, 0, 0);
    let id = falling.open(None, 0);
    assert_eq!(falling.close(id), 1);
    let id = falling.open(None, 0);
    assert_eq!(falling.send(id, DRV_USER, id, 0), 21);
    // Both at once: were the instance dropped while the message unwinds, the process would end here.
    let id = falling.open(None, 0);
    assert_eq!(falling.send(id, DRV_USER, id, 1), 0);
    // With two left, the second is dropped although the first panicked.
    assert_ne!(falling.open(None, 0), 0);
    assert_ne!(falling.open(None, 0), 0);
    assert_eq!(falling.send(0, DRV_FREE, 0, 0), 1);
    assert!(latest::<Falling>().is_none());
    let expected = [
        "DRV_CLOSE: drop",
        "DRV_USER: drop",
        "DRV_USER: message",
        "DRV_USER: drop",
        "DRV_FREE: drop",
        "DRV_FREE: drop",
    ]
    .map(|what| format!("driver sdk::panics::Falling panicked in {what}"));
    assert_eq!(reports("::Falling"), expected);
}

/// What a panic may carry besides text: something whose destructor panics, several times over.
struct Bomb(u32);
impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 > 0 {
            resume_unwind(Box::new(Bomb(self.0 - 1)));
        }
    }
}

struct Odd;
impl Driver for Odd {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Odd)
    }
    fn message(&self, message: &Message) -> Reply {
        match message.user() {
            Some(0) => panic_any(Bomb(3)),
            Some(1) => panic_any(7_u32),
            Some(2) => panic_any(String::from("a string")),
            Some(3) => panic_any("and the report panics too"),
            _ => Reply::Value(1),
        }
    }
}

#[test]
fn whatever_a_panic_carries_stays_inside() {
    collect();
    let odd = procedure::<Odd>();
    let id = odd.open(None, 0);
    for user in 0..4 {
        assert_eq!(odd.send(id, DRV_USER + user, 0, 0), 0);
        assert_eq!(odd.send(id, DRV_USER + 9, 0, 0), 1);
    }
    assert_eq!(
        reports("::Odd"),
        [
            "driver sdk::panics::Odd panicked in DRV_USER: (the panic carried no text)",
            "driver sdk::panics::Odd panicked in DRV_USER+0x1: (the panic carried no text)",
            "driver sdk::panics::Odd panicked in DRV_USER+0x2: a string",
            "driver sdk::panics::Odd panicked in DRV_USER+0x3: and the report panics too",
        ]
    );
}

static BEFORE: AtomicU32 = AtomicU32::new(0);

/// Panics in an inner call; the outer one must not notice.
struct Layered;
impl Driver for Layered {
    fn open(open: &Open<'_>) -> Result<Self, Refusal> {
        if open.parameters() == Some("outer") {
            assert_eq!(procedure::<Layered>().open(Some("inner"), 0), 0);
            BEFORE.fetch_add(1, Ordering::SeqCst);
        } else {
            panic!("inner");
        }
        Ok(Layered)
    }
}

#[test]
fn a_panic_ends_at_the_call_it_happened_in() {
    collect();
    assert_ne!(procedure::<Layered>().open(Some("outer"), 0), 0);
    assert_eq!(BEFORE.load(Ordering::SeqCst), 1);
    assert_eq!(instances::<Layered>().len(), 1);
    assert_eq!(reports("::Layered"), ["driver sdk::panics::Layered panicked in DRV_OPEN: inner"]);
}

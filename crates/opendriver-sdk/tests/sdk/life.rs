//! What each message becomes, and which answer goes back.

use std::sync::Mutex;

use opendriver_sdk::abi::*;
use opendriver_sdk::{
    Close, Configure, Driver, ExitKind, Message, Open, Outcome, Refusal, Reply, instance, instances, latest,
};

use crate::calls::{HANDLE, procedure};

/// Everything left to the defaults of the trait.
struct Plain;
impl Driver for Plain {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Plain)
    }
}

#[test]
fn a_driver_that_says_nothing_answers_like_the_default_procedure() {
    let plain = procedure::<Plain>();
    let id = plain.open(None, 0);
    assert!(id > 0);
    for number in (0..0x20).chain([DRV_MCI_FIRST, DRV_PNPINSTALL, DRV_USER, u32::MAX]) {
        if !matches!(number, DRV_OPEN | DRV_CLOSE | DRV_FREE) {
            assert_eq!(plain.send(id, number, 0, 0), default_result(number), "{}", MessageName(number));
        }
    }
    // The default procedure cannot open or close anything, a driver can.
    assert_eq!(plain.close(id), 1);
    assert_eq!(plain.send(0, DRV_DISABLE, 0, 0), 1);
    assert_eq!(plain.send(0, DRV_FREE, 0, 0), 1);
}

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());
fn log(line: impl Into<String>) {
    LOG.lock().unwrap().push(line.into());
}

/// Notes everything.
struct Noting;
impl Driver for Noting {
    fn open(open: &Open<'_>) -> Result<Self, Refusal> {
        log(format!("open {} {:?} {}", open.handle(), open.parameters(), open.lparam2()));
        Ok(Noting)
    }
    fn message(&self, message: &Message) -> Reply {
        log(format!(
            "message {} {} {} {}",
            message.handle(),
            message.name(),
            message.lparam1(),
            message.lparam2()
        ));
        if message.user() == Some(1) { Reply::Default } else { Reply::Value(-3) }
    }
    fn close(&self, close: &Close) -> bool {
        log(format!("close {} {} {}", close.handle(), close.lparam1(), close.lparam2()));
        close.lparam1() != 99
    }
    fn query_configure(&self, _: &Message) -> bool {
        true
    }
    fn configure(&self, request: &Configure<'_>) -> Outcome {
        log(format!(
            "configure {} {} {:?} {:?} {:?}",
            request.handle(),
            request.parent(),
            request.section(),
            request.alias(),
            request.device_node()
        ));
        Outcome::Restart
    }
    fn install(&self, request: &Configure<'_>) -> Outcome {
        log(format!("install {:?} {:?}", request.section(), request.alias()));
        Outcome::Cancel
    }
    fn remove(&self, message: &Message) -> Outcome {
        log(message.name().to_string());
        Outcome::Restart
    }
    fn power(&self, message: &Message) -> bool {
        log(format!("power {} {}", message.lparam1(), message.lparam2()));
        true
    }
    fn exit_session(&self, message: &Message) {
        log(message.name().to_string());
    }
    fn exit_application(&self, kind: ExitKind) {
        log(format!("{kind:?}"));
    }
    fn load() -> Result<(), Refusal> {
        log("load");
        Ok(())
    }
    fn enable() {
        log("enable");
    }
    fn disable() {
        log("disable");
    }
    fn free() {
        log("free");
    }
}
impl Drop for Noting {
    fn drop(&mut self) {
        log("drop");
    }
}

#[test]
fn a_whole_life_arrives_in_order_with_all_parameters() {
    let noting = procedure::<Noting>();
    let mut answers = vec![noting.send(0, DRV_LOAD, 0, 0), noting.send(0, DRV_ENABLE, 0, 0)];
    let id = noting.open(Some("com1 fast"), -42);
    answers.extend([
        noting.send(id, DRV_USER, 1, -2),
        noting.send(id, DRV_USER + 1, 3, 4),
        noting.send(id, 0x803, 0, 0),
        noting.send(id, 0x0D, 0, 0),
        noting.send(id, DRV_QUERYCONFIGURE, 0, 0),
        noting.configure(id, DRV_CONFIGURE, size_of::<DRVCONFIGINFO>(), Some("Drivers32"), Some("midi")),
        noting.configure(id, DRV_INSTALL, size_of::<DRVCONFIGINFO>(), None, Some("midi1")),
        noting.send(id, DRV_REMOVE, 0, 0),
        noting.send(id, DRV_POWER, PWR_SUSPENDREQUEST, 6),
        noting.send(id, DRV_EXITSESSION, 0, 0),
        noting.send(id, DRV_EXITAPPLICATION, DRVEA_ABNORMALEXIT, 0),
        noting.send(id, DRV_EXITAPPLICATION, 7, 0),
        noting.send(id, DRV_CLOSE, 99, 0),
        noting.send(id, DRV_CLOSE, 5, 6),
        noting.send(id, DRV_DISABLE, 0, 0),
        noting.send(id, DRV_FREE, 0, 0),
    ]);
    assert_eq!(answers, [1, 1, -3, 0, -3, -3, 1, 2, 0, 2, 1, 0, 0, 0, 0, 1, 1, 1]);
    assert_eq!(
        *LOG.lock().unwrap(),
        [
            "load",
            "enable",
            "open 0x10001 Some(\"com1 fast\") -42",
            "message 0x10001 DRV_USER 1 -2",
            "message 0x10001 DRV_USER+0x1 3 4",
            "message 0x10001 DRV_MCI_FIRST+0x3 0 0",
            "message 0x10001 0x000d 0 0",
            "configure 0x10001 119 Some(\"Drivers32\") Some(\"midi\") None",
            "install None Some(\"midi1\")",
            "DRV_REMOVE",
            "power 1 6",
            "DRV_EXITSESSION",
            "Abnormal",
            "Other(7)",
            "close 0x10001 99 0",
            "close 0x10001 5 6",
            "drop",
            "disable",
            "free",
        ]
    );
}

static REFUSALS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Refuses what it is told to refuse.
struct Refusing;
impl Driver for Refusing {
    fn open(open: &Open<'_>) -> Result<Self, Refusal> {
        let port: u8 = open.parameters().unwrap_or("1").parse()?;
        if port == 0 { Err(Refusal::new("port 0 is no port")) } else { Ok(Refusing) }
    }
    fn load() -> Result<(), Refusal> {
        Err(Refusal::new("no hardware"))
    }
}

#[test]
fn a_refusal_is_answered_with_zero_and_its_reason_is_reported() {
    opendriver_sdk::set_refusal_report(|report| REFUSALS.lock().unwrap().push(report.to_string()));
    let refusing = procedure::<Refusing>();
    assert_eq!(refusing.send(0, DRV_LOAD, 0, 0), 0);
    assert_eq!(refusing.open(Some("0"), 0), 0);
    assert_eq!(refusing.open(Some("x"), 0), 0);
    assert_ne!(refusing.open(None, 0), 0);
    assert_eq!(
        *REFUSALS.lock().unwrap(),
        [
            "driver sdk::life::Refusing refused DRV_LOAD: no hardware",
            "driver sdk::life::Refusing refused DRV_OPEN: port 0 is no port",
            "driver sdk::life::Refusing refused DRV_OPEN: invalid digit found in string",
        ]
    );
}

/// Knows its own name.
struct Named(Option<String>);
impl Driver for Named {
    fn open(open: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Named(open.parameters().map(str::to_owned)))
    }
}

#[test]
fn open_instances_are_found_in_the_order_of_opening() {
    let named = procedure::<Named>();
    let names =
        || instances::<Named>().iter().map(|named| named.0.clone().unwrap_or_default()).collect::<Vec<_>>();
    assert!(latest::<Named>().is_none());
    assert!(names().is_empty());
    let ids: Vec<_> = ["a", "b", "c"].iter().map(|name| named.open(Some(name), 0)).collect();
    let other = named.open_as(HDRVR(0x2_0002));
    assert_eq!(names(), ["a", "b", "c", ""]);
    assert_eq!(instance::<Named>(HDRVR(0x2_0002)).unwrap().0, None);
    assert_eq!(instance::<Named>(HANDLE).unwrap().0.as_deref(), Some("c"));
    assert!(instance::<Named>(HDRVR(3)).is_none());
    named.close(other);
    named.close(ids[1]);
    assert_eq!(names(), ["a", "c"]);
    assert_eq!(latest::<Named>().unwrap().0.as_deref(), Some("c"));
}

static DROPPED: Mutex<u32> = Mutex::new(0);

/// Counts its destructors.
struct Left;
impl Driver for Left {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Left)
    }
}
impl Drop for Left {
    fn drop(&mut self) {
        *DROPPED.lock().unwrap() += 1;
    }
}

#[test]
fn what_nobody_closed_is_dropped_with_the_last_free() {
    let left = procedure::<Left>();
    for _ in 0..2 {
        assert_eq!(left.send(0, DRV_LOAD, 0, 0), 1);
        assert_ne!(left.open(None, 0), 0);
    }
    // Registered as two modules: the first to go must not take the other's instances along.
    left.send(0, DRV_FREE, 0, 0);
    assert_eq!(*DROPPED.lock().unwrap(), 0);
    left.send(0, DRV_FREE, 0, 0);
    assert_eq!(*DROPPED.lock().unwrap(), 2);
    assert!(instances::<Left>().is_empty());
    // A FREE too many does no harm, and a new life begins like the first.
    left.send(0, DRV_FREE, 0, 0);
    assert_eq!(left.send(0, DRV_LOAD, 0, 0), 1);
    let id = left.open(None, 0);
    assert_eq!(left.close(id), 1);
    assert_eq!(*DROPPED.lock().unwrap(), 3);
}

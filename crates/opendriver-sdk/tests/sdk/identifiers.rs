//! Closed, invented and repeated identifiers.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};

use opendriver_sdk::abi::*;
use opendriver_sdk::{Driver, Message, Open, Refusal, Reply};

use crate::calls::procedure;

static REACHED: AtomicU32 = AtomicU32::new(0);

/// Counts whatever reaches it.
struct Reached;
impl Driver for Reached {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Reached)
    }
    fn message(&self, _: &Message) -> Reply {
        REACHED.fetch_add(1, Ordering::Relaxed);
        Reply::Value(77)
    }
    fn query_configure(&self, _: &Message) -> bool {
        REACHED.fetch_add(1, Ordering::Relaxed);
        true
    }
}

#[test]
fn a_closed_or_invented_identifier_reaches_nobody() {
    let reached = procedure::<Reached>();
    let closed = reached.open(None, 0);
    assert_eq!(reached.send(closed, DRV_USER, 0, 0), 77);
    assert_eq!(reached.close(closed), 1);
    assert_eq!(REACHED.load(Ordering::Relaxed), 1);
    let open = reached.open(None, 0);
    assert_ne!(open, closed);
    for id in [closed, 0, -1, isize::MIN, isize::MAX, 0x7FFF_FFFF, open.wrapping_add(1), !open] {
        assert_eq!(reached.send(id, DRV_USER, 0, 0), 0);
        assert_eq!(reached.send(id, DRV_QUERYCONFIGURE, 0, 0), 0);
        assert_eq!(reached.send(id, DRV_CONFIGURE, 0, 0), 0);
        assert_eq!(reached.send(id, DRV_INSTALL, 0, 0), default_result(DRV_INSTALL));
        assert_eq!(reached.close(id), 0);
    }
    assert_eq!(REACHED.load(Ordering::Relaxed), 1);
    assert_eq!(reached.send(open, DRV_USER, 0, 0), 77);
}

#[cfg(target_pointer_width = "64")]
#[test]
fn the_upper_half_of_a_wide_identifier_counts() {
    let reached = procedure::<Wide>();
    let id = reached.open(None, 0);
    assert_eq!(reached.send(id, DRV_POWER, 0, 0), 1);
    assert_eq!(reached.send(id | 1 << 32, DRV_POWER, 0, 0), 0);
}

/// Handles power.
struct Wide;
impl Driver for Wide {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Wide)
    }
    fn power(&self, _: &Message) -> bool {
        true
    }
}

#[test]
fn identifiers_are_small_positive_and_never_repeated() {
    let wide = procedure::<Wide>();
    let mut seen = HashSet::new();
    for _ in 0..10_000 {
        let id = wide.open(None, 0);
        assert!((1..=0x7FFF_FFFF).contains(&id));
        assert!(seen.insert(id));
        assert_eq!(wide.close(id), 1);
    }
}

#[test]
fn an_identifier_of_an_earlier_life_of_the_module_reaches_nobody() {
    struct Lives;
    impl Driver for Lives {
        fn open(_: &Open<'_>) -> Result<Self, Refusal> {
            Ok(Lives)
        }
        fn power(&self, _: &Message) -> bool {
            true
        }
    }
    let lives = procedure::<Lives>();
    lives.send(0, DRV_LOAD, 0, 0);
    let first = lives.open(None, 0);
    lives.close(first);
    lives.send(0, DRV_FREE, 0, 0);
    lives.send(0, DRV_LOAD, 0, 0);
    let second = lives.open(None, 0);
    assert_eq!(lives.send(first, DRV_POWER, 0, 0), 0);
    assert_eq!(lives.send(second, DRV_POWER, 0, 0), 1);
}

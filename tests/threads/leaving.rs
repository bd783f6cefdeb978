//! Threads that are inside a module while another closes it: who leaves last takes it down.

use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use opendriver::abi::*;
use opendriver_tests::World;

use crate::{gate, scene, wait};

/// A message in which the driver stays until it is let go.
struct Blocked {
    is_inside: Mutex<Receiver<()>>,
    leave: Sender<()>,
}

impl Blocked {
    fn in_message(world: &World, message: u32, answer: Option<LRESULT>) -> Blocked {
        let (entered, is_inside) = gate();
        let (leave, may_leave) = gate();
        world.on("probea", message, move |_| {
            entered.send(()).expect("the test waits");
            wait(&may_leave);
            answer
        });
        Blocked { is_inside, leave }
    }

    /// Until the driver has the message.
    fn wait(&self) {
        wait(&self.is_inside);
    }

    fn let_go(&self) {
        self.leave.send(()).expect("the driver waits");
    }
}

#[test]
fn the_last_to_leave_takes_the_module_down() {
    let (world, manager) = scene();
    let blocked = Blocked::in_message(&world, DRV_USER, Some(0x77));
    let handle = manager.open("probea.dll", None, 0).expect("it opens");
    world.take_log();
    thread::scope(|scope| {
        let sender = scope.spawn(|| manager.send(handle, DRV_USER, 0, 0));
        blocked.wait();
        assert_eq!(manager.close(handle, 0, 0), Ok(1), "closing does not wait");
        assert_eq!(world.take_sequence(), "h1:USER h1:CLOSE", "somebody is inside");
        assert!(manager.send(handle, DRV_USER + 1, 0, 0).is_err(), "the handle is dead at once");
        blocked.let_go();
        assert_eq!(sender.join().expect("no panic"), Ok(0x77), "the message ends as it began");
    });
    assert_eq!(
        world.take_log(),
        [
            "probea h1 DRV_DISABLE id=0x1001 l1=0x0 l2=0x0",
            "probea h1 DRV_FREE id=0x1001 l1=0x0 l2=0x0",
            "probea detach",
        ]
    );
}

#[test]
fn the_thread_that_took_a_module_down_finds_the_old_handle_dead() {
    let (world, manager) = scene();
    let blocked = Blocked::in_message(&world, DRV_USER, None);
    let (again, new) = (manager.clone(), Arc::new(Mutex::new(None)));
    let opened = new.clone();
    world.on("probea", DRV_DISABLE, move |hit| {
        if hit.nth == 1 {
            assert!(again.send(hit.own(), DRV_POWER, 0, 0).is_ok(), "it still gets what it sends itself");
            *opened.lock().expect("no panic") = Some(again.open("probea.dll", None, 0).expect("it opens"));
        }
        None
    });
    let old = manager.open("probea.dll", None, 0).expect("it opens");
    thread::scope(|scope| {
        let sender = scope.spawn(|| {
            manager.send(old, DRV_USER, 0, 0).expect("it is open");
            manager.send(old, DRV_POWER, 0, 0)
        });
        blocked.wait();
        manager.close(old, 0, 0).expect("it is open");
        blocked.let_go();
        assert!(sender.join().expect("no panic").is_err(), "the descent in its name is over");
    });
    let new = new.lock().expect("no panic").expect("the driver has opened it");
    manager.close(new, 0, 0).expect("it is open");
    let expected = "h1:LOAD h1:ENABLE h1:OPEN h1:USER h1:CLOSE h1:DISABLE h1:POWER h2:ENABLE h2:OPEN \
                    h2:CLOSE h2:DISABLE h2:FREE";
    assert_eq!(world.take_sequence(), expected);
}

/// The other thread may not be told in the middle of a message that it is still to answer.
#[test]
fn the_last_to_leave_has_left_its_outermost_message() {
    let (world, manager) = scene();
    let beside = manager.open("probeb.drv", None, 0).expect("it opens");
    let again = manager.clone();
    world.on("probea", DRV_USER, move |hit| {
        assert_eq!(again.send(hit.own(), DRV_POWER, 0, 0), Ok(0x78));
        assert!(again.send(hit.own(), DRV_USER, 0, 0).is_err(), "it was closed meanwhile");
        assert!(again.send(beside, DRV_USER, 0, 0).is_ok());
        Some(0x77)
    });
    let blocked = Blocked::in_message(&world, DRV_POWER, Some(0x78));
    let handle = manager.open("probea.dll", None, 0).expect("it opens");
    world.take_sequence();
    thread::scope(|scope| {
        let sender = scope.spawn(|| manager.send(handle, DRV_USER, 0, 0));
        blocked.wait();
        manager.close(handle, 0, 0).expect("it is open");
        blocked.let_go();
        assert_eq!(sender.join().expect("no panic"), Ok(0x77));
    });
    assert_eq!(world.take_sequence(), "h2:USER h2:POWER h2:CLOSE h1:USER h2:DISABLE h2:FREE");
}

#[test]
fn a_driver_blocks_in_a_message_while_another_thread_closes_it_and_opens_it_again() {
    // Whether the message comes back while the new instance is open, or when that one has gone as well.
    for message_first in [true, false] {
        let (world, manager) = scene();
        let blocked = Blocked::in_message(&world, DRV_USER, Some(0x77));
        let old = manager.open("probea.dll", None, 0).expect("it opens");
        thread::scope(|scope| {
            let sender = scope.spawn(|| manager.send(old, DRV_USER, 0, 0));
            blocked.wait();
            manager.close(old, 0, 0).expect("it is open");
            let new = manager.open("probea.dll", None, 0).expect("it is still loaded");
            assert_ne!(old, new);
            assert!(manager.send(old, DRV_USER + 1, 0, 0).is_err(), "opening does not bring it back");
            assert!(manager.close(old, 0, 0).is_err());
            assert_eq!(manager.send(new, DRV_USER + 1, 0, 0), Ok(0x5A5A), "nobody waits for the blocked one");
            let finish_message = || {
                blocked.let_go();
                assert_eq!(sender.join().expect("no panic"), Ok(0x77), "the message ends as it began");
            };
            if message_first {
                finish_message();
                assert_eq!(manager.send(new, DRV_USER + 1, 0, 0), Ok(0x5A5A));
                assert_eq!(world.count("probea", DRV_DISABLE), 0, "an instance is open");
                manager.close(new, 0, 0).expect("it is open");
            } else {
                manager.close(new, 0, 0).expect("it is open");
                assert_eq!(world.count("probea", DRV_DISABLE), 0, "somebody is inside");
                finish_message();
            }
            assert!(manager.send(old, DRV_USER + 1, 0, 0).is_err());
        });
        let count = |message| world.count("probea", message);
        assert_eq!([count(DRV_LOAD), count(DRV_ENABLE), count(DRV_DISABLE), count(DRV_FREE)], [1, 1, 1, 1]);
        assert_eq!([count(DRV_OPEN), count(DRV_USER), count(DRV_CLOSE)], [2, 1, 2]);
        assert_eq!(world.take_log().last().map(String::as_str), Some("probea detach"));
        assert!(manager.instances().is_empty());
    }
}

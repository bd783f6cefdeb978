//! Models under loom: the manager as it is, in every interleaving of a few threads (up to a number of preemptions) and
//! with every value that the memory orderings let a load see. Built-in drivers play the part of libraries, and
//! [`crate::sync::Life`] stands in each module, so that an entry after or beside the unloading is found at once.
//!
//! Each model ends with the same account: LOAD and FREE as often as they should be, each accepted message arrived,
//! the answers not mixed up, nothing left. A lost wake-up shows as a module that stays, or as a deadlock, which loom
//! reports.
//!
//! `cargo xtask loom` runs them. `LOOM_MAX_PREEMPTIONS` looks further than the two or three preemptions of a thread that
//! are tried here, and takes its time.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex as Plain, OnceLock, Weak};

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use opendriver_abi::*;

use crate::{BuiltIn, Call, Config, Handle, Manager, Observer, OpenFailure, Settings};

/// A message at which a driver closes the instance that gets it.
const CLOSE_YOURSELF: u32 = DRV_USER + 1;
/// What drivers send to themselves at the end.
const TO_ONESELF: u32 = DRV_USER + 2;

/// What the drivers of a model saw. Plain locks: the ledger must not order the threads that it watches.
#[derive(Default)]
struct Ledger {
    /// How often each driver has had each message.
    counts: Plain<HashMap<(&'static str, u32), usize>>,
    /// What a panic in a driver would hide, because the manager catches it.
    wrongs: Plain<Vec<String>>,
    /// The instance to which DRV_OPEN was sent last.
    opening: Plain<Option<Handle>>,
    /// The instances in whose name DRV_FREE was sent.
    freed: Plain<HashSet<Handle>>,
    manager: OnceLock<Weak<Manager>>,
}

impl Ledger {
    fn enter(&self, file: &'static str, message: u32) {
        *self.counts.lock().expect("no panic").entry((file, message)).or_default() += 1;
    }

    fn count(&self, file: &'static str, message: u32) -> usize {
        self.counts.lock().expect("no panic").get(&(file, message)).copied().unwrap_or(0)
    }

    fn wrong(&self, what: String) {
        self.wrongs.lock().expect("no panic").push(what);
    }

    fn manager(&self) -> Arc<Manager> {
        self.manager.get().and_then(Weak::upgrade).expect("drivers run in the manager")
    }

    /// What each driver does. `inside` counts the messages that are being answered; its changes are also where loom
    /// may let other threads go on.
    fn answer(&self, file: &'static str, inside: &AtomicUsize, call: &Call<'_>) -> LRESULT {
        self.enter(file, call.message);
        let before = inside.fetch_add(1, Ordering::Relaxed);
        let raw = call.handle.to_raw().0;
        match call.message {
            DRV_LOAD | DRV_ENABLE => {}
            DRV_OPEN => *self.opening.lock().expect("no panic") = Some(call.handle),
            // One that was closed inside DRV_OPEN has no id.
            DRV_CLOSE | DRV_DISABLE | DRV_FREE | TO_ONESELF if call.driver_id == 0 => {}
            _ if call.driver_id != raw || call.module != file => {
                self.wrong(format!("{call} reached {file}"));
            }
            DRV_USER if self.freed.lock().expect("no panic").contains(&call.handle) => {
                self.wrong(format!("{call} after its DRV_FREE"));
            }
            _ => {}
        }
        match call.message {
            DRV_DISABLE | DRV_FREE => {
                // The driver of a dying instance may still send to it on the thread that takes it down.
                if self.manager().send(call.handle, TO_ONESELF, 0, 0) != Ok(raw as LRESULT) {
                    self.wrong(format!("no message to oneself in {call}"));
                }
            }
            CLOSE_YOURSELF if self.manager().close(call.handle, 0, 0).is_err() => {
                self.wrong(format!("no close of oneself in {call}"));
            }
            _ => {}
        }
        if call.message == DRV_FREE {
            self.freed.lock().expect("no panic").insert(call.handle);
        }
        let after = inside.fetch_sub(1, Ordering::Relaxed) - 1;
        if matches!(call.message, DRV_DISABLE | DRV_FREE) && before != after {
            self.wrong(format!("{call} while others come and go: {before} inside before, {after} after"));
        }
        raw as LRESULT
    }
}

/// A manager with drivers `a.drv` and `b.drv`, shared by the threads of a model.
#[derive(Clone)]
struct Scene {
    manager: Arc<Manager>,
    ledger: Arc<Ledger>,
}

struct Idle;

impl Observer for Idle {}

impl Scene {
    fn new() -> Scene {
        let ledger = Arc::new(Ledger::default());
        let mut builder = Manager::builder().config(Config::default()).driver_path(None);
        for file in ["a.drv", "b.drv"] {
            let (ledger, inside) = (ledger.clone(), AtomicUsize::new(0));
            let driver = BuiltIn::new(move |call: &Call<'_>| ledger.answer(file, &inside, call));
            builder = builder.built_in(file, driver);
        }
        let manager = Arc::new(builder.build());
        ledger.manager.get_or_init(|| Arc::downgrade(&manager));
        Scene { manager, ledger }
    }

    /// With an observer, every message goes the longer way.
    fn observed() -> Scene {
        let scene = Scene::new();
        scene.manager.observe(Arc::new(Idle));
        scene
    }

    fn open(&self, file: &str) -> Handle {
        self.manager.open(file, None, 0).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Whether the instance was there.
    fn send(&self, handle: Handle, message: u32) -> bool {
        let Ok(answer) = self.manager.send(handle, message, 0, 0) else { return false };
        assert_eq!(answer, handle.to_raw().0 as LRESULT, "it is the answer of another");
        true
    }

    fn close(&self, handle: Handle) -> bool {
        self.manager.close(handle, 0, 0).is_ok()
    }

    /// Everything is closed and must be gone. `loads`: how often each driver may have been loaded.
    fn assert_even(&self, loads: std::ops::RangeInclusive<usize>, accepted: usize) {
        let count = |file, message| self.ledger.count(file, message);
        for file in ["a.drv", "b.drv"] {
            for (one, other) in [(DRV_LOAD, DRV_FREE), (DRV_ENABLE, DRV_DISABLE), (DRV_OPEN, DRV_CLOSE)] {
                let (up, down) = (count(file, one), count(file, other));
                assert_eq!(up, down, "{file}: {} and {}", MessageName(one), MessageName(other));
            }
        }
        assert!(loads.contains(&count("a.drv", DRV_LOAD)), "{} loads", count("a.drv", DRV_LOAD));
        let arrived = |message| count("a.drv", message) + count("b.drv", message);
        assert_eq!(arrived(DRV_USER), accepted, "messages");
        let wrongs = self.ledger.wrongs.lock().expect("no panic");
        assert!(wrongs.is_empty(), "{wrongs:#?}");
        assert_eq!(self.manager.loaded_modules(), 0, "a module is still loaded");
    }
}

fn model(run: impl Fn() + Sync + Send + 'static) {
    model_within(3, run);
}

/// Tries every interleaving with at most this many preemptions, unless the environment has another number.
fn model_within(preemptions: usize, run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(preemptions);
    builder.max_branches = 20_000;
    let runs = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = runs.clone();
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        run();
    });
    let runs = runs.load(Ordering::Relaxed);
    println!("{runs} interleavings");
    assert!(runs > 10, "{runs} interleavings are no model");
}

fn one_sender_and_the_closer(scene: &Scene) {
    let handle = scene.open("a.drv");
    let other = scene.clone();
    let sender = thread::spawn(move || other.send(handle, DRV_USER));
    assert!(scene.close(handle));
    assert!(!scene.send(handle, DRV_USER), "a closed handle reaches nobody");
    let accepted = sender.join().expect("no panic");
    scene.assert_even(1..=1, usize::from(accepted));
}

#[test]
fn send_against_close() {
    model(|| one_sender_and_the_closer(&Scene::new()));
}

#[test]
fn send_against_close_the_longer_way() {
    model(|| one_sender_and_the_closer(&Scene::observed()));
}

#[test]
fn close_against_close() {
    model(|| {
        let scene = Scene::new();
        let handle = scene.open("a.drv");
        let other = scene.clone();
        let closer = thread::spawn(move || other.close(handle));
        let mine = scene.close(handle);
        let others = closer.join().expect("no panic");
        assert!(mine != others, "one of two closers succeeds");
        scene.assert_even(1..=1, 0);
    });
}

#[test]
fn two_instances_closed_at_once() {
    model(|| {
        let scene = Scene::new();
        let (one, two) = (scene.open("a.drv"), scene.open("a.drv"));
        let other = scene.clone();
        let closer = thread::spawn(move || other.close(two));
        assert!(scene.close(one));
        assert!(closer.join().expect("no panic"));
        scene.assert_even(1..=1, 0);
    });
}

#[test]
fn open_against_open() {
    model(|| {
        let scene = Scene::new();
        let other = scene.clone();
        let opener = thread::spawn(move || other.open("a.drv"));
        let mine = scene.open("a.drv");
        let others = opener.join().expect("no panic");
        assert_eq!(scene.ledger.count("a.drv", DRV_LOAD), 1);
        assert_eq!(scene.ledger.count("a.drv", DRV_ENABLE), 1);
        assert!(scene.close(mine) && scene.close(others));
        scene.assert_even(1..=1, 0);
    });
}

#[test]
fn open_against_the_way_down() {
    model(|| {
        let scene = Scene::new();
        let first = scene.open("a.drv");
        let other = scene.clone();
        let opener = thread::spawn(move || {
            let second = other.open("a.drv");
            let accepted = other.send(second, DRV_USER);
            assert!(accepted && other.close(second));
        });
        assert!(scene.close(first));
        opener.join().expect("no panic");
        scene.assert_even(1..=2, 1);
    });
}

#[test]
fn the_last_leaver_unloads() {
    // With a third thread there are a hundred times as many.
    model_within(2, || {
        let scene = Scene::new();
        let handle = scene.open("a.drv");
        let senders = [scene.clone(), scene.clone()]
            .map(|scene| thread::spawn(move || usize::from(scene.send(handle, DRV_USER))));
        assert!(scene.close(handle));
        let accepted = senders.into_iter().map(|sender| sender.join().expect("no panic")).sum();
        scene.assert_even(1..=1, accepted);
    });
}

#[test]
fn the_last_leaver_is_refused_ever_after() {
    model(|| {
        let scene = Scene::new();
        let handle = scene.open("a.drv");
        let other = scene.clone();
        // The new instance may come between the DRV_FREE of the old one and the unloading.
        let closer = thread::spawn(move || {
            assert!(other.close(handle));
            other.open("a.drv")
        });
        let accepted = (0..2).filter(|_| scene.send(handle, DRV_USER)).count();
        let next = closer.join().expect("no panic");
        assert!(!scene.send(handle, DRV_USER) && scene.close(next));
        scene.assert_even(1..=2, accepted);
    });
}

#[test]
fn a_leaver_that_enters_another_module_at_once() {
    model(|| {
        let scene = Scene::new();
        let (a, b) = (scene.open("a.drv"), scene.open("b.drv"));
        let other = scene.clone();
        let sender = thread::spawn(move || {
            let accepted = usize::from(other.send(a, DRV_USER));
            assert!(other.send(b, DRV_USER));
            accepted
        });
        assert!(scene.close(a));
        let accepted = sender.join().expect("no panic");
        assert!(scene.close(b));
        scene.assert_even(1..=1, accepted + 1);
    });
}

#[test]
fn a_slot_changes_hands_under_a_sender() {
    model(|| {
        let scene = Scene::new();
        // The first instance keeps the module, so that the closer has no reason for a barrier.
        let (keep, old) = (scene.open("a.drv"), scene.open("a.drv"));
        let other = scene.clone();
        let sender = thread::spawn(move || usize::from(other.send(old, DRV_USER)));
        assert!(scene.close(old));
        let new = scene.open("b.drv");
        assert_eq!(new.index(), old.index());
        assert!(new != old && !scene.send(old, DRV_USER));
        let accepted = sender.join().expect("no panic");
        assert!(scene.close(new) && scene.close(keep));
        scene.assert_even(1..=1, accepted);
    });
}

#[test]
fn a_driver_closes_its_last_instance_beside_a_sender() {
    model(|| {
        let scene = Scene::new();
        let handle = scene.open("a.drv");
        let other = scene.clone();
        let sender = thread::spawn(move || usize::from(other.send(handle, DRV_USER)));
        assert!(scene.send(handle, CLOSE_YOURSELF), "its answer arrives although it has gone");
        let accepted = sender.join().expect("no panic");
        scene.assert_even(1..=1, accepted);
    });
}

#[test]
fn a_close_overtakes_the_open() {
    model(|| {
        let scene = Scene::new();
        let other = scene.clone();
        let opener = thread::spawn(move || other.manager.open("a.drv", None, 0));
        // Drivers pass handles on from inside DRV_OPEN. Until then nobody else can know it.
        let handle = loop {
            let opening = *scene.ledger.opening.lock().expect("no panic");
            if let Some(handle) = opening {
                break handle;
            }
            thread::yield_now();
        };
        assert!(scene.close(handle));
        // It was either open already, or the opener hears of it.
        if let Err(error) = opener.join().expect("no panic") {
            assert!(matches!(error.failure(), OpenFailure::ClosedWhileOpening { .. }), "{error}");
        }
        scene.assert_even(1..=1, 0);
    });
}

/// Under `wine` a hidden instance comes first. Its driver may pass that handle on as well, and whoever closes it may make
/// the driver open itself anew, all before the instance has a handle for which it was opened.
#[test]
fn a_hidden_instance_is_closed_before_the_other_has_its_handle() {
    #[derive(Default)]
    struct Seen {
        /// How many threads send DRV_LOAD or DRV_ENABLE.
        rising: AtomicUsize,
        wrong: Plain<Option<String>>,
        hidden: Plain<Option<Handle>>,
        again: Plain<bool>,
        manager: OnceLock<Weak<Manager>>,
    }
    model_within(2, || {
        let seen = Arc::new(Seen::default());
        let its = seen.clone();
        let driver = BuiltIn::new(move |call: &Call<'_>| {
            match call.message {
                DRV_LOAD | DRV_ENABLE => {
                    its.rising.store(1, Ordering::SeqCst);
                    its.rising.store(0, Ordering::SeqCst);
                }
                DRV_OPEN => {
                    if its.rising.load(Ordering::SeqCst) == 1 {
                        *its.wrong.lock().expect("no panic") =
                            Some(format!("{call} beside DRV_LOAD or DRV_ENABLE"));
                    }
                    its.hidden.lock().expect("no panic").get_or_insert(call.handle);
                }
                DRV_DISABLE if !std::mem::replace(&mut *its.again.lock().expect("no panic"), true) => {
                    let manager = its.manager.get().and_then(Weak::upgrade).expect("it runs");
                    manager.open("a.drv", None, 0).expect("it opens");
                }
                _ => {}
            }
            1
        });
        let settings = Settings::parse("personality = 'wine'", Path::new("/")).expect("it is right");
        let config = Config::from_ini("", settings);
        let builder = Manager::builder().config(config).driver_path(None).built_in("a.drv", driver);
        let manager = Arc::new(builder.build());
        seen.manager.get_or_init(|| Arc::downgrade(&manager));
        let other = manager.clone();
        let opener = thread::spawn(move || drop(other.open("a.drv", None, 5)));
        let hidden = loop {
            let hidden = *seen.hidden.lock().expect("no panic");
            if let Some(hidden) = hidden {
                break hidden;
            }
            thread::yield_now();
        };
        // The opener may have gone on already, or not be back from DRV_OPEN.
        let _ = manager.close(hidden, 0, 0);
        opener.join().expect("no panic");
        assert_eq!(*seen.wrong.lock().expect("no panic"), None);
        manager.close_all();
        assert_eq!(manager.loaded_modules(), 0);
    });
}

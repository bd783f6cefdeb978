//! The promise: with several threads on one module, DRV_LOAD and DRV_FREE go out once, nobody runs in an unloaded
//! library, nothing waits for ever, and handles belong to no thread.

mod initialiser;
mod leaving;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use opendriver::abi::*;
use opendriver::{BuiltIn, Call, Handle, Manager, Observer, OpenError, OpenFailure, Personality};
use opendriver_tests::{WhileLoading, World};

fn scene() -> (World, Arc<Manager>) {
    let world = World::new();
    world.driver("probea.dll");
    world.driver("probeb.drv");
    let manager = Arc::new(world.manager("", Personality::Win32));
    (world, manager)
}

/// Signals from inside a driver, and for one to wait for.
fn gate() -> (Sender<()>, Mutex<Receiver<()>>) {
    let (sender, receiver) = mpsc::channel();
    (sender, Mutex::new(receiver))
}

fn wait(gate: &Mutex<Receiver<()>>) {
    gate.lock().expect("no panic").recv_timeout(Duration::from_secs(30)).expect("the other side signals");
}

#[test]
fn racing_threads_load_once() {
    const THREADS: usize = 8;
    for _ in 0..20 {
        let (world, manager) = scene();
        world.on("probea", DRV_LOAD, |_| {
            thread::sleep(Duration::from_millis(5));
            None
        });
        let start = Barrier::new(THREADS);
        let handles: Vec<Handle> = thread::scope(|scope| {
            let open = || {
                start.wait();
                manager.open("probea.dll", None, 0).expect("it opens")
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let count = |message| world.count("probea", message);
        assert_eq!([count(DRV_LOAD), count(DRV_ENABLE), count(DRV_OPEN)], [1, 1, THREADS]);
        let sequence = world.take_sequence();
        assert!(sequence.starts_with("h1:LOAD h1:ENABLE "), "OPEN waits for both: {sequence}");
        thread::scope(|scope| {
            for handle in handles {
                let manager = &manager;
                scope.spawn(move || manager.close(handle, 0, 0).expect("it is open"));
            }
        });
        assert_eq!([count(DRV_CLOSE), count(DRV_DISABLE), count(DRV_FREE)], [THREADS, 1, 1]);
    }
}

#[test]
fn a_loading_is_told_before_the_unloading() {
    for in_other_thread in [true, false] {
        let (world, _) = scene();
        let observer = Arc::new(WhileLoading::default());
        let manager = Arc::new(world.manager_with("", Personality::Win32).observer(observer.clone()).build());
        let other = manager.clone();
        let open_and_close = move || {
            let handle = other.open("probea.dll", None, 0).expect("it is loaded");
            other.close(handle, 0, 0).expect("it is open");
        };
        observer.set(move || {
            if in_other_thread {
                thread::spawn(open_and_close).join().expect("no panic");
            } else {
                open_and_close();
            }
        });
        let handle = manager.open("probea.dll", None, 0).expect("it opens");
        assert_eq!(observer.told(), ["loaded"]);
        manager.close(handle, 0, 0).expect("it is open");
        assert_eq!(observer.told(), ["loaded", "unloading"]);
        let sequence = "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h2:OPEN h2:CLOSE h2:DISABLE h2:FREE";
        assert_eq!(world.take_sequence(), sequence);
    }
}

#[test]
fn open_and_close_at_random_keeps_the_account() {
    // The counts that Wine 8.0 gets wrong in this scenario: more LOADs than loads of the library.
    let (world, manager) = scene();
    let alive = Arc::new(AtomicUsize::new(0));
    let enter = |message, step: fn(usize) -> usize| {
        let alive = alive.clone();
        world.on("probea", message, move |_| {
            let before =
                alive.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| Some(step(n))).expect("a number");
            assert_eq!(before, usize::from(step(0) == 0), "message {message}: LOAD and FREE take turns");
            None
        });
    };
    enter(DRV_LOAD, |_| 1);
    enter(DRV_FREE, |_| 0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..200 {
                    let handle = manager.open("probea.dll", None, n).expect("it opens");
                    assert_eq!(manager.send(handle, DRV_USER, 0, 0), Ok(0x5A5A));
                    manager.close(handle, 0, 0).expect("it is open");
                    assert!(manager.send(handle, DRV_USER, 0, 0).is_err());
                }
            });
        }
    });
    let count = |message| world.count("probea", message);
    assert_eq!([count(DRV_OPEN), count(DRV_CLOSE), count(DRV_USER)], [800, 800, 800]);
    assert_eq!(count(DRV_LOAD), count(DRV_FREE));
    assert_eq!(count(DRV_ENABLE), count(DRV_DISABLE));
    assert!(manager.instances().is_empty());
}

#[test]
fn another_module_opens_while_one_is_inside_open() {
    let (world, manager) = scene();
    let inner = manager.clone();
    world.on("probea", DRV_OPEN, move |_| {
        let manager = inner.clone();
        let other = thread::spawn(move || {
            let handle = manager.open("probeb.drv", None, 0).expect("no lock is held");
            manager.close(handle, 0, 0).expect("it is open");
        });
        other.join().expect("no panic");
        None
    });
    manager.open("probea.dll", None, 0).expect("it opens");
}

#[test]
fn the_same_module_opens_on_another_thread_while_one_is_inside_open() {
    let (world, manager) = scene();
    let inner = manager.clone();
    world.on("probea", DRV_OPEN, move |hit| {
        if hit.nth == 1 {
            let manager = inner.clone();
            thread::spawn(move || {
                manager.open("probea.dll other", None, 0).expect("LOAD and ENABLE are done")
            })
            .join()
            .expect("no panic");
        }
        None
    });
    manager.open("probea.dll", None, 0).expect("it opens");
    assert_eq!(world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h2:OPEN");
}

#[test]
fn a_load_that_waits_for_a_thread_that_opens_the_module_is_a_late_refusal() {
    let (world, _) = scene();
    let manager = Arc::new(world.manager_set("", Personality::Win32, "load_wait = 0.2").build());
    let inner = manager.clone();
    let outcome = Arc::new(Mutex::new(None));
    let report = outcome.clone();
    world.on("probea", DRV_LOAD, move |_| {
        let manager = inner.clone();
        let other = thread::spawn(move || manager.open("probea.dll other", None, 0));
        *report.lock().expect("no panic") =
            Some(other.join().expect("no panic").map_err(|e| (e.to_string(), e)));
        None
    });
    manager.open("probea.dll", None, 0).expect("the first goes on");
    let outcome = outcome.lock().expect("no panic").take().expect("it came back");
    let (text, error) = outcome.expect_err("it would have had to wait for itself");
    assert!(matches!(error.failure(), OpenFailure::Busy { loading: true, .. }), "{text}");
    assert!(text.contains("loading on another thread for more than 0.2 s (setting `load_wait`)"), "{text}");
}

#[test]
fn an_open_waits_for_a_descent_and_loads_again() {
    let (world, manager) = scene();
    let (entered, is_inside) = gate();
    world.on("probea", DRV_DISABLE, move |hit| {
        if hit.nth == 1 {
            entered.send(()).expect("the test waits");
            thread::sleep(Duration::from_millis(50));
        }
        None
    });
    let first = manager.open("probea.dll", None, 0).expect("it opens");
    thread::scope(|scope| {
        scope.spawn(|| manager.close(first, 0, 0).expect("it is open"));
        wait(&is_inside);
        manager.open("probea.dll", None, 0).expect("after FREE it is loaded again");
    });
    assert_eq!(
        world.take_sequence(),
        "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h1:DISABLE h1:FREE h2:LOAD h2:ENABLE h2:OPEN"
    );
}

#[test]
fn two_drivers_close_each_other_from_two_threads() {
    let (world, manager) = scene();
    let a = manager.open("probea.dll", None, 0).expect("it opens");
    let b = manager.open("probeb.drv", None, 0).expect("it opens");
    let both = Arc::new(Barrier::new(2));
    let (a_closes, is_a_closing) = gate();
    let (b_closes, is_b_closing) = gate();
    // Neither comes back from DRV_CLOSE before the other is in it as well.
    let closings = [(a_closes, is_b_closing), (b_closes, is_a_closing)];
    for ((driver, target), (closes, is_other_closing)) in
        [("probea", b), ("probeb", a)].into_iter().zip(closings)
    {
        let (manager, both) = (manager.clone(), both.clone());
        world.on(driver, DRV_USER, move |_| {
            both.wait();
            Some(isize::from(manager.close(target, 0, 0).is_ok()))
        });
        world.on(driver, DRV_CLOSE, move |_| {
            closes.send(()).expect("the other waits");
            wait(&is_other_closing);
            None
        });
    }
    thread::scope(|scope| {
        let threads = [a, b].map(|handle| {
            let manager = &manager;
            scope.spawn(move || manager.send(handle, DRV_USER, 0, 0))
        });
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), Ok(1));
        }
    });
    for driver in ["probea", "probeb"] {
        let count = |message| world.count(driver, message);
        assert_eq!([count(DRV_CLOSE), count(DRV_DISABLE), count(DRV_FREE)], [1, 1, 1], "{driver}");
    }
    assert!(manager.instances().is_empty());
}

#[test]
fn only_one_of_two_closers_succeeds() {
    let (_world, manager) = scene();
    for _ in 0..200 {
        let handle = manager.open("probea.dll", None, 0).expect("it opens");
        let both = Barrier::new(2);
        let close = || {
            both.wait();
            usize::from(manager.close(handle, 0, 0).is_ok())
        };
        let closed = thread::scope(|scope| {
            let other = scope.spawn(close);
            close() + other.join().expect("no panic")
        });
        assert_eq!(closed, 1);
    }
}

#[test]
fn a_handle_is_used_and_closed_on_another_thread() {
    let (world, manager) = scene();
    let handle = manager.open("probea.dll", None, 5).expect("it opens");
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(manager.send(handle, DRV_USER, 0, 0), Ok(0x5A5A));
            manager.close(handle, 1, 2).expect("it is open");
        });
    });
    assert_eq!(world.count("probea", DRV_FREE), 1);
}

/// A scene in which one thread is in DRV_OPEN and another in DRV_CLOSE of the same instance; `open_first` says which of
/// the two the driver lets go first. Both are back when it returns.
fn close_inside_open_from_another_thread(open_first: bool) -> World {
    let (world, manager) = scene();
    let handle = Arc::new(Mutex::new(None));
    let (opening, is_opening) = gate();
    let (closing, is_closing) = gate();
    let (end_open, open_may_end) = gate();
    let (end_close, close_may_end) = gate();
    let own = handle.clone();
    world.on("probea", DRV_OPEN, move |hit| {
        *own.lock().expect("no panic") = Some(hit.own());
        opening.send(()).expect("the test waits");
        wait(&open_may_end);
        None
    });
    let inner = manager.clone();
    world.on("probea", DRV_CLOSE, move |hit| {
        closing.send(()).expect("the test waits");
        wait(&close_may_end);
        Some(inner.send(hit.own(), DRV_USER, 0, 0).expect("it is being closed on this thread"))
    });
    thread::scope(|scope| {
        let opener = scope.spawn(|| manager.open("probea.dll", None, 0));
        wait(&is_opening);
        let handle = handle.lock().expect("no panic").expect("DRV_OPEN has it");
        let closing = manager.clone();
        let closer = scope.spawn(move || closing.close(handle, 1, 2));
        wait(&is_closing);
        let finish_open = |opener: thread::ScopedJoinHandle<'_, Result<Handle, OpenError>>| {
            end_open.send(()).expect("the driver waits");
            let error = opener.join().expect("no panic").expect_err("it was closed");
            assert!(matches!(error.failure(), OpenFailure::ClosedWhileOpening { .. }), "{error}");
        };
        let finish_close = |closer: thread::ScopedJoinHandle<'_, _>| {
            end_close.send(()).expect("the driver waits");
            assert_eq!(closer.join().expect("no panic"), Ok(0x5A5A));
        };
        if open_first {
            finish_open(opener);
            assert_eq!(world.count("probea", DRV_DISABLE), 0, "somebody is in DRV_CLOSE");
            finish_close(closer);
        } else {
            finish_close(closer);
            assert_eq!(world.count("probea", DRV_DISABLE), 0, "somebody is in DRV_OPEN");
            finish_open(opener);
        }
    });
    assert!(manager.instances().is_empty());
    world
}

#[test]
fn the_later_of_opener_and_closer_takes_the_module_down() {
    for open_first in [true, false] {
        let world = close_inside_open_from_another_thread(open_first);
        let log = world.take_log();
        assert!(log.last().is_some_and(|line| line == "probea detach"), "open first: {open_first}: {log:#?}");
        let count = |message| world.count("probea", message);
        assert_eq!([count(DRV_OPEN), count(DRV_CLOSE), count(DRV_DISABLE), count(DRV_FREE)], [1, 1, 1, 1]);
    }
}

#[test]
fn hidden_instances_that_threads_open_at_once_all_go() {
    let world = World::new();
    world.driver("probea.dll");
    let manager = Arc::new(world.manager("", Personality::Wine));
    let both = Arc::new(Barrier::new(2));
    world.on("probea", DRV_OPEN, move |hit| {
        // The first two are hidden; each finds no instance open, since neither is yet.
        if hit.nth <= 2 {
            both.wait();
        }
        None
    });
    let handles: Vec<Handle> = thread::scope(|scope| {
        let open = || manager.open("probea.dll", None, 7).expect("it opens");
        let threads = [scope.spawn(open), scope.spawn(open)];
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(world.count("probea", DRV_OPEN), 4);
    for handle in handles {
        manager.close(handle, 0, 0).expect("it is open");
    }
    let count = |message| world.count("probea", message);
    assert_eq!([count(DRV_CLOSE), count(DRV_DISABLE), count(DRV_FREE)], [4, 1, 1]);
}

#[test]
fn senders_race_closers_and_reopeners() {
    let (world, manager) = scene();
    let current = Mutex::new(manager.open("probea.dll", None, 0).expect("it opens"));
    let delivered = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while done.load(Ordering::Relaxed) == 0 {
                    let handle = *current.lock().expect("no panic");
                    if manager.send(handle, DRV_USER, 0, 0).is_ok() {
                        delivered.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        for _ in 0..300 {
            let old = *current.lock().expect("no panic");
            manager.close(old, 0, 0).expect("only this thread closes");
            *current.lock().expect("no panic") = manager.open("probea.dll", None, 0).expect("it opens");
        }
        done.store(1, Ordering::Relaxed);
    });
    let last = *current.lock().expect("no panic");
    manager.close(last, 0, 0).expect("it is open");
    let count = |message| world.count("probea", message);
    assert_eq!(count(DRV_USER), delivered.load(Ordering::Relaxed), "each accepted message arrived");
    assert_eq!(count(DRV_LOAD), count(DRV_FREE));
    assert_eq!(count(DRV_ENABLE), count(DRV_DISABLE));
    assert_eq!([count(DRV_OPEN), count(DRV_CLOSE)], [301, 301]);
}

#[test]
fn an_observer_that_is_added_beside_opens_is_told_of_all() {
    #[derive(Default)]
    struct Count(AtomicUsize);
    impl Observer for Count {
        fn sending(&self, _: &Call<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    for round in 0..100 {
        let driver = BuiltIn::new(|_: &Call<'_>| 1);
        let manager = Manager::builder().driver_path(None).built_in("x.drv", driver).build();
        let handle = manager.open("x.drv", None, 0).expect("it opens");
        let (count, done) = (Arc::new(Count::default()), AtomicBool::new(false));
        let looked = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        // What each open does first.
                        manager.refresh_tracing();
                        looked.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            while looked.load(Ordering::Relaxed) < 1000 {
                thread::yield_now();
            }
            done.store(true, Ordering::Relaxed);
            manager.observe(count.clone());
        });
        assert_eq!(manager.send(handle, DRV_USER, 0, 0), Ok(1));
        assert_eq!(count.0.load(Ordering::Relaxed), 1, "round {round}");
    }
}

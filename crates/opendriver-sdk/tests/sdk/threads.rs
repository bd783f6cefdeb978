//! Many threads at once.

use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;

use opendriver_sdk::abi::*;
use opendriver_sdk::{Close, Driver, Message, Open, Refusal, Reply, instances};

use crate::calls::procedure;

static ALIVE: AtomicIsize = AtomicIsize::new(0);

/// Counts for itself.
struct Counting(AtomicIsize);
impl Driver for Counting {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Ok(Counting(AtomicIsize::new(0)))
    }
    fn message(&self, _: &Message) -> Reply {
        Reply::Value(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
}
impl Drop for Counting {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn instances_of_many_threads_do_not_mix() {
    const THREADS: usize = 8;
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                let counting = procedure::<Counting>();
                for _ in 0..50 {
                    assert_eq!(counting.send(0, DRV_LOAD, 0, 0), 1);
                    let id = counting.open(None, 0);
                    for expected in 1..=20 {
                        assert_eq!(counting.send(id, DRV_USER, 0, 0), expected);
                    }
                    assert_eq!(counting.close(id), 1);
                    assert_eq!(counting.send(id, DRV_USER, 0, 0), 0);
                    assert_eq!(counting.send(0, DRV_FREE, 0, 0), 1);
                }
            });
        }
    });
    assert_eq!(ALIVE.load(Ordering::SeqCst), 0);
    assert!(instances::<Counting>().is_empty());
}

static GATE: Barrier = Barrier::new(2);

/// Waits inside a message until it is told to go on, and has a close that counts.
struct Slow;
static SLOW_CLOSES: AtomicUsize = AtomicUsize::new(0);
impl Driver for Slow {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Slow)
    }
    fn message(&self, message: &Message) -> Reply {
        if message.user() == Some(0) {
            GATE.wait();
            GATE.wait();
        }
        Reply::Value(3)
    }
    fn close(&self, _: &Close) -> bool {
        SLOW_CLOSES.fetch_add(1, Ordering::SeqCst);
        true
    }
}

#[test]
fn a_driver_that_is_busy_blocks_nobody_else() {
    let slow = procedure::<Slow>();
    let (busy, other) = (slow.open(None, 0), slow.open(None, 0));
    let (sender, answer) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || sender.send(slow.send(busy, DRV_USER, 0, 0)).unwrap());
        GATE.wait();
        // The thread is inside the message now. Everything else goes on, on the same instance and on others.
        assert_eq!(slow.send(busy, DRV_USER + 1, 0, 0), 3);
        assert_eq!(slow.send(other, DRV_USER + 1, 0, 0), 3);
        assert_eq!(slow.close(busy), 1);
        let third = slow.open(None, 0);
        assert_eq!(slow.close(third), 1);
        assert!(answer.try_recv().is_err());
        GATE.wait();
        assert_eq!(answer.recv().unwrap(), 3);
    });
    assert_eq!(slow.close(other), 1);
    assert_eq!(SLOW_CLOSES.load(Ordering::SeqCst), 3);
}

#[test]
fn of_many_closers_one_reaches_the_driver() {
    static CLOSED: AtomicUsize = AtomicUsize::new(0);
    struct Once;
    impl Driver for Once {
        fn open(_: &Open<'_>) -> Result<Self, Refusal> {
            Ok(Once)
        }
        fn close(&self, _: &Close) -> bool {
            CLOSED.fetch_add(1, Ordering::SeqCst);
            thread::yield_now();
            true
        }
    }
    const THREADS: usize = 8;
    for round in 1..=100 {
        let id = procedure::<Once>().open(None, 0);
        let start = Barrier::new(THREADS);
        let answers: isize = thread::scope(|scope| {
            let closers: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        procedure::<Once>().close(id)
                    })
                })
                .collect();
            closers.into_iter().map(|closer| closer.join().unwrap()).sum()
        });
        assert_eq!(answers, 1);
        assert_eq!(CLOSED.load(Ordering::SeqCst), round);
    }
}

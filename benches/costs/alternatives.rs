//! Other ways to know who is inside a driver, in small models: what each would add to a call, alone and beside a
//! second thread that sends to the same driver. None of them looks a handle up.

use std::hint::black_box;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, compiler_fence, fence};
use std::sync::{Arc, Barrier, Mutex, RwLock};
use std::time::Instant;

use opendriver::abi::{DRIVERPROC, DRV_USER, HDRVR, LRESULT};

use crate::drivers;
use crate::measure::pair;
use crate::report::Report;

const TURNS: u32 = 1_000_000;

/// What all threads of a model share.
#[derive(Default)]
struct Shared {
    count: AtomicUsize,
    reading: RwLock<()>,
    held: Mutex<Arc<()>>,
    alive: AtomicUsize,
}

/// Where a thread announces what it is inside of; a cache line of its own.
#[repr(align(64))]
#[derive(Default)]
struct Own(AtomicPtr<()>);

type Way = (&'static str, fn(&Shared, &Own, DRIVERPROC));

const WAYS: &[Way] = &[
    ("nothing but the call", |_, _, procedure| {
        call(procedure);
    }),
    ("an announcement, the other side has the barrier", |shared, own, procedure| {
        own.0.store(black_box(0x1000 as *mut ()), Ordering::Release);
        compiler_fence(Ordering::SeqCst);
        black_box(shared.alive.load(Ordering::Acquire));
        call(procedure);
        own.0.store(std::ptr::null_mut(), Ordering::Release);
    }),
    ("an announcement with a full fence", |shared, own, procedure| {
        own.0.store(black_box(0x1000 as *mut ()), Ordering::Release);
        fence(Ordering::SeqCst);
        black_box(shared.alive.load(Ordering::Acquire));
        call(procedure);
        own.0.store(std::ptr::null_mut(), Ordering::Release);
    }),
    ("a count on the module", |shared, _, procedure| {
        shared.count.fetch_add(1, Ordering::SeqCst);
        black_box(shared.alive.load(Ordering::Acquire));
        call(procedure);
        shared.count.fetch_sub(1, Ordering::SeqCst);
    }),
    ("a lock for readers", |shared, _, procedure| {
        let _reading = shared.reading.read();
        call(procedure);
    }),
    ("a counted reference from behind a lock", |shared, _, procedure| {
        let module = shared.held.lock().map(|module| module.clone());
        call(procedure);
        drop(module);
    }),
];

fn call(procedure: DRIVERPROC) -> LRESULT {
    // SAFETY: the procedure takes anything.
    black_box(unsafe { procedure(1, HDRVR(2), black_box(DRV_USER), 3, 4) })
}

pub fn rows(report: &mut Report) {
    let procedure: DRIVERPROC = black_box(drivers::procedure);
    for (name, way) in WAYS {
        let (shared, own) = (Shared::default(), Own::default());
        let (alone, floor) =
            pair(TURNS, || way(black_box(&shared), black_box(&own), procedure), || _ = call(procedure));
        report.compare(&format!("model: {name}"), alone, floor, "ns");
        // The middle and not the best: in the best the threads hardly met.
        let mut beside: Vec<f64> = (0..15).map(|_| both(&shared, procedure, *way)).collect();
        beside.sort_by(f64::total_cmp);
        let beside = beside[beside.len() / 2];
        report.compare(&format!("model: {name}, 2 threads, each"), beside, floor, "ns");
    }
}

fn both(shared: &Shared, procedure: DRIVERPROC, way: fn(&Shared, &Own, DRIVERPROC)) -> f64 {
    let start = Barrier::new(2);
    let run = || {
        let own = Own::default();
        start.wait();
        let begin = Instant::now();
        for _ in 0..TURNS {
            way(black_box(shared), black_box(&own), procedure);
        }
        begin.elapsed().as_nanos() as f64 / f64::from(TURNS)
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(run);
        run().max(other.join().expect("no panic"))
    })
}

//! Timing.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

/// How often each measurement is repeated. A run is short: then some of them are left alone by the rest of the machine.
const RUNS: u32 = 15;
/// Into how many runs of their own many turns are split.
const PARTS: u32 = 50;

/// Nanoseconds of one turn: the best of several runs that have `turns` together, because everything else only adds.
pub fn best(turns: u32, mut turn: impl FnMut()) -> f64 {
    let (turns, runs) = split(turns);
    (0..runs).map(|_| run(turns, &mut turn)).fold(f64::MAX, f64::min)
}

/// The best of each of two that are measured in turns, so that both see the same machine.
pub fn pair(turns: u32, mut one: impl FnMut(), mut other: impl FnMut()) -> (f64, f64) {
    let (turns, runs) = split(turns);
    (0..4 * runs).fold((f64::MAX, f64::MAX), |(least_one, least_other), _| {
        (least_one.min(run(turns, &mut one)), least_other.min(run(turns, &mut other)))
    })
}

/// The same for long turns with something that is made before each, which is not timed.
pub fn pair_made<T>(
    runs: u32,
    mut make: impl FnMut() -> T,
    mut one: impl FnMut(T),
    mut other: impl FnMut(T),
) -> (f64, f64) {
    (0..runs).fold((f64::MAX, f64::MAX), |(least_one, least_other), _| {
        (least_one.min(made(make(), &mut one)), least_other.min(made(make(), &mut other)))
    })
}

/// Nanoseconds of one turn with something that is made.
fn made<T>(input: T, turn: &mut impl FnMut(T)) -> f64 {
    let start = Instant::now();
    turn(black_box(input));
    start.elapsed().as_nanos() as f64
}

/// Nanoseconds of one turn in the slower of two threads, each with its handle, and in one thread alone with the first.
/// Here a run is long, so that hardly any of it is left over for one thread to be alone in.
pub fn two_threads<H: Copy + Send + Sync>(turn: impl Fn(H) + Sync, handles: [H; 2]) -> (f64, f64) {
    const TURNS: u32 = 1_000_000;
    let start = Barrier::new(2);
    let in_step = |handle| {
        start.wait();
        run(TURNS, &mut || turn(handle))
    };
    let both = || {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| in_step(handles[0]));
            in_step(handles[1]).max(other.join().expect("no panic"))
        })
    };
    (0..80).fold((f64::MAX, f64::MAX), |(least_both, least_alone), _| {
        let alone = run(TURNS, &mut || turn(handles[0]));
        (least_both.min(both()), least_alone.min(alone))
    })
}

/// Turns per run, and runs.
fn split(turns: u32) -> (u32, u32) {
    if turns < 10 * PARTS { (1, RUNS * turns) } else { (turns / PARTS, RUNS * PARTS) }
}

/// Nanoseconds of one of these turns.
fn run(turns: u32, turn: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..turns {
        turn();
    }
    start.elapsed().as_nanos() as f64 / f64::from(turns)
}

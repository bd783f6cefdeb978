//! Timing.

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

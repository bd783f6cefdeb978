//! Timing.

use std::time::Instant;

/// Nanoseconds of one turn: the best of several runs of `turns`, because everything else only adds.
pub fn best(turns: u32, mut turn: impl FnMut()) -> f64 {
    const RUNS: usize = 15;
    let mut least = f64::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        for _ in 0..turns {
            turn();
        }
        least = least.min(start.elapsed().as_nanos() as f64 / f64::from(turns));
    }
    least
}

/// The best of pairs measured in turns, so that both see the same machine.
pub fn pair(turns: u32, mut one: impl FnMut(), mut other: impl FnMut()) -> (f64, f64) {
    let (mut least_one, mut least_other) = (f64::MAX, f64::MAX);
    for _ in 0..4 {
        least_one = least_one.min(best(turns, &mut one));
        least_other = least_other.min(best(turns, &mut other));
    }
    (least_one, least_other)
}

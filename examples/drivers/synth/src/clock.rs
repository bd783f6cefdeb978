//! How much sound lies between two messages.
//!
//! MODM_DATA carries no time: a legacy MIDI driver plays a message when it comes, and the time that passes until the
//! next one is heard. A driver that writes a file has to turn that time into a number of frames. The [`Clock`] does
//! so in one of two ways:
//!
//! - by the wall clock: the time between two messages, measured when the second one comes. This is what every
//!   program that knows nothing of this driver gets;
//! - by the host: the host says how many microseconds go by. It can then play a piece faster than it sounds, and two
//!   runs give the same file to the last byte.
//!
//! Both count from a fixed start and round down once, so that the error never adds up: after any number of steps the
//! count is within one frame of the true time.

use crate::settings::ClockSource;
use std::time::{Duration, Instant};

/// The longest time by the wall clock that one step covers. A longer pause between two messages is cut to this: a
/// program that leaves its MIDI device open over night must not find ten hours of silence in its file (or wait for
/// them to be written).
pub const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Turns time into frames; see the [module](self).
#[derive(Debug)]
pub struct Clock {
    source: ClockSource,
    rate: u32,
    wall: Option<Wall>,
    host: Count,
}

#[derive(Debug)]
struct Wall {
    last: Instant,
    count: Count,
}

/// Time so far, and the frames handed out for it.
#[derive(Debug, Default)]
struct Count {
    nanoseconds: u128,
    frames: u128,
}

impl Count {
    /// Adds a time and returns the frames that are due for it.
    fn add(&mut self, nanoseconds: u128, rate: u32) -> u64 {
        self.nanoseconds += nanoseconds;
        let frames = self.nanoseconds * u128::from(rate) / 1_000_000_000;
        let due = frames - self.frames;
        self.frames = frames;
        u64::try_from(due).unwrap_or(u64::MAX)
    }
}

impl Clock {
    /// A stopped clock for `rate` frames per second.
    pub fn new(source: ClockSource, rate: u32) -> Clock {
        Clock { source, rate, wall: None, host: Count::default() }
    }

    /// Starts the wall clock, when that is the one to be used. Time before this does not count.
    pub fn start(&mut self, now: Instant) {
        if self.source != ClockSource::Host {
            self.wall = Some(Wall { last: now, count: Count::default() });
        }
    }

    /// Stops the wall clock: no time passes until [`start`](Clock::start).
    pub fn stop(&mut self) {
        self.wall = None;
    }

    /// The frames that the wall clock makes due by `now`; none when it is stopped or the host has the clock. At most
    /// [`LONGEST_PAUSE`] since the last call.
    pub fn wall(&mut self, now: Instant) -> u64 {
        let Some(wall) = &mut self.wall else { return 0 };
        let passed = now.saturating_duration_since(wall.last).min(LONGEST_PAUSE);
        wall.last = wall.last.max(now);
        wall.count.add(passed.as_nanos(), self.rate)
    }

    /// Lets `microseconds` go by at the host's word and returns the frames due for them, or `None` when the settings
    /// say that only the wall clock counts. With [`ClockSource::Auto`] the host has the clock from its first call on.
    pub fn host(&mut self, microseconds: u64) -> Option<u64> {
        if self.source == ClockSource::Real {
            return None;
        }
        self.source = ClockSource::Host;
        self.wall = None;
        Some(self.host.add(u128::from(microseconds) * 1000, self.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_s_steps_add_up_exactly() {
        let mut clock = Clock::new(ClockSource::Host, 44_100);
        // 1000 steps of 333 microseconds: each is 14.6853 frames.
        let total: u64 = (0..1000).map(|_| clock.host(333).unwrap()).sum();
        assert_eq!(total, 333_000 * 44_100 / 1_000_000);
        assert_eq!(clock.host(0), Some(0));
        assert!(clock.host(u64::MAX).is_some(), "the longest step does not overflow");
    }

    #[test]
    fn the_wall_clock_counts_from_its_start() {
        let mut clock = Clock::new(ClockSource::Real, 16_000);
        let start = Instant::now();
        assert_eq!(clock.wall(start), 0, "not started");
        clock.start(start);
        let steps = (1..=777).map(|step| clock.wall(start + Duration::from_micros(step * 77))).sum::<u64>();
        assert_eq!(steps, 777 * 77 * 16_000 / 1_000_000);
        clock.stop();
        assert_eq!(clock.wall(start + Duration::from_secs(5)), 0);
    }

    #[test]
    fn a_clock_that_goes_back_renders_nothing() {
        let mut clock = Clock::new(ClockSource::Real, 16_000);
        let start = Instant::now() + Duration::from_secs(10);
        clock.start(start);
        assert_eq!(clock.wall(start - Duration::from_secs(1)), 0);
        assert_eq!(clock.wall(start + Duration::from_secs(1)), 16_000);
    }

    #[test]
    fn a_long_pause_is_cut() {
        let mut clock = Clock::new(ClockSource::Auto, 20_000);
        let start = Instant::now();
        clock.start(start);
        assert_eq!(clock.wall(start + Duration::from_secs(36_000)), 60 * 20_000);
        assert_eq!(clock.wall(start + Duration::from_secs(36_001)), 20_000);
    }

    #[test]
    fn the_host_takes_the_clock_over_unless_told_not_to() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut clock = Clock::new(ClockSource::Auto, 20_000);
        clock.start(now);
        assert_eq!(clock.host(500_000), Some(10_000));
        assert_eq!(clock.wall(later), 0, "the wall clock no longer counts");
        clock.start(later);
        assert_eq!(clock.wall(later + Duration::from_secs(1)), 0, "nor after a new start");

        let mut clock = Clock::new(ClockSource::Real, 20_000);
        clock.start(now);
        assert_eq!(clock.host(500_000), None);
        assert_eq!(clock.wall(later), 20_000);
    }
}

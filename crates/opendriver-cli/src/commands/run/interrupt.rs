//! Signals that want this program to end: the script that is being played is ended then, and the report goes as far as
//! it goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::messages::Failure;

/// Whether somebody wants this program to end: by Ctrl-C (SIGINT), by SIGTERM, or by closing its terminal (SIGHUP).
#[derive(Debug, Default)]
pub(super) struct Interrupt {
    /// The number of the latest signal, 0 for none.
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// From now on the signals are remembered and do nothing else.
    pub(super) fn listen() -> Result<Interrupt, Failure> {
        let interrupt = Interrupt::default();
        for signal in signals() {
            signal_hook::flag::register_usize(signal, interrupt.signal.clone(), signal as usize)
                .map_err(|error| Failure::run(format!("cannot listen for Ctrl-C: {error}")))?;
        }
        Ok(interrupt)
    }

    /// The signal that has come, if any has.
    pub(super) fn pending(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::SeqCst) as i32).filter(|signal| *signal != 0)
    }
}

#[cfg(unix)]
fn signals() -> impl Iterator<Item = i32> {
    use signal_hook::consts::SIGHUP;
    // Whoever starts a program with nohup wants it to go on without its terminal.
    [SIGINT, SIGTERM].into_iter().chain((!is_ignored(SIGHUP)).then_some(SIGHUP))
}

#[cfg(not(unix))]
fn signals() -> impl Iterator<Item = i32> {
    [SIGINT, SIGTERM].into_iter()
}

/// Whether this process was started with the signal ignored, as far as the system has a file that says so.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

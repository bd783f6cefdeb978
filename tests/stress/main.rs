//! The promise: whatever eight threads do at once, from outside and from inside drivers, the account is exact. Every
//! accepted DRV_OPEN is answered by one DRV_CLOSE, every accepted DRV_LOAD by one DRV_FREE, every DRV_ENABLE by one
//! DRV_DISABLE; each accepted message arrives, with the right id, and gets its own answer back; nobody is inside a
//! driver that is told to go; a stale handle reaches nobody.
//!
//! The drivers are shared libraries that are loaded and unloaded all the time. What each thread does follows from a
//! seed, which is printed when something goes wrong; the interleaving does not, so a failure may need several runs
//! to show again. `OPENDRIVER_STRESS_SEED` sets the seed and `OPENDRIVER_STRESS_STEPS` how many steps each thread
//! takes, for longer runs.

mod account;
mod actor;
mod bare;
mod exhaustion;
mod stage;

use std::time::Duration;

use opendriver::Personality;

use crate::stage::{Play, play};

/// However slow the machine, a run ends then.
const AT_MOST: Duration = Duration::from_secs(10);

fn number_from(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text:?}")),
        Err(_) => default,
    }
}

fn of(personality: Personality) -> Play {
    Play {
        personality,
        threads: 8,
        steps: number_from("OPENDRIVER_STRESS_STEPS", 4000),
        seed: number_from("OPENDRIVER_STRESS_SEED", 0x5EED),
        at_most: AT_MOST,
        refusals: true,
        observed: false,
    }
}

#[test]
fn the_account_is_exact_under_win32() {
    play(of(Personality::Win32));
}

#[test]
fn the_account_is_exact_where_drivers_veto_closes() {
    play(of(Personality::Win31));
}

#[test]
fn the_account_is_exact_with_hidden_instances() {
    // A refused first DRV_OPEN unloads without DRV_FREE there, which is Wine's way and no account.
    play(Play { refusals: false, ..of(Personality::Wine) });
}

#[test]
fn the_account_is_exact_under_observation() {
    play(Play { observed: true, ..of(Personality::Win32) });
}

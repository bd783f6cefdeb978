//! The promise: senders and closers need no order of their own. They meet in the manager and nowhere else: the handle
//! is passed on without any ordering, the driver counts without any, so that a checker of data races sees what the
//! manager's own protocol orders, and nothing that would cover for it.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::{hint, thread};

use opendriver::abi::*;
use opendriver::{BuiltIn, Handle, Manager};

const SENDERS: usize = 3;
const ROUNDS: u64 = 5000;

static ARRIVED: AtomicU64 = AtomicU64::new(0);
static LOADS: AtomicU64 = AtomicU64::new(0);
static FREES: AtomicU64 = AtomicU64::new(0);
/// Whether the driver is between DRV_LOAD and DRV_FREE.
static LOADED: AtomicBool = AtomicBool::new(false);
static STRAYS: AtomicU64 = AtomicU64::new(0);

unsafe extern "system" fn driver_proc(
    _: usize,
    handle: HDRVR,
    message: u32,
    word: LPARAM,
    _: LPARAM,
) -> LRESULT {
    match message {
        DRV_LOAD => {
            LOADS.fetch_add(1, Relaxed);
            LOADED.store(true, Relaxed);
        }
        DRV_FREE => {
            FREES.fetch_add(1, Relaxed);
            LOADED.store(false, Relaxed);
        }
        DRV_USER => {
            ARRIVED.fetch_add(1, Relaxed);
            let stray = !LOADED.load(Relaxed) || word != handle.0 as LPARAM;
            STRAYS.fetch_add(u64::from(stray), Relaxed);
        }
        _ => {}
    }
    1
}

#[test]
fn senders_and_closers_meet_in_the_manager_only() {
    // SAFETY: it takes any message from any thread, and does not unwind.
    let driver = unsafe { BuiltIn::procedure(driver_proc) };
    let manager = Manager::builder().built_in("bare.drv", driver).build();
    let current = AtomicUsize::new(0);
    let done = AtomicBool::new(false);
    let accepted: u64 = thread::scope(|scope| {
        let sender = || {
            let mut accepted = 0;
            while !done.load(Relaxed) {
                let Some(handle) = Handle::from_raw(HDRVR(current.load(Relaxed))) else { continue };
                let word = handle.to_raw().0 as LPARAM;
                let sent = manager.send(handle, DRV_USER, word, 0).is_ok();
                accepted += u64::from(sent);
                if !sent {
                    // The closer goes on sooner where there are more threads than processors.
                    thread::yield_now();
                }
            }
            accepted
        };
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(sender)).collect();
        let mut sent_before = 0;
        for _ in 0..ROUNDS {
            let handle = manager.open("bare.drv", None, 0).expect("it opens");
            current.store(handle.to_raw().0, Relaxed);
            // Somebody is to get in before the door closes.
            let mut looks = 0;
            while ARRIVED.load(Relaxed) == sent_before {
                looks += 1;
                if looks % 1000 == 0 { thread::yield_now() } else { hint::spin_loop() }
            }
            manager.close(handle, 0, 0).expect("nobody else closes");
            sent_before = ARRIVED.load(Relaxed);
        }
        done.store(true, Relaxed);
        senders.into_iter().map(|sender| sender.join().expect("no panic")).sum()
    });
    assert_eq!(ARRIVED.load(Relaxed), accepted, "each accepted message arrived");
    assert_eq!(STRAYS.load(Relaxed), 0, "none arrived after DRV_FREE, or at another instance");
    assert_eq!(LOADS.load(Relaxed), FREES.load(Relaxed));
    assert!((1..=ROUNDS).contains(&LOADS.load(Relaxed)));
}

//! Sending.

use std::hint::black_box;

use opendriver::abi::{DRIVERPROC, DRV_USER, HDRVR, LRESULT};
use opendriver::{Handle, Manager};

use crate::drivers;
use crate::measure::{best, pair, two_threads};
use crate::report::Report;

const TURNS: u32 = 1_000_000;
/// Both kinds of driver, and their files.
const DRIVERS: [(&str, &str); 2] = [("driver in the program", "bench.drv"), ("shared library", "native.drv")];

pub fn rows(report: &mut Report) {
    // The floor: the compiler cannot see through it.
    let procedure: DRIVERPROC = black_box(drivers::procedure);
    // SAFETY: the procedure takes anything.
    let floor = || _ = black_box(unsafe { procedure(1, HDRVR(2), black_box(DRV_USER), 3, 4) });
    report.figure("an indirect call with five arguments", best(TURNS, floor), "ns");

    let (manager, directory) = drivers::manager();
    let handle = manager.open("bench.drv", None, 0).expect("it opens");
    let (ours, beside) = pair(TURNS, || _ = black_box(send(&manager, handle)), floor);
    report.ratio("send, driver in the program, 1 handle", ours, beside, "ns", 3.0);

    let handle = manager.open("native.drv", None, 0).expect("it opens");
    let plain = drivers::native(&directory.path().join("native.drv"));
    // SAFETY: the procedure takes anything.
    let of_library = || _ = black_box(unsafe { plain(1, HDRVR(2), black_box(DRV_USER), 3, 4) });
    let (ours, beside) = pair(TURNS, || _ = black_box(send(&manager, handle)), of_library);
    report.ratio("send, shared library, 1 handle", ours, beside, "ns", 3.0);

    let live = manager.open("bench.drv", None, 0).expect("it opens");
    let stale = manager.open("bench.drv", None, 0).expect("it opens");
    manager.close(stale, 0, 0).expect("it is open");
    let forged = Handle::from_raw(HDRVR(0x7FFF_FFF0)).expect("it looks like one");
    for (name, handle) in [("stale", stale), ("forged", forged)] {
        let (ours, beside) = pair(TURNS, || _ = black_box(send(&manager, handle)), floor);
        report.ratio(&format!("refuse a {name} handle"), ours, beside, "ns", 2.0);
    }
    let null = || _ = black_box(Handle::from_raw(black_box(HDRVR(0))));
    let (ours, beside) = pair(TURNS, null, floor);
    report.ratio("refuse NULL", ours, beside, "ns", 2.0);
    manager.close(live, 0, 0).expect("it is open");

    threads(report, &manager);
    many(report);
}

#[inline]
fn send(manager: &Manager, handle: Handle) -> Option<LRESULT> {
    manager.send(black_box(handle), black_box(DRV_USER), 3, 4).ok()
}

fn threads(report: &mut Report, manager: &Manager) {
    for (of, driver) in DRIVERS {
        let handles = [(); 2].map(|()| manager.open(driver, None, 0).expect("it opens"));
        for (name, pair) in [("2 handles", handles), ("1 handle", [handles[0]; 2])] {
            let (each, alone) = two_threads(|handle| _ = black_box(send(manager, handle)), pair);
            report.ratio(&format!("send, {of}, 2 threads on {name}, each"), each, alone, "ns", 1.2);
        }
        for handle in handles {
            manager.close(handle, 0, 0).expect("it is open");
        }
    }
}

/// A million open instances, which is as many as a manager has: so each time it is a new one.
fn many(report: &mut Report) {
    for (of, driver) in DRIVERS {
        let (manager, _directory) = drivers::manager();
        let one = manager.open(driver, None, 0).expect("it opens");
        manager.close(one, 0, 0).expect("it is open");
        let before = resident();
        let handles: Vec<Handle> =
            (0..1_000_000).map(|_| manager.open(driver, None, 0).expect("it opens")).collect();
        let of_handles = (handles.capacity() * size_of::<Handle>()) as f64;
        // The second million gets some of what the first has left behind.
        if let (true, Some(before), Some(after)) = (driver == DRIVERS[0].1, before, resident()) {
            let each = (after - before - of_handles) / 1e6;
            report.at_most("memory per open instance", each, "bytes", 128.0);
        }
        let some: Vec<Handle> = (0..10_000).map(|n| handles[n * 7919 % handles.len()]).collect();
        for (name, order) in [("random", &some[..]), ("sequential", &handles[..10_000])] {
            let mut next = order.iter().cycle();
            let to_next = || _ = black_box(send(&manager, *next.next().expect("a cycle")));
            let (ours, alone) = pair(TURNS, to_next, || _ = black_box(send(&manager, handles[0])));
            let row = format!("send, {of}, 1,000,000 handles, 10,000 in {name} order");
            report.ratio(&row, ours, alone, "ns", 1.3);
        }
        for handle in handles {
            manager.close(handle, 0, 0).expect("it is open");
        }
    }
}

/// Bytes of memory in use, where the system tells.
fn resident() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096.0)
}

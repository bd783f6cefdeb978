//! Sending.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use opendriver::abi::{DRIVERPROC, DRV_USER, HDRVR, LPARAM, LRESULT};
use opendriver::{Handle, Manager};

use crate::drivers;
use crate::measure::{best, pair};
use crate::report::Report;

const TURNS: u32 = 1_000_000;

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
    c_library(report);

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
    many(report, &manager);
}

#[inline]
fn send(manager: &Manager, handle: Handle) -> Option<LRESULT> {
    manager.send(black_box(handle), black_box(DRV_USER), 3, 4).ok()
}

/// The exported function of the library that `cargo build --release` makes, if it has been made.
fn c_library(report: &mut Report) {
    type Open = unsafe extern "system" fn(*const u16, *const u16, LPARAM) -> HDRVR;
    type Send = unsafe extern "system" fn(HDRVR, u32, LPARAM, LPARAM) -> LRESULT;
    let name = libloading::library_filename("opendriver");
    let program = std::env::current_exe().expect("a path");
    let Some(path) = program.ancestors().skip(1).map(|dir| dir.join(&name)).find(|path| path.is_file())
    else {
        println!("send, C library: not measured, {} has not been built", name.display());
        return;
    };
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let driver = directory.path().join("native.drv");
    drivers::library(&driver);
    // SAFETY: the library is our own; its initialisers do nothing.
    let library = unsafe { libloading::Library::new(path) }.expect("it can be loaded");
    // SAFETY: the symbols have these types.
    let (open, send) = unsafe {
        let open = library.get::<Open>("OpenDriver").expect("it is exported");
        (*open, *library.get::<Send>("SendDriverMessage").expect("it is exported"))
    };
    let wide: Vec<u16> = driver.to_str().expect("UTF-8").encode_utf16().chain([0]).collect();
    // SAFETY: the text ends with a zero.
    let handle = unsafe { open(wide.as_ptr(), std::ptr::null(), 0) };
    assert!(!handle.is_null(), "the driver opens through the C library");
    let procedure = drivers::native(&driver);
    // SAFETY: the procedure takes anything.
    let of_driver = || _ = black_box(unsafe { procedure(1, handle, black_box(DRV_USER), 3, 4) });
    let sent = |handle: HDRVR| {
        // SAFETY: the driver takes anything.
        move || _ = black_box(unsafe { send(black_box(handle), black_box(DRV_USER), 3, 4) })
    };
    let (ours, beside) = pair(TURNS, sent(handle), of_driver);
    report.ratio("send, C library, shared library, 1 handle", ours, beside, "ns", 4.0);
    let other = HDRVR(handle.0 ^ 0x4000_0000);
    for (name, refused) in [("forged", other), ("NULL", HDRVR(0)), ("wild", HDRVR(0x7FFF_1234_5678))] {
        let (ours, beside) = pair(TURNS, sent(refused), of_driver);
        report.ratio(&format!("refuse a {name} handle, C library"), ours, beside, "ns", 2.0);
    }
    std::mem::forget(library);
}

fn threads(report: &mut Report, manager: &Manager) {
    let handles = [(); 2].map(|()| manager.open("bench.drv", None, 0).expect("it opens"));
    let one = best(TURNS, || _ = black_box(send(manager, handles[0])));
    for (name, pair) in [("2 handles", handles), ("1 handle", [handles[0]; 2])] {
        let least = (0..15).map(|_| both(manager, pair)).fold(f64::MAX, f64::min);
        report.ratio(&format!("send, 2 threads on {name}, each"), least, one, "ns", 1.2);
    }
    for handle in handles {
        manager.close(handle, 0, 0).expect("it is open");
    }
}

fn both(manager: &Manager, handles: [Handle; 2]) -> f64 {
    let start = Barrier::new(2);
    let run = |handle| {
        start.wait();
        let begin = Instant::now();
        for _ in 0..TURNS {
            black_box(send(manager, handle));
        }
        begin.elapsed().as_nanos() as f64 / f64::from(TURNS)
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| run(handles[0]));
        run(handles[1]).max(other.join().expect("no panic"))
    })
}

/// A million open instances.
fn many(report: &mut Report, manager: &Manager) {
    let one = manager.open("bench.drv", None, 0).expect("it opens");
    let alone = best(TURNS, || _ = black_box(send(manager, one)));
    let before = resident();
    let handles: Vec<Handle> =
        (0..1_000_000).map(|_| manager.open("bench.drv", None, 0).expect("it opens")).collect();
    let of_handles = (handles.capacity() * size_of::<Handle>()) as f64;
    if let (Some(before), Some(after)) = (before, resident()) {
        report.at_most("memory per open instance", (after - before - of_handles) / 1e6, "bytes", 128.0);
    }
    let some: Vec<Handle> = (0..10_000).map(|n| handles[n * 7919 % handles.len()]).collect();
    for (name, order) in [("random", &some[..]), ("sequential", &handles[..10_000])] {
        let mut next = order.iter().cycle();
        let ours = best(TURNS, || _ = black_box(send(manager, *next.next().expect("a cycle"))));
        report.ratio(&format!("send, 1,000,000 handles, 10,000 in {name} order"), ours, alone, "ns", 1.3);
    }
    for handle in handles {
        manager.close(handle, 0, 0).expect("it is open");
    }
}

/// Bytes of memory in use, where the system tells.
fn resident() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096.0)
}

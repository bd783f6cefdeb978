//! The same through the C library's exported functions.

use std::ffi::OsString;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use opendriver::abi::{DRV_USER, HDRVR, LPARAM, LRESULT};

use crate::drivers;
use crate::measure::{pair, two_threads};
use crate::report::Report;

const TURNS: u32 = 1_000_000;

/// What is measured, in this order, with the goals. Where the library has not been built all of them are missed.
const ROWS: [(&str, f64); 7] = [
    ("send, C library, shared library, 1 handle", 4.0),
    ("send, C library, shared library, 2 threads on 2 handles, each", 1.2),
    ("send, C library, shared library, 2 threads on 1 handle, each", 1.2),
    ("refuse a stale handle, C library", 2.0),
    ("refuse a forged handle, C library", 2.0),
    ("refuse a NULL handle, C library", 2.0),
    ("refuse a wild handle, C library", 2.0),
];

pub fn rows(report: &mut Report) {
    let name = file_name();
    let Some(path) = built(&name) else {
        let why = format!("{} has not been built", name.display());
        ROWS.iter().for_each(|(row, goal)| report.missing(row, *goal, &why));
        return;
    };
    for ((row, goal), (ours, beside)) in ROWS.iter().zip(measured(&path)) {
        report.ratio(row, ours, beside, "ns", *goal);
    }
}

fn file_name() -> OsString {
    libloading::library_filename("opendriver")
}

/// The library that `cargo build --release` makes, above the directory that this program lies in.
fn built(name: &OsString) -> Option<PathBuf> {
    let program = std::env::current_exe().expect("a path");
    program.ancestors().skip(1).map(|directory| directory.join(name)).find(|path| path.is_file())
}

/// Each of the rows, and what it is compared with.
fn measured(path: &Path) -> [(f64, f64); ROWS.len()] {
    type Open = unsafe extern "system" fn(*const u16, *const u16, LPARAM) -> HDRVR;
    type Close = unsafe extern "system" fn(HDRVR, LPARAM, LPARAM) -> LRESULT;
    type Send = unsafe extern "system" fn(HDRVR, u32, LPARAM, LPARAM) -> LRESULT;
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let driver = directory.path().join("native.drv");
    drivers::library(&driver);
    // SAFETY: the library is our own; its initialisers do nothing.
    let library = unsafe { libloading::Library::new(path) }.expect("it can be loaded");
    // SAFETY: the symbols have these types.
    let (open, close, send) = unsafe {
        let open = library.get::<Open>("OpenDriver").expect("it is exported");
        let close = library.get::<Close>("CloseDriver").expect("it is exported");
        (*open, *close, *library.get::<Send>("SendDriverMessage").expect("it is exported"))
    };
    let wide: Vec<u16> = driver.to_str().expect("UTF-8").encode_utf16().chain([0]).collect();
    let handles = [(); 3].map(|()| {
        // SAFETY: the text ends with a zero.
        let handle = unsafe { open(wide.as_ptr(), std::ptr::null(), 0) };
        assert!(!handle.is_null(), "the driver opens through the C library");
        handle
    });
    let [handle, other, stale] = handles;
    // SAFETY: the handle is open, and may be anything.
    let (closed, refused) = unsafe { (close(stale, 0, 0), send(stale, DRV_USER, 3, 4)) };
    assert!(closed != 0 && refused == 0, "it was open, and is refused now");

    let procedure = drivers::native(&driver);
    // SAFETY: the procedure takes anything.
    let of_driver = || _ = black_box(unsafe { procedure(1, handle, black_box(DRV_USER), 3, 4) });
    // SAFETY: any handle may be given, and the driver takes anything.
    let sent = |handle: HDRVR| _ = black_box(unsafe { send(black_box(handle), black_box(DRV_USER), 3, 4) });
    let beside_call = |handle: HDRVR| pair(TURNS, || sent(handle), of_driver);
    let figures = [
        beside_call(handle),
        two_threads(sent, [handle, other]),
        two_threads(sent, [handle, handle]),
        beside_call(stale),
        beside_call(HDRVR(handle.0 ^ 0x4000_0000)),
        beside_call(HDRVR(0)),
        beside_call(HDRVR(0x7FFF_1234_5678)),
    ];
    // Its thread-local state may not go while threads have it.
    std::mem::forget(library);
    figures
}

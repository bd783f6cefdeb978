//! Opening and closing.

use std::hint::black_box;
use std::path::Path;

use opendriver::abi::DRIVERPROC;
use opendriver::{Config, Handle, Manager, Settings};

use crate::drivers;
use crate::measure::{best, pair, pair_made};
use crate::report::Report;

/// How many files that were never seen are opened by each side.
const NEW: u32 = 500;

pub fn rows(report: &mut Report) {
    let (manager, directory) = drivers::manager();
    let mut first = None;
    for others in [1, 1_000, 100_000] {
        let open: Vec<Handle> =
            (0..others).map(|_| manager.open("native.drv", None, 0).expect("it opens")).collect();
        let ours = best(20_000, || turn(&manager, "native.drv"));
        report.at_most(&format!("open + close beside {others} others, by file name"), ours, "ns", 500.0);
        let alone = *first.get_or_insert(ours);
        if others > 1 {
            report.ratio(&format!("growth from 1 to {others} others"), ours, alone, "ns", 1.5);
        }
        for handle in open {
            manager.close(handle, 0, 0).expect("it is open");
        }
    }

    let ini: String = (0..100_000).map(|n| format!("alias{n}=native.drv text {n}\r\n")).collect();
    let config = Config::from_ini(format!("[Drivers32]\r\n{ini}"), Settings::default());
    let aliases =
        Manager::builder().config(config).driver_path(None).search_directory(directory.path()).build();
    let keep = aliases.open("alias0", None, 0).expect("it opens");
    let mut n = 0;
    let by_alias = || {
        n = (n + 7919) % 100_000;
        turn(&aliases, &format!("alias{n}"));
    };
    let (ours, by_file) = pair(20_000, by_alias, || turn(&aliases, "native.drv"));
    report.at_most("open + close by alias of 100,000, more than by file", ours - by_file, "ns", 1000.0);
    aliases.close(keep, 0, 0).expect("it is open");

    let path = directory.path().join("native.drv");
    let plain = || dlopened(&path);
    let by_path = path.to_str().expect("UTF-8");
    let (ours, beside) = pair(500, || turn(&manager, by_path), plain);
    report.ratio("open + close, library not loaded before, by path", ours, beside, "ns", 1.2);
    // Each directory that is searched before costs a question to the system.
    let (ours, beside) = pair(500, || turn(&manager, "native.drv"), plain);
    report.ratio("open + close, library not loaded before, by name", ours, beside, "ns", 1.2);
    never_seen(report, directory.path());
}

/// A copy of the library for each turn, each opened once: the head of a file is read the first time only, and so is
/// whatever the system remembers of it.
fn never_seen(report: &mut Report, directory: &Path) {
    let copies = directory.join("copies");
    std::fs::create_dir(&copies).expect("a directory");
    let manager = Manager::builder().driver_path(None).search_directory(&copies).build();
    let copy = |n| {
        let name = format!("new{n}.drv");
        std::fs::copy(directory.join("native.drv"), copies.join(&name)).expect("it can be copied");
        name
    };
    let names: Vec<String> = (0..2 * NEW).map(copy).collect();
    let mut next = names.iter();
    let make = || next.next().expect("a copy for each turn");
    let plain = |name: &String| dlopened(&copies.join(name));
    let (ours, beside) = pair_made(NEW, make, |name| turn(&manager, name), plain);
    report.compare("open + close, first of a file never seen, by name", ours, beside, "ns");
}

/// What the system's loader takes for the same.
fn dlopened(path: &Path) {
    // SAFETY: the library is one that `drivers` has built; its initialisers do nothing.
    let library = unsafe { libloading::Library::new(path) }.expect("it can be loaded");
    // SAFETY: the symbol has this type.
    let symbol = unsafe { library.get::<DRIVERPROC>("DriverProc") }.expect("it is exported");
    black_box(*symbol);
}

/// Opens a driver and closes it.
pub fn turn(manager: &Manager, name: &str) {
    let handle = manager.open(name, None, 0).expect("it opens");
    manager.close(handle, 0, 0).expect("it is open");
}

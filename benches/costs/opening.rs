//! Opening and closing.

use std::hint::black_box;

use opendriver::abi::DRIVERPROC;
use opendriver::{Config, Handle, Manager, Settings};

use crate::drivers;
use crate::measure::{best, pair};
use crate::report::Report;

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
    let plain = || {
        // SAFETY: the library is the one built above; its initialisers do nothing.
        let library = unsafe { libloading::Library::new(&path) }.expect("it can be loaded");
        // SAFETY: the symbol has this type.
        let symbol = unsafe { library.get::<DRIVERPROC>("DriverProc") }.expect("it is exported");
        black_box(*symbol);
    };
    let by_path = path.to_str().expect("UTF-8");
    let (ours, beside) = pair(500, || turn(&manager, by_path), plain);
    report.ratio("open + close, library not loaded before, by path", ours, beside, "ns", 1.2);
    // Each directory that is searched before costs a question to the system.
    let (ours, beside) = pair(500, || turn(&manager, "native.drv"), plain);
    report.ratio("open + close, library not loaded before, by name", ours, beside, "ns", 1.3);
}

fn turn(manager: &Manager, name: &str) {
    let handle = manager.open(name, None, 0).expect("it opens");
    manager.close(handle, 0, 0).expect("it is open");
}

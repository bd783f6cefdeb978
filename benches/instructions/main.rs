//! How many instructions things take, counted by Valgrind, with the most that each may take: a gate that no busy
//! machine disturbs.
//!
//! `cargo xtask instructions` runs it. A limit that is missed by a change for the better or for a good reason is set
//! anew here, in the same commit.

#[path = "../costs/drivers.rs"]
#[expect(dead_code, reason = "what the other benchmark needs besides")]
mod drivers;

use std::fmt::Write;
use std::hint::black_box;
use std::sync::OnceLock;

use gungraun::prelude::*;
use gungraun::{Callgrind, CallgrindMetrics, EventKind};
use opendriver::abi::{DRV_USER, DriverId, HDRVR, LPARAM, LRESULT};
use opendriver::{BuiltIn, Config, Handle, Manager, Settings};
use tempfile::TempDir;

/// How often the short ones are done in one measurement, which divides what it costs to begin one.
const TURNS: u64 = 1_000;

/// At most so many instructions in all.
fn at_most(instructions: u64) -> LibraryBenchmarkConfig {
    // The driver is built by a compiler that needs its environment, and need not be counted.
    let mut callgrind = Callgrind::with_args(["--trace-children=no"]);
    callgrind.hard_limits([(CallgrindMetrics::SingleEvent(EventKind::Ir), instructions)]);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind).env_clear(false);
    config
}

struct Stage {
    manager: Manager,
    handle: Handle,
    _directory: TempDir,
}

/// A manager with an open instance of the driver, and nothing that happens only once left to happen.
fn opened(driver: &str) -> Stage {
    let (manager, directory) = drivers::manager();
    let handle = manager.open(driver, None, 0).expect("it opens");
    manager.send(handle, DRV_USER, 3, 4).expect("it is open");
    open_and_close(&manager, driver);
    Stage { manager, handle, _directory: directory }
}

fn opened_twice() -> (Stage, Handle) {
    let stage = opened("native.drv");
    let handle = stage.manager.open("native.drv", None, 0).expect("it opens");
    (stage, handle)
}

fn with_stale() -> Stage {
    let stage = opened("bench.drv");
    stage.manager.open("bench.drv", None, 0).expect("it opens");
    stage.manager.close(stage.handle, 0, 0).expect("it is open");
    assert!(stage.manager.send(stage.handle, DRV_USER, 3, 4).is_err());
    stage
}

/// A handle that looks like one and never was.
fn with_forged() -> Stage {
    let mut stage = opened("bench.drv");
    stage.handle = Handle::from_raw(HDRVR(0x7FFF_FFF0)).expect("it looks like one");
    assert!(stage.manager.send(stage.handle, DRV_USER, 3, 4).is_err());
    stage
}

/// The manager of the nested messages, and the instance that they end at.
static INNER: OnceLock<(Manager, Handle)> = OnceLock::new();

/// A driver that sends each message on to another instance from inside it.
extern "system" fn relay(id: DriverId, handle: HDRVR, message: u32, l1: LPARAM, l2: LPARAM) -> LRESULT {
    match INNER.get() {
        Some((manager, inner)) if message == DRV_USER => manager.send(*inner, message, l1, l2).unwrap_or(-1),
        _ => drivers::procedure(id, handle, message, l1, l2),
    }
}

/// An open instance of that driver, which leads to the usual one.
fn relayed() -> Handle {
    // SAFETY: both procedures take anything.
    let (outer, inner) = unsafe { (BuiltIn::procedure(relay), BuiltIn::procedure(drivers::procedure)) };
    let builder = Manager::builder().driver_path(None);
    let manager = builder.built_in("relay.drv", outer).built_in("bench.drv", inner).build();
    let [outer, inner] =
        ["relay.drv", "bench.drv"].map(|driver| manager.open(driver, None, 0).expect("it opens"));
    let (manager, _) = INNER.get_or_init(|| (manager, inner));
    assert_eq!(manager.send(outer, DRV_USER, 3, 4), Ok(7));
    outer
}

fn by_alias() -> Stage {
    let stage = opened("native.drv");
    let mut text = String::from("[Drivers32]\r\n");
    (0..1_000).for_each(|n| write!(text, "alias{n}=native.drv text {n}\r\n").expect("memory"));
    stage.manager.set_config(Config::from_ini(text, Settings::default()));
    open_and_close(&stage.manager, "alias777");
    stage
}

fn open_and_close(manager: &Manager, name: &str) {
    let handle = manager.open(name, None, 0).expect("it opens");
    manager.close(handle, 0, 0).expect("it is open");
}

fn ini(keys: usize) -> Config {
    let mut text = String::from("[Drivers32]\r\n");
    (0..keys).for_each(|n| write!(text, "alias{n}=driver{n}.drv text\r\n").expect("memory"));
    Config::from_ini(text, Settings::default())
}

#[library_benchmark]
#[bench::driver_in_the_program(args = (opened("bench.drv"),), config = at_most(65 * TURNS))]
#[bench::shared_library(args = (opened("native.drv"),), config = at_most(65 * TURNS))]
fn send(stage: Stage) -> Stage {
    for _ in 0..TURNS {
        let _ = black_box(stage.manager.send(black_box(stage.handle), black_box(DRV_USER), 3, 4));
    }
    stage
}

#[library_benchmark]
#[bench::to_another(args = (relayed(),), config = at_most(254 * TURNS))]
fn send_nested(outer: Handle) {
    let (manager, _) = INNER.get().expect("it is made");
    for _ in 0..TURNS {
        let _ = black_box(manager.send(black_box(outer), black_box(DRV_USER), 3, 4));
    }
}

#[library_benchmark]
#[bench::stale(args = (with_stale(),), config = at_most(37 * TURNS))]
#[bench::forged(args = (with_forged(),), config = at_most(22 * TURNS))]
fn refuse(stage: Stage) -> Stage {
    for _ in 0..TURNS {
        let _ = black_box(stage.manager.send(black_box(stage.handle), black_box(DRV_USER), 3, 4));
    }
    stage
}

#[library_benchmark]
#[bench::by_file(args = (opened("native.drv"), "native.drv"), config = at_most(4_600))]
#[bench::by_alias(args = (by_alias(), "alias777"), config = at_most(7_800))]
fn open_close(stage: Stage, name: &str) -> Stage {
    open_and_close(&stage.manager, name);
    stage
}

#[library_benchmark]
#[bench::by_file(args = (opened("native.drv"), "native.drv"), config = at_most(3_650))]
#[bench::by_alias(args = (by_alias(), "alias777"), config = at_most(6_800))]
fn open(stage: Stage, name: &str) -> (Stage, Handle) {
    let handle = stage.manager.open(name, None, 0).expect("it opens");
    (stage, handle)
}

#[library_benchmark]
#[bench::beside_another(args = (opened_twice(),), config = at_most(1_060))]
fn close((stage, handle): (Stage, Handle)) -> Stage {
    stage.manager.close(handle, 0, 0).expect("it is open");
    stage
}

#[library_benchmark]
#[bench::not_loaded(args = (drivers::manager(),), config = at_most(80_000))]
fn load_unload(stage: (Manager, TempDir)) -> (Manager, TempDir) {
    open_and_close(&stage.0, "native.drv");
    stage
}

#[library_benchmark]
#[bench::among_100(args = (ini(100), "alias77"), config = at_most(1_170 * TURNS))]
#[bench::among_100_000(args = (ini(100_000), "alias77777"), config = at_most(1_240 * TURNS))]
fn look_up(config: Config, name: &str) -> Config {
    for _ in 0..TURNS {
        black_box(config.profile().get("drivers32", black_box(name)).map(|value| value.len()));
    }
    config
}

library_benchmark_group!(name = sending, benchmarks = [send, send_nested, refuse]);
library_benchmark_group!(name = opening, benchmarks = [open_close, open, close, load_unload]);
library_benchmark_group!(name = looking_up, benchmarks = [look_up]);

main!(library_benchmark_groups = [sending, opening, looking_up]);

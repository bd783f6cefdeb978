//! The example drivers as libraries, through nothing but their exported symbols.

use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use libloading::{Library, Symbol};
use opendriver_abi::*;

/// A loaded driver, called as a manager calls it. One at a time: a library is loaded once per process, so tests that run
/// at the same time would share its instances.
struct Loaded(Library, #[expect(dead_code, reason = "held, not read")] MutexGuard<'static, ()>);

static TURN: Mutex<()> = Mutex::new(());

impl Loaded {
    fn new(name: &str) -> Loaded {
        let file = libloading::library_filename(name);
        let directories = opendriver_examples::driver_directories();
        let path = directories
            .iter()
            .map(|directory| directory.join(&file))
            .find(|path| path.is_file())
            .unwrap_or_else(|| {
                panic!("{} is in none of {directories:?}; the C driver needs a C compiler", file.display())
            });
        // SAFETY: an example driver of this build, whose initialisation does nothing but what Rust and C do for all.
        let library = unsafe { Library::new(path) }.unwrap();
        Loaded(library, TURN.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn text_kind(&self) -> u32 {
        // SAFETY: both example drivers export a number of 32 bits under this name.
        let symbol: Symbol<'_, *const u32> = unsafe { self.0.get(TEXT_SYMBOL) }.unwrap();
        // SAFETY: it lives as long as the library.
        unsafe { **symbol }
    }

    fn send(&self, id: LRESULT, message: u32, lparam1: LPARAM) -> LRESULT {
        // SAFETY: the exported name promises this type.
        let procedure: Symbol<'_, DRIVERPROC> = unsafe { self.0.get(ENTRY_SYMBOL) }.unwrap();
        // SAFETY: only `open` passes an address, and that one is good.
        unsafe { procedure(id as usize, HDRVR(0x1_0001), message, lparam1, 0) }
    }

    fn open(&self, parameters: Option<&str>) -> LRESULT {
        let units: Option<Vec<u16>> = parameters.map(|text| text.encode_utf16().chain([0]).collect());
        let address = units.as_ref().map_or(ptr::null(), |units| units.as_ptr());
        self.send(0, DRV_OPEN, address.expose_provenance() as LPARAM)
    }
}

const STEP: u32 = DRV_USER;
const RESET: u32 = DRV_USER + 1;

#[test]
fn counter_counts_for_each_instance() {
    let counter = Loaded::new("counter");
    assert_eq!(counter.text_kind(), TEXT_UTF16);
    assert_eq!([counter.send(0, DRV_LOAD, 0), counter.send(0, DRV_ENABLE, 0)], [1, 1]);
    let (first, second) = (counter.open(Some("start=5 step=2")), counter.open(None));
    assert_eq!([counter.send(first, STEP, 0), counter.send(first, STEP, 0)], [7, 9]);
    assert_eq!([counter.send(second, STEP, 0), counter.send(second, STEP, 0)], [1, 2]);
    assert_eq!([counter.send(first, RESET, 0), counter.send(first, STEP, 0)], [5, 7]);
    for message in
        [DRV_QUERYCONFIGURE, DRV_CONFIGURE, DRV_INSTALL, DRV_REMOVE, DRV_POWER, DRV_USER + 2, 0, 0x803]
    {
        assert_eq!(counter.send(first, message, 0), default_result(message), "{}", MessageName(message));
    }
    assert_eq!(counter.send(first, DRV_CLOSE, 0), 1);
    // Closed: reaches nobody, also when its place is taken again.
    assert_eq!(counter.send(first, STEP, 0), 0);
    let third = counter.open(Some("start=100"));
    assert_ne!(third, first);
    assert_eq!([counter.send(first, STEP, 0), counter.send(first, DRV_CLOSE, 0)], [0, 0]);
    assert_eq!(counter.send(third, STEP, 0), 101);
    assert_eq!([counter.send(second, DRV_CLOSE, 0), counter.send(third, DRV_CLOSE, 0)], [1, 1]);
    assert_eq!([counter.send(0, DRV_DISABLE, 0), counter.send(0, DRV_FREE, 0)], [1, 1]);
}

#[test]
fn counter_reads_its_parameters_strictly() {
    let counter = Loaded::new("counter");
    for (parameters, expected) in [
        ("", 1),
        ("  \t ", 1),
        ("step=3", 3),
        ("  start=-5\tstep=-1  ", -6),
        ("start=2147483647 step=2147483647", 4_294_967_294),
        ("start=-2147483647", -2_147_483_646),
        ("start=1 start=7", 8),
        ("start=0005", 6),
    ] {
        let id = counter.open(Some(parameters));
        assert!(id > 0 && id <= 0x7FFF_FFFF, "{parameters:?}");
        if size_of::<LRESULT>() == 8 || expected <= i64::from(i32::MAX) {
            assert_eq!(counter.send(id, STEP, 0) as i64, expected, "{parameters:?}");
        }
        assert_eq!(counter.send(id, DRV_CLOSE, 0), 1);
    }
    for parameters in [
        "x",
        "start",
        "start=",
        "start= 5",
        "start=-",
        "start=5x",
        "start=--5",
        "start=+5",
        "start=2147483648",
        "start=99999999999999999999",
        "Start=5",
        "step=2,start=1",
        "start=5 ?",
        "step=\u{0665}",
    ] {
        assert_eq!(counter.open(Some(parameters)), 0, "{parameters:?}");
    }
}

#[test]
fn counter_has_sixteen_places() {
    let counter = Loaded::new("counter");
    let ids: Vec<_> = (0..16).map(|_| counter.open(None)).collect();
    assert!(ids.iter().all(|&id| id > 0));
    assert_eq!(counter.open(None), 0);
    assert_eq!(counter.send(ids[3], DRV_CLOSE, 0), 1);
    let again = counter.open(None);
    assert!(again > 0 && !ids.contains(&again));
    for id in ids.iter().copied().filter(|&id| id != ids[3]).chain([again]) {
        assert_eq!(counter.send(id, DRV_CLOSE, 0), 1);
    }
}

#[test]
fn echo_answers_through_its_library() {
    let echo = Loaded::new("echo");
    assert_eq!(echo.text_kind(), TEXT_UTF16);
    assert_eq!([echo.send(0, DRV_LOAD, 0), echo.send(0, DRV_ENABLE, 0)], [1, 1]);
    // A refusal and a panic look the same from here: no instance, and the program goes on.
    assert_eq!([echo.open(Some("refuse")), echo.open(Some("panic"))], [0, 0]);
    let id = echo.open(Some("hello \u{1F3B5}"));
    assert!(id > 0);
    assert_eq!(echo.send(id, DRV_USER, -9), -9);
    assert_eq!(echo.send(id, DRV_USER + 1, 0), 2);
    assert_eq!(echo.send(id, DRV_USER + 2, 0), 8);
    assert_eq!(echo.send(id, DRV_QUERYCONFIGURE, 0), 1);
    assert_eq!(echo.send(id, DRV_CLOSE, 0), 1);
    assert_eq!(echo.send(id, DRV_USER, -9), 0);
    assert_eq!([echo.send(0, DRV_DISABLE, 0), echo.send(0, DRV_FREE, 0)], [1, 1]);
}

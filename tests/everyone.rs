//! The promise: what concerns all instances or a whole module: enumeration in open order, broadcasts, the orderly
//! end, the drivers of `[boot]`, callbacks to clients, symbols, observers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opendriver::abi::*;
use opendriver::{
    BuiltIn, Call, CallbackError, CloseError, Direction, Handle, Manager, Notification, Notifier, Observer,
    Personality,
};
use opendriver_tests::{WhileLoading, World};

fn scene(personality: Personality) -> (World, Manager) {
    let world = World::new();
    world.driver("probea.dll");
    world.driver("probeb.drv");
    let manager = world.manager(
        "[boot]\r\ndrivers=probeb.drv  wave missing.drv\r\n[Drivers32]\r\nwave=probea.dll boot",
        personality,
    );
    (world, manager)
}

fn open(manager: &Manager, name: &str) -> Handle {
    manager.open(name, None, 0).unwrap_or_else(|error| panic!("{error}"))
}

/// Windows 3.1 SDK, GetNextDriver: forward, in reverse, only the first instance of each driver, nothing at
/// the end. Ours: a closed instance is no place to start.
#[test]
fn instances_are_enumerated_in_open_order_both_ways() {
    let (_world, manager) = scene(Personality::Win32);
    let [a, b, c] = ["probea.dll", "wave", "probeb.drv"].map(|name| open(&manager, name));
    let walk = |direction, first_only| {
        let mut found = Vec::new();
        while let Some(next) = manager.next_instance(found.last().copied(), direction, first_only) {
            found.push(next);
        }
        found
    };
    assert_eq!(walk(Direction::Forward, false), [a, b, c]);
    assert_eq!(walk(Direction::Reverse, false), [c, b, a]);
    assert_eq!(walk(Direction::Forward, true), [a, c], "the first of each module");
    assert_eq!(walk(Direction::Reverse, true), [c, a]);
    manager.close(b, 0, 0).expect("it is open");
    assert_eq!(manager.next_instance(Some(b), Direction::Forward, false), None, "a stale place to start");
    assert_eq!(walk(Direction::Forward, false), [a, c]);
}

/// Windows 3.1 SDK, GetDriverInfo: alias and module of an instance. Ours: file and id as well.
#[test]
fn an_instance_tells_its_alias_module_and_file() {
    let (world, manager) = scene(Personality::Win32);
    let handle = open(&manager, "wave");
    let info = manager.info(handle).expect("it is open");
    assert_eq!((info.alias.as_deref(), info.module.as_str()), (Some("wave"), "probea.dll"));
    assert_eq!(info.path, Some(world.path().join("probea.dll")));
    assert_eq!(info.driver_id, 0x1001);
    manager.close(handle, 0, 0).expect("it is open");
    assert!(manager.info(handle).is_err());
}

/// Windows 3.1 SDK, DRV_POWER and DRV_EXITSESSION go to all drivers; no document gives an order. Ours: that
/// of opening, with all answers.
#[test]
fn a_broadcast_reaches_everybody_in_order_with_the_answers() {
    let (world, manager) = scene(Personality::Win32);
    let [a, b] = ["probea.dll", "probeb.drv"].map(|name| open(&manager, name));
    world.answer("probeb", DRV_POWER, 7);
    world.take_log();
    assert_eq!(manager.broadcast(DRV_POWER, 1, 2), [(a, 0x5A5A), (b, 7)]);
    assert_eq!(
        world.take_log(),
        ["probea h1 DRV_POWER id=0x1001 l1=0x1 l2=0x2", "probeb h2 DRV_POWER id=0x1002 l1=0x1 l2=0x2"]
    );
}

/// Ours: no document says what becomes of a driver that goes while others are told.
#[test]
fn a_broadcast_goes_on_when_drivers_close_each_other() {
    let (world, manager) = scene(Personality::Win32);
    let manager = Arc::new(manager);
    let [a, b, c] = ["probea.dll", "probeb.drv", "probea.dll"].map(|name| open(&manager, name));
    let closer = manager.clone();
    world.on("probea", DRV_EXITSESSION, move |hit| {
        if hit.nth == 1 {
            closer.close(b, 0, 0).expect("it is open");
        }
        None
    });
    assert_eq!(manager.broadcast(DRV_EXITSESSION, 0, 0), [(a, 0x5A5A), (c, 0x5A5A)]);
}

/// Wine 8.0 measured, when winmm is unloaded.
#[test]
fn close_all_closes_in_open_order_sessions_after_their_last_instance() {
    let (world, manager) = scene(Personality::Wine);
    open(&manager, "probea.dll");
    manager.open("probeb.drv", None, 5).expect("it opens");
    manager.open("probea.dll", None, 6).expect("it opens");
    world.take_log();
    assert!(manager.close_all().is_empty());
    assert_eq!(
        world.take_sequence(),
        "h1:CLOSE h3:CLOSE h2:CLOSE h2:DISABLE h2:FREE h4:CLOSE h4:DISABLE h4:FREE"
    );
}

/// Wine 8.0 measured, when winmm is unloaded.
#[test]
fn dropping_the_manager_closes_everything() {
    let (world, manager) = scene(Personality::Win32);
    open(&manager, "probea.dll");
    world.take_log();
    drop(manager);
    assert_eq!(world.take_sequence(), "h1:CLOSE h1:DISABLE h1:FREE");
}

/// Windows 3.1 SDK, DRV_CLOSE: a driver that answers 0 is not closed. Ours: it is asked once, and stays
/// loaded.
#[test]
fn close_all_reports_what_drivers_keep_open() {
    let (world, manager) = scene(Personality::Win31);
    world.answer("probea", DRV_CLOSE, 0);
    let kept = open(&manager, "probea.dll");
    open(&manager, "probeb.drv");
    let reports = manager.close_all();
    assert_eq!(reports, [CloseError::Vetoed { module: "probea.dll".to_owned(), handle: kept }]);
    assert_eq!(manager.instances().len(), 1);
    assert_eq!(world.count("probea", DRV_CLOSE), 1, "nobody is asked twice");
    world.take_log();
    drop(manager);
    assert_eq!(world.count("probea", DRV_FREE), 0, "it never let go, so its library stays");
    assert!(!world.take_log().iter().any(|line| line == "probea detach"));
}

/// SYSTEM.INI of Windows 3.1 and 95 (KB Q76816): `drivers=` of [boot] lists the installable drivers that are
/// opened at the start, between blanks. Ours: an alias is opened by its entry, and a failure stops nobody.
#[test]
fn boot_drivers_are_opened_and_failures_reported() {
    let (world, manager) = scene(Personality::Win32);
    let opened = manager.open_boot_drivers();
    let names: Vec<(&str, bool)> =
        opened.iter().map(|(name, result)| (name.as_str(), result.is_ok())).collect();
    assert_eq!(names, [("probeb.drv", true), ("wave", true), ("missing.drv", false)]);
    let log = world.take_log();
    assert!(log.contains(&"probea h2 DRV_OPEN id=0x0 l1=\"boot\" l2=0x0".to_owned()), "{log:#?}");
}

/// Wine 8.0 measured: two instances of a driver have one module handle, two drivers have two. Ours: what
/// GetProcAddress does with it on Windows.
#[test]
fn module_handles_and_symbols() {
    let (world, manager) = scene(Personality::Win32);
    let [a, b, c] = ["probea.dll", "probea.dll", "probeb.drv"].map(|name| open(&manager, name));
    let module = manager.module(a).expect("it is open");
    assert_eq!(manager.module(b), Ok(module));
    assert_ne!(manager.module(c), Ok(module));
    let symbol = manager.symbol(a, "modMessage").expect("the probe exports it");
    assert_eq!(manager.module_symbol(module, "modMessage"), Some(symbol));
    assert_eq!(manager.module_symbol(module, "no such thing"), None);
    assert_eq!(manager.module_symbol(module, "nul\0inside"), None);
    let error = manager.symbol(a, "wodMessage").expect_err("it is no wave driver");
    assert_eq!(error.to_string(), "the driver probea.dll exports no \"wodMessage\"");
    type ModMessage = unsafe extern "system" fn(u32, u32, usize, usize, usize) -> u32;
    // SAFETY: the probe's modMessage has this type.
    let mod_message = unsafe { std::mem::transmute::<*mut std::ffi::c_void, ModMessage>(symbol.as_ptr()) };
    world.take_log();
    // SAFETY: any values are fine for the probe, and its module is open.
    assert_eq!(unsafe { mod_message(3, 7, 0x10, 0x40, 0) }, 0x41);
    assert_eq!(world.take_log(), ["probea modMessage 3 7 0x10 0x40"]);
}

struct Posts(Mutex<Vec<String>>, bool);

impl Notifier for Posts {
    fn post_to_window(&self, window: usize, message: u32, wparam: usize, lparam: usize) -> bool {
        self.0
            .lock()
            .expect("no panic")
            .push(format!("window {window:#x} {message:#x} {wparam:#x} {lparam:#x}"));
        self.1
    }

    fn post_to_thread(&self, thread: u32, message: u32, wparam: usize, lparam: usize) -> bool {
        self.0
            .lock()
            .expect("no panic")
            .push(format!("thread {thread:#x} {message:#x} {wparam:#x} {lparam:#x}"));
        self.1
    }

    fn set_event(&self, event: usize) -> bool {
        self.0.lock().expect("no panic").push(format!("event {event:#x}"));
        self.1
    }
}

const NOTE: Notification =
    Notification { device: HDRVR(0x1234), message: 0x3C1, user: 0x55, parameter1: 0x66, parameter2: 0x77 };

fn callback(manager: &Manager, target: usize, flags: u32) -> Result<(), CallbackError> {
    // SAFETY: the tests pass the address of `client` with the function kind.
    unsafe { manager.driver_callback(target, flags, &NOTE) }
}

static CALLED: Mutex<Vec<[usize; 5]>> = Mutex::new(Vec::new());

unsafe extern "system" fn client(device: HDRVR, message: u32, user: usize, p1: usize, p2: usize) {
    CALLED.lock().expect("no panic").push([device.0, message as usize, user, p1, p2]);
}

/// Wine 8.0 measured, all rows.
#[test]
fn driver_callback_reaches_each_kind_of_target() {
    let posts = Arc::new(Posts(Mutex::default(), true));
    let manager = Manager::builder().notifier(posts.clone()).build();
    assert_eq!(callback(&manager, 0x10, DCB_WINDOW), Ok(()));
    assert_eq!(callback(&manager, 0x20, DCB_TASK | DCB_NOSWITCH), Ok(()));
    assert_eq!(callback(&manager, 0x30, DCB_EVENT | 0xFFF0), Ok(()), "only the low three bits count");
    assert_eq!(
        *posts.0.lock().expect("no panic"),
        ["window 0x10 0x3c1 0x1234 0x66", "thread 0x20 0x3c1 0x1234 0x66", "event 0x30"]
    );
    assert_eq!(callback(&manager, client as *const () as usize, DCB_FUNCTION), Ok(()));
    assert_eq!(*CALLED.lock().expect("no panic"), [[0x1234, 0x3C1, 0x55, 0x66, 0x77]]);
}

/// Wine 8.0 measured: FALSE in these cases. Ours: the reason.
#[test]
fn driver_callback_says_why_it_delivered_nothing() {
    let manager = Manager::builder().build();
    for kind in [4, 6, 7] {
        assert_eq!(callback(&manager, 0x10, kind), Err(CallbackError::UnknownKind { kind }));
    }
    for kind in [DCB_NULL, DCB_WINDOW, DCB_TASK, DCB_FUNCTION, DCB_EVENT] {
        assert_eq!(callback(&manager, 0, kind), Err(CallbackError::NoTarget), "kind {kind}");
    }
    assert_eq!(callback(&manager, 0x10, DCB_NULL), Err(CallbackError::NoTarget));
    for kind in [DCB_WINDOW, DCB_TASK, DCB_EVENT] {
        assert!(matches!(callback(&manager, 0x10, kind), Err(CallbackError::NoNotifier { .. })));
    }
    let deaf = Manager::builder().notifier(Arc::new(Posts(Mutex::default(), false))).build();
    assert_eq!(
        callback(&deaf, 0x30, DCB_EVENT),
        Err(CallbackError::Undelivered { what: "event", target: 0x30 })
    );
}

#[derive(Default)]
struct Watcher(Mutex<Vec<String>>);

impl Observer for Watcher {
    fn sending(&self, call: &Call<'_>) {
        self.0.lock().expect("no panic").push(format!("{}> {}", call.depth, call.name()));
    }

    fn answered(&self, call: &Call<'_>, answer: LRESULT, elapsed: Duration) {
        assert!(elapsed < Duration::from_secs(60));
        self.0.lock().expect("no panic").push(format!("{}< {} {answer:#x}", call.depth, call.name()));
    }

    fn loaded(&self, module: &str, path: Option<&std::path::Path>) {
        self.0.lock().expect("no panic").push(format!("loaded {module} {}", path.is_some()));
    }

    fn unloading(&self, module: &str, _path: Option<&std::path::Path>) {
        self.0.lock().expect("no panic").push(format!("unloading {module}"));
    }
}

/// Ours: Windows has no observers. The order of the messages is that of the Windows 3.1 SDK and of Wine 8.0
/// (measured).
#[test]
fn observers_see_every_message_with_its_depth() {
    let world = World::new();
    world.driver("probea.dll");
    let watcher = Arc::new(Watcher::default());
    let manager = Arc::new(world.manager_with("", Personality::Win32).observer(watcher.clone()).build());
    let inner = manager.clone();
    world.on("probea", DRV_USER, move |hit| inner.send(hit.own(), DRV_USER + 1, 0, 0).ok());
    let handle = open(&manager, "probea.dll");
    manager.send(handle, DRV_USER, 0, 0).expect("it is open");
    manager.close(handle, 0, 0).expect("it is open");
    assert_eq!(
        *watcher.0.lock().expect("no panic"),
        [
            "loaded probea.dll true",
            "0> DRV_LOAD",
            "0< DRV_LOAD 0x1",
            "0> DRV_ENABLE",
            "0< DRV_ENABLE 0x1",
            "0> DRV_OPEN",
            "0< DRV_OPEN 0x1001",
            "0> DRV_USER",
            "1> DRV_USER+0x1",
            "1< DRV_USER+0x1 0x5a5a",
            "0< DRV_USER 0x5a5a",
            "0> DRV_CLOSE",
            "0< DRV_CLOSE 0x1",
            "0> DRV_DISABLE",
            "0< DRV_DISABLE 0x1",
            "0> DRV_FREE",
            "0< DRV_FREE 0x1",
            "unloading probea.dll",
        ]
    );
}

struct Panicking;

impl Observer for Panicking {
    fn sending(&self, _call: &Call<'_>) {
        panic!("an observer that panics");
    }
}

/// Ours.
#[test]
fn a_panicking_observer_harms_nobody() {
    let world = World::new();
    world.driver("probea.dll");
    let manager = world.manager_with("", Personality::Win32).observer(Arc::new(Panicking)).build();
    let handle = open(&manager, "probea.dll");
    manager.close(handle, 0, 0).expect("it is open");
    assert_eq!(world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h1:DISABLE h1:FREE");
}

/// Ours. Drivers in the program stand where an already loaded module stands for LoadLibrary (MSDN).
#[test]
fn a_driver_in_the_program_is_found_under_its_file_name_before_any_file() {
    let world = World::new();
    world.driver("probea.dll");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    extern "system" fn mod_message(device: u32, message: u32, _: usize, _: usize, _: usize) -> u32 {
        device + message
    }
    let driver = BuiltIn::new(move |call: &Call<'_>| {
        log.lock().expect("no panic").push((call.message, call.parameters.map(str::to_owned)));
        1
    })
    .device_entry("modMessage", mod_message);
    // SAFETY: nobody calls or reads it.
    let driver = unsafe { driver.symbol("data", 0x1234 as *const std::ffi::c_void) };
    let ini = "[Drivers32]\r\nwave=ProbeA.dll some text\r\n";
    let manager = world.manager_with(ini, Personality::Win32).built_in("probea.dll", driver).build();
    let handle = open(&manager, "wave");
    assert_eq!(
        manager.symbol(handle, "modMessage").map(|s| s.as_ptr() as usize),
        Ok(mod_message as *const () as usize)
    );
    let module = manager.module(handle).expect("it is open");
    assert_eq!(manager.device_message(module, "modMessage", (40, 2), (0, 0, 0)), Some(42));
    assert_eq!(manager.device_message(module, "data", (0, 0), (0, 0, 0)), None, "no entry for devices");
    let again = open(&manager, "probea");
    assert_eq!(manager.module(handle), manager.module(again));
    assert_eq!(world.take_log(), [""; 0]);
    assert_eq!(
        *seen.lock().expect("no panic"),
        [(DRV_LOAD, None), (DRV_ENABLE, None), (DRV_OPEN, Some("some text".to_owned())), (DRV_OPEN, None)]
    );
}

/// Ours.
#[test]
fn a_panic_in_a_driver_in_the_program_is_a_refusal() {
    let driver = BuiltIn::new(|call: &Call<'_>| match call.message {
        DRV_LOAD | DRV_ENABLE => 1,
        DRV_OPEN if call.parameters == Some("ok") => 1,
        _ => panic!("as planned"),
    });
    let manager = Manager::builder().built_in("bad.drv", driver).build();
    assert!(manager.open("bad.drv", None, 0).expect_err("OPEN panics").is_refusal());
    let handle = open(&manager, "bad.drv ok");
    assert_eq!(manager.send(handle, DRV_USER, 0, 0), Ok(0));
    assert_eq!(manager.close(handle, 0, 0), Ok(0));
}

/// Ours. The panic is the answer 0, and what it carries stays inside.
#[test]
fn a_panic_whose_payload_panics_stays_inside() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the payload panics");
        }
    }
    let driver = BuiltIn::new(|call: &Call<'_>| {
        if call.message == DRV_USER {
            std::panic::panic_any(Bomb);
        }
        1
    });
    let loading = Arc::new(WhileLoading::default());
    let manager = Manager::builder()
        .driver_path(None)
        .built_in("x.drv", driver)
        .observer(Arc::new(Bombing))
        .observer(loading.clone())
        .build();
    let handle = manager.open("x.drv", None, 0).expect("it opens");
    assert_eq!(manager.send(handle, DRV_USER, 0, 0), Ok(0));
    assert_eq!(manager.close(handle, 0, 0), Ok(1));
    assert_eq!(loading.told(), ["loaded", "unloading"], "nobody is inside any more");

    /// It panics as drivers do.
    struct Bombing;
    impl Observer for Bombing {
        fn sending(&self, _: &Call<'_>) {
            std::panic::panic_any(Bomb);
        }
    }
}

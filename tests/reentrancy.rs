//! The promise: a driver may open, send to and close any instance, its own included, from inside any message. Named
//! by hazard. What differs from Wine 8.0 (measured) is said at each: LOAD once per module at a time, at most one
//! FREE per LOAD, nothing to a stale handle.

use std::sync::{Arc, Mutex};

use opendriver::abi::*;
use opendriver::{Handle, Manager, OpenFailure, Personality};
use opendriver_tests::{WhileLoading, World};

struct Scene {
    world: World,
    manager: Arc<Manager>,
    /// What a rule opened.
    inner: Arc<Mutex<Option<Handle>>>,
}

impl Scene {
    fn new() -> Scene {
        let world = World::new();
        world.driver("probea.dll");
        world.driver("probeb.drv");
        let manager = Arc::new(world.manager("", Personality::Win32));
        Scene { world, manager, inner: Arc::default() }
    }

    fn open(&self, name: &str) -> Handle {
        self.manager.open(name, None, 0).unwrap_or_else(|error| panic!("{error}"))
    }

    fn close(&self, handle: Handle) {
        self.manager.close(handle, 0, 0).unwrap_or_else(|error| panic!("{error}"));
    }

    fn inner(&self) -> Handle {
        self.inner.lock().expect("no panic").expect("the rule has opened it")
    }

    /// At the first such message, `driver` opens `name`.
    fn open_inside(&self, driver: &str, message: u32, name: &'static str) {
        let (manager, inner) = (self.manager.clone(), self.inner.clone());
        self.world.on(driver, message, move |hit| {
            if hit.nth == 1 {
                let opened = manager.open(name, None, 0).unwrap_or_else(|error| panic!("{error}"));
                *inner.lock().expect("no panic") = Some(opened);
            }
            None
        });
    }

    /// LOAD and FREE balance, ENABLE and DISABLE too, and nothing is left open.
    fn assert_balanced(&self) {
        assert!(self.manager.instances().is_empty());
        for driver in ["probea", "probeb"] {
            let count = |message| self.world.count(driver, message);
            assert_eq!(count(DRV_LOAD), count(DRV_FREE), "{driver}: LOAD and FREE");
            assert_eq!(count(DRV_ENABLE), count(DRV_DISABLE), "{driver}: ENABLE and DISABLE");
            assert_eq!(count(DRV_OPEN), count(DRV_CLOSE), "{driver}: OPEN and CLOSE");
        }
    }
}

/// Ours (one LOAD at a time). Wine 8.0 measured: a second DRV_LOAD.
#[test]
fn open_the_same_module_inside_load() {
    let scene = Scene::new();
    scene.open_inside("probea", DRV_LOAD, "probea.dll inner");
    let outer = scene.open("probea.dll outer");
    assert_eq!(
        scene.world.take_sequence(),
        "h1:LOAD h2:OPEN h1:ENABLE h1:OPEN",
        "Wine sends LOAD and ENABLE twice"
    );
    scene.close(scene.inner());
    scene.close(outer);
    scene.assert_balanced();
}

/// Ours (one LOAD at a time). Wine 8.0 measured: a second DRV_LOAD.
#[test]
fn open_the_same_module_inside_enable() {
    let scene = Scene::new();
    scene.open_inside("probea", DRV_ENABLE, "probea.dll inner");
    let outer = scene.open("probea.dll outer");
    assert_eq!(scene.world.take_sequence(), "h1:LOAD h1:ENABLE h2:OPEN h1:OPEN");
    scene.close(outer);
    scene.close(scene.inner());
    scene.assert_balanced();
}

/// Ours (one LOAD at a time). Wine 8.0 measured: a second DRV_LOAD.
#[test]
fn open_the_same_module_inside_open() {
    let scene = Scene::new();
    scene.open_inside("probea", DRV_OPEN, "probea.dll inner");
    let outer = scene.open("probea.dll outer");
    assert_eq!(scene.world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h2:OPEN");
    scene.close(scene.inner());
    scene.close(outer);
    assert_eq!(scene.world.take_sequence(), "h2:CLOSE h1:CLOSE h1:DISABLE h1:FREE");
    scene.assert_balanced();
}

/// Ours (one LOAD at a time). Wine 8.0 measured: a second DRV_LOAD, and DRV_FREE under the outer instance.
#[test]
fn open_and_close_the_same_module_inside_open() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_OPEN, move |hit| {
        if hit.nth == 1 {
            let inner = manager.open("probea.dll inner", None, 0).expect("it opens");
            manager.close(inner, 1, 2).expect("it closes");
        }
        None
    });
    let outer = scene.open("probea.dll outer");
    assert_eq!(
        scene.world.take_sequence(),
        "h1:LOAD h1:ENABLE h1:OPEN h2:OPEN h2:CLOSE",
        "Wine frees the driver here, under the open that is still under way"
    );
    assert_eq!(scene.manager.send(outer, DRV_USER, 0, 0), Ok(0x5A5A));
    scene.close(outer);
    assert_eq!(scene.world.take_sequence(), "h1:USER h1:CLOSE h1:DISABLE h1:FREE");
    scene.assert_balanced();
}

/// Ours: no source.
#[test]
fn an_inner_instance_survives_a_refused_outer_load() {
    let scene = Scene::new();
    let (manager, inner) = (scene.manager.clone(), scene.inner.clone());
    scene.world.on("probea", DRV_LOAD, move |hit| {
        (hit.nth == 1).then(|| {
            *inner.lock().expect("no panic") =
                Some(manager.open("probea.dll inner", None, 0).expect("it opens"));
            0
        })
    });
    let error = scene.manager.open("probea.dll outer", None, 0).expect_err("LOAD is refused");
    assert!(matches!(error.failure(), OpenFailure::LoadRefused { .. }), "{error}");
    assert_eq!(scene.manager.send(scene.inner(), DRV_USER, 0, 0), Ok(0x5A5A));
    let later = scene.open("probea.dll later");
    scene.close(scene.inner());
    scene.close(later);
    let count = |message| scene.world.count("probea", message);
    assert_eq!(
        (count(DRV_LOAD), count(DRV_FREE)),
        (2, 1),
        "LOAD is asked again; no FREE for the refused one"
    );
}

/// Wine 8.0 measured.
#[test]
fn open_inside_close_of_the_last_instance_keeps_the_module() {
    // As Wine 8.0 measured: the closing instance still counts.
    let scene = Scene::new();
    scene.open_inside("probea", DRV_CLOSE, "probea.dll again");
    let first = scene.open("probea.dll");
    scene.close(first);
    assert_eq!(scene.world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h2:OPEN");
    scene.close(scene.inner());
    assert_eq!(scene.world.take_sequence(), "h2:CLOSE h2:DISABLE h2:FREE");
    scene.assert_balanced();
}

/// Ours (LOAD and FREE balance). Wine 8.0 measured, with a thread: the driver is used after DRV_FREE.
#[test]
fn open_inside_disable_enables_again_and_no_free_follows() {
    let scene = Scene::new();
    scene.open_inside("probea", DRV_DISABLE, "probea.dll again");
    let first = scene.open("probea.dll");
    scene.close(first);
    assert_eq!(
        scene.world.take_sequence(),
        "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h1:DISABLE h2:ENABLE h2:OPEN",
        "Wine goes on with FREE, and the new instance works on a driver that was told so"
    );
    scene.close(scene.inner());
    assert_eq!(scene.world.take_sequence(), "h2:CLOSE h2:DISABLE h2:FREE");
    scene.assert_balanced();
}

/// Ours (LOAD and FREE balance). Wine 8.0 measured: the driver is used after DRV_FREE.
#[test]
fn open_inside_free_loads_again() {
    let scene = Scene::new();
    scene.open_inside("probea", DRV_FREE, "probea.dll again");
    let first = scene.open("probea.dll");
    scene.close(first);
    assert_eq!(
        scene.world.take_sequence(),
        "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h1:DISABLE h1:FREE h2:LOAD h2:ENABLE h2:OPEN"
    );
    assert_eq!(scene.manager.send(scene.inner(), DRV_USER, 0, 0), Ok(0x5A5A));
    scene.close(scene.inner());
    scene.assert_balanced();
}

/// Ours (LOAD and FREE balance).
#[test]
fn open_and_close_inside_disable_and_free() {
    let scene = Scene::new();
    for message in [DRV_DISABLE, DRV_FREE] {
        let manager = scene.manager.clone();
        scene.world.on("probea", message, move |hit| {
            if hit.nth == 1 {
                let inner = manager.open("probea.dll inner", None, 0).expect("it opens");
                manager.close(inner, 0, 0).expect("it closes");
            }
            None
        });
    }
    let first = scene.open("probea.dll");
    scene.close(first);
    scene.assert_balanced();
    let log = scene.world.take_log();
    assert_eq!(log.last().map(String::as_str), Some("probea detach"), "{log:#?}");
}

/// Ours.
#[test]
fn a_failing_open_inside_disable_does_not_stop_the_descent() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_OPEN, |hit| (hit.nth == 2).then_some(0));
    scene.world.on("probea", DRV_DISABLE, move |hit| {
        if hit.nth == 1 {
            manager.open("probea.dll", None, 0).expect_err("the second OPEN is refused");
        }
        None
    });
    let first = scene.open("probea.dll");
    scene.close(first);
    let count = |message| scene.world.count("probea", message);
    assert_eq!((count(DRV_LOAD), count(DRV_FREE)), (1, 1));
    assert_eq!((count(DRV_ENABLE), count(DRV_DISABLE)), (2, 2));
}

/// Wine 8.0 measured.
#[test]
fn close_oneself_inside_a_user_message() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_USER, move |hit| {
        assert_eq!(manager.close(hit.own(), 1, 2), Ok(1));
        assert!(manager.send(hit.own(), DRV_USER, 0, 0).is_err(), "the handle is dead");
        Some(0x99)
    });
    let keep = scene.open("probea.dll keep");
    let gone = scene.open("probea.dll");
    assert_eq!(scene.manager.send(gone, DRV_USER, 0, 0), Ok(0x99), "the answer still arrives");
    assert!(scene.manager.close(gone, 0, 0).is_err());
    scene.close(keep);
    scene.assert_balanced();
}

/// Wine 8.0 measured. Ours: the library stays until the driver has returned.
#[test]
fn the_last_instance_closes_itself_inside_a_user_message() {
    // Wine 8.0 unloads the library under the running code. Here DISABLE and FREE go out as there, and the library
    // stays until the message has returned.
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_USER, move |hit| {
        manager.close(hit.own(), 1, 2).expect("it is open");
        Some(0x99)
    });
    let only = scene.open("probea.dll");
    scene.world.take_log();
    assert_eq!(scene.manager.send(only, DRV_USER, 0, 0), Ok(0x99));
    assert_eq!(
        scene.world.take_log(),
        [
            "probea h1 DRV_USER id=0x1001 l1=0x0 l2=0x0",
            "probea h1 DRV_CLOSE id=0x1001 l1=0x1 l2=0x2",
            "probea h1 DRV_DISABLE id=0x1001 l1=0x0 l2=0x0",
            "probea h1 DRV_FREE id=0x1001 l1=0x0 l2=0x0",
            "probea detach",
        ]
    );
    scene.assert_balanced();
}

/// Ours.
#[test]
fn a_driver_opens_itself_again_after_having_closed_itself_inside_a_message() {
    let scene = Scene::new();
    let (manager, inner) = (scene.manager.clone(), scene.inner.clone());
    scene.world.on("probea", DRV_USER, move |hit| {
        manager.close(hit.own(), 0, 0).expect("it is open");
        *inner.lock().expect("no panic") = Some(manager.open("probea.dll", None, 0).expect("it opens"));
        None
    });
    let first = scene.open("probea.dll");
    scene.manager.send(first, DRV_USER, 0, 0).expect("it was open");
    let log = scene.world.take_log();
    assert!(!log.iter().any(|line| line.ends_with("detach")), "it is in use again: {log:?}");
    scene.close(scene.inner());
    scene.assert_balanced();
}

/// Ours (a stale handle reaches nobody). Wine 8.0 measured: it crashes.
#[test]
fn close_oneself_inside_close() {
    // Wine 8.0 frees the record twice and crashes later.
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_CLOSE, move |hit| {
        assert!(manager.close(hit.own(), 8, 9).is_err(), "it is being closed already");
        None
    });
    let handle = scene.open("probea.dll");
    scene.close(handle);
    scene.assert_balanced();
}

/// Wine 8.0 measured.
#[test]
fn close_another_instance_of_ones_module_inside_close() {
    let scene = Scene::new();
    let first = scene.open("probea.dll");
    let second = scene.open("probea.dll");
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_CLOSE, move |hit| {
        if hit.nth == 1 {
            manager.close(second, 8, 9).expect("it is open");
        }
        None
    });
    scene.close(first);
    assert!(scene.world.take_sequence().ends_with("h1:CLOSE h2:CLOSE h1:DISABLE h1:FREE"));
    scene.assert_balanced();
}

/// Wine 8.0 measured: DRV_CLOSE at once, with id 0. Ours: the open fails.
#[test]
fn close_oneself_inside_open() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_OPEN, move |hit| {
        assert_eq!(manager.close(hit.own(), 1, 2), Ok(1));
        assert!(manager.send(hit.own(), DRV_USER, 0, 0).is_err(), "the handle is dead");
        None
    });
    let error = scene.manager.open("probea.dll", None, 0).expect_err("it has closed itself");
    assert!(matches!(error.failure(), OpenFailure::ClosedWhileOpening { .. }), "{error}");
    assert_eq!(scene.world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h1:DISABLE h1:FREE");
    scene.assert_balanced();
}

/// Ours: nothing has been opened, so there is nothing to close.
#[test]
fn close_oneself_inside_load() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_LOAD, move |hit| {
        assert_eq!(manager.close(hit.own(), 1, 2), Ok(1));
        assert!(manager.send(hit.own(), DRV_USER, 0, 0).is_err(), "the handle is dead");
        None
    });
    let error = scene.manager.open("probea.dll", None, 0).expect_err("it has closed itself");
    assert!(matches!(error.failure(), OpenFailure::ClosedWhileOpening { .. }), "{error}");
    assert_eq!(scene.world.take_sequence(), "h1:LOAD h1:ENABLE h1:DISABLE h1:FREE", "no OPEN, so no CLOSE");
    scene.assert_balanced();
}

/// Wine 8.0 measured: a dying instance can still be sent to by its driver.
#[test]
fn send_to_oneself_at_every_stage() {
    let scene = Scene::new();
    for message in [DRV_LOAD, DRV_ENABLE, DRV_OPEN, DRV_CLOSE, DRV_DISABLE, DRV_FREE] {
        let manager = scene.manager.clone();
        scene.world.on("probea", message, move |hit| {
            assert_eq!(manager.send(hit.own(), DRV_USER, 1, 2), Ok(0x5A5A));
            assert_eq!(manager.flags(hit.own()), Ok(0x8000_0000));
            None
        });
    }
    let handle = scene.open("probea.dll");
    scene.close(handle);
    let log = scene.world.take_log();
    let ids: Vec<&str> =
        log.iter().filter_map(|l| l.split("DRV_USER id=").nth(1)?.split(' ').next()).collect();
    assert_eq!(ids, ["0x0", "0x0", "0x0", "0x1001", "0x1001", "0x1001"]);
    scene.assert_balanced();
}

/// Wine 8.0 measured.
#[test]
fn nested_sends_return_their_own_answers() {
    let scene = Scene::new();
    for message in [0x4001, 0x4002] {
        let manager = scene.manager.clone();
        scene.world.on("probea", message, move |hit| {
            Some(manager.send(hit.own(), hit.message + 1, hit.lparam2, hit.lparam1).expect("open") + 1)
        });
    }
    scene.world.on("probea", 0x4003, |hit| Some(hit.lparam1));
    let handle = scene.open("probea.dll");
    assert_eq!(scene.manager.send(handle, 0x4001, 0x11, 0x22), Ok(0x13));
}

/// Ours: no source knows a limit.
#[test]
fn nesting_goes_as_deep_as_the_stack() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_USER, move |hit| {
        Some(if hit.lparam1 == 0 {
            0
        } else {
            manager.send(hit.own(), DRV_USER, hit.lparam1 - 1, 0).expect("it is open") + 1
        })
    });
    let handle = scene.open("probea.dll");
    assert_eq!(scene.manager.send(handle, DRV_USER, 200, 0), Ok(200));
    scene.close(handle);
    scene.assert_balanced();
}

/// Wine 8.0 measured: another module opens plainly inside DRV_OPEN.
#[test]
fn a_mapper_opens_sends_to_and_closes_another_module() {
    let scene = Scene::new();
    scene.open_inside("probea", DRV_OPEN, "probeb.drv sub");
    let (manager, inner) = (scene.manager.clone(), scene.inner.clone());
    scene.world.on("probea", DRV_USER, move |hit| {
        let target = inner.lock().expect("no panic").expect("it is open");
        Some(manager.send(target, DRV_USER, hit.lparam1, hit.lparam2).expect("it is open"))
    });
    let (manager, inner) = (scene.manager.clone(), scene.inner.clone());
    scene.world.on("probea", DRV_CLOSE, move |_| {
        let target = inner.lock().expect("no panic").expect("it is open");
        manager.close(target, 5, 6).expect("it is open");
        None
    });
    scene.world.on("probeb", DRV_USER, |hit| Some(hit.lparam1));
    let handle = scene.open("probea.dll");
    assert_eq!(scene.manager.send(handle, DRV_USER, 0x77, 0x88), Ok(0x77));
    scene.close(handle);
    let log = scene.world.take_log();
    assert!(log.contains(&"probeb h2 DRV_CLOSE id=0x1001 l1=0x5 l2=0x6".to_owned()), "{log:#?}");
    scene.assert_balanced();
}

/// Ours.
#[test]
fn close_everything_inside_a_message() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_USER, move |_| {
        assert!(manager.close_all().is_empty());
        Some(1)
    });
    let handle = scene.open("probea.dll");
    scene.open("probeb.drv");
    assert_eq!(scene.manager.send(handle, DRV_USER, 0, 0), Ok(1));
    scene.assert_balanced();
}

/// Wine 8.0 measured, but for the second DRV_LOAD.
#[test]
fn wine_a_session_open_inside_open_is_closed_last() {
    // As Wine 8.0 measured but for the second LOAD and ENABLE.
    let world = World::new();
    world.driver("probea.dll");
    let manager = Arc::new(world.manager("", Personality::Wine));
    let inner = Arc::new(Mutex::new(None));
    let (again, keep) = (manager.clone(), inner.clone());
    world.on("probea", DRV_OPEN, move |hit| {
        if hit.nth == 1 {
            *keep.lock().expect("no panic") =
                Some(again.open("probea.dll inner", None, 3).expect("it opens"));
        }
        None
    });
    let outer = manager.open("probea.dll outer", None, 0).expect("it opens");
    let inner = inner.lock().expect("no panic").expect("it was opened");
    manager.close(inner, 0, 0).expect("it is open");
    manager.close(outer, 0, 0).expect("it is open");
    assert_eq!(
        world.take_sequence(),
        "h1:LOAD h1:ENABLE h1:OPEN h2:OPEN h3:OPEN h3:CLOSE h1:CLOSE h2:CLOSE h2:DISABLE h2:FREE"
    );
}

/// Ours (nothing to a stale handle): the instance has been closed, though what is closed with it is not yet.
#[test]
fn wine_a_closed_instance_is_dead_while_its_session_closes() {
    let world = World::new();
    world.driver("probea.dll");
    let manager = Arc::new(world.manager("", Personality::Wine));
    let (again, real) = (manager.clone(), Arc::new(Mutex::new(None)));
    world.on("probea", DRV_CLOSE, move |hit| {
        let mut real = real.lock().expect("no panic");
        match *real {
            None => *real = Some(hit.own()),
            Some(closed) => assert!(again.send(closed, DRV_USER, 0, 0).is_err(), "it was closed first"),
        }
        None
    });
    let handle = manager.open("probea.dll", None, 3).expect("it opens");
    manager.close(handle, 0, 0).expect("it is open");
    let expected = "h1:LOAD h1:ENABLE h1:OPEN h2:OPEN h2:CLOSE h1:CLOSE h1:DISABLE h1:FREE";
    assert_eq!(world.take_sequence(), expected);
}

/// Ours (LOAD and FREE balance).
#[test]
fn wine_a_failing_open_inside_disable_does_not_stop_the_descent() {
    let world = World::new();
    world.driver("probea.dll");
    let manager = Arc::new(world.manager("", Personality::Wine));
    world.on("probea", DRV_OPEN, |hit| (hit.nth == 2).then_some(0));
    let again = manager.clone();
    world.on("probea", DRV_DISABLE, move |hit| {
        if hit.nth == 1 {
            again.open("probea.dll", None, 0).expect_err("the second OPEN is refused");
        }
        None
    });
    let first = manager.open("probea.dll", None, 0).expect("it opens");
    manager.close(first, 0, 0).expect("it is open");
    assert_eq!((world.count("probea", DRV_LOAD), world.count("probea", DRV_FREE)), (1, 1));
}

/// Ours. A dying instance can still be sent to by its driver, whatever comes and goes meanwhile.
#[test]
fn send_to_oneself_inside_free_after_a_failing_open() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_LOAD, move |hit| {
        (hit.nth == 2).then(|| {
            let inner = manager.open("probea.dll inner", None, 0).expect("it opens");
            manager.close(inner, 0, 0).expect("it is open");
            0
        })
    });
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_FREE, move |hit| {
        manager.open("probea.dll", None, 0).expect_err("LOAD is refused");
        assert_eq!(manager.send(hit.own(), DRV_USER, 0, 0), Ok(0x5A5A), "DRV_FREE is being answered");
        None
    });
    let handle = scene.open("probea.dll");
    scene.close(handle);
    assert!(scene.world.take_sequence().ends_with("h1:USER"));
}

/// Ours: DRV_DISABLE is sent in the name of an instance that was never opened.
#[test]
fn close_oneself_again_after_having_been_given_up() {
    let scene = Scene::new();
    let manager = scene.manager.clone();
    // The module is up before the one that has loaded it is opened.
    scene.manager.observe(Arc::new(WhileLoading::new(move || {
        let handle = manager.open("probea.dll", None, 0).expect("it opens");
        manager.close(handle, 0, 0).expect("it is open");
    })));
    let manager = scene.manager.clone();
    scene.world.on("probea", DRV_DISABLE, move |hit| {
        assert!(manager.close(hit.own(), 0, 0).is_err(), "it is going already");
        assert!(manager.send(hit.own(), DRV_USER, 0, 0).is_ok(), "DRV_DISABLE is being answered");
        None
    });
    scene.manager.open_with_parameters("probea.dll", None, Some("a\0b"), 0).expect_err("NUL in the text");
    let sequence = scene.world.take_sequence();
    assert_eq!(sequence, "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h2:DISABLE h2:USER h2:FREE");
}

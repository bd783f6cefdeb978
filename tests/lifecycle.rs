//! The promise: every message of the life cycle is sent when, in what order and with what parameters the documents
//! say, and what a personality changes about it is exactly that.
//!
//! The sections are those of a driver's life: first open, later opens, failure while opening, close.

use opendriver::abi::*;
use opendriver::{CloseError, Handle, Manager, OpenFailure, Personality, StaleHandle};
use opendriver_tests::World;

const ALL: [Personality; 3] = [Personality::Win32, Personality::Win31, Personality::Wine];

fn world() -> World {
    let world = World::new();
    world.driver("probea.dll");
    world
}

fn manager(world: &World, personality: Personality) -> Manager {
    // The drivers read UTF-16; that win31 passes ANSI has tests of its own.
    let path = world.path().join("opendriver.toml");
    let ini =
        "[drivers32]\r\nwave=probea.dll from  drivers32 \r\n[drivers]\r\nwave=probea.dll from drivers\r\n";
    std::fs::write(world.path().join("system.ini"), ini).expect("it can be written");
    let toml = format!("profile='system.ini'\npersonality='{personality}'\n[switches]\nparameters='utf16'\n");
    std::fs::write(&path, toml).expect("it can be written");
    let config = opendriver::Config::load(&path).expect("it is right");
    Manager::builder().config(config).driver_path(None).build()
}

fn open(manager: &Manager, name: &str, lparam2: LPARAM) -> Handle {
    manager.open(name, None, lparam2).unwrap_or_else(|error| panic!("{error}"))
}

// First open (Windows 3.1 SDK, NT DDK; Wine 8.0 measured for lParam2 = 0).

/// Windows 3.1 SDK and NT DDK: DRV_LOAD, DRV_ENABLE, DRV_OPEN. Wine 8.0 measured: the values that go with
/// them.
#[test]
fn the_first_open_loads_enables_opens() {
    for personality in ALL {
        let world = world();
        let manager = manager(&world, personality);
        open(&manager, "probea.dll hello  world ", 0);
        assert_eq!(
            world.take_log(),
            [
                "probea attach",
                "probea h1 DRV_LOAD id=0x0 l1=0x0 l2=0x0",
                "probea h1 DRV_ENABLE id=0x0 l1=0x0 l2=0x0",
                "probea h1 DRV_OPEN id=0x0 l1=\"hello  world \" l2=0x0",
            ],
            "{personality}"
        );
    }
}

/// Windows 3.1 SDK and NT DDK: one DRV_OPEN for each OpenDriver, with the parameters.
#[test]
fn parameters_reach_the_first_instance_whatever_lparam2_is() {
    for personality in [Personality::Win32, Personality::Win31] {
        for lparam2 in [1, -1, 0x1234_5678, isize::MIN] {
            let world = world();
            let manager = manager(&world, personality);
            open(&manager, "probea.dll text", lparam2);
            let last = world.take_log().pop().expect("a message");
            assert_eq!(last, format!("probea h1 DRV_OPEN id=0x0 l1=\"text\" l2={lparam2:#x}"));
        }
    }
}

/// Wine 8.0 measured.
#[test]
fn wine_opens_a_hidden_session_first_and_loses_the_parameters() {
    let world = world();
    let manager = manager(&world, Personality::Wine);
    let handle = open(&manager, "probea.dll text", 0x42);
    manager.close(handle, 3, 4).expect("it is open");
    assert_eq!(
        world.take_log(),
        [
            "probea attach",
            "probea h1 DRV_LOAD id=0x0 l1=0x0 l2=0x0",
            "probea h1 DRV_ENABLE id=0x0 l1=0x0 l2=0x0",
            "probea h1 DRV_OPEN id=0x0 l1=\"text\" l2=0x0",
            "probea h2 DRV_OPEN id=0x0 l1=0x0 l2=0x42",
            "probea h2 DRV_CLOSE id=0x1002 l1=0x3 l2=0x4",
            "probea h1 DRV_CLOSE id=0x1001 l1=0x0 l2=0x0",
            "probea h1 DRV_DISABLE id=0x1001 l1=0x0 l2=0x0",
            "probea h1 DRV_FREE id=0x1001 l1=0x0 l2=0x0",
            "probea detach",
        ]
    );
}

/// Wine 8.0 measured.
#[test]
fn one_session_serves_all_and_goes_after_the_last_real_instance() {
    let world = world();
    let manager = manager(&world, Personality::Wine);
    let first = open(&manager, "probea.dll", 5);
    let second = open(&manager, "probea.dll kept", 6);
    assert_eq!(world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h2:OPEN h3:OPEN");
    manager.close(first, 0, 0).expect("it is open");
    manager.close(second, 0, 0).expect("it is open");
    assert_eq!(world.take_sequence(), "h2:CLOSE h3:CLOSE h1:CLOSE h1:DISABLE h1:FREE");
}

/// Wine 8.0 measured.
#[test]
fn a_first_open_with_zero_makes_no_session() {
    let world = world();
    let manager = manager(&world, Personality::Wine);
    open(&manager, "probea.dll", 0);
    open(&manager, "probea.dll text", 9);
    assert_eq!(world.take_log().pop().as_deref(), Some("probea h2 DRV_OPEN id=0x0 l1=\"text\" l2=0x9"));
}

// Later opens.

/// Windows 3.1 SDK, NT DDK, Wine 8.0 measured: all agree.
#[test]
fn later_opens_send_only_open_with_their_own_parameters() {
    for personality in ALL {
        let world = world();
        let manager = manager(&world, personality);
        open(&manager, "probea.dll one", 0);
        world.take_log();
        open(&manager, "probea.dll two", 7);
        open(&manager, "probea.dll", 0);
        assert_eq!(
            world.take_log(),
            ["probea h2 DRV_OPEN id=0x0 l1=\"two\" l2=0x7", "probea h3 DRV_OPEN id=0x0 l1=0x0 l2=0x0",],
            "{personality}"
        );
    }
}

/// Windows 3.1 SDK, "SYSTEM.INI entries"; Wine 8.0 measured.
#[test]
fn an_alias_passes_the_text_of_its_entry() {
    let world = world();
    for (personality, text) in [
        (Personality::Win32, "from  drivers32"),
        (Personality::Win31, "from drivers"),
        (Personality::Wine, "from  drivers32"),
    ] {
        let manager = manager(&world, personality);
        open(&manager, "WAVE", 0);
        let log = world.take_log();
        assert!(
            log.last().is_some_and(|line| line.contains(&format!("l1={text:?}"))),
            "{personality}: {log:?}"
        );
    }
}

/// NT DDK and MSDN, DRV_OPEN: the answer is the driver id of all later messages. Wine 8.0 measured: of
/// DRV_DISABLE and DRV_FREE as well.
#[test]
fn the_id_of_open_comes_with_every_later_message() {
    let world = world();
    world.on("probea", DRV_OPEN, |hit| Some(if hit.nth == 1 { -1 } else { 0x7FFF_FFFF_0000 }));
    let manager = manager(&world, Personality::Win32);
    let (a, b) = (open(&manager, "probea.dll", 0), open(&manager, "probea.dll", 0));
    world.take_log();
    assert_eq!(manager.send(a, DRV_USER, 1, -2), Ok(0x5A5A));
    assert_eq!(manager.send(b, 0x801, isize::MAX, 0), Ok(0x5A5A));
    manager.close(a, 0, 0).expect("it is open");
    assert_eq!(
        world.take_log(),
        [
            "probea h1 DRV_USER id=0xffffffffffffffff l1=0x1 l2=0xfffffffffffffffe",
            "probea h2 DRV_MCI_FIRST+0x1 id=0x7fffffff0000 l1=0x7fffffffffffffff l2=0x0",
            "probea h1 DRV_CLOSE id=0xffffffffffffffff l1=0x0 l2=0x0",
        ]
    );
}

/// Windows 3.1 SDK, SendDriverMessage; Wine 8.0 measured.
#[test]
fn answers_come_back_as_they_are() {
    let world = world();
    world.on("probea", DRV_USER, |hit| Some(hit.lparam1));
    let manager = manager(&world, Personality::Win32);
    let handle = open(&manager, "probea.dll", 0);
    for value in [0, -1, 1, isize::MAX, isize::MIN, 0xFFFF_FFFF] {
        assert_eq!(manager.send(handle, DRV_USER, value, 0), Ok(value));
    }
}

/// Wine 8.0 measured. The Windows 3.1 SDK forbids programs to send these, and says nothing of a check.
#[test]
fn lifecycle_messages_sent_by_the_user_change_nothing() {
    // Wine 8.0 measured: delivered with the instance's id, without effect on the manager.
    let world = world();
    let manager = manager(&world, Personality::Win32);
    let handle = open(&manager, "probea.dll", 0);
    world.take_log();
    for message in DRV_LOAD..=DRV_POWER {
        manager.send(handle, message, 0, 8).expect("it is open");
    }
    let log = world.take_log();
    assert_eq!(log.len(), 15);
    assert!(log.iter().all(|line| line.contains("id=0x1001") && line.ends_with("l2=0x8")), "{log:?}");
    manager.close(handle, 0, 0).expect("it is open");
    assert_eq!(world.take_sequence(), "h1:CLOSE h1:DISABLE h1:FREE");
}

// Failure while opening.

/// Windows 3.1 SDK, NT DDK, MSDN: after 0 there is no further message, and no DRV_FREE. Wine 8.0 measured: so
/// after every answer but 1.
#[test]
fn a_refused_load_gets_no_further_message() {
    for (personality, answer) in [
        (Personality::Win32, 0),
        (Personality::Win31, 0),
        (Personality::Wine, 0),
        (Personality::Wine, 2),
        (Personality::Wine, -1),
        (Personality::Wine, 0x1_0000_0001),
    ] {
        for lparam2 in [0, 1] {
            let world = world();
            world.answer("probea", DRV_LOAD, answer);
            let manager = manager(&world, personality);
            let error = manager.open("probea.dll p", None, lparam2).expect_err("LOAD was refused");
            assert!(
                matches!(error.failure(), OpenFailure::LoadRefused { answer: given, .. } if *given == answer),
                "{error}"
            );
            assert!(error.is_refusal());
            assert_eq!(
                world.take_log(),
                ["probea attach", "probea h1 DRV_LOAD id=0x0 l1=0x0 l2=0x0", "probea detach"]
            );
        }
    }
}

/// Windows 3.1 SDK, NT DDK, MSDN: nonzero is success.
#[test]
fn any_answer_to_load_but_zero_is_accepted_by_the_documents() {
    for personality in [Personality::Win32, Personality::Win31] {
        for answer in [1, 2, -1, 0x1_0000_0000] {
            let world = world();
            world.answer("probea", DRV_LOAD, answer);
            open(&manager(&world, personality), "probea.dll", 0);
        }
    }
}

/// Wine 8.0 measured. The documents contradict each other: 0 if it was processed (Windows 3.1 SDK), nonzero
/// (NT DDK).
#[test]
fn the_answer_to_enable_means_nothing() {
    for personality in ALL {
        let world = world();
        world.answer("probea", DRV_ENABLE, 0);
        let manager = manager(&world, personality);
        open(&manager, "probea.dll", 0);
        assert_eq!(world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN");
    }
}

/// Documents are silent. Wine 8.0 measured: unloaded without a word. The others: DRV_DISABLE and DRV_FREE, as
/// Wine sends them to 16-bit drivers, so that they balance.
#[test]
fn a_refused_first_open_is_undone() {
    for personality in ALL {
        let world = world();
        world.answer("probea", DRV_OPEN, 0);
        let manager = manager(&world, personality);
        let error = manager.open("probea.dll p", None, 0).expect_err("OPEN was refused");
        assert!(matches!(error.failure(), OpenFailure::OpenRefused { session: false, .. }), "{error}");
        let log = world.take_log();
        assert_eq!(log.first().map(String::as_str), Some("probea attach"));
        assert_eq!(log.last().map(String::as_str), Some("probea detach"));
        let messages: Vec<&str> = log[1..log.len() - 1].iter().map(String::as_str).collect();
        let mut expected = vec![
            "probea h1 DRV_LOAD id=0x0 l1=0x0 l2=0x0",
            "probea h1 DRV_ENABLE id=0x0 l1=0x0 l2=0x0",
            "probea h1 DRV_OPEN id=0x0 l1=\"p\" l2=0x0",
        ];
        if personality != Personality::Wine {
            expected.push("probea h1 DRV_DISABLE id=0x0 l1=0x0 l2=0x0");
            expected.push("probea h1 DRV_FREE id=0x0 l1=0x0 l2=0x0");
        }
        assert_eq!(messages, expected, "{personality}");
    }
}

/// Wine 8.0 measured.
#[test]
fn a_refused_later_open_leaves_the_others_alone() {
    for personality in ALL {
        let world = world();
        world.on("probea", DRV_OPEN, |hit| (hit.nth == 2).then_some(0));
        let manager = manager(&world, personality);
        let first = open(&manager, "probea.dll", 0);
        world.take_log();
        manager.open("probea.dll", None, 0).expect_err("the second is refused");
        assert_eq!(world.take_sequence(), "h2:OPEN", "{personality}");
        assert_eq!(manager.send(first, DRV_USER, 0, 0), Ok(0x5A5A));
    }
}

/// Wine 8.0 measured: a refused driver is unloaded. So nothing is left of it.
#[test]
fn a_refused_open_can_be_tried_again() {
    for personality in ALL {
        let world = world();
        world.on("probea", DRV_OPEN, |hit| (hit.nth == 1).then_some(0));
        let manager = manager(&world, personality);
        manager.open("probea.dll", None, 0).expect_err("the first is refused");
        world.take_log();
        open(&manager, "probea.dll", 0);
        assert_eq!(world.take_sequence(), "h2:LOAD h2:ENABLE h2:OPEN");
    }
}

/// Wine 8.0 measured.
#[test]
fn wine_a_refused_session_fails_the_whole_open() {
    let world = world();
    world.on("probea", DRV_OPEN, |hit| (hit.nth == 1).then_some(0));
    let manager = manager(&world, Personality::Wine);
    let error = manager.open("probea.dll p", None, 7).expect_err("the session is refused");
    assert!(matches!(error.failure(), OpenFailure::OpenRefused { session: true, .. }), "{error}");
    assert_eq!(world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN");
}

/// Wine 8.0 measured.
#[test]
fn wine_a_refused_real_open_closes_the_session() {
    let world = world();
    world.on("probea", DRV_OPEN, |hit| (hit.nth == 2).then_some(0));
    let manager = manager(&world, Personality::Wine);
    manager.open("probea.dll p", None, 7).expect_err("the real one is refused");
    assert_eq!(world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h2:OPEN h1:CLOSE h1:DISABLE h1:FREE");
    assert!(manager.instances().is_empty());
}

/// Wine 8.0 measured.
#[test]
fn a_library_without_entry_point_gets_no_message() {
    for personality in ALL {
        let world = World::new();
        world.library_without_entry("noproc.dll");
        let manager = manager(&world, personality);
        let error = manager.open("noproc.dll", None, 0).expect_err("it is no driver");
        assert!(
            matches!(error.failure(), OpenFailure::Load(opendriver::LoadError::NoDriverProc { .. })),
            "{error}"
        );
        assert!(error.to_string().contains("has no DriverProc"), "{error}");
        assert_eq!(world.take_log(), ["noproc attach", "noproc detach"]);
    }
}

// Close.

/// Windows 3.1 SDK, CloseDriver; Wine 8.0 measured: the values that go with DRV_DISABLE and DRV_FREE.
#[test]
fn close_passes_both_parameters_and_the_last_one_disables_and_frees() {
    for personality in ALL {
        let world = world();
        let manager = manager(&world, personality);
        let (a, b) = (open(&manager, "probea.dll", 0), open(&manager, "probea.dll", 0));
        world.take_log();
        assert_eq!(manager.close(a, 0x1_0000_0001, -2), Ok(1));
        assert_eq!(world.take_log(), ["probea h1 DRV_CLOSE id=0x1001 l1=0x100000001 l2=0xfffffffffffffffe"]);
        assert_eq!(manager.close(b, 0, 0), Ok(1));
        assert_eq!(
            world.take_log(),
            [
                "probea h2 DRV_CLOSE id=0x1002 l1=0x0 l2=0x0",
                "probea h2 DRV_DISABLE id=0x1002 l1=0x0 l2=0x0",
                "probea h2 DRV_FREE id=0x1002 l1=0x0 l2=0x0",
                "probea detach",
            ],
            "{personality}"
        );
    }
}

/// All documents give them no meaning; Wine 8.0 measured.
#[test]
fn answers_to_disable_and_free_mean_nothing() {
    let world = world();
    world.answer("probea", DRV_DISABLE, 0);
    world.answer("probea", DRV_FREE, 0);
    let manager = manager(&world, Personality::Win32);
    let handle = open(&manager, "probea.dll", 0);
    assert_eq!(manager.close(handle, 0, 0), Ok(1));
    assert_eq!(world.take_sequence(), "h1:LOAD h1:ENABLE h1:OPEN h1:CLOSE h1:DISABLE h1:FREE");
}

/// Wine 8.0 measured; documents for Win32 are silent. Ours: the report.
#[test]
fn a_close_answered_with_zero_closes_all_the_same_and_is_reported() {
    for personality in [Personality::Win32, Personality::Wine] {
        let world = world();
        world.answer("probea", DRV_CLOSE, 0);
        let manager = manager(&world, personality);
        let handle = open(&manager, "probea.dll", 0);
        assert_eq!(manager.close(handle, 0, 0), Ok(0));
        assert_eq!(manager.send(handle, DRV_USER, 0, 0), Err(StaleHandle { handle }));
    }
}

/// Windows 3.1 SDK, DRV_CLOSE.
#[test]
fn win31_a_close_answered_with_zero_fails() {
    let world = world();
    world.on("probea", DRV_CLOSE, |hit| (hit.nth == 1).then_some(0));
    let manager = manager(&world, Personality::Win31);
    let handle = open(&manager, "probea.dll", 0);
    let error = manager.close(handle, 0, 0).expect_err("the driver vetoes");
    assert_eq!(error, CloseError::Vetoed { module: "probea.dll".to_owned(), handle });
    assert_eq!(manager.send(handle, DRV_USER, 0, 0), Ok(0x5A5A), "the instance lives on");
    assert_eq!(manager.close(handle, 0, 0), Ok(1));
}

/// Wine 8.0 measured.
#[test]
fn after_the_last_close_everything_starts_again() {
    for personality in ALL {
        let world = world();
        let manager = manager(&world, personality);
        for _ in 0..3 {
            let handle = open(&manager, "probea.dll", 0);
            manager.close(handle, 0, 0).expect("it is open");
        }
        assert_eq!(world.count("probea", DRV_LOAD), 3);
        assert_eq!(world.count("probea", DRV_FREE), 3);
    }
}

/// Wine 8.0 measured.
#[test]
fn two_modules_have_lives_of_their_own() {
    let world = world();
    world.driver("probeb.drv");
    let manager = manager(&world, Personality::Win32);
    let (a, b) = (open(&manager, "probea.dll", 0), open(&manager, "probeb.drv", 0));
    assert_ne!(manager.module(a), manager.module(b));
    manager.close(a, 0, 0).expect("it is open");
    assert_eq!(world.count("probea", DRV_FREE), 1);
    assert_eq!(world.count("probeb", DRV_FREE), 0);
    assert_eq!(manager.send(b, DRV_USER, 0, 0), Ok(0x5A5A));
}

/// Wine 8.0 measured.
#[test]
fn a_thousand_instances_share_one_load() {
    let world = world();
    let manager = manager(&world, Personality::Win32);
    let handles: Vec<Handle> = (0..1000).map(|n| open(&manager, "probea.dll", n)).collect();
    for handle in handles.into_iter().rev() {
        manager.close(handle, 0, 0).expect("it is open");
    }
    let counts =
        [DRV_LOAD, DRV_ENABLE, DRV_OPEN, DRV_CLOSE, DRV_DISABLE, DRV_FREE].map(|m| world.count("probea", m));
    assert_eq!(counts, [1, 1, 1000, 1000, 1, 1]);
}

// Stale handles.

/// Wine 8.0 measured. Ours: also when the place of the instance is used again.
#[test]
fn a_closed_handle_reaches_nobody() {
    for personality in ALL {
        let world = world();
        let manager = manager(&world, personality);
        let (old, other) = (open(&manager, "probea.dll", 0), open(&manager, "probea.dll", 0));
        manager.close(old, 0, 0).expect("it is open");
        let new = open(&manager, "probea.dll", 0);
        world.take_log();
        let stale = StaleHandle { handle: old };
        assert_eq!(manager.close(old, 0, 0), Err(CloseError::Stale(stale)));
        assert_eq!(manager.send(old, DRV_USER, 0, 0), Err(stale));
        assert_eq!(manager.flags(old), Err(stale));
        assert_eq!(manager.module(old), Err(stale));
        assert!(manager.symbol(old, "modMessage").is_err());
        assert_eq!(world.take_log(), [""; 0], "nothing was sent");
        assert_eq!(manager.flags(new), Ok(0x8000_0000));
        assert_eq!(manager.module(new), manager.module(other));
    }
}

/// Wine 8.0 measured: 0, and nothing is sent.
#[test]
fn forged_handles_are_refused() {
    let world = world();
    let manager = manager(&world, Personality::Win32);
    let real = open(&manager, "probea.dll", 0);
    for word in (1..32).map(|bit| real.to_raw().0 ^ (1 << bit)) {
        if let Some(forged) = Handle::from_raw(HDRVR(word)) {
            assert_eq!(manager.send(forged, DRV_USER, 0, 0), Err(StaleHandle { handle: forged }));
        }
    }
}

/// Ours: Windows has one manager.
#[test]
fn a_manager_refuses_the_handles_of_another() {
    let world = world();
    let (one, two) = (manager(&world, Personality::Win32), manager(&world, Personality::Win32));
    let first = open(&one, "probea.dll", 0);
    open(&two, "probea.dll", 0);
    assert_eq!(two.close(first, 0, 0), Err(CloseError::Stale(StaleHandle { handle: first })));
    assert_eq!(two.send(first, DRV_USER, 0, 0), Err(StaleHandle { handle: first }));
}

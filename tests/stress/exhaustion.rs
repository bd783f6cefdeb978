//! The promise: when all handles are in use the next open is an error that says so, and nothing else suffers.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use opendriver::abi::*;
use opendriver::{BuiltIn, Call, Manager, OpenFailure};
use opendriver_tests::WhileLoading;

/// As many as a manager can have open.
const MOST: usize = 1_000_000;

#[test]
fn a_million_instances_and_not_one_more() {
    let counts: Arc<[AtomicU32; 16]> = Arc::default();
    let driver = |counts: &Arc<[AtomicU32; 16]>| {
        let counts = counts.clone();
        BuiltIn::new(move |call: &Call<'_>| {
            if let Some(count) = counts.get(call.message as usize) {
                count.fetch_add(1, Ordering::Relaxed);
            }
            call.handle.to_raw().0 as LRESULT
        })
    };
    let others: Arc<[AtomicU32; 16]> = Arc::default();
    let manager =
        Manager::builder().built_in("many.drv", driver(&counts)).built_in("one.drv", driver(&others)).build();
    let manager = Arc::new(manager);
    let count = |message: u32| counts[message as usize].load(Ordering::Relaxed) as usize;

    let mut handles = Vec::with_capacity(MOST);
    for n in 0..MOST {
        match manager.open("many.drv", None, 0) {
            Ok(handle) => handles.push(handle),
            Err(error) => panic!("number {n}: {error}"),
        }
    }
    for file in ["many.drv", "one.drv"] {
        let error = manager.open(file, None, 0).expect_err("there is no handle left");
        assert!(matches!(error.failure(), OpenFailure::TooManyInstances), "{error}");
        assert!(error.to_string().contains("1,000,000 instances"), "{error}");
    }
    assert_eq!([count(DRV_LOAD), count(DRV_OPEN), count(DRV_DISABLE)], [1, MOST, 0], "no other message");
    assert!(others.iter().all(|count| count.load(Ordering::Relaxed) == 0), "a refused open sends nothing");
    for handle in [handles[0], handles[MOST / 2], handles[MOST - 1]] {
        assert_eq!(manager.send(handle, DRV_USER, 0, 0), Ok(handle.to_raw().0 as LRESULT));
    }

    manager.close(handles[MOST / 2], 0, 0).expect("it is open");
    let again = manager.open("one.drv", None, 0).expect("there is one handle");
    assert!(manager.open("many.drv", None, 0).is_err(), "and then none again");
    assert!(manager.send(handles[MOST / 2], DRV_USER, 0, 0).is_err(), "its slot has another tenant");
    manager.close(again, 0, 0).expect("it is open");

    // All handles are taken while the module is being loaded, after an instance of its own has come and gone.
    let before: Vec<u32> = others.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    let inside = manager.clone();
    let rest = Arc::new(Mutex::new(Vec::new()));
    let taken = rest.clone();
    manager.observe(Arc::new(WhileLoading::new(move || {
        let handle = inside.open("one.drv", None, 0).expect("there is one handle");
        inside.close(handle, 0, 0).expect("it is open");
        let open = || inside.open("many.drv", None, 0).ok();
        taken.lock().expect("no panic").extend(std::iter::from_fn(open));
    })));
    assert!(
        manager.open("one.drv", None, 0).is_err(),
        "it has loaded the module and has no handle for an instance"
    );
    for message in [DRV_LOAD, DRV_ENABLE, DRV_OPEN, DRV_CLOSE, DRV_DISABLE, DRV_FREE] {
        let now = others[message as usize].load(Ordering::Relaxed);
        assert_eq!(now, before[message as usize] + 1, "{}", MessageName(message));
    }

    for (n, handle) in handles.iter().enumerate().filter(|(n, _)| *n != MOST / 2) {
        assert!(manager.close(*handle, 0, 0).is_ok(), "number {n}");
    }
    let rest = rest.lock().expect("no panic");
    rest.iter().for_each(|handle| _ = manager.close(*handle, 0, 0).expect("it is open"));
    assert_eq!([count(DRV_OPEN), count(DRV_CLOSE)], [MOST + rest.len(); 2]);
    assert_eq!([count(DRV_LOAD), count(DRV_DISABLE), count(DRV_FREE)], [1, 1, 1]);
    let fresh = manager.open("many.drv", None, 0).expect("all are free again");
    assert_eq!(count(DRV_LOAD), 2);
    assert!(handles.iter().all(|old| *old != fresh), "a new handle, for none of the old ones");
}

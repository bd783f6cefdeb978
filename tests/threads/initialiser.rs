//! Libraries whose initialisers use the manager, under the lock of the system's loader.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use opendriver::abi::*;
use opendriver::{Handle, Manager};

use crate::{gate, scene, wait};

/// Loads a library whose initialiser uses the manager while another thread, which has not used it before, does something
/// with it. The system's loader holds a lock of its own meanwhile, for which look-ups of symbols wait, and whatever
/// registers a destructor of a thread-local. Must not be called twice at once.
fn beside_an_initialiser(visit: impl FnOnce(&Manager, Handle) + Send + 'static) {
    type Stage = (Arc<Manager>, Handle, Sender<()>);
    static STAGE: Mutex<Option<Stage>> = Mutex::new(None);
    extern "C" fn hook(
        _: usize,
        event: std::ffi::c_int,
        _: usize,
        _: usize,
        _: u32,
        _: LPARAM,
        _: LPARAM,
    ) -> isize {
        const ATTACH: std::ffi::c_int = 0;
        if event == ATTACH {
            let (manager, handle, attached) = STAGE.lock().expect("no panic").take().expect("it is set");
            attached.send(()).expect("the visitor waits");
            // The visitor gets a little way.
            thread::sleep(Duration::from_millis(100));
            let _ = manager.flags(handle);
        }
        1
    }
    let (world, manager) = scene();
    let hooked = world.path().join("probeb.drv.hook");
    std::fs::write(hooked, format!("{:x} 1", hook as *const () as usize)).expect("it can be written");
    let handle = manager.open("probea.dll", None, 0).expect("it opens");
    let (attached, is_attached) = gate();
    *STAGE.lock().expect("no panic") = Some((manager.clone(), handle, attached));
    let (done, both_done) = gate();
    // It is there before, because no thread can begin while an initialiser runs.
    let (ready, is_ready) = gate();
    let (visited, visitor_done) = (manager.clone(), done.clone());
    thread::spawn(move || {
        ready.send(()).expect("the test waits");
        wait(&is_attached);
        visit(&visited, handle);
        visitor_done.send(())
    });
    wait(&is_ready);
    thread::spawn(move || {
        manager.open("probeb.drv", None, 0).expect("it opens");
        done.send(())
    });
    for _ in 0..2 {
        if both_done.lock().expect("no panic").recv_timeout(Duration::from_secs(30)).is_err() {
            // Nothing could end these threads, and an unwinding would wait for them.
            eprintln!("two threads wait for each other for ever");
            std::process::abort();
        }
    }
}

#[test]
fn an_initialiser_may_use_the_manager_beside_other_threads() {
    beside_an_initialiser(|manager, handle| assert!(manager.flags(handle).is_ok()));
    beside_an_initialiser(|manager, handle| assert!(manager.send(handle, DRV_USER, 0, 0).is_ok()));
    beside_an_initialiser(|manager, _| assert!(manager.open("probea.dll text", None, 0).is_ok()));
    beside_an_initialiser(|manager, handle| assert!(manager.close(handle, 0, 0).is_ok()));
    beside_an_initialiser(|manager, handle| assert!(manager.symbol(handle, "modMessage").is_ok()));
    beside_an_initialiser(|manager, handle| {
        let module = manager.module(handle).expect("it is open");
        assert!(manager.module_symbol(module, "modMessage").is_some());
    });
}

//! The promise: a recorder gives each message the answer that its driver gave to it, whatever other threads send and
//! whatever has been forgotten meanwhile.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use opendriver::abi::{DRV_USER, LPARAM};
use opendriver::{BuiltIn, Call, Handle, Manager};
use opendriver_testkit::Recorder;

/// What the driver is asked, and what it answers: ten times as much, when it is told to.
const FIRST: LPARAM = 1;
const SECOND: LPARAM = 2;

/// A message on its way on a thread of its own.
struct Sent {
    leave: Sender<()>,
    thread: thread::JoinHandle<isize>,
}

impl Sent {
    fn finish(self) -> isize {
        self.leave.send(()).expect("the driver waits");
        self.thread.join().expect("the thread has no reason to panic")
    }
}

struct World {
    manager: Arc<Manager>,
    recorder: Arc<Recorder>,
    handle: Handle,
    /// What the driver tells when it has been entered.
    entered: Receiver<LPARAM>,
    doors: [Mutex<Option<Sender<()>>>; 2],
}

/// One instance of a driver that stays inside DRV_USER until it is let go.
fn world() -> World {
    let (enter, entered) = channel();
    let (first, leave_first) = channel();
    let (second, leave_second) = channel();
    let enter = Mutex::new(enter);
    let leave = [Mutex::new(leave_first), Mutex::new(leave_second)];
    let driver = move |call: &Call<'_>| {
        if call.message != DRV_USER {
            return 1;
        }
        enter.lock().expect("no panic").send(call.lparam1).expect("the test waits");
        let door = leave[(call.lparam1 - FIRST) as usize].lock().expect("no panic");
        door.recv().expect("the test lets it go");
        10 * call.lparam1
    };
    let recorder = Recorder::new();
    let manager =
        Manager::builder().built_in("slow.drv", BuiltIn::new(driver)).observer(recorder.clone()).build();
    let handle = manager.open("slow.drv", None, 0).expect("it opens");
    recorder.assert_sequence("DRV_LOAD DRV_ENABLE DRV_OPEN");
    let doors = [first, second].map(|door| Mutex::new(Some(door)));
    World { manager: Arc::new(manager), recorder, handle, entered, doors }
}

impl World {
    /// Sends DRV_USER; comes back when the driver is inside it.
    fn send(&self, lparam1: LPARAM) -> Sent {
        let door = self.doors[(lparam1 - FIRST) as usize].lock().expect("no panic").take();
        let (manager, handle) = (self.manager.clone(), self.handle);
        let send = move || manager.send(handle, DRV_USER, lparam1, 0).expect("it is open");
        let thread = thread::spawn(send);
        assert_eq!(self.entered.recv().expect("the driver is entered"), lparam1);
        Sent { leave: door.expect("each is sent once"), thread }
    }

    /// The first parameters of the messages so far, and their answers.
    fn answers(&self) -> Vec<(LPARAM, Option<isize>)> {
        let records = self.recorder.records();
        records.iter().map(|record| (record.lparam1, record.answer)).collect()
    }
}

#[test]
fn threads_inside_one_message_get_each_its_own_answer() {
    let world = world();
    let (first, second) = (world.send(FIRST), world.send(SECOND));
    assert_eq!(first.finish(), 10);
    assert_eq!(world.answers(), [(FIRST, Some(10)), (SECOND, None)]);
    assert_eq!(second.finish(), 20);
    assert_eq!(world.answers(), [(FIRST, Some(10)), (SECOND, Some(20))]);
}

#[test]
fn the_answer_to_what_is_forgotten_goes_to_no_later_message() {
    let world = world();
    let first = world.send(FIRST);
    let taken = world.recorder.take();
    assert_eq!((taken.len(), taken[0].answer), (1, None));
    let second = world.send(SECOND);
    assert_eq!(first.finish(), 10);
    assert_eq!(world.answers(), [(SECOND, None)]);
    assert_eq!(second.finish(), 20);
    assert_eq!(world.answers(), [(SECOND, Some(20))]);
}

#[test]
fn messages_inside_a_message_are_answered_before_it() {
    let recorder = Recorder::new();
    let own = Mutex::new(None::<(Arc<Manager>, Handle)>);
    let own = Arc::new(own);
    let inside = own.clone();
    let driver = move |call: &Call<'_>| {
        if call.message != DRV_USER || call.lparam1 == 0 {
            return 1;
        }
        let (manager, handle) = inside.lock().expect("no panic").clone().expect("it is open");
        10 * call.lparam1 + manager.send(handle, DRV_USER, call.lparam1 - 1, 0).expect("it is open")
    };
    let builder = Manager::builder().built_in("deep.drv", BuiltIn::new(driver));
    let manager = Arc::new(builder.observer(recorder.clone()).build());
    let handle = manager.open("deep.drv", None, 0).expect("it opens");
    *own.lock().expect("no panic") = Some((manager.clone(), handle));
    recorder.take();
    assert_eq!(manager.send(handle, DRV_USER, 2, 0), Ok(31));
    let records = recorder.take();
    let answers: Vec<_> = records.iter().map(|record| (record.depth, record.answer)).collect();
    assert_eq!(answers, [(0, Some(31)), (1, Some(11)), (2, Some(1))]);
    // The driver would keep its own manager alive.
    *own.lock().expect("no panic") = None;
}

//! One run: a manager, its drivers, the instances that all threads share, and the check at the end.

use std::collections::HashMap;
use std::ffi::c_int;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use opendriver::abi::*;
use opendriver::{Config, Handle, Manager, Observer, Personality};
use opendriver_config::Settings;
use opendriver_tests::World;

use crate::account::{Account, Wrongs};
use crate::actor::{self, Actor};

/// What a run consists of.
#[derive(Clone, Copy, Debug)]
pub struct Play {
    pub personality: Personality,
    pub threads: u64,
    /// Steps that each thread takes, unless the time is up before.
    pub steps: u64,
    pub seed: u64,
    pub at_most: Duration,
    /// Whether drivers refuse DRV_LOAD and DRV_OPEN now and then.
    pub refusals: bool,
    /// Whether there is an observer, so that messages go the longer way.
    pub observed: bool,
}

/// An instance that any thread may use.
pub type Shared = (Handle, usize);

pub const DRIVERS: usize = 4;
const NAMES: [&str; DRIVERS] = ["stressa.dll", "stressb.drv", "stressc.dll", "stressd.drv"];
const PLACES: usize = 24;
const GRAVES: usize = 64;

/// A run in progress, reachable from inside drivers.
pub struct Stage {
    pub play: Play,
    manager: OnceLock<Manager>,
    pub accounts: [Account; DRIVERS],
    pub wrongs: Wrongs,
    next_id: AtomicUsize,
    /// The driver and its id for each handle that DRV_OPEN has accepted.
    ids: [Mutex<HashMap<usize, (usize, usize)>>; 16],
    /// Instances for everybody.
    places: [Mutex<Option<Shared>>; PLACES],
    /// Handles that have been closed, 0 for none.
    graves: [AtomicUsize; GRAVES],
    /// The end: drivers do as they are told.
    pub quiet: AtomicBool,
}

/// The runs of this process; a driver finds its own by its key, without a lock.
static STAGES: [OnceLock<Stage>; 16] = [const { OnceLock::new() }; 16];
static NEXT_STAGE: AtomicUsize = AtomicUsize::new(0);

struct Idle;

impl Observer for Idle {}

/// Runs a play and checks the account.
pub fn play(play: Play) {
    let number = NEXT_STAGE.fetch_add(1, Relaxed);
    let stage = STAGES[number].get_or_init(|| Stage::new(play));
    let world = World::new();
    for (driver, name) in NAMES.iter().enumerate() {
        let path = world.driver(name);
        let key = number * DRIVERS + driver;
        let hook = format!("{:x} {key:x}", sink as *const () as usize);
        fs::write(format!("{}.hook", path.display()), hook).expect("it can be written");
    }
    let settings = format!("personality = '{}'\nload_wait = 60.0\n", play.personality);
    let settings = Settings::parse(&settings, world.path()).expect("it is right");
    let config = Config::from_settings(settings).expect("it can be read");
    let mut builder = Manager::builder().config(config).driver_path(None).search_directory(world.path());
    if play.observed {
        builder = builder.observer(Arc::new(Idle));
    }
    let manager = stage.manager.get_or_init(|| builder.build());

    let start = Instant::now();
    thread::scope(|scope| {
        for thread in 0..play.threads {
            scope.spawn(move || {
                Actor::begin(play.seed, thread);
                let in_time = || start.elapsed() < play.at_most;
                (0..play.steps).take_while(|_| in_time()).for_each(|_| actor::step(stage));
            });
        }
    });
    stage.quiet.store(true, Relaxed);
    let kept = manager.close_all();
    if !kept.is_empty() || !manager.instances().is_empty() {
        stage.wrongs.note(format_args!("{kept:?} and {:?} are left", manager.instances()));
    }
    let (mut opened, mut sent) = (0, 0);
    for account in &stage.accounts {
        let (of_opens, of_messages) = account.check(&stage.wrongs);
        (opened, sent) = (opened + of_opens, sent + of_messages);
    }
    let wrongs = stage.wrongs.take();
    assert!(wrongs.is_empty(), "with OPENDRIVER_STRESS_SEED={} ({play:?}): {wrongs:#?}", play.seed);
    assert!(opened > play.threads && sent > play.threads, "{opened} opened, {sent} sent: that was no stress");
    println!("{play:?}: {opened} opened, {sent} messages, {:?}", start.elapsed());
}

impl Stage {
    fn new(play: Play) -> Stage {
        Stage {
            play,
            manager: OnceLock::new(),
            accounts: NAMES.map(Account::new),
            wrongs: Wrongs::default(),
            next_id: AtomicUsize::new(1),
            ids: Default::default(),
            places: Default::default(),
            graves: [const { AtomicUsize::new(0) }; GRAVES],
            quiet: AtomicBool::new(false),
        }
    }

    pub fn manager(&self) -> &Manager {
        self.manager.get().expect("drivers run in the manager")
    }

    pub fn file(&self, driver: usize) -> &'static str {
        NAMES[driver]
    }

    fn shard(&self, handle: usize) -> MutexGuard<'_, HashMap<usize, (usize, usize)>> {
        self.ids[handle % 16].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new id for an instance that the driver lets in.
    pub fn new_id(&self, driver: usize, handle: HDRVR) -> usize {
        let id = self.next_id.fetch_add(1, Relaxed);
        self.shard(handle.0).insert(handle.0, (driver, id));
        id
    }

    /// The driver of an instance and its id, if DRV_OPEN has let it in.
    pub fn id_of(&self, handle: HDRVR) -> Option<(usize, usize)> {
        self.shard(handle.0).get(&handle.0).copied()
    }

    /// An instance that is open, or was a moment ago.
    pub fn pick(&self, place: u64) -> Option<Shared> {
        *self.place(place)
    }

    /// Leaves an instance for others; returns one that has no place any more.
    pub fn publish(&self, place: u64, shared: Shared) -> Option<Shared> {
        self.place(place).replace(shared)
    }

    /// Notes that this instance has been closed.
    pub fn bury(&self, place: u64, handle: Handle) {
        {
            let mut at = self.place(place);
            if at.is_some_and(|(there, _)| there == handle) {
                *at = None;
            }
        }
        self.graves[handle.to_raw().0 % GRAVES]
            .store(handle.to_raw().0, std::sync::atomic::Ordering::Release);
    }

    /// A handle whose close has returned.
    pub fn dead(&self, grave: u64) -> Option<Handle> {
        let raw = self.graves[grave as usize % GRAVES].load(std::sync::atomic::Ordering::Acquire);
        Handle::from_raw(HDRVR(raw))
    }

    fn place(&self, place: u64) -> MutexGuard<'_, Option<Shared>> {
        self.places[place as usize % PLACES].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the libraries call.
extern "C" fn sink(
    key: usize,
    event: c_int,
    id: usize,
    handle: usize,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    let driver = key % DRIVERS;
    let stage = STAGES[key / DRIVERS].get().expect("the run has begun");
    let account = &stage.accounts[driver];
    match event {
        0 => account.attach(),
        2 => account.detach(&stage.wrongs),
        _ => {
            account.enter(driver, message, &stage.wrongs);
            let answer = actor::answer(stage, driver, id, HDRVR(handle), message, (lparam1, lparam2));
            account.leave(driver, message, answer);
            return answer;
        }
    }
    0
}

//! What threads do, outside and inside drivers.

use std::cell::{Cell, RefCell};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use opendriver::abi::*;
use opendriver::{CloseError, Handle, OpenFailure, Personality};

use crate::stage::{DRIVERS, Shared, Stage};

/// The messages of the actors, each with something to do for the driver.
const PLAIN: u32 = DRV_USER;
const NESTED: u32 = DRV_USER + 1;
const ACT: u32 = DRV_USER + 2;
const CLOSE_YOURSELF: u32 = DRV_USER + 3;
const LINGER: u32 = DRV_USER + 4;

/// How deep drivers call back.
const DEEPEST: u32 = 5;

/// What a thread is and where it stands.
pub struct Actor {
    random: Cell<u64>,
    depth: Cell<u32>,
    /// Only drivers from this one on may be opened: inside a DRV_LOAD, other threads may wait for this one, so that
    /// two that load each other's driver would wait for each other until one is refused.
    floor: Cell<usize>,
    /// Instances that are being closed on this thread: their drivers may still send to them.
    dying: RefCell<Vec<HDRVR>>,
}

thread_local! {
    static ACTOR: Actor = const {
        Actor { random: Cell::new(1), depth: Cell::new(0), floor: Cell::new(0), dying: RefCell::new(Vec::new()) }
    };
}

impl Actor {
    /// Makes the calling thread one of the actors.
    pub fn begin(seed: u64, thread: u64) {
        let state = (seed ^ (thread + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)) | 1;
        ACTOR.with(|actor| actor.random.set(state));
        (0..8).for_each(|_| _ = random(1));
    }
}

/// A number below `limit` (xorshift64*).
fn random(limit: u64) -> u64 {
    ACTOR.with(|actor| {
        let mut x = actor.random.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        actor.random.set(x);
        (x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    })
}

/// One deed of a thread, at the top or inside a driver.
pub fn step(stage: &Stage) {
    match random(20) {
        0..4 => open_and_share(stage),
        4..7 => close_any(stage, random(1 << 20)),
        7 => open_send_close(stage),
        8 => send_to_the_dead(stage),
        9 => {
            stage.manager().broadcast_quietly(stage);
        }
        _ => send_any(stage),
    }
}

trait Broadcast {
    fn broadcast_quietly(&self, stage: &Stage);
}

impl Broadcast for opendriver::Manager {
    /// A look at everybody, as an enumerating program does it.
    fn broadcast_quietly(&self, stage: &Stage) {
        for info in self.instances() {
            if self.info(info.handle).is_ok_and(|again| again != info) {
                stage.wrongs.note(format_args!("{info:?} has become another"));
            }
        }
    }
}

fn open(stage: &Stage) -> Option<Shared> {
    let floor = ACTOR.with(|actor| actor.floor.get());
    let driver = floor + random((DRIVERS - floor) as u64) as usize;
    let lparam2 = if random(2) == 0 { 0 } else { 7 };
    match stage.manager().open(stage.file(driver), None, lparam2) {
        Ok(handle) => Some((handle, driver)),
        Err(error) => {
            let refused = matches!(
                error.failure(),
                OpenFailure::LoadRefused { .. }
                    | OpenFailure::OpenRefused { .. }
                    | OpenFailure::ClosedWhileOpening { .. }
            );
            if !refused {
                stage.wrongs.note(error);
            }
            None
        }
    }
}

fn open_and_share(stage: &Stage) {
    let Some(shared) = open(stage) else { return };
    let place = random(1 << 20);
    if let Some((squeezed_out, _)) = stage.publish(place, shared) {
        close(stage, place, squeezed_out);
    }
}

fn open_send_close(stage: &Stage) {
    let Some((handle, driver)) = open(stage) else { return };
    if !send(stage, (handle, driver), PLAIN) {
        stage.wrongs.note(format_args!("{handle} is nobody else's and was refused"));
    }
    while stage.manager().info(handle).is_ok() {
        close(stage, u64::MAX, handle);
    }
}

fn close_any(stage: &Stage, place: u64) {
    if let Some((handle, _)) = stage.pick(place) {
        close(stage, place, handle);
    }
}

fn close(stage: &Stage, place: u64, handle: Handle) {
    match stage.manager().close(handle, 0, 0) {
        Ok(_) => {
            if stage.manager().send(handle, PLAIN, 0, handle.to_raw().0 as LPARAM).is_ok() {
                stage.wrongs.note(format_args!("{handle} has been closed and took a message"));
            }
            stage.bury(place, handle);
        }
        Err(CloseError::Stale(_)) => {}
        // It lives on, in its place or nowhere; the end closes it.
        Err(CloseError::Vetoed { .. }) if stage.play.personality == Personality::Win31 => {}
        Err(error) => stage.wrongs.note(error),
    }
}

fn send_any(stage: &Stage) {
    let message = match random(12) {
        0 => ACT,
        1 => CLOSE_YOURSELF,
        2 => LINGER,
        3..5 => NESTED,
        _ => PLAIN,
    };
    if let Some(shared) = stage.pick(random(1 << 20)) {
        send(stage, shared, message);
    }
}

fn send_to_the_dead(stage: &Stage) {
    let Some(handle) = stage.dead(random(1 << 20)) else { return };
    let mine = ACTOR.with(|actor| actor.dying.borrow().contains(&handle.to_raw()));
    if !mine && stage.manager().send(handle, PLAIN, 0, handle.to_raw().0 as LPARAM).is_ok() {
        stage.wrongs.note(format_args!("{handle} was closed long ago and took a message"));
    }
}

/// Sends a message, checks the answer and enters it in the account; whether the instance was there.
fn send(stage: &Stage, (handle, driver): Shared, message: u32) -> bool {
    let raw = handle.to_raw();
    let word = random(1 << 30) as LPARAM;
    match stage.manager().send(handle, message, word, raw.0 as LPARAM) {
        Ok(answer) => {
            stage.accounts[driver].accepted.fetch_add(1, Relaxed);
            if answer != answer_to(word, raw) {
                stage.wrongs.note(format_args!("{handle} answered {message:#x} {word:#x} with {answer:#x}"));
            }
            true
        }
        Err(_) => false,
    }
}

fn answer_to(word: LPARAM, handle: HDRVR) -> LRESULT {
    word ^ handle.0 as LRESULT ^ 0x55
}

/// What a driver answers, and what it does before.
pub fn answer(
    stage: &Stage,
    driver: usize,
    id: usize,
    handle: HDRVR,
    message: u32,
    (lparam1, lparam2): (LPARAM, LPARAM),
) -> LRESULT {
    let quiet = stage.quiet.load(Relaxed);
    check_id(stage, driver, id, handle, message);
    match message {
        DRV_LOAD => {
            if stage.play.refusals && !quiet && random(8) == 0 {
                return 0;
            }
            act_in_phase(stage, driver, handle, quiet);
            1
        }
        DRV_ENABLE => {
            act_in_phase(stage, driver, handle, quiet);
            1
        }
        DRV_DISABLE | DRV_FREE => {
            dying(handle, || act_in_phase(stage, driver, handle, quiet));
            1
        }
        DRV_OPEN => open_answer(stage, driver, handle, quiet),
        DRV_CLOSE => {
            dying(handle, || {
                if random(4) == 0 {
                    send_to_oneself(stage, driver, handle);
                }
                act(stage, quiet, 4);
            });
            // Only an instance that is open can be kept so.
            let vetoes = stage.play.personality == Personality::Win31;
            LRESULT::from(!(vetoes && !quiet && id != 0 && random(4) == 0))
        }
        _ => {
            if lparam2 != handle.0 as LPARAM {
                stage.wrongs.note(format_args!("a message for {lparam2:#x} reached {:#x}", handle.0));
            }
            user_message(stage, driver, handle, message, quiet);
            answer_to(lparam1, handle)
        }
    }
}

fn check_id(stage: &Stage, driver: usize, id: usize, handle: HDRVR, message: u32) {
    let known = stage.id_of(handle);
    let before = matches!(message, DRV_LOAD | DRV_ENABLE | DRV_OPEN);
    let expected = if before { None } else { known };
    if expected.unwrap_or((driver, 0)) != (driver, id) {
        stage.wrongs.note(format_args!(
            "driver {driver}: {} for {:#x} with id {id}, which is {known:?}",
            MessageName(message),
            handle.0
        ));
    }
}

fn open_answer(stage: &Stage, driver: usize, handle: HDRVR, quiet: bool) -> LRESULT {
    if stage.play.refusals && !quiet && random(10) == 0 {
        return 0;
    }
    act(stage, quiet, 6);
    if random(4) == 0 {
        send_to_oneself(stage, driver, handle);
    }
    let own = Handle::from_raw(handle).expect("drivers get handles of the manager");
    if stage.play.refusals && !quiet && random(12) == 0 && stage.manager().close(own, 0, 0).is_ok() {
        // It is not open and never will be, so it keeps the id 0 to its end.
        return 1;
    }
    stage.new_id(driver, handle) as LRESULT
}

fn user_message(stage: &Stage, driver: usize, handle: HDRVR, message: u32, quiet: bool) {
    let own = Handle::from_raw(handle).expect("drivers get handles of the manager");
    match message {
        NESTED if below_the_deepest() => deeper(|| _ = send(stage, (own, driver), NESTED)),
        ACT => act(stage, quiet, 1),
        CLOSE_YOURSELF => close(stage, u64::MAX, own),
        LINGER => thread::sleep(Duration::from_micros(random(200))),
        _ => {}
    }
}

fn send_to_oneself(stage: &Stage, driver: usize, handle: HDRVR) {
    let own = Handle::from_raw(handle).expect("drivers get handles of the manager");
    if !send(stage, (own, driver), PLAIN) {
        stage.wrongs.note(format_args!("driver {driver} could not send to {own}, which it is serving"));
    }
}

/// One time in `rarity`, a driver does what threads do.
fn act(stage: &Stage, quiet: bool, rarity: u64) {
    if !quiet && below_the_deepest() && random(rarity) == 0 {
        deeper(|| step(stage));
    }
}

/// As [`act`], inside a message on the way up or down.
fn act_in_phase(stage: &Stage, driver: usize, handle: HDRVR, quiet: bool) {
    if random(4) == 0 {
        send_to_oneself(stage, driver, handle);
    }
    let before = ACTOR.with(|actor| actor.floor.replace(actor.floor.get().max(driver)));
    act(stage, quiet, 4);
    ACTOR.with(|actor| actor.floor.set(before));
}

fn below_the_deepest() -> bool {
    ACTOR.with(|actor| actor.depth.get() < DEEPEST)
}

fn deeper(deed: impl FnOnce()) {
    ACTOR.with(|actor| actor.depth.set(actor.depth.get() + 1));
    deed();
    ACTOR.with(|actor| actor.depth.set(actor.depth.get() - 1));
}

fn dying(handle: HDRVR, deed: impl FnOnce()) {
    ACTOR.with(|actor| actor.dying.borrow_mut().push(handle));
    deed();
    ACTOR.with(|actor| actor.dying.borrow_mut().pop());
}

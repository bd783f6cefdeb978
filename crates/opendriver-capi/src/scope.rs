//! Which manager a call means.
//!
//! There is one for the process, and there are those that the program has made. The Windows names have no argument for
//! it: outside of drivers they mean that of the process; a driver that calls back from inside DriverProc means the manager
//! that called it. So each thread notes on behalf of which manager it is inside a driver.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use opendriver::{CallingThread, CloseError, Handle, Manager, abi::HDRVR};

use crate::code::Code;
use crate::failure::{BadHandle, Failure};
use crate::notes;
use crate::process;

/// A manager as C code holds it: `opendriver_manager *`. A number that nobody may dereference, so that a stale one is
/// recognised. 0 (NULL) is the manager that the Windows names mean at this moment.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagerToken(usize);

/// The managers that the program has made, by their tokens.
static MADE: RwLock<Made> = RwLock::new(Made { managers: BTreeMap::new(), last: PROCESS.0 });

struct Made {
    managers: BTreeMap<usize, Arc<Manager>>,
    last: usize,
}

/// The manager of the process.
pub(crate) const PROCESS: ManagerToken = ManagerToken(1);

/// How many managers have been destroyed: what a thread has in [`RECENT`] counts only if none was since.
static DESTROYED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The manager that this thread called last, so that calling it again takes no lock. Empty while the thread is inside
    /// the call.
    static RECENT: Cell<Option<Recent>> = const { Cell::new(None) };
}

struct Recent {
    token: ManagerToken,
    /// [`DESTROYED`] when it was looked up.
    destroyed: usize,
    /// Not held: a thread that never calls again must not keep what was destroyed.
    manager: Weak<Manager>,
}

impl ManagerToken {
    /// No particular manager.
    pub const NULL: ManagerToken = ManagerToken(0);
}

/// The time that this thread spends in a call on one manager; ends with the value.
struct Inside {
    before: ManagerToken,
}

impl Inside {
    fn enter(token: ManagerToken) -> Inside {
        let before = current();
        notes::set_current(token.0);
        Inside { before }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        notes::set_current(self.before.0);
    }
}

/// What a call needs of its manager.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Handles: if there is no manager of the process yet, it has given out none.
    Handles,
    /// The configuration: that of the process is read, or read again if it has changed.
    Configuration,
}

/// Runs `body` on the manager that the token means.
///
/// `Err` from the beginning if there is no such manager, or its configuration cannot be read.
#[inline]
pub(crate) fn with<T>(
    token: ManagerToken,
    need: Need,
    body: impl FnOnce(&Manager) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if need == Need::Handles && means_process_for(CallingThread::here(), token) {
        return body(process::existing().ok_or_else(nothing_opened)?);
    }
    with_noted(token, need, body)
}

/// [`with`], with a note of whose drivers the thread is inside of.
#[inline(never)]
fn with_noted<T>(
    token: ManagerToken,
    need: Need,
    body: impl FnOnce(&Manager) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let token = resolve(token);
    if is_process(token) {
        let manager = match need {
            Need::Handles => process::existing().ok_or_else(nothing_opened)?,
            Need::Configuration => process::ready()?,
        };
        let _inside = Inside::enter(PROCESS);
        return body(manager);
    }
    // Declared first: if the manager was destroyed meanwhile and this is its last use, it closes what is open while
    // the thread still counts as inside it.
    let _inside = Inside::enter(token);
    let (manager, destroyed) = look_up(token)?;
    let result = body(&manager);
    let recent = Recent { token, destroyed, manager: Arc::downgrade(&manager) };
    let _ = RECENT.try_with(|place| place.set(Some(recent)));
    result
}

/// The manager of this token, as this thread knows it or as it is noted for all, and how many had been destroyed.
fn look_up(token: ManagerToken) -> Result<(Arc<Manager>, usize), Failure> {
    // Before the look at the list: what is destroyed after it is noticed at the next call.
    let destroyed = DESTROYED.load(Ordering::Acquire);
    let recent = RECENT.try_with(Cell::take).unwrap_or_default();
    let known = recent.filter(|it| it.token == token && it.destroyed == destroyed);
    if let Some(manager) = known.and_then(|recent| recent.manager.upgrade()) {
        return Ok((manager, destroyed));
    }
    Ok((find(token).ok_or_else(|| no_manager(token))?, destroyed))
}

fn find(token: ManagerToken) -> Option<Arc<Manager>> {
    MADE.read().unwrap_or_else(PoisonError::into_inner).managers.get(&token.0).cloned()
}

/// Whether the token means the manager of the process at this moment.
pub(crate) fn means_process(token: ManagerToken) -> bool {
    is_process(resolve(token))
}

#[inline]
fn is_process(resolved: ManagerToken) -> bool {
    matches!(resolved, ManagerToken::NULL | PROCESS)
}

/// Whether a call that names no manager means that of the process, and the thread need not note that it is inside of
/// it: being there and being outside of all managers come to the same.
#[inline]
pub(crate) fn means_process_for(thread: CallingThread, token: ManagerToken) -> bool {
    token == ManagerToken::NULL && is_process(ManagerToken(notes::current(thread)))
}

/// The manager that this thread is inside of.
fn current() -> ManagerToken {
    ManagerToken(notes::current(CallingThread::here()))
}

/// The token in the place of which NULL stands at this moment; NULL outside of drivers.
fn resolve(token: ManagerToken) -> ManagerToken {
    if token == ManagerToken::NULL { current() } else { token }
}

/// As [`with`], on an instance of the manager.
#[inline]
pub(crate) fn with_handle<T>(
    token: ManagerToken,
    handle: HDRVR,
    body: impl FnOnce(&Manager, Handle) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let valid = Handle::from_raw(handle).ok_or_else(|| Failure::no_handle(handle.0))?;
    with(token, Need::Handles, move |manager| body(manager, valid))
}

/// Runs code of the program itself from inside a driver: there the Windows names mean the manager of the process.
pub(crate) fn outside<T>(body: impl FnOnce() -> T) -> T {
    let _inside = Inside::enter(ManagerToken::NULL);
    body()
}

/// Keeps a manager that the program has made, and gives it a token that no other had.
pub(crate) fn keep(manager: Manager) -> ManagerToken {
    let mut made = MADE.write().unwrap_or_else(PoisonError::into_inner);
    made.last += 1;
    let token = made.last;
    made.managers.insert(token, Arc::new(manager));
    ManagerToken(token)
}

/// Calls `body` with each manager that there is.
pub(crate) fn each(body: impl Fn(&Manager)) {
    let made = MADE.read().unwrap_or_else(PoisonError::into_inner);
    let made: Vec<Arc<Manager>> = made.managers.values().cloned().collect();
    process::existing().into_iter().for_each(&body);
    made.iter().for_each(|manager| body(manager));
}

/// Closes what is open in a manager and forgets it. What another thread is inside of is taken down when that leaves.
/// Returns what drivers keep open.
pub(crate) fn destroy(token: ManagerToken) -> Result<Vec<CloseError>, Failure> {
    if token == PROCESS {
        return Err(Failure::new(
            Code::Manager,
            "the manager of the process lasts as long as the process; opendriver_close_all closes its drivers",
        ));
    }
    let _inside = Inside::enter(token);
    let manager = find(token).ok_or_else(|| no_manager(token))?;
    // While it can still be found: a driver may call back from DRV_CLOSE.
    let kept = manager.close_all();
    let mut made = MADE.write().unwrap_or_else(PoisonError::into_inner);
    let removed = made.managers.remove(&token.0);
    DESTROYED.fetch_add(1, Ordering::Release);
    drop(made);
    // Another thread may have been faster; then it is the one that destroyed it.
    removed.map(|_| kept).ok_or_else(|| no_manager(token))
}

fn no_manager(token: ManagerToken) -> Failure {
    Failure::new(Code::Manager, format!("there is no manager {:#x}: it was destroyed, or never was", token.0))
}

fn nothing_opened() -> Failure {
    Failure::BadHandle(BadHandle::NothingOpened)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Failure>) -> Option<Code> {
        result.err().map(|failure| failure.told().code)
    }

    #[test]
    fn tokens_die_with_their_managers_and_are_not_used_again() {
        let first = keep(Manager::new(opendriver::Config::default()));
        assert!(with(first, Need::Handles, |_| Ok(())).is_ok());
        assert!(destroy(first).is_ok());
        let second = keep(Manager::new(opendriver::Config::default()));
        assert_ne!(first, second);
        assert_eq!(code(with(first, Need::Handles, |_| Ok(()))), Some(Code::Manager));
        assert_eq!(code(destroy(first)), Some(Code::Manager));
        assert!(destroy(second).is_ok());
        assert_eq!(code(destroy(PROCESS)), Some(Code::Manager));
        assert_eq!(code(destroy(ManagerToken::NULL)), Some(Code::Manager));
    }

    #[test]
    fn a_call_inside_a_call_means_the_same_manager() {
        let (a, b) = (keep(Manager::new(<_>::default())), keep(Manager::new(<_>::default())));
        let address = |token| with(token, Need::Handles, |manager| Ok(std::ptr::from_ref(manager).addr()));
        let address_of = |token| address(token).expect("it is there");
        with(a, Need::Handles, |_| {
            assert_eq!(address_of(ManagerToken::NULL), address_of(a));
            with(b, Need::Handles, |_| {
                assert_eq!(address_of(ManagerToken::NULL), address_of(b));
                Ok(())
            })?;
            assert_eq!(address_of(ManagerToken::NULL), address_of(a));
            outside(|| assert_eq!(current(), ManagerToken::NULL));
            // Destroyed from inside: it lasts until the call is over, but cannot be reached any more.
            destroy(a)?;
            assert_eq!(code(address(ManagerToken::NULL)), Some(Code::Manager));
            Ok(())
        })
        .expect("no call fails");
        assert_eq!(current(), ManagerToken::NULL);
        destroy(b).expect("it is there");
    }
}

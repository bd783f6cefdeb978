//! All that the SDK keeps about one driver type: the open instances. Plain, safe, and without a `DriverProc` in sight.

use std::any::type_name;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::abi::{
    DRV_CLOSE, DRV_CONFIGURE, DRV_DISABLE, DRV_ENABLE, DRV_EXITAPPLICATION, DRV_EXITSESSION, DRV_FREE,
    DRV_INSTALL, DRV_LOAD, DRV_OPEN, DRV_POWER, DRV_QUERYCONFIGURE, DRV_REMOVE, DriverId, ENTRY_SYMBOL,
    HDRVR, LRESULT, default_result,
};
use crate::guard::{self, Call};
use crate::report::{self, RefusalReport};
use crate::{Close, Configure, Driver, ExitKind, Message, Open, Refusal, Reply};

/// The instances of one driver type, and the way into them.
///
/// Rule of this file: a lock is held only to look something up or to change the map. The driver's code, its destructors
/// included, runs outside.
pub(crate) struct DriverHolder<T> {
    state: RwLock<State<T>>,
}

struct State<T> {
    /// Ordered, and identifiers rise: so this is the order of opening.
    instances: BTreeMap<u32, Entry<T>>,
    /// `DRV_LOAD` accepted and not yet followed by `DRV_FREE`. More than one when a program registers one driver as
    /// several modules.
    loads: u32,
}

struct Entry<T> {
    instance: Arc<T>,
    handle: HDRVR,
    /// Inside `DRV_CLOSE`: a second close must not reach the driver.
    closing: bool,
}

/// Identifiers fit 31 bits: real programs and managers keep them in signed 32-bit variables.
const ID_MASK: u32 = 0x7FFF_FFFF;

/// One counter for all drivers, so that an identifier comes back only after 2^31 opens, even of a driver that was freed
/// in between.
static NEXT_ID: AtomicU32 = AtomicU32::new(1);

impl<T: Driver> DriverHolder<T> {
    pub(crate) fn new() -> Self {
        DriverHolder { state: RwLock::new(State { instances: BTreeMap::new(), loads: 0 }) }
    }

    /// `DRV_OPEN`: the identifier of the new instance, or 0.
    pub(crate) fn open(&self, open: &Open<'_>) -> LRESULT {
        match guard::run(call::<T>(DRV_OPEN), || T::open(open)) {
            Some(Ok(instance)) => self.insert(instance, open.handle()),
            Some(Err(refusal)) => refuse::<T>(DRV_OPEN, &refusal),
            None => 0,
        }
    }

    fn insert(&self, instance: T, handle: HDRVR) -> LRESULT {
        let entry = Entry { instance: Arc::new(instance), handle, closing: false };
        let mut state = self.write();
        // Ends: nobody has the memory for 2^31 open instances.
        let id = loop {
            let id = NEXT_ID.fetch_add(1, Ordering::Relaxed) & ID_MASK;
            if id != 0 && !state.instances.contains_key(&id) {
                break id;
            }
        };
        state.instances.insert(id, entry);
        id as LRESULT
    }

    /// `DRV_CONFIGURE` and `DRV_INSTALL`.
    pub(crate) fn configure(&self, id: DriverId, number: u32, request: &Configure<'_>) -> LRESULT {
        self.with(id, number, |instance| {
            let outcome =
                if number == DRV_INSTALL { instance.install(request) } else { instance.configure(request) };
            outcome.into()
        })
    }

    /// Everything but `DRV_OPEN`, `DRV_CONFIGURE` and `DRV_INSTALL`, whose parameters must be read first.
    pub(crate) fn message(&self, id: DriverId, message: &Message) -> LRESULT {
        debug_assert!(!matches!(message.number(), DRV_OPEN | DRV_CONFIGURE | DRV_INSTALL));
        let number = message.number();
        match number {
            DRV_LOAD => self.load(),
            DRV_ENABLE => guard::run(call::<T>(number), T::enable).map_or(0, |()| default_result(number)),
            DRV_DISABLE => guard::run(call::<T>(number), T::disable).map_or(0, |()| default_result(number)),
            DRV_FREE => self.free(),
            DRV_CLOSE => self.close(id, &Close::new(message.handle(), message.lparam1(), message.lparam2())),
            DRV_QUERYCONFIGURE => self.with(id, number, |instance| instance.query_configure(message).into()),
            DRV_REMOVE => self.with(id, number, |instance| instance.remove(message).into()),
            DRV_POWER => self.with(id, number, |instance| instance.power(message).into()),
            DRV_EXITSESSION => self.with(id, number, |instance| {
                instance.exit_session(message);
                default_result(number)
            }),
            DRV_EXITAPPLICATION => self.with(id, number, |instance| {
                instance.exit_application(ExitKind::from(message.lparam1()));
                default_result(number)
            }),
            _ => self.with(id, number, |instance| match instance.message(message) {
                Reply::Default => default_result(number),
                Reply::Value(value) => value,
            }),
        }
    }

    fn load(&self) -> LRESULT {
        match guard::run(call::<T>(DRV_LOAD), T::load) {
            Some(Ok(())) => {
                self.write().loads += 1;
                default_result(DRV_LOAD)
            }
            Some(Err(refusal)) => refuse::<T>(DRV_LOAD, &refusal),
            None => 0,
        }
    }

    fn free(&self) -> LRESULT {
        let answer = guard::run(call::<T>(DRV_FREE), T::free).map_or(0, |()| default_result(DRV_FREE));
        // Only now: a module opened again from inside `T::free` counts as loaded.
        let left = {
            let mut state = self.write();
            state.loads = state.loads.saturating_sub(1);
            if state.loads == 0 { std::mem::take(&mut state.instances) } else { BTreeMap::new() }
        };
        for entry in left.into_values() {
            discard(DRV_FREE, entry.instance);
        }
        answer
    }

    fn close(&self, id: DriverId, close: &Close) -> LRESULT {
        let Some(key) = key(id) else { return default_result(DRV_CLOSE) };
        let instance = match self.write().instances.get_mut(&key) {
            Some(entry) if !entry.closing => {
                entry.closing = true;
                entry.instance.clone()
            }
            _ => return default_result(DRV_CLOSE),
        };
        // A panic counts as agreement: nothing is won by keeping a broken instance.
        let agreed = guard::run(call::<T>(DRV_CLOSE), || instance.close(close)).unwrap_or(true);
        let removed = {
            let mut state = self.write();
            if agreed {
                state.instances.remove(&key)
            } else {
                if let Some(entry) = state.instances.get_mut(&key) {
                    entry.closing = false;
                }
                None
            }
        };
        if let Some(entry) = removed {
            discard(DRV_CLOSE, entry.instance);
        }
        discard(DRV_CLOSE, instance);
        agreed.into()
    }

    /// Calls the instance with this identifier; the default answer if there is none, 0 if it panics.
    fn with(&self, id: DriverId, number: u32, code: impl FnOnce(&T) -> LRESULT) -> LRESULT {
        let found =
            key(id).and_then(|key| self.read().instances.get(&key).map(|entry| entry.instance.clone()));
        let Some(instance) = found else { return default_result(number) };
        let answer = guard::run(call::<T>(number), || code(&instance)).unwrap_or(0);
        // Outside the guard above: dropped during an unwinding, a destructor that panics too would end the process.
        discard(number, instance);
        answer
    }

    /// The open instances in the order of opening.
    pub(crate) fn instances(&self) -> Vec<Arc<T>> {
        self.read().instances.values().map(|entry| entry.instance.clone()).collect()
    }

    /// The instance opened last.
    pub(crate) fn latest(&self) -> Option<Arc<T>> {
        self.read().instances.values().next_back().map(|entry| entry.instance.clone())
    }

    /// The instance with this handle, the one opened last if a manager used a handle twice.
    pub(crate) fn by_handle(&self, handle: HDRVR) -> Option<Arc<T>> {
        self.read()
            .instances
            .values()
            .rev()
            .find(|entry| entry.handle == handle)
            .map(|entry| entry.instance.clone())
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.read();
        state.loads == 0 && state.instances.is_empty()
    }

    fn read(&self) -> RwLockReadGuard<'_, State<T>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State<T>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An identifier of ours, or nothing: the upper half of a wide one must be empty.
fn key(id: DriverId) -> Option<u32> {
    u32::try_from(id).ok()
}

fn call<T>(message: u32) -> Call {
    Call { driver: type_name::<T>(), entry: ENTRY_SYMBOL, message }
}

fn refuse<T>(message: u32, refusal: &Refusal) -> LRESULT {
    report::refused(&RefusalReport {
        driver: type_name::<T>(),
        message,
        reason: refusal.reason().to_owned(),
    });
    0
}

/// Gives up one use of an instance; if it was the last, the destructor runs here, behind the catch.
fn discard<T: Driver>(message: u32, instance: Arc<T>) {
    // The panic is reported; there is no answer to spoil.
    let _ = guard::run(call::<T>(message), || drop(instance));
}

//! Into the driver: the one place where foreign code is entered.
//!
//! This is one of the two modules of the manager that contain `unsafe`. [`Manager::send`] is the hot path: it reads
//! the slot, announces the entry in the thread's own record, looks again, calls, takes the announcement back. No
//! lock, no allocation, no formatting, no write to memory that other threads write.

pub(crate) mod callback;
pub(crate) mod client;

use std::time::Instant;

use opendriver_abi::{LPARAM, LRESULT};

use super::Manager;
use crate::error::StaleHandle;
use crate::handle::Handle;
use crate::load::Entry;
use crate::module::Module;
use crate::observe::Call;
use crate::presence::{CallingThread, Record};
use crate::sync::atomic::Ordering;
use crate::sys::fence;
use crate::table::{Seen, Slot};
use crate::unwind::contained;

impl Manager {
    /// Sends a message to an open instance and returns the driver's answer as it is.
    ///
    /// Any number is delivered, also the manager's own such as DRV_OPEN; they change nothing in the manager.
    /// `lparam1` and `lparam2` reach the driver untouched; where a driver takes them for addresses, they must be
    /// valid for what it does with them.
    ///
    /// A driver may send to any instance from inside any message, its own included, and also to an instance that it
    /// is being told to close on this very thread.
    ///
    /// # Errors
    ///
    /// [`StaleHandle`] if the instance is not open; nothing is sent then.
    ///
    /// # Windows behaviour
    ///
    /// Returns 0 for a bad handle, which cannot be told from a driver's 0. The Windows 3.1 SDK forbids applications
    /// to send the system's messages; Wine 8.0 (measured) delivers them, and so do we.
    #[doc(alias = "SendDriverMessage")]
    #[doc(alias = "DrvSendMessage")]
    #[inline]
    pub fn send(
        &self,
        handle: Handle,
        message: u32,
        lparam1: LPARAM,
        lparam2: LPARAM,
    ) -> Result<LRESULT, StaleHandle> {
        match CallingThread::known() {
            Some(thread) => self.send_on(thread, handle, message, lparam1, lparam2),
            None => self.send_first(handle, message, lparam1, lparam2),
        }
    }

    /// The first message of a thread.
    #[cold]
    #[inline(never)]
    fn send_first(
        &self,
        handle: Handle,
        message: u32,
        lparam1: LPARAM,
        lparam2: LPARAM,
    ) -> Result<LRESULT, StaleHandle> {
        self.send_on(CallingThread::here(), handle, message, lparam1, lparam2)
    }

    /// [`Manager::send`] for a caller that has the calling thread at hand.
    // Without a call before that of the driver, so that nothing has to be kept across one.
    #[doc(hidden)]
    #[inline(always)]
    pub fn send_on(
        &self,
        thread: CallingThread,
        handle: Handle,
        message: u32,
        lparam1: LPARAM,
        lparam2: LPARAM,
    ) -> Result<LRESULT, StaleHandle> {
        let Some(slot) = self.slots.get(handle) else { return Err(StaleHandle { handle }) };
        let Some(seen) = slot.read(handle) else {
            if slot.is_closing(handle) {
                return self.send_while_closing(handle, message, (lparam1, lparam2));
            }
            return Err(StaleHandle { handle });
        };
        let record = thread.record();
        if self.hurdles.load(Ordering::Relaxed) & hurdle::AT_ENTRY != 0
            || !record.enter_first(seen.module.cast_mut().cast())
        {
            return self.send_carefully(slot, seen, handle, message, (lparam1, lparam2));
        }
        fence::lightest();
        if !slot.is(handle) {
            record.leave_first();
            return self.send_carefully(slot, seen, handle, message, (lparam1, lparam2));
        }
        // SAFETY: the handle was alive after the entry was announced. Whoever closes the last instance of a module
        // first makes the handle dead and then looks for announcements, so this one is seen and the module is kept
        // until it is taken back.
        let module = unsafe { &*seen.module };
        // Neither can unwind, so the announcement is taken back on every way out.
        let answer = match module.entry() {
            Entry::Native(procedure) => {
                // SAFETY: the code is loaded for as long as the module is held, and DriverProc takes any message
                // with any parameters from any thread; what the parameters mean is the sender's promise.
                unsafe { procedure(seen.driver_id, handle.to_raw(), message, lparam1, lparam2) }
            }
            Entry::BuiltIn(_) => answer_built_in(module, seen.driver_id, handle, message, (lparam1, lparam2)),
        };
        record.leave_first();
        fence::lightest();
        if self.hurdles.load(Ordering::Relaxed) & hurdle::DEPARTING != 0 {
            self.left_while_departing(seen.module.cast_mut().cast());
        }
        Ok(answer)
    }

    /// [`Manager::send`] where somebody watches, where the system has no remote barrier, where a driver calls back,
    /// or where the handle died just now.
    #[cold]
    fn send_carefully(
        &self,
        slot: &Slot,
        seen: Seen,
        handle: Handle,
        message: u32,
        lparams: (LPARAM, LPARAM),
    ) -> Result<LRESULT, StaleHandle> {
        let mark = seen.module.cast_mut().cast();
        let entered = Record::own().enter(mark);
        if !slot.is(handle) {
            drop(entered);
            self.left(mark);
            return self.send_while_closing(handle, message, lparams);
        }
        // SAFETY: as in `send`: the handle was alive after the entry was announced, so the module is kept.
        let module = unsafe { &*seen.module };
        let answer = self.deliver(module, handle, seen.driver_id, message, lparams, None);
        drop(entered);
        self.left(mark);
        Ok(answer)
    }

    /// What a driver sends to an instance that is being closed on this thread still arrives, as it does on Windows
    /// (Wine 8.0 measured, during DRV_CLOSE, DRV_DISABLE and DRV_FREE). All others find the handle dead.
    #[cold]
    fn send_while_closing(
        &self,
        handle: Handle,
        message: u32,
        lparams: (LPARAM, LPARAM),
    ) -> Result<LRESULT, StaleHandle> {
        let module = self.with_live(handle, |_, loaded| loaded.module.clone())?;
        let answer = self.call(&module, handle, message, lparams, None);
        let mark = module.mark();
        drop(module);
        self.left(mark);
        Ok(answer)
    }

    /// To be called after having left a module: goes on with its descent if that waited for it.
    fn left(&self, mark: *mut ()) {
        if self.hurdles.load(Ordering::Relaxed) & hurdle::DEPARTING != 0 {
            self.left_while_departing(mark);
        }
    }

    /// [`Manager::left`] while some module waits. One that waits long, because a driver blocks, must not hold up those
    /// who leave others.
    #[cold]
    #[inline(never)]
    fn left_while_departing(&self, mark: *mut ()) {
        if self.departing.load(Ordering::Relaxed) & departing_bit(mark) != 0 {
            self.resume_descents();
        }
    }

    /// Delivers a message of the manager's own. The caller holds the module by other means than an open handle.
    pub(super) fn call(
        &self,
        module: &Module,
        handle: Handle,
        message: u32,
        lparams: (LPARAM, LPARAM),
        parameters: Option<&str>,
    ) -> LRESULT {
        let driver_id = self.slots.get(handle).map_or(0, |slot| slot.driver_id());
        let _entered = Record::own().enter(module.mark());
        self.deliver(module, handle, driver_id, message, lparams, parameters)
    }

    /// Delivers a message to a module that has been entered.
    fn deliver(
        &self,
        module: &Module,
        handle: Handle,
        driver_id: usize,
        message: u32,
        lparams: (LPARAM, LPARAM),
        parameters: Option<&str>,
    ) -> LRESULT {
        let call = call_of(module, driver_id, handle, message, lparams, parameters);
        let watched = self.hurdles.load(Ordering::Relaxed) & hurdle::OBSERVED != 0;
        if !watched {
            return answer(module, &call);
        }
        self.observers.sending(&call);
        let start = Instant::now();
        let result = answer(module, &call);
        self.observers.answered(&call, result, start.elapsed());
        result
    }
}

/// What may stand in the way of the short path of [`Manager::send`], in one word so that it is one load.
pub(super) mod hurdle {
    /// There are observers, or a `tracing` subscriber wants every message.
    pub(in crate::manager) const OBSERVED: u32 = 1;
    /// The system cannot make other threads pass a barrier, so every sender needs full fences.
    pub(in crate::manager) const FULL_FENCES: u32 = 2;
    /// Modules wait for threads to leave them.
    pub(in crate::manager) const DEPARTING: u32 = 4;
    /// What has to be known before entering.
    pub(super) const AT_ENTRY: u32 = OBSERVED | FULL_FENCES;
}

/// What stands for a module in [`Manager::departing`]; some share one.
pub(super) fn departing_bit(mark: *mut ()) -> usize {
    if cfg!(loom) {
        // What a model does may not depend on where the allocator puts things.
        return 1;
    }
    // Modules are allocated at addresses that differ somewhere above the lowest bits.
    let mixed = (mark.addr() >> 4).wrapping_mul(0x9E37_79B9);
    1 << ((mixed >> 16) % usize::BITS as usize)
}

fn call_of<'a>(
    module: &'a Module,
    driver_id: usize,
    handle: Handle,
    message: u32,
    (lparam1, lparam2): (LPARAM, LPARAM),
    parameters: Option<&'a str>,
) -> Call<'a> {
    let depth = Record::own().depth() - 1;
    Call { handle, module: module.name(), driver_id, message, lparam1, lparam2, parameters, depth }
}

#[inline(never)]
fn answer_built_in(
    module: &Module,
    driver_id: usize,
    handle: Handle,
    message: u32,
    lparams: (LPARAM, LPARAM),
) -> LRESULT {
    answer(module, &call_of(module, driver_id, handle, message, lparams, None))
}

/// Enters the driver. Does not unwind.
fn answer(module: &Module, call: &Call<'_>) -> LRESULT {
    match module.entry() {
        Entry::Native(procedure) => {
            // SAFETY: the code is loaded for as long as the module is held, and DriverProc takes any message with
            // any parameters from any thread; what the parameters mean is the sender's promise.
            unsafe {
                procedure(call.driver_id, call.handle.to_raw(), call.message, call.lparam1, call.lparam2)
            }
        }
        Entry::BuiltIn(driver) => contained(|| driver.message(call)).unwrap_or_else(|| {
            tracing::error!("the built-in driver panicked in {call}; taken as the answer 0");
            0
        }),
    }
}

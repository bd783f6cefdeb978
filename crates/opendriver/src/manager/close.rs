//! Closing, and the way of a module down: DRV_DISABLE, DRV_FREE, unloading.

use std::sync::Arc;

use opendriver_abi::{DRV_CLOSE, DRV_DISABLE, DRV_FREE, LPARAM, LRESULT};
use opendriver_config::CloseZero;

use super::Manager;
use super::dispatch::{departing_bit, hurdle};
use super::state::{ModuleId, Phase, Stage, State};
use crate::error::{CloseError, StaleHandle};
use crate::handle::Handle;
use crate::module::Module;
use crate::presence::{self, Inside, Record};
use crate::sync::atomic::Ordering;

/// The next step of a module on its way down.
enum Step {
    /// Nothing to do now: it is in use, in other hands, or waits for a thread to leave.
    None,
    /// DRV_DISABLE and then DRV_FREE, in the name of this instance.
    Descend(Arc<Module>, Handle, u64),
    /// Nobody uses it and nobody is inside: out with it.
    Unload(Arc<Module>),
}

impl Manager {
    /// Closes an instance and returns what the driver answered to DRV_CLOSE.
    ///
    /// DRV_CLOSE gets the two parameters untouched. With the last instance of a module follow DRV_DISABLE and
    /// DRV_FREE, with the id and the handle of that instance and zeros, and the driver is unloaded.
    ///
    /// The handle is dead at once, for all threads. Closing never waits for other threads: where another is still
    /// inside the module, the last one to leave sends DRV_DISABLE and DRV_FREE and unloads it.
    ///
    /// # Errors
    ///
    /// [`CloseError::Stale`] if the instance is not open; [`CloseError::Vetoed`] if the driver answered 0 and the
    /// personality lets it keep the instance open. Under the others a 0 closes all the same and is returned.
    ///
    /// # Windows behaviour
    ///
    /// Returns 1, or 0 for a bad handle. By the Windows 3.1 SDK a driver's 0 makes the close fail; Wine 8.0
    /// (measured) ignores it.
    #[doc(alias = "CloseDriver")]
    #[doc(alias = "DrvClose")]
    pub fn close(&self, handle: Handle, lparam1: LPARAM, lparam2: LPARAM) -> Result<LRESULT, CloseError> {
        let veto = self.setup().config.settings().switches.close_zero == CloseZero::Veto;
        let me = Record::own().thread();
        let mut state = self.lock();
        let stale = StaleHandle { handle };
        let instance = state.places.get_mut(handle).ok_or(stale)?;
        let (id, stage) = (instance.module, instance.stage);
        let may_veto = veto && stage == Stage::Open;
        instance.stage = match stage {
            Stage::Closing | Stage::Abandoned | Stage::Stillborn => return Err(stale.into()),
            Stage::Loading => Stage::Stillborn,
            Stage::Opening => Stage::Abandoned,
            Stage::Open => Stage::Closing,
        };
        // Where there is no DRV_CLOSE, it is dead for this thread too.
        instance.closer = (instance.stage != Stage::Stillborn).then_some(me);
        if !may_veto {
            self.slots.get(handle).expect("it has a slot").set_closing(handle);
        }
        let module = state.modules.get(id).expect("a module with an instance stays").module.clone();
        drop(state);
        if stage == Stage::Loading {
            // DRV_OPEN has not been sent and will not be, so there is nothing for DRV_CLOSE to undo.
            return Ok(1);
        }
        let answer = self.call(&module, handle, DRV_CLOSE, (lparam1, lparam2), None);
        if stage == Stage::Opening {
            drop(module);
            self.close_unopened(id, handle);
            return Ok(answer);
        }
        if answer == 0 {
            tracing::warn!("{} answered DRV_CLOSE of {handle} with 0, failure", module.name());
            if may_veto {
                let mut state = self.lock();
                state.places.get_mut(handle).expect("it was not closed").stage = Stage::Open;
                return Err(CloseError::Vetoed { module: module.name().to_owned(), handle });
            }
        }
        self.slots.get(handle).expect("it has a slot").set_closing(handle);
        drop(module);
        self.bury(id, handle);
        Ok(answer)
    }

    /// What follows DRV_CLOSE of an instance whose DRV_OPEN was still out when it was sent.
    fn close_unopened(&self, id: ModuleId, handle: Handle) {
        let mut state = self.lock();
        let instance = state.places.get_mut(handle).expect("the opener or the closer frees the slot");
        if instance.stage == Stage::Abandoned {
            instance.stage = Stage::Stillborn;
            instance.closer = None;
            return;
        }
        // The opener has come back before us.
        state.modules.get_mut(id).expect("a module with a user stays").users -= 1;
        state.set_farewell(&self.slots, id, handle);
        drop(state);
        self.retire(id);
        self.lock().release(&self.slots, id, handle);
    }

    /// What follows DRV_CLOSE.
    fn bury(&self, id: ModuleId, handle: Handle) {
        let mut state = self.lock();
        state.places.unlink(handle);
        let session = state.places.get(handle).is_some_and(|instance| instance.session);
        let loaded = state.modules.get_mut(id).expect("a module with an instance stays");
        loaded.linked -= 1;
        loaded.sessions -= u32::from(session);
        loaded.users -= 1;
        state.set_farewell(&self.slots, id, handle);
        drop(state);
        self.retire(id);
        self.lock().release(&self.slots, id, handle);
        self.close_lonely_session(id);
    }

    /// Closes the hidden instance of a module when no other is left, as Wine 8.0 does. When drivers or threads have
    /// opened more than one in each other's way, all of them go: nobody else could close them.
    pub(super) fn close_lonely_session(&self, id: ModuleId) {
        // It may be closed meanwhile by somebody else, which is as good.
        while let Some(session) = self.lonely_session(id)
            && self.close(session, 0, 0).is_ok()
        {}
    }

    fn lonely_session(&self, id: ModuleId) -> Option<Handle> {
        let state = self.lock();
        let loaded = state.modules.get(id)?;
        if loaded.sessions == 0 || loaded.linked != loaded.sessions || loaded.waiting_sessions > 0 {
            return None;
        }
        let of_module = |handle: &Handle| {
            state.places.get(*handle).is_some_and(|instance| instance.module == id && instance.session)
        };
        state.places.in_order().find(of_module)
    }

    /// Takes the module down as far as it can go now. To be called whenever it may have lost its last user, or the
    /// last thread inside may have left.
    pub(super) fn retire(&self, id: ModuleId) {
        loop {
            match self.next_step(id) {
                Step::None => return,
                Step::Descend(module, handle, descent) => {
                    self.descend(id, &module, handle, descent);
                    // Dead for this thread too from here on, wherever the descent has led.
                    self.lock().release(&self.slots, id, handle);
                }
                Step::Unload(module) => {
                    if let Some(kept) = &mut self.lock().kept {
                        kept.push(module);
                        return;
                    }
                    self.observers.unloading(module.name(), module.path());
                    drop(module);
                    return;
                }
            }
        }
    }

    fn next_step(&self, id: ModuleId) -> Step {
        let me = Record::own().thread();
        let mut state = self.lock();
        let Some(loaded) = state.modules.get(id) else { return Step::None };
        let module = loaded.module.clone();
        if loaded.users > 0 {
            self.set_departing(&mut state, id, false);
            return Step::None;
        }
        let (phase, farewell) = (loaded.phase, loaded.farewell);
        let closer = farewell.and_then(|handle| state.places.get(handle)?.closer);
        let free_to_go = |inside| match inside {
            Inside::Nobody => true,
            // A driver that closes its last instance in the middle of a message is told there and then, as on Windows;
            // one that merely comes back from a message inside a message is not.
            Inside::OnlyMe => phase == Phase::Up && closer == Some(me),
            Inside::Others | Inside::Unknown => false,
        };
        if !matches!((phase, farewell), (Phase::Up, Some(_)) | (Phase::Mapped, _)) {
            return Step::None;
        }
        // First the flag, then the look: whoever leaves looks at the flag after having left, so that one of the two
        // sees the other.
        self.set_departing(&mut state, id, true);
        let inside = presence::inside(module.mark());
        if !free_to_go(inside) {
            // Dead for the closer too, until somebody makes the descent in its name.
            if let Some(instance) = farewell.and_then(|handle| state.places.get_mut(handle)) {
                instance.closer = None;
            }
            drop(state);
            if inside == Inside::Unknown {
                tracing::error!("the system no longer lets threads pass a barrier; modules stay loaded");
            }
            return Step::None;
        }
        self.set_departing(&mut state, id, false);
        if let (Phase::Up, Some(handle)) = (phase, farewell) {
            let descent = state.next_descent();
            state.modules.get_mut(id).expect("it was just there").phase = Phase::Disabling(me, descent);
            if let Some(instance) = state.places.get_mut(handle) {
                instance.closer = Some(me);
            }
            return Step::Descend(module, handle, descent);
        }
        state.modules.remove(id);
        if let Some(farewell) = farewell {
            state.places.give_back(&self.slots, farewell);
        }
        self.phase_changed(state);
        Step::Unload(module)
    }

    /// DRV_DISABLE, DRV_FREE. A driver that opens itself again from inside one of them changes the phase, and the
    /// rest is not sent.
    fn descend(&self, id: ModuleId, module: &Module, handle: Handle, descent: u64) {
        let me = Record::own().thread();
        self.call(module, handle, DRV_DISABLE, (0, 0), None);
        if !self.advance(id, Phase::Disabling(me, descent), Phase::Freeing(me, descent)) {
            return;
        }
        self.call(module, handle, DRV_FREE, (0, 0), None);
        self.advance(id, Phase::Freeing(me, descent), Phase::Mapped);
    }

    fn advance(&self, id: ModuleId, from: Phase, to: Phase) -> bool {
        let mut state = self.lock();
        let Some(loaded) = state.modules.get_mut(id) else { return false };
        let still = loaded.phase == from;
        if still {
            loaded.phase = to;
        }
        self.phase_changed(state);
        still
    }

    /// Notes that the module waits for threads to leave, or no longer does, and lets leavers know.
    fn set_departing(&self, state: &mut State, id: ModuleId, departing: bool) {
        let waiting = state.modules.set_departing(id, departing);
        let bits = waiting.map(|module| departing_bit(module.mark())).fold(0, |bits, bit| bits | bit);
        self.departing.store(bits, Ordering::SeqCst);
        if bits != 0 {
            self.hurdles.fetch_or(hurdle::DEPARTING, Ordering::SeqCst);
        } else {
            self.hurdles.fetch_and(!hurdle::DEPARTING, Ordering::SeqCst);
        }
    }

    /// Goes on with the descents that waited for a thread to leave.
    #[cold]
    pub(super) fn resume_descents(&self) {
        let waiting = self.lock().modules.departing();
        for id in waiting {
            self.retire(id);
        }
    }
}

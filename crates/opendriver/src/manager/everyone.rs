//! What concerns all instances: enumeration, broadcasts, the orderly end, the drivers of the start.

use std::collections::HashSet;
use std::path::PathBuf;

use opendriver_abi::{LPARAM, LRESULT};

use super::Manager;
use super::state::State;
use crate::error::{CloseError, OpenError, StaleHandle};
use crate::handle::Handle;

/// What is known of an open instance.
#[non_exhaustive]
#[doc(alias = "DRIVERINFOSTRUCT")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceInfo {
    /// Its handle.
    #[doc(alias = "hDriver")]
    pub handle: Handle,
    /// The alias it was opened by; `None` if it was opened by file name.
    #[doc(alias = "szAliasName")]
    pub alias: Option<String>,
    /// The file name of its driver as it was asked for, without directories.
    pub module: String,
    /// The file; `None` for a driver that is compiled into the program.
    pub path: Option<PathBuf>,
    /// The driver's own id for the instance.
    pub driver_id: usize,
}

/// The direction of an enumeration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From the instance opened first.
    #[default]
    #[doc(alias = "GND_FORWARD")]
    Forward,
    /// From the instance opened last.
    #[doc(alias = "GND_REVERSE")]
    Reverse,
}

impl Manager {
    /// All open instances, in the order in which they were opened. The hidden instances of the wine personality
    /// are not among them.
    pub fn instances(&self) -> Vec<InstanceInfo> {
        let state = self.lock();
        state.places.in_order().filter_map(|handle| self.describe(&state, handle)).collect()
    }

    /// The instance opened next after `after`, or before it when going in reverse; `None` for `after` starts at
    /// the first, or the last. With `first_only`, only the first instance of each module counts.
    ///
    /// `None` comes back at the end, and when `after` is not open.
    ///
    /// # Windows behaviour
    ///
    /// GetNextDriver of 16-bit Windows; it has no 32-bit equivalent. Windows returns 0 at the end.
    #[doc(alias = "GetNextDriver")]
    #[doc(alias = "GND_FIRSTINSTANCEONLY")]
    pub fn next_instance(
        &self,
        after: Option<Handle>,
        direction: Direction,
        first_only: bool,
    ) -> Option<Handle> {
        let state = self.lock();
        let places = &state.places;
        let step = |handle: Option<Handle>| match (handle, direction) {
            (Some(handle), Direction::Forward) => places.after(handle),
            (Some(handle), Direction::Reverse) => places.before(handle),
            (None, Direction::Forward) => places.first(),
            (None, Direction::Reverse) => places.last(),
        };
        if let Some(after) = after {
            self.describe(&state, after)?;
        }
        let mut next = step(after);
        while let Some(handle) = next {
            let instance = places.get(handle)?;
            let counts = !instance.session
                && (!first_only || first_of_module(&state, handle).is_none_or(|first| first == handle));
            if counts {
                return Some(handle);
            }
            next = step(Some(handle));
        }
        None
    }

    /// What is known of one instance.
    ///
    /// # Errors
    ///
    /// [`StaleHandle`] if it is not open.
    #[doc(alias = "GetDriverInfo")]
    pub fn info(&self, handle: Handle) -> Result<InstanceInfo, StaleHandle> {
        let state = self.lock();
        self.describe(&state, handle).ok_or(StaleHandle { handle })
    }

    /// Sends a message to every open instance in the order of their opening, for DRV_POWER, DRV_EXITSESSION,
    /// DRV_EXITAPPLICATION and the like, and returns the answers. An instance that is closed meanwhile gets none
    /// and is left out, and so is one that is opened meanwhile.
    pub fn broadcast(&self, message: u32, lparam1: LPARAM, lparam2: LPARAM) -> Vec<(Handle, LRESULT)> {
        let handles: Vec<Handle> = self.lock().places.in_order().collect();
        let send = |handle| Some((handle, self.send(handle, message, lparam1, lparam2).ok()?));
        handles.into_iter().filter_map(send).collect()
    }

    /// Closes every open instance with parameters 0, in the order in which they were opened, also those that
    /// drivers open meanwhile; the orderly end before a program exits. Returns the instances that their drivers
    /// keep open.
    ///
    /// Libraries are unloaded when every driver has been told, because drivers may use each other's code.
    ///
    /// # Windows behaviour
    ///
    /// Wine 8.0 (measured) does this, in this order, when winmm is unloaded explicitly, and nothing at all when a
    /// process ends. So do we: dropping the manager does it, the end of the process does not.
    pub fn close_all(&self) -> Vec<CloseError> {
        self.close_all_but(HashSet::new())
    }

    /// [`Manager::close_all`] without these.
    pub(super) fn close_all_but(&self, spared: HashSet<Handle>) -> Vec<CloseError> {
        // A driver may call this too; then only the outer call unloads.
        let outermost = {
            let mut state = self.lock();
            let outermost = state.kept.is_none();
            state.kept.get_or_insert_default();
            outermost
        };
        let kept_open = self.close_each(spared);
        if outermost {
            let unloaded = self.lock().kept.take().unwrap_or_default();
            for module in unloaded {
                self.observers.unloading(module.name(), module.path());
                drop(module);
            }
        }
        kept_open
    }

    fn close_each(&self, mut asked: HashSet<Handle>) -> Vec<CloseError> {
        // A driver that answers each DRV_CLOSE with an open must not keep us for ever.
        const PASSES: usize = 16;
        let (mut kept, mut kept_open) = (Vec::new(), HashSet::new());
        for _ in 0..PASSES {
            let open = self.instances().into_iter().map(|info| info.handle);
            let new: Vec<Handle> = open.filter(|handle| asked.insert(*handle)).collect();
            if new.is_empty() {
                break;
            }
            for handle in new {
                if let Err(error @ CloseError::Vetoed { .. }) = self.close(handle, 0, 0) {
                    kept_open.insert(handle);
                    kept.push(error);
                }
            }
        }
        self.lock().kept_open = kept_open;
        kept
    }

    /// Opens the drivers that the line `drivers=` of section \[boot\] lists, separated by blanks, each without
    /// parameters and with lParam2 = 0, as Windows does when it starts. Each name is an alias or a file, as for
    /// [`Manager::open`] without a section.
    pub fn open_boot_drivers(&self) -> Vec<(String, Result<Handle, OpenError>)> {
        let setup = self.setup();
        let line =
            setup.config.find("boot", "drivers").map(|entry| entry.line().to_owned()).unwrap_or_default();
        line.split_whitespace().map(|name| (name.to_owned(), self.open(name, None, 0))).collect()
    }

    fn describe(&self, state: &State, handle: Handle) -> Option<InstanceInfo> {
        let instance = state.places.get(handle).filter(|instance| !instance.session)?;
        let slot = self.slots.get(handle).filter(|slot| slot.is(handle))?;
        let module = &state.modules.get(instance.module)?.module;
        Some(InstanceInfo {
            handle,
            alias: instance.alias.as_deref().map(str::to_owned),
            module: module.name().to_owned(),
            path: module.path().map(ToOwned::to_owned),
            driver_id: slot.driver_id(),
        })
    }
}

/// The instance of the same module that was opened first.
fn first_of_module(state: &State, handle: Handle) -> Option<Handle> {
    let module = state.places.get(handle)?.module;
    let same = |other: &Handle| state.places.get(*other).is_some_and(|i| i.module == module && !i.session);
    state.places.in_order().find(same)
}

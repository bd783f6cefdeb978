//! What the manager remembers, all under one lock that is never held while a driver runs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::handle::Handle;
use crate::module::Module;
use crate::presence::Thread;
use crate::sys::FileId;
use crate::table::{Places, Slots};

/// Tells a loaded module from every other that is or was loaded by the same manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModuleId {
    /// Where it stands in the list.
    index: usize,
    /// How many were loaded before it, since places in the list are used again.
    serial: u64,
}

/// How far a module is on its way from the file to readiness and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The code is there; DRV_LOAD has not been sent, or was refused, or DRV_FREE has been sent since.
    Mapped,
    /// This thread is sending DRV_LOAD or DRV_ENABLE.
    Rising(Thread),
    /// Loaded and enabled.
    Up,
    /// This thread is sending DRV_DISABLE. The number tells this descent from another of the same thread.
    Disabling(Thread, u64),
    /// This thread is sending DRV_FREE.
    Freeing(Thread, u64),
}

/// A module and its standing.
pub(crate) struct Loaded {
    serial: u64,
    pub(crate) module: Arc<Module>,
    pub(crate) phase: Phase,
    /// Instances that are open, being opened or being closed. At 0 the module goes down.
    pub(crate) users: u32,
    /// Whether one of the users is no instance but the thread that loads the code.
    pub(crate) held: bool,
    /// Instances in the list of open ones.
    pub(crate) linked: u32,
    /// How many of these are hidden instances of the wine personality.
    pub(crate) sessions: u32,
    /// Hidden ones that are in the list before the instance for which they were opened has its handle.
    pub(crate) waiting_sessions: u32,
    /// The instance in whose name DRV_DISABLE and DRV_FREE are sent: the last that went.
    pub(crate) farewell: Option<Handle>,
    names: Vec<String>,
    files: Vec<FileId>,
}

impl Loaded {
    /// Whether DRV_DISABLE or DRV_FREE is out.
    fn is_descending(&self) -> bool {
        matches!(self.phase, Phase::Disabling(..) | Phase::Freeing(..))
    }
}

/// All loaded modules, by what they may be looked for.
#[derive(Default)]
pub(crate) struct Modules {
    loaded: Vec<Option<Loaded>>,
    /// By base name, folded; the one that got the name first stands first and is the one meant.
    by_name: HashMap<String, Vec<ModuleId>>,
    by_file: HashMap<FileId, ModuleId>,
    by_identity: HashMap<usize, ModuleId>,
    departing: Vec<ModuleId>,
    given: u64,
}

impl Modules {
    pub(crate) fn insert(&mut self, module: Arc<Module>) -> ModuleId {
        self.given += 1;
        let serial = self.given;
        let index = self.loaded.iter().position(Option::is_none).unwrap_or(self.loaded.len());
        let id = ModuleId { index, serial };
        self.by_identity.insert(module.code().identity(), id);
        let loaded = Loaded {
            serial,
            module,
            phase: Phase::Mapped,
            users: 0,
            held: false,
            linked: 0,
            sessions: 0,
            waiting_sessions: 0,
            farewell: None,
            names: Vec::new(),
            files: Vec::new(),
        };
        if index == self.loaded.len() {
            self.loaded.push(Some(loaded));
        } else {
            self.loaded[index] = Some(loaded);
        }
        id
    }

    /// Lets the module be found by further base names (folded) and as this file.
    pub(crate) fn add_names(
        &mut self,
        id: ModuleId,
        names: impl IntoIterator<Item = String>,
        file: Option<FileId>,
    ) {
        // The place in the list may belong to another module by now.
        let at = id.index;
        let Some(loaded) =
            self.loaded.get_mut(at).and_then(Option::as_mut).filter(|it| it.serial == id.serial)
        else {
            return;
        };
        for name in names {
            if !loaded.names.contains(&name) {
                self.by_name.entry(name.clone()).or_default().push(id);
                loaded.names.push(name);
            }
        }
        if let Some(file) = file
            && !loaded.files.contains(&file)
        {
            self.by_file.insert(file.clone(), id);
            loaded.files.push(file);
        }
    }

    pub(crate) fn remove(&mut self, id: ModuleId) -> Option<Loaded> {
        self.get(id)?;
        let loaded = self.loaded.get_mut(id.index)?.take()?;
        self.by_identity.remove(&loaded.module.code().identity());
        for name in &loaded.names {
            if let Some(ids) = self.by_name.get_mut(name) {
                ids.retain(|other| *other != id);
                if ids.is_empty() {
                    self.by_name.remove(name);
                }
            }
        }
        for file in &loaded.files {
            if self.by_file.get(file) == Some(&id) {
                self.by_file.remove(file);
            }
        }
        Some(loaded)
    }

    #[inline]
    pub(crate) fn get(&self, id: ModuleId) -> Option<&Loaded> {
        self.loaded.get(id.index)?.as_ref().filter(|loaded| loaded.serial == id.serial)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: ModuleId) -> Option<&mut Loaded> {
        self.loaded.get_mut(id.index)?.as_mut().filter(|loaded| loaded.serial == id.serial)
    }

    /// The module that a bare name means, given as its folded candidates in the order of preference.
    pub(crate) fn named(&self, candidates: &[String]) -> Option<ModuleId> {
        candidates.iter().find_map(|name| self.by_name.get(name)?.first().copied())
    }

    pub(crate) fn of_file(&self, file: &FileId) -> Option<ModuleId> {
        self.by_file.get(file).copied()
    }

    pub(crate) fn of_identity(&self, identity: usize) -> Option<ModuleId> {
        self.by_identity.get(&identity).copied()
    }

    /// Notes whether the descent of a module waits for a thread to leave; returns all modules of which that is so.
    pub(crate) fn set_departing(
        &mut self,
        id: ModuleId,
        departing: bool,
    ) -> impl Iterator<Item = &Arc<Module>> {
        self.departing.retain(|waiting| *waiting != id);
        if departing {
            self.departing.push(id);
        }
        self.departing.iter().filter_map(|id| Some(&self.get(*id)?.module))
    }

    /// The modules whose descent waits for a thread to leave, the one that has waited longest first.
    pub(crate) fn departing(&self) -> Vec<ModuleId> {
        self.departing.clone()
    }

    #[cfg(all(test, loom))]
    pub(crate) fn len(&self) -> usize {
        self.loaded.iter().flatten().count()
    }

    /// Everything that is still loaded, leaving nothing.
    pub(crate) fn drain(&mut self) -> Vec<Arc<Module>> {
        self.loaded.drain(..).flatten().map(|loaded| loaded.module).collect()
    }
}

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its module is being loaded in its name; DRV_OPEN has not been sent.
    Loading,
    /// DRV_OPEN is out.
    Opening,
    Open,
    /// Somebody is closing it.
    Closing,
    /// DRV_CLOSE is out although the driver has not returned from DRV_OPEN. Whoever comes back last, the opener or
    /// the closer, takes the instance away: as long as one is inside, it must count as a user.
    Abandoned,
    /// Closed before it was open; whoever opens it finds out and takes it away.
    Stillborn,
}

/// An instance, as far as senders need not know it.
pub(crate) struct Instance {
    pub(crate) module: ModuleId,
    pub(crate) alias: Option<Arc<str>>,
    pub(crate) stage: Stage,
    /// The hidden instance that the wine personality opens first.
    pub(crate) session: bool,
    /// The thread in whose hands the instance dies; what the driver sends itself from there still arrives.
    pub(crate) closer: Option<Thread>,
}

impl Instance {
    pub(crate) fn new(module: ModuleId, alias: Option<Arc<str>>) -> Instance {
        Instance { module, alias, stage: Stage::Loading, session: false, closer: None }
    }
}

pub(crate) struct State {
    pub(crate) places: Places<Instance>,
    pub(crate) modules: Modules,
    /// While everything is being closed: what is to be unloaded when all drivers have been told.
    pub(crate) kept: Option<Vec<Arc<Module>>>,
    /// The instances that their drivers kept open when all were closed last.
    pub(crate) kept_open: HashSet<Handle>,
    /// How many threads wait for a module to change its phase.
    pub(crate) waiting: usize,
    descents: u64,
}

impl State {
    pub(crate) fn new() -> State {
        State {
            places: Places::new(),
            modules: Modules::default(),
            kept: None,
            kept_open: HashSet::new(),
            waiting: 0,
            descents: 0,
        }
    }

    pub(crate) fn next_descent(&mut self) -> u64 {
        self.descents += 1;
        self.descents
    }

    /// Makes `handle` the instance in whose name the module says farewell, unless it is doing so already: an instance that
    /// comes and goes while a driver opens itself anew from inside DRV_DISABLE or DRV_FREE takes nothing from the one that
    /// these were sent for.
    pub(crate) fn set_farewell(&mut self, slots: &Slots, id: ModuleId, handle: Handle) {
        let Some(loaded) = self.modules.get_mut(id) else { return };
        if loaded.is_descending() || matches!(loaded.phase, Phase::Rising(_)) {
            return;
        }
        let before = loaded.farewell.replace(handle);
        if let Some(before) = before.filter(|before| *before != handle) {
            self.places.give_back(slots, before);
        }
    }

    /// Frees the slot of a dead instance, unless the descent of its module is being made in its name, or still to
    /// be made.
    pub(crate) fn release(&mut self, slots: &Slots, id: ModuleId, handle: Handle) {
        if let Some(loaded) = self.modules.get_mut(id)
            && loaded.farewell == Some(handle)
        {
            if loaded.is_descending() {
                return;
            }
            let unused = loaded.users == u32::from(loaded.held);
            if unused && loaded.phase == Phase::Up {
                // Dead for the closer too, until somebody makes the descent in its name.
                if let Some(instance) = self.places.get_mut(handle) {
                    instance.closer = None;
                }
                return;
            }
            loaded.farewell = None;
        }
        self.places.give_back(slots, handle);
    }
}

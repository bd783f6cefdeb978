//! Letting an instance in: finding its module or loading it, and waiting while another thread takes it up or down.

use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use opendriver_config::fold;

use super::state::{Instance, ModuleId, Phase, State};
use super::{Manager, Setup};
use crate::error::{LoadError, OpenFailure};
use crate::handle::Handle;
use crate::load::builtin::BuiltIn;
use crate::load::{Code, native};
use crate::module::{Module, Policy};
use crate::presence::Record;
use crate::resolve::name::FileName;
use crate::resolve::search::{Found, StandIn};
use crate::sync::MutexGuard;

/// A driver file that was asked for.
pub(super) struct Wanted<'a> {
    /// The name as it was asked for.
    pub(super) file: &'a str,
    pub(super) name: FileName,
    pub(super) alias: Option<Arc<str>>,
}

/// Where the code of a driver is to come from.
enum Source<'a> {
    BuiltIn(&'a BuiltIn, usize),
    /// A driver in the program that stands in for the file.
    StandIn(&'a StandIn, Found),
    File(Found),
}

/// What is left to do for an instance that has been let in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// DRV_LOAD, DRV_ENABLE, DRV_OPEN.
    Load,
    /// DRV_ENABLE, DRV_OPEN: the driver opens from inside its own DRV_DISABLE.
    Enable,
    /// DRV_OPEN.
    Open,
}

/// An instance that has a handle and counts as a user of its module.
pub(super) struct Admitted {
    pub(super) id: ModuleId,
    pub(super) module: Arc<Module>,
    pub(super) handle: Handle,
    pub(super) start: Start,
    /// The phase that `start` was derived from, restored if nothing comes of it.
    pub(super) before: Phase,
}

impl Manager {
    /// Lets an instance in: finds or loads its module, counts it as a user and gives it a handle.
    pub(super) fn admit(&self, setup: &Setup, wanted: &Wanted<'_>) -> Result<Admitted, OpenFailure> {
        let settings = setup.config.settings();
        // Before any lock: a thread's first call reaches into the system's loader, which may be waiting for one of ours.
        Record::own();
        let now = Instant::now();
        let deadline =
            now.checked_add(settings.load_wait).unwrap_or_else(|| now + Duration::from_secs(1 << 30));
        // Most opens are of a module that is loaded, by the first of its names.
        let plain = wanted.name.is_bare().then(|| [fold(wanted.name.base.trim_end_matches('.'))]);
        let plain: &[String] = plain.as_ref().map_or(&[], |name| name);
        if let Some(admitted) = self.join_named(plain, deadline, setup, wanted)? {
            return Ok(admitted);
        }
        let bare: Vec<String> = if wanted.name.is_bare() {
            wanted.name.candidates(settings.switches.append_drv).iter().map(|name| fold(name)).collect()
        } else {
            Vec::new()
        };
        loop {
            if let Some(admitted) = self.join_named(&bare, deadline, setup, wanted)? {
                return Ok(admitted);
            }
            let source = self.source(setup, wanted, &bare)?;
            let known = match &source {
                Source::File(found) => self.lock().modules.of_file(&found.id),
                Source::StandIn(StandIn { identity, .. }, _) | Source::BuiltIn(_, identity) => {
                    self.lock().modules.of_identity(*identity)
                }
            };
            let (id, held) = match known {
                Some(id) => (id, false),
                None => self.load(setup, wanted, &source)?,
            };
            let mut state = self.lock();
            if held {
                // If that was the only user, the module has had no DRV_LOAD or is up, and `join` lets the next one in.
                let loaded = state.modules.get_mut(id).expect("a module with a user stays");
                loaded.users -= 1;
                loaded.held = false;
            }
            // Nobody keeps the file open for which a driver stands in: its identity may become that of another one.
            let (file, lasting) = match &source {
                Source::File(found) => (Some(found), Some(found.id.clone())),
                Source::StandIn(_, found) => (Some(found), None),
                Source::BuiltIn(..) => (None, None),
            };
            state.modules.add_names(id, base_names(wanted, file), lasting);
            if let Some(admitted) = self.join(state, id, deadline, setup, wanted)? {
                return Ok(admitted);
            }
        }
    }

    /// The driver in the program under that name, or else a file.
    fn source<'a>(
        &'a self,
        setup: &'a Setup,
        wanted: &Wanted<'_>,
        bare: &[String],
    ) -> Result<Source<'a>, OpenFailure> {
        if let Some((driver, identity)) = bare.iter().find_map(|name| self.built_ins.get(name)) {
            return Ok(Source::BuiltIn(driver, *identity));
        }
        let found = setup.search.find(&wanted.name).map_err(|not_found| not_found.into_error(wanted.file))?;
        Ok(match setup.search.stand_in(&found.id) {
            Some(stand_in) => Source::StandIn(stand_in, found),
            None => Source::File(found),
        })
    }

    /// Loads the code, with no lock held because its initialisers run, and enters it among the modules, unless
    /// another thread was faster or the system says that it is the code of a module we have.
    ///
    /// Also says whether it is held: a new module has a user until the caller takes it back, so that nobody can tell of
    /// its unloading before all observers have been told of its loading.
    fn load(
        &self,
        setup: &Setup,
        wanted: &Wanted<'_>,
        source: &Source<'_>,
    ) -> Result<(ModuleId, bool), OpenFailure> {
        let settings = setup.config.settings();
        let (code, path): (Box<dyn Code>, _) = match source {
            Source::BuiltIn(driver, identity) => {
                (driver.code(*identity, Path::new(&wanted.name.base))?, None)
            }
            Source::StandIn(StandIn { driver, identity, .. }, found) => {
                (self.or_gone(wanted, driver.code(*identity, &found.path))?, Some(found.path.clone()))
            }
            Source::File(found) => {
                (self.or_gone(wanted, native::load(&found.path))?, Some(found.path.clone()))
            }
        };
        let of_driver = settings.driver(&wanted.name.base);
        let policy = Policy {
            text: of_driver.and_then(|driver| driver.text),
            undeclared_text: settings.switches.parameters,
            unload: of_driver.and_then(|driver| driver.unload).unwrap_or(settings.unload),
        };
        let identity = code.identity();
        let name = wanted.name.base.clone();
        let module = Arc::new(Module::new(name, path, code, policy));
        // What a model does may not depend on whether the allocator uses an address again.
        #[cfg(loom)]
        std::mem::forget(Arc::downgrade(&module));
        let mut state = self.lock();
        if let Some(known) = state.modules.of_identity(identity) {
            drop(state);
            drop(module);
            return Ok((known, false));
        }
        let id = state.modules.insert(module.clone());
        let loaded = state.modules.get_mut(id).expect("it was just entered");
        loaded.users = 1;
        loaded.held = true;
        drop(state);
        self.observers.loaded(module.name(), module.path());
        Ok((id, true))
    }

    /// Lets an instance in to a module that is loaded under one of these base names.
    fn join_named(
        &self,
        names: &[String],
        deadline: Instant,
        setup: &Setup,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Admitted>, OpenFailure> {
        let state = self.lock();
        let Some(id) = state.modules.named(names) else { return Ok(None) };
        self.join(state, id, deadline, setup, wanted)
    }

    /// Tells the observers of code that was loaded, turned out to be no driver, and has been unloaded again.
    fn or_gone<T>(&self, wanted: &Wanted<'_>, loaded: Result<T, LoadError>) -> Result<T, LoadError> {
        if let Err(LoadError::NoDriverProc { path }) = &loaded {
            self.observers.loaded(&wanted.name.base, Some(path));
            self.observers.unloading(&wanted.name.base, Some(path));
        }
        loaded
    }

    /// Lets an instance in to a loaded module, waiting while another thread takes it up or down. `None` if the
    /// module has gone meanwhile.
    fn join(
        &self,
        mut state: MutexGuard<'_, State>,
        id: ModuleId,
        deadline: Instant,
        setup: &Setup,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Admitted>, OpenFailure> {
        let me = Record::own().thread();
        loop {
            let Some(loaded) = state.modules.get_mut(id) else { return Ok(None) };
            let before = loaded.phase;
            let start = match before {
                Phase::Up => Start::Open,
                Phase::Rising(thread) if thread == me => Start::Open,
                Phase::Mapped => Start::Load,
                Phase::Disabling(thread, _) if thread == me => Start::Enable,
                Phase::Freeing(thread, _) if thread == me => Start::Load,
                phase => {
                    let now = Instant::now();
                    if now >= deadline {
                        return Err(OpenFailure::Busy {
                            module: loaded.module.name().to_owned(),
                            loading: matches!(phase, Phase::Rising(_)),
                            waited: setup.config.settings().load_wait,
                        });
                    }
                    state.waiting += 1;
                    let waited = self.changed.wait_timeout(state, deadline - now);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                    state.waiting -= 1;
                    continue;
                }
            };
            let module = loaded.module.clone();
            let handle = self.take(&mut state, id, &module, wanted.alias.clone());
            let Some(handle) = handle else {
                drop(state);
                self.retire(id);
                return Err(OpenFailure::TooManyInstances);
            };
            if start != Start::Open {
                state.modules.get_mut(id).expect("it was there").phase = Phase::Rising(me);
            }
            return Ok(Some(Admitted { id, module, handle, start, before }));
        }
    }

    /// A handle for a new instance of the module, and a user more.
    pub(super) fn take(
        &self,
        state: &mut State,
        id: ModuleId,
        module: &Arc<Module>,
        alias: Option<Arc<str>>,
    ) -> Option<Handle> {
        let handle = state.places.take(&self.slots, Arc::as_ptr(module), Instance::new(id, alias))?;
        state.modules.get_mut(id)?.users += 1;
        Some(handle)
    }
}

/// The base names by which a module can be found again: as it was asked for, and as its file is called.
fn base_names(wanted: &Wanted<'_>, file: Option<&Found>) -> Vec<String> {
    let asked = wanted.name.as_it_stands();
    let of_file = file.and_then(|found| found.path.file_name()?.to_str()).filter(|name| *name != asked);
    [asked].into_iter().chain(of_file).map(fold).collect()
}

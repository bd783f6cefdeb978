//! The manager: loaded modules, open instances, and the configuration they come from.

mod admit;
mod aliases;
mod builder;
mod close;
mod configure;
pub(crate) mod dispatch;
mod everyone;
mod locate;
mod open;
mod state;

use std::collections::HashMap;
use std::ffi::c_void;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::ptr::NonNull;
use std::sync::{Arc, PoisonError, RwLock};

use opendriver_config::{Config, ConfigError};

use self::aliases::Aliases;
pub use self::builder::ManagerBuilder;
use self::dispatch::callback::Notifier;
use self::dispatch::hurdle;
pub use self::everyone::{Direction, InstanceInfo};
pub use self::locate::{Located, Locator, Place};
use self::state::{Loaded, State};
use crate::error::{StaleHandle, SymbolError};
use crate::handle::Handle;
use crate::load::builtin::BuiltIn;
use crate::module::Module;
use crate::observe::{Observer, Observers, is_traced};
use crate::presence::Record;
use crate::resolve::head::known::KnownHeads;
use crate::resolve::search::{SearchPlan, StandIns};
use crate::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard, global};
use crate::sys;
use crate::table::Slots;

/// What GetDriverFlags answers for an open 32-bit or 64-bit driver (Wine 8.0 measured).
const FLAGS_OPEN: u32 = 0x8000_0000;

/// A manager of installable drivers.
///
/// An ordinary value: a program may have several, and each has its own configuration, modules and handles. All
/// functions take `&self` and may be called from any thread and from inside any driver. Dropping a manager closes
/// what is open, see [`Manager::close_all`].
pub struct Manager {
    slots: Slots,
    state: Mutex<State>,
    /// Signalled when a module changes its phase.
    changed: Condvar,
    /// What may stand in the way of a sender, see [`dispatch::hurdle`].
    hurdles: AtomicU32,
    /// The modules that wait for threads to leave them, see [`dispatch::departing_bit`].
    departing: AtomicUsize,
    setup: RwLock<Arc<Setup>>,
    /// Directories that the program adds to those of the settings, in front and behind.
    first_directories: Vec<PathBuf>,
    last_directories: Vec<PathBuf>,
    stand_ins: StandIns,
    /// By folded file name; with the number that stands for the identity of the code.
    built_ins: HashMap<String, (BuiltIn, usize)>,
    /// By which open instances were asked for.
    aliases: Aliases,
    observers: Observers,
    notifier: Option<Arc<dyn Notifier>>,
}

/// What is derived from one reading of the configuration.
pub(crate) struct Setup {
    config: Config,
    search: SearchPlan,
}

/// What the system calls the loaded code of a driver: HMODULE on Windows, the value of dlopen elsewhere; a number of
/// the manager's own for a driver that is compiled into the program. For comparing and for
/// [`Manager::module_symbol`]; the manager never takes it for an address.
#[doc(alias = "HMODULE")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModuleHandle(pub NonZeroUsize);

impl Manager {
    /// Starts to build a manager.
    pub fn builder() -> ManagerBuilder {
        ManagerBuilder::new()
    }

    /// A manager for a configuration, with nothing else set.
    pub fn new(config: Config) -> Manager {
        Manager::builder().config(config).build()
    }

    /// The configuration as it was read last.
    pub fn config(&self) -> Config {
        self.setup().config.clone()
    }

    /// The directories in which driver files are looked for, in the order of the search.
    pub fn search_directories(&self) -> Vec<PathBuf> {
        self.setup().search.directories.clone()
    }

    /// Reads the configuration again, from where it came. Open instances are not touched; what is opened from now
    /// on follows the new one.
    ///
    /// # Errors
    ///
    /// Those of reading it; the old configuration then stays in force.
    pub fn reload(&self) -> Result<(), ConfigError> {
        loop {
            let old = self.setup();
            let fresh = Arc::new(self.make_setup(old.config.reload()?));
            let mut setup = self.setup.write().unwrap_or_else(PoisonError::into_inner);
            // What was chosen, or read by another thread, meanwhile is not undone.
            if Arc::ptr_eq(&setup, &old) {
                *setup = fresh;
                return Ok(());
            }
        }
    }

    /// Reads the configuration again if its files are others than when they were read; says whether they were.
    ///
    /// # Errors
    ///
    /// As for [`Manager::reload`]; a file that has become unreadable is an error and not an empty configuration.
    pub fn reload_if_changed(&self) -> Result<bool, ConfigError> {
        let changed = self.setup().config.changed();
        if changed {
            self.reload()?;
        }
        Ok(changed)
    }

    /// The loaded code of an instance's driver. Two instances of one module give the same value.
    ///
    /// # Errors
    ///
    /// [`StaleHandle`] if the instance is not open.
    #[doc(alias = "GetDriverModuleHandle")]
    #[doc(alias = "DrvGetModuleHandle")]
    pub fn module(&self, handle: Handle) -> Result<ModuleHandle, StaleHandle> {
        let identity = self.with_live(handle, |_, loaded| loaded.module.code().identity())?;
        Ok(ModuleHandle(NonZeroUsize::new(identity).ok_or(StaleHandle { handle })?))
    }

    /// The address of what an instance's driver exports under `name`, such as `modMessage`. It is good as long as
    /// an instance of this driver is open; what lies there is for the caller to know.
    ///
    /// # Errors
    ///
    /// [`SymbolError`] if the instance is not open or the driver exports no such name.
    #[doc(alias = "GetProcAddress")]
    pub fn symbol(&self, handle: Handle, name: &str) -> Result<NonNull<c_void>, SymbolError> {
        // Asked without the lock: the system's loader may be running an initialiser that waits for it.
        let module = self.with_live(handle, |_, loaded| loaded.module.clone())?;
        module
            .symbol(name)
            .ok_or_else(|| SymbolError::Missing { module: module.name().to_owned(), name: name.to_owned() })
    }

    /// As [`Manager::symbol`], by the value that [`Manager::module`] returned. `None` if no such module is loaded
    /// or it does not export the name.
    pub fn module_symbol(&self, module: ModuleHandle, name: &str) -> Option<NonNull<c_void>> {
        let module = {
            let state = self.lock();
            let id = state.modules.of_identity(module.0.get())?;
            state.modules.get(id)?.module.clone()
        };
        module.symbol(name)
    }

    /// 0x8000_0000 for an open instance.
    ///
    /// # Errors
    ///
    /// [`StaleHandle`] if it is not open.
    ///
    /// # Windows behaviour
    ///
    /// GetDriverFlags is undocumented; Wine 8.0 (measured) answers this for a valid handle and 0 for any other.
    #[doc(alias = "GetDriverFlags")]
    pub fn flags(&self, handle: Handle) -> Result<u32, StaleHandle> {
        self.with_live(handle, |_, _| FLAGS_OPEN)
    }

    /// Adds an observer of all messages from now on.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.observers.add(observer);
        self.look_who_watches();
    }

    /// Asks `tracing` whether a subscriber wants every message, as each open does. For a program that installs one, or
    /// changes what it wants, while drivers are open that are sent to.
    pub fn refresh_tracing(&self) {
        self.look_who_watches();
    }

    /// Notes for senders whether anybody watches: an observer, or a `tracing` subscriber that wants every message.
    /// Asking `tracing` at each message would cost a look at memory of its own, so it is asked when something is
    /// opened.
    fn look_who_watches(&self) {
        if is_traced() || !self.observers.is_empty() {
            self.hurdles.fetch_or(hurdle::OBSERVED, Ordering::Relaxed);
        } else if self.hurdles.load(Ordering::Relaxed) & hurdle::OBSERVED != 0 {
            self.hurdles.fetch_and(!hurdle::OBSERVED, Ordering::Relaxed);
            // Another thread may have added one between the look and this.
            if is_traced() || !self.observers.is_empty() {
                self.hurdles.fetch_or(hurdle::OBSERVED, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn notifier(&self) -> Option<&Arc<dyn Notifier>> {
        self.notifier.as_ref()
    }

    /// Calls `look` with the module of an instance that is alive, or dying in the hands of this very thread.
    fn with_live<T>(
        &self,
        handle: Handle,
        look: impl FnOnce(&State, &Loaded) -> T,
    ) -> Result<T, StaleHandle> {
        let stale = StaleHandle { handle };
        // Before the lock: a thread's first call reaches into the system's loader, which may be waiting for it.
        let me = Record::own().thread();
        let state = self.lock();
        let instance = state.places.get(handle).ok_or(stale)?;
        let slot = self.slots.get(handle).ok_or(stale)?;
        let mine = instance.closer == Some(me);
        if !(slot.is(handle) || slot.is_closing(handle) && mine) {
            return Err(stale);
        }
        let loaded = state.modules.get(instance.module).ok_or(stale)?;
        Ok(look(&state, loaded))
    }

    /// How many modules are loaded.
    #[cfg(all(test, loom))]
    pub(crate) fn loaded_modules(&self) -> usize {
        self.lock().modules.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets those look again who wait for a module to change its phase.
    fn phase_changed(&self, state: MutexGuard<'_, State>) {
        let waiting = state.waiting > 0;
        drop(state);
        if waiting {
            self.changed.notify_all();
        }
    }

    fn setup(&self) -> Arc<Setup> {
        self.setup.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn make_setup(&self, config: Config) -> Setup {
        self.aliases.forget_unused();
        Setup::new(config, &self.first_directories, &self.last_directories, &self.stand_ins)
    }
}

impl Setup {
    fn new(config: Config, first: &[PathBuf], last: &[PathBuf], stand_ins: &StandIns) -> Setup {
        let settings = config.settings();
        let mut directories: Vec<PathBuf> = Vec::new();
        let of_config = config.directory().and_then(|directory| std::path::absolute(directory).ok());
        let all =
            of_config.into_iter().chain(settings.search_path.iter().cloned()).chain(first.iter().cloned());
        for directory in all.chain(sys::driver_directories()).chain(last.iter().cloned()) {
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
        let search = SearchPlan {
            directories,
            drives: settings.drives.clone(),
            append_drv: settings.switches.append_drv,
            current_directory: settings.current_directory,
            stand_ins: stand_ins.clone(),
            heads: KnownHeads::default(),
        };
        Setup { config, search }
    }
}

// What managers that have gone have left loaded. Kept, so that it counts as in use and not as lost.
global! {
    static STAYING: Mutex<Vec<Arc<Module>>> = Mutex::new(Vec::new());
}

impl Drop for Manager {
    fn drop(&mut self) {
        // Those that have kept an instance open when all were closed are not asked again.
        let kept = std::mem::take(&mut self.lock().kept_open);
        self.close_all_but(kept);
        // What a driver keeps open, or never lets go, must not be unloaded under it.
        let staying = self.lock().modules.drain();
        staying
            .iter()
            .for_each(|module| tracing::warn!("{} is still in use and stays loaded", module.name()));
        STAYING.lock().unwrap_or_else(PoisonError::into_inner).extend(staying);
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let setup = self.setup();
        f.debug_struct("Manager")
            .field("config", &setup.config.path())
            .field("directories", &setup.search.directories)
            .finish_non_exhaustive()
    }
}

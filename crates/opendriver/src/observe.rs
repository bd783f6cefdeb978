//! Watching the traffic: one record per message, the same for logs, traces and tests.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use opendriver_abi::{LPARAM, LRESULT, MessageName};

use crate::handle::Handle;
use crate::unwind::contained;

/// A message on its way to a driver.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The instance it is for.
    pub handle: Handle,
    /// The file name of the driver, without directories.
    pub module: &'a str,
    /// The driver's own number for the instance, what it returned from DRV_OPEN; 0 before that.
    #[doc(alias = "dwDriverId")]
    pub driver_id: usize,
    /// The number of the message.
    pub message: u32,
    /// The first parameter; an address for the text of DRV_OPEN.
    pub lparam1: LPARAM,
    /// The second parameter.
    pub lparam2: LPARAM,
    /// With DRV_OPEN, the text that lParam1 points to.
    pub parameters: Option<&'a str>,
    /// How many messages this thread is inside at this moment; 0 unless a driver has called back.
    pub depth: usize,
}

impl Call<'_> {
    /// The message by its Windows name.
    pub fn name(&self) -> MessageName {
        MessageName(self.message)
    }
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} id={:#x} l1=", self.module, self.handle, self.name(), self.driver_id)?;
        match self.parameters {
            Some(text) => write!(f, "{text:?}")?,
            None => write!(f, "{:#x}", self.lparam1)?,
        }
        write!(f, " l2={:#x}", self.lparam2)
    }
}

/// Sees what a manager does with its drivers. Register with [`ManagerBuilder::observer`] or [`Manager::observe`].
///
/// The functions are called on the thread that does the thing, with no lock held: they may use the manager. A panic
/// in one is caught and logged, so that it cannot leave a driver half loaded.
///
/// What is told by `sending` has been decided and is delivered afterwards, whatever an observer does meanwhile: if it
/// opens or closes instances of that driver there, the driver gets its messages out of order, such as one behind its
/// DRV_FREE. Do that from another thread, or when the message has been answered.
///
/// [`ManagerBuilder::observer`]: crate::ManagerBuilder::observer
/// [`Manager::observe`]: crate::Manager::observe
pub trait Observer: Send + Sync {
    /// A message is about to be delivered.
    fn sending(&self, call: &Call<'_>) {
        let _ = call;
    }

    /// The driver has answered.
    fn answered(&self, call: &Call<'_>, answer: LRESULT, elapsed: Duration) {
        let _ = (call, answer, elapsed);
    }

    /// A driver's code has been loaded; `path` is `None` for one that is compiled into the program. Told before its
    /// unloading, also when other threads open and close it at the same time.
    fn loaded(&self, module: &str, path: Option<&Path>) {
        let _ = (module, path);
    }

    /// A driver's code is about to be unloaded. It is no longer among the modules of the manager: another thread may
    /// load the same file again, and tell of that, before this is told.
    fn unloading(&self, module: &str, path: Option<&Path>) {
        let _ = (module, path);
    }
}

/// Whether a `tracing` subscriber wants every message.
pub(crate) fn is_traced() -> bool {
    tracing::level_filters::LevelFilter::current() >= tracing::level_filters::LevelFilter::TRACE
}

/// A path as a field of the log: as it is written, without quotes; no field if there is none.
fn shown(path: Option<&Path>) -> Option<impl tracing::Value> {
    path.map(|path| tracing::field::display(path.display()))
}

/// The observers of one manager.
pub(crate) struct Observers {
    list: RwLock<Arc<[Arc<dyn Observer>]>>,
}

impl Observers {
    pub(crate) fn new(list: Vec<Arc<dyn Observer>>) -> Observers {
        Observers { list: RwLock::new(list.into()) }
    }

    pub(crate) fn add(&self, observer: Arc<dyn Observer>) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        *list = list.iter().cloned().chain([observer]).collect();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(crate) fn sending(&self, call: &Call<'_>) {
        tracing::trace!(target: "opendriver::message", depth = call.depth, "{call}");
        self.each(|observer| observer.sending(call));
    }

    pub(crate) fn answered(&self, call: &Call<'_>, answer: LRESULT, elapsed: Duration) {
        tracing::trace!(target: "opendriver::message", depth = call.depth, ?elapsed, "{call} -> {answer:#x}");
        self.each(|observer| observer.answered(call, answer, elapsed));
    }

    pub(crate) fn loaded(&self, module: &str, path: Option<&Path>) {
        tracing::debug!(target: "opendriver::module", path = shown(path), "{module} loaded");
        self.each(|observer| observer.loaded(module, path));
    }

    pub(crate) fn unloading(&self, module: &str, path: Option<&Path>) {
        tracing::debug!(target: "opendriver::module", path = shown(path), "{module} unloaded");
        self.each(|observer| observer.unloading(module, path));
    }

    fn each(&self, tell: impl Fn(&dyn Observer)) {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner).clone();
        for observer in list.iter() {
            if contained(|| tell(&**observer)).is_none() {
                tracing::error!("an observer panicked; the message went on");
            }
        }
    }
}

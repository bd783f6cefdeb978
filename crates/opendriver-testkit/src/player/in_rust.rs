//! The functions of winmm in Rust: those of a manager.

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use opendriver::abi::{GND_FIRSTINSTANCEONLY, GND_REVERSE, HDRVR, LPARAM, LRESULT, default_result};
use opendriver::config::CodePage;
use opendriver::{CallbackTarget, Config, Direction, Handle, Manager, ModuleHandle, Notification, Notifier};

use super::PlayError;
use super::winmm::Winmm;
use crate::stage::Stage;

/// A manager, and another one when winmm has been unloaded.
pub(crate) struct InRust {
    stage: Weak<Stage>,
    manager: Mutex<Option<Arc<Manager>>>,
}

impl InRust {
    pub(crate) fn new(stage: Weak<Stage>) -> InRust {
        InRust { stage, manager: Mutex::default() }
    }

    fn current(&self) -> MutexGuard<'_, Option<Arc<Manager>>> {
        self.manager.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The manager; a new one if there is none. What makes that impossible ends the play.
    fn manager(&self) -> Option<Arc<Manager>> {
        let there = self.current().clone();
        there.or_else(|| {
            let stage = self.stage.upgrade()?;
            match build(&stage) {
                Ok(manager) => {
                    *self.current() = Some(manager.clone());
                    Some(manager)
                }
                Err(error) => {
                    stage.fail(error);
                    None
                }
            }
        })
    }

    /// Does something with the manager and a handle; `None` also for what cannot be one.
    fn with<T>(&self, handle: HDRVR, what: impl FnOnce(&Manager, Handle) -> Option<T>) -> Option<T> {
        let handle = Handle::from_raw(handle)?;
        what(&*self.manager()?, handle)
    }
}

fn build(stage: &Arc<Stage>) -> Result<Arc<Manager>, PlayError> {
    let config = Config::load(stage.place.settings()).map_err(|error| PlayError::Config(Box::new(error)))?;
    let builder = Manager::builder().config(config).driver_path(None).notifier(stage.notifier());
    let builder = stage
        .drivers
        .register(stage, &stage.place.drive(), builder)
        .map_err(PlayError::world("make the drivers known to the manager"))?;
    Ok(Arc::new(builder.build()))
}

impl Winmm for InRust {
    fn start(&self, _: &Path, _: Arc<dyn Notifier>) -> io::Result<()> {
        self.manager();
        Ok(())
    }

    fn configured(&self, _: &Path) -> io::Result<()> {
        let there = self.current().clone();
        there.map_or(Ok(()), |manager| manager.reload().map_err(io::Error::other))
    }

    fn open(&self, function: &str, name: Option<&str>, section: Option<&str>, lparam2: LPARAM) -> HDRVR {
        // The functions of Rust have no NULL name.
        let (Some(name), Some(manager)) = (name, self.manager()) else { return HDRVR::NULL };
        let opened = if function.ends_with('A') {
            manager.open(&ansi(name), section.map(ansi).as_deref(), lparam2)
        } else {
            manager.open(name, section, lparam2)
        };
        // The caller of OpenDriver gets no reason, but the author of a script may want one.
        opened.map_or_else(
            |error| {
                tracing::debug!(target: "opendriver::open", "{error}");
                HDRVR::NULL
            },
            Handle::to_raw,
        )
    }

    fn close(&self, _: &str, handle: HDRVR, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
        let closed = self.with(handle, |manager, handle| manager.close(handle, lparam1, lparam2).ok());
        closed.is_some().into()
    }

    fn send(&self, _: &str, handle: HDRVR, message: u32, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
        self.with(handle, |manager, handle| manager.send(handle, message, lparam1, lparam2).ok()).unwrap_or(0)
    }

    fn default_result(&self, _: &str, _: usize, _: HDRVR, message: u32, _: (LPARAM, LPARAM)) -> LRESULT {
        default_result(message)
    }

    fn module(&self, _: &str, handle: HDRVR) -> usize {
        let there = self.current().clone();
        let module = there.and_then(|manager| manager.module(Handle::from_raw(handle)?).ok());
        module.map_or(0, |module| module.0.get())
    }

    fn flags(&self, handle: HDRVR) -> u32 {
        self.with(handle, |manager, handle| manager.flags(handle).ok()).unwrap_or(0)
    }

    fn next(&self, handle: HDRVR, flags: u32) -> HDRVR {
        // As the C library refuses them; to the functions of Rust there are no others.
        if flags & !(GND_REVERSE | GND_FIRSTINSTANCEONLY) != 0 {
            return HDRVR::NULL;
        }
        let after = Handle::from_raw(handle);
        if after.is_none() && handle != HDRVR::NULL {
            return HDRVR::NULL;
        }
        let direction = if flags & GND_REVERSE != 0 { Direction::Reverse } else { Direction::Forward };
        let first_only = flags & GND_FIRSTINSTANCEONLY != 0;
        let next = self.manager().and_then(|manager| manager.next_instance(after, direction, first_only));
        next.map_or(HDRVR::NULL, Handle::to_raw)
    }

    fn notify(&self, target: CallbackTarget, flags: u32, notification: &Notification) -> bool {
        self.manager().is_some_and(|manager| manager.notify(target, flags, notification).is_ok())
    }

    fn device_message(
        &self,
        module: usize,
        numbers: (u32, u32),
        parameters: (usize, usize, usize),
    ) -> Option<u32> {
        let module = ModuleHandle(NonZeroUsize::new(module)?);
        self.manager()?.device_message(module, "modMessage", numbers, parameters)
    }

    fn unload(&self) -> bool {
        // What drivers call from inside their last messages still reaches the manager that goes. If one refuses to be
        // closed, it stays.
        let stays = self.manager().is_some_and(|manager| !manager.close_all().is_empty());
        if !stays {
            let manager = self.current().take();
            drop(manager);
        }
        stays
    }

    fn end(&self, loaded: bool) {
        let manager = self.current().take();
        if loaded {
            // Dropping it would close the instances, which the end of a process does not.
            std::mem::forget(manager);
        }
    }
}

/// Text after a way through the ANSI code page, in which characters that it lacks become question marks.
fn ansi(text: &str) -> String {
    let page = CodePage::WESTERN;
    let encode = |c: char| page.encode(c.encode_utf8(&mut [0; 4])).unwrap_or_else(|_| b"?".to_vec());
    page.decode(&text.chars().flat_map(encode).collect::<Vec<u8>>())
}

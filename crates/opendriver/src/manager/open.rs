//! Opening: from a name to an instance.

use std::path::Path;
use std::sync::Arc;

use opendriver_abi::{DRV_ENABLE, DRV_LOAD, DRV_OPEN, LPARAM};
use opendriver_config::{LoadAccepts, RefusedFirstOpen};

use super::admit::{Admitted, Start, Wanted};
use super::state::{Loaded, ModuleId, Phase, Stage};
use super::{Manager, Setup};
use crate::error::{OpenError, OpenFailure, ResolveError};
use crate::handle::Handle;
use crate::module::Module;
use crate::presence::Record;
use crate::resolve::name::FileName;
use crate::resolve::{self, Line};
use crate::text::Text;

impl Manager {
    /// Opens an instance of a driver.
    ///
    /// `name` is an alias (the key of an entry in the section) or a file name, the latter optionally followed by a
    /// blank and parameters. `section` is where to look for the alias; `None` is the default section of the
    /// personality, Drivers32 unless set otherwise. `lparam2` reaches the driver as lParam2 of DRV_OPEN, untouched.
    ///
    /// The first instance of a module is preceded by DRV_LOAD and DRV_ENABLE, all with driver id 0 and the handle
    /// of the new instance. lParam1 of DRV_OPEN is the text after the file name, at the first and every later open,
    /// whatever lParam2 is; NULL if there is none. What the driver returns from DRV_OPEN is its own id for the
    /// instance in all later messages.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says what was asked, which entry was found, which places were looked at and why they were
    /// passed over, or which message the driver refused.
    ///
    /// # Windows behaviour
    ///
    /// Returns NULL without a reason. Whether an alias or a file of the same name wins, whether a hidden instance
    /// is opened first, and what happens after a refusal is the personality's choice; see
    /// [`Switches`](opendriver_config::Switches).
    ///
    /// # Example
    ///
    /// ```
    /// use opendriver::{BuiltIn, Call, Config, Manager, Settings};
    ///
    /// let config = Config::from_ini(b"[Drivers32]\r\nwave=beeper.drv 440 Hz\r\n", Settings::default());
    /// let beeper = BuiltIn::new(|call: &Call<'_>| {
    ///     if let Some(parameters) = call.parameters {
    ///         assert_eq!(parameters, "440 Hz");
    ///     }
    ///     1
    /// });
    /// let manager = Manager::builder().config(config).built_in("beeper.drv", beeper).build();
    /// let handle = manager.open("wave", None, 0)?;
    /// manager.close(handle, 0, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "OpenDriver")]
    #[doc(alias = "DrvOpen")]
    pub fn open(&self, name: &str, section: Option<&str>, lparam2: LPARAM) -> Result<Handle, OpenError> {
        let setup = self.setup();
        self.try_lines(&setup, name, section, |line| self.open_line(&setup, line, lparam2, |written| written))
    }

    /// As [`Manager::open`], with parameters that replace those of the entry or the name. `None` leaves the driver
    /// without any.
    ///
    /// # Errors
    ///
    /// As for [`Manager::open`].
    pub fn open_with_parameters(
        &self,
        name: &str,
        section: Option<&str>,
        parameters: Option<&str>,
        lparam2: LPARAM,
    ) -> Result<Handle, OpenError> {
        let setup = self.setup();
        self.try_lines(&setup, name, section, |line| self.open_line(&setup, line, lparam2, |_| parameters))
    }

    /// Opens an instance of the driver in a file, given apart from its parameters: for paths with blanks, which
    /// [`Manager::open`] would split. The path is taken as it is, with any characters, and no other name is tried; a
    /// relative one is relative to the current directory, because it was asked for explicitly.
    ///
    /// # Errors
    ///
    /// As for [`Manager::open`].
    pub fn open_file(
        &self,
        path: &Path,
        parameters: Option<&str>,
        lparam2: LPARAM,
    ) -> Result<Handle, OpenError> {
        let setup = self.setup();
        let shown = path.display().to_string();
        let error = |failure| OpenError::new(&shown, None, None, failure);
        let absolute = std::path::absolute(path).map_err(|_| error(ResolveError::EmptyName.into()))?;
        let name = FileName::exact(&absolute)
            .ok_or_else(|| error(ResolveError::NoFile { file: shown.clone() }.into()))?;
        let wanted = Wanted { file: &shown, name, alias: None };
        self.open_wanted(&setup, wanted, parameters, lparam2).map_err(error)
    }

    /// Tries what a name may mean, in the order that the personality has.
    pub(super) fn try_lines<T>(
        &self,
        setup: &Setup,
        name: &str,
        section: Option<&str>,
        attempt: impl Fn(&Line) -> Result<T, OpenFailure>,
    ) -> Result<T, OpenError> {
        let error = |entry, failure| OpenError::new(name, section, entry, failure);
        let lines =
            resolve::lines(&setup.config, name, section).map_err(|failure| error(None, failure.into()))?;
        let first = attempt(&lines.first).map_err(|failure| {
            let failure =
                if section.is_none() { also_no_alias(failure, setup, &lines.first) } else { failure };
            error(lines.first.entry.clone(), failure)
        });
        match (first, lines.second) {
            (Err(earlier), Some(Ok(second))) => {
                attempt(&second).map_err(|failure| error(second.entry.clone(), failure).after(earlier))
            }
            (Err(earlier), Some(Err(failure))) => Err(error(None, failure.into()).after(earlier)),
            (first, _) => first,
        }
    }

    /// `parameters` says what the driver gets, from what is written behind the file name.
    fn open_line<'a>(
        &self,
        setup: &Setup,
        line: &'a Line,
        lparam2: LPARAM,
        parameters: impl FnOnce(Option<&'a str>) -> Option<&'a str>,
    ) -> Result<Handle, OpenFailure> {
        let (name, file, written) = resolve::split(&line.text, &setup.config)?;
        let alias = line.entry.as_ref().map(|entry| self.aliases.shared(entry.alias()));
        self.open_wanted(setup, Wanted { file, name, alias }, parameters(written), lparam2)
    }

    fn open_wanted(
        &self,
        setup: &Setup,
        wanted: Wanted<'_>,
        parameters: Option<&str>,
        lparam2: LPARAM,
    ) -> Result<Handle, OpenFailure> {
        self.look_who_watches();
        let admitted = self.admit(setup, &wanted)?;
        let module = admitted.module.clone();
        let ansi = &setup.config.settings().ansi_code_page;
        let text =
            Text::encode(parameters, || module.text(), ansi).map_err(|reason| OpenFailure::Parameters {
                module: module.name().to_owned(),
                parameters: parameters.unwrap_or_default().to_owned(),
                reason,
            });
        let text = match text {
            Ok(text) => text,
            Err(failure) => {
                self.give_up(setup, &admitted, admitted.start != Start::Open);
                return Err(failure);
            }
        };
        self.raise(setup, &admitted)?;
        let needs_session = setup.config.settings().switches.session_instance && lparam2 != 0;
        if needs_session && self.is_lonely(admitted.id) {
            return self.open_behind_session(setup, admitted, text, parameters, lparam2, wanted.alias);
        }
        self.open_instance(setup, &admitted, text, parameters, lparam2)?;
        Ok(admitted.handle)
    }

    /// Wine's two-phase open: a hidden instance with the parameters and lParam2 = 0, then the real one without the
    /// parameters.
    fn open_behind_session(
        &self,
        setup: &Setup,
        session: Admitted,
        text: Text,
        parameters: Option<&str>,
        lparam2: LPARAM,
        alias: Option<Arc<str>>,
    ) -> Result<Handle, OpenFailure> {
        self.lock().places.get_mut(session.handle).expect("it was just admitted").session = true;
        self.open_instance(setup, &session, text, parameters, 0).map_err(as_session)?;
        let (id, module) = (session.id, session.module);
        let opened = self.take_behind_session(id, &module, alias).and_then(|handle| {
            let real = Admitted { id, module, handle, start: Start::Open, before: Phase::Up };
            self.open_instance(setup, &real, Text::None, None, lparam2).map(|()| handle)
        });
        if opened.is_err() {
            self.close_lonely_session(id);
        }
        opened
    }

    /// A handle for the instance for which a hidden one has been opened.
    fn take_behind_session(
        &self,
        id: ModuleId,
        module: &Arc<Module>,
        alias: Option<Arc<str>>,
    ) -> Result<Handle, OpenFailure> {
        let mut state = self.lock();
        if let Some(loaded) = state.modules.get_mut(id) {
            loaded.waiting_sessions -= 1;
        }
        // Only the driver knows the hidden handle. If it has closed it, the module may be going or gone, or another thread
        // may be taking it up again.
        let me = Record::own().thread();
        let ready = |loaded: &Loaded| {
            loaded.users > 0 && (loaded.phase == Phase::Up || loaded.phase == Phase::Rising(me))
        };
        if !state.modules.get(id).is_some_and(ready) {
            return Err(OpenFailure::ClosedWhileOpening { module: module.name().to_owned() });
        }
        self.take(&mut state, id, module, alias).ok_or(OpenFailure::TooManyInstances)
    }

    /// DRV_LOAD and DRV_ENABLE, where they are due.
    fn raise(&self, setup: &Setup, admitted: &Admitted) -> Result<(), OpenFailure> {
        let Admitted { module, handle, start, .. } = admitted;
        if *start == Start::Load {
            let answer = self.call(module, *handle, DRV_LOAD, (0, 0), None);
            let accepted = match setup.config.settings().switches.load_accepts {
                LoadAccepts::ExactlyOne => answer == 1,
                _ => answer != 0,
            };
            if !accepted {
                self.give_up(setup, admitted, true);
                return Err(OpenFailure::LoadRefused { module: module.name().to_owned(), answer });
            }
        }
        if *start != Start::Open {
            // Its answer means nothing, in any document and in Wine 8.0 (measured).
            self.call(module, *handle, DRV_ENABLE, (0, 0), None);
            let mut state = self.lock();
            state.modules.get_mut(admitted.id).expect("a module with a user stays").phase = Phase::Up;
            self.phase_changed(state);
        }
        Ok(())
    }

    /// DRV_OPEN; if it succeeds, the instance is open and in the list.
    fn open_instance(
        &self,
        setup: &Setup,
        admitted: &Admitted,
        mut text: Text,
        parameters: Option<&str>,
        lparam2: LPARAM,
    ) -> Result<(), OpenFailure> {
        let Admitted { id, module, handle, .. } = admitted;
        let closed = || OpenFailure::ClosedWhileOpening { module: module.name().to_owned() };
        if !self.set_opening(*handle) {
            self.give_up(setup, admitted, false);
            return Err(closed());
        }
        let answer = self.call(module, *handle, DRV_OPEN, (text.lparam(), lparam2), parameters);
        drop(text);
        let mut state = self.lock();
        let instance = state.places.get_mut(*handle).expect("the opener or the closer frees the slot");
        match instance.stage {
            Stage::Abandoned => {
                // Another thread is still in DRV_CLOSE and takes the instance away when it comes back.
                instance.stage = Stage::Closing;
                return Err(closed());
            }
            Stage::Stillborn => {
                drop(state);
                self.give_up(setup, admitted, false);
                return Err(closed());
            }
            _ if answer == 0 => {
                // No close may come in between: there is nothing to close.
                instance.stage = Stage::Closing;
                drop(state);
                self.give_up(setup, admitted, false);
                let (module, parameters) = (module.name().to_owned(), parameters.map(str::to_owned));
                return Err(OpenFailure::OpenRefused { module, parameters, session: false });
            }
            _ => instance.stage = Stage::Open,
        }
        let session = u32::from(instance.session);
        self.slots.get(*handle).expect("it has a slot").set_driver_id(answer as usize);
        state.places.link(*handle);
        let loaded = state.modules.get_mut(*id).expect("a module with a user stays");
        loaded.linked += 1;
        loaded.sessions += session;
        loaded.waiting_sessions += session;
        Ok(())
    }

    /// Whether the instance is still wanted now that DRV_OPEN is due.
    fn set_opening(&self, handle: Handle) -> bool {
        let mut state = self.lock();
        let instance = state.places.get_mut(handle).expect("the opener frees the slot");
        let wanted = instance.stage == Stage::Loading;
        if wanted {
            instance.stage = Stage::Opening;
        }
        wanted
    }

    /// Takes back an admission. `unraised`: DRV_LOAD was not accepted, or not sent.
    fn give_up(&self, setup: &Setup, admitted: &Admitted, unraised: bool) {
        let Admitted { id, handle, start, .. } = *admitted;
        let unload_only = setup.config.settings().switches.refused_first_open == RefusedFirstOpen::UnloadOnly;
        let mut state = self.lock();
        self.slots.get(handle).expect("it has a slot").set_closing(handle);
        let instance = state.places.get_mut(handle).expect("the opener frees the slot");
        instance.closer = Some(Record::own().thread());
        instance.stage = Stage::Closing;
        let loaded = state.modules.get_mut(id).expect("a module with a user stays");
        loaded.users -= 1;
        let silent = unload_only && start != Start::Open && loaded.users == 0 && loaded.phase == Phase::Up;
        if silent || unraised {
            loaded.phase = admitted.before;
        }
        state.set_farewell(&self.slots, id, handle);
        self.phase_changed(state);
        self.retire(id);
        self.lock().release(&self.slots, id, handle);
    }

    /// Whether no instance of the module is in the list of open ones.
    fn is_lonely(&self, id: ModuleId) -> bool {
        self.lock().modules.get(id).is_some_and(|loaded| loaded.linked == 0)
    }
}

fn as_session(failure: OpenFailure) -> OpenFailure {
    match failure {
        OpenFailure::OpenRefused { module, parameters, .. } => {
            OpenFailure::OpenRefused { module, parameters, session: true }
        }
        other => other,
    }
}

/// Says which configuration had no such alias, where the name was taken as a file for want of one.
fn also_no_alias(mut failure: OpenFailure, setup: &Setup, line: &Line) -> OpenFailure {
    if line.entry.is_none()
        && let OpenFailure::Resolve(ResolveError::NotFound { aliases, .. }) = &mut failure
    {
        *aliases = Some(resolve::view(&setup.config));
    }
    failure
}

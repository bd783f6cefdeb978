//! Why a call failed: the errors of the manager, turned into a code, a text and the places that were tried.

use std::error::Error;

use opendriver::config::ConfigError;
use opendriver::{
    CallbackError, CloseError, LoadError, OpenError, OpenFailure, ResolveError, StaleHandle, SymbolError,
    Tried,
};

use crate::code::Code;

/// Why a call failed. Small, and without a text where a handle is bad: a program may try many.
#[derive(Debug)]
pub(crate) enum Failure {
    BadHandle(BadHandle),
    Told(Box<Told>),
}

/// A handle that stands for no open instance; its text is made when somebody asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BadHandle {
    /// A value that no handle of any manager can have.
    Impossible(usize),
    /// Nothing has been opened in this process, so no handle can have been given out.
    NothingOpened,
    Stale(StaleHandle),
}

/// The rest, ready to be kept for the caller.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Code,
    pub(crate) text: String,
    pub(crate) tried: Vec<Tried>,
}

impl Failure {
    pub(crate) fn new(code: Code, text: impl Into<String>) -> Failure {
        Told { code, text: text.into(), tried: Vec::new() }.into()
    }

    pub(crate) fn null(what: &str) -> Failure {
        Failure::new(Code::NullArgument, format!("the {what} is NULL"))
    }

    /// For a value that no handle of any manager can have.
    pub(crate) fn no_handle(raw: usize) -> Failure {
        Failure::BadHandle(BadHandle::Impossible(raw))
    }

    /// The whole of it.
    pub(crate) fn told(self) -> Told {
        match self {
            Failure::BadHandle(bad) => bad.into(),
            Failure::Told(told) => *told,
        }
    }
}

impl From<Told> for Failure {
    fn from(told: Told) -> Failure {
        Failure::Told(Box::new(told))
    }
}

impl From<BadHandle> for Told {
    fn from(bad: BadHandle) -> Told {
        let text = match bad {
            BadHandle::Impossible(raw) => format!("{raw:#x} is the handle of no open driver"),
            BadHandle::NothingOpened => "the process has not opened any driver yet".to_owned(),
            BadHandle::Stale(stale) => with_sources(&stale),
        };
        Told { code: Code::Handle, text, tried: Vec::new() }
    }
}

/// The text of an error with that of its sources, each once.
fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn of_error(code: Code, error: &dyn Error) -> Failure {
    Failure::new(code, with_sources(error))
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        let (code, text) = (open_code(error.failure()), with_sources(&error));
        // The places of all readings of the name, in the order in which they were tried.
        let mut readings: Vec<&OpenError> =
            std::iter::successors(Some(&error), |error| error.earlier()).collect();
        readings.reverse();
        let tried = readings.into_iter().flat_map(tried).cloned().collect();
        Told { code, text, tried }.into()
    }
}

fn tried(error: &OpenError) -> &[Tried] {
    match error.failure() {
        OpenFailure::Resolve(ResolveError::NotFound { tried, .. }) => tried,
        _ => &[],
    }
}

fn open_code(failure: &OpenFailure) -> Code {
    match failure {
        OpenFailure::Resolve(error) => resolve_code(error),
        OpenFailure::Load(LoadError::Library { .. }) => Code::Library,
        OpenFailure::Load(LoadError::NoDriverProc { .. }) => Code::NoDriverProc,
        OpenFailure::LoadRefused { .. } => Code::LoadRefused,
        OpenFailure::OpenRefused { .. } => Code::OpenRefused,
        OpenFailure::ClosedWhileOpening { .. } => Code::ClosedWhileOpening,
        OpenFailure::TooManyInstances => Code::TooManyInstances,
        OpenFailure::Busy { .. } => Code::Busy,
        OpenFailure::Parameters { .. } => Code::Parameters,
        _ => Code::Load,
    }
}

fn resolve_code(error: &ResolveError) -> Code {
    match error {
        ResolveError::EmptyName | ResolveError::BlankName => Code::NameEmpty,
        ResolveError::NulInName { .. } => Code::Text,
        ResolveError::NoEntry(_) => Code::NoEntry,
        ResolveError::EmptyEntry { .. } => Code::EntryEmpty,
        ResolveError::LineTooLong { .. } => Code::LineTooLong,
        ResolveError::LeadingBlank { .. } | ResolveError::NoFile { .. } => Code::NoFileName,
        ResolveError::DriveNotMapped { .. } => Code::DriveNotMapped,
        ResolveError::NotFound { tried, .. } if tried.iter().any(Tried::exists) => Code::Unsuitable,
        ResolveError::NotFound { .. } => Code::NotFound,
        _ => Code::Resolve,
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        let code = match error {
            ConfigError::Read { .. } => Code::ConfigRead,
            ConfigError::NotAFile { .. } => Code::ConfigNotAFile,
            ConfigError::Vanished { .. } => Code::ConfigVanished,
            ConfigError::NamedByVariable { .. } => Code::ConfigVariable,
            ConfigError::Settings(_) => Code::ConfigSettings,
            _ => Code::Other,
        };
        of_error(code, &error)
    }
}

impl From<StaleHandle> for Failure {
    #[inline]
    fn from(error: StaleHandle) -> Failure {
        Failure::BadHandle(BadHandle::Stale(error))
    }
}

impl From<CloseError> for Failure {
    fn from(error: CloseError) -> Failure {
        let code = match error {
            CloseError::Stale(stale) => return stale.into(),
            CloseError::Vetoed { .. } => Code::CloseRefused,
            _ => Code::Other,
        };
        of_error(code, &error)
    }
}

impl From<SymbolError> for Failure {
    fn from(error: SymbolError) -> Failure {
        let code = match error {
            SymbolError::Stale(stale) => return stale.into(),
            SymbolError::Missing { .. } => Code::NoSymbol,
            _ => Code::Other,
        };
        of_error(code, &error)
    }
}

impl From<CallbackError> for Failure {
    fn from(error: CallbackError) -> Failure {
        let code = match error {
            CallbackError::NoTarget => Code::NoTarget,
            CallbackError::UnknownKind { .. } => Code::UnknownTarget,
            // What gives a notifier has another name in C.
            CallbackError::NoNotifier { what } => {
                let text = format!(
                    "the callback goes to {what}, and the program has not said how to reach it; \
                     opendriver_set_notifier does"
                );
                return Failure::new(Code::NoNotifier, text);
            }
            CallbackError::Undelivered { .. } => Code::Undelivered,
            _ => Code::Other,
        };
        of_error(code, &error)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use opendriver::{Config, Manager, Personality, Settings};

    use super::*;

    fn failure(ini: &str, personality: Personality, name: &str, section: Option<&str>) -> Told {
        let config = Config::from_ini(ini.as_bytes(), Settings::with_personality(personality));
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("text.drv"), "no library").expect("it can be written");
        let manager =
            Manager::builder().config(config).driver_path(None).search_directory(directory.path()).build();
        Failure::from(manager.open(name, section, 0).expect_err("nothing can be opened")).told()
    }

    #[test]
    fn each_reason_has_its_code() {
        let win32 = Personality::Win32;
        for (ini, name, section, code) in [
            ("", "", None, Code::NameEmpty),
            ("", "nothing.drv", None, Code::NotFound),
            ("", "text.drv", None, Code::Unsuitable),
            ("", "x", Some("Drivers32"), Code::NoEntry),
            ("[Drivers32]\nx=C:\\x.drv\n", "x", None, Code::DriveNotMapped),
            ("", "dir\\", None, Code::NoFileName),
        ] {
            if cfg!(windows) && code == Code::DriveNotMapped {
                continue;
            }
            let failure = failure(ini, win32, name, section);
            assert_eq!(failure.code, code, "{name:?}: {failure:?}");
            assert!(!failure.text.is_empty());
        }
        let long = format!("[Drivers32]\nx={}\n", "y".repeat(300));
        assert_eq!(failure(&long, win32, "x", None).code, Code::LineTooLong);
    }

    #[test]
    fn places_of_both_readings_are_kept_in_order() {
        let failure = failure("[Drivers32]\nfirst=second.drv\n", Personality::Wine, "first", None);
        assert_eq!(failure.code, Code::NotFound);
        let texts: Vec<String> = failure.tried.iter().map(ToString::to_string).collect();
        let at = |name: &str| texts.iter().position(|text| text.contains(name));
        assert!(at("first.dll").is_some() && at("first.dll") < at("second.drv"), "{texts:?}");
    }

    #[test]
    fn sources_are_told_once() {
        let error = Config::load("/nowhere/at/all.ini").expect_err("there is none");
        let failure = Failure::from(error).told();
        assert_eq!(failure.code, Code::ConfigRead);
        assert!(failure.text.contains("all.ini: "), "{}", failure.text);
    }
}

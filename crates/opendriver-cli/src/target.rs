//! From what the user named to an open instance.

use std::ffi::OsStr;
use std::path::{Path, is_separator};

use opendriver::config::split_line;
use opendriver::{Handle, Manager, OpenError, OpenFailure, ResolveError};

use crate::args::OpenArgs;
use crate::messages::Failure;
use crate::session::Session;

/// Opens the driver.
///
/// A path that leads to a file from the current directory is that file; anything else goes through the manager's
/// search, which never looks in the current directory.
pub(crate) fn open(session: &Session, manager: &Manager, args: &OpenArgs) -> Result<Handle, Failure> {
    let section = args.section.as_deref();
    if let Some(path) = own_file(&args.name, section) {
        let parameters = args.parameters.as_deref().and_then(given);
        let opened = manager.open_file(path, parameters, args.lparam2);
        return opened.map_err(|error| Failure::open(&error, None, session, Vec::new()));
    }
    let name = args.name.to_str().ok_or_else(|| Failure::not_unicode(&args.name, section))?;
    let opened = match args.parameters.as_deref() {
        None => manager.open(name, section, args.lparam2),
        Some(parameters) => manager.open_with_parameters(name, section, given(parameters), args.lparam2),
    };
    opened.map_err(|error| {
        let hints = hint(name, &error).into_iter().collect();
        Failure::open(&error, error.entry(), session, hints)
    })
}

/// The parameters as they are given, blanks included. A line of a configuration has no empty ones, but none.
fn given(parameters: &str) -> Option<&str> {
    Some(parameters).filter(|parameters| !parameters.is_empty())
}

/// The argument as a path, if it has a separator and leads to something, or could lead to something but is no text,
/// which nothing else takes. Whoever names a section means an alias.
fn own_file<'a>(name: &'a OsStr, section: Option<&str>) -> Option<&'a Path> {
    let has_separator = name.to_string_lossy().chars().any(is_separator);
    let path = Path::new(name);
    (section.is_none() && has_separator && (path.exists() || name.to_str().is_none())).then_some(path)
}

/// What to write instead, if the name was found nowhere but is a file in the current directory.
fn hint(name: &str, error: &OpenError) -> Option<String> {
    let nowhere = matches!(
        error.failure(),
        OpenFailure::Resolve(ResolveError::NotFound { .. } | ResolveError::NoEntry { .. })
    );
    if !nowhere || error.entry().is_some() {
        return None;
    }
    let first = split_line(name).0;
    let here = [name, first].into_iter().find(|name| !name.is_empty() && Path::new(name).is_file())?;
    let separated = here.chars().any(is_separator);
    Some(match (separated, here == name) {
        (false, true) => format!("write ./{here} to use the file in the current directory"),
        (false, false) => {
            format!(
                "write ./{here} and give the rest with --parameters to use the file in the current directory"
            )
        }
        (true, false) => format!("give what follows {here} with --parameters to use this file"),
        // With a section: without one it would have been taken as a file.
        (true, true) => format!("leave --section out to use the file {here}"),
    })
}

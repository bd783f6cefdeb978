//! The family on any manager, and what concerns all instances of one.

use opendriver::abi::{HDRVR, LPARAM, LRESULT};
use opendriver::{CloseError, Manager, OpenError};

use crate::boundary::enter;
use crate::code::Code;
use crate::failure::{BadHandle, Failure, Told};
use crate::family;
use crate::raw::{Answer, Out, Utf8Text, WideText};
use crate::scope::{ManagerToken, Need, with, with_handle};
use crate::send::send;

fn opened(result: Result<opendriver::Handle, OpenError>) -> Result<HDRVR, Failure> {
    Ok(result?.to_raw())
}

/// `OpenDriver` on a manager, with names in UTF-8.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_open(
    manager: ManagerToken,
    name: Utf8Text,
    section: Utf8Text,
    lparam2: LPARAM,
) -> HDRVR {
    enter(HDRVR::NULL, || {
        let (name, section) = (name.read("driver name")?, section.optional("section name")?);
        with(manager, Need::Configuration, |manager| opened(manager.open(name, section, lparam2)))
    })
}

/// `OpenDriver` on a manager, with names in UTF-16.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_open_utf16(
    manager: ManagerToken,
    name: WideText,
    section: WideText,
    lparam2: LPARAM,
) -> HDRVR {
    enter(HDRVR::NULL, || {
        let (name, section) = (name.read("driver name")?, section.optional("section name")?);
        with(manager, Need::Configuration, |manager| opened(manager.open(&name, section.as_deref(), lparam2)))
    })
}

/// Opens the driver in a file whose path may have blanks, given apart from its parameters:
/// [`opendriver::Manager::open_file`]. A relative path is relative to the current directory. `parameters` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_open_file(
    manager: ManagerToken,
    path: Utf8Text,
    parameters: Utf8Text,
    lparam2: LPARAM,
) -> HDRVR {
    enter(HDRVR::NULL, || {
        let (path, parameters) = (path.read_path("path")?, parameters.optional("parameters")?);
        with(manager, Need::Configuration, |manager| opened(manager.open_file(&path, parameters, lparam2)))
    })
}

/// `CloseDriver` on a manager. `answer`, unless NULL, gets what the driver returned from DRV_CLOSE.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_close(
    manager: ManagerToken,
    handle: HDRVR,
    lparam1: LPARAM,
    lparam2: LPARAM,
    answer: Out<LRESULT>,
) -> i32 {
    enter(0, || {
        with_handle(manager, handle, |manager, handle| {
            answer.set(0, manager.close(handle, lparam1, lparam2)?);
            Ok(1)
        })
    })
}

/// `SendDriverMessage` on a manager.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_send(
    manager: ManagerToken,
    handle: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    send(manager, handle, message, lparam1, lparam2)
}

/// `GetNextDriver` on a manager.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_next(manager: ManagerToken, handle: HDRVR, flags: u32) -> HDRVR {
    enter(HDRVR::NULL, || family::next(manager, handle, flags))
}

/// Sends a message to every open instance in the order of their opening: [`opendriver::Manager::broadcast`]. Returns
/// how many got it. The first `capacity` answers are stored at `answers`, which may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_broadcast(
    manager: ManagerToken,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
    answers: Out<Answer>,
    capacity: usize,
) -> usize {
    enter(0, || {
        with_all(manager, |manager| {
            let all = manager.broadcast(message, lparam1, lparam2);
            for (index, (handle, answer)) in all.iter().take(capacity).enumerate() {
                answers.set(index, Answer { handle: handle.to_raw(), answer: *answer });
            }
            Ok(all.len())
        })
    })
}

/// Closes every open instance with parameters 0, the orderly end: [`opendriver::Manager::close_all`]. Returns how many
/// their drivers keep open, which only some personalities allow; the last error then says which.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_close_all(manager: ManagerToken) -> usize {
    let mut kept = 0;
    enter((), || {
        with_all(manager, |manager| {
            let errors = manager.close_all();
            kept = errors.len();
            kept_open(&errors).map(|()| 0)
        })
        .map(|_| ())
    });
    kept
}

/// A failure that says what drivers keep open, if they do.
pub(crate) fn kept_open(errors: &[CloseError]) -> Result<(), Failure> {
    lines(errors.iter().map(ToString::to_string))
        .map_or(Ok(()), |text| Err(Failure::new(Code::CloseRefused, text)))
}

/// Opens the drivers of the line `drivers=` in section \[boot\]: [`opendriver::Manager::open_boot_drivers`]. Returns
/// how many are open now; `failed`, unless NULL, gets how many could not be opened, and the last error says why, a line
/// for each, with the code and the places of the first.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_open_boot_drivers(manager: ManagerToken, failed: Out<usize>) -> usize {
    let mut open = 0;
    failed.set(0, 0);
    enter((), || {
        with(manager, Need::Configuration, |manager| {
            let results = manager.open_boot_drivers();
            open = results.iter().filter(|(_, result)| result.is_ok()).count();
            let failures: Vec<Told> = results
                .into_iter()
                .filter_map(|(_, result)| Some(Failure::from(result.err()?).told()))
                .collect();
            failed.set(0, failures.len());
            let text = lines(failures.iter().map(|failure| failure.text.clone()));
            match (failures.into_iter().next(), text) {
                (Some(first), Some(text)) => Err(Told { text, ..first }.into()),
                _ => Ok(()),
            }
        })
    });
    open
}

/// Runs `body` unless the process has no manager yet: then it has no instances either, which is no failure.
fn with_all(
    manager: ManagerToken,
    body: impl FnOnce(&Manager) -> Result<usize, Failure>,
) -> Result<usize, Failure> {
    match with(manager, Need::Handles, body) {
        Err(Failure::BadHandle(BadHandle::NothingOpened)) => Ok(0),
        result => result,
    }
}

fn lines(texts: impl Iterator<Item = String>) -> Option<String> {
    let text = texts.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

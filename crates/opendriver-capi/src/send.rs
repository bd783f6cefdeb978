//! Sending a message: what every exported function does, by the shortest way.

use opendriver::abi::{HDRVR, LPARAM, LRESULT};
use opendriver::{CallingThread, Handle};

use crate::boundary::{enter, enter_bare};
use crate::failure::BadHandle;
use crate::last_error;
use crate::process;
use crate::scope::{ManagerToken, means_process_for, with_handle};

/// Sends a message to an instance of the manager that the token means. 0 if the handle is not open, which the last
/// error tells.
///
/// The manager of the process, called by a thread that has been here before, needs no look at any list.
#[inline]
pub(crate) fn send(
    token: ManagerToken,
    raw: HDRVR,
    message: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
) -> LRESULT {
    // By value throughout: what a closure borrows has to lie in memory.
    enter_bare(0, move || {
        if let Some(thread) = CallingThread::known()
            && means_process_for(thread, token)
            && let Some(manager) = process::existing()
        {
            let Some(handle) = Handle::from_raw(raw) else {
                last_error::set_bad_handle(thread, BadHandle::Impossible(raw.0));
                return 0;
            };
            return match manager.send_on(thread, handle, message, lparam1, lparam2) {
                Ok(answer) => {
                    last_error::clear(thread);
                    answer
                }
                Err(stale) => {
                    last_error::set_bad_handle(thread, BadHandle::Stale(stale));
                    0
                }
            };
        }
        send_by_token(token, raw, message, lparam1, lparam2)
    })
}

/// The long way: by the list of managers, or on a thread's first call. Cold, so that the short one needs no jumps.
#[cold]
#[inline(never)]
fn send_by_token(token: ManagerToken, raw: HDRVR, message: u32, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
    enter(0, || {
        with_handle(token, raw, |manager, handle| Ok(manager.send(handle, message, lparam1, lparam2)?))
    })
}

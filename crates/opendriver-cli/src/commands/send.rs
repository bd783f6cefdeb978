//! `opendriver send`: one message to a driver.

use opendriver::abi::MessageName;
use serde_json::json;

use crate::args::SendArgs;
use crate::messages::Failure;
use crate::session::Session;
use crate::target;

/// Opens the driver, sends the message, closes it again, and prints the answer.
///
/// The answer is printed before the driver is closed: it is there even if closing fails or the driver crashes then.
pub(crate) fn run(session: &Session, args: &SendArgs) -> Result<(), Failure> {
    let manager = session.manager(None);
    let handle = target::open(session, &manager, &args.open)?;
    let answer = manager.send(handle, args.message, args.lparam1, args.second).map_err(Failure::stale)?;
    let out = session.out;
    if !out.is_json() {
        out.plain(&format!("{answer} ({answer:#x})\n"))?;
    }
    let closed = manager.close(handle, 0, 0).map_err(|error| Failure::close(&error));
    drop(manager);
    if out.is_json() {
        let mut document = json!({
            "message": MessageName(args.message).to_string(),
            "number": args.message,
            "lparam1": args.lparam1,
            "lparam2": args.second,
            "answer": answer,
        });
        if let Err(failure) = &closed {
            document["error"] = failure.to_json();
        }
        out.document(&document)?;
        return closed.map(drop).map_err(Failure::shown);
    }
    closed.map(drop)
}

//! `opendriver probe`: the whole life of an instance, message by message.

use std::sync::Arc;

use opendriver::Manager;
use opendriver::abi::DRV_QUERYCONFIGURE;

use crate::args::ProbeArgs;
use crate::messages::Failure;
use crate::session::Session;
use crate::target;
use crate::trace::Trace;

/// Opens the driver, asks whether it can be configured, sends the messages, closes it; everything is shown as it
/// happens.
pub(crate) fn run(session: &Session, args: &ProbeArgs) -> Result<(), Failure> {
    let trace = Arc::new(Trace::start(session.out)?);
    let manager = session.manager(Some(trace.clone()));
    let outcome = life(session, &manager, args);
    // What a driver did not let go is closed now, and belongs to the trace.
    drop(manager);
    let finished = trace.finish(outcome.as_ref().err());
    match outcome {
        Err(failure) if session.out.is_json() => Err(failure.shown()),
        Err(failure) => Err(failure),
        Ok(()) => Ok(finished?),
    }
}

fn life(session: &Session, manager: &Manager, args: &ProbeArgs) -> Result<(), Failure> {
    let handle = target::open(session, manager, &args.open)?;
    manager.send(handle, DRV_QUERYCONFIGURE, 0, 0).map_err(Failure::stale)?;
    for spec in &args.message {
        manager.send(handle, spec.message, spec.lparam1, spec.lparam2).map_err(Failure::stale)?;
    }
    manager.close(handle, 0, 0).map(drop).map_err(|error| Failure::close(&error))
}

//! The commands, one module each.

mod get;
mod list;
mod probe;
mod run;
mod send;

use crate::args::{Cli, Command};
use crate::messages::Failure;
use crate::output::Output;
use crate::session::Session;

/// Does what the command line says.
pub(crate) fn run(args: &Cli, out: Output) -> Result<(), Failure> {
    // Scripts bring their own configuration.
    if let Command::Run(run_args) = &args.command {
        return run::run(&args.global, run_args, out);
    }
    let session = Session::start(&args.global, out)?;
    match &args.command {
        Command::Run(_) => Ok(()),
        Command::List(args) => list::run(&session, args),
        Command::Probe(args) => probe::run(&session, args),
        Command::Send(args) => send::run(&session, args),
        Command::Get(args) => get::run(&session, args),
    }
}

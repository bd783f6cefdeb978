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
    match &args.command {
        // Scripts bring their own configuration.
        Command::Run(run_args) => return run::run(&args.global, run_args, out),
        Command::PlayOne(play_args) => return run::play_one(play_args),
        _ => {}
    }
    let session = Session::start(&args.global, out)?;
    match &args.command {
        Command::Run(_) | Command::PlayOne(_) => Ok(()),
        Command::List(args) => list::run(&session, args),
        Command::Probe(args) => probe::run(&session, args),
        Command::Send(args) => send::run(&session, args),
        Command::Get(args) => get::run(&session, args),
    }
}

//! The program `opendriver`: list, probe and talk to installable drivers from a shell.
//!
//! # The way of a run
//!
//! 1. [`args`]: the command line as checked text and numbers, nothing looked up yet.
//! 2. [`session`]: the configuration is found and read.
//! 3. [`target`]: what the user named, an alias or a file, becomes an open instance.
//! 4. [`commands`]: one module each; those that open a driver are watched by [`trace`].
//! 5. [`output`]: text or JSON on standard output. [`messages`]: every failure, its text and the exit code.
//!
//! `run` plays each script in a process of its own, which is this program again ([`commands`]).
//!
//! Exit codes: 0 done, 1 the driver refused or a script went otherwise than expected, 2 an error, 129, 130 and 143 `run`
//! was interrupted by SIGHUP, SIGINT or SIGTERM. A reader that closes the pipe early is no error; `run` plays on and
//! ends with the code of its result.
#![forbid(unsafe_code)]
#![expect(clippy::result_large_err, reason = "a failure is made once, and ends the run")]

mod args;
mod commands;
mod log;
mod messages;
mod output;
mod session;
mod similar;
mod target;
mod trace;

use std::process::ExitCode;

use crate::output::Output;

fn main() -> ExitCode {
    let early = args::Early::of(std::env::args_os().skip(1));
    early.color.write_global();
    let args = match args::parse(&early) {
        Ok(args) => args,
        Err(error) => return messages::usage(&error, early.json),
    };
    args.global.color().write_global();
    log::start(args.global.verbose);
    let out = Output::new(args.global.json);
    match commands::run(&args, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(out),
    }
}

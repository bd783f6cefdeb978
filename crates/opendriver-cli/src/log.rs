//! What the manager has to say beside the results: warnings always, more with `-v`, on standard error.

use std::io;

use anstream::AutoStream;
use tracing::level_filters::LevelFilter;

/// Sends the manager's events to standard error: warnings, with `-v` also what it looks up and loads, with `-vv`
/// every message.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let colour = AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .with_ansi(colour)
        .without_time()
        // They would be reported on standard error, which is just what does not work then.
        .log_internal_errors(false)
        .init();
}

//! Writes the tune of the examples to a file: `cargo run --example make-tune [FILE]`.
//!
//! Without a file it writes `ode_to_joy.mid` into the current directory. The one that is kept beside this program's source
//! was made by it, which a test checks.

mod ode_to_joy;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().map_or_else(|| PathBuf::from("ode_to_joy.mid"), PathBuf::from);
    if arguments.next().is_some() {
        eprintln!("make-tune: too many arguments; usage: make-tune [FILE]");
        return ExitCode::from(2);
    }
    let bytes = ode_to_joy::ode_to_joy();
    match std::fs::write(&path, &bytes) {
        Ok(()) => {
            println!("{}: {} bytes", path.display(), bytes.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("make-tune: {} cannot be written: {error}", path.display());
            ExitCode::from(2)
        }
    }
}

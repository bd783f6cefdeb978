//! What things cost, each as a ratio to something measured beside it in the same run.
//!
//! `cargo bench -p opendriver-benches` prints the table and writes it as JSON to `target/costs.json`. A row has a
//! goal; one that misses it is marked, and does not fail the run, because the machine may be busy. Build the C library
//! first (`cargo build --release`), or its rows count as missed.

mod alternatives;
mod c_library;
mod config;
mod curves;
mod drivers;
mod measure;
mod messages;
mod opening;
mod report;

use std::path::Path;

use report::Report;

fn main() {
    // `cargo test` runs benchmarks with this flag, only to see that they start.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut arguments = std::env::args().skip_while(|argument| argument != "--curves").skip(1);
    if let Some(target) = arguments.next() {
        // Benchmarks are started in the directory of their package.
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(target);
        curves::draw(&target).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
        return;
    }
    let mut report = Report::new();
    messages::rows(&mut report);
    c_library::rows(&mut report);
    opening::rows(&mut report);
    config::rows(&mut report);
    alternatives::rows(&mut report);
    report.finish();
}

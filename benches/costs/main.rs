//! What things cost, each as a ratio to something measured beside it in the same run.
//!
//! `cargo bench -p opendriver-benches` prints the table and writes it as JSON to `target/costs.json`. A row has a
//! goal; one that misses it is marked, and does not fail the run, because the machine may be busy.

mod config;
mod drivers;
mod measure;
mod messages;
mod opening;
mod report;

use report::Report;

fn main() {
    // `cargo test` runs benchmarks with this flag, only to see that they start.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut report = Report::new();
    messages::rows(&mut report);
    opening::rows(&mut report);
    config::rows(&mut report);
    report.finish();
}

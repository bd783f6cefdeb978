//! Benchmarks of the driver manager: `cargo bench -p opendriver-benches`.

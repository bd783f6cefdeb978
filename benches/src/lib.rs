//! Benchmarks; see `costs.rs`.

//! Write installable drivers in Rust: one trait, one line to export DriverProc.

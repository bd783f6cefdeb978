//! What the tests share: a real driver library whose every call is handed to the test, and a world of files around it.

pub mod compile;
pub mod probe;
pub mod probes;
pub mod replay;
pub mod rows;

pub use probe::{Hit, World};
pub use probes::Probes;
pub use replay::{Replay, replay};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

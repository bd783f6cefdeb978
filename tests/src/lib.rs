//! What the tests share: a real driver library whose every call is handed to the test, and a world of files around it.

pub mod c_library;
pub mod compile;
pub mod library;
pub mod loading;
pub mod named;
pub mod probe;
pub mod probes;
pub mod replay;
pub mod rows;

pub use c_library::CLibrary;
pub use loading::WhileLoading;
pub use probe::{Hit, World};
pub use probes::Probes;
pub use replay::{Replay, Through, replay};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

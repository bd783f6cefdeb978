//! Tests of installable drivers and of programs that use them.
//!
//! Three tools, from the simple to the thorough:
//!
//! * [`Recorder`] is an observer of a manager that remembers all messages and has assertions about them.
//! * [`Scripted`] drivers are in the program and do what the rules of a script say: refuse, call back, lie.
//! * [`Player`] plays a script of winmm calls and rules in a world of its own, and writes a trace of every call of the
//!   script, every call of a driver with all parameters, every loading and unloading. [`Comparison`] holds the trace
//!   against what a [`Recording`] expects, and [`Format`] reports on it.
//!
//! The way of the data:
//!
//! ```text
//! file -> Recording { setup, script, expected } -> Player::play -> Trace -> Comparison -> Outcome -> report
//! ```
#![forbid(unsafe_code)]

mod compare;
mod counted;
mod ending;
mod event;
mod player;
mod recorder;
mod recording;
mod report;
pub mod script;
mod stage;
mod world;

pub use self::compare::{Comparison, Line, constant, normalised};
pub use self::counted::Counted;
pub use self::event::Event;
pub use self::player::{Drivers, PlayError, Player, Sink, Trace, Winmm};
pub use self::recorder::{Record, Recorder};
pub use self::recording::{BlessError, Expected, Place, Recording, RecordingError, Setup};
pub use self::report::{Format, Outcome, Verdict, summary};
pub use self::script::{Script, ScriptError};
pub use self::stage::{Incoming, OpenText, Stage};
pub use self::world::{Kind, STANDARD_WORLD, Scripted};

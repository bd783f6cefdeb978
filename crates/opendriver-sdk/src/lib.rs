//! Write installable drivers in Rust: one trait, one line to export `DriverProc`.
//!
//! A driver is a library (`crate-type = ["cdylib"]`) with a type that implements [`Driver`]. One value of the type is one
//! open instance. [`export_driver!`] exports the procedure a manager calls. No `unsafe` is needed, and a driver
//! may forbid it:
//!
//! ```
//! #![forbid(unsafe_code)]
//! use opendriver_sdk::{Driver, Message, Open, Refusal, Reply, abi::DRV_USER, export_driver};
//!
//! struct Echo(String);
//!
//! impl Driver for Echo {
//!     fn open(open: &Open<'_>) -> Result<Self, Refusal> {
//!         Ok(Echo(open.parameters().unwrap_or("nothing").to_owned()))
//!     }
//!     fn message(&self, message: &Message) -> Reply {
//!         if message.number() == DRV_USER { Reply::Value(self.0.len() as isize) } else { Reply::Default }
//!     }
//! }
//! export_driver!(Echo);
//! # fn main() {}
//! ```
//!
//! # The life of a driver
//!
//! 1. A program opens the driver. The manager loads the library and sends `DRV_LOAD`: [`Driver::load`] may refuse.
//! 2. `DRV_ENABLE`: [`Driver::enable`].
//! 3. `DRV_OPEN`, once per instance: [`Driver::open`] reads the parameters of the SYSTEM.INI line and makes the value, or
//!    refuses with a reason. The value gets an identifier, which travels with every later message of the instance.
//! 4. Messages: the standard ones arrive as methods of their own ([`Driver::query_configure`], [`Driver::configure`],
//!    [`Driver::install`], [`Driver::remove`], [`Driver::power`], ...), everything else at [`Driver::message`]. Sound
//!    drivers also export `modMessage` and its sisters, see [`export_message!`].
//! 5. `DRV_CLOSE`: [`Driver::close`]. The value is dropped as soon as no message and no [`Arc`](std::sync::Arc) from
//!    [`instances`] uses it any more, usually before the close returns.
//! 6. After the last instance `DRV_DISABLE` and `DRV_FREE`: [`Driver::disable`], [`Driver::free`]. Then the library may be
//!    unloaded. An instance that nobody closed is dropped here.
//!
//! # Re-entrancy and threads
//!
//! The SDK holds no lock while the driver's code runs. A driver may be called again at any point, on the same thread
//! (because it opened, called or closed something itself) or on another one, so every callback takes `&self`
//! and the type must be `Send` and `Sync`. A closed or invented identifier reaches nobody: it is answered by the default
//! procedure. Identifiers are never zero, never an address, and fit 31 bits, for programs and managers that have
//! no room for more.
//!
//! # Panics
//!
//! A panic must not leave a driver: the program that loaded it was built with another copy of the standard library,
//! which cannot catch it. Every callback therefore runs behind a catch, and the panic becomes an answer:
//!
//! | where | answer |
//! | --- | --- |
//! | [`Driver::load`], [`Driver::open`] | refused |
//! | [`Driver::close`] | closed: a driver that is broken cannot keep a program from closing it |
//! | any other message | 0 |
//! | an exported `modMessage` and its sisters | error 1, or 0 devices where devices are counted |
//!
//! The instance **stays usable** afterwards: the SDK keeps no state of its own in it. A `Mutex` the driver held is poisoned
//! as usual, so a driver decides for itself, by how it takes its locks, whether it goes on after a panic.
//! One line goes to standard error, or to the function given to [`set_panic_report`]. None of this works in a profile with
//! `panic = "abort"`: do not use one for drivers.
//!
//! # Compiled into a program
//!
//! [`driver_proc::<Echo>()`](driver_proc) is the same procedure as a value, which a manager can register under a file name;
//! the driver then needs no library and no [`export_driver!`]. Since the exported names are global, a program can
//! contain only one crate that has an `export_driver!`; a driver that is to be both puts that line into a library crate of
//! its own, or behind a cargo feature.
//!
//! # Platform notes
//!
//! * **Unloading.** A thread the driver started must have ended before `DRV_FREE` is answered, or it runs on in memory that is
//!   gone. A thread-local value with a destructor keeps a library mapped on Linux although it was unloaded (glibc 2.36
//!   measured), and is a known cause of crashes elsewhere. The SDK itself uses no such thread-local, and its drivers were unmapped two thousand times over without
//!   leaving anything behind (glibc 2.36 measured); but many crates use one, and so does the message of a panic.
//!   A driver that cannot vouch for its crates should stay mapped by its own wish, on ELF systems with this line in its
//!   `build.rs`: `println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");`
//! * **32-bit Windows.** The entry is found by the plain name `DriverProc`. A Rust library exports it so; C compilers may
//!   export `DriverProc@20` unless told otherwise (`-Wl,--kill-at`, or a `.def` file).
//! * **Text.** [`export_driver!`] also exports [`abi::TEXT_SYMBOL`] with [`abi::TEXT_UTF16`], so that a manager which plays
//!   Windows 3.1 does not hand ANSI bytes to this driver. Under a manager that knows nothing of the symbol the text
//!   is what Win32 passes, UTF-16.
//! * **Events.** Each library has its own copy of crates such as `tracing`: what a driver logs there does not reach the
//!   program. That is why reports go through plain functions.
#![deny(unsafe_code)]

mod boundary;
mod driver;
mod export;
mod guard;
mod holder;
mod refusal;
mod registry;
mod report;
mod request;

pub use boundary::driver_proc;
pub use driver::Driver;
pub use opendriver_abi as abi;
pub use refusal::Refusal;
pub use registry::{instance, instances, latest};
pub use report::{PanicReport, RefusalReport, set_panic_report, set_refusal_report};
pub use request::{Close, Configure, ExitKind, Message, Open, Outcome, Reply};

/// What the macros expand to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::boundary::{driver_entry, message_entry};
}

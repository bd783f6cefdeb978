//! What the SDK tells a person: panics and refusals.

use std::fmt;
use std::io::Write;
use std::sync::{PoisonError, RwLock};

use crate::abi::MessageName;
use crate::guard;

/// A panic that was stopped at the border of the driver.
///
/// `Display` gives the line that goes to standard error when no other report is set:
/// `driver echo::Echo panicked in DRV_OPEN: no device`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PanicReport {
    /// The driver's type, or for another entry than `DriverProc` the module that exports it.
    pub driver: &'static str,
    /// The exported entry: `DriverProc`, `modMessage`, ...
    pub entry: &'static str,
    /// The number of the message.
    pub message: u32,
    /// What the panic said; a remark instead if it said something else than text.
    pub text: String,
}

impl fmt::Display for PanicReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "driver {} panicked in ", self.driver)?;
        if self.entry == crate::abi::ENTRY_SYMBOL {
            write!(f, "{}", MessageName(self.message))?;
        } else {
            write!(f, "{}, message {}", self.entry, self.message)?;
        }
        write!(f, ": {}", self.text)
    }
}

/// A refusal: [`Driver::load`](crate::Driver::load) or [`Driver::open`](crate::Driver::open) said no.
///
/// `Display` gives the line that goes to standard error when no other report is set:
/// `driver echo::Echo refused DRV_OPEN: no such port`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusalReport {
    /// The driver's type.
    pub driver: &'static str,
    /// `DRV_LOAD` or `DRV_OPEN`.
    pub message: u32,
    /// Why.
    pub reason: String,
}

impl fmt::Display for RefusalReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "driver {} refused {}: {}", self.driver, MessageName(self.message), self.reason)
    }
}

/// Where reports of one kind go. A plain function pointer, so that setting one keeps nothing alive.
type Sink<R> = RwLock<fn(&R)>;

static PANIC: Sink<PanicReport> = RwLock::new(|report| print(report));
static REFUSAL: Sink<RefusalReport> = RwLock::new(|report| print(report));

/// Sends panic reports of all drivers in this library or program to `report` instead of to standard error.
///
/// The function is called on the thread that panicked, after the unwinding. It may call anything, and a panic of its own is
/// swallowed. The message of Rust's panic hook (`thread ... panicked at`) is not touched: that hook belongs to the
/// program or library as a whole.
pub fn set_panic_report(report: fn(&PanicReport)) {
    *PANIC.write().unwrap_or_else(PoisonError::into_inner) = report;
}

/// Sends refusal reports of all drivers in this library or program to `report` instead of to standard error.
///
/// The function is called on the thread of the open, before it returns; a panic of its own is swallowed.
pub fn set_refusal_report(report: fn(&RefusalReport)) {
    *REFUSAL.write().unwrap_or_else(PoisonError::into_inner) = report;
}

pub(crate) fn panicked(report: &PanicReport) {
    send(&PANIC, report);
}

pub(crate) fn refused(report: &RefusalReport) {
    send(&REFUSAL, report);
}

fn send<R>(sink: &Sink<R>, report: &R) {
    // Copied out: the function may set another one.
    let function = *sink.read().unwrap_or_else(PoisonError::into_inner);
    // A report that panics has nobody left to be reported to.
    let _ = guard::catch(|| function(report));
}

fn print(report: &dyn fmt::Display) {
    // Not eprintln!, which panics when standard error is closed. One write, so that lines of threads do not mix.
    let _ = std::io::stderr().write_all(format!("opendriver: {report}\n").as_bytes());
}

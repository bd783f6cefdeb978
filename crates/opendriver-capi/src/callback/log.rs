//! The log of this library, given to a function of the program.
//!
//! The manager writes its log with `tracing`. A C library is linked with a copy of `tracing` of its own, which nobody
//! listens to; so when the program asks for the log, and not before, a subscriber is installed that passes it on.

use std::cell::Cell;
use std::ffi::{CString, c_char, c_void};
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use opendriver::Manager;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::boundary::enter;
use crate::code::Code;
use crate::failure::Failure;
use crate::scope;

type Function = unsafe extern "C" fn(*mut c_void, i32, *const c_char, *const c_char);

/// A function of the program that takes lines of the log: `opendriver_log_function`, with `(user, level, target,
/// text)`. NULL if the log is not wanted any more.
///
/// The level is 1 for errors, 2 warnings, 3 information, 4 details, 5 each message to a driver. The texts are UTF-8 and
/// live during the call. It may be called from any thread, several at once, and may call back into the library,
/// where the Windows names mean the manager of the process.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct LogFunction(Option<Function>);

impl LogFunction {
    /// No function.
    pub const NULL: LogFunction = LogFunction(None);

    /// A function for a call from Rust.
    ///
    /// # Safety
    ///
    /// It may be called from any thread, with the pointer that goes with it, until it is replaced and the calls that
    /// have begun are over.
    pub unsafe fn new(
        function: unsafe extern "C" fn(*mut c_void, i32, *const c_char, *const c_char),
    ) -> LogFunction {
        LogFunction(Some(function))
    }
}

struct Sink {
    level: usize,
    function: Function,
    user: *mut c_void,
}

// SAFETY: the function may be called from any thread with the pointer that comes with it; the header demands it.
unsafe impl Send for Sink {}
// SAFETY: as above.
unsafe impl Sync for Sink {}

static SINK: RwLock<Option<Arc<Sink>>> = RwLock::new(None);
/// The highest level wanted.
static LEVEL: AtomicUsize = AtomicUsize::new(0);
/// Whether the subscriber is installed.
static INSTALLED: Mutex<bool> = Mutex::new(false);

thread_local! {
    /// Whether this thread is telling the program something already: what that causes is not told.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Passes the log of the library to a function of the program, up to a level from 1 to 5; see [`LogFunction`]. NULL or
/// level 0 ends that, but a call that has begun on another thread may still be running when this function returns.
///
/// 1; 0 if the level is none, or if the program is a Rust program that has a consumer of `tracing` already.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_set_log(function: LogFunction, user: *mut c_void, level: i32) -> i32 {
    enter(0, || {
        let level = usize::try_from(level)
            .ok()
            .filter(|level| *level <= 5)
            .ok_or_else(|| Failure::new(Code::Argument, format!("{level} is no level of the log, 0 to 5")))?;
        let sink = function.0.filter(|_| level > 0).map(|function| Arc::new(Sink { level, function, user }));
        if sink.is_some() {
            install()?;
        }
        {
            let mut place = SINK.write().unwrap_or_else(PoisonError::into_inner);
            LEVEL.store(if sink.is_some() { level } else { 0 }, Ordering::Relaxed);
            *place = sink;
        }
        tracing::callsite::rebuild_interest_cache();
        scope::each(Manager::refresh_tracing);
        Ok(1)
    })
}

fn install() -> Result<(), Failure> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*installed {
        tracing::subscriber::set_global_default(ToProgram)
            .map_err(|_| Failure::new(Code::LogTaken, "another consumer of the log is installed already"))?;
        *installed = true;
    }
    Ok(())
}

struct ToProgram;

fn wanted() -> LevelFilter {
    match LEVEL.load(Ordering::Relaxed) {
        0 => LevelFilter::OFF,
        1 => LevelFilter::ERROR,
        2 => LevelFilter::WARN,
        3 => LevelFilter::INFO,
        4 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

fn number(level: tracing::Level) -> i32 {
    match level {
        tracing::Level::ERROR => 1,
        tracing::Level::WARN => 2,
        tracing::Level::INFO => 3,
        tracing::Level::DEBUG => 4,
        tracing::Level::TRACE => 5,
    }
}

impl Subscriber for ToProgram {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("opendriver") && *metadata.level() <= wanted()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(wanted())
    }

    fn register_callsite(&self, _: &'static Metadata<'static>) -> tracing::subscriber::Interest {
        // The level changes while the program runs; asking each time keeps both sides in step.
        tracing::subscriber::Interest::sometimes()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if TELLING.replace(true) {
            return;
        }
        let _end = End;
        let sink = SINK.read().unwrap_or_else(PoisonError::into_inner).clone();
        let level = number(*event.metadata().level());
        let Some(sink) = sink.filter(|sink| level as usize <= sink.level) else { return };
        let mut line = Line::default();
        event.record(&mut line);
        let text = c_string(line.message + &line.fields);
        let target = c_string(event.metadata().target().to_owned());
        // The code that is called belongs to the program: whichever manager has something to say, the Windows names mean
        // that of the process there.
        scope::outside(|| {
            // SAFETY: a function of the program, called as the header says; the texts live during the call.
            unsafe { (sink.function)(sink.user, level, target.as_ptr(), text.as_ptr()) };
        });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct End;

impl Drop for End {
    fn drop(&mut self) {
        TELLING.set(false);
    }
}

/// The text of an event: its message, and the other fields behind it.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a String does not fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}

fn c_string(text: String) -> CString {
    let mut bytes = text.into_bytes();
    bytes.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
    CString::new(bytes).unwrap_or_default()
}

//! Drivers that are compiled into the program and found under a file name, as if they were libraries.

use std::collections::HashMap;
use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use opendriver_abi::{DRIVERPROC, LRESULT};
use opendriver_config::TextEncoding;

use super::{Code, Entry};
use crate::observe::Call;

/// A driver in safe Rust that lives in the program itself: the shape for tests, fakes and embedded drivers.
///
/// It gets the same messages as a library would, each as a [`Call`] that has the text of DRV_OPEN as text. A panic
/// is caught and counts as the answer 0, which refuses DRV_LOAD and DRV_OPEN.
pub trait BuiltInDriver: Send + Sync {
    /// Answers a message.
    #[doc(alias = "DriverProc")]
    fn message(&self, call: &Call<'_>) -> LRESULT;
}

impl<F: Fn(&Call<'_>) -> LRESULT + Send + Sync> BuiltInDriver for F {
    fn message(&self, call: &Call<'_>) -> LRESULT {
        self(call)
    }
}

/// A driver in the program, ready to be registered under a file name.
///
/// ```
/// use opendriver::{BuiltIn, Call, Manager};
/// use opendriver::abi::{DRV_USER, default_result, DRV_OPEN};
///
/// let doubler = BuiltIn::new(|call: &Call<'_>| match call.message {
///     DRV_OPEN => 1,
///     DRV_USER => call.lparam1 * 2,
///     message => default_result(message),
/// });
/// let manager = Manager::builder().built_in("doubler.drv", doubler).build();
/// let handle = manager.open("doubler.drv", None, 0)?;
/// assert_eq!(manager.send(handle, DRV_USER, 21, 0)?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct BuiltIn {
    entry: Entry,
    symbols: HashMap<String, usize>,
    text: Option<TextEncoding>,
}

impl BuiltIn {
    /// A driver in safe Rust.
    pub fn new(driver: impl BuiltInDriver + 'static) -> BuiltIn {
        BuiltIn { entry: Entry::BuiltIn(Arc::new(driver)), symbols: HashMap::new(), text: None }
    }

    /// A driver by its entry point, such as one written with the SDK or C code linked into the program.
    ///
    /// # Safety
    ///
    /// `procedure` must keep the contract of DriverProc: callable at any time from any thread, with any message and
    /// any two parameters, of which lParam1 of DRV_OPEN is NULL or points to text in the encoding that the driver
    /// expects; and it must not unwind.
    pub unsafe fn procedure(procedure: DRIVERPROC) -> BuiltIn {
        BuiltIn { entry: Entry::Native(procedure), symbols: HashMap::new(), text: None }
    }

    /// Adds what `Manager::symbol` finds under `name`, such as the modMessage of a MIDI driver.
    pub fn symbol(mut self, name: &str, address: *const c_void) -> BuiltIn {
        self.symbols.insert(name.to_owned(), address.expose_provenance());
        self
    }

    /// Says in which encoding the driver takes lParam1 of DRV_OPEN, whatever the personality says.
    pub fn text(mut self, encoding: TextEncoding) -> BuiltIn {
        self.text = Some(encoding);
        self
    }

    /// A use of the driver, under the number that tells its code from all other code.
    pub(crate) fn code(&self, identity: usize) -> Box<dyn Code> {
        Box::new(Use { built_in: self.clone(), identity })
    }
}

impl fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltIn").field("symbols", &self.symbols.keys()).finish_non_exhaustive()
    }
}

struct Use {
    built_in: BuiltIn,
    identity: usize,
}

impl Code for Use {
    fn entry(&self) -> Entry {
        self.built_in.entry.clone()
    }

    fn identity(&self) -> usize {
        self.identity
    }

    fn symbol(&self, name: &str) -> Option<NonNull<c_void>> {
        let address = *self.built_in.symbols.get(name)?;
        NonNull::new(std::ptr::with_exposed_provenance_mut(address))
    }

    fn text(&self) -> Option<TextEncoding> {
        self.built_in.text
    }
}

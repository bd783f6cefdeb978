//! Drivers that are compiled into the program and found under a file name, as if they were libraries.

use std::collections::HashMap;
use std::ffi::c_void;
use std::fmt;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use opendriver_abi::{DRIVERPROC, LRESULT};
use opendriver_config::TextEncoding;

use super::{Code, Entry};
use crate::error::LoadError;
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
    kind: Kind,
    symbols: HashMap<String, usize>,
    text: Option<TextEncoding>,
}

/// What becomes of a built-in driver when it is loaded.
#[derive(Clone)]
enum Kind {
    Driver(Entry),
    NoDriverProc,
    Unloadable(Arc<dyn Fn() -> String + Send + Sync>),
}

impl BuiltIn {
    /// A driver in safe Rust.
    pub fn new(driver: impl BuiltInDriver + 'static) -> BuiltIn {
        BuiltIn::of_kind(Kind::Driver(Entry::BuiltIn(Arc::new(driver))))
    }

    /// Something that is loaded and turns out to be no driver, as a library without DriverProc: for tests of what a
    /// program does then. Opening it fails with [`LoadError::NoDriverProc`].
    pub fn without_driver_proc() -> BuiltIn {
        BuiltIn::of_kind(Kind::NoDriverProc)
    }

    /// Something that cannot be loaded, as a library whose initialiser fails: for tests of what a program does then.
    /// Opening it calls `initialise` and fails with [`LoadError::Library`] and the message that this returns.
    pub fn unloadable(initialise: impl Fn() -> String + Send + Sync + 'static) -> BuiltIn {
        BuiltIn::of_kind(Kind::Unloadable(Arc::new(initialise)))
    }

    fn of_kind(kind: Kind) -> BuiltIn {
        BuiltIn { kind, symbols: HashMap::new(), text: None }
    }

    /// A driver by its entry point, such as one written with the SDK or C code linked into the program.
    ///
    /// # Safety
    ///
    /// `procedure` must keep the contract of DriverProc: callable at any time from any thread, with any message and
    /// any two parameters, of which lParam1 of DRV_OPEN is NULL or points to text in the encoding that the driver
    /// expects; and it must not unwind.
    pub unsafe fn procedure(procedure: DRIVERPROC) -> BuiltIn {
        BuiltIn::of_kind(Kind::Driver(Entry::Native(procedure)))
    }

    /// Adds an entry for devices such as modMessage, which [`Manager::symbol`](crate::Manager::symbol) and
    /// [`Manager::device_message`](crate::Manager::device_message) find under `name`.
    pub fn device_entry(
        mut self,
        name: &str,
        entry: extern "system" fn(u32, u32, usize, usize, usize) -> u32,
    ) -> BuiltIn {
        self.symbols.insert(name.to_owned(), (entry as *const ()).expose_provenance());
        self
    }

    /// Adds anything else that [`Manager::symbol`](crate::Manager::symbol) finds under `name`.
    ///
    /// # Safety
    ///
    /// The address is good for what clients of a driver do with an export of this name; for `modMessage` and its
    /// sisters that means to call it as a function of that type at any time.
    pub unsafe fn symbol(mut self, name: &str, address: *const c_void) -> BuiltIn {
        self.symbols.insert(name.to_owned(), address.expose_provenance());
        self
    }

    /// Says in which encoding the driver takes lParam1 of DRV_OPEN, whatever the personality says.
    pub fn text(mut self, encoding: TextEncoding) -> BuiltIn {
        self.text = Some(encoding);
        self
    }

    /// A use of the driver, under the number that tells its code from all other code. `path` is for messages.
    pub(crate) fn code(&self, identity: usize, path: &Path) -> Result<Box<dyn Code>, LoadError> {
        let path = || path.to_path_buf();
        match &self.kind {
            Kind::Driver(entry) => {
                Ok(Box::new(Use { built_in: self.clone(), entry: entry.clone(), identity }))
            }
            Kind::NoDriverProc => Err(LoadError::NoDriverProc { path: path() }),
            Kind::Unloadable(initialise) => Err(LoadError::Library { path: path(), message: initialise() }),
        }
    }
}

impl fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltIn").field("symbols", &self.symbols.keys()).finish_non_exhaustive()
    }
}

struct Use {
    built_in: BuiltIn,
    entry: Entry,
    identity: usize,
}

impl Code for Use {
    fn entry(&self) -> Entry {
        self.entry.clone()
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{Config, Manager, Observer, OpenFailure, Place, Settings};

    #[derive(Default)]
    struct Comings(Mutex<Vec<String>>);

    impl Observer for Comings {
        fn loaded(&self, module: &str, _: Option<&Path>) {
            self.0.lock().expect("no panic").push(format!("+{module}"));
        }

        fn unloading(&self, module: &str, _: Option<&Path>) {
            self.0.lock().expect("no panic").push(format!("-{module}"));
        }
    }

    #[test]
    fn a_driver_stands_in_for_a_file_under_every_spelling() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("synth.drv");
        std::fs::write(&file, "").expect("it can be written");
        let settings =
            Settings::parse(&format!("[drives]\nC = {:?}", directory.path()), "/").expect("it is right");
        let builder = Manager::builder().config(Config::from_ini("", settings)).driver_path(None);
        let driver = BuiltIn::new(|_: &Call<'_>| 1);
        let builder = builder.search_directory(directory.path()).built_in_file(&file, driver);
        let manager = builder.expect("the file is there").build();
        let handles = ["synth.drv", "SYNTH.DRV", "c:\\synth.drv", "C:/./Synth.drv"]
            .into_iter()
            .map(|name| manager.open(name, None, 0).expect("it opens"));
        let modules: Vec<_> = handles.map(|handle| manager.module(handle).expect("it is open")).collect();
        assert!(modules.windows(2).all(|pair| pair[0] == pair[1]), "{modules:?}");
        assert!(matches!(manager.locate("synth.drv", None).expect("it is there").place, Place::BuiltIn));
        assert!(
            Manager::builder()
                .built_in_file(directory.path().join("no"), BuiltIn::without_driver_proc())
                .is_err()
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_driver_stands_in_for_its_file_and_not_for_one_that_gets_its_identity() {
        let directory = tempfile::tempdir().expect("a directory");
        let [a, b] = ["a.drv", "b.drv"].map(|name| directory.path().join(name));
        // What passes for a library where those are ELF, until it is loaded: a head that announces no segments.
        let program = std::fs::read(std::env::current_exe().expect("a path")).expect("it can be read");
        let mut head = program[..64].to_vec();
        let count = if cfg!(target_pointer_width = "64") { 56 } else { 44 };
        head[count..count + 2].fill(0);
        std::fs::write(&a, head).expect("it can be written");
        // As a link the other name is the same file, and after the deletion it has the identity that was registered,
        // as a new file may.
        std::fs::hard_link(&a, &b).expect("the system has links");
        let manager = Manager::builder()
            .driver_path(None)
            .search_directory(directory.path())
            .built_in_file(&a, BuiltIn::new(|_: &Call<'_>| 1))
            .expect("the file is there")
            .build();
        let open = |name: &str| manager.open(name, None, 0);
        let linked = open("b.drv").expect("it is the same file");
        let under_own_name = open("a.drv").expect("it is there");
        assert_eq!(manager.module(linked), manager.module(under_own_name));
        for handle in [linked, under_own_name] {
            manager.close(handle, 0, 0).expect("it is open");
        }
        // Loaded or not: it is not found as the other file.
        for loaded in [true, false] {
            let held = loaded.then(|| open("a.drv").expect("it is there"));
            std::fs::remove_file(&a).expect("it is there");
            open("b.drv").expect_err("it is another file, and no driver");
            let located = manager.locate("b.drv", None);
            assert!(
                !located.is_ok_and(|located| matches!(located.place, Place::BuiltIn)),
                "loaded: {loaded}"
            );
            if let Some(handle) = held {
                manager.close(handle, 0, 0).expect("it is open");
            }
            std::fs::hard_link(&b, &a).expect("the system has links");
        }
        open("b.drv").expect("it is the same file again");
    }

    #[test]
    fn of_two_drivers_for_one_file_the_last_one_stands_in() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("a.drv");
        std::fs::write(&file, "").expect("it can be written");
        let driver = |answer| BuiltIn::new(move |_: &Call<'_>| answer);
        let manager = Manager::builder()
            .driver_path(None)
            .search_directory(directory.path())
            .built_in_file(&file, driver(1))
            .and_then(|builder| builder.built_in_file(&file, driver(2)))
            .expect("the file is there")
            .build();
        let handle = manager.open("a.drv", None, 0).expect("it is there");
        assert_eq!(manager.send(handle, 0x4000, 0, 0), Ok(2));
    }

    #[test]
    fn what_is_no_driver_is_loaded_and_unloaded_and_what_fails_is_not_loaded() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = |name: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, "").expect("it can be written");
            path
        };
        let comings = Arc::new(Comings::default());
        let manager = Manager::builder()
            .driver_path(None)
            .search_directory(directory.path())
            .observer(comings.clone())
            .built_in_file(file("plain.dll"), BuiltIn::without_driver_proc())
            .and_then(|builder| {
                builder.built_in_file(file("broken.dll"), BuiltIn::unloadable(|| "it is broken".to_owned()))
            })
            .expect("the files are there")
            .build();
        let plain = manager.open("plain.dll", None, 0).expect_err("it is no driver");
        assert!(matches!(plain.failure(), OpenFailure::Load(LoadError::NoDriverProc { .. })));
        let broken = manager.open("broken.dll", None, 0).expect_err("it cannot be loaded");
        assert!(broken.to_string().ends_with("broken.dll cannot be loaded: it is broken"), "{broken}");
        assert_eq!(*comings.0.lock().expect("no panic"), ["+plain.dll", "-plain.dll"]);
    }

    #[test]
    fn libraries_go_when_all_drivers_have_been_told() {
        let log = Arc::new(Comings::default());
        let driver = |log: &Arc<Comings>| {
            let log = log.clone();
            BuiltIn::new(move |call: &Call<'_>| {
                log.0.lock().expect("no panic").push(format!("{} {}", call.module, call.name()));
                1
            })
        };
        let manager = Manager::builder()
            .built_in("a.drv", driver(&log))
            .built_in("b.drv", driver(&log))
            .observer(log.clone())
            .build();
        manager.open("a.drv", None, 0).expect("it opens");
        manager.open("b.drv", None, 0).expect("it opens");
        log.0.lock().expect("no panic").clear();
        drop(manager);
        let expected = [
            "a.drv DRV_CLOSE",
            "a.drv DRV_DISABLE",
            "a.drv DRV_FREE",
            "b.drv DRV_CLOSE",
            "b.drv DRV_DISABLE",
            "b.drv DRV_FREE",
            "-a.drv",
            "-b.drv",
        ];
        assert_eq!(*log.0.lock().expect("no panic"), expected);
    }
}

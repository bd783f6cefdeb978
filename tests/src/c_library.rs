//! The shared C library as what plays the part of winmm: each call of a script is one of the exported function of that
//! name, and means the manager of the process.

use std::ffi::{c_char, c_int, c_void};
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libloading::{Library, Symbol};
use opendriver::abi::{DRIVERMSGPROC, HDRVR, LPARAM, LRESULT};
use opendriver::{CallbackTarget, Notification, Notifier};
use opendriver_config::CodePage;
use opendriver_testkit::Winmm;

type Open<Char> = unsafe extern "system" fn(*const Char, *const Char, LPARAM) -> HDRVR;
type Close = unsafe extern "system" fn(HDRVR, LPARAM, LPARAM) -> LRESULT;
type Send = unsafe extern "system" fn(HDRVR, u32, LPARAM, LPARAM) -> LRESULT;
type Default = unsafe extern "system" fn(usize, HDRVR, u32, LPARAM, LPARAM) -> LRESULT;
type ModuleOf = unsafe extern "system" fn(HDRVR) -> usize;
type FlagsOf = unsafe extern "system" fn(HDRVR) -> u32;
type Next = unsafe extern "system" fn(HDRVR, u32) -> HDRVR;
type Callback = unsafe extern "system" fn(usize, u32, HDRVR, u32, usize, usize, usize) -> c_int;
type ModuleSymbol = unsafe extern "C" fn(*const c_void, usize, *const c_char) -> *mut c_void;
type CloseAll = unsafe extern "C" fn(*const c_void) -> usize;
type SetNotifier = unsafe extern "C" fn(*const Table) -> c_int;

/// `opendriver_notifier` of the header.
#[repr(C)]
struct Table {
    size: usize,
    user: *mut c_void,
    post_to_window: extern "C" fn(*mut c_void, usize, u32, usize, LPARAM) -> c_int,
    post_to_thread: extern "C" fn(*mut c_void, u32, u32, usize, LPARAM) -> c_int,
    set_event: extern "C" fn(*mut c_void, usize) -> c_int,
}

/// The library, loaded into this process.
pub struct CLibrary {
    /// Never unloaded: drivers are open when the process ends.
    library: ManuallyDrop<Library>,
    config: PathBuf,
}

impl CLibrary {
    /// Loads the library. `config` is where the manager of the process looks for its settings.
    pub fn load(library: &Path, config: &Path) -> CLibrary {
        // SAFETY: the library under test has no initialisers.
        let loaded = unsafe { Library::new(library) };
        let loaded = loaded.unwrap_or_else(|error| panic!("{}: {error}", library.display()));
        CLibrary { library: ManuallyDrop::new(loaded), config: config.to_path_buf() }
    }

    /// An exported function.
    ///
    /// # Safety
    ///
    /// `T` must be the type of that function.
    unsafe fn function<T>(&self, name: &str) -> Symbol<'_, T> {
        // SAFETY: the caller promises the type.
        let function = unsafe { self.library.get(name.as_bytes()) };
        function.unwrap_or_else(|error| panic!("the library does not export {name}: {error}"))
    }

    /// Opens through one of the functions of a kind.
    ///
    /// # Safety
    ///
    /// `function` must take text made of such characters.
    unsafe fn open_with<Char>(
        &self,
        function: &str,
        name: Option<&[Char]>,
        section: Option<&[Char]>,
        lparam2: LPARAM,
    ) -> HDRVR {
        let address = |text: Option<&[Char]>| text.map_or(std::ptr::null(), <[Char]>::as_ptr);
        // SAFETY: all functions that open have this type, by the promise of the caller for these characters.
        let open = unsafe { self.function::<Open<Char>>(function) };
        // SAFETY: both are NULL or texts that end with a zero.
        unsafe { open(address(name), address(section), lparam2) }
    }
}

impl Winmm for CLibrary {
    fn start(&self, settings: &Path, notifier: Arc<dyn Notifier>) -> io::Result<()> {
        // The library may use it until the process ends.
        let user: &'static Arc<dyn Notifier> = Box::leak(Box::new(notifier));
        let table = Table {
            size: size_of::<Table>(),
            user: std::ptr::from_ref(user).cast_mut().cast(),
            post_to_window,
            post_to_thread,
            set_event,
        };
        // SAFETY: the type is that of the header.
        let set = unsafe { self.function::<SetNotifier>("opendriver_set_notifier") };
        // SAFETY: the table is whole, and the library copies it.
        let set = unsafe { set(&raw const table) };
        assert_eq!(set, 1, "the notifier is taken");
        self.configured(settings)
    }

    /// The manager of the process looks at the file when it opens something, and is not told.
    fn configured(&self, settings: &Path) -> io::Result<()> {
        std::fs::copy(settings, &self.config).map(drop)
    }

    fn open(&self, function: &str, name: Option<&str>, section: Option<&str>, lparam2: LPARAM) -> HDRVR {
        if function.ends_with('A') {
            let (name, section) = (name.map(narrow), section.map(narrow));
            // SAFETY: these functions take bytes.
            unsafe { self.open_with(function, name.as_deref(), section.as_deref(), lparam2) }
        } else {
            let (name, section) = (name.map(wide), section.map(wide));
            // SAFETY: the others take UTF-16.
            unsafe { self.open_with(function, name.as_deref(), section.as_deref(), lparam2) }
        }
    }

    fn close(&self, function: &str, handle: HDRVR, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
        // SAFETY: the type is that of the header.
        let close = unsafe { self.function::<Close>(function) };
        // SAFETY: it takes any values.
        unsafe { close(handle, lparam1, lparam2) }
    }

    fn send(&self, function: &str, handle: HDRVR, message: u32, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
        // SAFETY: the type is that of the header.
        let send = unsafe { self.function::<Send>(function) };
        // SAFETY: it takes any values, and a probe takes none for an address but a text of DRV_OPEN.
        unsafe { send(handle, message, lparam1, lparam2) }
    }

    fn default_result(
        &self,
        function: &str,
        id: usize,
        handle: HDRVR,
        message: u32,
        (lparam1, lparam2): (LPARAM, LPARAM),
    ) -> LRESULT {
        // SAFETY: the type is that of the header.
        let answer = unsafe { self.function::<Default>(function) };
        // SAFETY: it takes any values.
        unsafe { answer(id, handle, message, lparam1, lparam2) }
    }

    fn module(&self, function: &str, handle: HDRVR) -> usize {
        // SAFETY: the type is that of the header.
        let module = unsafe { self.function::<ModuleOf>(function) };
        // SAFETY: it takes any value.
        unsafe { module(handle) }
    }

    fn flags(&self, handle: HDRVR) -> u32 {
        // SAFETY: the type is that of the header.
        let flags = unsafe { self.function::<FlagsOf>("GetDriverFlags") };
        // SAFETY: it takes any value.
        unsafe { flags(handle) }
    }

    fn next(&self, handle: HDRVR, flags: u32) -> HDRVR {
        // SAFETY: the type is that of the header.
        let next = unsafe { self.function::<Next>("GetNextDriver") };
        // SAFETY: it takes any values.
        unsafe { next(handle, flags) }
    }

    fn notify(&self, target: CallbackTarget, flags: u32, notification: &Notification) -> bool {
        let target = match target {
            CallbackTarget::Function(function) => (function as *const ()).expose_provenance(),
            CallbackTarget::Value(value) => value,
        };
        let Notification { device, message, user, parameter1, parameter2 } = *notification;
        // SAFETY: the type is that of the header.
        let callback = unsafe { self.function::<Callback>("DriverCallback") };
        // SAFETY: a script whose flags make a function of a number asks for the crash.
        unsafe { callback(target, flags, device, message, user, parameter1, parameter2) != 0 }
    }

    fn device_message(
        &self,
        module: usize,
        (device, message): (u32, u32),
        (user, parameter1, parameter2): (usize, usize, usize),
    ) -> Option<u32> {
        // SAFETY: the type is that of the header.
        let symbol = unsafe { self.function::<ModuleSymbol>("opendriver_module_symbol") };
        // SAFETY: NULL is the manager of the process, and the name is text that ends with a zero.
        let entry = unsafe { symbol(std::ptr::null(), module, c"modMessage".as_ptr()) };
        if entry.is_null() {
            return None;
        }
        // SAFETY: the modMessage of the probes has this type.
        let entry = unsafe { std::mem::transmute::<*mut c_void, DRIVERMSGPROC>(entry) };
        // SAFETY: it takes any values, and the module is loaded: the library has just found it.
        Some(unsafe { entry(device, message, user, parameter1, parameter2) })
    }

    /// On Linux the library itself cannot be unloaded; closing everything is what unloading winmm does to drivers.
    fn unload(&self) -> bool {
        // SAFETY: the type is that of the header.
        let close_all = unsafe { self.function::<CloseAll>("opendriver_close_all") };
        // SAFETY: NULL is the manager of the process.
        unsafe { close_all(std::ptr::null()) != 0 }
    }
}

/// UTF-16 that ends with a zero.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// Bytes of the ANSI code page that end with a zero, with question marks for characters that it lacks.
fn narrow(text: &str) -> Vec<u8> {
    let encode =
        |c: char| CodePage::WESTERN.encode(c.encode_utf8(&mut [0; 4])).unwrap_or_else(|_| b"?".to_vec());
    text.chars().flat_map(encode).chain([0]).collect()
}

/// The notifier behind the pointer that goes with the table.
///
/// # Safety
///
/// `user` must be the pointer of the table.
unsafe fn notifier(user: *mut c_void) -> &'static dyn Notifier {
    // SAFETY: it is one that is never freed, by the promise of the caller.
    let notifier = unsafe { &*user.cast::<Arc<dyn Notifier>>() };
    &**notifier
}

extern "C" fn post_to_window(
    user: *mut c_void,
    window: usize,
    message: u32,
    wparam: usize,
    lparam: LPARAM,
) -> c_int {
    // SAFETY: the library calls it with the pointer of the table.
    unsafe { notifier(user) }.post_to_window(window, message, wparam, lparam as usize).into()
}

extern "C" fn post_to_thread(
    user: *mut c_void,
    thread: u32,
    message: u32,
    wparam: usize,
    lparam: LPARAM,
) -> c_int {
    // SAFETY: as above.
    unsafe { notifier(user) }.post_to_thread(thread, message, wparam, lparam as usize).into()
}

extern "C" fn set_event(user: *mut c_void, event: usize) -> c_int {
    // SAFETY: as above.
    unsafe { notifier(user) }.set_event(event).into()
}

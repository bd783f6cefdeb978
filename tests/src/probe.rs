//! A directory with probe drivers, and what they saw.

use std::collections::HashMap;
use std::ffi::c_int;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use opendriver::abi::*;
use opendriver::{Config, Handle, Manager, ManagerBuilder, Personality};
use opendriver_config::{Settings, TextEncoding};
use tempfile::TempDir;

use crate::compile;

/// A call of a probe driver, seen from inside it.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The driver, by its file name without extension.
    pub driver: String,
    pub id: usize,
    pub handle: HDRVR,
    pub message: u32,
    pub lparam1: LPARAM,
    pub lparam2: LPARAM,
    /// What lParam1 of DRV_OPEN pointed to.
    pub text: Option<String>,
    /// How many times this driver has had this message, this one included.
    pub nth: usize,
}

impl Hit {
    /// The handle as the manager's type.
    pub fn own(&self) -> Handle {
        Handle::from_raw(self.handle).expect("drivers get handles of the manager")
    }
}

type Rule = Arc<dyn Fn(&Hit) -> Option<LRESULT> + Send + Sync>;

/// A temporary directory with a SYSTEM.INI and probe drivers, and the log of what the drivers saw.
pub struct World {
    directory: TempDir,
    shared: Arc<Shared>,
    keys: Mutex<Vec<usize>>,
}

struct Shared {
    encoding: TextEncoding,
    log: Mutex<Vec<String>>,
    names: Mutex<HashMap<usize, String>>,
    rules: RwLock<Vec<(String, u32, Rule)>>,
    hits: Mutex<HashMap<(String, u32), usize>>,
    opened: AtomicUsize,
}

struct Driver {
    name: String,
    shared: Arc<Shared>,
}

/// Which key belongs to which driver of which world.
static DRIVERS: RwLock<Option<HashMap<usize, Arc<Driver>>>> = RwLock::new(None);
static NEXT_KEY: AtomicUsize = AtomicUsize::new(1);

pub(crate) const ATTACH: c_int = 0;
pub(crate) const MESSAGE: c_int = 1;
pub(crate) const DETACH: c_int = 2;
pub(crate) const MOD_MESSAGE: c_int = 3;

impl World {
    /// A world without a SYSTEM.INI, whose drivers take UTF-16.
    pub fn new() -> World {
        World::with_text(TextEncoding::Utf16)
    }

    /// A world whose drivers take their text as `encoding`; what is not UTF-16 is read as bytes, each a character.
    pub fn with_text(encoding: TextEncoding) -> World {
        let shared = Shared {
            encoding,
            log: Mutex::default(),
            names: Mutex::default(),
            rules: RwLock::default(),
            hits: Mutex::default(),
            opened: AtomicUsize::new(0),
        };
        let directory = TempDir::new().expect("a temporary directory");
        World { directory, shared: Arc::new(shared), keys: Mutex::default() }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Puts a probe driver at this place in the directory.
    pub fn driver(&self, file: &str) -> PathBuf {
        self.driver_from(compile::probe(true), file)
    }

    /// Puts a library with everything but DriverProc at this place in the directory.
    pub fn library_without_entry(&self, file: &str) -> PathBuf {
        self.driver_from(compile::probe(false), file)
    }

    fn driver_from(&self, library: &Path, file: &str) -> PathBuf {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("a directory")).expect("it can be made");
        fs::copy(library, &path).expect("it can be copied");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
        let driver = Arc::new(Driver { name, shared: self.shared.clone() });
        let mut drivers = DRIVERS.write().unwrap_or_else(PoisonError::into_inner);
        drivers.get_or_insert_default().insert(key, driver);
        self.keys.lock().expect("no panic").push(key);
        let hook = format!("{}.hook", path.display());
        fs::write(hook, format!("{:x} {key:x}", sink as *const () as usize)).expect("it can be written");
        path
    }

    /// Writes the SYSTEM.INI and starts to build a manager for it.
    pub fn manager_with(&self, ini: &str, personality: Personality) -> ManagerBuilder {
        self.manager_set(ini, personality, "")
    }

    /// As [`World::manager_with`], with more lines of settings.
    pub fn manager_set(&self, ini: &str, personality: Personality, more: &str) -> ManagerBuilder {
        let path = self.path().join("system.ini");
        fs::write(&path, ini).expect("it can be written");
        let toml = format!("profile = 'system.ini'\npersonality = '{personality}'\n{more}\n");
        let settings = Settings::parse(&toml, self.path()).expect("it is right");
        let config = Config::from_settings(settings).expect("it can be read");
        Manager::builder().config(config).driver_path(None).search_directory(self.path())
    }

    /// A manager for this world.
    pub fn manager(&self, ini: &str, personality: Personality) -> Manager {
        self.manager_with(ini, personality).build()
    }

    /// Lets the driver of this name ("*" for each) answer a message; `None` leaves it to the next rule, the last of
    /// which is the default: 1 to LOAD, ENABLE, CLOSE, DISABLE and FREE, 0x1000 + n to the n-th OPEN, 0x5A5A to all
    /// else. The last rule set is asked first. It runs inside the driver and may use the manager.
    pub fn on(
        &self,
        driver: &str,
        message: u32,
        rule: impl Fn(&Hit) -> Option<LRESULT> + Send + Sync + 'static,
    ) {
        let mut rules = self.shared.rules.write().unwrap_or_else(PoisonError::into_inner);
        rules.push((driver.to_owned(), message, Arc::new(rule)));
    }

    /// Lets the driver of this name always answer so.
    pub fn answer(&self, driver: &str, message: u32, answer: LRESULT) {
        self.on(driver, message, move |_| Some(answer));
    }

    /// Writes a line of the test's own into the log.
    pub fn note(&self, line: &str) {
        lock(&self.shared.log).push(line.to_owned());
    }

    /// What the drivers saw since the last call, one line each: `probea h1 DRV_OPEN id=0x0 l1="text" l2=0x0`.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.shared.log))
    }

    /// As [`World::take_log`], but only handle and message, such as `h1:OPEN`.
    pub fn take_sequence(&self) -> String {
        let short = |line: &String| {
            let mut words = line.split(' ').skip(1);
            let (handle, message) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            format!("{handle}:{}", message.trim_start_matches("DRV_"))
        };
        let lines = self.take_log();
        lines.iter().filter(|line| line.contains(" DRV_")).map(short).collect::<Vec<_>>().join(" ")
    }

    /// How often the driver has had the message.
    pub fn count(&self, driver: &str, message: u32) -> usize {
        lock(&self.shared.hits).get(&(driver.to_owned(), message)).copied().unwrap_or(0)
    }
}

impl Default for World {
    fn default() -> Self {
        World::new()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let mut drivers = DRIVERS.write().unwrap_or_else(PoisonError::into_inner);
        for key in lock(&self.keys).iter() {
            drivers.as_mut().and_then(|drivers| drivers.remove(key));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the probe library calls.
extern "C" fn sink(
    key: usize,
    event: c_int,
    id: usize,
    handle: usize,
    message: u32,
    l1: LPARAM,
    l2: LPARAM,
) -> isize {
    let drivers = DRIVERS.read().unwrap_or_else(PoisonError::into_inner);
    let driver = drivers.as_ref().and_then(|drivers| drivers.get(&key)).cloned();
    drop(drivers);
    let Some(driver) = driver else { return 0 };
    match event {
        ATTACH | DETACH => {
            let what = if event == ATTACH { "attach" } else { "detach" };
            lock(&driver.shared.log).push(format!("{} {what}", driver.name));
            0
        }
        MESSAGE => driver.message(id, HDRVR(handle), message, l1, l2),
        MOD_MESSAGE => {
            lock(&driver.shared.log)
                .push(format!("{} modMessage {id} {message} {handle:#x} {l1:#x}", driver.name));
            l1 + 1
        }
        other => panic!("the probe has no event {other}"),
    }
}

impl Driver {
    fn message(&self, id: usize, handle: HDRVR, message: u32, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
        let shared = &self.shared;
        let text = (message == DRV_OPEN && lparam1 != 0).then(|| read_text(lparam1, shared.encoding));
        let nth = {
            let mut hits = lock(&shared.hits);
            let count = hits.entry((self.name.clone(), message)).or_default();
            *count += 1;
            *count
        };
        let hit = Hit { driver: self.name.clone(), id, handle, message, lparam1, lparam2, text, nth };
        lock(&shared.log).push(self.line(&hit));
        let rules: Vec<Rule> = shared
            .rules
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .rev()
            .filter(|(driver, wanted, _)| (driver == "*" || *driver == self.name) && *wanted == message)
            .map(|(_, _, rule)| rule.clone())
            .collect();
        rules.iter().find_map(|rule| rule(&hit)).unwrap_or_else(|| match message {
            DRV_LOAD | DRV_ENABLE | DRV_CLOSE | DRV_DISABLE | DRV_FREE => 1,
            DRV_OPEN => 0x1001 + shared.opened.fetch_add(1, Ordering::Relaxed) as LRESULT,
            _ => 0x5A5A,
        })
    }

    fn line(&self, hit: &Hit) -> String {
        let mut names = lock(&self.shared.names);
        let next = format!("h{}", names.len() + 1);
        let handle = names.entry(hit.handle.0).or_insert(next);
        let l1 = match &hit.text {
            Some(text) => format!("{text:?}"),
            None => format!("{:#x}", hit.lparam1),
        };
        format!(
            "{} {handle} {} id={:#x} l1={l1} l2={:#x}",
            self.name,
            MessageName(hit.message),
            hit.id,
            hit.lparam2
        )
    }
}

/// The text that lParam1 of DRV_OPEN points to; of what is not UTF-16, each byte as a character.
pub(crate) fn read_text(address: LPARAM, encoding: TextEncoding) -> String {
    let mut units: Vec<u16> = Vec::new();
    loop {
        let at = units.len();
        let unit = if encoding == TextEncoding::Utf16 {
            let start = std::ptr::with_exposed_provenance::<u16>(address as usize);
            // SAFETY: lParam1 of DRV_OPEN is text that ends with a zero, and no zero has been met before `at`.
            unsafe { start.wrapping_add(at).read() }
        } else {
            let start = std::ptr::with_exposed_provenance::<u8>(address as usize);
            // SAFETY: as above, in bytes.
            u16::from(unsafe { start.wrapping_add(at).read() })
        };
        match unit {
            0 => return String::from_utf16_lossy(&units),
            unit => units.push(unit),
        }
    }
}

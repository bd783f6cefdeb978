//! Real shared libraries for the player: the probe under every name that recordings use.

use std::collections::{HashMap, HashSet};
use std::ffi::c_int;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use opendriver::abi::{DRV_OPEN, HDRVR, LPARAM};
use opendriver_config::{CodePage, TextEncoding};
use opendriver_testkit::{Drivers, Incoming, Kind, OpenText, STANDARD_WORLD, Stage};

use crate::compile;
use crate::probe::{ATTACH, DETACH, MESSAGE, MOD_MESSAGE, read_text};

/// The world of the recordings in shared libraries. They tell the stage what happens inside them: what the traces
/// show is what a driver sees.
pub struct Probes {
    encoding: TextEncoding,
    names: Mutex<HashMap<PathBuf, String>>,
    /// The libraries whose initialiser fails.
    failing: Mutex<HashSet<PathBuf>>,
    /// Libraries that scripts have loaded, by file.
    held: Mutex<HashMap<PathBuf, Vec<Library>>>,
}

/// Which library of which stage a key belongs to.
struct Owner {
    stage: Weak<Stage>,
    driver: String,
    file: PathBuf,
    encoding: TextEncoding,
}

static OWNERS: Mutex<Option<HashMap<usize, Arc<Owner>>>> = Mutex::new(None);
static NEXT_KEY: AtomicUsize = AtomicUsize::new(1);

impl Probes {
    /// Probes that take their text in this encoding.
    pub fn new(encoding: TextEncoding) -> Probes {
        Probes { encoding, names: Mutex::default(), failing: Mutex::default(), held: Mutex::default() }
    }
}

impl Drivers for Probes {
    fn place(&self, stage: &Arc<Stage>, drive: &Path) -> io::Result<()> {
        for (file, driver, kind) in STANDARD_WORLD {
            let path = drive.join("oracle").join(file);
            fs::create_dir_all(path.parent().unwrap_or(drive))?;
            let library = match kind {
                Kind::Driver => compile::probe(true),
                Kind::NoDriverProc => compile::probe(false),
                Kind::Unloadable => compile::unloadable(),
            };
            fs::copy(library, &path)?;
            if *kind == Kind::Unloadable {
                lock(&self.failing).insert(path.clone());
            }
            let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
            let owner = Owner {
                stage: Arc::downgrade(stage),
                driver: (*driver).to_owned(),
                file: path.clone(),
                encoding: self.encoding,
            };
            lock(&OWNERS).get_or_insert_default().insert(key, Arc::new(owner));
            lock(&self.names).insert(path.clone(), (*driver).to_owned());
            fs::write(
                format!("{}.hook", path.display()),
                format!("{:x} {key:x}", sink as *const () as usize),
            )?;
        }
        Ok(())
    }

    fn name_of(&self, file: &Path) -> String {
        lock(&self.names).get(file).cloned().unwrap_or_default()
    }

    fn load_library(&self, _: &Stage, file: &Path) -> bool {
        let mut library = load(file);
        // Where its initialiser cannot fail, it is loaded for as long as one that does.
        if lock(&self.failing).contains(file) {
            library = None;
        }
        let loaded = library.is_some();
        lock(&self.held).entry(file.to_path_buf()).or_default().extend(library);
        loaded
    }

    fn free_library(&self, _: &Stage, file: &Path) -> bool {
        // Unloading it calls the probe, which must find no lock held.
        let library = lock(&self.held).get_mut(file).and_then(Vec::pop);
        library.is_some()
    }

    fn is_loaded(&self, file: &Path) -> Option<bool> {
        Some(is_loaded(file))
    }
}

#[cfg(unix)]
use libloading::os::unix::Library;
#[cfg(windows)]
use libloading::os::windows::Library;

fn load(file: &Path) -> Option<Library> {
    // SAFETY: the libraries of the play are probes, whose initialisers only tell the stage.
    #[cfg(unix)]
    let library = unsafe { Library::open(Some(file), libloading::os::unix::RTLD_NOW) };
    // SAFETY: as above.
    #[cfg(windows)]
    let library = unsafe { Library::new(file) };
    library.ok()
}

/// Whether the system has the library loaded, asked without loading it.
#[cfg(unix)]
fn is_loaded(file: &Path) -> bool {
    /// `RTLD_NOLOAD` of dlfcn.h.
    const NO_LOAD: c_int = if cfg!(target_vendor = "apple") { 0x10 } else { 0x4 };
    // SAFETY: it is not loaded by this, and the use that is counted is taken back at once.
    unsafe { Library::open(Some(file), libloading::os::unix::RTLD_LAZY | NO_LOAD) }.is_ok()
}

#[cfg(windows)]
fn is_loaded(file: &Path) -> bool {
    Library::open_already_loaded(file).is_ok()
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
    let owner = lock(&OWNERS).as_ref().and_then(|owners| owners.get(&key)).cloned();
    let Some(owner) = owner else { return 0 };
    let Some(stage) = owner.stage.upgrade() else { return 0 };
    match event {
        ATTACH => stage.attached(&owner.driver, &owner.file),
        DETACH => stage.detached(&owner.file),
        MESSAGE => {
            // Below are numbers that scripts send as parameters of their own DRV_OPEN.
            let text = (message == DRV_OPEN && l1 > 0xFFFF).then(|| read_text(l1, owner.encoding));
            return stage.message(&Incoming {
                driver: owner.driver.clone(),
                file: Some(owner.file.clone()),
                id,
                handle: HDRVR(handle),
                message,
                lparam1: l1,
                text: text.map(|text| match owner.encoding {
                    TextEncoding::Utf16 => OpenText::Wide(text),
                    _ => {
                        // One character for each byte, which is what was read.
                        let bytes: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c).ok()).collect();
                        OpenText::Narrow(CodePage::WESTERN.decode(&bytes), bytes.len())
                    }
                }),
                lparam2: l2,
            });
        }
        MOD_MESSAGE => {
            let device = u32::try_from(id).expect("devices have 32 bits");
            let parameters = (handle, l1 as usize, l2 as usize);
            return stage.mod_message(&owner.driver, &owner.file, (device, message), parameters) as isize;
        }
        other => panic!("the probe has no event {other}"),
    }
    0
}

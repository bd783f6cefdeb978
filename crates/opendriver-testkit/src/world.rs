//! The drivers that scripts speak of, as drivers in the program itself.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use opendriver::abi::{DRV_OPEN, LRESULT};
use opendriver::config::{TextEncoding, nearest};
use opendriver::{BuiltIn, Call, ManagerBuilder, Observer};

use crate::player::Drivers;
use crate::player::device::mod_message;
use crate::recording::{Recording, RecordingError};
use crate::stage::{Incoming, OpenText, Stage};

/// What lies in `C:\oracle`: where, and what rules call it.
pub const STANDARD_WORLD: &[(&str, &str, Kind)] = &[
    ("probea.dll", "probea", Kind::Driver),
    ("probeb.drv", "probeb", Kind::Driver),
    ("probec.acm", "probec", Kind::Driver),
    ("noproc.dll", "noproc", Kind::NoDriverProc),
    ("badattach.dll", "badattach", Kind::Unloadable),
    ("sub/probea.dll", "probea", Kind::Driver),
    ("sub/onlysub.drv", "probeb", Kind::Driver),
    ("dir with space/probea.dll", "probea", Kind::Driver),
    ("dir with space/probe a.dll", "probea", Kind::Driver),
    ("noext", "probea", Kind::Driver),
    ("prob\u{e9}.dll", "probea", Kind::Driver),
];

/// What a file of the world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A driver that does what the rules of the script say.
    Driver,
    /// A library without DriverProc.
    NoDriverProc,
    /// A library whose load-time initialiser fails.
    Unloadable,
}

/// Drivers in the program that stand in for the files of the world and do what the rules of a script say; and
/// besides them libraries of one's own, which are put through the same scripts.
///
/// Traces show what the manager sends to them and what they answer. What a library of one's own does by itself is
/// not seen, and rules do not apply to it.
pub struct Scripted {
    files: Vec<(PathBuf, String, Content)>,
    names: Mutex<HashMap<PathBuf, String>>,
}

enum Content {
    Script(Kind),
    Library(PathBuf),
}

impl Scripted {
    /// A world without drivers.
    pub fn empty() -> Scripted {
        Scripted { files: Vec::new(), names: Mutex::default() }
    }

    /// The world that recordings speak of, see [`STANDARD_WORLD`].
    pub fn standard() -> Scripted {
        let mut scripted = Scripted::empty();
        for (file, name, kind) in STANDARD_WORLD {
            scripted = scripted.file(file, name, *kind);
        }
        scripted
    }

    /// Adds a file below `C:\oracle`, and what rules call it.
    #[must_use]
    pub fn file(mut self, file: &str, name: &str, kind: Kind) -> Scripted {
        self.files.push((PathBuf::from(file), name.to_owned(), Content::Script(kind)));
        self
    }

    /// Puts a library of one's own into `C:\oracle` under a file name, in the place of what has this name.
    #[must_use]
    pub fn library(mut self, file: &str, library: &Path) -> Scripted {
        let library = std::path::absolute(library).unwrap_or_else(|_| library.to_path_buf());
        let path = PathBuf::from(file);
        self.files.retain(|(other, ..)| *other != path);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        self.files.push((path, name, Content::Library(library)));
        self
    }

    /// Checks that each rule of a script is for something in this world, and not for a library of one's own.
    ///
    /// A rule for a file that no manager can send a message to ([`Kind::NoDriverProc`] and [`Kind::Unloadable`], in
    /// the standard world `noproc` and `badattach`) is let pass; it is never hit.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Rule`] for the first that is for anything else, and those of [`Recording::script`].
    pub fn check_rules(&self, recording: &Recording) -> Result<(), RecordingError> {
        let script = recording.script()?;
        for rule in script.rules() {
            let Some(driver) = &rule.driver else { continue };
            let is_meant = |(_, name, _): &&(PathBuf, String, Content)| name.eq_ignore_ascii_case(driver);
            let meant: Vec<_> = self.files.iter().filter(is_meant).collect();
            let library = meant.iter().find_map(|(_, _, content)| match content {
                Content::Library(library) => Some(library.display()),
                Content::Script(_) => None,
            });
            let problem = match (library, meant.is_empty()) {
                (Some(library), _) => format!(
                    "the rule is for {driver}, which is the library {library}; rules are for scripted drivers"
                ),
                (None, true) => self.unknown(driver),
                (None, false) => continue,
            };
            return Err(RecordingError::Rule { place: recording.place(rule.line, None), problem });
        }
        Ok(())
    }

    /// What there is instead of a driver that there is not.
    fn unknown(&self, driver: &str) -> String {
        let follows = |content: &Content| matches!(content, Content::Script(Kind::Driver));
        let mut names: Vec<&str> = self
            .files
            .iter()
            .filter(|(.., content)| follows(content))
            .map(|(_, name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        let meant = match nearest(driver, names.iter().copied()).first() {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("there are {} and * for all", names.join(", ")),
        };
        format!("no driver is called {driver} in rules; {meant}")
    }
}

impl Drivers for Scripted {
    fn place(&self, _: &Arc<Stage>, drive: &Path) -> io::Result<()> {
        for (file, name, content) in &self.files {
            let path = drive.join("oracle").join(file);
            fs::create_dir_all(path.parent().unwrap_or(drive))?;
            self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), name.clone());
            match content {
                Content::Library(library) => link(library, &path)?,
                // A file of its own, since files are told apart by what the system says they are.
                Content::Script(_) => fs::write(&path, name)?,
            }
        }
        Ok(())
    }

    fn register(
        &self,
        stage: &Arc<Stage>,
        drive: &Path,
        builder: ManagerBuilder,
    ) -> io::Result<ManagerBuilder> {
        let mut builder = builder.observer(Arc::new(Watcher(Arc::downgrade(stage))));
        for (file, name, content) in &self.files {
            if let Content::Script(kind) = content {
                let path = drive.join("oracle").join(file);
                builder = builder.built_in_file(&path, scripted(stage, name, &path, *kind))?;
            }
        }
        Ok(builder)
    }

    fn load_library(&self, stage: &Stage, file: &Path) -> bool {
        stage.attached(&self.name_of(file), file);
        let oracle = stage.place.oracle();
        let of_kind = |(path, _, content): &(PathBuf, String, Content)| {
            matches!(content, Content::Script(Kind::Unloadable)) && oracle.join(path) == *file
        };
        let fails = self.files.iter().any(of_kind);
        if fails {
            stage.detached(file);
        }
        !fails
    }

    fn name_of(&self, file: &Path) -> String {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let stem = || file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        names.get(file).cloned().unwrap_or_else(stem)
    }
}

/// Lets a library appear under another name. A link, so that it finds what it looks for beside itself.
#[cfg(unix)]
fn link(library: &Path, path: &Path) -> io::Result<()> {
    fs::metadata(library)?;
    std::os::unix::fs::symlink(library, path)
}

#[cfg(not(unix))]
fn link(library: &Path, path: &Path) -> io::Result<()> {
    fs::copy(library, path).map(drop)
}

fn scripted(stage: &Arc<Stage>, name: &str, path: &Path, kind: Kind) -> BuiltIn {
    let stage = Arc::downgrade(stage);
    let (name, path) = (name.to_owned(), path.to_path_buf());
    match kind {
        Kind::Driver => {
            let driver = move |call: &Call<'_>| -> LRESULT {
                let Some(stage) = stage.upgrade() else { return 0 };
                stage.answer(&incoming(&stage, call, name.clone(), Some(path.clone())))
            };
            BuiltIn::new(driver).device_entry("modMessage", mod_message)
        }
        Kind::NoDriverProc => BuiltIn::without_driver_proc(),
        Kind::Unloadable => BuiltIn::unloadable(move || {
            if let Some(stage) = stage.upgrade() {
                stage.attached(&name, &path);
                stage.detached(&path);
            }
            "its initialiser failed".to_owned()
        }),
    }
}

fn incoming(stage: &Stage, call: &Call<'_>, driver: String, file: Option<PathBuf>) -> Incoming {
    let text = call.parameters.filter(|_| call.message == DRV_OPEN && call.lparam1 != 0);
    Incoming {
        driver,
        file,
        id: call.driver_id,
        handle: call.handle.to_raw(),
        message: call.message,
        lparam1: call.lparam1,
        text: text.map(|text| stage.text_as_passed(text)),
        lparam2: call.lparam2,
    }
}

impl Stage {
    /// The text of DRV_OPEN in the encoding that the personality passes it in.
    fn text_as_passed(&self, text: &str) -> OpenText {
        let settings = self.settings();
        if settings.switches.parameters != TextEncoding::Ansi {
            return OpenText::Wide(text.to_owned());
        }
        let bytes = settings.ansi_code_page.encode(text).map_or(text.len(), |bytes| bytes.len());
        OpenText::Narrow(text.to_owned(), bytes)
    }
}

/// Tells a stage what the manager does.
struct Watcher(Weak<Stage>);

impl Observer for Watcher {
    fn sending(&self, call: &Call<'_>) {
        let Some(stage) = self.0.upgrade() else { return };
        let (driver, file) = stage.receiver(call.handle.to_raw()).unzip();
        let driver = driver.unwrap_or_else(|| stage.drivers.name_of(Path::new(call.module)));
        stage.entered(&incoming(&stage, call, driver, file));
    }

    fn answered(&self, _: &Call<'_>, answer: LRESULT, _: Duration) {
        if let Some(stage) = self.0.upgrade() {
            stage.left(answer);
        }
    }

    fn loaded(&self, module: &str, path: Option<&Path>) {
        if let Some(stage) = self.0.upgrade() {
            let path = path.unwrap_or(Path::new(module));
            stage.attached(&stage.drivers.name_of(path), path);
        }
    }

    fn unloading(&self, module: &str, path: Option<&Path>) {
        if let Some(stage) = self.0.upgrade() {
            stage.detached(path.unwrap_or(Path::new(module)));
        }
    }
}

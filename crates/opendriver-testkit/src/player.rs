//! The player: runs a script against a manager, through its public functions, or against another [`Winmm`].
//!
//! # The way of a play
//!
//! 1. A directory is made that stands for drive C:, with the drivers in `C:\oracle` (which becomes the current
//!    directory), SYSTEM.INI in `C:\windows`, and settings that map the drive.
//! 2. [`Drivers::place`] puts the drivers there and winmm is started, which is a manager unless said otherwise.
//! 3. The statements are done one by one; drivers report what happens to them to the [`Stage`].
//! 4. The process of the script ends, which sends nothing to anybody.

mod calls;
pub(crate) mod device;
mod directory;
pub(crate) mod in_rust;
mod many;
mod modules;
pub(crate) mod outside;
pub(crate) mod place;
mod profile;
pub(crate) mod registry;
pub(crate) mod value;
mod winmm;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use opendriver::config::ConfigError;
use opendriver::{Config, ManagerBuilder, Notifier, Personality, Settings};

use self::outside::NotifierOf;
use self::place::Place;
use self::registry::Registry;
pub use self::winmm::Winmm;
use crate::event::Event;
use crate::recording::{Recording, RecordingError};
use crate::script::{Script, Statement};
use crate::stage::{Log, Stage};

/// Plays scripts.
///
/// ```
/// use opendriver_testkit::{Player, Recording, Scripted};
///
/// let text = "h = OpenDriver \"probea.dll hello\" NULL 0\nCloseDriver h 0 0\n";
/// let trace = Player::default().play(&Recording::from_text("hello", text)?, Scripted::standard())?;
/// let opened = trace.events.iter().find(|event| event.text("msg") == "DRV_OPEN").expect("the driver is opened");
/// assert_eq!(opened.to_string(), r#"  drv probea m1 h1 DRV_OPEN id=0x0 l1="hello" l2=0x0"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Player {
    /// Whose behaviour the manager shows.
    pub personality: Personality,
    /// Single switches of the manager, as `key = value` lines of the table `[switches]` of the settings.
    pub switches: Vec<String>,
    /// Whether the end of the script is the end of this process: the player then leaves everything as it is, so that
    /// the system itself unloads the drivers, and `ExitProcess` ends the process. Otherwise that end is imitated.
    pub process_ends: bool,
}

/// What supplies the drivers of a play and loads libraries for it.
pub trait Drivers: Send + Sync {
    /// Puts the drivers into their places below the directory that stands for drive C:.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    fn place(&self, stage: &Arc<Stage>, drive: &Path) -> io::Result<()>;

    /// Makes drivers that are in the program known to a manager that is being built, which happens again when winmm has
    /// been unloaded. Not called when another [`Winmm`] plays the part, which only has what files give it.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    fn register(
        &self,
        stage: &Arc<Stage>,
        drive: &Path,
        builder: ManagerBuilder,
    ) -> io::Result<ManagerBuilder> {
        let _ = (stage, drive);
        Ok(builder)
    }

    /// What rules call the driver in a file. Without its extension, unless said otherwise.
    fn name_of(&self, file: &Path) -> String {
        file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Loads a library as LoadLibrary does; false if that fails. Unless done otherwise it is only imitated.
    fn load_library(&self, stage: &Stage, file: &Path) -> bool {
        stage.attached(&self.name_of(file), file);
        true
    }

    /// Takes one load back, as FreeLibrary does.
    fn free_library(&self, stage: &Stage, file: &Path) -> bool {
        stage.detached(file);
        true
    }

    /// Whether the system has the library loaded; `None` takes the word of the trace for it.
    fn is_loaded(&self, file: &Path) -> Option<bool> {
        let _ = file;
        None
    }
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The events.
    pub events: Vec<Event>,
    /// SYSTEM.INI afterwards; `None` if there is none.
    pub profile_after: Option<String>,
}

/// Where events go as soon as they happen.
pub type Sink = Box<dyn Fn(&Event) + Send + Sync>;

/// A script cannot be played.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The recording itself is wrong.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The world of the script cannot be made.
    #[error("cannot {what}")]
    World {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The encoding of SYSTEM.INI is unknown, or has no such character.
    #[error(
        "SYSTEM.INI cannot be written as {encoding}; there are latin-1, cp1252, utf-8, utf-8-sig, utf-16, utf-16-le and utf-16-be"
    )]
    Encoding {
        /// The encoding.
        encoding: String,
    },
    /// The configuration that was made of setup and script cannot be read.
    #[error("the configuration of the play cannot be read")]
    Config(#[source] Box<ConfigError>),
    /// A statement cannot be done.
    #[error("line {line}: {problem}")]
    Statement {
        /// The line of the script.
        line: usize,
        /// Why.
        problem: String,
    },
}

impl PlayError {
    pub(crate) fn world(what: impl fmt::Display) -> impl FnOnce(io::Error) -> PlayError {
        move |source| PlayError::World { what: what.to_string(), source }
    }
}

/// The current directory belongs to the process, so that scripts are played one after the other.
static PLAYING: Mutex<()> = Mutex::new(());

impl Player {
    /// A player for a personality.
    pub fn new(personality: Personality) -> Player {
        Player { personality, ..Player::default() }
    }

    /// Plays a script. The current directory of the process is another one meanwhile; other plays wait.
    ///
    /// # Errors
    ///
    /// [`PlayError`] if the recording or a statement makes no sense, or the world of the script cannot be made. What
    /// drivers and manager do wrong is no error but in the trace.
    pub fn play(&self, recording: &Recording, drivers: impl Drivers + 'static) -> Result<Trace, PlayError> {
        self.play_with(recording, Arc::new(drivers), None)
    }

    /// As [`Player::play`], and tells each event to `sink` at once.
    ///
    /// # Errors
    ///
    /// As for [`Player::play`].
    pub fn play_with(
        &self,
        recording: &Recording,
        drivers: Arc<dyn Drivers>,
        sink: Option<Sink>,
    ) -> Result<Trace, PlayError> {
        self.play_on(recording, drivers, None, sink)
    }

    /// As [`Player::play_with`], with something else in the place of a manager in Rust. The drivers must be files that
    /// it can load.
    ///
    /// # Errors
    ///
    /// As for [`Player::play`].
    pub fn play_through(
        &self,
        recording: &Recording,
        drivers: Arc<dyn Drivers>,
        winmm: Arc<dyn Winmm>,
        sink: Option<Sink>,
    ) -> Result<Trace, PlayError> {
        self.play_on(recording, drivers, Some(winmm), sink)
    }

    fn play_on(
        &self,
        recording: &Recording,
        drivers: Arc<dyn Drivers>,
        winmm: Option<Arc<dyn Winmm>>,
        sink: Option<Sink>,
    ) -> Result<Trace, PlayError> {
        let script = recording.script()?;
        let _alone = PLAYING.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Place::new(&recording.setup, &script)?;
        let registry = Registry::of_setup(&recording.setup, &script);
        let world = (drivers, place, registry);
        let stage = Stage::new(self.clone(), world, winmm, Log::new(sink), script.variables());
        let before = std::env::current_dir().ok();
        let oracle = stage.place.oracle();
        let played = stage.set_up().and_then(|()| {
            directory::enter(&oracle).map_err(PlayError::world("change the current directory"))?;
            stage.perform(&script)
        });
        if let (false, Some(before)) = (self.process_ends, before) {
            // It may have been removed meanwhile, and then there is nothing to go back to.
            let _ = directory::enter(&before);
        }
        played?;
        let events = stage.log.take();
        let profile_after = stage.place.profile_text(&recording.setup.encoding);
        if self.process_ends {
            // Whatever is open stays so until the system ends the process.
            std::mem::forget(stage);
        }
        Ok(Trace { events, profile_after })
    }
}

impl Stage {
    fn set_up(self: &Arc<Stage>) -> Result<(), PlayError> {
        self.write_settings()?;
        let config = Config::load(self.place.settings());
        let config = config.map_err(|error| PlayError::Config(Box::new(error)))?;
        self.settings.get_or_init(|| config.settings().clone());
        self.drivers
            .place(self, &self.place.drive())
            .map_err(PlayError::world("put the drivers into place"))?;
        let settings = self.place.settings();
        self.winmm.start(&settings, self.notifier()).map_err(PlayError::world("start winmm"))
    }

    /// What reaches the windows, threads and events of the script.
    pub(crate) fn notifier(&self) -> Arc<dyn Notifier> {
        Arc::new(NotifierOf(self.own.clone()))
    }

    /// The settings at the start. Scripts change only what stands for the registry.
    pub(crate) fn settings(&self) -> &Settings {
        self.settings.get().expect("they are read when the stage is set up")
    }

    /// Writes the settings that are in force now.
    pub(crate) fn write_settings(&self) -> Result<(), PlayError> {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let text = self.place.settings_text(&self.player, &registry);
        std::fs::write(self.place.settings(), text).map_err(PlayError::world("write the settings"))
    }

    /// Says that the configuration has been written again.
    pub(crate) fn configured(&self) -> Result<(), PlayError> {
        self.winmm
            .configured(&self.place.settings())
            .map_err(PlayError::world("let winmm read its configuration again"))
    }

    fn perform(&self, script: &Script) -> Result<(), PlayError> {
        self.enter_thread(0);
        self.run_block(&script.statements, None);
        self.log.push(Event::new("end", 0));
        self.end();
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), Err)
    }

    /// The end of the script's process: nobody is told, and the system unloads what is loaded, the latest first.
    pub(crate) fn end(&self) {
        self.log.set_exiting();
        if self.player.process_ends {
            return;
        }
        let loaded = self.names().loaded();
        for index in &loaded {
            self.log_detach(*index);
        }
        self.log.close();
        self.winmm.end(!loaded.is_empty());
    }

    pub(crate) fn fail(&self, error: PlayError) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.log.close();
    }

    /// Does the statements of a block; the value of the last call.
    pub(crate) fn run_block(&self, block: &[Statement], frame: Option<&value::Frame>) -> value::Value {
        let mut last = value::Value::Null;
        for statement in block {
            if self.log.is_exiting() {
                break;
            }
            match statement {
                Statement::Rule(rule) => self.rules.add(rule),
                Statement::Call(call) => match self.call(call, frame) {
                    Ok(value) => last = value,
                    Err(error) => self.fail(error),
                },
            }
        }
        last
    }
}

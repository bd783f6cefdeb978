//! The settings: `opendriver.toml`.

mod drivers;
mod read;
mod reader;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::code_page::CodePage;
use crate::error::ConfigError;
use crate::personality::{Personality, Switches, TextEncoding, Unload};

pub use self::drivers::DriverSettings;
pub use self::tables::{SectionTable, SectionTables, TableValue};

use self::read::Chosen;

/// What `opendriver.toml` says, with defaults for what it leaves out. All paths are as they are to be used: relative
/// ones have been joined to the directory of the settings file.
///
/// ```toml
/// profile = "system.ini"            # an INI file; if it does not exist, an empty one
/// personality = "win32"             # win32, win31 or wine
/// search_path = ["drivers"]         # where driver files are looked for, after the directory of this file
/// current_directory = false         # whether the current directory is looked through, last
/// ansi_code_page = 1252             # of INI files without byte order mark, and of ANSI drivers
/// load_wait = 10                    # seconds to wait for a module that another thread is loading
/// unload = "last-close"             # or "never"
///
/// [switches]                        # single behaviours, see Switches
/// line_limit = 1000
///
/// [drives]                          # what drive letters mean
/// C = "/opt/legacy/c"
///
/// [drivers."synth.drv"]             # by file name, whatever the case
/// text = "utf8"                     # utf16, ansi or utf8
/// unload = "never"
///
/// [sections.Drivers32]              # looked up before the profile, values taken as they stand
/// midi = "synth.drv out=tune.wav"
/// ```
///
/// A key that is not known is an error.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// The INI file; `None` for none.
    pub profile: Option<PathBuf>,
    /// The set of behaviours that [`switches`](Settings::switches) started from.
    pub personality: Personality,
    /// The behaviours: those of the personality, but for those that `[switches]` sets.
    pub switches: Switches,
    /// Where driver files are looked for, after the directory of the configuration.
    pub search_path: Vec<PathBuf>,
    /// Whether the current directory is searched, last, and is where names such as `C:synth.drv` start if it is on that
    /// drive. Windows does; the default is not to, since anybody may put a file there.
    pub current_directory: bool,
    /// The directories that drive letters stand for, by upper-case letter. C is also the drive of `\dir\synth.drv`.
    pub drives: BTreeMap<char, PathBuf>,
    /// The tables `[sections.NAME]`, which play the part of the registry.
    pub sections: SectionTables,
    /// What is set for single drivers, by base name of the file, folded by [`fold`](crate::fold()).
    pub drivers: BTreeMap<String, DriverSettings>,
    /// The code page of INI files without byte order mark and of drivers that take ANSI text. 1252 unless set.
    pub ansi_code_page: CodePage,
    /// How long an open waits for a module that another thread is loading or unloading. 10 seconds unless set.
    pub load_wait: Duration,
    /// When libraries are unloaded, unless set for the driver.
    pub unload: Unload,
    /// The switches that were set one by one.
    chosen: Chosen,
}

impl Settings {
    /// Reads settings. Relative paths in them are joined to `base_dir`. The file system is not looked at.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Settings`] with the place and, for a misspelt key or word, the likely right one.
    ///
    /// ```
    /// use opendriver_config::Settings;
    ///
    /// let error = Settings::parse("personalty = \"wine\"\n", "/etc").unwrap_err();
    /// assert_eq!(error.to_string(), "1:1: unknown setting `personalty` (did you mean `personality`?)");
    /// ```
    pub fn parse(text: &str, base_dir: impl AsRef<Path>) -> Result<Settings, ConfigError> {
        read::read(text, base_dir.as_ref()).map_err(ConfigError::Settings)
    }

    /// The default settings with another personality.
    pub fn with_personality(personality: Personality) -> Settings {
        let mut settings = Settings::default();
        settings.set_personality(personality);
        settings
    }

    /// Changes the personality and with it all switches but those that were set one by one in the TOML text.
    pub fn set_personality(&mut self, personality: Personality) {
        self.personality = personality;
        self.switches = self.chosen.over(Switches::of(personality));
    }

    /// What is set for a driver file, by its base name without regard to case. Both `/` and `\` separate.
    pub fn driver(&self, file: &str) -> Option<&DriverSettings> {
        if self.drivers.is_empty() {
            return None;
        }
        let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
        self.drivers.get(&crate::fold::fold(base))
    }

    /// How a driver gets its text: by its own setting, else by the switch.
    pub fn text_of(&self, file: &str) -> TextEncoding {
        self.driver(file).and_then(|driver| driver.text).unwrap_or(self.switches.parameters)
    }

    /// When a driver's library is unloaded: by its own setting, else by the general one.
    pub fn unload_of(&self, file: &str) -> Unload {
        self.driver(file).and_then(|driver| driver.unload).unwrap_or(self.unload)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            profile: None,
            personality: Personality::default(),
            switches: Switches::default(),
            search_path: Vec::new(),
            current_directory: false,
            drives: BTreeMap::new(),
            sections: SectionTables::default(),
            drivers: BTreeMap::new(),
            ansi_code_page: CodePage::WESTERN,
            load_wait: Duration::from_secs(10),
            unload: Unload::default(),
            chosen: Chosen::default(),
        }
    }
}

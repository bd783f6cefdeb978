//! What a manager reads: settings and profile, with where they came from.

mod discover;
mod stamp;

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::code_page::CodePage;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::entry::{Entry, Origin};
use crate::error::ConfigError;
use crate::fold::same;
use crate::personality::Personality;
use crate::profile::Profile;
use crate::settings::{Settings, TableValue};

use self::stamp::Stamp;

pub use self::discover::{Places, VARIABLE};

/// A configuration: settings, an INI file, and where both came from. It never changes; [`reload`](Config::reload)
/// makes another one. Cheap to share behind an `Arc`.
///
/// ```
/// use opendriver_config::{Config, Settings};
///
/// let config = Config::from_ini("[drivers32]\r\nmidi = synth.drv out=tune.wav\r\n", Settings::default());
/// let entry = config.find("Drivers32", "MIDI").unwrap();
/// assert_eq!((entry.file(), entry.parameters()), ("synth.drv", Some("out=tune.wav")));
/// assert_eq!(entry.origin().position().unwrap().line, 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Config {
    settings: Settings,
    document: Document,
    profile: Profile,
    path: Option<PathBuf>,
    /// The same as it was, whatever the current directory has become.
    location: Option<PathBuf>,
    profile_path: Option<PathBuf>,
    directory: Option<PathBuf>,
    overrides: Overrides,
    /// The files that were read, and the one that was missing.
    stamps: Vec<Stamp>,
}

/// Settings that a program was told otherwise, as on its command line. They win over the file, also when it is read
/// again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overrides {
    /// Another personality; the switches that the file sets one by one stay.
    pub personality: Option<Personality>,
    /// Another ANSI code page.
    pub ansi_code_page: Option<CodePage>,
}

impl Overrides {
    /// The same with another personality.
    #[must_use]
    pub fn personality(mut self, personality: Personality) -> Overrides {
        self.personality = Some(personality);
        self
    }

    /// The same with another ANSI code page.
    #[must_use]
    pub fn ansi_code_page(mut self, page: CodePage) -> Overrides {
        self.ansi_code_page = Some(page);
        self
    }

    fn apply(&self, settings: &mut Settings) {
        if let Some(personality) = self.personality {
            settings.set_personality(personality);
        }
        if let Some(page) = self.ansi_code_page {
            settings.ansi_code_page = page;
        }
    }
}

impl Config {
    /// Reads a configuration: a path that ends in `.toml` is a settings file, any other an INI file with default
    /// settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a file cannot be read, or the settings make no sense. The profile that the settings name may
    /// be missing, see [`profile_missing`](Config::profile_missing); the file given here may not.
    pub fn load(path: impl AsRef<Path>) -> Result<Config, ConfigError> {
        Config::load_with(path, Overrides::default())
    }

    /// As [`load`](Config::load), with settings that win over those of the file.
    ///
    /// # Errors
    ///
    /// As [`load`](Config::load).
    pub fn load_with(path: impl AsRef<Path>, overrides: Overrides) -> Result<Config, ConfigError> {
        let path = path.as_ref();
        // Absolute, so that the current directory may change afterwards.
        let absolute = std::path::absolute(path).map_err(|source| ConfigError::Read {
            what: "configuration",
            path: path.to_path_buf(),
            source,
        })?;
        Config::load_at(path, &absolute, overrides)
    }

    /// Reads the file at `absolute`, which users know as `path`.
    fn load_at(path: &Path, absolute: &Path, overrides: Overrides) -> Result<Config, ConfigError> {
        let directory = absolute.parent().unwrap_or(absolute).to_path_buf();
        let (bytes, stamp) = read_file(absolute, path, "configuration")?;
        let mut config = if is_settings(path) {
            let text = String::from_utf8(bytes).map_err(|_| ConfigError::Read {
                what: "configuration",
                path: path.to_path_buf(),
                source: io::Error::new(
                    io::ErrorKind::InvalidData,
                    "settings are UTF-8 text, but this is not",
                ),
            })?;
            let mut settings = Settings::parse(&text, &directory).map_err(|error| error.in_file(path))?;
            overrides.apply(&mut settings);
            Config::from_settings(settings)?
        } else {
            let mut settings = Settings::default();
            overrides.apply(&mut settings);
            Config { profile_path: Some(path.to_path_buf()), ..Config::from_ini(bytes, settings) }
        };
        config.path = Some(path.to_path_buf());
        config.location = Some(absolute.to_path_buf());
        config.directory = Some(directory);
        config.overrides = overrides;
        config.stamps.insert(0, stamp);
        Ok(config)
    }

    /// A configuration from the bytes of an INI file, with settings, the `profile` of which is not looked at. It has
    /// no path, and never [changed](Config::changed).
    pub fn from_ini(bytes: impl Into<Vec<u8>>, settings: Settings) -> Config {
        let rules = settings.switches.ini_rules;
        let document = Document::parse_with(bytes, settings.ansi_code_page, rules);
        let profile = document.profile(rules);
        Config { settings, document, profile, ..Config::default() }
    }

    /// A configuration from settings that a program has put together. Their `profile` is read.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the profile is there and cannot be read.
    pub fn from_settings(settings: Settings) -> Result<Config, ConfigError> {
        let Some(given) = &settings.profile else { return Ok(Config::from_ini(Vec::new(), settings)) };
        let path = std::path::absolute(given).map_err(|source| ConfigError::Read {
            what: "profile",
            path: given.clone(),
            source,
        })?;
        let (bytes, stamp) = match read_file(&path, &path, "profile") {
            Ok(read) => read,
            // Windows has always started without SYSTEM.INI.
            Err(ConfigError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                (Vec::new(), Stamp::missing(&path))
            }
            Err(error) => return Err(error),
        };
        Ok(Config { profile_path: Some(path), stamps: vec![stamp], ..Config::from_ini(bytes, settings) })
    }

    /// The settings; the defaults if an INI file was read.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The INI file as look-ups see it, by the rules of the settings.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The INI file as it is.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What is odd about the INI file. If the first is an [error](crate::Severity::Error), it is no INI file or in an
    /// encoding that is not understood, and nothing in it is found: see [`Document::unreadable`].
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.document.diagnostics()
    }

    /// The file given to [`load`](Config::load), as it was given.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The INI file, whether it exists or not. Absolute, unless it is the [`path`](Config::path) itself.
    pub fn profile_path(&self) -> Option<&Path> {
        self.profile_path.as_deref()
    }

    /// Whether the settings name a profile that did not exist when it was to be read. It is an empty one as far as
    /// look-ups go; a look-up that fails should say why.
    pub fn profile_missing(&self) -> bool {
        self.stamps.iter().any(Stamp::is_missing)
    }

    /// The directory of the file given to [`load`](Config::load), absolute: the first place in which driver files are
    /// looked for.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// What an alias stands for in a section, without regard to case.
    ///
    /// The `[sections.NAME]` tables of the settings come first. There neither the names asked for nor the value are
    /// trimmed, and an empty value is final: the entry has an empty [line](Entry::line). Then comes the profile. There
    /// the line `key=` with nothing behind it is no entry, and neither is `key=""`: the answer is `None`, as for a key
    /// that is missing, since the functions of Windows cannot tell the two apart. Whoever wants to tell them apart asks
    /// the [`profile`](Config::profile), which has the empty value.
    ///
    /// ```
    /// use opendriver_config::{Config, Settings};
    ///
    /// let config = Config::from_ini("[drivers32]\nmidi=\n", Settings::default());
    /// assert_eq!(config.find("drivers32", "midi"), None);
    /// assert_eq!(config.profile().get("drivers32", "midi").as_deref(), Some(""));
    /// ```
    pub fn find(&self, section: &str, key: &str) -> Option<Entry> {
        if let Some(table) = self.settings.sections.table(section)
            && let Some(value) = table.get(key)
        {
            return Some(self.table_entry(&table.name, value));
        }
        self.find_in_profile(section, key)
    }

    /// As [`find`](Config::find), without the tables of the settings.
    pub fn find_in_profile(&self, section: &str, key: &str) -> Option<Entry> {
        let section = self.profile.section(section)?;
        let value = section.get(key).filter(|value| !value.is_empty())?;
        Some(self.profile_entry(&section.name(), &value))
    }

    /// All entries of a section that [`find`](Config::find) finds: those of the settings first, then those of the
    /// profile that no other hides, in file order.
    pub fn entries(&self, section: &str) -> Vec<Entry> {
        let table = self.settings.sections.table(section);
        let mut entries: Vec<_> = table
            .map(|table| table.iter().map(|value| self.table_entry(&table.name, value)).collect())
            .unwrap_or_default();
        let Some(section) = self.profile.section(section) else { return entries };
        let name = section.name();
        for row in section.rows().filter(|row| !row.is_duplicate()) {
            let Some(value) = row.value().filter(|value| !value.is_empty()) else { continue };
            if table.is_none_or(|table| table.get(&value.key()).is_none()) {
                entries.push(self.profile_entry(&name, &value));
            }
        }
        entries
    }

    /// The names of all sections, of the settings first, then of the profile.
    pub fn section_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.settings.sections.iter().map(|table| table.name.clone()).collect();
        let of_settings = names.len();
        for section in self.profile.sections() {
            let name = section.name();
            if !names[..of_settings].iter().any(|known| same(known, &name)) {
                names.push(name.into_owned());
            }
        }
        names
    }

    /// Whether a file that was read has changed since: another file, time or length, gone, or come into being. A file
    /// that was written within two seconds before it was read is compared byte by byte, since clocks of file systems
    /// are coarse.
    pub fn changed(&self) -> bool {
        self.stamps.iter().any(Stamp::changed)
    }

    /// Reads the configuration again, from the same files and with the same overrides.
    ///
    /// # Errors
    ///
    /// As [`load`](Config::load), and [`ConfigError::Vanished`] if the file, or the profile that the settings name, was
    /// there before and is not now: an empty profile in its place would be a surprise while an editor replaces the
    /// file. This one stays as it is.
    pub fn reload(&self) -> Result<Config, ConfigError> {
        let fresh = match (&self.path, &self.location, &self.profile_path) {
            (Some(path), Some(location), _) => {
                Config::load_at(path, location, self.overrides.clone()).map_err(gone)?
            }
            (None, _, Some(profile)) => {
                let mut settings = self.settings.clone();
                settings.profile = Some(profile.clone());
                Config::from_settings(settings)?
            }
            _ => return Ok(self.clone()),
        };
        match &fresh.profile_path {
            Some(path)
                if fresh.profile_missing()
                    && !self.profile_missing()
                    && fresh.profile_path == self.profile_path =>
            {
                Err(ConfigError::Vanished { what: "profile", path: path.clone() })
            }
            _ => Ok(fresh),
        }
    }

    fn table_entry(&self, section: &str, value: &TableValue) -> Entry {
        let path = self.path.clone().filter(|_| value.position.is_some());
        let origin = Origin::Settings { path, position: value.position.clone() };
        Entry::new(section, &value.name, &value.line, origin)
    }

    fn profile_entry(&self, section: &str, value: &crate::profile::Value<'_>) -> Entry {
        let origin = Origin::Profile { path: self.profile_path.clone(), position: value.position() };
        Entry::new(section, &value.key(), value, origin)
    }
}

/// The error of reading a file that was there before, if it is not there now. A missing profile is no error of reading.
fn gone(error: ConfigError) -> ConfigError {
    match error {
        ConfigError::Read { what, path, source } if source.kind() == io::ErrorKind::NotFound => {
            ConfigError::Vanished { what, path }
        }
        error => error,
    }
}

/// Whether a path is that of a settings file: it ends in `.toml`, in whatever case.
fn is_settings(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// The bytes of a file, and what it was like when they were read. `shown` is the path for errors.
fn read_file(path: &Path, shown: &Path, what: &'static str) -> Result<(Vec<u8>, Stamp), ConfigError> {
    let error = |source| ConfigError::Read { what, path: shown.to_path_buf(), source };
    // Asked before it is opened: to open a pipe would wait for its other end.
    if !fs::metadata(path).map_err(error)?.is_file() {
        return Err(ConfigError::NotAFile { what, path: shown.to_path_buf() });
    }
    Stamp::read(path).map_err(error)
}

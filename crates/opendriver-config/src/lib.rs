//! SYSTEM.INI without losing a byte, and the settings of the driver manager.
//!
//! What a program asks for, `OpenDriver("midi", "Drivers32")`, is a line somewhere: `midi=synth.drv out=tune.wav`. This
//! crate finds it, says where it stands, and can change it. It does not know that drivers are libraries.
//!
//! # The way of the data
//!
//! 1. The bytes of an INI file become a [`Document`]. It keeps them all, whatever they are: comments, order, spelling,
//!    line ends, byte order mark, encoding ([`FileEncoding`], [`CodePage`]). Reading never fails.
//! 2. The document becomes a [`Profile`], the view that `GetPrivateProfileString` has of it, by the rules of Windows or
//!    of Wine ([`IniRules`]). A look-up does not take longer in a larger file.
//! 3. `opendriver.toml` becomes [`Settings`]: the [`Personality`] with its [`Switches`], search path, drive letters, and
//!    `[sections.NAME]` tables in the part of the registry.
//! 4. Both make a [`Config`]: what a manager reads once and shares. [`Config::find`] gives an [`Entry`], which knows the
//!    file, the parameters, and its [`Origin`].
//!
//! What is odd on the way becomes a [`Diagnostic`] with line, column and a hint, beside the data; what makes no sense in
//! the settings is a [`ConfigError`] with the same. An edited document is written with [`save()`], in one step.
//!
//! ```
//! use opendriver_config::{CodePage, Config, Document, Settings};
//!
//! let mut document = Document::parse("; my drivers\r\n[Drivers32]\r\nmidi=synth.drv\r\n", CodePage::WESTERN);
//! document.set("drivers32", "midi", "synth.drv out=tune.wav")?;
//! assert_eq!(document.as_bytes(), b"; my drivers\r\n[Drivers32]\r\nmidi=synth.drv out=tune.wav\r\n");
//!
//! let config = Config::from_ini(document.to_bytes(), Settings::default());
//! let entry = config.find("Drivers32", "MIDI").expect("it was just written");
//! assert_eq!((entry.file(), entry.parameters()), ("synth.drv", Some("out=tune.wav")));
//! assert_eq!(entry.origin().position().map(|position| position.line), Some(3));
//! # Ok::<(), opendriver_config::EditError>(())
//! ```
//!
//! Facts about Windows come from the Windows 3.1 SDK, from published tests of the profile functions on real Windows, and,
//! where "Wine 8.0 measured" is said, from recordings of Wine. No function here uses the network, the current directory
//! (but for relative paths it is given) or a global.
#![forbid(unsafe_code)]

mod code_page;
mod config;
mod diagnostic;
mod document;
mod entry;
mod error;
mod fold;
mod nearest;
mod personality;
mod profile;
mod save;
mod settings;
mod source;
mod words;

pub use self::code_page::{CodePage, Unencodable, UnknownCodePage};
pub use self::config::{Config, Overrides, Places, VARIABLE};
pub use self::diagnostic::{Diagnostic, Position, Severity};
pub use self::document::{Document, EditError, FileEncoding};
pub use self::entry::{Entry, Origin, split_line};
pub use self::error::{ConfigError, SettingsError};
pub use self::fold::fold;
#[doc(hidden)]
pub use self::nearest::nearest;
pub use self::personality::{
    CloseZero, LineOverflow, LoadAccepts, MissingEntry, NameOrder, Personality, RefusedFirstOpen, Switches,
    TextEncoding, Unload,
};
pub use self::profile::{IniRules, Profile, Row, Section, Value};
pub use self::save::{SaveError, save};
pub use self::settings::{DriverSettings, SectionTable, SectionTables, Settings, TableValue};
pub use self::words::UnknownWord;

//! SYSTEM.INI without losing a byte, and the settings of the driver manager.
#![forbid(unsafe_code)]

mod code_page;
mod config;
mod diagnostic;
mod document;
mod entry;
mod error;
mod fold;
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
pub use self::personality::{
    CloseZero, LineOverflow, LoadAccepts, MissingEntry, NameOrder, Personality, RefusedFirstOpen, Switches,
    TextEncoding, Unload,
};
pub use self::profile::{IniRules, Profile, Row, Section, Value};
pub use self::save::{SaveError, save};
pub use self::settings::{DriverSettings, SectionTable, SectionTables, Settings, TableValue};
pub use self::words::UnknownWord;

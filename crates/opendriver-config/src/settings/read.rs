//! From TOML to settings: every key that there is.

use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::{Item, Reader};
use super::tables::TableValue;
use super::{DriverSettings, Settings};
use crate::code_page::CodePage;
use crate::diagnostic::position_in;
use crate::error::SettingsError;
use crate::fold::fold;
use crate::personality::{
    CloseZero, LineOverflow, LoadAccepts, MissingEntry, NameOrder, RefusedFirstOpen, Switches, TextEncoding,
};
use crate::profile::IniRules;

type Result<T> = std::result::Result<T, Box<SettingsError>>;

const SETTINGS: &[&str] = &[
    "profile",
    "personality",
    "switches",
    "search_path",
    "current_directory",
    "drives",
    "sections",
    "drivers",
    "ansi_code_page",
    "load_wait",
    "unload",
];

/// Reads the text of a settings file.
pub(super) fn read(text: &str, base: &Path) -> Result<Settings> {
    let reader = Reader { text, base };
    let table = reader.parse()?;
    let mut settings = Settings::default();
    for item in reader.items(&table) {
        match item.name {
            "profile" => settings.profile = Some(reader.path(item)?),
            "personality" => settings.personality = reader.word(item)?,
            "switches" => settings.chosen = Chosen::read(&reader, item)?,
            "search_path" => settings.search_path = search_path(&reader, item)?,
            "current_directory" => settings.current_directory = reader.boolean(item)?,
            "drives" => drives(&reader, item, &mut settings)?,
            "sections" => sections(&reader, item, &mut settings)?,
            "drivers" => drivers(&reader, item, &mut settings)?,
            "ansi_code_page" => settings.ansi_code_page = code_page(&reader, item)?,
            "load_wait" => settings.load_wait = load_wait(&reader, item)?,
            "unload" => settings.unload = reader.word(item)?,
            _ => return Err(reader.unknown("setting", item, SETTINGS)),
        }
    }
    // Only now are both known, in whatever order they stand.
    settings.set_personality(settings.personality);
    Ok(settings)
}

/// Defines the switches that can be set one by one: each a field of [`Switches`] of the same name.
macro_rules! chosen {
    ($($name:ident: $type:ty = $read:expr,)+) => {
        /// The switches that `[switches]` sets; the others follow the personality.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub(super) struct Chosen {
            $($name: Option<$type>,)+
        }

        impl Chosen {
            const NAMES: &[&str] = &[$(stringify!($name)),+];

            fn read(reader: &Reader<'_>, item: Item<'_>) -> Result<Chosen> {
                let mut chosen = Chosen::default();
                for item in reader.items(reader.table(item)?) {
                    match item.name {
                        $(stringify!($name) => chosen.$name = Some($read(reader, item)?),)+
                        _ => return Err(reader.unknown("switch", item, Chosen::NAMES)),
                    }
                }
                Ok(chosen)
            }

            /// `switches` with those that were set in their places.
            pub(super) fn over(&self, switches: Switches) -> Switches {
                Switches { $($name: self.$name.clone().unwrap_or(switches.$name),)+ }
            }
        }
    };
}

chosen! {
    default_section: String = |reader: &Reader<'_>, item| reader.string(item).map(str::to_owned),
    name_order: NameOrder = Reader::word,
    missing_entry: MissingEntry = Reader::word,
    load_accepts: LoadAccepts = Reader::word,
    session_instance: bool = Reader::boolean,
    refused_first_open: RefusedFirstOpen = Reader::word,
    close_zero: CloseZero = Reader::word,
    parameters: TextEncoding = Reader::word,
    line_limit: usize = line_limit,
    line_overflow: LineOverflow = Reader::word,
    ini_rules: IniRules = Reader::word,
    append_drv: bool = Reader::boolean,
}

fn line_limit(reader: &Reader<'_>, item: Item<'_>) -> Result<usize> {
    let most = u64::from(u32::MAX >> 1);
    reader.integer(item, 1, most).map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

fn search_path(reader: &Reader<'_>, item: Item<'_>) -> Result<Vec<PathBuf>> {
    let Some(array) = item.value.get_ref().as_array() else {
        return Err(reader.wrong(item, "an array of strings"));
    };
    array.iter().map(|value| reader.path(Item { value, ..item })).collect()
}

fn drives(reader: &Reader<'_>, item: Item<'_>, settings: &mut Settings) -> Result<()> {
    for item in reader.items(reader.table(item)?) {
        let mut letters = item.name.chars();
        let letter = match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii_alphabetic() => letter.to_ascii_uppercase(),
            _ => {
                let message = format!("{:?} is no drive letter", item.name);
                let hint =
                    "write one letter from A to Z, without a colon: `C = \"/opt/legacy/c\"`".to_owned();
                return Err(reader.error(item.key_span.span(), message, Some(hint)));
            }
        };
        let directory = reader.path(item)?;
        if settings.drives.insert(letter, directory).is_some() {
            return Err(twice(reader, item, "drive"));
        }
    }
    Ok(())
}

fn sections(reader: &Reader<'_>, item: Item<'_>, settings: &mut Settings) -> Result<()> {
    for section in reader.items(reader.table(item)?) {
        if settings.sections.table(section.name).is_some() {
            return Err(twice(reader, section, "section"));
        }
        let values = reader.items(reader.table(section)?);
        let table = settings.sections.table_mut(section.name);
        for item in values {
            let line = reader.string(item)?.to_owned();
            let position = Some(position_in(reader.text, item.value.span()));
            if !table.add(TableValue { name: item.name.to_owned(), line, position }) {
                return Err(twice(reader, item, "alias"));
            }
        }
    }
    Ok(())
}

fn drivers(reader: &Reader<'_>, item: Item<'_>, settings: &mut Settings) -> Result<()> {
    for driver in reader.items(reader.table(item)?) {
        if driver.name.is_empty() || driver.name.contains(['/', '\\']) {
            let message = format!("{:?} is no name of a driver file", driver.name);
            let hint = "give the file name without its directory".to_owned();
            return Err(reader.error(driver.key_span.span(), message, Some(hint)));
        }
        let mut found = DriverSettings::default();
        for item in reader.items(reader.table(driver)?) {
            match item.name {
                "text" => found.text = Some(reader.word(item)?),
                "unload" => found.unload = Some(reader.word(item)?),
                // An unquoted `[drivers.synth.drv]` is a table within a table.
                "drv" | "dll" | "acm" | "so" | "dylib" if item.value.get_ref().is_table() => {
                    let message = format!("`{}` is no setting of a driver", item.name);
                    let hint =
                        format!("put the file name in quotes: `[drivers.\"{}.{}\"]`", driver.name, item.name);
                    return Err(reader.error(item.key_span.span(), message, Some(hint)));
                }
                _ => return Err(reader.unknown("setting of a driver", item, &["text", "unload"])),
            }
        }
        match settings.drivers.entry(fold(driver.name)) {
            Entry::Vacant(vacant) => vacant.insert(found),
            Entry::Occupied(_) => return Err(twice(reader, driver, "driver")),
        };
    }
    Ok(())
}

fn code_page(reader: &Reader<'_>, item: Item<'_>) -> Result<CodePage> {
    let number = reader.integer(item, 0, u64::from(u16::MAX))?;
    let number = u16::try_from(number).unwrap_or_default();
    CodePage::try_from(number).map_err(|error| reader.error(item.value.span(), error.to_string(), None))
}

fn load_wait(reader: &Reader<'_>, item: Item<'_>) -> Result<Duration> {
    let seconds = reader.number(item)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        let message = format!("`{}` cannot be {seconds} seconds", item.name);
        reader.error(
            item.value.span(),
            message,
            Some("write a number of seconds from 0 on, such as 2.5".to_owned()),
        )
    })
}

/// The complaint about a name that is there already, without regard to case.
fn twice(reader: &Reader<'_>, item: Item<'_>, what: &str) -> Box<SettingsError> {
    let message = format!("the {what} `{}` is there already", item.name);
    reader.error(
        item.key_span.span(),
        message,
        Some("case does not count in its name; remove one of them".to_owned()),
    )
}

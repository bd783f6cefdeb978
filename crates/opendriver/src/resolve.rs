//! From the name a caller gives to the driver file it means: the entry of the configuration, the split into file and
//! parameters, the search.

pub(crate) mod head;
pub(crate) mod listing;
pub(crate) mod name;
pub(crate) mod search;

use opendriver_config::{Config, Entry, LineOverflow, MissingEntry, NameOrder, Origin, TextEncoding};

use self::name::FileName;
use crate::error::{ConfigView, NoEntry, ResolveError};

/// A line `filename parameters` that is worth a try, and the entry it comes from, if any.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) entry: Option<Entry>,
}

/// What a name may mean, in the order of the tries.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) first: Line,
    /// What is tried when the first fails, for whatever reason; or why there is nothing to try.
    pub(crate) second: Option<Result<Line, ResolveError>>,
}

/// Finds out what `name` means in `section`, by the order that the personality has.
pub(crate) fn lines(config: &Config, name: &str, section: Option<&str>) -> Result<Lines, ResolveError> {
    check_name(name)?;
    let switches = &config.settings().switches;
    let file = || Line { text: name.to_owned(), entry: None };
    let Some(section) = section else {
        let entry = find(config, &switches.default_section, name);
        return Ok(match (switches.name_order, entry) {
            (NameOrder::FileThenAlias, Some(entry)) => Lines { first: file(), second: Some(entry) },
            (_, Some(entry)) => Lines { first: entry?, second: None },
            (_, None) => Lines { first: file(), second: None },
        });
    };
    match find(config, section, name) {
        Some(entry) => Ok(Lines { first: entry?, second: None }),
        None if switches.missing_entry == MissingEntry::TakeAsFile => {
            Ok(Lines { first: file(), second: None })
        }
        None => Err(no_entry(config, name, section)),
    }
}

/// The entry as a line; an error if it is there and empty, which only the settings' tables can be.
fn find(config: &Config, section: &str, name: &str) -> Option<Result<Line, ResolveError>> {
    let mut entry = config.find(section, name)?;
    let switches = &config.settings().switches;
    let too_long = || entry.line().encode_utf16().count() > switches.line_limit;
    if switches.line_overflow == LineOverflow::Cut
        && matches!(entry.origin(), Origin::Settings { .. })
        && too_long()
    {
        // Wine 8.0 measured: a value of the profile is cut to fit the buffer, but a value of the registry that does
        // not fit it counts as missing.
        entry = config.find_in_profile(section, name)?;
    }
    Some(if entry.line().is_empty() {
        Err(ResolveError::EmptyEntry { entry: Box::new(entry) })
    } else {
        Ok(Line { text: entry.line().to_owned(), entry: Some(entry) })
    })
}

fn check_name(name: &str) -> Result<(), ResolveError> {
    if name.is_empty() {
        return Err(ResolveError::EmptyName);
    }
    if name.chars().all(char::is_whitespace) {
        return Err(ResolveError::BlankName);
    }
    match name.find('\0') {
        Some(at) => Err(ResolveError::NulInName { at }),
        None => Ok(()),
    }
}

/// Says in which other sections the name does stand, and what resembles it here.
fn no_entry(config: &Config, name: &str, section: &str) -> ResolveError {
    let elsewhere =
        config.section_names().into_iter().filter(|other| config.find(other, name).is_some()).collect();
    let known = config.entries(section).iter().map(|entry| entry.alias().to_owned()).collect();
    let empty = config.profile().get(section, name).is_some_and(|value| value.is_empty());
    ResolveError::NoEntry(Box::new(NoEntry {
        empty,
        name: name.to_owned(),
        section: section.to_owned(),
        known,
        elsewhere,
        config: view(config),
    }))
}

pub(crate) fn view(config: &Config) -> ConfigView {
    match (config.profile_path().or(config.path()), config.profile_missing()) {
        (Some(path), true) => ConfigView::Missing(path.to_path_buf()),
        (Some(path), false) => ConfigView::Read(path.to_path_buf()),
        (None, _) => ConfigView::None,
    }
}

/// Applies the length limit and splits into file name and parameters.
pub(crate) fn split<'a>(
    line: &'a str,
    config: &Config,
) -> Result<(FileName, &'a str, Option<&'a str>), ResolveError> {
    let line = limited(line, config)?;
    let (file, parameters) = opendriver_config::split_line(line);
    if file.is_empty() {
        return Err(ResolveError::LeadingBlank { line: line.to_owned() });
    }
    let name = FileName::parse(file).ok_or_else(|| ResolveError::NoFile { file: file.to_owned() })?;
    Ok((name, file, parameters))
}

/// The line, cut or refused if it is longer than the personality's limit. Units are those in which the personality
/// passes text: UTF-16 code units, or bytes of the ANSI code page.
fn limited<'a>(line: &'a str, config: &Config) -> Result<&'a str, ResolveError> {
    let settings = config.settings();
    let limit = settings.switches.line_limit;
    // Every character has at least one unit and at most as many as it has bytes here.
    if line.len() <= limit {
        return Ok(line);
    }
    let units = |c: char| match settings.switches.parameters {
        TextEncoding::Utf16 => c.len_utf16(),
        TextEncoding::Utf8 => c.len_utf8(),
        _ => settings.ansi_code_page.encode(c.encode_utf8(&mut [0; 4])).map_or(1, |bytes| bytes.len()),
    };
    let mut length = 0;
    let mut cut = line.len();
    for (at, c) in line.char_indices() {
        length += units(c);
        if length > limit {
            cut = cut.min(at);
        }
    }
    match settings.switches.line_overflow {
        _ if length <= limit => Ok(line),
        LineOverflow::Cut => Ok(&line[..cut]),
        _ => Err(ResolveError::LineTooLong { length, limit }),
    }
}

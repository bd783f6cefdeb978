//! The profile functions, on files of the script's world.

use std::path::Path;

use opendriver::config::{CodePage, Document, Profile};
use serde_json::Value as Json;

use super::PlayError;
use super::calls::Arguments;
use super::value::Value;
use crate::stage::Stage;

impl Stage {
    /// GetPrivateProfileString, ...Section and ...SectionNames: the length, and the text as `buf`.
    pub(super) fn read_profile(
        &self,
        name: &str,
        arguments: &Arguments<'_>,
    ) -> Result<(Value, Vec<(String, Json)>), PlayError> {
        let last = arguments.values.len() - 1;
        let size = arguments.short(last, self) as usize;
        let profile = self.document(arguments, last - 1)?.profile(self.settings().switches.ini_rules);
        let (text, is_list) = match name {
            "GetPrivateProfileString" => {
                let default = arguments.text(2)?.unwrap_or("");
                match (arguments.text(0)?, arguments.text(1)?) {
                    (Some(section), Some(key)) => (profile.get_or(section, key, default).into_owned(), false),
                    (Some(section), None) => (keys(&profile, section), true),
                    (None, _) => (section_names(&profile), true),
                }
            }
            "GetPrivateProfileSection" => (rows(&profile, arguments.text(0)?.unwrap_or("")), true),
            _ => (section_names(&profile), true),
        };
        let units: Vec<u16> = text.encode_utf16().collect();
        let kept = copied(units.len(), size, is_list);
        let buffer = String::from_utf16_lossy(&units[..kept.min(units.len())]);
        Ok((Value::Number(kept as u64), vec![("buf".to_owned(), buffer.into())]))
    }

    /// WritePrivateProfileString: whether it succeeded. What keeps it from writing (no file name, a drive that there is
    /// not, a missing directory) is told by the result alone, as on Windows.
    pub(super) fn write_profile(&self, arguments: &Arguments<'_>) -> Result<bool, PlayError> {
        // Without a section it flushes the cache of Windows, and returns FALSE.
        let (Some(section), Some(name)) = (arguments.text(0)?, arguments.text(3)?) else { return Ok(false) };
        let Some(file) = self.place.profile_file(name) else { return Ok(false) };
        let mut document = self.document(arguments, 3)?;
        let edited = match (arguments.text(1)?, arguments.text(2)?) {
            (Some(key), Some(value)) => document.set(section, key, value).is_ok(),
            (Some(key), None) => document.remove(section, key).is_ok(),
            (None, _) => document.remove_section(section).is_ok(),
        };
        let written = edited && std::fs::write(&file, document.to_bytes()).is_ok();
        if written {
            self.configured()?;
        }
        Ok(written)
    }

    /// The file whose name is the argument at this place; an empty one if it does not exist.
    fn document(&self, arguments: &Arguments<'_>, index: usize) -> Result<Document, PlayError> {
        let name = arguments.text(index)?.unwrap_or("");
        let file = self.place.profile_file(name);
        let bytes = file.as_deref().map(read).unwrap_or_default();
        Ok(Document::parse_with(bytes, CodePage::WESTERN, self.settings().switches.ini_rules))
    }
}

/// How many units a buffer of this size gets: all, or what fits before the zero, or the two zeros of a list.
fn copied(length: usize, size: usize, is_list: bool) -> usize {
    let zeros = if is_list { 2 } else { 1 };
    if length < size { length } else { size.saturating_sub(zeros) }
}

fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap_or_default()
}

fn keys(profile: &Profile, section: &str) -> String {
    let rows = profile.section(section).into_iter().flat_map(|section| section.rows().collect::<Vec<_>>());
    rows.filter_map(|row| Some(format!("{}\0", row.key()?))).collect()
}

fn rows(profile: &Profile, section: &str) -> String {
    let rows = profile.section(section).into_iter().flat_map(|section| section.rows().collect::<Vec<_>>());
    rows.map(|row| match (row.key(), row.value()) {
        (Some(key), Some(value)) => format!("{key}={value}\0"),
        _ => format!("{}\0", row.text()),
    })
    .collect()
}

fn section_names(profile: &Profile) -> String {
    profile.sections().map(|section| format!("{}\0", section.name())).collect()
}

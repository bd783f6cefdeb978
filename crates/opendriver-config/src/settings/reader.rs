//! TOML values with their places, and the complaints about them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::position_in;
use crate::error::SettingsError;
use crate::nearest::nearest;
use crate::words::Word;

/// A value, where it stands and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) name: &'a str,
    pub(super) key_span: &'a Spanned<std::borrow::Cow<'a, str>>,
    pub(super) value: &'a Spanned<DeValue<'a>>,
}

/// The text that is read, and what paths in it are relative to.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) base: &'a Path,
}

type Result<T> = std::result::Result<T, Box<SettingsError>>;

impl<'a> Reader<'a> {
    pub(super) fn error(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Box<SettingsError> {
        Box::new(SettingsError {
            path: None,
            position: position_in(self.text, span),
            message: message.into(),
            hint,
            text: self.text.to_owned(),
        })
    }

    /// The whole text as a table.
    pub(super) fn parse(&self) -> Result<DeTable<'a>> {
        match DeTable::parse(self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(error) => {
                let span = error.span().unwrap_or(self.text.len()..self.text.len());
                Err(self.error(span, format!("this is no TOML: {}", error.message().trim()), None))
            }
        }
    }

    /// The items of a table in the order in which they stand in the text.
    pub(super) fn items<'t>(&self, table: &'t DeTable<'a>) -> Vec<Item<'t>>
    where
        'a: 't,
    {
        let mut items: Vec<_> =
            table.iter().map(|(key, value)| Item { name: key.get_ref(), key_span: key, value }).collect();
        items.sort_by_key(|item| item.key_span.span().start);
        items
    }

    /// The complaint about a key that is not known.
    pub(super) fn unknown(&self, what: &str, item: Item<'_>, known: &[&str]) -> Box<SettingsError> {
        let hint = match nearest(item.name, known.iter().copied()).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        self.error(item.key_span.span(), format!("unknown {what} `{}`", item.name), Some(hint))
    }

    /// The complaint about a value of the wrong type.
    pub(super) fn wrong(&self, item: Item<'_>, wanted: &str) -> Box<SettingsError> {
        let found = article(item.value.get_ref().type_str());
        self.error(item.value.span(), format!("`{}` is {wanted}, but this is {found}", item.name), None)
    }

    pub(super) fn table<'t>(&self, item: Item<'t>) -> Result<&'t DeTable<'t>> {
        item.value.get_ref().as_table().ok_or_else(|| self.wrong(item, "a table"))
    }

    pub(super) fn string<'t>(&self, item: Item<'t>) -> Result<&'t str> {
        item.value.get_ref().as_str().ok_or_else(|| self.wrong(item, "a string"))
    }

    pub(super) fn boolean(&self, item: Item<'_>) -> Result<bool> {
        item.value.get_ref().as_bool().ok_or_else(|| self.wrong(item, "`true` or `false`"))
    }

    /// An integer from `least` to `most`.
    pub(super) fn integer(&self, item: Item<'_>, least: u64, most: u64) -> Result<u64> {
        let wanted = format!("an integer from {least} to {most}");
        let value = item.value.get_ref().as_integer().ok_or_else(|| self.wrong(item, &wanted))?;
        let digits = value.as_str().replace('_', "");
        match u64::from_str_radix(digits.trim_start_matches('+'), value.radix()) {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(self.error(item.value.span(), format!("`{}` is {wanted}", item.name), None)),
        }
    }

    /// A number, integer or not. Infinity and NaN are numbers too.
    pub(super) fn number(&self, item: Item<'_>) -> Result<f64> {
        let parsed = match item.value.get_ref() {
            DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
            DeValue::Integer(integer) => {
                i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix())
                    .ok()
                    .map(|number| number as f64)
            }
            _ => None,
        };
        parsed.ok_or_else(|| self.wrong(item, "a number"))
    }

    /// One of the words of an enumeration.
    pub(super) fn word<W: Word>(&self, item: Item<'_>) -> Result<W> {
        let word = self.string(item)?;
        W::from_word(word).ok_or_else(|| {
            let hint = match nearest(word, W::WORDS.iter().copied()).first() {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("known are {}", W::WORDS.join(", ")),
            };
            self.error(item.value.span(), format!("`{}` cannot be {word:?}", item.name), Some(hint))
        })
    }

    /// A path, joined to the directory of the settings.
    pub(super) fn path(&self, item: Item<'_>) -> Result<PathBuf> {
        let text = self.string(item)?;
        if text.is_empty() || text.contains('\0') {
            let message = format!(
                "`{}` is a path, which cannot be {}",
                item.name,
                if text.is_empty() { "empty" } else { "text with a NUL" }
            );
            return Err(self.error(
                item.value.span(),
                message,
                Some("use \".\" for the directory of this file".to_owned()),
            ));
        }
        Ok(self.base.join(text))
    }
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

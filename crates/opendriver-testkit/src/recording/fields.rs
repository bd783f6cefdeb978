//! The names of the fields of a JSON document, checked before the fields themselves: a misspelt one is refused with
//! what was probably meant, and its place.

use std::fmt;

use opendriver::config::nearest;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// The fields of an object, and those of the objects in it that are looked at as well.
pub(super) struct Fields {
    pub(super) known: &'static [&'static str],
    pub(super) inside: &'static [(&'static str, Fields)],
}

/// The fields of a setup.
pub(super) const SETUP: Fields = Fields { known: &["system_ini", "encoding", "registry"], inside: &[] };

/// The fields of a recording. What is said about a measurement is kept in the files and not used.
pub(super) const RECORDING: Fields = Fields {
    known: &[
        "name",
        "group",
        "asks",
        "shows",
        "oracle",
        "personality",
        "setup",
        "script",
        "log",
        "exit_code",
        "crash",
        "sequence",
        "volatile",
        "repeated",
        "race_in_wine",
        "system_ini_after",
    ],
    inside: &[("setup", SETUP)],
};

impl Fields {
    /// Checks a document.
    pub(super) fn check(&self, text: &str) -> Result<(), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        self.deserialize(&mut deserializer)
    }
}

impl<'de> DeserializeSeed<'de> for &Fields {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &Fields {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with ")?;
        listed(self.known, f)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Name(self.known))? {
            match self.inside.iter().find(|(inside, _)| *inside == name) {
                Some((_, fields)) => map.next_value_seed(fields)?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// The name of a field, one of these.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(self.0, f)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<&'static str, E> {
        if let Some(known) = self.0.iter().copied().find(|known| *known == name) {
            return Ok(known);
        }
        Err(E::custom(match nearest(name, self.0.iter().copied()).first() {
            Some(meant) => format!("unknown field {name:?}; did you mean {meant:?}?"),
            None => format!("unknown field {name:?}; there are {}", self.0.join(", ")),
        }))
    }
}

fn listed(names: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&names.join(", "))
}

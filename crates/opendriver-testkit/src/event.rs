//! Events: what happened, in the form of the recordings.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Something that happened while a script was played.
///
/// An event is a kind (`call`, `ret`, `drv`, `drvret`, `attach`, `detach`, `cb`, `posted`, `mod`, `note`, `setup`,
/// `thread_start`, `thread_end`, `threads`, `opens`, `crash`, `end`), the depth of nesting, and named fields in an
/// order. It is read from and written to JSON as the recordings have it, `{"ev": ..., "d": ..., ...}`, and shown as
/// one line of text, indented by its depth:
///
/// ```
/// use opendriver_testkit::Event;
///
/// let json = r#"{"ev":"drv","d":1,"drv":"probea","m":"m1","id":"0x0","h":"h1","msg":"DRV_OPEN","l1":{"wstr":"hi","len":2},"l2":"0x0"}"#;
/// let event: Event = serde_json::from_str(json)?;
/// assert_eq!(event.to_string(), r#"  drv probea m1 h1 DRV_OPEN id=0x0 l1="hi" l2=0x0"#);
/// assert_eq!(serde_json::to_string(&event)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What kind of event it is.
    pub kind: String,
    /// How deep in calls and drivers it happened.
    pub depth: u32,
    /// The other fields.
    pub fields: Vec<(String, Value)>,
}

impl Event {
    /// An event without fields.
    pub fn new(kind: &str, depth: u32) -> Event {
        Event { kind: kind.to_owned(), depth, fields: Vec::new() }
    }

    /// The same with one field more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Event {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The value of a field that is text; empty for any other.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or("")
    }

    /// The fields that stand alone in the line of text, in this order; the others follow as `name=value`.
    fn bare(&self) -> &'static [&'static str] {
        match self.kind.as_str() {
            "call" | "setup" => &["fn", "args"],
            "ret" => &["fn", "ret"],
            "drv" => &["drv", "m", "h", "msg"],
            "drvret" => &["ret"],
            "attach" | "detach" => &["drv", "m"],
            "mod" => &["drv", "m"],
            _ => &[],
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:1$}{2}", "", 2 * self.depth as usize, self.kind)?;
        let bare = self.bare();
        for name in bare {
            match self.get(name) {
                Some(Value::Array(values)) => {
                    values.iter().try_for_each(|value| write!(f, " {}", Argument(value)))?
                }
                Some(Value::String(word)) if is_word(word) => write!(f, " {word}")?,
                Some(value) => write!(f, " {value}")?,
                None => f.write_str(" -")?,
            }
        }
        for (name, value) in self.fields.iter().filter(|(name, _)| !bare.contains(&name.as_str())) {
            write!(f, " {name}={}", Shown(value))?;
        }
        Ok(())
    }
}

/// An argument: text in quotes, numbers and handles without.
struct Argument<'a>(&'a Value);

impl fmt::Display for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("NULL"),
            Value::String(word) if is_name(word) => f.write_str(word),
            value => write!(f, "{value}"),
        }
    }
}

/// The value of a named field.
struct Shown<'a>(&'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(word) if is_name(word) => f.write_str(word),
            // The length is that of the text, unless something is wrong with one of them.
            Value::Object(text) if text.len() == 2 => {
                match (text.get("wstr"), text.get("astr"), text.get("len")) {
                    (Some(Value::String(wide)), _, Some(length))
                        if length.as_u64() == Some(wide.encode_utf16().count() as u64) =>
                    {
                        write!(f, "{}", Value::from(wide.as_str()))
                    }
                    (_, Some(Value::String(narrow)), Some(length)) => {
                        write!(f, "ansi {} ({length} bytes)", Value::from(narrow.as_str()))
                    }
                    _ => write!(f, "{}", self.0),
                }
            }
            value => write!(f, "{value}"),
        }
    }
}

/// Whether the text is a number in hexadecimal or the name of a handle or module, which cannot be taken for a text.
fn is_name(word: &str) -> bool {
    let digits = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
    match word.as_bytes() {
        [b'0'] => true,
        [b'0', b'x', rest @ ..] => !rest.is_empty() && rest.iter().all(u8::is_ascii_hexdigit),
        [b'h' | b'm', ..] => digits(&word[1..]),
        _ => word == "bogus",
    }
}

/// Whether the text can stand alone without being taken for something else.
fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '"' && c != '=')
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len() + 2))?;
        map.serialize_entry("ev", &self.kind)?;
        map.serialize_entry("d", &self.depth)?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, &Ordered(value))?;
        }
        map.end()
    }
}

/// A value whose text comes before its length, as in the recordings: maps of `serde_json` are sorted.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                let mut entries: Vec<_> = object.iter().collect();
                entries.sort_by_key(|(name, _)| name.as_str() == "len");
                serializer.collect_map(entries)
            }
            value => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Event;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event: an object with `ev`, `d` and fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
                let mut kind = None;
                let mut depth = 0;
                let mut fields = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "ev" => kind = Some(map.next_value()?),
                        "d" => depth = map.next_value()?,
                        _ => fields.push((name, map.next_value()?)),
                    }
                }
                let kind = kind.ok_or_else(|| serde::de::Error::missing_field("ev"))?;
                Ok(Event { kind, depth, fields })
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// A number as the recordings write it.
pub(crate) fn hex(number: u64) -> String {
    format!("{number:#x}")
}

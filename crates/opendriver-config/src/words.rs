//! Enumerations that are words in the settings: one list of them serves `Display`, `FromStr` and serde.

use thiserror::Error;

/// A word that a setting does not know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is none of {}", expected.join(", "))]
#[non_exhaustive]
pub struct UnknownWord {
    /// What was given.
    pub given: String,
    /// The words that are known, in the order of the documentation.
    pub expected: &'static [&'static str],
}

/// An enumeration that a setting can be.
pub(crate) trait Word: Sized + Copy + 'static {
    /// All words.
    const WORDS: &'static [&'static str];

    /// The value of a word, exactly as it is spelled.
    fn from_word(word: &str) -> Option<Self>;
}

/// Defines an enumeration with a word for each variant.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* #[doc = concat!("\n\nIn the settings: `", $word, "`.")] $variant, )+
        }

        impl $name {
            /// All values, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that stands for it in the settings.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl $crate::words::Word for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some($name::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            /// # Errors
            ///
            /// [`UnknownWord`](crate::UnknownWord), which lists the words that are known. Case counts.
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                use $crate::words::Word;
                Self::from_word(word).ok_or_else(|| $crate::UnknownWord { given: word.to_owned(), expected: Self::WORDS })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use words;

//! The driver's settings: the words after the file name on its SYSTEM.INI line.
//!
//! ```ini
//! [drivers32]
//! midi=synth.drv out=tune.wav rate=44100 reverb=on
//! ```
//!
//! The text is a list of `key=value` words separated by spaces or tabs. Keys are compared without regard to ASCII
//! case. A value with spaces in it stands in double quotes: `out="my tune.wav"`. When a key is given twice the later
//! word counts, so a host can append its own settings to those of the line. A word that is not understood is an error
//! and not a guess: a misspelt setting that silently does nothing is the hardest kind to find.

use std::path::PathBuf;

/// The sampling rates the synthesiser can work at, in frames per second.
pub const RATES: std::ops::RangeInclusive<u32> = 16_000..=192_000;

const KEYS: &str = "out, rate, reverb, soundfont, clock";

/// Everything a user can choose on the SYSTEM.INI line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// `out=FILE`: the WAV file to write; `synth.wav` unless set. A relative path starts at the current directory of
    /// the process that opens the driver.
    pub out: PathBuf,
    /// `rate=HZ`: frames per second, one of [`RATES`]; 44100 unless set.
    pub rate: u32,
    /// `reverb=on|off`: reverberation and chorus; on unless set.
    pub reverb: bool,
    /// `soundfont=FILE`: a SoundFont 2 file to take the instruments from; the built-in instruments unless set.
    pub soundfont: Option<PathBuf>,
    /// `clock=auto|real|host`: what decides how much sound lies between two messages; `auto` unless set.
    pub clock: ClockSource,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            out: PathBuf::from("synth.wav"),
            rate: 44_100,
            reverb: true,
            soundfont: None,
            clock: ClockSource::Auto,
        }
    }
}

/// Who decides how much sound is rendered between two messages; see [`Clock`](crate::clock::Clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockSource {
    /// The wall clock, until the host moves the clock for the first time; from then on the host.
    Auto,
    /// The wall clock, always; a host that tries to move the clock is refused.
    Real,
    /// The host, always: without its messages no time passes.
    Host,
}

/// Why the text is not a list of settings. All of these are mistakes on the SYSTEM.INI line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A word without an equals sign.
    #[error("\"{word}\" is not a setting: write key=value with one of the keys {KEYS}")]
    NotASetting {
        /// The word as it stands.
        word: String,
    },
    /// A key that this driver does not have.
    #[error("there is no setting \"{key}\": the settings are {KEYS}")]
    UnknownKey {
        /// The key as it stands.
        key: String,
    },
    /// Nothing after the equals sign.
    #[error("the setting \"{key}\" has no value: write {key}=VALUE or leave it out")]
    NoValue {
        /// The key.
        key: &'static str,
    },
    /// A double quote that is never closed, or one with something else right behind it.
    #[error("the quotes in \"{word}\" do not enclose the whole value: write key=\"value with spaces\"")]
    Quotes {
        /// The text from the start of the word on.
        word: String,
    },
    /// A rate that is not a number or not one of [`RATES`].
    #[error("rate={value} is not a sampling rate: use a whole number from {} to {}", RATES.start(), RATES.end())]
    Rate {
        /// The value as it stands.
        value: String,
    },
    /// A value that is none of those allowed.
    #[error("{key}={value} is not understood: use {key}={allowed}")]
    Choice {
        /// The key.
        key: &'static str,
        /// The value as it stands.
        value: String,
        /// The allowed values.
        allowed: &'static str,
    },
}

impl Settings {
    /// Reads the settings from the parameter text of DRV_OPEN. No text at all gives the defaults.
    ///
    /// # Errors
    ///
    /// The first word that is not understood, see [`SettingsError`].
    ///
    /// ```
    /// use synth::settings::Settings;
    ///
    /// let settings = Settings::parse(r#"out="my tune.wav" Rate=22050"#)?;
    /// assert_eq!(settings.out.to_str(), Some("my tune.wav"));
    /// assert_eq!(settings.rate, 22_050);
    /// assert!(Settings::parse("volume=11").unwrap_err().to_string().contains("no setting \"volume\""));
    /// # Ok::<(), synth::settings::SettingsError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Settings, SettingsError> {
        let mut settings = Settings::default();
        let mut rest = text.trim_start_matches(BLANKS);
        while !rest.is_empty() {
            let (key, value, after) = next_word(rest)?;
            settings.set(key, value)?;
            rest = after.trim_start_matches(BLANKS);
        }
        Ok(settings)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), SettingsError> {
        match key.to_ascii_lowercase().as_str() {
            "out" => self.out = PathBuf::from(given("out", value)?),
            "soundfont" => self.soundfont = Some(PathBuf::from(given("soundfont", value)?)),
            "rate" => {
                let rate = given("rate", value)?.parse().ok().filter(|rate| RATES.contains(rate));
                self.rate = rate.ok_or_else(|| SettingsError::Rate { value: value.to_owned() })?;
            }
            "reverb" => {
                self.reverb = choose("reverb", value, "on or off", |value| match value {
                    "on" => Some(true),
                    "off" => Some(false),
                    _ => None,
                })?;
            }
            "clock" => {
                self.clock = choose("clock", value, "auto, real or host", |value| match value {
                    "auto" => Some(ClockSource::Auto),
                    "real" => Some(ClockSource::Real),
                    "host" => Some(ClockSource::Host),
                    _ => None,
                })?;
            }
            _ => return Err(SettingsError::UnknownKey { key: key.to_owned() }),
        }
        Ok(())
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// Splits the first word off a text that starts with one: its key, its value without quotes, and what follows.
fn next_word(text: &str) -> Result<(&str, &str, &str), SettingsError> {
    let end = text.find(BLANKS).unwrap_or(text.len());
    let Some((key, _)) = text[..end].split_once('=') else {
        return Err(SettingsError::NotASetting { word: text[..end].to_owned() });
    };
    let value = &text[key.len() + 1..];
    let Some(quoted) = value.strip_prefix('"') else {
        return Ok((key, &text[key.len() + 1..end], &text[end..]));
    };
    match quoted.split_once('"') {
        Some((inside, after)) if after.is_empty() || after.starts_with(BLANKS) => Ok((key, inside, after)),
        _ => Err(SettingsError::Quotes { word: text.to_owned() }),
    }
}

fn given<'a>(key: &'static str, value: &'a str) -> Result<&'a str, SettingsError> {
    if value.is_empty() { Err(SettingsError::NoValue { key }) } else { Ok(value) }
}

fn choose<T>(
    key: &'static str,
    value: &str,
    allowed: &'static str,
    pick: impl FnOnce(&str) -> Option<T>,
) -> Result<T, SettingsError> {
    pick(&given(key, value)?.to_ascii_lowercase()).ok_or_else(|| SettingsError::Choice {
        key,
        value: value.to_owned(),
        allowed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_gives_the_defaults() {
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
        assert_eq!(Settings::parse(" \t "), Ok(Settings::default()));
    }

    #[test]
    fn every_setting_is_read() {
        let settings =
            Settings::parse("out=a.wav\trate=48000  REVERB=Off soundfont=\"b c.sf2\" clock=host ").unwrap();
        assert_eq!(
            settings,
            Settings {
                out: "a.wav".into(),
                rate: 48_000,
                reverb: false,
                soundfont: Some("b c.sf2".into()),
                clock: ClockSource::Host,
            }
        );
        assert_eq!(Settings::parse("clock=real").unwrap().clock, ClockSource::Real);
        assert_eq!(Settings::parse("clock=auto").unwrap().clock, ClockSource::Auto);
    }

    #[test]
    fn the_later_of_two_words_counts() {
        assert_eq!(Settings::parse("out=a.wav out=\"b c.wav\"").unwrap().out, PathBuf::from("b c.wav"));
    }

    #[test]
    fn values_may_hold_equals_signs_and_any_letters() {
        assert_eq!(Settings::parse("out=a=b=ü.wav").unwrap().out, PathBuf::from("a=b=ü.wav"));
        assert_eq!(Settings::parse("out=a\"b.wav").unwrap().out, PathBuf::from("a\"b.wav"));
    }

    #[test]
    fn each_mistake_has_its_own_message() {
        let message = |text: &str| Settings::parse(text).unwrap_err().to_string();
        assert!(message("out=a.wav loud").starts_with("\"loud\" is not a setting: write key=value"));
        assert!(message("gain=2").starts_with("there is no setting \"gain\""));
        assert!(message("=2").starts_with("there is no setting \"\""));
        assert!(message("out=").starts_with("the setting \"out\" has no value"));
        assert!(message("soundfont=\"\"").starts_with("the setting \"soundfont\" has no value"));
        assert!(message("out=\"a b").starts_with("the quotes in \"out=\"a b\" do not enclose"));
        assert!(message("out=\"a\"b").starts_with("the quotes in"));
        assert!(message("reverb=maybe").starts_with("reverb=maybe is not understood: use reverb=on or off"));
        assert!(message("clock=sun").starts_with("clock=sun is not understood"));
        for rate in ["15999", "192001", "-1", "44100.0", "many", "99999999999999999999"] {
            assert!(
                message(&format!("rate={rate}")).starts_with(&format!("rate={rate} is not a sampling rate"))
            );
        }
    }

    #[test]
    fn the_ends_of_the_rate_range_are_allowed() {
        for rate in [*RATES.start(), *RATES.end()] {
            assert_eq!(Settings::parse(&format!("rate={rate}")).unwrap().rate, rate);
        }
    }
}

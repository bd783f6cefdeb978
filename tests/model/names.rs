//! What names mean: a SYSTEM.INI with aliases, several spellings of two files, and an obvious model of the look-up.

use opendriver::Personality;

/// The drivers, as traces call them.
pub const MODULES: [&str; 2] = ["probea", "probeb"];

/// Names of files and the driver in each. Those of a driver are all the same file.
pub const SPELLINGS: [(&str, &str); 7] = [
    ("probea.dll", "probea"),
    ("PROBEA.DLL", "probea"),
    ("probea", "probea"),
    ("C:\\oracle\\probea.dll", "probea"),
    ("probeb.drv", "probeb"),
    ("ProbeB.Drv", "probeb"),
    ("c:/oracle/probeb.drv", "probeb"),
];

/// An entry of SYSTEM.INI: section, alias, line.
pub type Entry = (&'static str, &'static str, &'static str);

/// The entries. One alias means another driver in another section, one is in the default section of Windows 3.1 only.
pub const ENTRIES: [Entry; 6] = [
    ("drivers32", "one", "probea.dll"),
    ("drivers32", "two", "probeb.drv from two"),
    ("drivers", "one", "probeb.drv in drivers"),
    ("drivers", "three", "C:\\oracle\\probea.dll from three"),
    ("own", "two", "PROBEA.DLL my own"),
    ("own", "nowhere", "nobody.drv at all"),
];

/// Names that are aliases somewhere.
pub const ALIASES: [&str; 4] = ["one", "two", "three", "nowhere"];

/// What may be asked for as a section.
pub const SECTIONS: [Option<&str>; 5] =
    [None, Some("drivers32"), Some("Drivers"), Some("OWN"), Some("missing")];

/// The entry that a name means.
pub fn entry(personality: Personality, name: &str, section: Option<&str>) -> Option<Entry> {
    let default = if personality == Personality::Win31 { "drivers" } else { "drivers32" };
    let section = section.unwrap_or(default);
    let meant = |entry: &&Entry| entry.0.eq_ignore_ascii_case(section) && entry.1.eq_ignore_ascii_case(name);
    ENTRIES.iter().find(meant).copied()
}

/// Which driver an open is for, and the parameters for it; `None` if it cannot be found.
pub fn meant(
    personality: Personality,
    name: &str,
    section: Option<&str>,
) -> Option<(&'static str, Option<String>)> {
    let line = match (entry(personality, name, section), section) {
        (Some((_, _, line)), _) => line,
        // A section without the entry: only Windows 3.1 takes the name for a file then.
        (None, Some(_)) if personality != Personality::Win31 => return None,
        (None, _) => name,
    };
    let (file, parameters) = match line.split_once(' ') {
        Some((file, parameters)) => (file, Some(parameters.to_owned())),
        None => (line, None),
    };
    let (_, module) = SPELLINGS.iter().find(|(spelling, _)| *spelling == file)?;
    Some((module, parameters))
}

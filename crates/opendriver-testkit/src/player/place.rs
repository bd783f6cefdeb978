//! The directory in which a script is played, and the paths in it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use opendriver::config::{CodePage, fold};
use tempfile::TempDir;

use super::registry::Registry;
use super::{PlayError, Player};
use crate::recording::Setup;
use crate::script::Script;

/// How many seconds an open waits for a module that another thread is loading, in scripts where a driver may wait for
/// such a thread, which would take for ever.
const SHORT_WAIT: &str = "0.1";
/// The same in scripts with racing threads, which all come through, however busy the machine is.
const LONG_WAIT: &str = "60";

/// A temporary directory with drive C: and the settings.
pub(crate) struct Place {
    root: TempDir,
    load_wait: &'static str,
}

impl Place {
    pub(crate) fn new(setup: &Setup, script: &Script) -> Result<Place, PlayError> {
        let root = TempDir::with_prefix("opendriver-play-").map_err(PlayError::world("make a directory"))?;
        let load_wait = if script.calls("threads").is_empty() { SHORT_WAIT } else { LONG_WAIT };
        let place = Place { root, load_wait };
        for directory in [place.oracle(), place.windows()] {
            fs::create_dir_all(&directory).map_err(PlayError::world("make the directories of drive C:"))?;
        }
        if let Some(text) = &setup.system_ini {
            let bytes = encode(text, &setup.encoding)
                .ok_or_else(|| PlayError::Encoding { encoding: setup.encoding.clone() })?;
            fs::write(place.profile(), bytes).map_err(PlayError::world("write SYSTEM.INI"))?;
        }
        Ok(place)
    }

    /// The directory that stands for drive C:.
    pub(crate) fn drive(&self) -> PathBuf {
        self.root.path().join("c")
    }

    /// Where the drivers are, and the script starts.
    pub(crate) fn oracle(&self) -> PathBuf {
        self.drive().join("oracle")
    }

    fn windows(&self) -> PathBuf {
        self.drive().join("windows")
    }

    pub(crate) fn profile(&self) -> PathBuf {
        self.windows().join("system.ini")
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.root.path().join("opendriver.toml")
    }

    /// SYSTEM.INI as it is now.
    pub(crate) fn profile_text(&self, encoding: &str) -> Option<String> {
        decode(&fs::read(self.profile()).ok()?, encoding)
    }

    /// The settings of the manager.
    pub(crate) fn settings_text(&self, player: &Player, registry: &Registry) -> String {
        let mut text = format!(
            "profile = {}\npersonality = \"{}\"\nsearch_path = [{}]\ncurrent_directory = true\n\
             load_wait = {}\n[drives]\nC = {}\n",
            quoted(&self.profile().to_string_lossy()),
            player.personality,
            quoted(&self.oracle().to_string_lossy()),
            self.load_wait,
            quoted(&self.drive().to_string_lossy()),
        );
        if !player.switches.is_empty() {
            text.push_str("[switches]\n");
            player.switches.iter().for_each(|line| text.extend([line, "\n"]));
        }
        registry.write(&mut text);
        text
    }

    /// A file as Windows would show its path.
    pub(crate) fn shown(&self, file: &Path) -> String {
        let mut parts: Vec<String> = Vec::new();
        let drive = self.drive();
        let below = file.strip_prefix(&drive).ok();
        for component in below.unwrap_or(file).components() {
            match component {
                Component::ParentDir => _ = parts.pop(),
                Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
                _ => {}
            }
        }
        match below {
            Some(_) => format!("C:\\{}", parts.join("\\")),
            None => file.display().to_string(),
        }
    }

    /// The place on this system of a path as Windows writes it, each part in whatever case it is there.
    pub(crate) fn host_path(&self, path: &str) -> Option<PathBuf> {
        let slashed = path.replace('\\', "/");
        let (mut here, rest) = match slashed.as_bytes() {
            [b'c' | b'C', b':', b'/', ..] => (self.drive(), &slashed[3..]),
            [_, b':', ..] => return None,
            [b'/', ..] => (self.drive(), &slashed[1..]),
            _ => (std::env::current_dir().ok()?, &slashed[..]),
        };
        for part in rest.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                here.pop();
                continue;
            }
            let exact = here.join(part);
            here = if exact.exists() { exact } else { in_any_case(&here, part).unwrap_or(exact) };
        }
        Some(here)
    }

    /// The library that LoadLibrary finds under a name: `.dll` is added where there is no extension, and the directory
    /// of the program is searched before the current one.
    pub(crate) fn library(&self, name: &str) -> Option<PathBuf> {
        let file = library_name(name);
        let is_file = |path: &PathBuf| path.is_file();
        if file.contains(['\\', '/', ':']) {
            return self.host_path(&file).filter(is_file);
        }
        let places = [Some(self.oracle()), std::env::current_dir().ok()];
        places.into_iter().flatten().find_map(|directory| {
            let exact = directory.join(&file);
            if exact.is_file() { Some(exact) } else { in_any_case(&directory, &file).filter(is_file) }
        })
    }

    /// Where a profile function finds the file of a name: bare names in the Windows directory.
    pub(crate) fn profile_file(&self, name: &str) -> Option<PathBuf> {
        if name.contains(['\\', '/', ':']) {
            return self.host_path(name);
        }
        let directory = self.windows();
        Some(in_any_case(&directory, name).unwrap_or_else(|| directory.join(name)))
    }
}

/// A name with `.dll` where there is no extension, and without the dot at the end that says to add none.
pub(crate) fn library_name(name: &str) -> String {
    let base = name.rsplit(['\\', '/']).next().unwrap_or(name);
    match (name.strip_suffix('.'), base.contains('.')) {
        (Some(plain), _) => plain.to_owned(),
        (None, true) => name.to_owned(),
        (None, false) => format!("{name}.dll"),
    }
}

fn in_any_case(directory: &Path, name: &str) -> Option<PathBuf> {
    let wanted = fold(name);
    let mut found: Vec<PathBuf> = fs::read_dir(directory)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| fold(name) == wanted))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found.into_iter().next()
}

/// A TOML string.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn encode(text: &str, encoding: &str) -> Option<Vec<u8>> {
    let wide = |from: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(from).collect::<Vec<u8>>();
    match plain(encoding).as_str() {
        "latin1" | "iso88591" => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
        "cp1252" | "windows1252" => CodePage::WESTERN.encode(text).ok(),
        "utf8" | "ascii" => Some(text.as_bytes().to_vec()),
        "utf8sig" => Some([b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        "utf16le" => Some(wide(u16::to_le_bytes)),
        "utf16be" => Some(wide(u16::to_be_bytes)),
        "utf16" => Some([b"\xFF\xFE", &wide(u16::to_le_bytes)[..]].concat()),
        _ => None,
    }
}

fn decode(bytes: &[u8], encoding: &str) -> Option<String> {
    let wide = |bytes: &[u8], from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes.chunks(2).map(|pair| from([pair[0], *pair.get(1).unwrap_or(&0)])).collect();
        String::from_utf16_lossy(&units)
    };
    Some(match plain(encoding).as_str() {
        "cp1252" | "windows1252" => CodePage::WESTERN.decode(bytes),
        "utf8" => String::from_utf8_lossy(bytes).into_owned(),
        "utf8sig" => {
            String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).into_owned()
        }
        "utf16le" => wide(bytes, u16::from_le_bytes),
        "utf16be" => wide(bytes, u16::from_be_bytes),
        "utf16" => wide(bytes.strip_prefix(b"\xFF\xFE").unwrap_or(bytes), u16::from_le_bytes),
        _ => bytes.iter().map(|&byte| char::from(byte)).collect(),
    })
}

/// The name of an encoding without what people write differently.
fn plain(encoding: &str) -> String {
    encoding.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

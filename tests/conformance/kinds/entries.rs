//! The entries that the opens of a recording may read, and which opens try a file of whose name a rule speaks.

use opendriver_config::fold;
use opendriver_testkit::Recording;
use opendriver_testkit::script::Argument;

use crate::tree::{Difference, Node};

/// The entries of a recording, those of its setup and those that its script makes.
pub(super) struct Entries {
    entries: Vec<Entry>,
}

struct Entry {
    section: String,
    name: String,
    /// The line, if it is text.
    line: Option<String>,
}

/// Where Wine looks if no section is given.
const DEFAULT_SECTION: &str = "drivers32";

impl Entries {
    pub(super) fn of(recording: &Recording) -> Result<Entries, String> {
        let script = recording.script().map_err(|error| error.to_string())?;
        let mut entries = Vec::new();
        for (section, name, kind, data) in &recording.setup.registry {
            let line = is_text(kind).then(|| data.as_str().unwrap_or_default().to_owned());
            entries.push(Entry { section: fold(section), name: fold(name), line });
        }
        let text = |argument: &Argument| match argument {
            Argument::Text(text) => text.clone(),
            _ => String::new(),
        };
        for call in script.calls("RegSet") {
            let [section, name, kind] = [0, 1, 2].map(|index| text(&call.arguments[index]));
            let line = is_text(&kind).then(|| text(&call.arguments[3]));
            entries.push(Entry { section: fold(&section), name: fold(&name), line });
        }
        for call in script.calls("WritePrivateProfileString") {
            let [section, name, line] = [0, 1, 2].map(|index| text(&call.arguments[index]));
            entries.push(Entry { section: fold(&section), name: fold(&name), line: Some(line) });
        }
        let mut section = String::new();
        for line in recording.setup.system_ini.as_deref().unwrap_or_default().lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[') {
                section = fold(name.split(']').next().unwrap_or_default().trim());
            } else if let Some((name, line)) = line.split_once('=') {
                let line = Some(line.trim().trim_matches(['"', '\'']).to_owned());
                entries.push(Entry { section: section.clone(), name: fold(name.trim()), line });
            }
        }
        Ok(Entries { entries })
    }

    /// Whether an open reads a registry value that is no text: that of its section and name.
    pub(super) fn reads_no_text(&self, open: &Node) -> bool {
        let (section, name) = (fold(section_of(open).unwrap_or(DEFAULT_SECTION)), fold(open.argument(0)));
        let read = |entry: &&Entry| entry.section == section && entry.name == name;
        self.entries.iter().filter(read).any(|entry| entry.line.is_none())
    }

    /// The strings that an open tries as files, up to the first space: those of the entries of that name, and if there is none and no section
    /// is given, its own.
    fn tried<'a>(&'a self, open: &'a Node) -> Vec<&'a str> {
        let name = fold(open.argument(0).trim());
        let mut tried: Vec<&str> = self
            .entries
            .iter()
            .filter(|entry| entry.name == name)
            .map(|entry| entry.line.as_deref().unwrap_or_default())
            .collect();
        // What is an alias is found as one: that it might be a file as well makes no file name of it.
        if tried.is_empty() && section_of(open).is_none() {
            tried.push(open.argument(0));
        }
        let heads = tried.into_iter().filter_map(|text| text.split(' ').next());
        heads.filter(|head| !head.is_empty()).collect()
    }
}

/// Whether an open differs as the file-name rules have it: it tries a file by a path; or one without extension, and
/// something is found here; or what is found here has the name that libraries of this system have.
pub(super) fn is_ruled(open: &Difference<'_>, entries: &Entries) -> bool {
    let (Some(recorded), Some(ours)) = (open.recorded, open.ours) else { return false };
    let found = ours.inside.iter().find(|node| node.head.kind == "attach").map(|node| node.head.text("file"));
    entries.tried(recorded).into_iter().any(|file| {
        let base = last_part(file);
        let native = found.map(last_part).is_some_and(|found| is_native_name(base, found));
        base != file || native || !base.contains('.') && ours.returned() != "0"
    })
}

/// Whether a library of this system that bears `found` is one for the name `base`: `libsynth.so` for `synth.drv`.
fn is_native_name(base: &str, found: &str) -> bool {
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    let native = [".so", ".dylib", ".dll"].iter().any(|extension| found.ends_with(extension));
    let (wanted, is) = (stem(base), stem(found));
    native && fold(base) != fold(found) && (wanted == is || is.strip_prefix("lib") == Some(wanted.as_str()))
}

fn last_part(file: &str) -> &str {
    file.rsplit(['\\', '/', ':']).next().unwrap_or_default()
}

/// The section that an open gives; `None` for NULL.
fn section_of(open: &Node) -> Option<&str> {
    open.head.get("args")?.as_array()?.get(1)?.as_str()
}

fn is_text(kind: &str) -> bool {
    matches!(kind, "sz" | "expand_sz")
}

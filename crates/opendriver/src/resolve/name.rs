//! File names as SYSTEM.INI writes them, and the names under which the same driver may lie on this system.

use std::path::{Path, PathBuf};

use crate::sys;

/// A file name taken apart: where it points, and the name itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileName {
    pub(crate) root: Root,
    /// The directories between the root and the name.
    pub(crate) directories: Vec<String>,
    /// The last part, a trailing dot included.
    pub(crate) base: String,
}

/// Where a path starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// Nowhere: the search directories apply, in turn.
    Search,
    /// The root of the file system (or, on Windows, what the system takes for one, such as `\\server\share`).
    Absolute,
    /// A drive letter, in upper case.
    Drive(char),
    /// This file and no other, whatever characters its path has.
    Exact(PathBuf),
}

impl FileName {
    /// Takes a name apart. Either slash separates, as for the Windows loader. `None` if no name is left at the end.
    pub(crate) fn parse(file: &str) -> Option<FileName> {
        let slashed = file.replace('\\', "/");
        let (root, rest) = match slashed.as_bytes() {
            [letter, b':', ..] if letter.is_ascii_alphabetic() => {
                (Root::Drive(letter.to_ascii_uppercase().into()), &slashed[2..])
            }
            [b'/', ..] => (Root::Absolute, &slashed[..]),
            _ => (Root::Search, &slashed[..]),
        };
        let mut parts: Vec<String> =
            rest.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect();
        let base = parts.pop().filter(|base| base != "..")?;
        let last_is_name = !rest.ends_with('/') && !rest.ends_with("/.") && rest != ".";
        last_is_name.then_some(FileName { root, directories: parts, base })
    }

    /// A path of this system, taken as it is. `None` if it does not end in a name.
    pub(crate) fn exact(path: &Path) -> Option<FileName> {
        let base = path.file_name()?.to_string_lossy().into_owned();
        Some(FileName { root: Root::Exact(path.to_path_buf()), directories: Vec::new(), base })
    }

    /// A name alone, for which modules that are already loaded and built-in drivers are looked at first.
    pub(crate) fn is_bare(&self) -> bool {
        self.root == Root::Search && self.directories.is_empty()
    }

    /// The first of the [`FileName::candidates`]: the name as it stands, but for a trailing dot.
    pub(crate) fn as_it_stands(&self) -> &str {
        self.base.trim_end_matches('.')
    }

    /// The names to look for in a directory, the first one that exists wins.
    ///
    /// For `synth.drv` on Linux: `synth.drv`, `libsynth.so`, `synth.so`. A name without an extension is tried as it
    /// stands and with `.dll`, and with `.drv` where the personality says so; a trailing dot, as for LoadLibrary,
    /// says that nothing is to be added.
    pub(crate) fn candidates(&self, append_drv: bool) -> Vec<String> {
        let undotted = self.as_it_stands();
        let mut names = vec![undotted.to_owned()];
        let (stem, extension) = split_extension(undotted);
        if extension.is_none() && undotted.len() == self.base.len() {
            names.push(format!("{stem}.dll"));
            if append_drv {
                names.push(format!("{stem}.drv"));
            }
        }
        let is_library_name = extension.is_some_and(|extension| {
            ["so", "dylib"].iter().any(|native| extension.eq_ignore_ascii_case(native))
        });
        if !is_library_name {
            for name in sys::library_names(stem) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

/// Name and extension, the latter without its dot. A leading dot begins no extension.
fn split_extension(name: &str) -> (&str, Option<&str>) {
    match name.rfind('.') {
        Some(dot) if dot > 0 => (&name[..dot], Some(&name[dot + 1..])),
        _ => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(file: &str) -> FileName {
        FileName::parse(file).expect("a name")
    }

    #[test]
    fn drives_slashes_and_dots_are_understood() {
        let iac = parsed(r"c:\WINDOWS\SYSTEM\IAC25_32.AX");
        assert_eq!(iac.root, Root::Drive('C'));
        assert_eq!(
            (iac.directories, iac.base),
            (vec!["WINDOWS".into(), "SYSTEM".into()], "IAC25_32.AX".into())
        );
        let mixed = parsed(r".\sub/./probe.drv");
        assert_eq!((mixed.root, mixed.directories), (Root::Search, vec!["sub".to_owned()]));
        assert_eq!(parsed("/opt/x.drv").root, Root::Absolute);
        assert!(parsed(r".\x.drv").is_bare() && !parsed(r"sub\x.drv").is_bare());
    }

    #[test]
    fn what_names_no_file_is_refused() {
        for file in ["", ".", "..", "/", r"C:\", "C:", "sub/", "sub/.", "a/.."] {
            assert_eq!(FileName::parse(file), None, "{file:?}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn candidates_follow_the_extension() {
        let of = |file: &str, drv| parsed(file).candidates(drv);
        assert_eq!(of("synth.drv", false), ["synth.drv", "libsynth.so", "synth.so"]);
        assert_eq!(of("msacm.imaadpcm.acm", false).last().map(String::as_str), Some("msacm.imaadpcm.so"));
        assert_eq!(of("probea", false), ["probea", "probea.dll", "libprobea.so", "probea.so"]);
        assert_eq!(of("probea", true)[..3], ["probea", "probea.dll", "probea.drv"]);
        assert_eq!(of("noext.", true), ["noext", "libnoext.so", "noext.so"]);
        assert_eq!(of("libsynth.so", false), ["libsynth.so"]);
        assert_eq!(of("drv.dll.", false)[0], "drv.dll");
    }
}

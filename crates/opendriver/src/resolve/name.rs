//! File names as SYSTEM.INI and programs write them, and the names under which the same driver may lie on this system.

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
    /// `/dir`: the root of this system's file system, and else that of the current drive. Elsewhere than on Windows
    /// such a path keeps its `..`, which may lead elsewhere behind a link than without it.
    Absolute,
    /// `\dir`: the root of the current drive, and else that of this system's file system.
    CurrentDrive,
    /// `C:\dir`: the root of a drive, in upper case.
    Drive(char),
    /// `C:dir`: the current directory of a drive, in upper case.
    InDrive(char),
    /// `\\server\share\dir`: a share; the first two directories are its name.
    Share,
    /// This file and no other, whatever characters its path has.
    Exact(PathBuf),
}

impl FileName {
    /// Takes a name apart. Either slash separates, and `..` takes the directory before it away whether that exists or
    /// not, as for the Windows loader (Microsoft, "Naming Files, Paths, and Namespaces"). Behind
    /// `\\?\` everything is meant literally. `None` if no name is left at the end.
    pub(crate) fn parse(file: &str) -> Option<FileName> {
        if let Some(literal) = file.strip_prefix(r"\\?\") {
            return FileName::parse_literal(literal);
        }
        let slashed = file.replace('\\', "/");
        let (root, rest) = match slashed.as_bytes() {
            [letter, b':', b'/', ..] if letter.is_ascii_alphabetic() => (drive(*letter), &slashed[3..]),
            [letter, b':', ..] if letter.is_ascii_alphabetic() => {
                (Root::InDrive(letter.to_ascii_uppercase().into()), &slashed[2..])
            }
            [b'/', b'/', ..] if sys::HAS_DRIVES || file.starts_with(r"\\") => (Root::Share, &slashed[2..]),
            [b'/', ..] if file.starts_with('\\') => (Root::CurrentDrive, &slashed[1..]),
            [b'/', ..] => (Root::Absolute, &slashed[1..]),
            _ => (Root::Search, &slashed[..]),
        };
        let mut parts: Vec<String> =
            rest.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect();
        let base = parts.pop().filter(|base| base != "..")?;
        let last_is_name = !rest.ends_with('/') && !rest.ends_with("/.") && rest != ".";
        let directories = match root {
            Root::Absolute if !sys::HAS_DRIVES => parts,
            Root::Search | Root::InDrive(_) => collapsed(parts, true),
            _ => collapsed(parts, false),
        };
        let is_whole = root != Root::Share || directories.len() >= 2;
        (last_is_name && is_whole).then_some(FileName { root, directories, base })
    }

    /// A name behind `\\?\`: a drive or `UNC\server\share`, then parts that are taken as they are.
    fn parse_literal(file: &str) -> Option<FileName> {
        let (root, rest) = match file.as_bytes() {
            [letter, b':', b'\\', ..] if letter.is_ascii_alphabetic() => (drive(*letter), &file[3..]),
            [b'U' | b'u', b'N' | b'n', b'C' | b'c', b'\\', ..] => (Root::Share, &file[4..]),
            _ => return None,
        };
        let mut directories: Vec<String> = rest.split('\\').map(str::to_owned).collect();
        // No file is called so, but this system would take them for something else.
        let is_name = |part: &String| !part.is_empty() && part != "." && part != ".." && !part.contains('/');
        if !directories.iter().all(is_name) {
            return None;
        }
        let base = directories.pop()?;
        let is_whole = root != Root::Share || directories.len() >= 2;
        is_whole.then_some(FileName { root, directories, base })
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
        // In "synth.drv<TAB>x" no space ends the file name (Wine 8.0 measured), so it is no other name of synth.
        let stands_for_library = extension.is_none_or(|extension| {
            let native = ["so", "dylib"].iter().any(|native| extension.eq_ignore_ascii_case(native));
            !native && !extension.contains(|c: char| c.is_whitespace() || c.is_control())
        });
        if stands_for_library {
            for name in sys::library_names(stem) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

fn drive(letter: u8) -> Root {
    Root::Drive(letter.to_ascii_uppercase().into())
}

/// The directories without `..`, each of which takes the one before it away. At the start of a path it leads nowhere if
/// the path has a root, and stays if it is relative.
pub(crate) fn collapsed(parts: Vec<String>, is_relative: bool) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        match kept.last() {
            _ if part != ".." => kept.push(part),
            Some(last) if last != ".." => _ = kept.pop(),
            _ if is_relative => kept.push(part),
            _ => {}
        }
    }
    kept
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
    fn a_directory_and_what_takes_it_away_are_nothing() {
        for (file, root, directories) in [
            (r"nodir\..\x.drv", Root::Search, &[][..]),
            (r"a\b\..\..\c\x.drv", Root::Search, &["c"]),
            (r"..\a\..\..\x.drv", Root::Search, &["..", ".."]),
            (r"C:\a\..\..\x.drv", Root::Drive('C'), &[]),
            (r"\..\a\x.drv", Root::CurrentDrive, &["a"]),
            (r"c:..\a\x.drv", Root::InDrive('C'), &["..", "a"]),
            (r"\\s\t\a\..\x.drv", Root::Share, &["s", "t"]),
        ] {
            let name = parsed(file);
            assert_eq!(
                (name.root, name.directories),
                (root, directories.iter().map(|&d| d.into()).collect()),
                "{file}"
            );
        }
        #[cfg(unix)]
        assert_eq!(parsed("/link/../x.drv").directories, ["link", ".."], "a link may lead elsewhere");
    }

    #[test]
    fn behind_the_prefix_everything_is_literal() {
        let name = parsed(r"\\?\c:\Dir x\y.drv");
        assert_eq!(
            (name.root, name.directories, name.base),
            (Root::Drive('C'), vec!["Dir x".into()], "y.drv".into())
        );
        assert_eq!(parsed(r"\\?\UNC\s\t\y.drv").directories, ["s", "t"]);
        for file in [
            r"\\?\",
            r"\\?\C:",
            r"\\?\C:\",
            r"\\?\C:x",
            r"\\?\x",
            r"\\?\C:\a\..\x",
            r"\\?\C:\.\x",
            r"\\?\C:\a/x",
            r"\\?\C:\\x",
            r"\\?\unc\s\x",
        ] {
            assert_eq!(FileName::parse(file), None, "{file}");
        }
    }

    #[test]
    fn what_names_no_file_is_refused() {
        for file in
            ["", ".", "..", "/", r"\", r"C:\", "C:", "C:.", "sub/", "sub/.", "a/..", r"\\s\x.drv", r"\\s"]
        {
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
        for separator in ['\t', '\u{a0}', '\u{b}'] {
            let name = format!("synth.drv{separator}x");
            assert_eq!(of(&name, false), [name.as_str()], "only a space separates");
        }
    }
}

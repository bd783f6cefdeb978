//! The names in a directory, for matches without regard to case.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use opendriver_config::fold;

/// Reads directories: each time anew, or each only once.
#[derive(Default)]
pub(crate) struct Listings {
    known: Option<RefCell<HashMap<PathBuf, Rc<Names>>>>,
}

/// The names of a directory's entries by their folded forms.
type Names = HashMap<String, Vec<OsString>>;

impl Listings {
    /// Each directory is read when it is asked for, so that what is found is what is there.
    pub(crate) fn fresh() -> Listings {
        Listings::default()
    }

    /// Each directory is read once, for one pass over many names.
    pub(crate) fn kept() -> Listings {
        Listings { known: Some(RefCell::default()) }
    }

    /// The entries of `directory` that are called like one of the candidates but for case, in the order of the
    /// candidates and then of their names, so that the choice does not depend on the file system.
    pub(crate) fn in_any_case(&self, directory: &Path, candidates: &[String]) -> Vec<PathBuf> {
        let mut folded: Vec<String> = candidates.iter().map(|name| fold(name)).collect();
        let Some(known) = &self.known else { return scan(directory, &folded) };
        let known = known.borrow().get(directory).cloned();
        let names = known.unwrap_or_else(|| self.read(directory));
        // Two candidates that differ in case only are one here.
        let mut seen = 0;
        while seen < folded.len() {
            if folded[..seen].contains(&folded[seen]) {
                folded.remove(seen);
            } else {
                seen += 1;
            }
        }
        folded.iter().filter_map(|name| names.get(name)).flatten().map(|name| directory.join(name)).collect()
    }

    fn read(&self, directory: &Path) -> Rc<Names> {
        let mut names = Names::new();
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if let Some(text) = name.to_str() {
                names.entry(fold(text)).or_default().push(name);
            }
        }
        names.values_mut().for_each(|same| same.sort());
        let names = Rc::new(names);
        if let Some(known) = &self.known {
            known.borrow_mut().insert(directory.to_path_buf(), names.clone());
        }
        names
    }
}

/// Reads a directory for these names only.
fn scan(directory: &Path, folded: &[String]) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut matches: Vec<(usize, PathBuf)> = entries
        .filter_map(|entry| {
            let name = fold(entry.file_name().to_str()?);
            Some((folded.iter().position(|candidate| *candidate == name)?, entry.path()))
        })
        .collect();
    matches.sort();
    matches.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_find_the_same_and_only_one_notices_what_is_new() {
        let directory = tempfile::TempDir::new().expect("a directory");
        let make = |name: &str| fs::write(directory.path().join(name), "").expect("it can be made");
        ["B.drv", "A.DRV", "other", "a.Drv"].into_iter().for_each(make);
        let (fresh, kept) = (Listings::fresh(), Listings::kept());
        let names = |listings: &Listings, candidates: &[&str]| -> Vec<String> {
            let candidates: Vec<String> = candidates.iter().map(|name| (*name).to_owned()).collect();
            let found = listings.in_any_case(directory.path(), &candidates);
            let name = |path: PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
            found.into_iter().filter_map(name).collect()
        };
        for listings in [&fresh, &kept] {
            assert_eq!(names(listings, &["b.drv", "a.drv", "B.DRV"]), ["B.drv", "A.DRV", "a.Drv"]);
            assert_eq!(names(listings, &["c.drv"]), [""; 0]);
        }
        make("C.drv");
        assert_eq!(names(&fresh, &["c.drv"]), ["C.drv"]);
        assert_eq!(names(&kept, &["c.drv"]), [""; 0], "the pass goes on with what was there at its start");
        assert!(kept.in_any_case(&directory.path().join("none"), &["a".to_owned()]).is_empty());
    }
}

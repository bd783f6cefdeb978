//! What traces call handles and modules: h1, h2, ... and m1, m2, ... in the order of first sight.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::event::hex;

/// One loading of a module; loading it again is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModuleIndex(usize);

#[derive(Default)]
pub(crate) struct Names {
    /// Handles of our manager do not come back within any script, so a value is one instance.
    handles: HashMap<u64, usize>,
    /// The module of each instance that has got a message.
    receivers: HashMap<u64, ModuleIndex>,
    /// All that ever were loaded.
    modules: Vec<Module>,
    /// Those that are, the latest last: they are looked through for each message.
    loaded: Vec<ModuleIndex>,
    named_modules: usize,
}

struct Module {
    /// Its number, once somebody has asked for it.
    name: Option<usize>,
    driver: String,
    file: PathBuf,
    /// What the manager calls it.
    value: Option<usize>,
    /// How many loads are not taken back.
    uses: usize,
}

impl Names {
    /// The name of a value that is, or was, the handle of an instance.
    pub(crate) fn handle(&mut self, raw: u64) -> String {
        if raw == 0 {
            return "0".to_owned();
        }
        let next = self.handles.len() + 1;
        format!("h{}", self.handles.entry(raw).or_insert(next))
    }

    /// The name of a value that may be the handle of an instance, or any number.
    pub(crate) fn handle_or_number(&self, raw: u64) -> String {
        self.handles.get(&raw).map_or_else(|| hex(raw), |name| format!("h{name}"))
    }

    /// A module is loaded from a file. Says whether it was not before.
    pub(crate) fn attach(&mut self, driver: &str, file: &Path) -> (ModuleIndex, bool) {
        if let Some(index) = self.loaded_at(file) {
            self.modules[index.0].uses += 1;
            return (index, false);
        }
        let index = ModuleIndex(self.modules.len());
        self.loaded.push(index);
        self.modules.push(Module {
            name: None,
            driver: driver.to_owned(),
            file: file.to_path_buf(),
            value: None,
            uses: 1,
        });
        (index, true)
    }

    /// One load is taken back. The module, if that was the last.
    pub(crate) fn detach(&mut self, file: &Path) -> Option<ModuleIndex> {
        let index = self.loaded_at(file)?;
        let module = &mut self.modules[index.0];
        module.uses -= 1;
        if module.uses > 0 {
            return None;
        }
        self.loaded.retain(|other| *other != index);
        Some(index)
    }

    /// The modules that are loaded, the latest first.
    pub(crate) fn loaded(&self) -> Vec<ModuleIndex> {
        self.loaded.iter().rev().copied().collect()
    }

    pub(crate) fn loaded_at(&self, file: &Path) -> Option<ModuleIndex> {
        self.loaded.iter().rev().copied().find(|index| self.modules[index.0].file == file)
    }

    /// The module that was loaded from there last, whether it still is or not.
    pub(crate) fn last_at(&self, file: &Path) -> Option<ModuleIndex> {
        self.modules.iter().rposition(|module| module.file == file).map(ModuleIndex)
    }

    pub(crate) fn module(&mut self, index: ModuleIndex) -> String {
        let module = &mut self.modules[index.0];
        let name = *module.name.get_or_insert_with(|| {
            self.named_modules += 1;
            self.named_modules
        });
        format!("m{name}")
    }

    pub(crate) fn driver(&self, index: ModuleIndex) -> &str {
        &self.modules[index.0].driver
    }

    pub(crate) fn file(&self, index: ModuleIndex) -> &Path {
        &self.modules[index.0].file
    }

    /// Remembers what the manager calls a module.
    pub(crate) fn bind(&mut self, index: ModuleIndex, value: usize) {
        self.modules[index.0].value = Some(value);
    }

    /// The loaded module that the manager calls so.
    pub(crate) fn bound(&self, value: usize) -> Option<ModuleIndex> {
        self.loaded.iter().rev().copied().find(|index| self.modules[index.0].value == Some(value))
    }

    /// The module of an instance, from its first message on.
    pub(crate) fn receiver(&self, handle: u64) -> Option<ModuleIndex> {
        self.receivers.get(&handle).copied()
    }

    pub(crate) fn set_receiver(&mut self, handle: u64, module: ModuleIndex) {
        self.receivers.insert(handle, module);
    }

    /// A number for a module: what the manager calls it, or one that no handle and no other module has.
    pub(crate) fn address(&self, index: ModuleIndex) -> usize {
        self.value(index).unwrap_or(index.0 + 1)
    }

    /// What the manager calls a module, if it has used it.
    pub(crate) fn value(&self, index: ModuleIndex) -> Option<usize> {
        self.modules[index.0].value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_loaded_is_found_the_latest_first() {
        let [a, b] = ["a.drv", "b.drv"].map(Path::new);
        let mut names = Names::default();
        let (first, fresh) = names.attach("a", a);
        assert!(fresh);
        let (other, _) = names.attach("b", b);
        assert_eq!(names.attach("a", a), (first, false));
        names.bind(first, 7);
        names.bind(other, 7);
        assert_eq!((names.loaded(), names.bound(7)), (vec![other, first], Some(other)));
        assert_eq!((names.detach(a), names.loaded_at(a)), (None, Some(first)));
        assert_eq!((names.detach(a), names.loaded_at(a), names.detach(a)), (Some(first), None, None));
        let (again, fresh) = names.attach("a", a);
        assert!(fresh && again != first);
        assert_eq!((names.loaded(), names.last_at(a)), (vec![again, other], Some(again)));
        assert_eq!((names.detach(b), names.bound(7)), (Some(other), None));
    }

    #[test]
    fn modules_that_are_gone_cost_nothing() {
        let file = Path::new("a.drv");
        let mut names = Names::default();
        // Looked through each time, those before would make it take minutes.
        for _ in 0..200_000 {
            let (index, _) = names.attach("a", file);
            names.bind(index, 7);
            assert_eq!((names.loaded_at(file), names.bound(7)), (Some(index), Some(index)));
            assert_eq!(names.detach(file), Some(index));
        }
        assert_eq!((names.loaded(), names.bound(7)), (vec![], None));
    }
}

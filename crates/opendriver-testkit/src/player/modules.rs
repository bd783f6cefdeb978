//! GetModuleHandle, LoadLibrary, FreeLibrary: libraries besides the manager.

use opendriver::config::fold;

use super::place::library_name;
use super::value::Value;
use crate::stage::Stage;

impl Stage {
    /// The loaded module of a name.
    pub(super) fn module_by_name(&self, name: Option<&str>) -> Value {
        let Some(name) = name else { return Value::Null };
        let wanted = fold(&library_name(name));
        let with_path = wanted.contains(['\\', '/', ':']);
        let mut names = self.names();
        let found = names.loaded().into_iter().rev().find(|index| {
            let file = names.file(*index);
            let shown = self.place.shown(file);
            let own = if with_path { &shown[..] } else { shown.rsplit('\\').next().unwrap_or_default() };
            fold(own) == wanted.replace('/', "\\")
        });
        let file = match found {
            Some(index) => Some(names.file(index).to_path_buf()),
            None => self.place.library(name),
        };
        // The word of the system goes before that of the trace, if it says anything.
        match (found, file.as_deref().and_then(|file| self.drivers.is_loaded(file))) {
            (Some(_), Some(false)) => Value::Null,
            (Some(index), _) => Value::Module(index),
            (None, Some(true)) => {
                let last = file.and_then(|file| names.last_at(&file));
                last.map_or(Value::Null, |index| {
                    names.module(index);
                    Value::Module(index)
                })
            }
            (None, _) => Value::Null,
        }
    }

    pub(super) fn load_library(&self, name: Option<&str>) -> Value {
        let loaded = match self.module_by_name(name) {
            Value::Module(index) => Some(self.names().file(index).to_path_buf()),
            _ => name.and_then(|name| self.place.library(name)),
        };
        let Some(file) = loaded else { return Value::Null };
        if !self.drivers.load_library(self, &file) {
            return Value::Null;
        }
        self.names().loaded_at(&file).map_or(Value::Null, Value::Module)
    }

    pub(super) fn free_library(&self, module: &Value) -> Value {
        let Value::Module(index) = module else { return Value::Number(0) };
        let file = self.names().file(*index).to_path_buf();
        let loaded = self.names().loaded_at(&file) == Some(*index);
        Value::Number((loaded && self.drivers.free_library(self, &file)).into())
    }
}

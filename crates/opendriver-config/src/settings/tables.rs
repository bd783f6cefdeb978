//! The tables `[sections.NAME]`, which play the part the registry plays on Windows.

use std::collections::HashMap;

use crate::diagnostic::Position;
use crate::fold::{fold, same};

/// Sections that are looked up before the INI file, in the order of the settings.
///
/// Names are compared without regard to case, but not trimmed, and values are taken as they stand: neither trimmed nor
/// unquoted. An empty value is there all the same (registry: Wine 8.0 measured).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SectionTables {
    tables: Vec<SectionTable>,
    /// Positions in `tables`, by folded name.
    index: HashMap<String, usize>,
}

/// A table `[sections.NAME]`.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SectionTable {
    /// The name, as it is spelled.
    pub name: String,
    values: Vec<TableValue>,
    /// Positions in `values`, by folded name.
    index: HashMap<String, usize>,
}

/// A value of a [`SectionTable`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableValue {
    /// The alias, as it is spelled.
    pub name: String,
    /// The line `filename parameters`, as it stands.
    pub line: String,
    /// Where the line stands in the settings; `None` if a program set it.
    pub position: Option<Position>,
}

impl SectionTables {
    /// The tables in order.
    pub fn iter(&self) -> impl Iterator<Item = &SectionTable> {
        self.tables.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The table of a name.
    pub fn table(&self, name: &str) -> Option<&SectionTable> {
        if self.tables.is_empty() {
            return None;
        }
        self.index.get(&fold(name)).map(|&at| &self.tables[at])
    }

    /// The value of a name in a section.
    pub fn get(&self, section: &str, name: &str) -> Option<&TableValue> {
        self.table(section)?.get(name)
    }

    /// Sets a value, as `RegSetValueEx` does: the spelling of a section or name that is there already stays.
    pub fn set(&mut self, section: &str, name: &str, line: &str) {
        let table = self.table_mut(section);
        let value = TableValue { name: name.to_owned(), line: line.to_owned(), position: None };
        match table.index.get(&fold(name)) {
            Some(&at) => table.values[at] = TableValue { name: table.values[at].name.clone(), ..value },
            None => {
                let _ = table.add(value);
            }
        }
    }

    /// The table of a name, made if it does not exist.
    pub(crate) fn table_mut(&mut self, name: &str) -> &mut SectionTable {
        let at = *self.index.entry(fold(name)).or_insert_with(|| {
            self.tables.push(SectionTable { name: name.to_owned(), ..SectionTable::default() });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }
}

impl SectionTable {
    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = &TableValue> {
        self.values.iter()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&TableValue> {
        self.index.get(&fold(name)).map(|&at| &self.values[at])
    }

    /// Whether this is the section of a name.
    pub fn is_named(&self, name: &str) -> bool {
        same(&self.name, name)
    }

    /// Adds a value; false if there is one of that name.
    pub(crate) fn add(&mut self, value: TableValue) -> bool {
        let name = fold(&value.name);
        if self.index.contains_key(&name) {
            return false;
        }
        self.index.insert(name, self.values.len());
        self.values.push(value);
        true
    }
}

//! The index: two tables of line numbers, hashed by the folded names that stand in the file itself.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use hashbrown::HashTable;

use super::IniRules;
use crate::fold;
use crate::source::{Kind, Source};

/// A section: its header and its lines.
pub(crate) struct SectionLines {
    /// The line of the header; `None` for the text before the first section, which Wine reads as section `""`.
    pub(crate) header: Option<usize>,
    /// The lines behind the header, up to the next header.
    pub(crate) lines: Range<usize>,
    /// False if an earlier section of the same name takes its place.
    pub(crate) counts: bool,
}

/// Finds sections and keys in constant time, whatever the size of the file.
pub(crate) struct Index {
    seed: u64,
    pub(crate) sections: Vec<SectionLines>,
    /// Numbers of sections that count.
    by_name: HashTable<usize>,
    /// Lines whose key is the first of its name in a section that counts. Half as wide as a line number could be, which
    /// keeps more of the table in the caches; lines beyond four thousand million are not indexed.
    by_key: HashTable<u32>,
}

impl Index {
    pub(crate) fn new(source: &Source) -> Index {
        let sections = divide(source);
        let readable = source.lines.iter().filter(|line| line.is_readable()).count();
        let mut index = Index {
            seed: RandomState::new().hash_one(0),
            by_name: HashTable::with_capacity(sections.len()),
            by_key: HashTable::with_capacity(readable),
            sections,
        };
        for number in 0..index.sections.len() {
            index.add(source, number);
        }
        index
    }

    /// Adds a section and its keys, unless an earlier one has the same name.
    fn add(&mut self, source: &Source, number: usize) {
        let Index { seed, sections, by_name, by_key } = self;
        let seed = *seed;
        let name = sections[number].header.map(|line| source.name(line)).unwrap_or_default();
        let hash = fold::hash(seed, &name);
        if by_name.find(hash, |&other| is_named(source, &sections[other], &name)).is_some() {
            return;
        }
        sections[number].counts = true;
        by_name.insert_unique(hash, number, |&other| {
            fold::hash(seed, &sections[other].header.map(|line| source.name(line)).unwrap_or_default())
        });
        let lines = sections[number].lines.clone();
        for line in lines.clone() {
            let Ok(narrow) = u32::try_from(line) else { break };
            if !source.lines[line].is_readable() {
                continue;
            }
            let hash = source.hash_name(line, seed_of(seed, number));
            let known = by_key.find(hash, |&other| {
                let other = other as usize;
                lines.contains(&other) && are_named_alike(source, other, line)
            });
            if known.is_none() {
                by_key.insert_unique(hash, narrow, |&other| {
                    let other = other as usize;
                    let number = sections.partition_point(|section| section.lines.end <= other);
                    source.hash_name(other, seed_of(seed, number))
                });
            }
        }
    }

    /// The number of the section of a name, which is trimmed already.
    pub(crate) fn section(&self, source: &Source, name: &str) -> Option<usize> {
        let hash = fold::hash(self.seed, name);
        self.by_name.find(hash, |&number| is_named(source, &self.sections[number], name)).copied()
    }

    /// The line of a key, which is trimmed already, in a section that counts.
    pub(crate) fn key(&self, source: &Source, section: usize, key: &str) -> Option<usize> {
        let hash = fold::hash(seed_of(self.seed, section), key);
        let lines = &self.sections[section].lines;
        let found = self
            .by_key
            .find(hash, |&line| lines.contains(&(line as usize)) && source.is_named(line as usize, key));
        found.map(|&line| line as usize)
    }
}

/// The sections of a file, none of them known to count yet.
fn divide(source: &Source) -> Vec<SectionLines> {
    let mut sections = Vec::new();
    let mut open = SectionLines { header: None, lines: 0..0, counts: false };
    for (number, line) in source.lines.iter().enumerate() {
        if line.kind == Kind::Header {
            open.lines.end = number;
            let next = SectionLines { header: Some(number), lines: number + 1..number + 1, counts: false };
            sections.push(std::mem::replace(&mut open, next));
        }
    }
    open.lines.end = source.lines.len();
    sections.push(open);
    // Windows never finds what stands before the first section.
    if source.rules == IniRules::Windows {
        sections.remove(0);
    }
    sections
}

fn is_named(source: &Source, section: &SectionLines, name: &str) -> bool {
    section.header.map_or(name.is_empty(), |line| source.is_named(line, name))
}

fn are_named_alike(source: &Source, a: usize, b: usize) -> bool {
    source.is_named(a, &source.name(b))
}

/// The seed of the keys of a section, so that equal keys in many sections do not collide.
fn seed_of(seed: u64, section: usize) -> u64 {
    seed ^ (section as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

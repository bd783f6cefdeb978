//! Names without regard to case: the comparison and the hash that go with it.

use std::iter;

/// Folds a name the way names are compared everywhere here: each character to upper case, by itself.
///
/// A character whose upper case is more than one character (`ß`) stays as it is, so lengths in characters never
/// change. Two names are the same if their folded forms are equal.
///
/// # Windows behaviour
///
/// Windows compares section and key names, and the names of registry values, without regard to case beyond ASCII too
/// (registry: Wine 8.0 measured). Its table is that of the Windows version; ours is Unicode's.
///
/// ```
/// assert_eq!(opendriver_config::fold("Größe.drv"), "GRÖßE.DRV");
/// ```
pub fn fold(name: &str) -> String {
    name.chars().map(fold_char).collect()
}

/// Whether two names are the same, by [`fold`].
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.chars().map(fold_char).eq(b.chars().map(fold_char))
}

pub(crate) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// The hash of a folded name, one character after the other, so that nothing need be copied. Seeded per table: a file
/// cannot be written so that all its keys collide.
#[derive(Clone, Copy)]
pub(crate) struct NameHash(u64);

impl NameHash {
    pub(crate) fn new(seed: u64) -> Self {
        NameHash(seed)
    }

    #[inline]
    pub(crate) fn push(&mut self, c: char) {
        const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
        self.0 = (self.0.rotate_left(26) ^ u64::from(u32::from(c))).wrapping_mul(FACTOR);
    }

    /// Adds what is ASCII of `bytes`, folded; false at the first byte that is not.
    #[inline]
    pub(crate) fn push_ascii(&mut self, bytes: &[u8]) -> bool {
        for &byte in bytes {
            if !byte.is_ascii() {
                return false;
            }
            self.push(char::from(byte.to_ascii_uppercase()));
        }
        true
    }

    #[inline]
    pub(crate) fn push_str(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(fold_char(c)));
    }

    pub(crate) fn finish(self) -> u64 {
        // The last characters reached only the high bits; the table wants all of them to count.
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed ^ (mixed >> 32)
    }
}

/// The name in `candidates` that `wrong` most likely stands for: at most a third of its characters differ.
pub(crate) fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = fold(wrong).replace('-', "_");
    candidates
        .into_iter()
        .map(|candidate| (distance(&wrong, &fold(candidate).replace('-', "_")), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = iter::once(change).chain([row[j] + 1, diagonal + 1]).min().unwrap_or(change);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_goes_beyond_ascii_and_keeps_lengths() {
        assert!(same("orcéЖ", "ORCÉж"));
        assert!(same("straße", "STRAßE"));
        assert!(!same("straße", "STRASSE"));
        assert!(!same("a", "ab"));
    }

    #[test]
    fn equal_names_have_equal_hashes() {
        let hash = |text: &str| {
            let mut hash = NameHash::new(7);
            hash.push_str(text);
            hash.finish()
        };
        let mut bytes = NameHash::new(7);
        assert!(bytes.push_ascii(b"vidc.cvid"));
        assert_eq!(bytes.finish(), hash("VIDC.CVID"));
        assert_eq!(hash("é"), hash("É"));
        assert_ne!(hash("ab"), hash("ba"));
        assert!(!NameHash::new(7).push_ascii(b"\xE9"));
    }

    #[test]
    fn the_nearest_name_is_found_or_none() {
        let known = ["personality", "profile", "search_path"];
        assert_eq!(nearest("personalty", known), Some("personality"));
        assert_eq!(nearest("search-path", known), Some("search_path"));
        assert_eq!(nearest("colour", known), None);
    }
}

//! Names without regard to case: the comparison and the hash that go with it.

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
    if name.is_ascii() {
        return name.to_ascii_uppercase();
    }
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

/// The hash of a folded name, eight bytes at a time. Names that are [`same`] have the same hash. Seeded per table: a
/// file cannot be written so that all its keys collide.
pub(crate) fn hash(seed: u64, name: &str) -> u64 {
    hash_ascii(seed, name.as_bytes()).unwrap_or_else(|| hash_folded(seed, &fold(name)))
}

/// The hash of a name that is ASCII; `None` if it is not.
#[inline]
pub(crate) fn hash_ascii(seed: u64, name: &[u8]) -> Option<u64> {
    let mut hash = seed ^ name.len() as u64;
    let mut seen = 0;
    let mut add = |word: u64| {
        seen |= word;
        hash = mix(hash, upper(word));
    };
    let (words, rest) = name.as_chunks::<8>();
    words.iter().for_each(|word| add(u64::from_le_bytes(*word)));
    match (rest, name.last_chunk::<8>()) {
        ([], _) => {}
        // Some of these were counted already; that does no harm, and saves putting the last ones together.
        (_, Some(last)) => add(u64::from_le_bytes(*last)),
        (rest, None) => add(rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))),
    }
    (seen & HIGH_BITS == 0).then(|| mix(hash, seed))
}

/// The hash of a folded name. Folding may have made it ASCII (`ı` becomes `I`), which hashes as such.
fn hash_folded(seed: u64, folded: &str) -> u64 {
    hash_ascii(seed, folded.as_bytes())
        .unwrap_or_else(|| folded.chars().fold(seed, |hash, c| mix(hash, u64::from(u32::from(c)))))
}

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Eight ASCII characters in upper case: bit 0x20 is cleared where a byte is from `a` to `z`.
#[inline]
fn upper(word: u64) -> u64 {
    let above_z = word.wrapping_add(0x0505_0505_0505_0505);
    let from_a = word.wrapping_add(0x1F1F_1F1F_1F1F_1F1F);
    word ^ (((from_a ^ above_z) & HIGH_BITS) >> 2)
}

/// Both halves of the product: every bit of the input reaches the low and the high bits, and the table wants both.
#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * 0x9E37_79B9_7F4A_7C15_u128;
    (product as u64) ^ ((product >> 64) as u64)
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
        for (a, b) in [
            ("vidc.cvid.long", "VIDC.CVID.Long"),
            ("é", "É"),
            ("m\u{131}di", "MIDI"),
            ("", ""),
            ("az{`", "AZ{`"),
        ] {
            assert!(same(a, b));
            assert_eq!(hash(7, a), hash(7, b), "{a} {b}");
        }
        assert_eq!(hash_ascii(7, b"Wave"), Some(hash(7, "wAVE")));
        assert_eq!(hash_ascii(7, b"\xE9"), None);
        for (a, b) in [("ab", "ba"), ("a", "a\0"), ("[", "{"), ("@", "`"), ("é", "è")] {
            assert_ne!(hash(7, a), hash(7, b), "{a} {b}");
        }
        assert_ne!(hash(7, "a"), hash(8, "a"));
    }

    #[test]
    fn every_byte_is_folded_as_rust_does() {
        for byte in 0..128_u8 {
            let folded = u64::from_le_bytes([byte.to_ascii_uppercase(); 8]);
            assert_eq!(upper(u64::from_le_bytes([byte; 8])), folded, "{byte}");
        }
    }
}

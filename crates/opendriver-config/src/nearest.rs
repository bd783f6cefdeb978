//! What a misspelt word was probably meant to be.

use crate::fold::fold_char;

/// Nobody mistypes a longer word, and comparing two costs the product of their lengths.
const LONGEST: usize = 64;
/// More than this would be a list and no hint.
const MOST: usize = 3;

/// The candidates that a word most likely stands for, the best first and at most three; of equally good ones those
/// that come first.
///
/// A third of the letters may be wrong, three at most and one in a short word, but not all of a candidate. Put in, left
/// out, replaced, or swapped with its neighbour is one letter wrong. The case of letters and `-` for `_` do not count,
/// nor do blanks around the word. Words of more than 64 characters resemble none.
///
/// For the hints of this and the other crates of the workspace; no promise is made about which candidates it finds.
#[doc(hidden)]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let Some((word, length)) = comparable(word.trim()) else { return Vec::new() };
    let limit = (length / 3).clamp(1, 3);
    let mut close: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let (letters, count) = comparable(candidate)?;
            // Each letter more or less is a wrong one.
            if count.abs_diff(length) > limit {
                return None;
            }
            let distance = strsim::osa_distance(&word, &letters);
            (distance <= limit && distance < count).then_some((distance, candidate))
        })
        .collect();
    close.sort_by_key(|(distance, _)| *distance);
    let mut found = Vec::new();
    for (_, candidate) in close {
        if found.len() < MOST && !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

/// A word as it is compared, and how many characters it has; `None` if they are too many.
fn comparable(word: &str) -> Option<(String, usize)> {
    let length = word.chars().take(LONGEST + 1).count();
    let letter = |c| if c == '-' { '_' } else { fold_char(c) };
    (length <= LONGEST).then(|| (word.chars().map(letter).collect(), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_through_and_another_word_is_not() {
        let settings = ["personality", "profile", "search_path", "win32"];
        let fields = ["log", "name", "script", "setup", "oracle"];
        let sections = ["Drivers32", "driver", "\u{e9}t\u{e9}"];
        for (word, known, meant) in [
            ("personalty", &settings[..], Some("personality")),
            ("search-path", &settings, Some("search_path")),
            ("Search-Paht", &settings, Some("search_path")),
            ("win23", &settings, Some("win32")),
            ("colour", &settings, None),
            ("lgo", &fields, Some("log")),
            ("Name", &fields, Some("name")),
            ("scripts", &fields, Some("script")),
            ("scrip", &fields, Some("script")),
            ("sctipt", &fields, Some("script")),
            ("setpu", &fields, Some("setup")),
            ("trace", &fields, None),
            ("x", &fields, None),
            ("", &fields, None),
            (" DRIVER32 ", &sections, Some("Drivers32")),
            ("\u{c9}T\u{c8}", &sections, Some("\u{e9}t\u{e9}")),
        ] {
            assert_eq!(nearest(word, known.iter().copied()).first().copied(), meant, "{word}");
        }
    }

    #[test]
    fn the_closest_come_first_each_once_and_three_at_most() {
        let known = ["wave", "midi1", "midi", "aux", "MIDI2", "midi1", "midi3"];
        assert_eq!(nearest("midi", known), ["midi", "midi1", "MIDI2"]);
        assert_eq!(nearest("Mdii", known), ["midi"]);
        assert!(nearest("mixer", known).is_empty());
        // Nothing of it would be left.
        assert!(nearest("x", ["a"]).is_empty());
        assert!(nearest("", ["a"]).is_empty());
    }

    #[test]
    fn words_too_long_to_be_compared_resemble_nothing_and_cost_nothing() {
        let at_most = "x".repeat(LONGEST);
        let typo = format!("{}y", &at_most[1..]);
        assert_eq!(nearest(&typo, [at_most.as_str()]), [at_most.as_str()]);
        // Compared letter by letter these would take days.
        let huge = "x".repeat(10_000_000);
        let other = format!("{huge}y");
        assert!(nearest(&huge, [other.as_str(), "midi"]).is_empty());
        assert!(nearest("midi", [huge.as_str()]).is_empty());
        assert_eq!(nearest("midj", [huge.as_str(), "midi"]), ["midi"]);
    }
}

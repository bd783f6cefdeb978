//! Names that may have been meant.

/// Nobody mistypes a longer name, and comparing two costs the product of their lengths.
const LONGEST: usize = 64;

/// The candidates that resemble a name, without regard to case, the best first and at most three. Names of more than
/// 64 characters resemble none.
pub(crate) fn to<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let Some(name) = comparable(name.trim()) else { return Vec::new() };
    // A third of the letters may be wrong, but not the only one.
    let limit = name.len().div_ceil(3).min(3);
    let mut close: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let letters = comparable(candidate)?;
            // Each letter more or less is an edit.
            if letters.len().abs_diff(name.len()) > limit {
                return None;
            }
            let distance = distance(&name, &letters);
            (distance <= limit && distance < letters.len()).then_some((distance, candidate))
        })
        .collect();
    close.sort_by_key(|(distance, _)| *distance);
    close.dedup_by(|(_, later), (_, earlier)| later == earlier);
    close.truncate(3);
    close.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The letters of a name in lower case; `None` if there are too many to compare.
fn comparable(name: &str) -> Option<Vec<char>> {
    let letters: Vec<char> = name.chars().take(LONGEST + 1).collect();
    (letters.len() <= LONGEST).then(|| letters.into_iter().flat_map(char::to_lowercase).collect())
}

/// How many letters must be put in, left out, replaced, or swapped with their neighbour (optimal string alignment).
fn distance(from: &[char], to: &[char]) -> usize {
    // The rows of the letter, of the one before it and of the one before that.
    let mut row: Vec<usize> = (0..=to.len()).collect();
    let (mut above, mut higher) = (row.clone(), row.clone());
    for i in 1..=from.len() {
        std::mem::swap(&mut higher, &mut above);
        std::mem::swap(&mut above, &mut row);
        row[0] = i;
        for j in 1..=to.len() {
            let replaced = above[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(higher[j - 2] + 1);
            }
            row[j] = best;
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_single_edits() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("midi", "midi", 0),
            ("mdii", "midi", 1),
            ("wave", "wave1", 1),
            ("ab", "cd", 2),
            ("abc", "", 3),
            ("abcd", "badc", 2),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            let letters = |name: &str| name.chars().collect::<Vec<char>>();
            assert_eq!(distance(&letters(from), &letters(to)), expected, "{from} {to}");
        }
    }

    #[test]
    fn only_what_is_close_is_proposed_and_the_closest_first() {
        let known = ["wave", "midi", "midi1", "aux", "MIDI2"];
        assert_eq!(to("midi", known), ["midi", "midi1", "MIDI2"]);
        assert_eq!(to("Mdii", known), ["midi", "midi1", "MIDI2"]);
        assert!(to("mixer", known).is_empty());
        assert!(to("", known).is_empty());
        assert!(to("x", ["a"]).is_empty());
    }

    #[test]
    fn names_too_long_to_be_compared_resemble_nothing_and_cost_nothing() {
        let at_most = "x".repeat(LONGEST);
        let typo = format!("{}y", &at_most[1..]);
        assert_eq!(to(&typo, [at_most.as_str()]), [at_most.as_str()]);
        // Compared letter by letter these would take days.
        let huge = "x".repeat(10_000_000);
        let other = format!("{huge}y");
        assert!(to(&huge, [other.as_str(), "midi"]).is_empty());
        assert!(to("midi", [huge.as_str()]).is_empty());
        assert_eq!(to("midj", [huge.as_str(), "midi"]), ["midi"]);
    }
}

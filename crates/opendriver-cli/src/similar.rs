//! Names that may have been meant.

/// The candidates that resemble a name, without regard to case, the best first and at most three.
pub(crate) fn to<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.trim().to_lowercase();
    // A third of the letters may be wrong, but not the only one.
    let limit = name.chars().count().div_ceil(3).min(3);
    let mut close: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .collect();
    close.sort_by_key(|(distance, _)| *distance);
    close.dedup_by(|(_, later), (_, earlier)| later == earlier);
    close.truncate(3);
    close.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How many letters must be put in, left out, replaced, or swapped with their neighbour (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
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
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
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
}

//! What a misspelt word was probably meant to be.

/// The first of the known words that resembles one: in another case, begun or gone on with, or with one slip.
pub(crate) fn similar<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_ascii_lowercase();
    let close = |known: &&str| {
        let known = known.to_ascii_lowercase();
        known == folded
            || known.len().abs_diff(folded.len()) <= 2
                && (known.starts_with(&folded) || folded.starts_with(&known) || one_slip(&known, &folded))
    };
    known.into_iter().find(close)
}

/// Whether one character less, more, or other, or two neighbours the other way round, makes one of the other.
fn one_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let longest = one.len().max(other.len());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let swapped = || {
        one.len() == other.len()
            && head + tail + 2 == longest
            && one[head] == other[head + 1]
            && one[head + 1] == other[head]
    };
    longest > 1 && (head + tail + 1 >= longest || swapped())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_seen_through_and_another_word_is_not() {
        let known = ["log", "name", "script", "setup"];
        for (word, meant) in [
            ("lgo", Some("log")),
            ("Name", Some("name")),
            ("scripts", Some("script")),
            ("scrip", Some("script")),
            ("sctipt", Some("script")),
            ("setpu", Some("setup")),
            ("trace", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(similar(word, known), meant, "{word}");
        }
    }
}

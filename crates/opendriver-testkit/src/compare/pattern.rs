//! Lines with wildcards: which lines they describe, and how they are written.

use std::borrow::Cow;

use super::normalised;
use crate::player::Trace;

/// The events of a play as [`normalised`] lines, with `*` for what was another in a second play of the same script:
/// addresses, above all, which drivers like to have as their ids. A `*` that both have is written as `\*`. Where not
/// even the lines go together, they are those of the first play.
pub fn constant(one: &Trace, other: &Trace) -> Vec<String> {
    let (one, other) = (normalised(&one.events), normalised(&other.events));
    let together = one.iter().zip(&other).map(|(one, other)| common(one, other));
    let lines: Option<Vec<String>> = together.collect();
    lines
        .filter(|_| one.len() == other.len())
        .unwrap_or_else(|| one.iter().map(|line| literally(line)).collect())
}

/// The line with `*` for the words, or values behind `=`, that the other has differently; `None` if the lines are not
/// of one kind.
fn common(one: &str, other: &str) -> Option<String> {
    let words = |line: &str| line.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (words(one), words(other));
    let same_kind = one.len() == other.len()
        && one.iter().find(|word| *word != " ") == other.iter().find(|word| *word != " ");
    let word = |(one, other): (&String, &String)| {
        if one == other {
            return literally(one);
        }
        let blank = if one.ends_with(' ') { " " } else { "" };
        match (one.split_once('='), other.split_once('=')) {
            (Some((name, _)), Some((same, _))) if name == same => format!("{}=*{blank}", literally(name)),
            _ => format!("*{blank}"),
        }
    };
    same_kind.then(|| one.iter().zip(&other).map(word).collect())
}

/// Whether a line is what an expected line with wildcards describes.
pub(crate) fn matches(pattern: &str, line: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == line;
    }
    // No wildcard reaches over a blank, so word goes with word.
    let mut words = line.split_inclusive(char::is_whitespace);
    let mut patterns = pattern.split_inclusive(char::is_whitespace).peekable();
    while let Some(pattern) = patterns.next() {
        let word = match words.next() {
            Some(word) => word,
            None if patterns.peek().is_none() => "",
            None => return false,
        };
        if !word_matches(pattern, word) {
            return false;
        }
    }
    words.next().is_none()
}

/// A word with its blank; each wildcard takes as little as it can, which finds a match if there is one.
fn word_matches(pattern: &str, word: &str) -> bool {
    let plain = pattern.find(['*', '\\']).unwrap_or(pattern.len());
    if !word.starts_with(&pattern[..plain]) {
        return false;
    }
    let pieces = pieces(pattern);
    let (Some((head, rest)), true) =
        (pieces.split_first(), pattern.ends_with(char::is_whitespace) == word.ends_with(char::is_whitespace))
    else {
        return false;
    };
    let Some((tail, middle)) = rest.split_last() else { return head == word };
    let Some(mut word) = word.strip_prefix(head.as_ref()) else { return false };
    for part in middle {
        let Some(at) = word.find(part.as_ref()) else { return false };
        word = &word[at + part.len()..];
    }
    word.ends_with(tail.as_ref())
}

/// What stands before, between and behind the wildcards of a pattern.
fn pieces(pattern: &str) -> Vec<Cow<'_, str>> {
    if !pattern.contains(r"\*") {
        return pattern.split('*').map(Cow::from).collect();
    }
    let mut pieces = vec![String::new()];
    for token in tokens(pattern) {
        match (token, pieces.last_mut()) {
            ("*", _) => pieces.push(String::new()),
            (token, Some(piece)) => piece.push_str(if token == r"\*" { "*" } else { token }),
            (_, None) => {}
        }
    }
    pieces.into_iter().map(Cow::from).collect()
}

/// Whether a pattern has a `*` that is no `\*`.
pub(crate) fn has_wildcard(pattern: &str) -> bool {
    tokens(pattern).any(|token| token == "*")
}

/// The pattern that only this line matches.
pub(crate) fn literally(line: &str) -> String {
    tokens(line).map(|token| if token == "*" { r"\*" } else { token }).collect()
}

/// The characters of a line or a pattern; a backslash goes with the character that it escapes, as in the JSON strings
/// of which lines consist, so that `\\*` is an escaped backslash and a wildcard.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.chars();
        if chars.next()? == '\\' {
            chars.next();
        }
        let (token, after) = rest.split_at(rest.len() - chars.as_str().len());
        rest = after;
        Some(token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[test]
    fn wildcards_stay_within_a_word_and_take_linear_time() {
        for (pattern, line, fits) in [
            ("id=* l1=0", "id=0x12 l1=0", true),
            ("id=* l1=0", "id=0x12 x l1=0", false),
            ("*", "", true),
            ("x *", "x ", true),
            ("a*", "ab ", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("ab*ba", "aba", false),
            ("drvret *", "drvret 0x7f00", true),
            ("drvret *", "drvret", false),
            ("drvret *", "drvret 0x1 more", false),
            ("id=* l1=*", "id=0x1 l1=", true),
            ("id=*0 l1=0", "id=0x100 l1=0", true),
            ("plain", "plain", true),
            ("plain", "plainer", false),
            (r#"l1="\*.drv""#, r#"l1="*.drv""#, true),
            (r#"l1="\*.drv""#, r#"l1="x.drv""#, false),
            (r#"l1="\*.*""#, r#"l1="*.drv""#, true),
            (r#"l1="\*.*""#, r#"l1="x.drv""#, false),
            // An escaped backslash, and then a wildcard or an escaped star.
            (r#""C:\\*""#, r#""C:\\x""#, true),
            (r#""C:\\\*""#, r#""C:\\*""#, true),
            (r#""C:\\\*""#, r#""C:\\x""#, false),
            (r"a\* ", "a*", false),
            (r"\", r"\", true),
        ] {
            assert_eq!(matches(pattern, line), fits, "{pattern:?} {line:?}");
        }
        assert!(!matches(&format!("{}b", "*a".repeat(14)), &"a".repeat(5000)));
    }

    #[test]
    fn what_differs_from_play_to_play_becomes_a_wildcard() {
        let trace = |ids: &[&str]| {
            let event = |id: &&str| Event::new("drv", 1).with("drv", "x").with("id", *id).with("l2", "0x0");
            Trace { events: ids.iter().map(event).collect(), profile_after: None }
        };
        let (one, other) = (trace(&["0x1", "0xa"]), trace(&["0x1", "0xb"]));
        let lines = constant(&one, &other);
        assert_eq!(lines, ["  drv x - - - id=0x1 l2=0x0", "  drv x - - - id=* l2=0x0"]);
        assert!(lines.iter().zip(normalised(&other.events)).all(|(pattern, line)| matches(pattern, &line)));
        assert_eq!(constant(&one, &trace(&["0x1"])), normalised(&one.events));
        assert_eq!(common("  drvret 0x5", "  drvret 0x6").as_deref(), Some("  drvret *"));
        assert_eq!(common("call X", "ret X"), None);
    }

    #[test]
    fn a_star_that_happened_is_written_so_that_only_itself_matches() {
        let trace = |value: &str| Trace {
            events: vec![Event::new("ret", 0).with("buf", value).with("l2", "0x0")],
            profile_after: None,
        };
        let line = constant(&trace(r"*C:\*"), &trace(r"*C:\*")).remove(0);
        assert_eq!(line, r#"ret - - buf="\*C:\\\*" l2=0x0"#);
        assert!(matches(&line, &normalised(&trace(r"*C:\*").events)[0]));
        assert!(!matches(&line, &normalised(&trace(r"xC:\*").events)[0]));
        assert!(!has_wildcard(&line) && has_wildcard(r"a\\*") && !has_wildcard("a"));
        assert_eq!(constant(&trace("*"), &Trace::default()), [r#"ret - - buf="\*" l2=0x0"#]);
    }
}

//! Comparing what happened with what a recording expects, event by event.

mod pattern;

use std::fmt;

use opendriver::config::fold;
use serde_json::Value as Json;

pub use self::pattern::constant;
pub(crate) use self::pattern::{has_wildcard, literally, matches};
use crate::counted::without_counts;
use crate::event::Event;
use crate::player::Trace;
use crate::recording::{Expected, Recording};
use crate::script::{Function, Parameter};

/// A comparison of two traces as lines of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The lines of both, in order.
    pub lines: Vec<Line>,
}

/// A line of a [`Comparison`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Expected, and it happened.
    Same(String),
    /// Expected, and it did not happen.
    Missing(String),
    /// It happened, and was not expected.
    Extra(String),
}

impl Comparison {
    /// Compares a trace with what a recording expects. Where it expects nothing, everything is right. In a line of
    /// text that is expected, `*` stands for any characters but blanks: for numbers that differ from run to run. `\*` is
    /// the character itself.
    ///
    /// Where a recording has counts of what happens during `threads`, those of the trace are held against them. Where
    /// they vary in the recorded system because its threads race, DRV_LOAD, DRV_ENABLE, DRV_DISABLE and DRV_FREE
    /// balance here, which they may not do there.
    ///
    /// Paths, pointers and handles have been given names when the trace was written. What else is the same and
    /// looks different is: NULL in the place of a handle, which recordings write as `0`; and, where events are
    /// expected and not lines, file names in another case, since the recorded system does not tell them apart.
    pub fn of(recording: &Recording, trace: &Trace) -> Comparison {
        let mut got = normalised(&trace.events);
        let mut expected = match &recording.expected {
            Expected::Nothing => got.clone(),
            Expected::Events(events) => {
                got = lines(&trace.events, Case::Folded);
                lines(events, Case::Folded)
            }
            Expected::Lines(lines) => lines.clone(),
        };
        if let Some(after) = &recording.profile_after {
            let lines = profile_lines(Some(after)).into_iter();
            expected.extend(match recording.expected {
                Expected::Lines(_) => lines.map(|line| literally(&line)).collect(),
                _ => lines.collect::<Vec<String>>(),
            });
            got.extend(profile_lines(trace.profile_after.as_deref()));
        }
        if let (Some(wanted), Some(code)) = (recording.exit_code, trace.exit_code())
            && wanted != code
        {
            expected.push(format!("exit code {wanted}"));
            got.push(format!("exit code {code}"));
        }
        let threads = trace.events.iter().filter(|event| event.kind == "threads");
        for (index, (counted, threads)) in recording.counted.iter().zip(threads).enumerate() {
            for miscount in counted.miscounts(threads) {
                expected.push(format!("counted {} {}", index + 1, miscount.expected));
                got.push(format!("counted {} {}", index + 1, miscount.got));
            }
        }
        let same = match recording.expected {
            Expected::Lines(_) => matches,
            _ => |expected: &str, got: &str| expected == got,
        };
        Comparison { lines: diff(&expected, &got, same) }
    }

    /// Compares two traces that were written by the same player.
    pub fn of_traces(expected: &[Event], got: &[Event]) -> Comparison {
        Comparison { lines: diff(&normalised(expected), &normalised(got), |one, other| one == other) }
    }

    /// Whether everything that was expected happened, and nothing else.
    pub fn is_same(&self) -> bool {
        self.lines.iter().all(|line| matches!(line, Line::Same(_)))
    }

    /// What happened, whether it was expected or not.
    pub fn got(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Same(text) | Line::Extra(text) => Some(text.as_str()),
            Line::Missing(_) => None,
        })
    }

    /// How many lines differ.
    pub fn differences(&self) -> usize {
        self.lines.iter().filter(|line| !matches!(line, Line::Same(_))).count()
    }
}

/// How many lines around a difference are shown.
const CONTEXT: usize = 3;

impl fmt::Display for Comparison {
    /// A diff: `-` was expected, `+` happened instead; with some lines around each difference.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differs: Vec<bool> = self.lines.iter().map(|line| !matches!(line, Line::Same(_))).collect();
        let mut skipped = false;
        for (index, line) in self.lines.iter().enumerate() {
            let near = index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(differs.len());
            if !differs[near].contains(&true) {
                skipped = true;
                continue;
            }
            if std::mem::take(&mut skipped) {
                writeln!(f, "  ...")?;
            }
            match line {
                Line::Same(text) => writeln!(f, "  {text}")?,
                Line::Missing(text) => writeln!(f, "- {text}")?,
                Line::Extra(text) => writeln!(f, "+ {text}")?,
            }
        }
        if skipped { writeln!(f, "  ...") } else { Ok(()) }
    }
}

/// The events as lines of text, with NULL in the place of a handle written as `0`: the form in which expectations are
/// kept.
pub fn normalised(events: &[Event]) -> Vec<String> {
    lines(events, Case::Kept)
}

/// What becomes of the case of file names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Kept,
    /// The recorded system writes a file name as it was asked for, and this one as it is.
    Folded,
}

fn lines(events: &[Event], case: Case) -> Vec<String> {
    events.iter().map(|event| normalise(event.clone(), case).to_string()).collect()
}

fn normalise(event: Event, case: Case) -> Event {
    let mut event = without_counts(event);
    let function = Function::named(event.text("fn"));
    for (name, value) in &mut event.fields {
        match (name.as_str(), value) {
            ("args", Json::Array(values)) => {
                for (index, value) in values.iter_mut().enumerate() {
                    let parameter = function.map(|function| function.parameter(index));
                    let is_handle = matches!(parameter, Some(Parameter::Handle | Parameter::Module));
                    if is_handle && (value.is_null() || *value == "0x0") {
                        *value = "0".into();
                    }
                }
            }
            ("file", Json::String(file)) if case == Case::Folded => *file = fold(file),
            _ => {}
        }
    }
    event
}

fn profile_lines(text: Option<&str>) -> Vec<String> {
    match text {
        Some(text) => {
            text.split_inclusive('\n').map(|line| format!("SYSTEM.INI {}", Json::from(line))).collect()
        }
        None => vec!["SYSTEM.INI does not exist".to_owned()],
    }
}

/// Beyond this many pairs of lines the middle is not searched for what they have in common.
const MOST_PAIRS: usize = 16_000_000;

/// The longest common subsequence, and what each side has besides.
pub(crate) fn diff(expected: &[String], got: &[String], same: fn(&str, &str) -> bool) -> Vec<Line> {
    let head = expected.iter().zip(got).take_while(|(a, b)| same(a, b)).count();
    let (left, right) = (&expected[head..], &got[head..]);
    let tail = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| same(a, b)).count();
    let (left, right) = (&left[..left.len() - tail], &right[..right.len() - tail]);
    let mut lines: Vec<Line> = got[..head].iter().cloned().map(Line::Same).collect();
    lines.extend(middle(left, right, same));
    lines.extend(got[got.len() - tail..].iter().cloned().map(Line::Same));
    lines
}

fn middle(left: &[String], right: &[String], same: fn(&str, &str) -> bool) -> Vec<Line> {
    let missing = |line: &String| Line::Missing(line.clone());
    let extra = |line: &String| Line::Extra(line.clone());
    let width = right.len() + 1;
    if left.len().saturating_mul(width) > MOST_PAIRS {
        return left.iter().map(missing).chain(right.iter().map(extra)).collect();
    }
    // common[i * width + j]: length of what left[i..] and right[j..] have in common.
    let mut common = vec![0_u32; (left.len() + 1) * width];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            common[i * width + j] = if same(&left[i], &right[j]) {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < left.len() && j < right.len() {
        if same(&left[i], &right[j]) {
            lines.push(Line::Same(right[j].clone()));
            (i, j) = (i + 1, j + 1);
        } else if common[(i + 1) * width + j] >= common[i * width + j + 1] {
            lines.push(missing(&left[i]));
            i += 1;
        } else {
            lines.push(extra(&right[j]));
            j += 1;
        }
    }
    lines.extend(left[i..].iter().map(missing));
    lines.extend(right[j..].iter().map(extra));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn a_difference_is_found_wherever_it_is() {
        for (left, right, differences) in [
            ("abc", "abc", 0),
            ("abc", "abxc", 1),
            ("abc", "ac", 1),
            ("", "a", 1),
            ("a", "", 1),
            ("abcd", "xbcy", 4),
            ("aab", "ab", 1),
        ] {
            let comparison =
                Comparison { lines: diff(&letters(left), &letters(right), |one, other| one == other) };
            assert_eq!(comparison.differences(), differences, "{left} {right}\n{comparison}");
            let side = |keep: fn(&Line) -> Option<&String>| -> String {
                comparison.lines.iter().filter_map(keep).cloned().collect()
            };
            let of_left = |line: &Line| match line {
                Line::Same(text) | Line::Missing(text) => Some(text.clone()),
                Line::Extra(_) => None,
            };
            let rebuilt: String = comparison.lines.iter().filter_map(of_left).collect();
            assert_eq!(rebuilt, left);
            let right_side = side(|line| match line {
                Line::Same(text) | Line::Extra(text) => Some(text),
                Line::Missing(_) => None,
            });
            assert_eq!(right_side, right);
        }
    }

    #[test]
    fn a_diff_shows_the_neighbourhood() {
        let comparison =
            Comparison { lines: diff(&letters("abcdefghijk"), &letters("abcdefXhijk"), matches) };
        assert_eq!(comparison.to_string(), "  ...\n  d\n  e\n  f\n- g\n+ X\n  h\n  i\n  j\n  ...\n");
    }

    #[test]
    fn only_what_means_the_same_is_levelled() {
        let event = |json: &str| -> Event { serde_json::from_str(json).expect("an event") };
        let close = |handle: &str| {
            let json = format!(r#"{{"ev":"call","d":0,"fn":"CloseDriver","args":[{handle},"0x0","0x0"]}}"#);
            normalised(&[event(&json)])
        };
        assert_eq!(close("null"), close("\"0\""));
        assert_eq!(close("\"0x0\""), close("\"0\""));
        assert_ne!(close("\"0x1\""), close("\"0\""));
        let open = |section: &str| {
            let json = format!(r#"{{"ev":"call","d":0,"fn":"OpenDriver","args":["a",{section},"0x0"]}}"#);
            normalised(&[event(&json)])
        };
        assert_ne!(open("null"), open("\"\""));
        assert_ne!(open("null"), open("\"0\""));
    }
}

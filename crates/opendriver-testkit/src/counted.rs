//! How often drivers were called and libraries loaded during a `threads` statement: counted where a recording has
//! counts, and held against them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::event::Event;
use crate::stage::Counts;

/// The field of a `threads` event with the counts. It is no part of the line of text, since counts differ from play to
/// play where threads race.
const FIELD: &str = "counted";

/// What is counted, by the names that recordings have.
const NAMES: [&str; 9] = ["load", "enable", "open", "close", "disable", "free", "other", "attach", "detach"];
/// The messages that take a module up and down.
const LIFTS: [&str; 4] = ["load", "enable", "disable", "free"];

/// How often things happened during one `threads` statement of a recording: exactly, or between two numbers where the
/// threads raced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    ranges: BTreeMap<String, RangeInclusive<u64>>,
}

/// What a field of a recording says, and what was counted instead.
pub(crate) struct Miscount {
    pub(crate) expected: String,
    pub(crate) got: String,
}

impl Counted {
    /// The counts of a recording's plays, one list for each with an event for each `threads` statement, and those of
    /// more plays, which were counted together and so say something only of a single statement.
    pub(crate) fn of_plays(plays: &[Vec<Event>], repeated: Option<&Value>) -> Result<Vec<Counted>, String> {
        let statements = plays.first().map_or(1, Vec::len);
        if plays.iter().any(|play| play.len() != statements) {
            return Err("volatile: the plays do not have equally many counts".to_owned());
        }
        let mut counted = vec![Counted::default(); statements];
        for (index, counted) in counted.iter_mut().enumerate() {
            for name in NAMES {
                for value in plays.iter().filter_map(|play| play[index].get(name)) {
                    let number = value.as_u64();
                    counted
                        .widen(name, number.ok_or_else(|| format!("volatile: {name} is {value}, no count"))?);
                }
            }
        }
        if let ([counted], Some(ranges)) =
            (&mut counted[..], repeated.and_then(|repeated| repeated.get("ranges")))
        {
            for name in NAMES {
                if let Some(range) = ranges.get(name) {
                    counted.repeat(name, range)?;
                }
            }
        }
        let says_nothing = counted.iter().all(|counted| counted.ranges.is_empty());
        Ok(if says_nothing { Vec::new() } else { counted })
    }

    fn widen(&mut self, name: &str, number: u64) {
        let range = self.ranges.entry(name.to_owned()).or_insert(number..=number);
        *range = (*range.start()).min(number)..=(*range.end()).max(number);
    }

    /// The range of many plays goes before that of few; but one that is exact is so for all of them.
    fn repeat(&mut self, name: &str, range: &Value) -> Result<(), String> {
        let ends: Option<Vec<u64>> =
            range.as_array().map(|ends| ends.iter().filter_map(Value::as_u64).collect());
        let Some(&[start, end]) = ends.as_deref().filter(|ends| matches!(ends, [start, end] if start <= end))
        else {
            return Err(format!("repeated.ranges: {name} is {range}, not the least and the most"));
        };
        if let Some(before) = self.ranges.get(name).filter(|before| start == end && **before != (start..=end))
        {
            let before = shown(before);
            return Err(format!("repeated.ranges: {name} is always {start}, and in volatile it is {before}"));
        }
        self.ranges.insert(name.to_owned(), start..=end);
        Ok(())
    }

    /// The same with one number expected.
    #[must_use]
    pub fn with(mut self, name: &str, number: u64) -> Counted {
        self.ranges.insert(name.to_owned(), number..=number);
        self
    }

    /// What a `threads` event has counted otherwise. Nothing if it says nothing of counts.
    ///
    /// Where the messages that take a module up and down raced in the recorded system, the manager is held to the
    /// rules that it has and the recorded system has not: one DRV_LOAD, DRV_ENABLE, DRV_DISABLE and DRV_FREE for each
    /// time that the module goes up, which is once or more, and no more often than something is opened; and no more
    /// loading of the library than that. How often the threads meet is up to the system.
    pub(crate) fn miscounts(&self, threads: &Event) -> Vec<Miscount> {
        let Some(counts) = threads.get(FIELD) else { return Vec::new() };
        let got = |name: &str| counts.get(name).and_then(Value::as_u64).unwrap_or(0);
        let opened = threads.get("opens_ok").and_then(Value::as_u64).unwrap_or(0);
        let races = LIFTS.iter().all(|name| self.is_raced(name));
        let right = |name: &str, range: &RangeInclusive<u64>| -> RangeInclusive<u64> {
            let raced = races && self.is_raced(name);
            match name {
                "load" if raced => 1..=opened.max(1),
                "enable" | "disable" | "free" if raced => got("load")..=got("load"),
                "attach" if raced => 1..=got("load").max(1),
                // Some systems keep a library that could go.
                "detach" if raced => 0..=got("attach"),
                // Each instance may need a hidden session instance before it.
                "open" if raced => opened..=2 * opened,
                "close" if raced => got("open")..=got("open"),
                _ => range.clone(),
            }
        };
        let miscount = |(name, range): (&String, &RangeInclusive<u64>)| {
            let (right, got) = (right(name, range), got(name));
            let expected = format!("{name}={}", shown(&right));
            (!right.contains(&got)).then(|| Miscount { expected, got: format!("{name}={got}") })
        };
        self.ranges.iter().filter_map(miscount).collect()
    }

    fn is_raced(&self, name: &str) -> bool {
        self.ranges.get(name).is_some_and(|range| range.start() < range.end())
    }
}

fn shown(range: &RangeInclusive<u64>) -> String {
    if range.start() == range.end() {
        range.start().to_string()
    } else {
        format!("{}..{}", range.start(), range.end())
    }
}

/// A `threads` event with its counts.
pub(crate) fn with_counts(event: Event, counts: &Counts) -> Event {
    let Counts { load, enable, open, close, disable, free, other, attach, detach } = counts;
    let counts = json!({
        "load": load, "enable": enable, "open": open, "close": close, "disable": disable, "free": free,
        "other": other, "attach": attach, "detach": detach,
    });
    event.with(FIELD, counts)
}

/// An event without its counts, as recordings and lines of text have it.
pub(crate) fn without_counts(mut event: Event) -> Event {
    if event.kind == "threads" {
        event.fields.retain(|(name, _)| name != FIELD);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(numbers: [u64; 9]) -> Counts {
        let [load, enable, open, close, disable, free, other, attach, detach] = numbers;
        Counts { load, enable, open, close, disable, free, other, attach, detach }
    }

    fn threads(numbers: [u64; 9]) -> Event {
        with_counts(Event::new("threads", 0).with("opens_ok", 800), &counts(numbers))
    }

    fn play(numbers: [u64; 9]) -> Vec<Event> {
        let pairs = NAMES.iter().zip(numbers);
        vec![pairs.fold(Event::new("volatile", 0), |event, (name, number)| event.with(name, number))]
    }

    fn complaints(recorded: &[Counted], got: [u64; 9]) -> Vec<String> {
        recorded[0].miscounts(&threads(got)).into_iter().map(|miscount| miscount.expected).collect()
    }

    #[test]
    fn where_threads_raced_what_goes_up_comes_down() {
        let plays = [
            play([794, 794, 800, 800, 790, 790, 800, 327, 327]),
            play([798, 798, 800, 800, 794, 794, 800, 360, 360]),
        ];
        let raced = Counted::of_plays(&plays, None).expect("it makes sense");
        for right in [
            [135, 135, 800, 800, 135, 135, 800, 121, 121],
            [1, 1, 800, 800, 1, 1, 800, 1, 0],
            [800, 800, 800, 800, 800, 800, 800, 800, 800],
        ] {
            assert!(complaints(&raced, right).is_empty(), "{right:?}");
        }
        for (wrong, expected) in [
            ([795, 795, 800, 800, 791, 791, 800, 330, 330], vec!["disable=795", "free=795"]),
            ([795, 100, 800, 800, 795, 795, 800, 330, 330], vec!["enable=795"]),
            ([0, 0, 800, 800, 0, 0, 800, 0, 0], vec!["attach=1", "load=1..800"]),
            ([801, 801, 800, 800, 801, 801, 800, 700, 700], vec!["load=1..800"]),
            ([100, 100, 800, 799, 100, 100, 800, 101, 101], vec!["attach=1..100", "close=800"]),
            ([100, 100, 800, 800, 100, 100, 799, 99, 100], vec!["detach=0..99", "other=800"]),
        ] {
            assert_eq!(complaints(&raced, wrong), expected, "{wrong:?}");
        }
    }

    #[test]
    fn where_only_some_counts_varied_they_are_held_to_their_ranges() {
        let exact = [0, 0, 800, 800, 0, 0, 800, 0, 0];
        let repeated = json!({ "ranges": { "load": [7, 9], "open": [790, 800] } });
        let counted = Counted::of_plays(&[play(exact)], Some(&repeated)).expect("it makes sense");
        assert_eq!(complaints(&counted, exact), ["load=7..9"]);
        assert!(complaints(&counted, [8, 0, 795, 800, 0, 0, 800, 0, 0]).is_empty());
        assert_eq!(complaints(&counted, [8, 1, 789, 800, 0, 0, 800, 0, 0]), ["enable=0", "open=790..800"]);
    }

    #[test]
    fn counts_that_make_no_sense_are_refused() {
        let exact = play([0; 9]);
        for (plays, repeated, expected) in [
            (vec![exact.clone(), vec![]], json!({}), "volatile: the plays do not have equally many counts"),
            (
                vec![vec![Event::new("volatile", 0).with("load", "many")]],
                json!({}),
                "volatile: load is \"many\", no count",
            ),
            (
                vec![exact.clone()],
                json!({ "ranges": { "free": [9, 7] } }),
                "repeated.ranges: free is [9,7], not the least and the most",
            ),
            (
                vec![exact.clone()],
                json!({ "ranges": { "free": 9 } }),
                "repeated.ranges: free is 9, not the least and the most",
            ),
            (
                vec![exact.clone()],
                json!({ "ranges": { "free": [9, 9] } }),
                "repeated.ranges: free is always 9, and in volatile it is 0",
            ),
        ] {
            assert_eq!(Counted::of_plays(&plays, Some(&repeated)).expect_err("it makes no sense"), expected);
        }
        assert!(Counted::of_plays(&[], None).expect("there are none").is_empty());
    }
}

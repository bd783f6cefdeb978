//! Reports on plays: text for people, TAP and JUnit XML for programs.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::time::Duration;

use crate::compare::Comparison;

/// How a play ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The name of the recording.
    pub name: String,
    /// What came of it.
    pub verdict: Verdict,
    /// How long it took.
    pub elapsed: Duration,
}

/// What came of a play.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Everything happened as expected.
    Same,
    /// Something else happened. The text says what is known about it beforehand.
    Differs(Comparison, Option<String>),
    /// The process of the script did not come to the end of the script.
    Stopped {
        /// What became of it, and where.
        how: String,
        /// What happened until then.
        comparison: Comparison,
    },
    /// It could not be played; the text says why.
    Error(String),
    /// It was played, and nothing was expected. The lines say what happened.
    Unexpecting(Vec<String>),
    /// It was played, and what happened is now what is expected.
    Written,
    /// It was not played; the text says why.
    NotPlayed(String),
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        matches!(self, Verdict::Same | Verdict::Unexpecting(_) | Verdict::Written)
    }
}

/// The form of a report. The parts of one are written as the plays go on, so that what is known is not lost with the
/// reporter: [`Format::head`], [`Format::entry`] after each play, [`Format::tail`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines for people, with a diff for each difference.
    #[default]
    Text,
    /// The Test Anything Protocol, version 13.
    Tap,
    /// The XML of JUnit, as CI servers read it. It begins with numbers, so that all of it is in the tail.
    Junit,
}

impl Format {
    /// Writes a report.
    pub fn report(self, outcomes: &[Outcome]) -> String {
        let mut text = self.head(outcomes.len());
        for (number, outcome) in (1..).zip(outcomes) {
            text += &self.entry(number, outcome);
        }
        text + &self.tail(outcomes)
    }

    /// What stands before everything else in a report on so many plays.
    pub fn head(self, plays: usize) -> String {
        match self {
            Format::Tap => format!("TAP version 13\n1..{plays}\n"),
            Format::Text | Format::Junit => String::new(),
        }
    }

    /// The part about one play; the first has the number 1.
    pub fn entry(self, number: usize, outcome: &Outcome) -> String {
        match self {
            Format::Text => outcome.to_string(),
            Format::Tap => tap(number, outcome),
            Format::Junit => String::new(),
        }
    }

    /// What stands at the end.
    pub fn tail(self, outcomes: &[Outcome]) -> String {
        match self {
            Format::Text => summary(outcomes),
            Format::Tap => match outcomes.iter().find_map(not_played) {
                Some(why) => format!("Bail out! {}\n", single(why)),
                None => String::new(),
            },
            Format::Junit => junit(outcomes),
        }
    }
}

fn not_played(outcome: &Outcome) -> Option<&str> {
    match &outcome.verdict {
        Verdict::NotPlayed(why) => Some(why),
        _ => None,
    }
}

impl fmt::Display for Outcome {
    /// The lines of the text report for one play.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let (head, block) = match &self.verdict {
            Verdict::Same => (format!("ok       {name}"), String::new()),
            Verdict::Written => (format!("written  {name}"), String::new()),
            Verdict::NotPlayed(why) => (format!("omitted  {name}: {why}"), String::new()),
            Verdict::Error(error) => (format!("error    {name}: {error}"), String::new()),
            Verdict::Unexpecting(lines) => (format!("played   {name}: {NOTHING_EXPECTED}"), lines.join("\n")),
            Verdict::Stopped { how, comparison } => (format!("stopped  {name}: {how}"), so_far(comparison)),
            Verdict::Differs(comparison, known) => {
                let note = known.as_ref().map(|known| format!(" ({known})")).unwrap_or_default();
                (format!("differs  {name}{note}"), comparison.to_string())
            }
        };
        let mut text = head + "\n";
        indent(&mut text, &block, "    ");
        f.write_str(&text)
    }
}

const NOTHING_EXPECTED: &str = "it expects nothing, and this happened";

/// What happened until a play stopped: where it differs from what was expected, or else all of it.
fn so_far(comparison: &Comparison) -> String {
    if comparison.is_same() {
        return comparison.got().collect::<Vec<&str>>().join("\n");
    }
    comparison.to_string()
}

/// The last line of the text report. What did not occur is left out, but for the usual.
pub fn summary(outcomes: &[Outcome]) -> String {
    let count =
        |which: fn(&Verdict) -> bool| outcomes.iter().filter(|outcome| which(&outcome.verdict)).count();
    let played = count(|verdict| !matches!(verdict, Verdict::NotPlayed(_)));
    let same = count(|verdict| matches!(verdict, Verdict::Same));
    let mut text = format!("{played} played, {same} as expected");
    for (number, what, always) in [
        (count(|verdict| matches!(verdict, Verdict::Unexpecting(_))), "without expectation", false),
        (count(|verdict| matches!(verdict, Verdict::Written)), "written", false),
        (count(|verdict| matches!(verdict, Verdict::Differs(..))), "different", true),
        (count(|verdict| matches!(verdict, Verdict::Stopped { .. })), "stopped", false),
        (count(|verdict| matches!(verdict, Verdict::Error(_))), "errors", true),
        (count(|verdict| matches!(verdict, Verdict::NotPlayed(_))), "omitted", false),
    ] {
        if always || number > 0 {
            let _ = write!(text, ", {number} {what}");
        }
    }
    text + "\n"
}

fn tap(number: usize, Outcome { name, verdict, elapsed }: &Outcome) -> String {
    let shown = single(name).replace('#', " ");
    let result = if verdict.is_good() { "ok" } else { "not ok" };
    let directive = match verdict {
        Verdict::Unexpecting(_) => " # SKIP it expects nothing",
        Verdict::NotPlayed(_) => return String::new(),
        _ => "",
    };
    let mut text = format!("{result} {number} - {shown}{directive}\n");
    let (what, block) = match verdict {
        Verdict::Same | Verdict::Written | Verdict::NotPlayed(_) => return text,
        Verdict::Unexpecting(lines) => ("trace", lines.join("\n")),
        Verdict::Error(error) => ("error", error.clone()),
        Verdict::Stopped { how, comparison } => ("stopped", format!("{how}\n{}", so_far(comparison))),
        Verdict::Differs(comparison, known) => {
            let known = known.as_ref().map(|known| format!("{known}\n")).unwrap_or_default();
            ("diff", format!("{known}{comparison}"))
        }
    };
    let _ = writeln!(text, "  ---\n  duration_ms: {}\n  {what}: |2", elapsed.as_millis());
    indent(&mut text, &block, "    ");
    text.push_str("  ...\n");
    text
}

fn junit(outcomes: &[Outcome]) -> String {
    let count =
        |which: fn(&Verdict) -> bool| outcomes.iter().filter(|outcome| which(&outcome.verdict)).count();
    let time: Duration = outcomes.iter().map(|outcome| outcome.elapsed).sum();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        text,
        "<testsuite name=\"opendriver\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">",
        outcomes.len(),
        count(|verdict| matches!(verdict, Verdict::Differs(..))),
        count(|verdict| matches!(verdict, Verdict::Error(_) | Verdict::Stopped { .. })),
        count(|verdict| matches!(verdict, Verdict::Unexpecting(_) | Verdict::NotPlayed(_))),
        time.as_secs_f64(),
    );
    for Outcome { name, verdict, elapsed } in outcomes {
        let _ = write!(
            text,
            "  <testcase classname=\"opendriver\" name=\"{}\" time=\"{:.3}\"",
            xml(name),
            elapsed.as_secs_f64()
        );
        let inside = match verdict {
            Verdict::Same | Verdict::Written => {
                text.push_str("/>\n");
                continue;
            }
            Verdict::Unexpecting(lines) => format!(
                "<skipped message=\"it expects nothing\"/>\n    <system-out>{}</system-out>",
                xml(&limited(&lines.join("\n")))
            ),
            Verdict::NotPlayed(why) => format!("<skipped message=\"{}\"/>", xml(why)),
            Verdict::Error(error) => format!("<error message=\"{}\"/>", xml(error)),
            Verdict::Stopped { how, comparison } => {
                format!("<error message=\"{}\">{}</error>", xml(how), xml(&limited(&so_far(comparison))))
            }
            Verdict::Differs(comparison, known) => {
                let lines = comparison.differences();
                let known = known.as_ref().map(|known| format!(" ({known})")).unwrap_or_default();
                format!(
                    "<failure message=\"{lines} lines differ{}\">{}</failure>",
                    xml(&known),
                    xml(&limited(&comparison.to_string()))
                )
            }
        };
        let _ = writeln!(text, ">\n    {inside}\n  </testcase>");
    }
    text.push_str("</testsuite>\n");
    text
}

/// On one line.
fn single(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// How many lines of a block are shown. A driver that calls itself for ever makes traces that nobody reads.
const MOST_LINES: usize = 1000;
/// How far a line of a block is indented.
const MOST_BLANKS: usize = 80;

/// The text without its middle, if it has too many lines, and without blanks that push the lines out of sight.
fn limited(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.lines().map(near).collect();
    if lines.len() <= MOST_LINES {
        return lines.join("\n");
    }
    let (head, tail) = (&lines[..MOST_LINES / 2], &lines[lines.len() - MOST_LINES / 2..]);
    let left_out = format!("... ({} lines)", lines.len() - MOST_LINES);
    [head, &[left_out.into()], tail].concat().join("\n")
}

fn near(line: &str) -> Cow<'_, str> {
    let text = line.trim_start_matches(' ');
    let blanks = line.len() - text.len();
    if blanks <= MOST_BLANKS { line.into() } else { format!("{:MOST_BLANKS$}({blanks}) {text}", "").into() }
}

fn indent(text: &mut String, block: &str, by: &str) {
    for line in limited(block).lines() {
        text.extend([by, line, "\n"]);
    }
}

/// Text for XML 1.0, which has no place for most control characters.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Line;
    use crate::event::Event;

    fn outcomes() -> Vec<Outcome> {
        let [one, other] = [Event::new("end", 0), Event::new("note", 0).with("text", "<&\">\u{1}")];
        let outcome = |name: &str, verdict| Outcome {
            name: name.to_owned(),
            verdict,
            elapsed: Duration::from_millis(12),
        };
        let stopped = Comparison { lines: vec![Line::Same("call <x>".to_owned())] };
        vec![
            outcome("good", Verdict::Same),
            outcome("b&d", Verdict::Differs(Comparison::of_traces(&[one], &[other]), None)),
            outcome("broken", Verdict::Error("line 1: what?".to_owned())),
            outcome("quiet", Verdict::Unexpecting(vec!["end".to_owned()])),
            outcome("gone", Verdict::Stopped { how: "killed".to_owned(), comparison: stopped }),
        ]
    }

    #[test]
    fn text_has_a_line_for_each_and_a_sum() {
        let text = Format::Text.report(&outcomes());
        assert!(text.starts_with("ok       good\ndiffers  b&d\n    - end\n    + note text="), "{text}");
        assert!(
            text.contains("\nplayed   quiet: it expects nothing, and this happened\n    end\n"),
            "{text}"
        );
        assert!(text.contains("\nstopped  gone: killed\n    call <x>\n"), "{text}");
        let sum = "5 played, 1 as expected, 1 without expectation, 1 different, 1 stopped, 1 errors\n";
        assert!(text.ends_with(sum), "{text}");
    }

    #[test]
    fn tap_has_a_plan_and_numbers() {
        let text = Format::Tap.report(&outcomes());
        assert!(text.starts_with("TAP version 13\n1..5\nok 1 - good\nnot ok 2 - b&d\n  ---\n"), "{text}");
        assert!(text.contains(
            "not ok 3 - broken\n  ---\n  duration_ms: 12\n  error: |2\n    line 1: what?\n  ...\n"
        ));
        assert!(text.contains("ok 4 - quiet # SKIP it expects nothing\n"), "{text}");
        assert!(text.ends_with("  stopped: |2\n    killed\n    call <x>\n  ...\n"), "{text}");
    }

    #[test]
    fn junit_counts_and_escapes() {
        let text = Format::Junit.report(&outcomes());
        assert!(text.contains("tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\""), "{text}");
        assert!(text.contains("name=\"b&amp;d\""), "{text}");
        assert!(text.contains("&lt;&amp;") && !text.contains('\u{1}'), "{text}");
        assert!(text.contains("<error message=\"killed\">call &lt;x&gt;</error>"), "{text}");
        assert_eq!(text.matches("</testcase>").count(), 4);
    }

    #[test]
    fn what_was_not_played_is_said_in_every_form() {
        let mut outcomes = outcomes();
        outcomes.truncate(1);
        let elapsed = Duration::ZERO;
        outcomes.push(Outcome {
            name: "next".to_owned(),
            verdict: Verdict::NotPlayed("interrupted".into()),
            elapsed,
        });
        let text = Format::Text.report(&outcomes);
        assert!(text.ends_with(
            "omitted  next: interrupted\n1 played, 1 as expected, 0 different, 0 errors, 1 omitted\n"
        ));
        let tap = Format::Tap.report(&outcomes);
        assert_eq!(tap, "TAP version 13\n1..2\nok 1 - good\nBail out! interrupted\n");
        let junit = Format::Junit.report(&outcomes);
        assert!(
            junit.contains("skipped=\"1\"") && junit.contains("<skipped message=\"interrupted\"/>"),
            "{junit}"
        );
    }

    #[test]
    fn a_trace_without_end_is_shown_without_its_middle() {
        let lines: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
        let text = limited(&lines.join("\n"));
        assert!(text.contains("\n499\n... (9000 lines)\n9500\n"), "{text}");
        let deep = format!("{:200}call", "");
        assert_eq!(limited(&deep), format!("{:80}(200) call", ""));
    }
}

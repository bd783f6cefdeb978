//! Reports on plays: text for people, TAP and JUnit XML for programs.

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
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Everything happened as expected.
    Same,
    /// Something else happened. The text says what is known about it beforehand.
    Differs(Comparison, Option<String>),
    /// It could not be played; the text says why.
    Error(String),
    /// It was played, and nothing was expected.
    Unexpecting,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        matches!(self, Verdict::Same | Verdict::Unexpecting)
    }
}

/// The form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines for people, with a diff for each difference.
    #[default]
    Text,
    /// The Test Anything Protocol, version 13.
    Tap,
    /// The XML of JUnit, as CI servers read it.
    Junit,
}

impl Format {
    /// Writes a report.
    pub fn report(self, outcomes: &[Outcome]) -> String {
        match self {
            Format::Text => text(outcomes),
            Format::Tap => tap(outcomes),
            Format::Junit => junit(outcomes),
        }
    }
}

impl fmt::Display for Outcome {
    /// The lines of the text report for one play.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.verdict {
            Verdict::Same => writeln!(f, "ok       {name}"),
            Verdict::Unexpecting => writeln!(f, "played   {name}: it expects nothing"),
            Verdict::Error(error) => writeln!(f, "error    {name}: {error}"),
            Verdict::Differs(comparison, known) => {
                let note = known.as_ref().map(|known| format!(" ({known})")).unwrap_or_default();
                let mut text = format!("differs  {name}{note}\n");
                indent(&mut text, &comparison.to_string(), "    ");
                f.write_str(&text)
            }
        }
    }
}

fn text(outcomes: &[Outcome]) -> String {
    let all: String = outcomes.iter().map(Outcome::to_string).collect();
    all + &summary(outcomes)
}

/// The last line of the text report.
pub fn summary(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    let count = |good: fn(&Verdict) -> bool| outcomes.iter().filter(|outcome| good(&outcome.verdict)).count();
    let _ = writeln!(
        text,
        "{} played, {} as expected, {} different, {} errors",
        outcomes.len(),
        count(Verdict::is_good),
        count(|verdict| matches!(verdict, Verdict::Differs(..))),
        count(|verdict| matches!(verdict, Verdict::Error(_))),
    );
    text
}

fn tap(outcomes: &[Outcome]) -> String {
    let mut text = format!("TAP version 13\n1..{}\n", outcomes.len());
    for (index, Outcome { name, verdict, elapsed }) in outcomes.iter().enumerate() {
        let number = index + 1;
        let shown = name.replace(['\n', '#'], " ");
        let result = if verdict.is_good() { "ok" } else { "not ok" };
        let directive =
            if matches!(verdict, Verdict::Unexpecting) { " # SKIP it expects nothing" } else { "" };
        let _ = writeln!(text, "{result} {number} - {shown}{directive}");
        let block = match verdict {
            Verdict::Same | Verdict::Unexpecting => continue,
            Verdict::Error(error) => ("error", error.clone()),
            Verdict::Differs(comparison, known) => {
                let known = known.as_ref().map(|known| format!("{known}\n")).unwrap_or_default();
                ("diff", format!("{known}{comparison}"))
            }
        };
        let _ = writeln!(text, "  ---\n  duration_ms: {}\n  {}: |2", elapsed.as_millis(), block.0);
        indent(&mut text, &block.1, "    ");
        text.push_str("  ...\n");
    }
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
        count(|verdict| matches!(verdict, Verdict::Error(_))),
        count(|verdict| matches!(verdict, Verdict::Unexpecting)),
        time.as_secs_f64(),
    );
    for Outcome { name, verdict, elapsed } in outcomes {
        let _ = write!(
            text,
            "  <testcase classname=\"opendriver\" name=\"{}\" time=\"{:.3}\"",
            xml(name),
            elapsed.as_secs_f64()
        );
        match verdict {
            Verdict::Same => text.push_str("/>\n"),
            Verdict::Unexpecting => {
                text.push_str(">\n    <skipped message=\"it expects nothing\"/>\n  </testcase>\n");
            }
            Verdict::Error(error) => {
                let _ = writeln!(text, ">\n    <error message=\"{}\"/>\n  </testcase>", xml(error));
            }
            Verdict::Differs(comparison, known) => {
                let lines = comparison.differences();
                let known = known.as_ref().map(|known| format!(" ({known})")).unwrap_or_default();
                let _ = writeln!(
                    text,
                    ">\n    <failure message=\"{lines} lines differ{}\">{}</failure>\n  </testcase>",
                    xml(&known),
                    xml(&comparison.to_string())
                );
            }
        }
    }
    text.push_str("</testsuite>\n");
    text
}

fn indent(text: &mut String, block: &str, by: &str) {
    for line in block.lines() {
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
    use crate::event::Event;

    fn outcomes() -> Vec<Outcome> {
        let [one, other] = [Event::new("end", 0), Event::new("note", 0).with("text", "<&\">\u{1}")];
        let outcome = |name: &str, verdict| Outcome {
            name: name.to_owned(),
            verdict,
            elapsed: Duration::from_millis(12),
        };
        vec![
            outcome("good", Verdict::Same),
            outcome("b&d", Verdict::Differs(Comparison::of_traces(&[one], &[other]), None)),
            outcome("broken", Verdict::Error("line 1: what?".to_owned())),
            outcome("quiet", Verdict::Unexpecting),
        ]
    }

    #[test]
    fn text_has_a_line_for_each_and_a_sum() {
        let text = Format::Text.report(&outcomes());
        assert!(text.starts_with("ok       good\ndiffers  b&d\n    - end\n    + note text="), "{text}");
        assert!(text.ends_with("4 played, 2 as expected, 1 different, 1 errors\n"), "{text}");
    }

    #[test]
    fn tap_has_a_plan_and_numbers() {
        let text = Format::Tap.report(&outcomes());
        assert!(text.starts_with("TAP version 13\n1..4\nok 1 - good\nnot ok 2 - b&d\n  ---\n"), "{text}");
        assert!(text.contains(
            "not ok 3 - broken\n  ---\n  duration_ms: 12\n  error: |2\n    line 1: what?\n  ...\n"
        ));
        assert!(text.ends_with("ok 4 - quiet # SKIP it expects nothing\n"), "{text}");
    }

    #[test]
    fn junit_counts_and_escapes() {
        let text = Format::Junit.report(&outcomes());
        assert!(text.contains("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""), "{text}");
        assert!(text.contains("name=\"b&amp;d\""), "{text}");
        assert!(text.contains("&lt;&amp;") && !text.contains('\u{1}'), "{text}");
        assert_eq!(text.matches("</testcase>").count(), 3);
    }
}

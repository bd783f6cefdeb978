//! The report as one JSON document.

use opendriver_testkit::{Comparison, Line, Outcome, Verdict};
use serde_json::{Value, json};

/// The document.
pub(super) fn of(outcomes: &[Outcome]) -> Value {
    let count =
        |which: fn(&Verdict) -> bool| outcomes.iter().filter(|outcome| which(&outcome.verdict)).count();
    json!({
        "played": count(|verdict| !matches!(verdict, Verdict::NotPlayed(_))),
        "as_expected": count(|verdict| matches!(verdict, Verdict::Same)),
        "results": outcomes.iter().map(result).collect::<Vec<Value>>(),
    })
}

fn result(outcome: &Outcome) -> Value {
    let mut result = json!({ "name": outcome.name, "elapsed_ms": outcome.elapsed.as_millis() as u64 });
    let word = match &outcome.verdict {
        Verdict::Same => "same",
        Verdict::Written => "written",
        Verdict::Unexpecting(lines) => {
            result["trace"] = json!(lines);
            "played"
        }
        Verdict::Error(error) => {
            result["error"] = error.as_str().into();
            "error"
        }
        Verdict::NotPlayed(why) => {
            result["reason"] = why.as_str().into();
            "omitted"
        }
        Verdict::Stopped { how, comparison } => {
            result["reason"] = how.as_str().into();
            result["trace"] = json!(comparison.got().collect::<Vec<&str>>());
            if !comparison.is_same() {
                differences(&mut result, comparison);
            }
            "stopped"
        }
        Verdict::Differs(comparison, known) => {
            result["note"] = json!(known);
            differences(&mut result, comparison);
            "different"
        }
        // Of a later version of the test kit.
        _ => "other",
    };
    result["result"] = word.into();
    result
}

fn differences(result: &mut Value, comparison: &Comparison) {
    let pick = |want: fn(&Line) -> Option<&String>| -> Vec<&String> {
        comparison.lines.iter().filter_map(want).collect()
    };
    result["missing"] = json!(pick(|line| match line {
        Line::Missing(text) => Some(text),
        _ => None,
    }));
    result["extra"] = json!(pick(|line| match line {
        Line::Extra(text) => Some(text),
        _ => None,
    }));
    result["diff"] = comparison.to_string().into();
}

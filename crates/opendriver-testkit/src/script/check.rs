//! Arguments that are wrong whatever the script does: they are refused before anything is played.

use serde_json::Value as Json;

use super::{Argument, Function};
use crate::recording::registry;

/// How many threads `threads` may start. No script needs more, and a mistyped number should not bring a machine down.
pub(crate) const MOST_THREADS: u64 = 1000;
/// How often each of them may open, and how many instances `opens` may open: as many as a manager can have.
pub(crate) const MOST_OPENS: u64 = 1_000_000;

/// Checks the arguments that are no variables; an error is the index of one and what is allowed there.
pub(super) fn arguments(function: &Function, arguments: &[Argument]) -> Result<(), (usize, String)> {
    let at = |index: usize| move |problem: String| (index, problem);
    match function.name {
        "threads" => {
            count(arguments, 0, "threads", MOST_THREADS).map_err(at(0))?;
            count(arguments, 1, "iterations", MOST_OPENS).map_err(at(1))
        }
        "opens" => {
            count(arguments, 0, "opens", MOST_OPENS).map_err(at(0))?;
            one_of(arguments, 4, &["lifo", "fifo"]).map_err(at(4))
        }
        "DriverCallback" => one_of(arguments, 0, &["function", "window", "thread", "event"]).map_err(at(0)),
        "RegSet" => value(arguments),
        _ => Ok(()),
    }
}

/// Refuses a count that would only keep a machine busy.
pub(crate) fn most(number: u64, what: &str, most: u64) -> Result<(), String> {
    if number <= most { Ok(()) } else { Err(format!("{number} {what} are more than {most}")) }
}

fn count(arguments: &[Argument], index: usize, what: &str, limit: u64) -> Result<(), String> {
    match &arguments[index] {
        Argument::Number(number) => most(*number, what, limit),
        Argument::Name(_) => Ok(()),
        _ => Err(format!("the number of {what} is a number up to {limit}")),
    }
}

/// Refuses a text that is none of these words.
fn one_of(arguments: &[Argument], index: usize, words: &[&str]) -> Result<(), String> {
    match &arguments[index] {
        Argument::Text(text) if !words.contains(&text.as_str()) => {
            Err(format!("{text:?} is none of \"{}\"", words.join("\", \"")))
        }
        _ => Ok(()),
    }
}

/// The type and the data of a registry value.
fn value(arguments: &[Argument]) -> Result<(), (usize, String)> {
    let [section, name, kind, data] = arguments else { return Ok(()) };
    for (index, argument) in [section, name, kind].into_iter().enumerate() {
        if !matches!(argument, Argument::Text(_) | Argument::Name(_)) {
            return Err((index, "RegSet takes section, name and type as text".to_owned()));
        }
    }
    let (Argument::Text(kind), Some(data)) = (kind, literal(data)) else { return Ok(()) };
    registry::check(kind, &data).map_err(|problem| (if registry::is_type(kind) { 3 } else { 2 }, problem))
}

/// The data, unless a variable has it.
fn literal(data: &Argument) -> Option<Json> {
    match data {
        Argument::Text(text) => Some(text.as_str().into()),
        Argument::Number(number) => Some((*number).into()),
        Argument::Null | Argument::Bogus => Some(Json::Null),
        Argument::Name(_) => None,
    }
}

//! The promise: whatever programs and drivers do, the life cycle holds, under every personality.
//!
//! Random programs open, send and close; random drivers refuse and call back from inside any message. Each becomes a
//! script, is played, and its trace is followed by a small model of the life cycle. A failure is shown as the shortest
//! script that fails, ready for `opendriver run`.
//!
//! | module | what it does |
//! | --- | --- |
//! | `scenario` | makes random scripts |
//! | `names` | what may be asked for, and what it means |
//! | `life` | the model: what may happen in the life of a module and of an instance |
//! | `follow` | follows a trace with the model, and says where a call went otherwise than it must |
//! | `wrong` | deliberately wrong managers, which the model must catch |

mod follow;
mod life;
mod names;
mod scenario;
mod wrong;

use opendriver::Personality;
use opendriver_testkit::{Drivers, Event, Player, Recording, normalised};
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use serde_json::Value;

use crate::names::{ALIASES, SECTIONS, SPELLINGS, meant};
use crate::wrong::{Behind, Fault, drivers};

/// Plays a script and follows the trace; an error has all that is needed to understand it.
fn check(personality: Personality, script: &str, drivers: impl Drivers + 'static) -> Result<(), String> {
    let recording = Recording::from_text("model", script).map_err(|error| error.to_string())?;
    let trace =
        Player::new(personality).play(&recording, drivers).map_err(|error| format!("{error}\n{script}"))?;
    follow::follow(personality, &trace.events).map_err(|complaint| {
        let all = normalised(&trace.events);
        let (so_far, at) = (all[..=complaint.at].join("\n"), &complaint.text);
        format!("{at}\n\n@personality {personality}\n{script}\nwhat happened up to there:\n{so_far}\n")
    })
}

/// As many cases as proptest runs unless told otherwise.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_life_cycle_holds(scenario in scenario::scenario()) {
        for &personality in Personality::ALL {
            if let Err(complaint) = check(personality, &scenario.script(), drivers()) {
                return Err(TestCaseError::fail(complaint));
            }
        }
    }
}

/// Plays random scripts with a fault; the shortest that shows it, and the complaint.
fn caught(fault: Fault) -> Option<(scenario::Scenario, String)> {
    let mut runner = TestRunner::new(config());
    let ran = runner.run(&scenario::scenario(), |scenario| {
        for &personality in Personality::ALL {
            check(personality, &scenario.script(), Behind(Some(fault))).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    match ran {
        Ok(()) => None,
        Err(TestError::Fail(reason, scenario)) => Some((scenario, reason.to_string())),
        Err(error) => panic!("{fault:?}: {error}"),
    }
}

/// What the model is for: managers that are wrong in one thing are caught by the cases that run by default, and what is
/// shown is short.
#[test]
fn wrong_managers_are_caught_with_a_short_script() {
    for &fault in Fault::ALL {
        let (scenario, complaint) = caught(fault).unwrap_or_else(|| panic!("{fault:?} is not caught"));
        let statements = scenario.statements();
        println!("{fault:?}: {}\n{statements}", complaint.lines().next().unwrap_or_default());
        // One variable is set, something is opened, something is done with it, and all is closed; and where it takes
        // one, a rule or another open.
        assert!(statements.lines().count() <= 6, "{fault:?}: that is not short:\n{statements}");
        for &personality in Personality::ALL {
            for fine in [
                check(personality, &scenario.script(), drivers()),
                check(personality, &scenario.script(), Behind(None)),
            ] {
                assert_eq!(fine, Ok(()), "without {fault:?} nothing is wrong");
            }
        }
    }
}

/// A model that accepts everything would find nothing: traces with one event spoiled must be refused.
#[test]
fn the_model_refuses_spoiled_traces() {
    let script = "@ini [drivers32]\n@ini one=probea.dll\n@ini two=probeb.drv from two\n\
                  @ini [drivers]\n@ini one=probeb.drv in drivers\n\
                  a = OpenDriver \"probea.dll p\" NULL 7\nb = OpenDriver \"probea.dll q\" NULL 8\n\
                  SendDriverMessage a 0x4001 1 2\nCloseDriver a 3 4\nCloseDriver b 5 6\n\
                  c = OpenDriver \"one\" \"Drivers\" 0\nOpenDriver \"two\" \"missing\" 0\nCloseDriver c 0 0\n";
    let recording = Recording::from_text("model", script).expect("it is a script");
    for &personality in Personality::ALL {
        let trace = Player::new(personality).play(&recording, drivers()).expect("it is played");
        assert!(follow::follow(personality, &trace.events).is_ok());
        let is_of_driver = |kind: &str| ["drv", "attach", "detach"].contains(&kind);
        for (index, event) in trace.events.iter().enumerate() {
            if event.text("fn") == "OpenDriver" && event.kind == "call" {
                another_name_is_refused(personality, &trace.events, index);
            }
            if !is_of_driver(&event.kind) {
                continue;
            }
            let answer = usize::from(event.kind == "drv");
            // Left out, sent twice, and with another handle.
            let mut without = trace.events.clone();
            without.drain(index..=index + answer);
            let mut twice = trace.events.clone();
            let again: Vec<_> = twice[index..=index + answer].to_vec();
            twice.splice(index..index, again);
            for spoiled in [without, twice] {
                let followed = follow::follow(personality, &spoiled);
                assert!(
                    followed.is_err(),
                    "{personality}: nothing is wrong although of {event} there is one more or less"
                );
            }
            for field in ["h", "id", "l2"] {
                let mut other = trace.events.clone();
                for (name, value) in &mut other[index].fields {
                    if name == field {
                        *value = if field == "h" { "h99".into() } else { "0xbad".into() };
                    }
                }
                let spoiled = other[index] != *event;
                assert!(
                    !spoiled || follow::follow(personality, &other).is_err(),
                    "{personality}: {field} of {event}"
                );
            }
        }
    }
}

/// The same happens although something else was asked for: wrong, unless that means the same.
fn another_name_is_refused(personality: Personality, events: &[Event], index: usize) {
    let asked = |event: &Event| {
        let arguments = event.get("args").and_then(Value::as_array).expect("a call has arguments");
        meant(personality, arguments[0].as_str().expect("a name"), arguments[1].as_str())
    };
    let names = SPELLINGS.iter().map(|(name, _)| *name).chain(ALIASES);
    for (name, section) in names.flat_map(|name| SECTIONS.map(|section| (name, section))) {
        let mut other = events.to_vec();
        for (field, value) in &mut other[index].fields {
            if let ("args", Value::Array(arguments)) = (field.as_str(), value) {
                (arguments[0], arguments[1]) = (name.into(), section.into());
            }
        }
        let same = asked(&other[index]) == asked(&events[index]);
        let followed = follow::follow(personality, &other);
        assert_eq!(followed.is_ok(), same, "{personality}: {} instead of {}", other[index], events[index]);
    }
}

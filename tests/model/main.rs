//! The promise: whatever programs and drivers do, the life cycle holds, under every personality.
//!
//! Random programs open, send and close; random drivers refuse and call back from inside any message. Each becomes a
//! script, is played, and its trace is followed by a small model of the life cycle. A failure is shown as the shortest
//! script that fails, ready for `opendriver run`.
//!
//! | module | what it does |
//! | --- | --- |
//! | `scenario` | makes random scripts |
//! | `life` | the model: what may happen in the life of a module and of an instance |
//! | `follow` | follows a trace with the model, and says where a call went otherwise than it must |

mod follow;
mod life;
mod scenario;

use opendriver::Personality;
use opendriver_testkit::{Player, Recording, Scripted, normalised};
use proptest::prelude::*;

/// Plays a script and follows the trace; an error has all that is needed to understand it.
fn check(personality: Personality, script: &str) -> Result<(), String> {
    let recording = Recording::from_text("model", script).map_err(|error| error.to_string())?;
    let trace = Player::new(personality)
        .play(&recording, Scripted::standard())
        .map_err(|error| format!("{error}\n{script}"))?;
    follow::follow(personality, &trace.events).map_err(|complaint| {
        let all = normalised(&trace.events);
        let (so_far, at) = (all[..=complaint.at].join("\n"), &complaint.text);
        format!("{at}\n\n@personality {personality}\n{script}\nwhat happened up to there:\n{so_far}\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_life_cycle_holds(scenario in scenario::scenario()) {
        for &personality in Personality::ALL {
            if let Err(complaint) = check(personality, &scenario.script()) {
                return Err(TestCaseError::fail(complaint));
            }
        }
    }
}

/// A model that accepts everything would find nothing: traces with one event spoiled must be refused.
#[test]
fn the_model_refuses_spoiled_traces() {
    let script = "a = OpenDriver \"probea.dll p\" NULL 7\nb = OpenDriver \"probea.dll q\" NULL 8\n\
                  SendDriverMessage a 0x4001 1 2\nCloseDriver a 3 4\nCloseDriver b 5 6\n";
    let recording = Recording::from_text("model", script).expect("it is a script");
    for &personality in Personality::ALL {
        let trace = Player::new(personality).play(&recording, Scripted::standard()).expect("it is played");
        assert!(follow::follow(personality, &trace.events).is_ok());
        let is_of_driver = |kind: &str| ["drv", "attach", "detach"].contains(&kind);
        for (index, event) in trace.events.iter().enumerate() {
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

//! Random programs and drivers, as scripts.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A program, and what its drivers do besides.
#[derive(Clone, Debug)]
pub struct Scenario {
    quirks: Vec<Quirk>,
    steps: Vec<Step>,
}

/// A step of the program. Instances are numbered by the variable that holds them.
#[derive(Clone, Debug)]
enum Step {
    Open { variable: usize, driver: usize, parameters: bool, lparam2: u32 },
    Send { variable: usize, lparam: u32 },
    Close { variable: usize, lparam: u32 },
}

/// What a driver does when it gets a message for the n-th time.
#[derive(Clone, Debug)]
struct Quirk {
    driver: usize,
    message: &'static str,
    nth: u32,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Answer(u32),
    Open { driver: usize, lparam2: u32 },
    SendToItself,
    CloseItself,
    Close { variable: usize },
}

const DRIVERS: [&str; 2] = ["probea.dll", "probeb.drv"];
const RULE_NAMES: [&str; 2] = ["probea", "probeb"];
const VARIABLES: usize = 4;
const MESSAGES: [&str; 7] =
    ["DRV_LOAD", "DRV_ENABLE", "DRV_OPEN", "DRV_CLOSE", "DRV_DISABLE", "DRV_FREE", "0x4001"];

pub fn scenario() -> impl Strategy<Value = Scenario> {
    (vec(quirk(), 0..5), vec(step(), 1..14)).prop_map(|(quirks, steps)| Scenario { quirks, steps })
}

fn step() -> impl Strategy<Value = Step> {
    let variable = 0..VARIABLES;
    prop_oneof![
        3 => (variable.clone(), 0..DRIVERS.len(), any::<bool>(), lparam2()).prop_map(
            |(variable, driver, parameters, lparam2)| Step::Open { variable, driver, parameters, lparam2 }
        ),
        2 => (variable.clone(), 1..99u32).prop_map(|(variable, lparam)| Step::Send { variable, lparam }),
        3 => (variable, 1..99u32).prop_map(|(variable, lparam)| Step::Close { variable, lparam }),
    ]
}

fn lparam2() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 1..9u32]
}

fn quirk() -> impl Strategy<Value = Quirk> {
    let what = prop_oneof![
        3 => select(vec![0, 1, 2, 7]).prop_map(What::Answer),
        2 => (0..DRIVERS.len(), lparam2()).prop_map(|(driver, lparam2)| What::Open { driver, lparam2 }),
        1 => Just(What::SendToItself),
        1 => Just(What::CloseItself),
        1 => (0..VARIABLES).prop_map(|variable| What::Close { variable }),
    ];
    (0..DRIVERS.len(), select(MESSAGES.to_vec()), 1..4u32, what)
        .prop_map(|(driver, message, nth, what)| Quirk { driver, message, nth, what })
}

impl Scenario {
    /// The scenario in the grammar of the recordings. Everything that is left open is closed at the end.
    pub fn script(&self) -> String {
        let mut script = String::new();
        for variable in self.variables() {
            let _ = writeln!(script, "v{variable} = let 0");
        }
        for (number, Quirk { driver, message, nth, what }) in self.quirks.iter().enumerate() {
            let _ = write!(script, "rule {} {message} nth={nth} ", RULE_NAMES[*driver]);
            let _ = match what {
                What::Answer(answer) => writeln!(script, "ret={answer}"),
                What::Open { driver, lparam2 } => {
                    writeln!(script, "{{ k{number} = OpenDriver \"{} k\" NULL {lparam2} }}", DRIVERS[*driver])
                }
                What::SendToItself => writeln!(script, "{{ SendDriverMessage self 0x4002 3 4 }}"),
                What::CloseItself => writeln!(script, "{{ CloseDriver self 5 6 }}"),
                What::Close { variable } => writeln!(script, "{{ CloseDriver v{variable} 7 8 }}"),
            };
        }
        for (number, step) in self.steps.iter().enumerate() {
            let _ = match step {
                Step::Open { variable, driver, parameters, lparam2 } => {
                    let parameters = if *parameters { format!(" p{number}") } else { String::new() };
                    writeln!(
                        script,
                        "v{variable} = OpenDriver \"{}{parameters}\" NULL {lparam2}",
                        DRIVERS[*driver]
                    )
                }
                Step::Send { variable, lparam } => {
                    writeln!(script, "SendDriverMessage v{variable} 0x4001 {lparam} {}", lparam + 1)
                }
                Step::Close { variable, lparam } => {
                    writeln!(script, "CloseDriver v{variable} {lparam} {}", lparam + 1)
                }
            };
        }
        script.push_str("FreeWinmm\n");
        script
    }

    /// The variables that are used.
    fn variables(&self) -> Vec<usize> {
        let of_step = |step: &Step| match step {
            Step::Open { variable, .. } | Step::Send { variable, .. } | Step::Close { variable, .. } => {
                *variable
            }
        };
        let of_quirk = |quirk: &Quirk| match quirk.what {
            What::Close { variable } => Some(variable),
            _ => None,
        };
        let mut used: Vec<usize> = self.steps.iter().map(of_step).collect();
        used.extend(self.quirks.iter().filter_map(of_quirk));
        used.sort_unstable();
        used.dedup();
        used
    }
}

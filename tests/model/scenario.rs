//! Random programs and drivers, as scripts.

use std::fmt::Write as _;

use opendriver::Personality;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::names::{ALIASES, Entry, MODULES, SECTIONS, SPELLINGS, entry};

/// A program, and what its drivers do besides.
#[derive(Clone, Debug)]
pub struct Scenario {
    quirks: Vec<Quirk>,
    steps: Vec<Step>,
}

/// What an open asks for.
#[derive(Clone, Debug)]
struct Asked {
    /// A file in one of its spellings, or an alias.
    name: &'static str,
    section: Option<&'static str>,
    /// Whether parameters follow the name.
    parameters: bool,
    lparam2: u64,
}

/// A step of the program. Instances are numbered by the variable that holds them.
#[derive(Clone, Debug)]
enum Step {
    Open { variable: usize, asked: Asked },
    Send { variable: usize, lparams: (u64, u64) },
    Close { variable: usize, lparams: (u64, u64) },
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
    Answer(u64),
    Open(Asked),
    SendToItself,
    CloseItself,
    Close { variable: usize },
}

const VARIABLES: usize = 4;
const MESSAGES: [&str; 7] =
    ["DRV_LOAD", "DRV_ENABLE", "DRV_OPEN", "DRV_CLOSE", "DRV_DISABLE", "DRV_FREE", "0x4001"];
/// Numbers whose upper half matters.
const WIDE: [u64; 4] = [0x1_0000_0000, 0x1234_5678_9ABC_DEF0, 0x8000_0000_0000_0001, u64::MAX];

pub fn scenario() -> impl Strategy<Value = Scenario> {
    (vec(quirk(), 0..5), vec(step(), 1..14)).prop_map(|(quirks, steps)| Scenario { quirks, steps })
}

fn step() -> impl Strategy<Value = Step> {
    let variable = 0..VARIABLES;
    let lparams = || (lparam(), lparam());
    prop_oneof![
        3 => (variable.clone(), asked()).prop_map(|(variable, asked)| Step::Open { variable, asked }),
        2 => (variable.clone(), lparams()).prop_map(|(variable, lparams)| Step::Send { variable, lparams }),
        3 => (variable, lparams()).prop_map(|(variable, lparams)| Step::Close { variable, lparams }),
    ]
}

fn asked() -> impl Strategy<Value = Asked> {
    let files: Vec<&str> = SPELLINGS.iter().map(|(spelling, _)| *spelling).collect();
    // What comes first is what a failure shrinks to.
    let name = prop_oneof![
        4 => select(files).prop_map(|name| (name, None)),
        2 => (select(ALIASES.to_vec()), select(SECTIONS.to_vec())),
        1 => (select(vec!["probea.dll", "probeb.drv"]), select(SECTIONS.to_vec())),
    ];
    let lparam2 = prop_oneof![Just(0), lparam()];
    (name, prop::bool::weighted(0.4), lparam2).prop_map(|((name, section), parameters, lparam2)| Asked {
        name,
        section,
        parameters,
        lparam2,
    })
}

fn lparam() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 1..99u64, 1 => select(WIDE.to_vec())]
}

fn quirk() -> impl Strategy<Value = Quirk> {
    let what = prop_oneof![
        3 => select(vec![0, 1, 2, 7, WIDE[0]]).prop_map(What::Answer),
        2 => asked().prop_map(What::Open),
        1 => Just(What::SendToItself),
        1 => Just(What::CloseItself),
        1 => (0..VARIABLES).prop_map(|variable| What::Close { variable }),
    ];
    let any = (0..MODULES.len(), select(MESSAGES.to_vec()), 1..4u32, what);
    let wide_id = (0..MODULES.len(), Just("DRV_OPEN"), 1..4u32, select(WIDE.to_vec()).prop_map(What::Answer));
    prop_oneof![4 => any, 1 => wide_id].prop_map(|(driver, message, nth, what)| Quirk {
        driver,
        message,
        nth,
        what,
    })
}

impl Asked {
    /// The arguments of the call, with these parameters if there are to be any.
    fn arguments(&self, parameters: &str) -> String {
        let Asked { name, section, lparam2, .. } = self;
        let name = if self.parameters { format!("{name} {parameters}") } else { (*name).to_owned() };
        let section = section.map_or("NULL".to_owned(), |section| format!("\"{section}\""));
        format!("\"{}\" {section} {lparam2:#x}", name.replace('\\', "\\\\"))
    }
}

impl Scenario {
    /// The scenario in the grammar of the recordings, with a SYSTEM.INI if it uses one. Everything that is left open is
    /// closed at the end.
    pub fn script(&self) -> String {
        self.profile() + &self.statements()
    }

    /// The entries that are used under any personality, as lines of SYSTEM.INI.
    fn profile(&self) -> String {
        let of_step = |step: &Step| match step {
            Step::Open { asked, .. } => Some(asked.clone()),
            _ => None,
        };
        let of_quirk = |quirk: &Quirk| match &quirk.what {
            What::Open(asked) => Some(asked.clone()),
            _ => None,
        };
        let asked = self.steps.iter().filter_map(of_step).chain(self.quirks.iter().filter_map(of_quirk));
        let entries = |asked: Asked| {
            Personality::ALL
                .iter()
                .filter_map(move |personality| entry(*personality, asked.name, asked.section))
        };
        let mut used: Vec<Entry> = asked.flat_map(entries).collect();
        used.sort_unstable();
        used.dedup();
        let mut profile = String::new();
        for of_section in used.chunk_by(|one, next| one.0 == next.0) {
            let _ = writeln!(profile, "@ini [{}]", of_section[0].0);
            for (_, alias, line) in of_section {
                let _ = writeln!(profile, "@ini {alias}={line}");
            }
        }
        profile
    }

    /// The lines that are script.
    pub fn statements(&self) -> String {
        let mut script = String::new();
        for variable in self.variables() {
            let _ = writeln!(script, "v{variable} = let 0");
        }
        for (number, Quirk { driver, message, nth, what }) in self.quirks.iter().enumerate() {
            let _ = write!(script, "rule {} {message} nth={nth} ", MODULES[*driver]);
            let _ = match what {
                What::Answer(answer) => writeln!(script, "ret={answer:#x}"),
                What::Open(asked) => {
                    writeln!(script, "{{ k{number} = OpenDriver {} }}", asked.arguments("k"))
                }
                What::SendToItself => writeln!(script, "{{ SendDriverMessage self 0x4002 3 0x400000000 }}"),
                What::CloseItself => writeln!(script, "{{ CloseDriver self 5 6 }}"),
                What::Close { variable } => writeln!(script, "{{ CloseDriver v{variable} 7 8 }}"),
            };
        }
        for (number, step) in self.steps.iter().enumerate() {
            let _ = match step {
                Step::Open { variable, asked } => {
                    writeln!(script, "v{variable} = OpenDriver {}", asked.arguments(&format!("p{number}")))
                }
                Step::Send { variable, lparams: (lparam1, lparam2) } => {
                    writeln!(script, "SendDriverMessage v{variable} 0x4001 {lparam1:#x} {lparam2:#x}")
                }
                Step::Close { variable, lparams: (lparam1, lparam2) } => {
                    writeln!(script, "CloseDriver v{variable} {lparam1:#x} {lparam2:#x}")
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

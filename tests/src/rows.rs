//! The rows of the personality table: the named behaviours on which the personalities differ, and their switches.

use opendriver::{Personality, Switches};

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name in the table.
    pub name: &'static str,
    /// The switches that it is made of.
    pub switches: &'static [&'static str],
}

/// The rows that are switches, in the order of the table.
pub const ROWS: &[Row] = &[
    Row { name: "default section", switches: &["default_section"] },
    Row { name: "name without a section", switches: &["name_order"] },
    Row { name: "section given, no such entry", switches: &["missing_entry"] },
    Row { name: "DRV_LOAD accepted when", switches: &["load_accepts"] },
    Row { name: "hidden session instance when lParam2 is not 0", switches: &["session_instance"] },
    Row { name: "first DRV_OPEN refused", switches: &["refused_first_open"] },
    Row { name: "DRV_CLOSE answers 0", switches: &["close_zero"] },
    Row { name: "parameters", switches: &["parameters"] },
    Row { name: "resolved line longer than 260", switches: &["line_limit", "line_overflow"] },
    Row { name: "oddities of INI files", switches: &["ini_rules"] },
    Row { name: "file-name rules on this OS", switches: &["append_drv"] },
];

impl Row {
    /// The row of a name.
    pub fn named(name: &str) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.name == name)
    }

    /// The switches of this row as a personality has them, as lines of TOML.
    pub fn lines(&self, personality: Personality) -> Vec<String> {
        let switches = Switches::of(personality);
        self.switches.iter().map(|name| format!("{name} = {}", value(&switches, name))).collect()
    }
}

/// The value of a switch in TOML.
fn value(switches: &Switches, name: &str) -> String {
    let text = |word: &dyn std::fmt::Display| format!("\"{word}\"");
    match name {
        "default_section" => text(&switches.default_section),
        "name_order" => text(&switches.name_order),
        "missing_entry" => text(&switches.missing_entry),
        "load_accepts" => text(&switches.load_accepts),
        "session_instance" => switches.session_instance.to_string(),
        "refused_first_open" => text(&switches.refused_first_open),
        "close_zero" => text(&switches.close_zero),
        "parameters" => text(&switches.parameters),
        "line_limit" => switches.line_limit.to_string(),
        "line_overflow" => text(&switches.line_overflow),
        "ini_rules" => text(&switches.ini_rules),
        "append_drv" => switches.append_drv.to_string(),
        other => panic!("the rows name a switch {other}, which there is not"),
    }
}

//! The table, on the screen and as JSON.

use serde_json::{Value, json};

/// The rows so far.
pub struct Report {
    rows: Vec<Value>,
}

impl Report {
    pub fn new() -> Report {
        println!("{:72} {:>12} {:>12} {:>8} {:>8}", "measure", "ours", "beside", "ratio", "goal");
        Report { rows: Vec::new() }
    }

    /// A figure without a goal.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str) {
        println!("{name:72} {:>12}", shown(value, unit));
        self.rows.push(json!({ "name": name, "value": value, "unit": unit }));
    }

    /// A figure beside another, without a goal.
    pub fn compare(&mut self, name: &str, value: f64, beside: f64, unit: &str) {
        let ratio = value / beside;
        println!("{name:72} {:>12} {:>12} {ratio:>8.2}", shown(value, unit), shown(beside, unit));
        self.rows
            .push(json!({ "name": name, "value": value, "beside": beside, "unit": unit, "ratio": ratio }));
    }

    /// A figure that is to be at most `goal` times another.
    pub fn ratio(&mut self, name: &str, value: f64, beside: f64, unit: &str, goal: f64) {
        let ratio = value / beside;
        let mark = if ratio <= goal { "" } else { "  missed" };
        println!(
            "{name:72} {:>12} {:>12} {ratio:>8.2} {goal:>8.2}{mark}",
            shown(value, unit),
            shown(beside, unit)
        );
        self.rows.push(json!({
            "name": name, "value": value, "beside": beside, "unit": unit, "ratio": ratio, "goal": goal,
            "met": ratio <= goal,
        }));
    }

    /// A figure that is to be at most `goal`.
    pub fn at_most(&mut self, name: &str, value: f64, unit: &str, goal: f64) {
        let mark = if value <= goal { "" } else { "  missed" };
        println!("{name:72} {:>12} {:>12} {:>8} {:>8}{mark}", shown(value, unit), "", "", shown(goal, unit));
        self.rows
            .push(json!({ "name": name, "value": value, "unit": unit, "goal": goal, "met": value <= goal }));
    }

    /// A row with a goal that could not be measured, which is as good as missed.
    pub fn missing(&mut self, name: &str, goal: f64, why: &str) {
        println!("{name:72} {:>12} {:>12} {:>8} {goal:>8.2}  missed: {why}", "-", "", "");
        self.rows
            .push(json!({ "name": name, "value": null, "goal": goal, "met": false, "not measured": why }));
    }

    pub fn finish(self) {
        let missed = self.rows.iter().filter(|row| row["met"] == false).count();
        println!("{} rows, {missed} goals missed", self.rows.len());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/costs.json");
        let text = serde_json::to_string_pretty(&self.rows).expect("numbers and text");
        match std::fs::write(path, text) {
            Ok(()) => println!("written to target/costs.json"),
            Err(error) => eprintln!("target/costs.json cannot be written: {error}"),
        }
    }
}

fn shown(value: f64, unit: &str) -> String {
    if value < 100.0 { format!("{value:.2} {unit}") } else { format!("{value:.0} {unit}") }
}

//! Which rows of the personality table account for a difference.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use opendriver::Personality;
use opendriver_testkit::Recording;
use opendriver_tests::Through;
use opendriver_tests::rows::{ROWS, Row};

use crate::expected::{differences, here};
use crate::playing::{compare, play};

/// `wine` with these rows as in `personality` gives the trace, and with any one less it does not.
pub fn check_rows(
    path: &Path,
    personality: Personality,
    rows: &[String],
    right: &Recording,
) -> Result<(), String> {
    let rows: Vec<&Row> = rows
        .iter()
        .map(|name| Row::named(name).ok_or_else(|| format!("the table has no row {name:?}")))
        .collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Err("no row is named".to_owned());
    }
    let lines = |rows: &[&Row]| rows.iter().flat_map(|row| row.lines(personality)).collect::<Vec<_>>();
    let trace = play(path, Personality::Wine, lines(&rows), Through::Rust)?;
    compare(right, &trace)
        .map_err(|difference| format!("the rows do not account for all of it: {difference}"))?;
    for left_out in &rows {
        let others: Vec<&Row> = rows.iter().copied().filter(|row| row != left_out).collect();
        if compare(right, &play(path, Personality::Wine, lines(&others), Through::Rust)?).is_ok() {
            return Err(format!("the row {:?} explains nothing", left_out.name));
        }
    }
    Ok(())
}

/// The fewest rows that account for a trace, found by leaving out one after the other.
pub fn rows_that_account(
    path: &Path,
    personality: Personality,
    right: &Recording,
) -> Result<Vec<String>, String> {
    let differs = |row: &&Row| row.lines(personality) != row.lines(Personality::Wine);
    let mut rows: Vec<&Row> = ROWS.iter().filter(differs).collect();
    // One row may be needed only because of another, so it takes as many rounds as something is left out.
    loop {
        let before = rows.len();
        for candidate in rows.clone() {
            let others: Vec<&Row> = rows.iter().copied().filter(|row| *row != candidate).collect();
            let lines = others.iter().flat_map(|row| row.lines(personality)).collect();
            if compare(right, &play(path, Personality::Wine, lines, Through::Rust)?).is_ok() {
                rows = others;
            }
        }
        if rows.len() == before {
            break;
        }
    }
    Ok(rows.iter().map(|row| row.name.to_owned()).collect())
}

pub fn bless(personality: Personality, blessed: BTreeMap<String, Vec<String>>) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().expect("no panic");
    let mut all = differences();
    all.insert(personality.to_string(), blessed);
    let mut text = String::from(
        "# By personality and recording: the rows of the personality table that account for the difference to\n\
         # personality `wine`. The traces are in the directories beside this file.\n",
    );
    for (personality, recordings) in all {
        text.push_str(&format!("\n[{personality}]\n"));
        for (name, rows) in recordings {
            text.push_str(&format!("\"{name}\" = {rows:?}\n"));
        }
    }
    fs::write(here("expected/differences.toml"), text).expect("it can be written");
}

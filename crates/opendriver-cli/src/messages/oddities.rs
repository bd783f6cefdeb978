//! What is odd about the INI file: shown with `-v`, and mentioned where a look-up fails for want of an entry.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use opendriver::Config;
use opendriver::config::{Diagnostic, Severity};

use super::excerpt::Excerpt;
use crate::output::visible;

/// How many are shown at most; a file that is odd throughout would hide everything else.
const SHOWN: usize = 20;

/// How many are mentioned beside a failure.
const MENTIONED: usize = 3;

/// Shows what is odd on standard error, each with its line.
pub(crate) fn show(config: &Config) {
    let found = config.diagnostics();
    let mut text = String::new();
    for odd in found.iter().take(SHOWN) {
        let style = style(odd.severity);
        let _ = writeln!(text, "{style}{}:{style:#} {}", odd.severity, visible(&line(odd, config)));
        if let Some(excerpt) = Excerpt::of_oddity(odd, config) {
            let _ = writeln!(text, "{}", excerpt.render(odd.severity));
        }
        if let Some(hint) = &odd.hint {
            let _ = writeln!(text, "{0}hint:{0:#} {1}", super::HINT, visible(hint));
        }
    }
    if let Some(more) = found.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let style = style(Severity::Note);
        let _ = writeln!(text, "{style}note:{style:#} {more} more lines are odd");
    }
    // There is nobody left to tell if standard error is closed.
    let _ = write!(anstream::stderr(), "{text}");
}

/// The first oddities that may be why a look-up has found nothing, each in one sentence.
pub(crate) fn mention(config: &Config) -> Vec<String> {
    let mut suspects = config.diagnostics().iter().filter(|odd| odd.severity >= Severity::Warning);
    let mut notes: Vec<String> = suspects.by_ref().take(MENTIONED).map(|odd| line(odd, config)).collect();
    let more = suspects.count();
    if more > 0 {
        notes.push(format!("{more} more lines are odd; -v shows them"));
    }
    notes
}

fn line(odd: &Diagnostic, config: &Config) -> String {
    match config.profile_path() {
        Some(path) => format!("{}:{}: {}", path.display(), odd.position, odd.message),
        None => format!("{}: {}", odd.position, odd.message),
    }
}

fn style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Note => AnsiColor::Cyan,
        Severity::Error => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    colour.on_default().bold()
}

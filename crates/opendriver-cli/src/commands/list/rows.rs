//! The lines of a section as rows: what each leads to.

use std::path::{Path, PathBuf};

use opendriver::config::{Position, Row as ProfileRow, split_line};
use opendriver::{Head, Locator, Machine, OpenFailure, PassedOver, Place, ResolveError};
use serde_json::{Value, json};

use crate::messages;
use crate::session::Session;

/// What has become of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// It leads to a driver that this process can load.
    Found,
    /// It leads to none.
    Missing,
    /// It has no value, and no look-up finds it.
    Empty,
    /// An earlier line has the same alias, and no look-up finds this one.
    Ignored,
}

/// A line of a section.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) alias: String,
    pub(super) line: String,
    pub(super) status: Status,
    /// What the file is built for, as far as there is a file.
    pub(super) machine: Option<String>,
    path: Option<PathBuf>,
    /// Why it leads to no driver: briefly, and all that there is to say.
    reason: Option<(String, String)>,
    kind: Option<&'static str>,
    source: Option<PathBuf>,
    position: Option<Position>,
}

/// The rows of a section, in the order of the configuration: first those of the settings' table, then those of the
/// profile. Lines without `=` say nothing about drivers and are left out. Each is located when it is asked for.
pub(super) fn of<'a>(
    session: &'a Session,
    locator: &'a Locator<'a>,
    section: &'a str,
) -> impl Iterator<Item = Row> + 'a {
    let config = &session.config;
    let table = config.settings().sections.table(section);
    let of_table = table.into_iter().flat_map(|table| table.iter()).map(move |value| {
        let row = Row::new(value.name.clone(), value.line.clone(), config.path(), value.position.clone());
        row.located(locator, section)
    });
    let of_profile = config.profile().section(section).into_iter().flat_map(|section| section.rows());
    let of_profile = of_profile.filter_map(|row: ProfileRow<'_>| Some((row, row.value()?)));
    of_table.chain(of_profile.map(move |(row, value)| {
        let alias = value.key().into_owned();
        let hidden = row.is_duplicate() || table.is_some_and(|table| table.get(&alias).is_some());
        let row = Row::new(alias, value.as_str().to_owned(), config.profile_path(), Some(value.position()));
        match (hidden, row.line.is_empty()) {
            (true, _) => Row { status: Status::Ignored, ..row },
            (false, true) => Row { status: Status::Empty, ..row },
            (false, false) => row.located(locator, section),
        }
    }))
}

impl Row {
    fn new(alias: String, line: String, source: Option<&Path>, position: Option<Position>) -> Row {
        Row {
            alias,
            line,
            status: Status::Found,
            machine: None,
            path: None,
            reason: None,
            kind: None,
            source: source.map(Path::to_path_buf),
            position,
        }
    }

    /// The row with what the manager finds behind the alias.
    fn located(mut self, locator: &Locator<'_>, section: &str) -> Row {
        match locator.locate(&self.alias, Some(section)) {
            Ok(located) => {
                if let Place::File { path, head } = located.place {
                    self.machine = machine(&head);
                    self.path = Some(path);
                }
            }
            Err(error) => {
                self.status = Status::Missing;
                self.machine = unfit(error.failure()).and_then(machine);
                self.reason = Some((messages::brief(&error), error.to_string()));
                self.kind = Some(messages::kind(error.failure()));
            }
        }
        self
    }

    /// The file name on the line.
    pub(super) fn file(&self) -> &str {
        split_line(&self.line).0
    }

    /// The parameters on the line.
    pub(super) fn parameters(&self) -> Option<&str> {
        split_line(&self.line).1
    }

    /// Where the driver is, or why there is none.
    pub(super) fn found(&self) -> String {
        match (self.status, &self.path, &self.reason) {
            (Status::Found, Some(path), _) => path.display().to_string(),
            (Status::Found, None, _) => "compiled into this program".to_owned(),
            (Status::Missing, _, reason) => {
                let brief = reason.as_ref().map(|(brief, _)| brief.as_str()).unwrap_or_default();
                format!("missing: {brief}")
            }
            (Status::Empty, ..) => "empty: no driver is named".to_owned(),
            (Status::Ignored, ..) => "ignored: an earlier line has this alias".to_owned(),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let status = match self.status {
            Status::Found => "found",
            Status::Missing => "missing",
            Status::Empty => "empty",
            Status::Ignored => "ignored",
        };
        json!({
            "alias": self.alias,
            "line": self.line,
            "file": self.file(),
            "parameters": self.parameters(),
            "status": status,
            "path": self.path.as_ref().map(|path| path.display().to_string()),
            "machine": self.machine,
            "kind": self.kind,
            "reason": self.reason.as_ref().map(|(_, whole)| whole),
            "place": {
                "path": self.source.as_ref().map(|path| path.display().to_string()),
                "line": self.position.as_ref().map(|position| position.line),
                "column": self.position.as_ref().map(|position| position.column),
            },
        })
    }
}

/// The head of the file that was found and could not be used.
fn unfit(failure: &OpenFailure) -> Option<&Head> {
    let OpenFailure::Resolve(ResolveError::NotFound { tried, .. }) = failure else { return None };
    tried.iter().find_map(|tried| match &tried.why {
        PassedOver::WrongKind { head } => Some(head),
        _ => None,
    })
}

fn machine(head: &Head) -> Option<String> {
    Some(match head {
        Head::Elf { machine, .. } | Head::Pe { machine, .. } => machine.to_string(),
        Head::MachO { machines } => machines.iter().map(Machine::to_string).collect::<Vec<_>>().join(", "),
        Head::Ne { .. } => "16-bit".to_owned(),
        _ => return None,
    })
}

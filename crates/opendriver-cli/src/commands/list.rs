//! `opendriver list`: the aliases, and where they lead.

mod rows;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use opendriver::Locator;
use opendriver::config::fold;
use serde_json::{Value, json};

use self::rows::{Row, Status};
use crate::args::ListArgs;
use crate::messages::Failure;
use crate::output::{BAD, BOLD, DIM, ODD, line, one_line, shortened};
use crate::session::Session;
use crate::similar;

/// Sections in which Windows registers drivers (Windows 3.1 SDK; Windows NT registry; `mci32` and
/// `Installable Compressors` as in SYSTEM.INI of Windows 95). Compared without regard to case.
const OF_DRIVERS: [&str; 5] = ["drivers", "drivers32", "mci", "mci32", "Installable Compressors"];

/// Shows the entries of the sections, each with the file that it leads to, or why to none. A driver that is missing is
/// a finding and no failure; a section that was asked for and is missing is one.
pub(crate) fn run(session: &Session, args: &ListArgs) -> Result<(), Failure> {
    let sections = sections(session, args)?;
    let manager = session.manager(None);
    let locator = manager.locator();
    let out = session.out;
    if out.is_json() {
        let sections: Vec<Value> =
            sections.iter().map(|section| document(session, &locator, section)).collect();
        out.document(&json!({
            "config": session.config.path().map(|path| path.display().to_string()),
            "profile": session.config.profile_path().map(|path| path.display().to_string()),
            "profile_missing": session.config.profile_missing(),
            "directories": manager.search_directories().iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            "sections": sections,
        }))?;
        return Ok(());
    }
    if let Some(reason) = session.no_configuration() {
        out.note(&reason);
    } else if sections.is_empty() {
        out.note("no section of the configuration registers drivers; --all shows every section");
    }
    for (number, section) in sections.iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        out.styled(&format!("{gap}{}", line(BOLD, &format!("[{}]", one_line(section)))))?;
        let mut tables = Tables::default();
        let mut rows = rows::of(session, &locator, section).peekable();
        if rows.peek().is_none() {
            out.styled(&line(DIM, "  (no entries)"))?;
        }
        while rows.peek().is_some() {
            let block: Vec<Row> = rows.by_ref().take(BLOCK).collect();
            out.styled(&tables.next(&block))?;
        }
    }
    Ok(())
}

/// The names of the sections to show, as the configuration spells them.
fn sections(session: &Session, args: &ListArgs) -> Result<Vec<String>, Failure> {
    let known = session.config.section_names();
    let same = |one: &str, other: &str| fold(one) == fold(other);
    if args.sections.is_empty() {
        let tables = &session.config.settings().sections;
        let wanted = |name: &str| {
            args.all || tables.table(name).is_some() || OF_DRIVERS.iter().any(|known| same(known, name))
        };
        return Ok(known.into_iter().filter(|name| wanted(name)).collect());
    }
    args.sections
        .iter()
        .map(|asked| {
            known.iter().find(|name| same(name, asked.trim_matches(' '))).cloned().ok_or_else(|| {
                let similar = similar::to(asked, known.iter().map(String::as_str));
                Failure::no_section(asked, &similar, session)
            })
        })
        .collect()
}

/// So many rows are shown at a time: nobody waits for the last of a million to see the first.
const BLOCK: usize = 200;

/// The rows of a section as tables without borders, which look like one.
#[derive(Default)]
struct Tables {
    /// How wide the columns were in the table before.
    widths: Vec<u16>,
}

impl Tables {
    /// The next rows, each line in the style of its status; above the first ones the names of the columns.
    fn next(&mut self, rows: &[Row]) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let first = self.widths.is_empty();
        if first {
            table.set_header(["alias", "driver", "found", "machine", "parameters"]);
        }
        for row in rows {
            table.add_row([
                cell(&row.alias),
                cell(row.file()),
                // A path must stay one that can be copied.
                one_line(&row.found()),
                row.machine.clone().unwrap_or_else(|| "-".to_owned()),
                cell(row.parameters().unwrap_or("-")),
            ]);
        }
        for (column, width) in table.column_iter_mut().zip(&self.widths) {
            // With the blank on either side.
            let whole = width.saturating_add(2);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(whole)));
        }
        let widths = table.column_max_content_widths();
        let before = self.widths.iter().copied().chain(std::iter::repeat(0));
        self.widths = widths.into_iter().zip(before).map(|(now, before)| now.max(before)).collect();
        let styles = first.then_some(DIM).into_iter().chain(rows.iter().map(|row| match row.status {
            Status::Found => anstyle::Style::new(),
            Status::Missing => BAD,
            Status::Empty => ODD,
            Status::Ignored => DIM,
        }));
        table.lines().zip(styles).map(|(text, style)| line(style, &format!(" {}", text.trim_end()))).collect()
    }
}

/// Text of the configuration for a table, which a single long line would make unreadable. A document has it whole.
fn cell(text: &str) -> String {
    shortened(&one_line(text), 80)
}

fn document(session: &Session, locator: &Locator<'_>, section: &str) -> Value {
    let entries: Vec<Value> = rows::of(session, locator, section).map(|row| row.to_json()).collect();
    json!({ "name": section, "entries": entries })
}

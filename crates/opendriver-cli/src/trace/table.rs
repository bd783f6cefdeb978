//! The trace as a table for people. Its columns have fixed widths, because each half of a row is written before
//! anybody knows what comes next.

use std::path::Path;
use std::time::Duration;

use anstyle::Style;
use opendriver::Call;
use opendriver::abi::{DRV_LOAD, DRV_OPEN, LRESULT};

use super::Form;
use crate::messages::Failure;
use crate::output::{BAD, BOLD, DIM, line, one_line};

#[derive(Default)]
pub(super) struct Table {
    /// The message whose row is written to the half.
    half: Option<u64>,
    /// Whether the header is written, which comes with the first row.
    begun: bool,
}

impl Form for Table {
    fn start(&mut self) -> String {
        String::new()
    }

    fn module(&mut self, what: &'static str, module: &str, path: Option<&Path>) -> String {
        let place = path.map_or_else(
            || format!("{module}, compiled into this program"),
            |path| path.display().to_string(),
        );
        format!("{}{}", self.next_row(), line(DIM, &format!("{what:<8} {}", one_line(&place))))
    }

    fn sending(&mut self, number: u64, call: &Call<'_>) -> String {
        let before = self.next_row();
        self.half = Some(number);
        let lparam1 = match call.parameters {
            Some(text) => format!("{text:?}"),
            None if call.message == DRV_OPEN && call.lparam1 == 0 => "NULL".to_owned(),
            None => short(call.lparam1),
        };
        let name = format!("{:indent$}{}", "", call.name(), indent = 2 * call.depth);
        let id = short(call.driver_id.cast_signed());
        format!("{before}{}", left([&name, &call.handle.to_string(), &id, &lparam1, &short(call.lparam2)]))
    }

    fn answered(&mut self, number: u64, call: &Call<'_>, answer: LRESULT, elapsed: Duration) -> String {
        let elapsed = format!("{elapsed:.1?}");
        let refused = answer == 0 && matches!(call.message, DRV_LOAD | DRV_OPEN);
        let style = if refused { BAD } else { Style::new() };
        if self.half == Some(number) {
            self.half = None;
            return line(style, &right(&short(answer), &elapsed));
        }
        // Other rows came in between, so the answer gets one of its own, under the message.
        let name = format!("{:indent$}= {}", "", call.name(), indent = 2 * call.depth);
        let row = format!(
            "{}{}",
            left([&name, &call.handle.to_string(), "", "", ""]),
            right(&short(answer), &elapsed)
        );
        format!("{}{}", self.next_row(), line(style, &row))
    }

    fn finish(&mut self, _failure: Option<&Failure>) -> String {
        self.break_row().to_owned()
    }
}

impl Table {
    /// What is due before a row: the header, or the end of the row before.
    fn next_row(&mut self) -> String {
        if std::mem::replace(&mut self.begun, true) {
            return self.break_row().to_owned();
        }
        let names = ["message", "handle", "id", "lParam1", "lParam2"];
        line(BOLD, &format!("{}{}", left(names), right("result", "time")))
    }

    /// Ends a row that is written to the half.
    fn break_row(&mut self) -> &'static str {
        if self.half.take().is_some() { "\n" } else { "" }
    }
}

fn left([message, handle, id, lparam1, lparam2]: [&str; 5]) -> String {
    format!("{message:<20} {handle:<10} {id:<14} {lparam1:<18} {lparam2:<10} ")
}

fn right(result: &str, time: &str) -> String {
    format!("{result:<14} {time}")
}

/// A number as a person would write it: what may be an address or a set of flags in hexadecimal.
fn short(number: isize) -> String {
    if (-9999..=9999).contains(&number) { number.to_string() } else { format!("{number:#x}") }
}

#[cfg(test)]
mod tests {
    use opendriver::abi::DRV_USER;

    use super::super::tests::call;
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_row_is_written_in_two_halves() {
        let mut table = Table { begun: true, ..Table::default() };
        let first = table.sending(0, &call(DRV_USER + 5, 0x7FFF_0000, 0));
        assert!(
            first.starts_with("DRV_USER+0x5         0x00100000 1              0x7fff0000         -1 "),
            "{first}"
        );
        assert!(!first.contains('\n'));
        let rest = plain(&table.answered(0, &call(DRV_USER + 5, 0, 0), 42, Duration::from_micros(1500)));
        assert_eq!(rest, "42             1.5ms\n");
        assert_eq!(table.finish(None), "");
    }

    #[test]
    fn messages_inside_a_message_are_indented_and_its_answer_follows_them() {
        let mut table = Table { begun: true, ..Table::default() };
        let mut text = table.sending(0, &call(DRV_USER, 1, 0));
        text += &table.sending(1, &call(DRV_USER + 1, 2, 1));
        text += &table.answered(1, &call(DRV_USER + 1, 2, 1), 8, Duration::ZERO);
        text += &table.answered(0, &call(DRV_USER, 1, 0), 9, Duration::ZERO);
        let text = plain(&text);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["DRV_USER", "0x00100000", "1", "1", "-1"]);
        assert_eq!(lines[1], ["DRV_USER+0x1", "0x00100000", "1", "2", "-1", "8", "0.0ns"]);
        assert_eq!(lines[2], ["=", "DRV_USER", "0x00100000", "9", "0.0ns"]);
        assert!(text.lines().nth(1).unwrap().starts_with("  DRV_USER+0x1 "), "{text}");
    }

    #[test]
    fn what_was_loaded_does_not_share_a_row_with_a_message() {
        let mut table = Table { begun: true, ..Table::default() };
        let mut text = table.sending(0, &call(DRV_USER, 0, 0));
        text += &table.module("loaded", "x.drv", Some(Path::new("/a\u{1b}b")));
        let text = plain(&text);
        assert_eq!(text.lines().nth(1), Some("loaded   /a\\u{1b}b"));
    }

    #[test]
    fn the_header_comes_once_and_only_with_a_row() {
        let mut table = Table::default();
        assert_eq!(table.start() + &table.finish(None), "");
        let first = table.module("loaded", "x.drv", None) + &table.module("unloaded", "x.drv", None);
        assert_eq!(first.matches("lParam1").count(), 1, "{first}");
    }

    #[test]
    fn text_of_an_open_is_quoted_and_its_absence_is_named() {
        let mut table = Table { begun: true, ..Table::default() };
        let with = Call { parameters: Some("a \"b\""), ..call(DRV_OPEN, 0x1234_5678, 0) };
        assert!(table.sending(0, &with).contains("\"a \\\"b\\\"\""));
        table.answered(0, &with, 1, Duration::ZERO);
        assert!(table.sending(1, &call(DRV_OPEN, 0, 0)).contains("NULL"));
    }
}

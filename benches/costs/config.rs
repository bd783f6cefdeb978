//! Reading SYSTEM.INI.

use std::fmt::Write;
use std::hint::black_box;

use opendriver_config::{CodePage, Config, Document, IniRules, Settings};

use crate::measure::best;
use crate::report::Report;

const LINES: usize = 100_000;

pub fn rows(report: &mut Report) {
    for (shape, keys) in [("one section", LINES), ("sections of ten", 10)] {
        let text = ini(keys);
        let ours = best(3, || {
            let document = Document::parse(text.as_bytes(), CodePage::WESTERN);
            black_box(document.profile(IniRules::Windows));
        }) / 1e6;
        report.at_most(&format!("parse 100,000 lines, {shape}"), ours, "ms", 10.0);
        let rust_ini = best(1, || _ = black_box(ini::Ini::load_from_str(&text).map(|ini| ini.len()))) / 1e6;
        report.ratio(&format!("parse, {shape}, beside rust-ini"), ours, rust_ini, "ms", 1.0);
        let configparser =
            best(1, || _ = black_box(configparser::ini::Ini::new().read(text.clone()).is_ok())) / 1e6;
        report.ratio(&format!("parse, {shape}, beside configparser"), ours, configparser, "ms", 1.0);
    }
    let mut small = None;
    for keys in [100, 1_000, LINES] {
        let mut text = String::from("[drivers32]\r\n");
        (0..keys).for_each(|n| writeln!(text, "alias{n}=driver{n}.drv text\r").expect("memory"));
        let config = Config::from_ini(text, Settings::default());
        let names: Vec<String> = (0..100).map(|n| format!("alias{}", n * 7919 % keys)).collect();
        let mut next = names.iter().cycle();
        let ours = best(100_000, || {
            let name = next.next().expect("a cycle");
            black_box(config.profile().get("drivers32", name).map(|value| value.len()));
        });
        report.at_most(&format!("look-up among {keys} keys"), ours, "ns", 150.0);
        let first = *small.get_or_insert(ours);
        report.ratio(&format!("look-up, {keys} keys beside 100"), ours, first, "ns", 1.5);
    }
}

/// 100,000 lines, a new section after each `keys` of them.
fn ini(keys: usize) -> String {
    let mut text = String::new();
    for n in 0..LINES {
        if n % keys == 0 {
            writeln!(text, "[section{}]\r", n / keys).expect("memory");
        }
        writeln!(text, "alias{n}=driver{n}.drv some parameters\r").expect("memory");
    }
    text
}

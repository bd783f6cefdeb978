//! Reading SYSTEM.INI.

use std::fmt::Write;
use std::hint::black_box;

use opendriver_config::{CodePage, Config, Document, IniRules, Settings};

use crate::measure::{best, pair_made};
use crate::report::Report;

const LINES: usize = 100_000;
/// How often each parser is measured beside another.
const RUNS: u32 = 45;

pub fn rows(report: &mut Report) {
    for (shape, keys) in [("one section", LINES), ("sections of ten", 10)] {
        let text = ini(keys);
        let parse = |text: String| {
            let document = Document::parse(text.as_bytes(), CodePage::WESTERN);
            black_box(document.profile(IniRules::Windows));
        };
        let copy = || text.clone();
        let rust_ini =
            |text: String| _ = black_box(ini::Ini::load_from_str(&text).expect("it can be parsed"));
        let (least, beside_rust_ini) = pair_made(RUNS, copy, parse, rust_ini);
        let configparser =
            |text: String| _ = black_box(configparser::ini::Ini::new().read(text).expect("it can be parsed"));
        let (again, beside_configparser) = pair_made(RUNS, copy, parse, configparser);
        report.at_most(&format!("parse 100,000 lines, {shape}"), least.min(again) / 1e6, "ms", 10.0);
        for (name, ours, theirs) in
            [("rust-ini", least, beside_rust_ini), ("configparser", again, beside_configparser)]
        {
            report.ratio(&format!("parse, {shape}, beside {name}"), ours / 1e6, theirs / 1e6, "ms", 1.0);
        }
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

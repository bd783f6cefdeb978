//! What parsing costs per line and a look-up per call, for files of 100, 1,000 and 100,000 lines: as one big section, and
//! as sections of ten. Run with `cargo bench -p opendriver-config`; each figure is the best of several runs.

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use opendriver_config::{CodePage, Config, Document, IniRules, Settings};

fn main() {
    println!("{:<24}{:>12}{:>12}{:>14}{:>14}", "file", "parse", "ns/line", "ns/get", "ns/find");
    for lines in [100, 1_000, 100_000] {
        for per_section in [lines, 10] {
            measure(lines, per_section);
        }
    }
}

fn measure(lines: usize, per_section: usize) {
    let (text, names) = file(lines, per_section);
    let runs = if lines > 10_000 { 15 } else { 200 };
    let parse = best(
        runs,
        || text.clone().into_bytes(),
        |bytes| Document::parse(bytes, CodePage::WESTERN).profile(IniRules::Windows),
    );
    let config = Config::from_ini(text, Settings::default());
    // A thousand names spread over the file, so that the caches hold what a program would use.
    let step = (names.len() / 1_000).max(1);
    let some: Vec<_> = names.iter().step_by(step).collect();
    let get = best(
        20,
        || (),
        |()| {
            for (section, key) in &some {
                black_box(config.profile().get(section, key).expect("it is there"));
            }
        },
    );
    let find = best(
        20,
        || (),
        |()| {
            for (section, key) in &some {
                black_box(config.find(section, key).expect("it is there"));
            }
        },
    );
    println!(
        "{:<24}{:>12}{:>12.1}{:>14.1}{:>14.1}",
        format!("{lines} by {per_section}"),
        format!("{parse:.2?}"),
        nanoseconds(parse, lines),
        nanoseconds(get, some.len()),
        nanoseconds(find, some.len()),
    );
}

/// A file of that many entries, and section and key of each, spelled otherwise than in the file.
fn file(lines: usize, per_section: usize) -> (String, Vec<(String, String)>) {
    let mut text = String::new();
    let mut names = Vec::new();
    for number in 0..lines {
        let section = number / per_section;
        if number % per_section == 0 {
            write!(text, "[Section{section}]\r\n").expect("a string takes everything");
        }
        write!(text, "alias{number}=driver{}.drv port={number}\r\n", number % 7)
            .expect("a string takes everything");
        names.push((format!("section{section}"), format!("ALIAS{number}")));
    }
    (text, names)
}

/// The shortest time that `work` takes; what comes before and after it is not counted.
fn best<A, B>(runs: usize, mut before: impl FnMut() -> A, mut work: impl FnMut(A) -> B) -> Duration {
    let once = || {
        let given = before();
        let start = Instant::now();
        let made = black_box(work(black_box(given)));
        let time = start.elapsed();
        drop(made);
        time
    };
    std::iter::repeat_with(once).take(runs).min().unwrap_or_default()
}

fn nanoseconds(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e9 / count as f64
}

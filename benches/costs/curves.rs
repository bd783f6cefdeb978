//! Cost against N, as a drawing: `cargo bench -p opendriver-benches --bench costs -- --curves FILE.svg`.

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;

use opendriver::abi::DRV_USER;
use opendriver::{Config, Handle, Manager, Settings};

use crate::drivers;
use crate::measure::best;
use crate::opening::turn;

/// A line of the drawing: what it shows, and nanoseconds by N.
struct Curve {
    name: &'static str,
    colour: &'static str,
    /// The point that the name stands at, and how far above it.
    label: (usize, f64),
    points: Vec<(f64, f64)>,
}

/// What Wine 8.0 was measured at on a machine of the same kind, to compare with, in nanoseconds.
const WINE_OPEN: [(f64, f64); 2] = [(1.0, 1_900.0), (10_000.0, 59_000.0)];
const WINE_SEND: [(f64, f64); 2] = [(1.0, 8.5), (10_000.0, 8.5)];

pub fn draw(target: &Path) -> std::io::Result<()> {
    let (manager, _directory) = drivers::manager();
    let (mut in_order, mut at_random, mut opening) = (Vec::new(), Vec::new(), Vec::new());
    let mut open: Vec<Handle> = Vec::new();
    for n in [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] {
        open.extend((open.len()..n).map(|_| manager.open("native.drv", None, 0).expect("it opens")));
        let some = n.min(10_000);
        let scattered: Vec<Handle> = (0..some).map(|k| open[k * 7919 % n]).collect();
        in_order.push((n as f64, sent(&manager, &open[..some])));
        at_random.push((n as f64, sent(&manager, &scattered)));
        if n < 1_000_000 {
            opening.push((n as f64, best(20_000, || turn(&manager, "native.drv"))));
        }
        println!("{n}: {:?} {:?} {:?}", in_order.last(), at_random.last(), opening.last());
    }
    for handle in open {
        manager.close(handle, 0, 0).expect("it is open");
    }
    let looking_up = [1, 10, 100, 1_000, 10_000, 100_000].map(|n| (f64::from(n), looked_up(n))).to_vec();
    let curve = |name, colour, label, points| Curve { name, colour, label, points };
    let curves = [
        curve("Wine 8.0: send to one of N", "#aaaaaa", (0, 10.0), WINE_SEND.to_vec()),
        curve("Wine 8.0: open and close beside N others", "#888888", (0, -18.0), WINE_OPEN.to_vec()),
        curve("send to one of N, in the order of opening", "#1b6ca8", (1, -22.0), in_order),
        curve("send, in random order (cache misses)", "#6aaed6", (4, 16.0), at_random),
        curve("look-up of an alias among N", "#3a9a5b", (0, 10.0), looking_up),
        curve("open and close beside N others", "#b8860b", (0, 10.0), opening),
    ];
    std::fs::write(target, svg(&curves))
}

fn sent(manager: &Manager, handles: &[Handle]) -> f64 {
    let mut next = handles.iter().cycle();
    best(1_000_000, || {
        let handle = *next.next().expect("a cycle");
        _ = black_box(manager.send(black_box(handle), black_box(DRV_USER), 3, 4));
    })
}

fn looked_up(keys: u32) -> f64 {
    let mut text = String::from("[drivers32]\r\n");
    (0..keys).for_each(|n| writeln!(text, "alias{n}=driver{n}.drv text\r").expect("memory"));
    let config = Config::from_ini(text, Settings::default());
    let names: Vec<String> = (0..100).map(|n| format!("alias{}", n * 7919 % keys)).collect();
    let mut next = names.iter().cycle();
    best(100_000, || {
        let name = next.next().expect("a cycle");
        black_box(config.profile().get("drivers32", name).map(|value| value.len()));
    })
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 60.0;
/// Powers of ten at the ends of the axes.
const N_DECADES: f64 = 6.0;
const TIME_DECADES: f64 = 5.0;

fn x(n: f64) -> f64 {
    LEFT + n.log10() / N_DECADES * (WIDTH - LEFT - RIGHT)
}

fn y(nanoseconds: f64) -> f64 {
    HEIGHT - BOTTOM - nanoseconds.log10() / TIME_DECADES * (HEIGHT - TOP - BOTTOM)
}

/// Both axes are logarithmic.
fn svg(curves: &[Curve]) -> String {
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' font-family='sans-serif' \
         font-size='13'>\n<rect width='100%' height='100%' fill='white'/>\n"
    );
    let mut add = |line: String| out.push_str(&(line + "\n"));
    for (power, label) in ["1", "10", "100", "1,000", "10,000", "100,000", "1,000,000"].iter().enumerate() {
        let (at, low) = (x(10f64.powi(power as i32)), HEIGHT - BOTTOM);
        add(format!("<path d='M{at:.1} {TOP}V{low}' stroke='#e4e4e4'/>"));
        add(format!("<text x='{at:.1}' y='{:.1}' text-anchor='middle'>{label}</text>", low + 20.0));
    }
    for (power, label) in ["1 ns", "10 ns", "100 ns", "1 us", "10 us", "100 us"].iter().enumerate() {
        let at = y(10f64.powi(power as i32));
        add(format!("<path d='M{LEFT} {at:.1}H{}' stroke='#e4e4e4'/>", WIDTH - RIGHT));
        add(format!("<text x='{}' y='{:.1}' text-anchor='end'>{label}</text>", LEFT - 8.0, at + 4.0));
    }
    add(format!("<text x='{}' y='{}' text-anchor='middle'>N</text>", WIDTH / 2.0, HEIGHT - 18.0));
    for Curve { name, colour, label: (at, above), points } in curves {
        let path: Vec<String> = points.iter().map(|&(n, ns)| format!("{:.1} {:.1}", x(n), y(ns))).collect();
        add(format!("<path d='M{}' fill='none' stroke='{colour}' stroke-width='2.5'/>", path.join("L")));
        for &(n, ns) in points {
            add(format!("<circle cx='{:.1}' cy='{:.1}' r='3.5' fill='{colour}'/>", x(n), y(ns)));
        }
        let (n, ns) = points[*at];
        add(format!("<text x='{:.1}' y='{:.1}' fill='{colour}' >{name}</text>", x(n) + 8.0, y(ns) - above));
    }
    out + "</svg>\n"
}

//! scratch
use std::hint::black_box;
use std::time::Instant;
use opendriver::abi::*;
use opendriver::{BuiltIn, Manager};

extern "system" fn proc(id: usize, h: HDRVR, m: u32, l1: isize, l2: isize) -> isize {
    black_box((id, h, m, l1)); if m == DRV_USER { l2 } else { 1 }
}

fn time(n: u32, mut f: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..15 { let s = Instant::now(); for _ in 0..n { f() } best = best.min(s.elapsed().as_nanos() as f64 / n as f64); }
    best
}

fn main() {
    let p: DRIVERPROC = black_box(proc);
    // SAFETY: any values
    let floor = time(1_000_000, || { black_box(unsafe { p(1, HDRVR(5), DRV_USER, 2, 3) }); });
    let manager = Manager::builder().built_in("a.drv", unsafe { BuiltIn::procedure(proc) }).build();
    let h = manager.open("a.drv", None, 0).unwrap();
    let send = time(1_000_000, || { black_box(manager.send(black_box(h), DRV_USER, 2, 3)).ok(); });
    println!("floor {floor:.2} send {send:.2} ratio {:.2}", send / floor);
    let oc = time(100_000, || { let k = manager.open("a.drv", None, 0).unwrap(); manager.close(k, 0, 0).unwrap(); });
    println!("open+close {oc:.0}");
    let k = manager.open("a.drv", None, 0).unwrap(); manager.close(k, 0, 0).unwrap();
    let st = time(1_000_000, || { black_box(manager.send(black_box(k), DRV_USER, 2, 3)).ok(); });
    println!("stale {st:.2} ratio {:.2}", st / floor);
}

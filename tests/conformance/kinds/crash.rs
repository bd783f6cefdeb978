//! Where Wine crashed: everything before that is as it is here.

use std::collections::BTreeMap;

use opendriver_testkit::{Event, Recording};

use super::{Checked, LIFTS, balanced, holds, is_excused_as_stale, without};
use crate::tree::{Difference, Node, line, parse, walk_within};

/// Wine crashes and we do not, and up to the crash the traces are the same: but for calls with a stale handle, which
/// are what it crashes of, and for when the module then goes down.
pub(super) fn wine_crashed(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    let (recorded, ours) =
        (&without(&["attach", "detach"], recorded)[..], &without(&["attach", "detach"], ours)[..]);
    let crash = recorded.iter().position(is_crash).ok_or("Wine did not crash")?;
    holds(!ours.iter().any(is_crash), "here is a crash, too")?;
    let mut stale = false;
    let before = parse(recorded);
    up_to_crash(&before, &parse(ours), &mut Vec::new(), &mut |difference| {
        let excused = is_excused_as_stale(recorded, ours, &difference);
        stale |= excused;
        let lifts =
            difference.sides().all(|node| node.head.kind == "drv" && LIFTS.contains(&node.head.text("msg")));
        holds(excused || stale && lifts, difference.describe())
    })?;
    if stale {
        balanced(ours).map_err(|what| format!("our trace has {what}"))?;
        same_lifts(&recorded[..crash], ours)?;
    }
    Ok(())
}

fn is_crash(event: &Event) -> bool {
    event.kind == "crash"
}

/// Whether the same modules are taken up and down here, and none more often.
fn same_lifts(recorded: &[Event], ours: &[Event]) -> Checked {
    let lifts = |events: &[Event]| {
        let mut lifts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for event in events.iter().filter(|event| event.kind == "drv" && LIFTS.contains(&event.text("msg"))) {
            *lifts.entry((event.text("m").to_owned(), event.text("msg").to_owned())).or_default() += 1;
        }
        lifts
    };
    let ours = lifts(ours);
    lifts(recorded).iter().try_for_each(|(lift, was)| {
        let is = ours.get(lift).copied().unwrap_or(0);
        holds(
            (1..=*was).contains(&is),
            format!("{} {} is recorded {was} times, and here {is}", lift.0, lift.1),
        )
    })
}

/// Walks two traces in step until the first ends with a crash.
fn up_to_crash<'a>(
    recorded: &'a [Node],
    ours: &'a [Node],
    within: &mut Vec<&'a Node>,
    may_differ: &mut dyn FnMut(Difference<'_>) -> Checked,
) -> Checked {
    let Some(last) = recorded.iter().position(crashes) else {
        return walk_within(recorded, ours, within, may_differ);
    };
    let node = &recorded[last];
    if is_crash(&node.head) {
        // Whatever is here in the place of the crash, and after it.
        return walk_within(&recorded[..last], &ours[..last.min(ours.len())], within, may_differ);
    }
    walk_within(&recorded[..last], &ours[..last.min(ours.len())], within, may_differ)?;
    let Some(other) = ours.get(last).filter(|other| line(&other.head) == line(&node.head)) else {
        return Err(Difference { recorded: Some(node), ours: ours.get(last), within }.describe());
    };
    within.push(other);
    up_to_crash(&node.inside, &other.inside, within, may_differ)?;
    within.pop();
    Ok(())
}

fn crashes(node: &Node) -> bool {
    is_crash(&node.head) || node.inside.iter().any(crashes)
}

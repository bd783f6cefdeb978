//! The kinds of exceptions, and what each may be used for: a difference of another kind is refused.

mod crash;
mod entries;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use opendriver_testkit::{Event, Recording};

use self::crash::wine_crashed;
use self::entries::{Entries, is_ruled};
use crate::tree::{Difference, Node, line, parse, walk};

type Checked = Result<(), String>;

/// A kind: its name, and the check that a recording and our trace differ in that way and in no other.
pub struct Kind {
    pub name: &'static str,
    check: fn(&Recording, &[Event], &[Event]) -> Checked,
}

/// Why a recording may be an exception. No other reasons are accepted.
pub const KINDS: &[Kind] = &[
    Kind { name: "wine crashed", check: wine_crashed },
    Kind { name: "one LOAD at a time", check: one_load },
    Kind { name: "stale handle", check: stale_handle },
    Kind { name: "no unloading under a call", check: no_unloading },
    Kind { name: "file names", check: file_names },
    Kind { name: "windows facility", check: windows_facility },
    Kind { name: "host loader", check: host_loader },
];

impl Kind {
    pub fn named(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether what is recorded and our trace differ in this way only.
    pub fn check(&self, recording: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
        (self.check)(recording, recorded, ours).map_err(|why| format!("this is no {:?}: {why}", self.name))
    }
}

fn holds(holds: bool, otherwise: impl Into<String>) -> Checked {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

const OPENS: &[&str] = &["OpenDriver", "OpenDriverA", "DrvOpen", "DrvOpenA"];
const CLOSES: &[&str] = &["CloseDriver", "DrvClose"];
const USES: &[&str] = &[
    "CloseDriver",
    "DrvClose",
    "SendDriverMessage",
    "DrvSendMessage",
    "GetDriverModuleHandle",
    "DrvGetModuleHandle",
    "GetDriverFlags",
    "GetNextDriver",
];
const LIBRARY: &[&str] = &["GetModuleHandle", "LoadLibrary", "FreeLibrary"];
/// The messages that take a module up and down.
const LIFTS: &[&str] = &["DRV_LOAD", "DRV_ENABLE", "DRV_DISABLE", "DRV_FREE"];

/// LOAD only to a module that has not taken it since its last FREE, FREE and everything else only to one that has.
fn balanced(events: &[Event]) -> Checked {
    let mut loaded: BTreeSet<&str> = BTreeSet::new();
    for event in events {
        let module = event.text("m");
        match (event.kind.as_str(), event.text("msg")) {
            ("attach" | "detach", _) => _ = loaded.remove(module),
            ("drv", "DRV_LOAD") => holds(loaded.insert(module), "a second LOAD")?,
            ("drv", "DRV_FREE") => holds(loaded.remove(module), "FREE without LOAD")?,
            ("drv", message) => holds(loaded.contains(module), format!("{message} without LOAD"))?,
            _ => {}
        }
    }
    Ok(())
}

/// What is recorded breaks the balance of LOAD and FREE and ours does not, it begins with an open from inside a message
/// of the driver, and the rest is the same: but for LOAD, ENABLE, DISABLE and FREE themselves, or for that open, which
/// is refused, and what is done with its handle.
fn one_load(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    holds(balanced(recorded).is_err(), "what is recorded is balanced")?;
    balanced(ours).map_err(|what| format!("our trace has {what}"))?;
    let (recorded, ours) = (parse(recorded), parse(ours));
    let mut first = None;
    let _ = walk(&recorded, &ours, &mut |difference| {
        let itself = difference.sides().all(|node| node.is_call(OPENS)).then_some(difference.within.len());
        let open = itself.or_else(|| difference.within.iter().rposition(|node| node.is_call(OPENS)));
        let nested =
            open.is_some_and(|open| difference.within[..open].iter().any(|node| node.head.kind == "drv"));
        first = Some((nested, difference.describe()));
        Err(String::new())
    });
    let (nested, what) = first.ok_or("the traces are the same")?;
    holds(nested, format!("it does not begin with an open from inside a driver: {what}"))?;
    let handles = refused(&recorded, &ours);
    let (was, is) = (skeleton(&recorded, &handles), skeleton(&ours, &handles));
    match was.iter().zip(&is).find(|(was, is)| was != is) {
        Some((was, is)) => Err(format!("besides, {was} is recorded and here is {is}")),
        None => holds(was.len() == is.len(), "besides, more happens in one of the two"),
    }
}

/// The handles of opens that succeed in the recording and are refused here, in the order of all opens.
fn refused(recorded: &[Node], ours: &[Node]) -> BTreeSet<String> {
    fn opens(nodes: &[Node], into: &mut Vec<String>) {
        for node in nodes {
            opens(&node.inside, into);
            if node.is_call(OPENS) {
                into.push(node.returned().to_owned());
            }
        }
    }
    let (mut was, mut is) = (Vec::new(), Vec::new());
    opens(recorded, &mut was);
    opens(ours, &mut is);
    let lost = was.into_iter().zip(is).filter(|(was, is)| was != "0" && is == "0");
    lost.map(|(was, _)| was).chain(["0".to_owned()]).collect()
}

/// What happens, without the messages that lift modules and without anything about some handles; with ids and answers
/// left out if there are such handles, because drivers count their instances.
fn skeleton(nodes: &[Node], without: &BTreeSet<String>) -> Vec<String> {
    let plain = without.len() == 1;
    let mut lines = Vec::new();
    for node in nodes {
        let head = &node.head;
        if matches!(head.kind.as_str(), "attach" | "detach") {
            continue;
        }
        let lifts = head.kind == "drv" && LIFTS.contains(&head.text("msg"));
        let about = head.kind == "drv" && without.contains(head.text("h"))
            || node.is_call(USES) && without.contains(node.argument(0))
            || node.is_call(OPENS) && without.contains(node.returned());
        if !lifts && !about {
            lines.push(match (head.kind.as_str(), plain) {
                ("drv", false) => format!("drv {} {}", head.text("h"), head.text("msg")),
                _ => line(head),
            });
        }
        lines.extend(skeleton(&node.inside, without));
        if let Some(tail) =
            node.tail.as_ref().filter(|tail| !lifts && !about && (plain || tail.kind != "drvret"))
        {
            lines.push(line(tail));
        }
    }
    lines
}

/// The handles that have been closed in a trace.
fn closed(nodes: &[Node], into: &mut BTreeSet<String>) {
    for node in nodes {
        closed(&node.inside, into);
        if node.is_call(CLOSES) && !matches!(node.returned(), "" | "0" | "0x0") {
            into.insert(node.argument(0).to_owned());
        }
    }
}

/// The handles that are being closed at the end of a trace which breaks off: by whom, this thread or another.
fn closing(nodes: &[Node]) -> Vec<(&str, Closer)> {
    let mut handles: Vec<(&str, Closer)> = Vec::new();
    let mut last = nodes.last();
    while let Some(node) = last.filter(|node| node.tail.is_none()) {
        if node.is_call(CLOSES) {
            handles.push((node.argument(0), Closer::ThisThread));
        } else if node.head.kind == "thread_start" {
            handles.iter_mut().for_each(|(_, closer)| *closer = Closer::AnotherThread);
        }
        last = node.inside.last();
    }
    handles
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Closer {
    ThisThread,
    AnotherThread,
}

/// Whether it is a use of a handle that has been closed, or that is being closed: by another thread, or again. What the
/// driver sends to itself on the thread that closes reaches it in every system.
fn is_stale(events: &[Event], node: &Node) -> bool {
    let before = parse(&events[..node.at]);
    let handle = node.argument(0);
    let mut handles = BTreeSet::new();
    closed(&before, &mut handles);
    let dies = |(dying, closer): (&str, Closer)| {
        dying == handle && (closer == Closer::AnotherThread || node.is_call(CLOSES))
    };
    node.is_call(USES) && (handles.contains(handle) || closing(&before).into_iter().any(dies))
}

/// Only calls with a handle that is stale differ, and notes whether two handles are the same.
fn stale_handle(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    only(recorded, ours, |difference| is_excused_as_stale(recorded, ours, difference))
}

fn is_excused_as_stale(recorded: &[Event], ours: &[Event], difference: &Difference<'_>) -> bool {
    let note = difference.sides().all(|node| node.head.kind == "note" && node.head.get("same").is_some());
    let stale = difference.recorded.is_some_and(|node| is_stale(recorded, node))
        || difference.ours.is_some_and(|node| is_stale(ours, node));
    note || stale && difference.sides().all(|node| node.is_call(USES))
}

/// The traces differ, and only in such places.
fn only(recorded: &[Event], ours: &[Event], in_such: impl FnMut(&Difference<'_>) -> bool) -> Checked {
    only_besides(&[], recorded, ours, in_such)
}

/// The traces differ, and only in such places and by events of these kinds.
fn only_besides(
    kinds: &[&str],
    recorded: &[Event],
    ours: &[Event],
    mut in_such: impl FnMut(&Difference<'_>) -> bool,
) -> Checked {
    let differ = recorded.iter().map(line).ne(ours.iter().map(line));
    holds(differ, "the traces are the same")?;
    walk(&parse(&without(kinds, recorded)), &parse(&without(kinds, ours)), &mut |difference| {
        holds(in_such(&difference), difference.describe())
    })
}

fn without(kinds: &[&str], events: &[Event]) -> Vec<Event> {
    events.iter().filter(|event| !kinds.contains(&event.kind.as_str())).cloned().collect()
}

/// Wine unloads a library while somebody is inside, we do not, and but for the unloading and whether the library is
/// there the traces are the same.
fn no_unloading(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    holds(unloads_under_call(recorded), "Wine unloads nothing while somebody is inside")?;
    holds(!unloads_under_call(ours), "here a library is unloaded while somebody is inside")?;
    loader_only(recorded, ours)
}

fn unloads_under_call(events: &[Event]) -> bool {
    let mut inside: Vec<(u32, &str)> = Vec::new();
    events.iter().any(|event| {
        inside.retain(|(depth, _)| event.depth > *depth);
        if event.kind == "drv" {
            inside.push((event.depth, event.text("m")));
        }
        event.kind == "detach" && inside.iter().any(|(_, module)| *module == event.text("m"))
    })
}

/// Only when libraries are loaded and unloaded differs, and what the functions of the loader say.
fn host_loader(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    holds(!unloads_under_call(ours), "here a library is unloaded while somebody is inside")?;
    loader_only(recorded, ours)
}

fn loader_only(recorded: &[Event], ours: &[Event]) -> Checked {
    only_besides(&["attach", "detach"], recorded, ours, |difference| {
        difference.sides().all(|node| node.is_call(LIBRARY))
    })
}

/// Opens that may differ, and what follows from them: what is done with their handles, and which libraries are there.
#[derive(Default)]
struct Opens {
    handles: BTreeSet<String>,
}

impl Opens {
    /// Whether the difference is an open that may differ, or follows from one.
    fn explain(&mut self, difference: &Difference<'_>, may: impl Fn(&Difference<'_>) -> bool) -> bool {
        if difference.sides().all(|node| node.is_call(OPENS)) {
            let same = |(was, is): (&Node, &Node)| line(&was.head) == line(&is.head);
            let may = difference.recorded.zip(difference.ours).is_some_and(same) && may(difference);
            let results = difference.sides().map(|node| node.returned().to_owned());
            self.handles.extend(results.filter(|_| may));
            return may;
        }
        let of_them =
            difference.sides().any(|node| self.handles.contains(node.argument(0)) && node.argument(0) != "0");
        let uses = of_them && difference.sides().all(|node| node.is_call(USES));
        uses || !self.handles.is_empty() && difference.sides().all(|node| node.is_call(LIBRARY))
    }
}

/// The first difference is what an open returns that tries a file of whose name the file-name rules speak, and the
/// others follow from it.
fn file_names(recording: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    let entries = Entries::of(recording)?;
    let mut opens = Opens::default();
    only(recorded, ours, |difference| opens.explain(difference, |open| is_ruled(open, &entries)))
}

/// Only callbacks to windows, threads and events differ, and opens of an entry whose registry value is no text, with
/// what follows from them.
fn windows_facility(recording: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    let entries = Entries::of(recording)?;
    let mut opens = Opens::default();
    only_besides(&["posted"], recorded, ours, |difference| {
        let callback = |node: &Node| {
            node.is_call(&["DriverCallback"]) && matches!(node.argument(0), "window" | "thread" | "event")
        };
        let reads = |open: &Difference<'_>| open.sides().all(|node| entries.reads_no_text(node));
        difference.sides().all(callback) || opens.explain(difference, reads)
    })
}

//! The kinds of exceptions, and what each may be used for: a difference of another kind is refused.

use std::collections::BTreeSet;

use opendriver_testkit::{Event, Recording};

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

fn wine_crashed(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    let crashed = |events: &[Event]| events.iter().any(|event| event.kind == "crash");
    holds(crashed(recorded), "Wine did not crash")?;
    holds(!crashed(ours), "here is a crash, too")
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

/// Only calls with a handle that has been closed before differ, and notes whether two handles are the same.
fn stale_handle(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    let is_stale = |events: &[Event], node: Option<&Node>| {
        node.is_some_and(|node| {
            let mut before = BTreeSet::new();
            closed(&parse(&events[..node.at]), &mut before);
            before.contains(node.argument(0))
        })
    };
    only(recorded, ours, |difference| {
        let note = difference.sides().all(|node| node.head.kind == "note" && node.head.get("same").is_some());
        let stale = is_stale(recorded, difference.recorded) || is_stale(ours, difference.ours);
        note || stale && difference.sides().all(|node| node.is_call(USES))
    })
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
    let without = |events: &[Event]| -> Vec<Event> {
        events.iter().filter(|event| !kinds.contains(&event.kind.as_str())).cloned().collect()
    };
    walk(&parse(&without(recorded)), &parse(&without(ours)), &mut |difference| {
        holds(in_such(&difference), difference.describe())
    })
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

/// The first difference is what an open of a name returns that the file-name rules speak of, or what it loads, and the
/// others are what is done with its handle, and which libraries are there.
fn file_names(_: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    let mut handles: BTreeSet<String> = BTreeSet::new();
    only(recorded, ours, |difference| {
        if difference.sides().all(|node| node.is_call(OPENS)) {
            let ruled = difference.sides().any(|node| is_ruled(node.argument(0), node));
            let results = difference.sides().map(|node| node.returned().to_owned());
            handles.extend(results.filter(|_| ruled));
            return ruled;
        }
        let of_them =
            difference.sides().any(|node| handles.contains(node.argument(0)) && node.argument(0) != "0");
        let uses = of_them && difference.sides().all(|node| node.is_call(USES));
        uses || !handles.is_empty() && difference.sides().all(|node| node.is_call(LIBRARY))
    })
}

/// Whether the file-name rules speak of a name: one without extension, one with a path, or one that is found as a file
/// of another name.
fn is_ruled(name: &str, open: &Node) -> bool {
    let file = name.split([' ', '\t']).next().unwrap_or_default();
    let base = file.rsplit(['\\', '/', ':']).next().unwrap_or_default();
    let found = open.inside.iter().find(|node| node.head.kind == "attach").map(|node| node.head.text("file"));
    let other = found.is_some_and(|found| {
        found.rsplit(['\\', '/']).next().is_some_and(|found| !found.eq_ignore_ascii_case(base))
    });
    !base.contains('.') || base != file || other
}

/// Only callbacks to windows, threads and events differ; or there is a registry value that is no text, and only opens
/// and what is done with their handles differ.
fn windows_facility(recording: &Recording, recorded: &[Event], ours: &[Event]) -> Checked {
    let is_text = |kind: &str| matches!(kind, "sz" | "expand_sz");
    let in_setup = recording.setup.registry.iter().any(|(_, _, kind, _)| !is_text(kind));
    let in_script = recorded.iter().any(|event| {
        let arguments = event.get("args").and_then(|arguments| arguments.as_array());
        let kind = arguments.and_then(|arguments| arguments.get(2)).and_then(|kind| kind.as_str());
        event.kind == "setup" && kind.is_some_and(|kind| !is_text(kind))
    });
    only_besides(&["posted"], recorded, ours, |difference| {
        let callback = |node: &Node| {
            node.is_call(&["DriverCallback"]) && matches!(node.argument(0), "window" | "thread" | "event")
        };
        let of_registry = |node: &Node| node.is_call(OPENS) || node.is_call(USES) || node.is_call(LIBRARY);
        let other_type = in_setup || in_script;
        difference.sides().all(callback) || other_type && difference.sides().all(of_registry)
    })
}

#[cfg(test)]
mod tests {
    use opendriver_testkit::Expected;

    use super::*;
    use crate::expected;

    fn kinds_that_accept(recording: &Recording, recorded: &[Event], ours: &[Event]) -> Vec<&'static str> {
        let accepts = |kind: &&Kind| kind.check(recording, recorded, ours).is_ok();
        KINDS.iter().filter(accepts).map(|kind| kind.name).collect()
    }

    /// The events of a recording.
    fn recorded(name: &str) -> (Recording, Vec<Event>) {
        let path = expected::here("recordings").join(format!("{name}.json"));
        let recording = Recording::read(&path).expect("it is there");
        let Expected::Events(events) = recording.expected.clone() else { panic!("it has events") };
        (recording, events)
    }

    fn event(kind: &str, depth: u32, fields: &[(&str, &str)]) -> Event {
        fields.iter().fold(Event::new(kind, depth), |event, (name, value)| event.with(name, *value))
    }

    fn call(function: &str, arguments: &[&str], returned: &str, inside: Vec<Event>) -> Vec<Event> {
        let head = event("call", 0, &[("fn", function)]).with("args", arguments.to_vec());
        let tail = event("ret", 0, &[("fn", function), ("ret", returned)]);
        let deeper = inside.into_iter().map(|event| Event { depth: event.depth + 1, ..event });
        [head].into_iter().chain(deeper).chain([tail]).collect()
    }

    fn message(module: &str, handle: &str, message: &str, inside: Vec<Event>) -> Vec<Event> {
        let fields = [("drv", "probea"), ("m", module), ("h", handle), ("msg", message), ("id", "0x0")];
        let tail = event("drvret", 0, &[("ret", "0x1")]);
        let deeper = inside.into_iter().map(|event| Event { depth: event.depth + 1, ..event });
        [event("drv", 0, &fields)].into_iter().chain(deeper).chain([tail]).collect()
    }

    fn library(kind: &str, module: &str) -> Vec<Event> {
        vec![event(kind, 0, &[("drv", "probea"), ("m", module), ("file", "C:\\oracle\\probea.dll")])]
    }

    #[test]
    fn the_same_trace_is_an_exception_of_no_kind() {
        let (recording, events) = recorded("life.open0_params");
        assert!(kinds_that_accept(&recording, &events, &events).is_empty());
    }

    #[test]
    fn another_answer_is_an_exception_of_no_kind() {
        let (recording, events) = recorded("life.open0_params");
        for index in 0..events.len() {
            for (name, value) in [("ret", "0x77"), ("l2", "0x77"), ("msg", "DRV_POWER"), ("h", "h77")] {
                let mut other = events.clone();
                for (field, was) in &mut other[index].fields {
                    if field == name {
                        *was = value.into();
                    }
                }
                // What the functions of the loader say is all that one kind is about.
                let loader = LIBRARY.contains(&other[index].text("fn"));
                if other != events && !loader {
                    let kinds = kinds_that_accept(&recording, &events, &other);
                    assert!(kinds.is_empty(), "{name} of {}: {kinds:?}", events[index]);
                }
            }
            let mut less = events.clone();
            let gone = less.remove(index);
            if !matches!(gone.kind.as_str(), "attach" | "detach") && !LIBRARY.contains(&gone.text("fn")) {
                let kinds = kinds_that_accept(&recording, &events, &less);
                assert!(kinds.is_empty(), "without {gone}: {kinds:?}");
            }
        }
    }

    #[test]
    fn loads_and_frees_must_be_balanced_here_and_differ_from_an_open_inside_a_driver_on() {
        let lifted = |inner: Vec<Event>| {
            let open =
                [message("m1", "h1", "DRV_LOAD", vec![]), message("m1", "h1", "DRV_OPEN", inner)].concat();
            [library("attach", "m1"), call("OpenDriver", &["probea.dll"], "h1", open)].concat()
        };
        let open = |lift: bool| {
            let load = if lift { message("m1", "h2", "DRV_LOAD", vec![]) } else { vec![] };
            let messages = [load, message("m1", "h2", "DRV_OPEN", vec![])].concat();
            call("OpenDriver", &["probea.dll"], "h2", messages)
        };
        let accepted = |was: &[Event], is: &[Event]| kinds_that_accept(&Recording::default(), was, is);
        let (was, is) = (lifted(open(true)), lifted(open(false)));
        assert_eq!(accepted(&was, &is), ["one LOAD at a time"]);
        assert!(accepted(&is, &was).is_empty(), "the unbalanced one must be the recorded");
        // The same outside of a driver is no recursion.
        let flat = |lift| [lifted(vec![]), open(lift)].concat();
        assert!(accepted(&flat(true), &flat(false)).is_empty());
        // Anything else that differs besides.
        let more = |events: &[Event]| [events, &message("m1", "h1", "0x4001", vec![])[..]].concat();
        assert!(accepted(&was, &more(&is)).is_empty());
    }

    #[test]
    fn only_uses_of_closed_handles_may_differ() {
        let scene = |handle: &str, answer: &str| {
            [call("CloseDriver", &["h1"], "0x1", vec![]), call("GetDriverFlags", &[handle], answer, vec![])]
                .concat()
        };
        let accepted = |was: &[Event], is: &[Event]| kinds_that_accept(&Recording::default(), was, is);
        assert_eq!(accepted(&scene("h1", "0x80000000"), &scene("h1", "0x0")), ["stale handle"]);
        assert_eq!(
            accepted(&scene("h2", "0x1"), &scene("h1", "0x0")),
            ["stale handle"],
            "it came back in Wine"
        );
        assert!(accepted(&scene("h2", "0x1"), &scene("h2", "0x0")).is_empty(), "h2 was not closed");
        let refused = |events: Vec<Event>| [call("CloseDriver", &["h2"], "0x0", vec![]), events].concat();
        assert!(accepted(&refused(scene("h2", "0x1")), &refused(scene("h2", "0x0"))).is_empty());
    }

    #[test]
    fn only_the_unloading_under_a_call_may_differ() {
        let scene = |early: bool| {
            let gone = || library("detach", "m1");
            let inside = if early { gone() } else { vec![] };
            let after = if early { vec![] } else { gone() };
            [library("attach", "m1"), message("m1", "h1", "DRV_CLOSE", inside), after].concat()
        };
        let accepted = |was: &[Event], is: &[Event]| kinds_that_accept(&Recording::default(), was, is);
        let kinds = accepted(&scene(true), &scene(false));
        assert_eq!(kinds, ["no unloading under a call", "host loader"], "it is the loader's affair, too");
        assert!(accepted(&scene(false), &scene(true)).is_empty());
        let kept = [library("attach", "m1"), message("m1", "h1", "DRV_CLOSE", vec![])].concat();
        assert_eq!(accepted(&scene(false), &kept), ["host loader"]);
    }

    #[test]
    fn only_opens_of_names_with_a_rule_may_differ_and_what_is_done_with_their_handles() {
        let scene = |name: &str, handle: &str, closed: &str| {
            let close = call("CloseDriver", &[handle], closed, vec![]);
            [call("OpenDriver", &[name], handle, vec![]), close].concat()
        };
        let accepted = |was: &[Event], is: &[Event]| kinds_that_accept(&Recording::default(), was, is);
        for name in ["noext arg", "sub\\probea.dll", "D:\\x.drv"] {
            assert_eq!(
                accepted(&scene(name, "0", "0x0"), &scene(name, "h1", "0x1")),
                ["file names"],
                "{name}"
            );
        }
        let plain = "probea.dll a/b";
        assert!(accepted(&scene(plain, "0", "0x0"), &scene(plain, "h1", "0x1")).is_empty());
        let before = |events: Vec<Event>| [call("CloseDriver", &["h9"], "0x1", vec![]), events].concat();
        let other = [call("CloseDriver", &["h9"], "0x0", vec![]), scene("noext", "h1", "0x1")].concat();
        assert!(accepted(&before(scene("noext", "0", "0x0")), &other).is_empty());
    }

    #[test]
    fn only_callbacks_that_need_windows_and_other_registry_types_may_differ() {
        let callback = |target: &str, answer: &str| call("DriverCallback", &[target], answer, vec![]);
        let accepted = |was: &[Event], is: &[Event]| kinds_that_accept(&Recording::default(), was, is);
        assert_eq!(accepted(&callback("window", "0x1"), &callback("window", "0x0")), ["windows facility"]);
        assert!(accepted(&callback("function", "0x1"), &callback("function", "0x0")).is_empty());
        let open = |handle: &str| call("OpenDriver", &["alias.drv"], handle, vec![]);
        let mut recording = Recording::default();
        assert!(kinds_that_accept(&recording, &open("h1"), &open("0")).is_empty());
        let value = |kind: &str| ("Drivers32".into(), "alias.drv".into(), kind.into(), "0x1".into());
        recording.setup.registry = vec![value("sz")];
        assert!(kinds_that_accept(&recording, &open("h1"), &open("0")).is_empty());
        recording.setup.registry = vec![value("dword")];
        assert_eq!(kinds_that_accept(&recording, &open("h1"), &open("0")), ["windows facility"]);
    }
}

//! Traces that kinds accept, and traces that are plainly wrong.

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
        let open = [message("m1", "h1", "DRV_LOAD", vec![]), message("m1", "h1", "DRV_OPEN", inner)].concat();
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
    assert_eq!(accepted(&scene("h2", "0x1"), &scene("h1", "0x0")), ["stale handle"], "it came back in Wine");
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
        assert_eq!(accepted(&scene(name, "0", "0x0"), &scene(name, "h1", "0x1")), ["file names"], "{name}");
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

/// The same with every open refused that `is_meant` picks by name, and what is done with their handles reaching nobody.
fn refused(events: &[Event], is_meant: impl Fn(&str) -> bool) -> Vec<Event> {
    let mut refused: Vec<Event> = Vec::new();
    let mut handles: BTreeSet<String> = BTreeSet::new();
    for node in parse(events) {
        let Node { mut head, inside, tail, .. } = node;
        let name = head.get("args").and_then(|arguments| arguments[0].as_str()).unwrap_or("").to_owned();
        let function = head.text("fn").to_owned();
        let opens = OPENS.contains(&&*function) && is_meant(&name);
        let uses = USES.contains(&&*function) && handles.contains(&name);
        let returned = tail.as_ref().map(|tail| tail.text("ret").to_owned()).unwrap_or_default();
        if opens {
            handles.insert(returned);
        }
        if uses {
            head.fields
                .iter_mut()
                .filter(|(field, _)| field == "args")
                .for_each(|(_, args)| args[0] = "0".into());
        }
        refused.push(head);
        if opens || uses {
            let nothing = if opens { "0" } else { "0x0" };
            refused.push(event("ret", 0, &[("fn", &function), ("ret", nothing)]));
        } else {
            refused.extend(flat(inside).into_iter().chain(tail));
        }
    }
    refused
}

fn flat(nodes: Vec<Node>) -> Vec<Event> {
    nodes
        .into_iter()
        .flat_map(|node| {
            [node.head].into_iter().chain(flat(node.inside)).chain(node.tail).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn refusing_aliases_is_an_exception_of_no_kind() {
    for name in [
        "alias.ini_custom",
        "alias.ini_mci",
        "alias.lf_lines",
        "alias.quoted_value",
        "alias.reg_empty_section",
        "alias.ini_default_section",
        "alias.noext_file_beats_alias",
        "alias.reg_changed_between",
        "alias.write_profile_then_open",
    ] {
        let (recording, events) = recorded(name);
        let other = refused(&events, |_| true);
        assert_ne!(events, other, "{name} opens something");
        assert!(kinds_that_accept(&recording, &events, &other).is_empty(), "{name}");
    }
}

#[test]
fn the_files_of_entries_are_ruled_by_their_names_and_only_those_that_are_tried() {
    let of = |lines: &str, open: &[&str]| {
        let mut recording = Recording::default();
        recording.setup.system_ini = Some(format!("[drivers32]\n{lines}\n"));
        let was = call("OpenDriver", open, "0", vec![]);
        let is = call("OpenDriver", open, "h1", vec![]);
        kinds_that_accept(&recording, &was, &is)
    };
    assert_eq!(of("wave=noext x", &["wave", "drivers32"]), ["file names"]);
    assert_eq!(of("wave=D:\\probea.dll", &["WAVE", "drivers32"]), ["file names"]);
    assert!(of("wave=probea.dll a\\b", &["wave", "drivers32"]).is_empty());
    assert!(of("wave=probea.dll", &["noext", "drivers32"]).is_empty(), "with a section no file is tried");
    assert!(of("wave=probea.dll", &[" noext"]).is_empty(), "nothing is tried");
    // A name without extension is tried in more ways here than there, not in fewer.
    let (was, is) =
        (call("OpenDriver", &["noext"], "h1", vec![]), call("OpenDriver", &["noext"], "0", vec![]));
    assert!(kinds_that_accept(&Recording::default(), &was, &is).is_empty());
    // Libraries of this system have names of their own, and no others.
    let found = |file: &str| {
        let attach = vec![event("attach", 0, &[("drv", "synth"), ("m", "m1"), ("file", file)])];
        let was = call("OpenDriver", &["synth.drv"], "0", vec![]);
        kinds_that_accept(&Recording::default(), &was, &call("OpenDriver", &["synth.drv"], "h1", attach))
    };
    assert_eq!(found("C:\\oracle\\libsynth.so"), ["file names"]);
    assert!(found("C:\\oracle\\other.drv").is_empty());
}

#[test]
fn a_registry_value_that_is_no_text_excuses_the_opens_that_read_it() {
    let (recording, events) = recorded("alias.reg_dword");
    let with = |open: &[&str], handle: &str| {
        let more = call("OpenDriver", open, handle, vec![]);
        [&events[..events.len() - 1], &more[..], &events[events.len() - 1..]].concat()
    };
    for open in [["unrelated.drv", "Drivers32"], ["orcdw", "Drivers"], ["unrelated", "Drivers32"]] {
        assert!(kinds_that_accept(&recording, &with(&open, "h1"), &with(&open, "0")).is_empty(), "{open:?}");
        assert!(kinds_that_accept(&recording, &events, &with(&open, "0")).is_empty(), "{open:?}");
    }
    let open = ["ORCDW", "drivers32"];
    assert_eq!(kinds_that_accept(&recording, &with(&open, "h1"), &with(&open, "0")), ["windows facility"]);
}

#[test]
fn before_the_crash_only_uses_of_stale_handles_may_differ() {
    let (recording, events) = recorded("reent.close_self_in_close");
    // What goes down inside the inner CloseDriver there goes down after DRV_CLOSE here, as far as `lifts` goes.
    let right = |lifts: usize| {
        let inner = events.iter().rposition(|event| event.kind == "call").expect("it closes");
        let lift = |name: &&str| {
            let at = events.iter().position(|event| event.text("msg") == *name).expect("it goes down");
            events[at..at + 2].iter().map(|event| Event { depth: 1, ..event.clone() }).collect::<Vec<_>>()
        };
        let refused = event("ret", 2, &[("fn", "CloseDriver"), ("ret", "0x0")]);
        let answer = event("drvret", 1, &[("ret", "0x1")]);
        let closed = event("ret", 0, &[("fn", "CloseDriver"), ("ret", "0x1")]);
        let down = ["DRV_DISABLE", "DRV_FREE"].iter().take(lifts).flat_map(lift);
        let before = events[..=inner].iter().cloned().chain([refused, answer]);
        before.chain(down).chain([closed, event("end", 0, &[])]).collect::<Vec<Event>>()
    };
    assert_eq!(kinds_that_accept(&recording, &events, &right(2)), ["wine crashed"]);
    assert!(kinds_that_accept(&recording, &events, &right(1)).is_empty(), "without DRV_FREE");
    assert!(kinds_that_accept(&recording, &events, &right(0)).is_empty(), "without DRV_DISABLE and DRV_FREE");
    assert!(kinds_that_accept(&recording, &events, &[event("end", 0, &[])]).is_empty());
    let mut other = right(2);
    let answer = other.iter().position(|event| event.kind == "drvret").expect("there is one");
    other[answer] = event("drvret", 1, &[("ret", "0x77")]);
    assert!(kinds_that_accept(&recording, &events, &other).is_empty());

    let (recording, events) = recorded("api.ansi_null");
    let ours = |name: Option<&str>| {
        let mut head = events[0].clone();
        if let Some(name) = name {
            head.fields[1].1[0] = name.into();
        }
        vec![head, event("ret", 0, &[("fn", "OpenDriverA"), ("ret", "0")]), event("end", 0, &[])]
    };
    assert_eq!(kinds_that_accept(&recording, &events, &ours(None)), ["wine crashed"]);
    assert!(
        kinds_that_accept(&recording, &events, &ours(Some("other"))).is_empty(),
        "it did not crash of this call"
    );
    assert!(kinds_that_accept(&recording, &events, &[]).is_empty());
}

#[test]
fn a_handle_is_stale_for_other_threads_from_the_moment_it_is_being_closed() {
    let scene = |inthread: bool, function: &str, answer: &str, inside: Vec<Event>| {
        let mut within = call(function, &["h1"], answer, inside);
        if inthread {
            let deeper = within.into_iter().map(|event| Event { depth: event.depth + 1, ..event });
            within = [event("thread_start", 0, &[])]
                .into_iter()
                .chain(deeper)
                .chain([event("thread_end", 0, &[])])
                .collect();
        }
        call("CloseDriver", &["h1"], "0x1", message("m1", "h1", "DRV_CLOSE", within))
    };
    let accepted = |was: &[Event], is: &[Event]| kinds_that_accept(&Recording::default(), was, is);
    let reached = || message("m1", "h1", "0x4001", vec![]);
    for function in USES {
        let (was, is) = (scene(true, function, "0x1", reached()), scene(true, function, "0x0", vec![]));
        assert_eq!(accepted(&was, &is), ["stale handle"], "{function}");
        let (was, is) = (scene(false, function, "0x1", vec![]), scene(false, function, "0x0", vec![]));
        let kinds: &[&str] = if CLOSES.contains(function) { &["stale handle"] } else { &[] };
        assert_eq!(accepted(&was, &is), kinds, "{function} on the thread that closes");
    }
    // A thread that was there before the closing began is the one that closes.
    let nested = |answer: &str| {
        let close = scene(false, "SendDriverMessage", answer, vec![]);
        let deeper = close.into_iter().map(|event| Event { depth: event.depth + 1, ..event });
        [event("thread_start", 0, &[])]
            .into_iter()
            .chain(deeper)
            .chain([event("thread_end", 0, &[])])
            .collect::<Vec<_>>()
    };
    assert!(accepted(&nested("0x1"), &nested("0x0")).is_empty());
}

//! The promise: under personality `wine` every recording of Wine 8.0 gives the identical trace, but for the exceptions
//! in `expected/exceptions.toml`; under `win32` and `win31` it gives the same or a trace that is kept beside it, and
//! rows of the personality table account for every difference.
//!
//! Each recording is played in a process of its own, with shared libraries of this system under the very names, and
//! what the traces show is what the drivers saw.
//!
//! All of this through the Rust API, and through the shared C library with the same traces expected.
//!
//! | module | what it does |
//! | --- | --- |
//! | `expected` | what is expected: recordings and the files in `expected` |
//! | `playing` | plays recordings and compares traces |
//! | `kinds` | the kinds of exceptions, and what each may be used for; `kinds/entries` what a recording may read, `kinds/crash` what precedes a crash |
//! | `tree` | traces as trees |
//! | `accounts` | which rows of the personality table account for a difference |
//!
//! `OPENDRIVER_BLESS=1` writes the traces and rows anew, those of `wine` first: run it twice. What it writes is to be
//! read before it is believed; a run that writes fails at its end.

mod accounts;
mod expected;
mod kinds;
mod playing;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;

use opendriver::Personality;
use opendriver_config::Settings;
use opendriver_testkit::script::FUNCTIONS;
use opendriver_testkit::{Comparison, Expected, Player, Recording, Scripted};
use opendriver_tests::Through;
use opendriver_tests::replay::play_ordered;
use opendriver_tests::rows::ROWS;

use crate::accounts::{bless, check_rows, rows_that_account};
use crate::expected::{
    Exception, blessing, differences, exceptions, expected_file, here, instead, lines_of, name_of,
    recordings, refuse_to_pass_when_blessing, right,
};
use crate::kinds::{KINDS, Kind};
use crate::playing::{compare, play, with_each};

#[test]
fn wine_gives_every_recorded_trace_but_for_the_exceptions() {
    let exceptions = exceptions();
    with_each(|path, recording| {
        let name = name_of(path);
        let trace = play(path, Personality::Wine, Vec::new(), Through::Rust)?;
        let exception = exceptions.iter().find(|exception| exception.name == name);
        let followed = compare(recording, &trace);
        let Some(exception) = exception else { return followed };
        if followed.is_ok() {
            return Err("it is an exception, and the trace is identical after all".to_owned());
        }
        let file = expected_file(Personality::Wine, &name);
        if blessing() {
            fs::write(&file, lines_of(recording, &trace)).map_err(|error| error.to_string())?;
        }
        match instead(recording, &file) {
            Some(right) => compare(&right, &trace)?,
            None => return Err(format!("{} with the right trace is missing", file.display())),
        }
        let Expected::Events(recorded) = &recording.expected else { panic!("recordings have events") };
        // It is an exception of its kind and of no other.
        for kind in KINDS {
            let checked = kind.check(recording, recorded, &trace.events);
            if kind.name == exception.kind {
                checked?;
            } else if checked.is_ok() {
                return Err(format!("it could as well be a {:?}", kind.name));
            }
        }
        Ok(())
    });
    refuse_to_pass_when_blessing();
}

#[test]
fn exceptions_are_recordings_of_the_accepted_kinds_with_a_reason() {
    let names: BTreeSet<String> = recordings().iter().map(|path| name_of(path)).collect();
    let mut seen = BTreeSet::new();
    for Exception { name, kind, reason } in exceptions() {
        assert!(names.contains(&name), "there is no recording {name}");
        let known = || KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>();
        assert!(
            Kind::named(&kind).is_some(),
            "{name}: {kind} is no kind of exception; there are {:?}",
            known()
        );
        assert!(reason.len() > 20, "{name}: the reason says nothing");
        assert!(seen.insert(name.clone()), "{name} is there twice");
        let recording =
            Recording::read(&here("recordings").join(format!("{name}.json"))).expect("it is there");
        assert_eq!(kind == "wine crashed", recording.crashed(), "{name}: whether Wine crashed");
    }
    for entry in fs::read_dir(here("expected/wine")).expect("it is there") {
        let name = name_of(&entry.expect("it can be listed").path());
        assert!(seen.contains(&name), "{name} has a right trace and is no exception");
    }
}

#[test]
fn the_readme_counts_recordings_and_exceptions() {
    let readme = fs::read_to_string(here("../README.md")).expect("there is a README");
    let (all, exceptions) = (recordings().len(), exceptions());
    let same = all - exceptions.len();
    let mut status = vec![
        format!("Of {all} recorded call sequences"),
        format!("plays {same} event by event alike; the other {} are", exceptions.len()),
    ];
    for kind in KINDS {
        let words = match kind.name {
            "wine crashed" => "where Wine crashes",
            "one LOAD at a time" => "where DRV_LOAD and DRV_FREE do not balance in Wine",
            "file names" => "file-name rule",
            other => other,
        };
        match exceptions.iter().filter(|exception| exception.kind == kind.name).count() {
            0 => assert!(!readme.contains(words), "the README counts {words}, of which there is none"),
            number => status.push(format!("{number} {words}")),
        }
    }
    for words in status {
        assert!(readme.contains(&words), "the README does not say: {words}");
    }
}

#[test]
fn win32_differs_only_by_rows_of_the_table() {
    rows_account_for_all_differences(Personality::Win32);
}

#[test]
fn win31_differs_only_by_rows_of_the_table() {
    rows_account_for_all_differences(Personality::Win31);
}

fn rows_account_for_all_differences(personality: Personality) {
    let all = differences();
    let explained = all.get(personality.as_str()).cloned().unwrap_or_default();
    let blessed = Mutex::new(BTreeMap::new());
    with_each(|path, recording| {
        let name = name_of(path);
        let trace = play(path, personality, Vec::new(), Through::Rust)?;
        // What the same manager does as `wine`: the recording, or the right trace of an exception.
        let base =
            instead(recording, &expected_file(Personality::Wine, &name)).unwrap_or_else(|| recording.clone());
        let file = expected_file(personality, &name);
        let difference = compare(&base, &trace);
        if blessing() && difference.is_err() {
            fs::write(&file, lines_of(recording, &trace)).map_err(|error| error.to_string())?;
            let right = instead(recording, &file).expect("it was just written");
            let rows = rows_that_account(path, personality, &right)?;
            blessed.lock().expect("no panic").insert(name.clone(), rows);
            return Ok(());
        }
        if blessing() {
            return if file.exists() {
                fs::remove_file(&file).map_err(|error| error.to_string())
            } else {
                Ok(())
            };
        }
        let rows = match (difference, explained.get(&name)) {
            (Ok(()), None) if file.exists() => return Err(format!("{} is not needed", file.display())),
            (Ok(()), None) => return Ok(()),
            (Ok(()), Some(rows)) => {
                return Err(format!("the rows {rows:?} explain nothing: the trace is the same"));
            }
            (Err(difference), None) => return Err(format!("no row explains this: {difference}")),
            (Err(_), Some(rows)) => rows,
        };
        let right = instead(recording, &file).ok_or_else(|| format!("{} is missing", file.display()))?;
        compare(&right, &trace)?;
        check_rows(path, personality, rows, &right)
    });
    if blessing() {
        bless(personality, blessed.into_inner().expect("no panic"));
    }
    refuse_to_pass_when_blessing();
    let names: BTreeSet<String> = recordings().iter().map(|path| name_of(path)).collect();
    for name in explained.keys() {
        assert!(names.contains(name), "there is no recording {name}");
    }
}

/// The C library is what programs of the Windows world use. It shows what the Rust API shows, call by call under the
/// exported names, on the manager of the process with the configuration that OPENDRIVER_CONFIG names.
#[test]
fn the_c_library_gives_the_same_traces_under_each_personality() {
    with_each(|path, recording| {
        let name = name_of(path);
        for &personality in Personality::ALL {
            let trace = play(path, personality, Vec::new(), Through::CLibrary)?;
            compare(&right(recording, personality, &name), &trace)
                .map_err(|difference| format!("{personality}: {difference}"))?;
        }
        Ok(())
    });
}

/// What the recordings call is not everything. Here every function of the grammar is called, under each of its names,
/// and what changes the configuration under an open manager; both ways must show the same, and so must the
/// drivers that are compiled into the test kit.
#[test]
fn every_function_of_the_grammar_does_the_same_in_every_way() {
    let path = here("conformance/everything.script");
    let recording = Recording::read(&path).unwrap_or_else(|error| panic!("{error}"));
    let script = recording.script().unwrap_or_else(|error| panic!("{error}"));
    for function in FUNCTIONS.iter().filter(|function| function.name != "TerminateProcess") {
        assert!(
            !script.calls(function.name).is_empty(),
            "{} does not call {}",
            path.display(),
            function.name
        );
    }
    for &personality in Personality::ALL {
        let [rust, c] = [Through::Rust, Through::CLibrary].map(|through| {
            play(&path, personality, Vec::new(), through).unwrap_or_else(|error| panic!("{error}"))
        });
        let comparison = Comparison::of_traces(&rust.events, &c.events);
        assert!(comparison.is_same(), "{personality}: - Rust, + C\n{comparison}");
        assert_eq!(rust.profile_after, c.profile_after);
        let scripted = Player::new(personality)
            .play(&recording, Scripted::standard())
            .unwrap_or_else(|error| panic!("{error}"));
        let comparison = Comparison::of_traces(&rust.events, &scripted.events);
        assert!(comparison.is_same(), "{personality}: - shared libraries, + scripted drivers\n{comparison}");
        let opened =
            rust.events.iter().filter(|event| event.kind == "ret" && event.text("ret").starts_with('h'));
        assert!(opened.count() > 10, "{personality}: the script is about drivers that open");
    }
}

/// A library whose initialiser fails is attached and detached, whoever loads it and however it is played; the modules
/// after it are numbered alike.
#[test]
fn an_initialiser_that_fails_shows_the_same_in_every_way() {
    let path = here("conformance/badattach.script");
    let recording = Recording::read(&path).unwrap_or_else(|error| panic!("{error}"));
    for &personality in Personality::ALL {
        let scripted = Player::new(personality)
            .play(&recording, Scripted::standard())
            .unwrap_or_else(|error| panic!("{error}"));
        compare(&recording, &scripted).unwrap_or_else(|difference| panic!("scripted: {difference}"));
        for through in [Through::Rust, Through::CLibrary] {
            let trace =
                play(&path, personality, Vec::new(), through).unwrap_or_else(|error| panic!("{error}"));
            compare(&recording, &trace)
                .unwrap_or_else(|difference| panic!("{personality} {through:?}: {difference}"));
        }
    }
}

/// What is only counted is held against the recording, too: other counts there are differences here.
#[test]
fn counts_of_threads_are_part_of_the_trace() {
    let path = here("recordings/thr.open_close_4x200_held.json");
    let text = fs::read_to_string(&path).expect("it is there");
    let recording = Recording::from_json(&text).expect("it is one");
    let trace = play(&path, Personality::Wine, Vec::new(), Through::Rust).expect("it is played");
    compare(&recording, &trace).expect("it is the same");
    let with = |pointers: &[&str], value: serde_json::Value| {
        let mut json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        for pointer in pointers {
            *json.pointer_mut(pointer).expect("it has the field") = value.clone();
        }
        Recording::from_json(&json.to_string())
    };
    let in_plays = |name: &str| [0, 1].map(|play| format!("/volatile/{play}/0/{name}"));
    for name in ["load", "enable", "open", "close", "disable", "free", "other", "attach", "detach"] {
        let range = format!("/repeated/ranges/{name}");
        let [first, second] = in_plays(name);
        let raced = with(&[&range], serde_json::json!([7, 9])).expect("such a range may be");
        let complaint = compare(&raced, &trace).expect_err("it is counted otherwise");
        assert!(complaint.contains(&format!("- counted 1 {name}=7..9")), "{name}: {complaint}");
        with(&[&first], 5.into()).expect_err("it contradicts the range");
        let mut exact = with(&[], 0.into()).expect("it is the recording itself");
        exact.counted[0] = exact.counted[0].clone().with(name, 5);
        let complaint = compare(&exact, &trace).expect_err("it is counted otherwise");
        assert!(complaint.contains(&format!("- counted 1 {name}=5")), "{name}: {complaint}");
        let mut json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        json["repeated"] = serde_json::json!({});
        for pointer in [&first, &second] {
            *json.pointer_mut(pointer).expect("it has the field") = 5.into();
        }
        let plays_only = Recording::from_json(&json.to_string()).expect("it is one");
        compare(&plays_only, &trace).expect_err("both plays have another count");
    }
}

/// The drivers that are compiled into the test kit, and into the program `opendriver`, give the same traces as shared
/// libraries.
#[test]
fn scripted_drivers_give_the_same_traces() {
    // One after the other: the current directory belongs to the process.
    for path in recordings() {
        let recording = Recording::read(&path).unwrap_or_else(|error| panic!("{error}"));
        let name = name_of(&path);
        let trace = Player::new(Personality::Wine)
            .play(&recording, Scripted::standard())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let right = right(&recording, Personality::Wine, &name);
        compare(&right, &trace).unwrap_or_else(|difference| panic!("{name}: {difference}"));
    }
}

#[test]
fn the_rows_are_all_switches_there_are() {
    for personality in [Personality::Win32, Personality::Win31] {
        let lines: Vec<String> = ROWS.iter().flat_map(|row| row.lines(personality)).collect();
        let text = format!("personality = 'wine'\n[switches]\n{}", lines.join("\n"));
        let settings = Settings::parse(&text, ".").expect("they are switches");
        assert_eq!(settings.switches, opendriver::Switches::of(personality), "a switch is in no row");
    }
}

#[test]
#[ignore = "it is what the other tests start, each time in a process of its own"]
fn play_in_this_process() {
    play_ordered();
    // Nothing was ordered: somebody runs the ignored tests too.
    let path = here("recordings/life.open0_params.json");
    let recording = Recording::read(&path).expect("it is there");
    let trace = play(&path, Personality::Wine, Vec::new(), Through::Rust).expect("it is played");
    compare(&recording, &trace).expect("it is the same");
}

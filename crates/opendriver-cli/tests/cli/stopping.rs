use crate::support::{Place, Ran, driver};

/// A place with a script that sends DRV_USER to a driver that misbehaves then, and one that comes after it.
fn place(misbehaviour: &str) -> Place {
    let place = Place::new();
    place.install(&driver(misbehaviour), "bad.drv");
    place.write(
        "bad.script",
        "h = OpenDriver \"bad.drv\" NULL 0\nSendDriverMessage h DRV_USER 1 2\n@expect\nend\n",
    );
    place.write("next.script", "ExitProcess 0\n@expect\ncall ExitProcess 0x0\n");
    place
}

/// A place with a driver that misbehaves from its second play on, and what makes the next play the first again.
fn well_at_first(misbehaviour: &str) -> (Place, impl Fn()) {
    let place = place(misbehaviour);
    let played = place.write("home/played", "");
    (place, move || std::fs::remove_file(&played).expect("the driver has left it"))
}

const SCRIPTS: [&str; 5] = ["run", "bad.script", "next.script", "--driver", "bad.drv"];
const INSIDE: &str = "inside drv bad m1 h1 0x4000 id=0x7 l1=0x1 l2=0x2";

fn run(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&SCRIPTS, more].concat())
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

#[test]
#[cfg(unix)]
fn a_crash_is_reported_in_every_form_and_the_next_script_is_played() {
    use serde_json::json;
    let place = place("CRASH");
    let how = format!("crashed: SIGABRT (signal 6), {INSIDE}");
    let ran = run(&place, &[]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let diff = "\n    + call OpenDriver \"bad.drv\" NULL 0x0\n";
    assert_has(&ran.stdout, &[&format!("stopped  bad: {how}\n"), diff, "\n    +   drv bad m1 h1 0x4000 "]);
    assert!(
        ran.stdout.ends_with("ok       next\n2 played, 1 as expected, 0 different, 1 stopped, 0 errors\n")
    );

    let tap = run(&place, &["--format", "tap"]).stdout;
    assert_has(
        &tap,
        &["1..2\nnot ok 1 - bad\n  ---\n", &format!("  stopped: |2\n    {how}\n"), "\nok 2 - next\n"],
    );
    let junit = run(&place, &["--format", "junit"]).stdout;
    assert_has(
        &junit,
        &["failures=\"0\" errors=\"1\"", &format!("<error message=\"{how}\">"), "name=\"next\""],
    );
    let document = run(&place, &["--json"]).json();
    let results = &document["results"];
    assert_eq!((&results[0]["result"], &results[1]["result"]), (&json!("stopped"), &json!("same")));
    assert_eq!((&results[0]["reason"], &document["played"]), (&json!(how), &json!(2)));
    let trace = results[0]["trace"].as_array().expect("a trace");
    assert_eq!(trace.last(), Some(&json!("  drv bad m1 h1 0x4000 id=0x7 l1=0x1 l2=0x2")));
}

#[test]
fn a_driver_that_ends_the_process_does_not_end_the_report() {
    let place = place("EXIT");
    let ran = run(&place, &[]);
    let how =
        format!("stopped  bad: its process ended with exit code 0 (does a driver call exit?), {INSIDE}\n");
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_has(&ran.stdout, &[&how, "\nok       next\n"]);
    place
        .run(&[&SCRIPTS[..2], &SCRIPTS[3..], &["--record"]].concat())
        .fails(1, &["bad.script: its process ended with exit code 0", "until then:\n  call OpenDriver"]);
}

#[test]
fn a_second_play_that_is_stopped_is_reported_as_a_first_one_is() {
    let how = format!(
        "played a second time: its process ended with exit code 0 (does a driver call exit?), {INSIDE}"
    );
    let (place, first) = well_at_first("EXIT_AGAIN");
    let read = || std::fs::read_to_string(place.path().join("bad.script")).expect("it is there");
    let before = read();
    first();
    let ran = run(&place, &["--bless"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran:#?}");
    let trace = "\n    +   drv bad m1 h1 0x4000 id=0x7 l1=0x1 l2=0x2\n";
    assert_has(&ran.stdout, &[&format!("stopped  bad: {how}\n"), trace, "\nok       next\n"]);
    assert!(ran.stdout.ends_with("2 played, 1 as expected, 0 different, 1 stopped, 0 errors\n"), "{ran:#?}");
    assert_eq!(read(), before);

    first();
    let ran = place.run(&[&SCRIPTS[..2], &SCRIPTS[3..], &["--record"]].concat());
    ran.fails(1, &[&format!("bad.script: {how}; until then:\n  call OpenDriver")]);
    assert_eq!(ran.stdout, "");
}

#[test]
#[cfg(unix)]
fn the_end_of_the_process_belongs_to_the_script() {
    let ran = run(&place("EXIT_LATE"), &[]);
    let how = "stopped  bad: crashed: SIGABRT (signal 6), after the end of the script\n";
    assert_has(&ran.stdout, &[how, "+ detach bad m1 exiting=true\n", "\nok       next\n"]);
    assert_eq!(ran.code, Some(1));
}

#[test]
fn a_driver_that_hangs_is_ended_after_the_time_limit() {
    let place = place("HANG");
    let ran = run(&place, &["--timeout", "3"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), "hanging\n"));
    let how = format!("stopped  bad: no end after 3 s, so it was killed (--timeout), {INSIDE}\n");
    assert_has(&ran.stdout, &[&how, "\nok       next\n"]);
    place.run(&["run", "bad.script", "--timeout", "never"]).fails(2, &["no time in seconds"]);
    place.run(&["run", "bad.script", "--timeout", "5", "--in-process"]).fails(2, &["cannot be used with"]);
}

#[test]
fn what_a_driver_writes_stays_out_of_the_report() {
    let ran = run(&place("NOISY"), &["--format", "tap"]);
    assert!(ran.stdout.starts_with("TAP version 13\n1..2\nnot ok 1 - bad\n"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("noise"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "not ok 1 - noise\n");
}

#[test]
#[cfg(unix)]
fn without_a_process_of_its_own_a_crash_is_the_end_of_everything() {
    let place = place("CRASH");
    let ran = run(&place, &["--in-process"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (None, ""), "{ran:#?}");
    let ran = place.run(&["run", "--in-process", "next.script"]);
    assert_eq!(ran.succeeds().stdout, "ok       next\n1 played, 1 as expected, 0 different, 0 errors\n");
}

#[test]
fn a_script_that_goes_on_for_ever_is_stopped() {
    let place = Place::new();
    let script = "rule probea 0x4001 { SendDriverMessage self 0x4001 0 0 }\n\
                  h = OpenDriver \"probea.dll\" NULL 0\nSendDriverMessage h 0x4001 0 0\n";
    place.write("deep.script", script);
    let wide = "{ SendDriverMessage self 0x4002 0 0 ; SendDriverMessage self 0x4002 0 0 }";
    let many: String = (0x4001..0x4020)
        .map(|message| {
            format!("rule probea {message:#x} {}\n", wide.replace("0x4002", &format!("{:#x}", message + 1)))
        })
        .collect();
    place.write(
        "wide.script",
        many + "h = OpenDriver \"probea.dll\" NULL 0\nSendDriverMessage h 0x4001 0 0\n",
    );
    place.write("next.script", "FreeWinmm\n");
    let ran = place.run(&["run", "deep.script", "wide.script", "next.script"]);
    assert_eq!(ran.code, Some(1));
    assert_has(
        &ran.stdout,
        &[
            "stopped  deep: calls more than 4000 deep inside each other: ",
            "stopped  wide: more than 100000 events: ",
            "\nplayed   next: ",
        ],
    );
    assert!(ran.stdout.len() < 1_000_000, "the report has {} bytes", ran.stdout.len());
}

/// Starts the program, waits until the driver hangs, and sends the program a signal.
#[cfg(unix)]
fn interrupted(place: &Place, arguments: &[&str], signal: rustix::process::Signal) -> Ran {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    use rustix::process::{Pid, kill_process};
    let mut command = place.command(arguments);
    let mut program =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut stderr = BufReader::new(program.stderr.take().expect("it is piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it can be read");
    assert_eq!(line, "hanging\n");
    kill_process(Pid::from_child(&program), signal).expect("it runs");
    // Were the driver still alive, it would hold the other end of this pipe.
    line.clear();
    assert_eq!(stderr.read_line(&mut line).expect("it can be read"), 0, "{line}");
    Ran::of(program.wait_with_output().expect("it ends"))
}

#[test]
#[cfg(unix)]
fn an_interruption_ends_the_script_and_is_reported() {
    use rustix::process::Signal;
    let place = place("HANG");
    for (signal, code, more) in [
        (Signal::HUP, 129, &["--format", "tap"][..]),
        (Signal::INT, 130, &[]),
        (Signal::TERM, 143, &["--format", "tap"]),
        (Signal::INT, 130, &["--format", "junit"]),
    ] {
        if signal == Signal::HUP && hangups_are_ignored() {
            // As with nohup, which the program respects.
            continue;
        }
        let ran = interrupted(&place, &[&SCRIPTS, more].concat(), signal);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        let how = format!("interrupted, {INSIDE}");
        let parts = match more.last() {
            None => ["stopped  bad: HOW\n", "\nomitted  next: interrupted before it was played\n"],
            Some(&"tap") => ["not ok 1 - bad\n", "  ...\nBail out! interrupted before it was played\n"],
            Some(_) => ["<error message=\"HOW\">", "<skipped message=\"interrupted before it was played\"/>"],
        };
        assert_has(&ran.stdout, &parts.map(|part| part.replace("HOW", &how)).each_ref().map(String::as_str));
    }
}

#[test]
#[cfg(unix)]
fn an_interruption_of_a_second_play_is_one_as_well() {
    use rustix::process::Signal;
    let (place, first) = well_at_first("HANG_AGAIN");
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        first();
        let ran = interrupted(&place, &[&SCRIPTS, &["--bless"][..]].concat(), signal);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        let how = format!("stopped  bad: played a second time: interrupted, {INSIDE}\n");
        assert_has(&ran.stdout, &[&how, "\nomitted  next: interrupted before it was played\n"]);
        first();
        let ran = interrupted(&place, &[&SCRIPTS[..2], &SCRIPTS[3..], &["--record"]].concat(), signal);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{ran:#?}");
    }
}

/// Whether a process that is started here ignores SIGHUP.
#[cfg(unix)]
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
    u64::from_str_radix(mask, 16).expect("a number") & 1 == 1
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_that_is_to_outlive_its_terminal_does() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};
    let place = place("HANG");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_opendriver")]);
    command.args([&SCRIPTS, &["--timeout", "3"][..]].concat()).current_dir(place.path());
    let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    let mut stderr = BufReader::new(program.stderr.take().expect("it is piped"));
    stderr.read_line(&mut line).expect("it can be read");
    kill_process(Pid::from_child(&program), Signal::HUP).expect("it runs");
    let ran = Ran::of(program.wait_with_output().expect("it ends"));
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_has(&ran.stdout, &["stopped  bad: no end after 3 s", "\nok       next\n"]);
}

#[test]
fn what_is_deep_but_ends_is_played() {
    let place = Place::new();
    // A thread has as much room as the script.
    for send in ["SendDriverMessage h 0x4001 0 0", "inthread { SendDriverMessage h 0x4001 0 0 }"] {
        let script = format!(
            "rule probea 0x4001 from=1900 {{ ExitProcess 3 }}\n\
             rule probea 0x4001 ret=last {{ SendDriverMessage self 0x4001 0 0 }}\n\
             h = OpenDriver \"probea.dll\" NULL 0\n{send}\n"
        );
        place.write("deep.script", script);
        let ran = place.run(&["run", "deep.script"]);
        let first = ran.stdout.lines().next();
        assert_eq!(
            (ran.code, first),
            (Some(0), Some("played   deep: it expects nothing, and this happened"))
        );
        assert_has(&ran.stdout, &["call ExitProcess 0x3\n"]);
    }
}

#[test]
#[cfg(unix)]
fn a_driver_that_reads_standard_input_finds_none() {
    use std::io::Write;
    use std::process::Stdio;
    let place = place("ASKS");
    let mut command = place.command(&SCRIPTS);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().expect("the program starts");
    // What is for the program is not for the driver either.
    program.stdin.as_mut().expect("it is piped").write_all(b"text").expect("it can be written");
    let ran = Ran::of(program.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), "0\n"), "{ran:#?}");
    assert_has(&ran.stdout, &["differs  bad\n"]);
}

#[test]
#[cfg(unix)]
fn what_a_driver_starts_ends_with_the_script() {
    let start = std::time::Instant::now();
    // Were it still there, it would hold standard error, which is read here to its end.
    let ran = run(&place("STARTS"), &[]);
    assert!(start.elapsed() < std::time::Duration::from_secs(40), "{:?}", start.elapsed());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_has(&ran.stdout, &["differs  bad\n", "\nok       next\n"]);
}

#[test]
#[cfg(unix)]
fn the_script_and_what_it_started_end_with_the_program() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    let place = place("STARTS_HANGS");
    let mut command = place.command(&SCRIPTS);
    let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stderr = BufReader::new(program.stderr.take().expect("it is piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it can be read");
    assert_eq!(line, "started\n");
    let start = std::time::Instant::now();
    program.kill().expect("it runs");
    program.wait().expect("it ends");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("it can be read");
    assert!(start.elapsed() < std::time::Duration::from_secs(40), "{:?}", start.elapsed());
}

#[test]
#[cfg(unix)]
fn a_driver_that_closes_what_is_not_its_own_is_told_so() {
    for misbehaviour in ["CLOSES", "CLOSES_OPENS"] {
        let ran = run(&place(misbehaviour), &[]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        let how = "(does a driver close files that are not its own?), inside drv bad m1 h1 0x4000 ";
        assert_has(&ran.stdout, &["stopped  bad: its journal was lost: ", how, "\nok       next\n"]);
    }
}

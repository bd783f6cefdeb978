//! The C programs of tests/c, each on the shared and on the static library.

use crate::library::root;
use crate::stage::{Link, Stage, driver, driver_in_cpp, installed, output, run};

fn check(name: &str, stage: impl Fn(Stage) -> Stage, after: impl Fn(&Stage)) {
    for link in [Link::Shared, Link::Static] {
        let stage = stage(Stage::new());
        let program = stage.build(&root().join(format!("tests/c/{name}.c")), link);
        run(&mut stage.command(&program));
        after(&stage);
    }
}

fn plain(name: &str) {
    check(name, |stage| stage, |_| ());
}

#[test]
fn the_life_cycle() {
    check(
        "lifecycle",
        |stage| stage,
        |stage| {
            // The program has left an instance open: the end of the process sends nothing (Wine 8.0 measured).
            let log = stage.log();
            assert!(log.ends_with("OPEN id=0 l1=\"hello  world\" l2=0\n"), "{log}");
        },
    );
}

#[test]
fn text_in_three_encodings() {
    plain("text");
}

#[test]
fn callbacks() {
    plain("callbacks");
}

#[test]
fn errors() {
    plain("errors");
}

#[test]
fn managers_side_by_side() {
    plain("managers");
}

#[test]
fn destroyed_managers() {
    plain("destroyed");
}

#[test]
fn threads_on_one_module() {
    plain("threads");
}

#[test]
fn a_driver_that_waits_for_a_thread_that_opens_it() {
    let with_driver = |stage: Stage| {
        let source = root().join("tests/c/drivers/waiting.c");
        driver(&source, &stage.path().join("waiting.drv"), &["-pthread", "-D_POSIX_C_SOURCE=200809L"]);
        let settings = stage.path().join("waiting.toml");
        stage.set("OPENDRIVER_CONFIG", settings)
    };
    check("waiting", with_driver, |_| ());
}

#[test]
fn reentrant_calls() {
    plain("reentrant");
}

#[test]
fn a_driver_with_32_bit_parameters() {
    plain("narrow");
}

#[test]
fn a_midi_driver_in_cpp_with_a_second_entry() {
    if !installed("c++") {
        return;
    }
    let with_driver = |stage: Stage| {
        driver_in_cpp(&root().join("tests/c/drivers/midi.cc"), &stage.path().join("midi.drv"));
        stage
    };
    check("midi", with_driver, |_| ());
}

#[test]
fn enumeration_broadcasts_and_log() {
    plain("everyone");
}

#[test]
fn the_log_calls_code_of_the_program() {
    plain("log");
}

#[test]
fn the_log_is_set_beside_other_threads() {
    plain("log_races");
}

#[cfg(target_os = "linux")]
#[test]
fn the_log_of_a_program_in_a_sandbox() {
    plain("sandbox");
}

#[test]
fn a_configuration_that_is_chosen_while_another_is_read() {
    plain("chosen");
}

#[test]
fn a_configuration_named_by_a_relative_path() {
    check("relative", |stage| stage.set("OPENDRIVER_CONFIG", "system.ini"), |_| ());
}

#[test]
fn a_configuration_that_changes() {
    let changing = |stage: Stage| {
        let ini = stage.path().join("changing.ini");
        stage.set("OPENDRIVER_CONFIG", ini).set("OPENDRIVER_PERSONALITY", " Win31 ")
    };
    check("configuration", changing, |_| ());
}

#[test]
fn a_personality_that_does_not_exist() {
    check("personality", |stage| stage.set("OPENDRIVER_PERSONALITY", "win96"), |_| ());
}

#[test]
fn the_checkers_find_what_is_wrong() {
    let set = |name: &str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    if !set("OPENDRIVER_TEST_WRAPPER") && !set("OPENDRIVER_TEST_CFLAGS") {
        println!("skipped: no checker is set");
        return;
    }
    for link in [Link::Shared, Link::Static] {
        let stage = Stage::new();
        let program = stage.build(&root().join("tests/c/overflow.c"), link);
        let output = output(&mut stage.command(&program)).expect("it can be started");
        assert!(!output.status.success(), "an overflow in the library went unnoticed");
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(report.contains("heap-buffer-overflow") || report.contains("Invalid write"), "{report}");
    }
}

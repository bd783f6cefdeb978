//! What docs/c-api.md shows: its commands run, its examples compile and run.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::library::{library, root, versioned_name};
use crate::stage::{Link, Stage, compiler, driver, installed, run};

fn guide() -> String {
    fs::read_to_string(root().join("docs/c-api.md")).expect("the guide can be read")
}

/// The code blocks of a language, in order.
fn blocks(language: &str) -> Vec<String> {
    let guide = guide();
    let mut found = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```").is_some_and(|word| word == language) {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(block.join("\n"));
        }
    }
    assert!(!found.is_empty(), "the guide has no {language} block");
    found
}

/// A directory that looks like the root of the project after `cargo build --release`.
fn project() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for name in ["include", "examples", "tests"] {
        symlink(root().join(name), directory.path().join(name)).expect("it can be made");
    }
    let release = directory.path().join("target/release");
    fs::create_dir_all(&release).expect("it can be made");
    for file in [&library().shared, &library().fixed] {
        symlink(file, release.join(file.file_name().expect("a name"))).expect("it can be made");
    }
    directory
}

fn shell(directory: &Path, script: &str) -> String {
    run(Command::new("sh").args(["-e", "-c", script]).current_dir(directory))
}

#[test]
fn the_commands_of_the_guide_print_what_it_says() {
    let project = project();
    let blocks_of_commands = blocks("sh");
    let expected = format!("{}\n", blocks("text")[0]);
    let mut runs = 0;
    for command in blocks_of_commands.iter().flat_map(|block| block.lines()) {
        // The library under test is there already.
        if command == "cargo build --release" {
            continue;
        }
        if command.contains("python3") && !installed("python3") {
            continue;
        }
        if command.contains("libopendriver.a") && !cfg!(target_os = "linux") {
            continue;
        }
        let printed = shell(project.path(), command);
        if command.starts_with("OPENDRIVER_CONFIG=") {
            assert_eq!(printed, expected, "{command}");
            runs += 1;
        }
    }
    assert!(runs >= 2, "only {runs} commands ran the host");
}

/// All examples of the guide as one program, each a function of its own.
fn program() -> String {
    let mut c = String::from(
        "#include <assert.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <opendriver/opendriver.h>\n",
    );
    let mut bodies = Vec::new();
    for block in blocks("c") {
        if block.contains("#include") {
            continue;
        }
        if block.starts_with("/* at file scope */") {
            writeln!(c, "{block}").expect("text");
        } else {
            bodies.push(block);
        }
    }
    for (number, body) in bodies.iter().enumerate() {
        writeln!(
            c,
            "static void example{number}(HDRVR driver, opendriver_manager *manager)\n{{\n(void)driver, (void)manager;\n{body}\n}}"
        )
        .expect("text");
    }
    c.push_str("int main(void)\n{\nopendriver_manager *manager;\nHDRVR driver;\n");
    for number in 0..bodies.len() {
        // Each starts from the same: one driver of the process, none of the manager.
        writeln!(
            c,
            "manager = opendriver_manager_new(\"system.ini\");\ndriver = OpenDriver(u\"counter\", NULL, 0);\n\
             assert(manager != NULL && driver != NULL);\nexample{number}(driver, manager);\n\
             assert(opendriver_close_all(NULL) == 0 && opendriver_manager_destroy(manager));"
        )
        .expect("text");
    }
    c.push_str("return 0;\n}\n");
    c
}

#[test]
fn the_examples_of_the_guide_compile_and_run() {
    for link in [Link::Shared, Link::Static] {
        let stage = Stage::new();
        let path = |name: &str| stage.path().join(name);
        driver(&root().join("examples/drivers/counter/counter.c"), &path("counter.so"), &[]);
        fs::write(
            path("system.ini"),
            "[boot]\ndrivers=counter\n[drivers32]\ncounter=counter.drv start=5 step=2\n",
        )
        .expect("it can be written");
        fs::write(path("guide.c"), program()).expect("it can be written");
        let program = stage.build(&path("guide.c"), link);
        let printed = run(&mut stage.command(&program));
        for line in [
            "OPENDRIVER_ERROR_NOT_FOUND: ",
            "the porting layer: window 17 gets 3c1 ",
            "1 drivers opened at start, 0 not",
        ] {
            assert!(printed.contains(line), "no {line:?} in\n{printed}");
        }
    }
}

#[test]
fn the_driver_of_the_guide_compiles_and_runs() {
    let drivers: Vec<String> = blocks("c").into_iter().filter(|block| block.contains("#include")).collect();
    let [source] = &drivers[..] else { panic!("the guide has {} drivers", drivers.len()) };
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    fs::write(path("doubler.c"), source).expect("it can be written");
    run(compiler()
        .args(["-shared", "-fPIC", "-std=c89", "-pedantic", "-Wall", "-Werror", "-I"])
        .arg(root().join("include"))
        .arg("-o")
        .arg(path("doubler.drv"))
        .arg(path("doubler.c"))
        .arg("-L")
        .arg(library().directory())
        .arg("-lopendriver")
        .arg(format!("-Wl,-rpath,{}", library().directory().display())));
    let manager = opendriver::Manager::builder().driver_path(None).search_directory(directory.path()).build();
    let handle = manager.open("doubler.drv", None, 0).expect("it is a driver");
    assert_eq!(manager.send(handle, opendriver::abi::DRV_USER, 21, 0), Ok(42));
}

#[test]
fn the_hosts_say_why_they_fail() {
    let project = project();
    let host = "cc -Iinclude -o host examples/hosts/open_send_close.c -Ltarget/release -lopendriver";
    shell(project.path(), host);
    symlink(&library().shared, project.path().join("target/release").join(versioned_name()))
        .expect("it can be made");
    fs::write(project.path().join("system.ini"), "[drivers32]\n").expect("it can be written");
    let hosts: &[&str] = if installed("python3") {
        &["./host nobody", "python3 examples/hosts/open_send_close.py nobody"]
    } else {
        &["./host nobody"]
    };
    for host in hosts {
        let output = Command::new("sh")
            .args(["-c", &format!("OPENDRIVER_CONFIG=system.ini LD_LIBRARY_PATH=target/release {host}")])
            .current_dir(project.path())
            .output()
            .expect("a shell");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{complaint}");
        assert!(complaint.starts_with("OpenDriver: ") && complaint.contains("nobody"), "{complaint}");
    }
}

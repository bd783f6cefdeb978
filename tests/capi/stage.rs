//! A directory with drivers and a configuration, and programs that run in it.

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::library::{library, root};

/// How a program is linked.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    Shared,
    Static,
}

/// What the static library needs of the system: what `rustc --print native-static-libs` says, and docs/c-api.md.
#[cfg(target_os = "linux")]
pub const NATIVE_LIBRARIES: &[&str] = &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
#[cfg(not(target_os = "linux"))]
pub const NATIVE_LIBRARIES: &[&str] = &["-lSystem", "-lc", "-lm"];

const INI: &str = "; drivers of the tests\r\n\
[boot]\r\ndrivers=recorder nobody recorder.drv\r\n\
[Drivers32]\r\nrecorder=recorder.drv  hello  world\r\n\
caf\u{e9}=recorder.drv \u{e9}\u{20ac}\r\n\
outer=reentrant.drv outer\r\ninner=reentrant.drv\r\n\
drive=Q:\\nothing.drv\r\n";

/// The compiler that the environment names, or `cc`.
pub fn compiler() -> Command {
    Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
}

/// More arguments for programs and drivers.
fn extra_arguments() -> Vec<String> {
    let extra = std::env::var("OPENDRIVER_TEST_CFLAGS").unwrap_or_default();
    extra.split_whitespace().map(str::to_owned).collect()
}

/// Runs a command that must succeed; returns what it printed.
pub fn run(command: &mut Command) -> String {
    let output = output(command).unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{}\n{out}{err}", output.status);
    out.into_owned()
}

/// Runs a command. One that was just written may still be open for writing in a child that another thread has just
/// forked; that passes.
pub fn output(command: &mut Command) -> std::io::Result<Output> {
    loop {
        match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            result => return result,
        }
    }
}

/// A tool that may not be installed: whether it is.
pub fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    found || skip(&format!("{program} is not installed"))
}

/// Says that something is skipped, and why; `false`. Where everything must be tested it is a failure.
pub fn skip(why: &str) -> bool {
    let everything = std::env::var_os("OPENDRIVER_TEST_ALL").is_some_and(|value| !value.is_empty());
    assert!(!everything, "{why}, and OPENDRIVER_TEST_ALL is set: nothing may be skipped");
    let test = std::thread::current();
    // Not by println, which the test harness keeps to itself when the test passes.
    let _ = writeln!(std::io::stderr(), "skipped in {}: {why}", test.name().unwrap_or("a test"));
    false
}

/// The drivers of tests/c/drivers, built once.
fn drivers() -> &'static Path {
    static BUILT: OnceLock<TempDir> = OnceLock::new();
    let directory = BUILT.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a directory");
        for name in ["recorder", "narrow", "reentrant"] {
            driver(&root().join(format!("tests/c/drivers/{name}.c")), &directory.path().join(name), &[]);
        }
        driver(&root().join("tests/src/probe.c"), &directory.path().join("noproc"), &["-DNO_DRIVERPROC"]);
        directory
    });
    directory.path()
}

/// Builds a driver. What it needs of the library it finds in the program that loads it.
pub fn driver(source: &Path, target: &Path, arguments: &[&str]) {
    let mut command = compiler();
    command.args(["-shared", "-fPIC", "-O1", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]);
    command.arg("-I").arg(root().join("include/opendriver/windows"));
    if cfg!(target_vendor = "apple") {
        command.args(["-undefined", "dynamic_lookup"]);
    }
    run(command.arg("-o").arg(target).arg(source).args(arguments).args(extra_arguments()));
}

/// Builds a driver in C++, otherwise as [`driver`] does.
pub fn driver_in_cpp(source: &Path, target: &Path) {
    let mut command = Command::new("c++");
    command.args(["-shared", "-fPIC", "-O1", "-g", "-std=c++17", "-Wall", "-Wextra", "-Werror"]);
    command.arg("-I").arg(root().join("include/opendriver/windows"));
    if cfg!(target_vendor = "apple") {
        command.args(["-undefined", "dynamic_lookup"]);
    }
    run(command.arg("-o").arg(target).arg(source).args(extra_arguments()));
}

/// The directory of one program.
pub struct Stage {
    directory: TempDir,
    environment: Vec<(&'static str, OsString)>,
}

impl Stage {
    pub fn new() -> Stage {
        let directory = tempfile::Builder::new().prefix("opendriver").tempdir().expect("a directory");
        let stage = Stage { directory, environment: Vec::new() };
        for name in ["recorder", "narrow", "reentrant", "noproc"] {
            stage.copy(&drivers().join(name), &format!("{name}.drv"));
        }
        stage.copy(&drivers().join("recorder"), "with blank/recorder.drv");
        let ini = format!("{INI}long={}\r\n", "x".repeat(300));
        let western: Vec<u8> =
            ini.chars().map(|c| if c == '\u{20ac}' { 0x80 } else { c as u32 as u8 }).collect();
        fs::write(stage.path().join("system.ini"), western).expect("it can be written");
        fs::write(stage.path().join("text.drv"), "no library").expect("it can be written");
        stage
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn copy(&self, from: &Path, to: &str) {
        let to = self.path().join(to);
        fs::create_dir_all(to.parent().expect("a directory")).expect("it can be made");
        fs::copy(from, to).expect("it can be copied");
    }

    /// Sets an environment variable for the programs.
    pub fn set(mut self, name: &'static str, value: impl Into<OsString>) -> Stage {
        self.environment.push((name, value.into()));
        self
    }

    /// Compiles and links a program.
    pub fn build(&self, source: &Path, link: Link) -> PathBuf {
        let library = library();
        let program = self.path().join(format!("{link:?}"));
        let mut command = compiler();
        command.args(["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O1", "-g", "-pthread"]);
        command.args(["-Wall", "-Wextra", "-pedantic", "-Werror"]);
        command.arg("-I").arg(root().join("include")).arg("-o").arg(&program).arg(source);
        match link {
            Link::Shared => {
                command.arg("-L").arg(library.directory()).arg("-lopendriver");
                command.arg(format!("-Wl,-rpath,{}", library.directory().display()));
            }
            // Drivers that call the library find it in the program.
            Link::Static => {
                command.arg("-rdynamic").arg(&library.fixed).args(NATIVE_LIBRARIES);
            }
        }
        run(command.args(extra_arguments()));
        program
    }

    /// Runs a program in the directory, with nothing of the user's configuration.
    pub fn command(&self, program: &Path) -> Command {
        let wrapper = std::env::var("OPENDRIVER_TEST_WRAPPER").unwrap_or_default();
        let mut words = wrapper.split_whitespace();
        let mut command = match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(program);
                command
            }
            None => Command::new(program),
        };
        for name in ["OPENDRIVER_PATH", "OPENDRIVER_PERSONALITY", "XDG_CONFIG_HOME", "HOME"] {
            command.env_remove(name);
        }
        command.current_dir(self.path());
        command.env("TEST_DIRECTORY", self.path()).env("RECORDER_LOG", self.path().join("log"));
        command.env("OPENDRIVER_CONFIG", self.path().join("system.ini"));
        command.envs(self.environment.iter().map(|(name, value)| (*name, value.as_os_str())));
        command
    }

    /// What the recorder has written since the program took its log last.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }
}

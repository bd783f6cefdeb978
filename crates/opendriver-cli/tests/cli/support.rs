//! A place of its own for each test, the program in a clean environment, and drivers.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// A directory in which the program runs. Nothing outside of it decides what the program finds, except
/// `/etc/opendriver` if the machine has one.
pub(crate) struct Place {
    directory: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place { directory: TempDir::new().expect("a temporary directory") }
    }

    /// A place with a `system.ini`.
    pub(crate) fn with_ini(text: impl AsRef<[u8]>) -> Place {
        let place = Place::new();
        place.write("system.ini", text);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("the directory can be made");
        std::fs::write(&path, bytes).expect("the file can be written");
        path
    }

    /// Copies a driver to this place.
    pub(crate) fn install(&self, driver: &Path, name: &str) -> PathBuf {
        let bytes = std::fs::read(driver).expect("the driver can be read");
        self.write(name, bytes)
    }

    /// The program, to be run here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_opendriver"));
        command.args(arguments).current_dir(self.path()).env_clear();
        // The user's directory, where there is no configuration unless a test puts one there.
        for variable in ["HOME", "XDG_CONFIG_HOME", "APPDATA", "PROGRAMDATA"] {
            command.env(variable, self.path().join("home"));
        }
        if let Some(root) = std::env::var_os("SYSTEMROOT") {
            command.env("SYSTEMROOT", root);
        }
        command
    }

    /// Runs the program here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program starts"))
    }

    /// Runs it with the `system.ini` of this place.
    pub(crate) fn with_config(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["--config", "system.ini"], arguments].concat())
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }

    /// Asserts the exit code and that standard error has these parts.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, parts: &[&str]) -> &Ran {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is missing in\n{}", self.stderr);
        }
        assert!(self.stderr.contains("error: "), "{}", self.stderr);
        self
    }

    /// Asserts that it went well and said nothing beside the result.
    #[track_caller]
    pub(crate) fn succeeds(&self) -> &Ran {
        assert_eq!(self.code, Some(0), "{self:#?}");
        assert_eq!(self.stderr, "");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    /// The names of the messages in the table of `probe`, with their answers.
    pub(crate) fn messages(&self) -> Vec<(String, String)> {
        let rows = self.stdout.lines().filter(|line| line.trim_start().starts_with("DRV_"));
        rows.map(|row| {
            let name = row.split_whitespace().next().unwrap_or_default().to_owned();
            // Result and time are the last two.
            (name, row.split_whitespace().rev().nth(1).unwrap_or_default().to_owned())
        })
        .collect()
    }
}

/// The example driver echo, as cargo has built it.
pub(crate) fn echo() -> PathBuf {
    let name = format!("{}echo{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let directories = opendriver_examples::driver_directories();
    let found = directories.iter().map(|directory| directory.join(&name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("cargo has built {name} in none of {directories:?}"))
}

/// The C driver of these tests, built with a definition such as `REFUSE_LOAD`; see `driver.c`.
pub(crate) fn driver(definition: &str) -> PathBuf {
    static DIRECTORY: OnceLock<TempDir> = OnceLock::new();
    let directory = DIRECTORY.get_or_init(|| TempDir::new().expect("a temporary directory"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/driver.c");
    // Built into a file of its own: two tests may want the same one.
    let own =
        tempfile::Builder::new().prefix(definition).tempdir_in(directory.path()).expect("a directory").keep();
    let target = own.join("driver");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let output = Command::new(&compiler)
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-D", definition, "-o"])
        .arg(&target)
        .arg(source)
        .output()
        .unwrap_or_else(|error| panic!("the tests need a C compiler; {compiler} (variable CC): {error}"));
    assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
    target
}

/// The head of a PE32 library for i386, padded to a size that no reader finds too short.
pub(crate) fn pe() -> Vec<u8> {
    let mut bytes = vec![0; 1024];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3C] = 0x80;
    bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
    bytes[0x84..0x86].copy_from_slice(&0x014Cu16.to_le_bytes());
    bytes[0x94..0x96].copy_from_slice(&0xE0u16.to_le_bytes());
    bytes[0x96..0x98].copy_from_slice(&0x2102u16.to_le_bytes());
    bytes[0x98..0x9A].copy_from_slice(&0x010Bu16.to_le_bytes());
    bytes
}

/// The head of an NE library for Windows.
pub(crate) fn ne() -> Vec<u8> {
    let mut bytes = vec![0; 1024];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x18] = 0x40;
    bytes[0x3C] = 0x80;
    bytes[0x80..0x82].copy_from_slice(b"NE");
    bytes[0x80 + 0x36] = 2;
    bytes
}

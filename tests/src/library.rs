//! The C library under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Where the two kinds of it are.
pub struct Library {
    pub shared: PathBuf,
    pub fixed: PathBuf,
}

impl Library {
    pub fn directory(&self) -> &Path {
        self.shared.parent().expect("a file has a directory")
    }
}

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are below the root")
}

/// Builds the library as `cargo build` does, once. The package that makes it has no Rust library, so cargo cannot build
/// it as a dependency of these tests.
pub fn library() -> &'static Library {
    static BUILT: OnceLock<Library> = OnceLock::new();
    BUILT.get_or_init(|| {
        let library = match std::env::var_os("OPENDRIVER_TEST_LIBRARY") {
            Some(directory) => in_directory(Path::new(&directory)),
            None => build(),
        };
        #[cfg(unix)]
        link_by_version(&library.shared);
        library
    })
}

/// The name by which programs look for the shared library when they start: that of the file, with the version of the
/// interface.
pub fn versioned_name() -> String {
    let numbers: Vec<&str> = env!("CARGO_PKG_VERSION").split('.').collect();
    let version = if numbers[0] == "0" { numbers[..2].join(".") } else { numbers[0].to_owned() };
    if cfg!(target_vendor = "apple") {
        format!("libopendriver.{version}.dylib")
    } else {
        format!("libopendriver.so.{version}")
    }
}

/// Makes the link that an installation would have, as docs/c-api.md says.
#[cfg(unix)]
fn link_by_version(shared: &Path) {
    let link = shared.with_file_name(versioned_name());
    let target = shared.file_name().expect("a file has a name");
    match std::os::unix::fs::symlink(target, &link) {
        // Another run has made it.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        made => made.expect("the link can be made"),
    }
    assert!(link.is_file(), "{} leads nowhere", link.display());
}

fn in_directory(directory: &Path) -> Library {
    let name = |suffix: &str| directory.join(format!("libopendriver{suffix}"));
    let library = Library { shared: name(std::env::consts::DLL_SUFFIX), fixed: name(".a") };
    assert!(library.shared.is_file() && library.fixed.is_file(), "{} lacks a library", directory.display());
    library
}

fn build() -> Library {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["build", "-p", "opendriver-capi-artifact", "--message-format=json"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(output.status.success(), "the library cannot be built");
    let messages = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let files: Vec<String> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact" && message["target"]["crate_types"][0] == "cdylib"
        })
        .filter(|message| message["target"]["name"] == "opendriver")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(str::to_owned))
        .collect();
    let shared = files.iter().find(|file| file.ends_with(std::env::consts::DLL_SUFFIX));
    let is_fixed =
        |file: &&String| file.ends_with(".a") || file.ends_with(".lib") && !file.ends_with(".dll.lib");
    let fixed = files.iter().find(is_fixed);
    match (shared, fixed) {
        (Some(shared), Some(fixed)) => Library { shared: shared.into(), fixed: fixed.into() },
        _ => panic!("cargo built neither or only one kind of library: {files:?}"),
    }
}

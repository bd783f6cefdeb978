//! Example drivers and hosts for the driver manager.
//!
//! | driver | language | what it shows |
//! | --- | --- | --- |
//! | `drivers/echo` | Rust | the smallest driver of which one can see that it works |
//! | `drivers/synth` | Rust | a MIDI-out driver: settings from its SYSTEM.INI line, `modMessage`, sound |
//! | `drivers/counter` | C | a driver without any header of this project, state per instance |
//!
//! Building this package builds them all; hosts and tests find them with [`driver_directories`].

use std::path::{Path, PathBuf};

/// Where the example drivers are, for a program, example or test that cargo built: directories that exist, most up to
/// date first. Empty when the running program's own place cannot be found out.
///
/// Cargo leaves the Rust drivers in `deps` below the directory of the profile (`target/debug`, also with another target
/// directory or `--target`), and links them into that directory itself only when they were asked for by name. So
/// `deps` comes first: what stands above it may be older. The C driver is in the directory of the profile.
///
/// For a program that was copied elsewhere it is the directory of the program, where its drivers may have been copied to.
///
/// ```no_run
/// for directory in opendriver_examples::driver_directories() {
///     println!("{}", directory.display());
/// }
/// ```
#[must_use]
pub fn driver_directories() -> Vec<PathBuf> {
    // The program may have been started through a symbolic link, which has no drivers beside it.
    let program = std::env::current_exe().and_then(|path| path.canonicalize());
    program.map(|program| directories(&program)).unwrap_or_default()
}

fn directories(program: &Path) -> Vec<PathBuf> {
    let Some(own) = program.parent() else { return Vec::new() };
    // Tests run from deps, examples from examples.
    let profile = match own.file_name() {
        Some(name) if name == "deps" || name == "examples" => own.parent().unwrap_or(own),
        _ => own,
    };
    let mut found = vec![profile.join("deps"), profile.to_path_buf(), own.to_path_buf()];
    // The last one differs from the first two for `examples` only.
    if found[..2].contains(&found[2]) {
        found.pop();
    }
    found.retain(|directory| directory.is_dir());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(directories: &[&str]) -> (PathBuf, impl Drop) {
        struct Remove(PathBuf);
        impl Drop for Remove {
            fn drop(&mut self) {
                let _ = std::fs::remove_dir_all(&self.0);
            }
        }
        let own = std::thread::current().name().unwrap_or("test").replace(':', "-");
        let root = std::env::temp_dir().join(format!("opendriver-{own}-{}", std::process::id()));
        for directory in directories {
            std::fs::create_dir_all(root.join(directory)).unwrap();
        }
        (root.clone(), Remove(root))
    }

    #[test]
    fn a_program_of_any_kind_finds_the_same_two() {
        let (root, _remove) = tree(&["debug/deps", "debug/examples"]);
        let (deps, profile) = (root.join("debug/deps"), root.join("debug"));
        assert_eq!(directories(&profile.join("host")), [deps.clone(), profile.clone()]);
        assert_eq!(directories(&deps.join("test-1a2b")), [deps.clone(), profile.clone()]);
        let examples = profile.join("examples");
        assert_eq!(directories(&examples.join("play")), [deps, profile, examples]);
    }

    #[test]
    fn a_program_elsewhere_finds_its_own_directory() {
        let (root, _remove) = tree(&["bin"]);
        assert_eq!(directories(&root.join("bin/host")), [root.join("bin")]);
        assert!(directories(&root.join("nowhere/host")).is_empty());
    }

    #[test]
    fn the_drivers_of_this_build_are_there() {
        let found = driver_directories();
        let has = |name: &str| {
            let file = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
            found.iter().any(|directory| directory.join(&file).is_file())
        };
        assert!(has("echo"), "{found:?}");
        assert!(has("synth"), "{found:?}");
        assert!(has("counter"), "no C compiler? see the warning of the build; {found:?}");
    }
}

//! The library as others find it: its name with the version in it, CMake's package, and an installation by cargo-c.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::library::{library, root, versioned_name};
use crate::stage::{compiler, driver, installed, output, run};

const PACKAGE: &str = "crates/opendriver-capi/cmake";

/// The name that a shared library says it has, and that programs linked with it look for.
#[cfg(target_os = "linux")]
fn own_name(shared: &Path) -> String {
    let dynamic = run(Command::new("readelf").arg("-dW").arg(shared));
    let line = dynamic.lines().find(|line| line.contains("(SONAME)")).expect("it has a name");
    line.split(['[', ']']).nth(1).expect("in brackets").to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn the_shared_library_has_the_version_in_its_name() {
    assert_eq!(own_name(&library().shared), versioned_name());
}

/// The GNU C library keeps 1,664 bytes of each thread's first block for libraries that are loaded late and want to be
/// there. One variable of ours does (crates/opendriver/src/sys/own.rs), and takes all others with it.
#[cfg(target_os = "linux")]
#[test]
fn the_thread_local_variables_leave_room_for_those_of_others() {
    let segments = run(Command::new("readelf").arg("-lW").arg(&library().shared));
    let line = segments.lines().find(|line| line.trim_start().starts_with("TLS ")).expect("it has some");
    // Type, offset, two addresses, the size in the file, that in memory.
    let size = line.split_whitespace().nth(5).and_then(|size| size.strip_prefix("0x")).expect("a size");
    let size = usize::from_str_radix(size, 16).expect("a number");
    assert!((8..=512).contains(&size), "{size} bytes: {line}");
}

#[test]
fn the_package_has_the_version_of_the_library() {
    let text = fs::read_to_string(root().join(PACKAGE).join("opendriver-config-version.cmake"))
        .expect("it is there");
    let version = env!("CARGO_PKG_VERSION");
    assert!(text.contains(&format!("set(PACKAGE_VERSION \"{version}\")")), "{text}");
    let compatible: Vec<&str> = version.split('.').take(2).collect();
    let pattern = format!("MATCHES \"^{}[.]({}[.]|$)\"", compatible[0], compatible[1]);
    assert!(compatible[0] != "0" || text.contains(&pattern), "{text}");
}

/// A directory with a project for CMake, and with the driver and the configuration that its programs open.
struct Project {
    directory: TempDir,
}

impl Project {
    /// Each target becomes a program in C and one in C++.
    fn new(targets: &[&str]) -> Project {
        let directory = tempfile::tempdir().expect("a directory");
        let project = Project { directory };
        let host = fs::read_to_string(root().join("examples/hosts/open_send_close.c")).expect("it is there");
        for name in ["host.c", "host.cc"] {
            fs::write(project.path(name), &host).expect("it can be written");
        }
        fs::write(
            project.path("CMakeLists.txt"),
            format!(
                "cmake_minimum_required(VERSION 3.13)\nproject(hosts C CXX)\nset(CMAKE_CXX_STANDARD 17)\n\
                 find_package(opendriver 0.1 REQUIRED CONFIG)\nforeach(kind {})\n\
                 add_executable(c_${{kind}} host.c)\nadd_executable(cc_${{kind}} host.cc)\n\
                 target_link_libraries(c_${{kind}} PRIVATE opendriver::${{kind}})\n\
                 target_link_libraries(cc_${{kind}} PRIVATE opendriver::${{kind}})\nendforeach()\n\
                 message(STATUS \"version ${{opendriver_VERSION}}\")\n\
                 foreach(kind shared static)\nif(TARGET opendriver::${{kind}})\nmessage(STATUS \"there is ${{kind}}\")\n\
                 endif()\nendforeach()\n",
                targets.join(" ")
            ),
        )
        .expect("it can be written");
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Configures and builds; returns what CMake said.
    fn build(&self, options: &[String]) -> String {
        let mut configure = Command::new("cmake");
        let said =
            run(configure.args(["-S", ".", "-B", "build"]).args(options).current_dir(self.directory.path()));
        assert!(said.contains(&format!("version {}", env!("CARGO_PKG_VERSION"))), "{said}");
        run(Command::new("cmake").args(["--build", "build"]).current_dir(self.directory.path()));
        said
    }

    /// Configures, builds, and runs the programs; returns what CMake said.
    fn build_and_run(&self, options: &[String], targets: &[&str]) -> String {
        let said = self.build(options);
        driver(&root().join("examples/drivers/counter/counter.c"), &self.path("counter.so"), &[]);
        fs::write(self.path("system.ini"), "[drivers32]\ncounter=counter.drv\n").expect("it can be written");
        for language in ["c", "cc"] {
            for target in targets {
                let mut host = Command::new(self.path(&format!("build/{language}_{target}")));
                let host = host.current_dir(self.directory.path()).env("OPENDRIVER_CONFIG", "system.ini");
                // Cargo has put the directories of its own builds into it.
                let host = host.env_remove("LD_LIBRARY_PATH").env_remove("DYLD_FALLBACK_LIBRARY_PATH");
                assert_eq!(run(host).lines().last(), Some("the driver answered 3"), "{language} {target}");
            }
        }
        said
    }
}

/// As the test below, with the library for Windows in a directory. The programs are not run.
pub fn cmake_finds_the_library_of_windows(directory: &Path) {
    let targets = ["opendriver", "shared", "static"];
    let project = Project::new(&targets);
    let options = [
        format!("-Dopendriver_DIR={}", root().join(PACKAGE).display()),
        format!("-Dopendriver_LIBRARY_DIR={}", directory.display()),
        "-DCMAKE_SYSTEM_NAME=Windows".to_owned(),
        "-DCMAKE_C_COMPILER=x86_64-w64-mingw32-gcc".to_owned(),
        "-DCMAKE_CXX_COMPILER=x86_64-w64-mingw32-g++".to_owned(),
    ];
    project.build(&options);
    for target in targets {
        let program = fs::read(project.path(&format!("build/c_{target}.exe"))).expect("it was built");
        let needs_library = program.windows(14).any(|window| window == b"opendriver.dll");
        assert_eq!(needs_library, target != "static", "{target}");
    }
}

#[test]
fn cmake_finds_the_package_in_the_source_tree() {
    if !installed("cmake") {
        return;
    }
    let targets = ["opendriver", "shared", "static"];
    let here = format!("-Dopendriver_DIR={}", root().join(PACKAGE).display());
    let libraries = format!("-Dopendriver_LIBRARY_DIR={}", library().directory().display());
    Project::new(&targets).build_and_run(&[here.clone(), libraries], &targets);

    // As `cargo build --release` leaves it: nobody has made the name by which programs look for the library.
    let plain = tempfile::tempdir().expect("a directory");
    let copy = plain.path().join(library().shared.file_name().expect("a name"));
    fs::copy(&library().shared, copy).expect("it can be copied");
    let libraries = format!("-Dopendriver_LIBRARY_DIR={}", plain.path().display());
    let targets = ["opendriver", "shared"];
    Project::new(&targets).build_and_run(&[here, libraries], &targets);
    assert_eq!(
        fs::read_dir(plain.path()).expect("it is there").count(),
        1,
        "nothing is put beside the library"
    );
}

/// An installation with these files in its directory of libraries.
fn installation(libraries: &[&Path]) -> TempDir {
    let prefix = tempfile::tempdir().expect("a directory");
    let path = |name: &str| prefix.path().join(name);
    for name in ["lib", "share/cmake/opendriver"] {
        fs::create_dir_all(path(name)).expect("it can be made");
    }
    std::os::unix::fs::symlink(root().join("include"), path("include")).expect("it can be made");
    for file in fs::read_dir(root().join(PACKAGE)).expect("it can be read") {
        let file = file.expect("it can be read");
        fs::copy(file.path(), path("share/cmake/opendriver").join(file.file_name()))
            .expect("it can be copied");
    }
    for library in libraries {
        fs::copy(library, path("lib").join(library.file_name().expect("a name"))).expect("it can be copied");
    }
    prefix
}

fn prefix_path(prefix: &TempDir) -> String {
    format!("-DCMAKE_PREFIX_PATH={}", prefix.path().display())
}

#[test]
fn cmake_finds_an_installation_with_one_kind_of_library() {
    if !installed("cmake") {
        return;
    }
    let fixed = installation(&[&library().fixed]);
    let targets = ["opendriver", "static"];
    let said = Project::new(&targets).build_and_run(&[prefix_path(&fixed)], &targets);
    assert!(said.contains("there is static") && !said.contains("there is shared"), "{said}");

    let shared = installation(&[&library().shared]);
    fs::copy(&library().shared, shared.path().join("lib").join(versioned_name())).expect("it can be copied");
    let targets = ["opendriver", "shared"];
    let said = Project::new(&targets).build_and_run(&[prefix_path(&shared)], &targets);
    assert!(said.contains("there is shared") && !said.contains("there is static"), "{said}");
}

#[test]
fn cmake_gets_no_package_that_does_not_fit() {
    if !installed("cmake") {
        return;
    }
    let (good, empty) = (installation(&[&library().fixed]), installation(&[]));
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(
        directory.path().join("CMakeLists.txt"),
        "cmake_minimum_required(VERSION 3.13)\nproject(asks C)\nforeach(version 0 0.1 0.1.0 0.1.1 0.2 0.10 0.0.9 1 1.0)\n\
         unset(opendriver_DIR CACHE)\nfind_package(opendriver ${version} QUIET CONFIG)\n\
         if(opendriver_FOUND)\nmessage(STATUS \"good for ${version}\")\nendif()\nendforeach()\n",
    )
    .expect("it can be written");
    let ask = |prefix: &TempDir, build: &str| {
        let mut cmake = Command::new("cmake");
        cmake.args(["-S", ".", "-B", build]).arg(prefix_path(prefix)).current_dir(directory.path());
        let said = run(&mut cmake);
        said.lines()
            .filter_map(|line| line.strip_prefix("-- good for "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(ask(&good, "good"), ["0", "0.1", "0.1.0"]);
    // The package without a library, as after an installation that went wrong.
    assert_eq!(ask(&empty, "empty"), [""; 0]);
}

/// What an installation of cargo-c's is worth. Building cargo-c takes minutes, so `cargo xtask package` does it.
#[test]
#[ignore = "needs cargo-c; `cargo xtask package` builds it and runs this"]
fn an_installation_is_found_by_pkg_config_and_cmake() {
    let prefix = tempfile::tempdir().expect("a directory");
    let path = |name: &str| prefix.path().join(name);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo)
        .current_dir(root())
        .args(["cinstall", "-p", "opendriver-capi-artifact", "--libdir", "lib", "--prefix"])
        .arg(prefix.path()));
    for header in crate::headers::headers_below(&root().join("include")) {
        assert!(path("include").join(&header).is_file(), "{} was not installed", header.display());
    }
    // The name is that of a plain build, so that no process loads both.
    #[cfg(target_os = "linux")]
    assert_eq!(own_name(&path("lib").join(versioned_name())), versioned_name());

    let flags = |arguments: &[&str]| {
        let mut command = Command::new("pkg-config");
        let said =
            run(command.env("PKG_CONFIG_PATH", path("lib/pkgconfig")).args(arguments).arg("opendriver"));
        said.trim().to_owned()
    };
    assert_eq!(flags(&["--modversion"]), env!("CARGO_PKG_VERSION"));
    driver(&root().join("examples/drivers/counter/counter.c"), &path("counter.so"), &[]);
    fs::write(path("system.ini"), "[drivers32]\ncounter=counter.drv\n").expect("it can be written");
    let source = root().join("examples/hosts/open_send_close.c");
    // For the static one pkg-config has no word: it is named, and what it needs follows.
    let fixed = path("lib/libopendriver.a").display().to_string();
    let private = flags(&["--libs", "--static"]).replace("-lopendriver", "");
    for (name, arguments) in [
        ("with_shared", flags(&["--cflags", "--libs"])),
        ("with_static", format!("{} {fixed} {private}", flags(&["--cflags"]))),
    ] {
        let program = path(name);
        run(compiler().arg("-o").arg(&program).arg(&source).args(arguments.split_whitespace()));
        let mut host = Command::new(&program);
        // Cargo has put the directories of its own builds into the latter.
        host.current_dir(prefix.path()).env("OPENDRIVER_CONFIG", "system.ini").env_remove("LD_LIBRARY_PATH");
        let without = output(&mut host).expect("it can be started");
        assert_eq!(
            without.status.success(),
            name == "with_static",
            "the shared library is not where systems look"
        );
        let printed = run(host.env("LD_LIBRARY_PATH", path("lib")));
        assert_eq!(printed.lines().last(), Some("the driver answered 3"), "{name}");
    }
    let targets = ["opendriver", "shared", "static"];
    Project::new(&targets).build_and_run(&[prefix_path(&prefix)], &targets);
}

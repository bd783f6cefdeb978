//! A driver of 1995: one source for Linux and Windows, unchanged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use opendriver::abi::{
    DRV_CONFIGURE, DRV_INSTALL, DRV_QUERYCONFIGURE, DRV_USER, DRVCNF_CANCEL, DRVCNF_OK, DRVCNF_RESTART,
    DRVCONFIGINFO,
};
use opendriver::{Config, Head, Manager};

use crate::library::{library, root};
use crate::packages::cmake_finds_the_library_of_windows;
use crate::stage::{compiler, installed, run, skip};

const SOURCE: &str = "tests/c/drivers/classic.c";

#[test]
fn a_classic_driver_compiles_unchanged_and_is_loaded() {
    let directory = tempfile::tempdir().expect("a directory");
    let driver = directory.path().join("classic.drv");
    // As on Windows, where the same line ends in -lwinmm: DefDriverProc comes from the library.
    run(compiler()
        .args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(root().join("include/opendriver/windows"))
        .arg("-o")
        .arg(&driver)
        .arg(root().join(SOURCE))
        .arg("-L")
        .arg(library().directory())
        .arg("-lopendriver")
        .arg(format!("-Wl,-rpath,{}", library().directory().display())));
    let manager = Manager::builder()
        .config(Config::default())
        .driver_path(None)
        .search_directory(directory.path())
        .build();
    let first = manager.open("classic.drv", None, 0).expect("it is a driver");
    let second = manager.open("classic.drv", None, 0).expect("it has room for four");
    assert_eq!(manager.send(first, DRV_QUERYCONFIGURE, 0, 0), Ok(1));
    assert_eq!(manager.send(first, DRV_CONFIGURE, 0, 0), Ok(DRVCNF_CANCEL));
    let alias: Vec<u16> = "classic\0".encode_utf16().collect();
    for (name, answer) in [(alias.as_ptr(), DRVCNF_RESTART), (std::ptr::null(), DRVCNF_OK)] {
        let info = DRVCONFIGINFO {
            dwDCISize: size_of::<DRVCONFIGINFO>() as u32,
            lpszDCISectionName: std::ptr::null(),
            lpszDCIAliasName: name,
        };
        let address = (&raw const info).expose_provenance() as isize;
        assert_eq!(manager.send(first, DRV_CONFIGURE, 0, address), Ok(answer));
    }
    assert_eq!(manager.send(first, DRV_USER, 0x1234, 0), Ok(0x1_1234));
    assert_eq!(manager.send(first, DRV_USER, 0x1234, 0), Ok(0x2_1234));
    assert_eq!(manager.send(second, DRV_USER, 5, 0), Ok(0x1_0005));
    assert_eq!(manager.send(second, DRV_INSTALL, 0, 0), Ok(DRVCNF_OK));
    assert_eq!(manager.send(second, 0x0E, 0, 0), Ok(0), "left to DefDriverProc");
    assert_eq!(manager.close(first, 0, 0), Ok(1));
    assert_eq!(manager.close(second, 0, 0), Ok(1));
}

#[test]
fn the_same_source_compiles_with_the_headers_of_windows() {
    let directory = tempfile::tempdir().expect("a directory");
    for (compiler, machine) in [("x86_64-w64-mingw32-gcc", "x86-64"), ("i686-w64-mingw32-gcc", "i386")] {
        if !installed(compiler) {
            continue;
        }
        let driver = directory.path().join(format!("classic-{machine}.dll"));
        run(Command::new(compiler)
            .args(["-shared", "-Wall", "-Wextra", "-Werror", "-Wl,--kill-at", "-o"])
            .arg(&driver)
            .arg(root().join(SOURCE))
            .arg("-lwinmm"));
        let head = Head::read(&driver).expect("it can be read").to_string();
        assert!(head.contains("PE32") && head.contains(machine), "{head}");
        let bytes = fs::read(&driver).expect("it can be read");
        assert!(bytes.windows(11).any(|window| window == b"DriverProc\0"), "it exports DriverProc");
    }
}

#[test]
fn a_midi_driver_in_cpp_compiles_with_the_headers_of_windows() {
    let compiler = "x86_64-w64-mingw32-g++";
    if !installed(compiler) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    run(Command::new(compiler)
        .args(["-shared", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o"])
        .arg(directory.path().join("midi.dll"))
        .arg(root().join("tests/c/drivers/midi.cc"))
        .arg("-lwinmm"));
}

/// What Wine 8.0 lacks and programs made with the standard library of Rust need.
const RANDOM: &str = "#include <windows.h>
BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return SystemFunction036(data, (ULONG)length); }
";

/// The target of the library for Windows.
const TARGET: &str = "x86_64-pc-windows-gnu";

/// A directory with opendriver.dll and what it is linked by: the one that `OPENDRIVER_TEST_WINDOWS_LIBRARY` names, or
/// built as `cargo build --target x86_64-pc-windows-gnu` does if the toolchain has that target.
fn library_of_windows() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("OPENDRIVER_TEST_WINDOWS_LIBRARY") {
        return Some(given.into());
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let standard = run(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]));
    if !Path::new(standard.trim()).is_dir() {
        skip(&format!("the target {TARGET} is not installed (rustup target add {TARGET})"));
        return None;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = root().join("target/windows");
    run(Command::new(cargo)
        .current_dir(root())
        .args(["build", "-p", "opendriver-capi-artifact", "--target", TARGET, "--target-dir"])
        .arg(&target));
    Some(target.join(TARGET).join("debug"))
}

#[test]
fn the_library_of_windows_loads_the_same_driver() {
    let wine = Path::new("/usr/lib/wine/wine64");
    let wine = if wine.is_file() { wine } else { Path::new("wine64") };
    let compiler = "x86_64-w64-mingw32-gcc";
    if !installed(compiler) || !installed(&wine.display().to_string()) {
        return;
    }
    let Some(library) = library_of_windows() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let mingw = |arguments: &[&str], target: &str, source: PathBuf, libraries: &[&str]| {
        run(Command::new(compiler)
            .args(["-Wall", "-Wextra", "-Werror"])
            .args(arguments)
            .arg("-I")
            .arg(root().join("include"))
            .arg("-o")
            .arg(path(target))
            .arg(source)
            .arg("-L")
            .arg(&library)
            .args(libraries));
    };
    fs::write(path("random.c"), RANDOM).expect("it can be written");
    mingw(&["-shared"], "bcryptprimitives.dll", path("random.c"), &["-ladvapi32"]);
    mingw(&["-shared"], "classic.dll", root().join(SOURCE), &["-lwinmm"]);
    // Our names before those of winmm.
    let host = || root().join("tests/c/windows_host.c");
    mingw(&["-O1"], "host.exe", host(), &["-lopendriver", "-lwinmm"]);
    let fixed = library.join("libopendriver.a").display().to_string();
    let needed = [&fixed, "-lkernel32", "-lntdll", "-luserenv", "-lws2_32", "-ldbghelp", "-luser32"];
    mingw(&["-O1", "-DOPENDRIVER_STATIC"], "alone.exe", host(), &needed);
    fs::write(path("system.ini"), "[drivers32]\r\nclassic=classic.dll\r\n").expect("it can be written");
    if installed("cmake") && installed("x86_64-w64-mingw32-g++") {
        cmake_finds_the_library_of_windows(&library);
    }
    // Wine takes seconds to set itself up.
    for program in ["alone.exe", "host.exe"] {
        if program == "host.exe" {
            fs::copy(library.join("opendriver.dll"), path("opendriver.dll")).expect("it can be copied");
        }
        let printed = run(Command::new(wine)
            .arg(program)
            .current_dir(directory.path())
            .env("WINEPREFIX", path("prefix"))
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", "mscoree,mshtml="));
        assert!(printed.contains("all is well"), "{program}: {printed}");
    }
}

//! What the library exports: exactly the names of the headers, and those are exactly the functions of the source.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::process::Command;

use crate::library::{library, root};
use crate::stage::{compiler, installed, run, skip};

/// The names of Windows, which are also in opendriver.h.
const FAMILY: [&str; 16] = [
    "CloseDriver",
    "DefDriverProc",
    "DriverCallback",
    "DrvClose",
    "DrvDefDriverProc",
    "DrvGetModuleHandle",
    "DrvOpen",
    "DrvOpenA",
    "DrvSendMessage",
    "GetDriverFlags",
    "GetDriverInfo",
    "GetDriverModuleHandle",
    "GetNextDriver",
    "OpenDriver",
    "OpenDriverA",
    "SendDriverMessage",
];

/// The names that the shared library defines for others.
pub fn exported() -> BTreeSet<String> {
    let mut nm = Command::new("nm");
    if cfg!(target_vendor = "apple") {
        nm.args(["-g", "-U"]);
    } else {
        nm.args(["-D", "--defined-only"]);
    }
    let names = run(nm.arg(&library().shared));
    let name = |line: &str| {
        let name = line.split_whitespace().last()?;
        Some(if cfg!(target_vendor = "apple") { name.trim_start_matches('_') } else { name }.to_owned())
    };
    names.lines().filter_map(name).collect()
}

/// The text of opendriver.h.
pub fn header() -> String {
    fs::read_to_string(root().join("include/opendriver/opendriver.h")).expect("it can be read")
}

/// The names that opendriver.h declares: the word in front of the first parenthesis behind OPENDRIVER_API, or
/// OPENDRIVER_WINMM_API.
pub fn declared() -> BTreeSet<String> {
    let header = header().replace("OPENDRIVER_WINMM_API ", "OPENDRIVER_API ");
    let declarations = header.split("\nOPENDRIVER_API ").skip(1);
    let name = |declaration: &str| {
        let front = declaration.split('(').next().expect("a declaration has parentheses");
        let word = front.split(|c: char| c.is_whitespace() || c == '*').next_back().expect("it has words");
        word.to_owned()
    };
    declarations.map(name).collect()
}

#[test]
fn the_library_exports_its_functions_and_nothing_else() {
    let exported = exported();
    let family: BTreeSet<String> =
        exported.iter().filter(|name| !name.starts_with("opendriver_")).cloned().collect();
    assert_eq!(family, FAMILY.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(exported, declared());
}

#[test]
fn each_function_is_explained_in_the_guide() {
    let guide = fs::read_to_string(root().join("docs/c-api.md")).expect("the guide can be read");
    for name in declared() {
        assert!(guide.contains(&format!("{name}(")), "docs/c-api.md has no example for {name}");
    }
}

#[test]
fn cbindgen_finds_the_same_prototypes_in_the_source() {
    // Older ones do not know #[unsafe(no_mangle)].
    if !installed("cbindgen") || !is_at_least("cbindgen", 28) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str| directory.path().join(name);
    let (source, config, generated, together) =
        (file("source.rs"), file("cbindgen.toml"), file("generated.h"), file("together.c"));
    fs::write(&source, source_in_one_file()).expect("it can be written");
    fs::write(&config, "language = 'C'\nno_includes = true\n[export]\nitem_types = ['functions']\n")
        .expect("it can be written");
    let arguments =
        [OsStr::new("--config"), config.as_ref(), "--output".as_ref(), generated.as_ref(), source.as_ref()];
    run(Command::new("cbindgen").args(arguments));
    let prototypes = fs::read_to_string(&generated).expect("it was written");
    for name in declared() {
        assert!(prototypes.contains(&format!("{name}(")), "cbindgen has not found {name}:\n{prototypes}");
    }
    let prototypes = in_words_of_the_header(&prototypes);
    let conflicts = |prototypes: &str| {
        let c = format!(
            "#include <stdint.h>\n#include <opendriver/opendriver.h>\n\
             typedef LPCWSTR WideText;\ntypedef LPCSTR AnsiText;\ntypedef const char *Utf8Text;\n\
             typedef const void *Bytes;\ntypedef char *CharBuffer;\ntypedef opendriver_manager *ManagerToken;\n\
             typedef DWORD_PTR Target;\ntypedef opendriver_log_function LogFunction;\n\
             {prototypes}\nint main(void) {{ return 0; }}\n"
        );
        fs::write(&together, c).expect("it can be written");
        let mut command = compiler();
        command.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"]);
        let output = command.arg(root().join("include")).arg(&together).output().expect("a compiler");
        (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
    };
    // A prototype that differs from the one in the header is a conflict of types.
    assert_eq!(conflicts(&prototypes), None);
    let wrong = prototypes.replace("uint32_t flags", "uint64_t flags");
    assert_ne!(prototypes, wrong);
    assert!(conflicts(&wrong).is_some_and(|errors| errors.contains("conflicting types")));
}

/// Whether a program of a version 0.x is recent enough.
fn is_at_least(program: &str, minor: u32) -> bool {
    let version = run(Command::new(program).arg("--version"));
    let found = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    found.is_some_and(|found| found >= minor) || skip(&format!("{} is older than 0.{minor}", version.trim()))
}

/// The source of the library as cbindgen can read it: in one file, and with the C convention in the place of the
/// system's, which it does not know and which differs from it on 32-bit Windows only.
fn source_in_one_file() -> String {
    let mut text = String::new();
    let mut directories = vec![root().join("crates/opendriver-capi/src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let file = fs::read_to_string(path).expect("it can be read");
            let code = file.split("#[cfg(test)]").next().unwrap_or_default();
            let inner = |line: &&str| !line.starts_with("//!") && !line.starts_with("#![");
            let of_another_file = |line: &str| line.ends_with(';') && line.contains("mod ");
            for line in code.lines().filter(inner).filter(|line| !of_another_file(line)) {
                text.push_str(&line.replace("extern \"system\"", "extern \"C\""));
                text.push('\n');
            }
        }
    }
    text
}

/// Rust has no words for some types of C: generic pointers, and numbers that C calls handles and functions.
fn in_words_of_the_header(prototypes: &str) -> String {
    let mut text = prototypes.to_owned();
    for (rust, c) in [
        ("Out<DRIVERINFOSTRUCT>", "DRIVERINFOSTRUCT *"),
        ("Out<Answer>", "opendriver_answer *"),
        ("Out<LRESULT>", "LRESULT *"),
        ("Out<uintptr_t>", "size_t *"),
        ("In<NotifierTable>", "const opendriver_notifier *"),
        ("void *opendriver_symbol", "opendriver_function opendriver_symbol"),
        ("void *opendriver_module_symbol", "opendriver_function opendriver_module_symbol"),
        ("uintptr_t opendriver_module(", "HMODULE opendriver_module("),
        ("uintptr_t GetDriverModuleHandle(", "HMODULE GetDriverModuleHandle("),
        ("uintptr_t DrvGetModuleHandle(", "HMODULE DrvGetModuleHandle("),
        ("uintptr_t module", "HMODULE module"),
    ] {
        text = text.replace(rust, c);
    }
    text
}

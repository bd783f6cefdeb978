//! What the library exports: exactly the names of the headers, and those are exactly the functions of the source.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::library::{library, root};
use crate::stage::{compiler, installed, run};

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
    if !installed("cbindgen") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let (config, generated, together) = (
        directory.path().join("cbindgen.toml"),
        directory.path().join("generated.h"),
        directory.path().join("together.c"),
    );
    // The types of the source by the names that they have in our header.
    fs::write(
        &config,
        "language = 'C'\nno_includes = true\nstyle = 'type'\n[export]\nitem_types = ['functions']\n",
    )
    .expect("it can be written");
    run(Command::new("cbindgen")
        .arg("--config")
        .arg(&config)
        .arg("--output")
        .arg(&generated)
        .arg(root().join("crates/opendriver-capi"))
        .stderr(std::process::Stdio::null()));
    let prototypes = fs::read_to_string(&generated).expect("it was written");
    for name in declared() {
        assert!(prototypes.contains(&format!("{name}(")), "cbindgen has not found {name}:\n{prototypes}");
    }
    let c = format!(
        "#include <stdint.h>\n#include <opendriver/opendriver.h>\n\
         typedef LPCWSTR WideText;\ntypedef LPCSTR AnsiText;\ntypedef const char *Utf8Text;\n\
         typedef const void *Bytes;\ntypedef char *CharBuffer;\ntypedef opendriver_manager *ManagerToken;\n\
         typedef DWORD_PTR Target;\ntypedef opendriver_log_function LogFunction;\n\
         {}\nint main(void) {{ return 0; }}\n",
        in_words_of_the_header(&prototypes)
    );
    fs::write(&together, c).expect("it can be written");
    // A prototype that differs from the one in the header is a conflict of types.
    run(compiler()
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"])
        .arg(root().join("include"))
        .arg(&together));
}

/// Rust has no words for some types of C: generic pointers, and numbers that C calls handles and functions.
fn in_words_of_the_header(prototypes: &str) -> String {
    let mut text = prototypes.to_owned();
    for (rust, c) in [
        ("Out_DRIVERINFOSTRUCT", "DRIVERINFOSTRUCT *"),
        ("Out_Answer", "opendriver_answer *"),
        ("Out_LRESULT", "LRESULT *"),
        ("Out_usize", "size_t *"),
        ("In_NotifierTable", "const opendriver_notifier *"),
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

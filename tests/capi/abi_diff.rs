//! Nothing of the binary interface changes without the changelog saying so.
//!
//! tests/abi/released.txt is the interface as it was released last: a line for each exported function with its prototype,
//! each constant with its value, each type with its width, each structure with its fields and alignment, each macro with
//! its text, of all headers, and in brackets the conditions under which the headers say so. What differs from it must stand in CHANGELOG.md, under the heading `### ABI` of the section
//! `[Unreleased]`, a line for each item; and what stands there must differ. With a release the file is written anew and
//! the heading begins empty: `OPENDRIVER_TEST_RELEASE=1 cargo test -p opendriver-tests --test capi abi_diff`.

mod changelog;
mod condition;
mod header;
mod interface;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::library::root;
use crate::symbols::exported;

use changelog::{complaints, differences};
pub use header::Declarations;
use interface::Interface;
pub use interface::interface;

fn write(interface: &Interface) -> String {
    let mut text = String::from(
        "# The C interface as it was released last, on a 64-bit machine. Written by the test abi_diff.\n",
    );
    for (name, value) in interface {
        writeln!(text, "{name} = {value}").expect("text");
    }
    text
}

fn parse(text: &str) -> Interface {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once(" = ").unwrap_or_else(|| panic!("no item: {line}")))
        .map(|(item, value)| (item.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn every_change_stands_in_the_changelog() {
    // The file is that of a 64-bit machine; the headers are checked for 32 bits elsewhere.
    if size_of::<usize>() != 8 {
        return;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi/released.txt");
    let now = interface(&root().join("include"), &exported());
    if std::env::var_os("OPENDRIVER_TEST_RELEASE").is_some() {
        fs::write(&file, write(&now)).expect("it can be written");
    }
    let before = parse(&fs::read_to_string(&file).expect("tests/abi/released.txt can be read"));
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("the changelog can be read");
    let changed = differences(&before, &now);
    let complaints = complaints(&changed, &changelog);
    let details: String = changed
        .iter()
        .map(|item| format!("{item}: {:?} -> {:?}\n", before.get(item), now.get(item)))
        .collect();
    assert!(
        complaints.is_empty(),
        "the C interface and CHANGELOG.md, [Unreleased], `### ABI` disagree:\n{}\n\nwhat has changed:\n{details}",
        complaints.join("\n")
    );
}

/// A header with something of each kind.
const HEADER: &str = "#ifndef MADE_UP_H\n#define MADE_UP_H\n#define OPENDRIVER_API\n\
    #define FIRST 0x10\n#define SECOND (FIRST + 1)\n#define LOW(x) ((x)&0xFFFF)\n\
    #if defined(_WIN32)\n#define CALL __cdecl\n#else\n#define CALL\n#endif\n\
    typedef unsigned int NUMBER;\ntypedef const char *TEXT;\ntypedef struct thing__ *THING;\n\
    typedef NUMBER(CALL *PROC)(THING, NUMBER);\ntypedef void(CALL CLIENT)(THING);\n\
    typedef struct tagPAIR {\n    NUMBER a;\n    NUMBER b;\n    int(CALL *c)(int);\n} PAIR, *PPAIR;\n\
    OPENDRIVER_API THING CALL open_thing(TEXT name);\n#endif\n";

/// The interface of a made-up include directory and library.
fn made_up(header: &str, of_windows: &str, exported: &[&str]) -> Interface {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("windows")).expect("it can be made");
    fs::write(directory.path().join("made_up.h"), header).expect("it can be written");
    fs::write(directory.path().join("windows/other.h"), of_windows).expect("it can be written");
    interface(directory.path(), &exported.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn each_kind_of_change_is_caught() {
    const WINDOWS: &str = "#define NOERROR_AT_ALL 0\n";
    const NUMBER: &str = "typedef unsigned int NUMBER;\n";
    const PAIR: &str =
        "typedef struct tagPAIR {\n    NUMBER a;\n    NUMBER b;\n    int(CALL *c)(int);\n} PAIR, *PPAIR;\n";
    const OPEN: &str = "OPENDRIVER_API THING CALL open_thing(TEXT name);\n";
    let before = made_up(HEADER, WINDOWS, &["open_thing"]);
    assert_eq!(parse(&write(&before)), before);
    let changed = |from: &str, to: &str| {
        let header = HEADER.replacen(from, to, 1);
        assert_ne!(header, HEADER, "{from}");
        differences(&before, &made_up(&header, WINDOWS, &["open_thing"]))
    };
    let items = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<BTreeSet<_>>();
    for (from, to, found) in [
        // A value, and one that follows from it.
        ("0x10", "0x20", &["constant FIRST", "constant SECOND"][..]),
        ("FIRST + 1", "FIRST + 2", &["constant SECOND"]),
        // The same number in another way is none.
        ("0x10", "16", &[]),
        ("0xFFFF", "0xFF", &["macro LOW"]),
        ("CALL\n", "CALL __attribute__(())\n", &["macro CALL"]),
        // The width and the sign of a scalar, of which structures are made.
        ("unsigned int NUMBER", "unsigned long NUMBER", &["struct PAIR", "type NUMBER"]),
        ("unsigned int NUMBER", "int NUMBER", &["type NUMBER"]),
        ("const char *TEXT", "char *TEXT", &["type TEXT"]),
        // Callbacks: what they take and return, by pointer, as a function, and in a structure.
        ("(THING, NUMBER)", "(THING, NUMBER, NUMBER)", &["type PROC"]),
        ("NUMBER(CALL *PROC)", "void(CALL *PROC)", &["type PROC"]),
        ("(CALL *PROC)", "(*PROC)", &["type PROC"]),
        ("CLIENT)(THING)", "CLIENT)(THING, int)", &["type CLIENT"]),
        ("*c)(int)", "*c)(int, int)", &["struct PAIR"]),
        // Structures: another order, another type, one more, one less.
        ("a;\n    NUMBER b", "b;\n    NUMBER a", &["struct PAIR"]),
        ("NUMBER b", "int b", &["struct PAIR"]),
        ("    NUMBER b;\n", "", &["struct PAIR"]),
        ("    NUMBER b;\n", "    NUMBER b;\n    NUMBER d;\n", &["struct PAIR"]),
        // The same offsets, and another alignment, here or elsewhere.
        (PAIR, &format!("#pragma pack(push, 1)\n{PAIR}\n#pragma pack(pop)\n"), &["struct PAIR"]),
        (
            PAIR,
            &format!(
                "#ifdef _WIN32\n#pragma pack(push, 1)\n#endif\n{PAIR}\n#ifdef _WIN32\n#pragma pack(pop)\n#endif\n"
            ),
            &["struct PAIR"],
        ),
        // The conditions of each kind; that a macro is not defined yet is none.
        ("defined(_WIN32)", "defined(_WIN64)", &["macro CALL"]),
        ("#if defined(_WIN32)", "#ifdef _WIN32", &[]),
        ("#define FIRST 0x10\n", "#ifndef OTHER\n#define FIRST 0x10\n#endif\n", &["constant FIRST"]),
        ("#define FIRST 0x10\n", "#ifndef FIRST\n#define FIRST 0x10\n#endif\n", &[]),
        (NUMBER, &format!("#ifndef OTHER\n{NUMBER}\n#endif\n"), &["type NUMBER"]),
        (PAIR, &format!("#ifndef OTHER\n{PAIR}\n#endif\n"), &["struct PAIR", "type PPAIR"]),
        (OPEN, &format!("#ifndef OTHER\n{OPEN}\n#endif\n"), &["function open_thing"]),
        // Functions.
        ("open_thing(TEXT name)", "open_thing(TEXT name, int flags)", &["function open_thing"]),
        ("THING CALL open_thing", "int CALL open_thing", &["function open_thing"]),
        ("THING CALL open_thing", "THING open_thing", &["function open_thing"]),
        // New ones.
        ("#define FIRST", "#define ZEROTH 0\n#define FIRST", &["constant ZEROTH"]),
        ("typedef const", "typedef int OTHER;\ntypedef const", &["type OTHER"]),
    ] {
        assert_eq!(changed(from, to), items(found), "{from} -> {to}");
    }
    // What the library exports, whatever the header says.
    let differs = |exported: &[&str]| differences(&before, &made_up(HEADER, WINDOWS, exported));
    assert_eq!(differs(&[]), items(&["function open_thing"]));
    assert_eq!(differs(&["open_thing", "hidden"]), items(&["function hidden"]));
    // The headers under the names of Windows.
    let windows = made_up(HEADER, "#define NOERROR_AT_ALL 1\n", &["open_thing"]);
    assert_eq!(differences(&before, &windows), items(&["constant NOERROR_AT_ALL"]));
    let gone = made_up(HEADER, "", &["open_thing"]);
    assert_eq!(differences(&before, &gone), items(&["constant NOERROR_AT_ALL"]));
}

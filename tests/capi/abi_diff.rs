//! Nothing of the binary interface changes without the changelog saying so.
//!
//! tests/abi/released.txt is the interface as it was released last: a line for each exported function with its
//! prototype, each constant and each field. What differs from it must be named, in backquotes, in the section
//! `[Unreleased]` of CHANGELOG.md. With a release the file is written anew: `OPENDRIVER_TEST_RELEASE=1 cargo test -p
//! opendriver-tests --test capi abi_diff`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use opendriver::abi::LAYOUTS;

use crate::library::root;
use crate::stage::{compiler, run};
use crate::symbols::{exported, header};

/// The interface: what there is, and what it is like.
type Interface = BTreeMap<String, String>;

/// The prototypes of opendriver.h, by name, each on one line.
fn prototypes() -> BTreeMap<String, String> {
    let header = header().replace("OPENDRIVER_WINMM_API ", "OPENDRIVER_API ");
    let declarations = header.split("\nOPENDRIVER_API ").skip(1);
    let prototype = |declaration: &str| {
        let text = declaration.split(';').next().expect("a declaration ends");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = text.split('(').next()?.split([' ', '*']).next_back()?.to_owned();
        Some((name, text))
    };
    declarations.filter_map(prototype).collect()
}

/// The constants that the headers define, in the order of the files.
fn constants() -> Vec<String> {
    let mut names = Vec::new();
    for file in ["constants.h", "opendriver.h"] {
        let text = fs::read_to_string(root().join("include/opendriver").join(file)).expect("it can be read");
        for line in text.lines().filter_map(|line| line.strip_prefix("#define ")) {
            let mut words = line.split_whitespace();
            if let (Some(name), Some(_)) = (words.next(), words.next()) {
                names.push(name.to_owned());
            }
        }
    }
    assert!(names.len() > 100, "{names:?}");
    names
}

/// Structures of the C interface that the abi has not, with their fields.
const STRUCTURES: [(&str, &[&str]); 3] = [
    ("DRIVERINFOSTRUCT", &["length", "hDriver", "hModule", "szAliasName"]),
    ("opendriver_answer", &["driver", "answer"]),
    ("opendriver_notifier", &["size", "user", "post_to_window", "post_to_thread", "set_event"]),
];

/// Asks the compiler for the values of all constants, sizes and offsets.
fn values() -> Interface {
    let mut c = String::from("#include <stdio.h>\n#include <opendriver/opendriver.h>\nint main(void)\n{\n");
    let mut ask = |name: &str, expression: &str| {
        writeln!(c, "printf(\"{name} = %lld\\n\", (long long)({expression}));").expect("text");
    };
    for name in constants() {
        ask(&format!("constant {name}"), &name);
    }
    let of_abi = LAYOUTS.iter().filter(|layout| layout.name != "DRIVERINFOSTRUCT");
    let of_abi = of_abi.map(|layout| (layout.name, layout.fields.iter().map(|field| field.name).collect()));
    let own = STRUCTURES.iter().map(|(name, fields)| (*name, fields.to_vec()));
    for (name, fields) in of_abi.chain(own) {
        let fields: Vec<&str> = fields;
        ask(&format!("size {name}"), &format!("sizeof({name})"));
        for field in fields {
            ask(&format!("offset {name}.{field}"), &format!("offsetof({name}, {field})"));
        }
    }
    c.push_str("return 0;\n}\n");
    let directory = tempfile::tempdir().expect("a directory");
    let (source, program) = (directory.path().join("values.c"), directory.path().join("values"));
    fs::write(&source, c).expect("it can be written");
    run(compiler().arg("-I").arg(root().join("include")).arg("-o").arg(&program).arg(&source));
    let printed = run(&mut std::process::Command::new(&program));
    printed
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .collect()
}

/// The interface as it is now.
fn interface() -> Interface {
    let prototypes = prototypes();
    let functions = exported().into_iter().map(|name| {
        let prototype = prototypes.get(&name).cloned().unwrap_or_else(|| "not in the header".to_owned());
        (format!("function {name}"), prototype)
    });
    functions.chain(values()).collect()
}

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
    lines.filter_map(|line| line.split_once(" = ")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// What is new, gone or different.
fn differences(before: &Interface, now: &Interface) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != now.get(*name)).cloned().collect()
}

/// The section `[Unreleased]` of a changelog.
fn unreleased(changelog: &str) -> &str {
    let after = changelog.split_once("\n## [Unreleased]").map_or("", |(_, after)| after);
    after.split("\n## ").next().unwrap_or_default()
}

/// The differences that the changelog does not name.
fn unexplained(differences: &[String], changelog: &str) -> Vec<String> {
    let said = unreleased(changelog);
    let names = |difference: &&String| {
        let name = difference.split_once(' ').map_or(difference.as_str(), |(_, name)| name);
        !said.contains(&format!("`{name}`"))
    };
    differences.iter().filter(names).cloned().collect()
}

#[test]
fn every_change_stands_in_the_changelog() {
    // The file is that of a 64-bit machine; the headers are checked for 32 bits elsewhere.
    if size_of::<usize>() != 8 {
        return;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi/released.txt");
    let now = interface();
    if std::env::var_os("OPENDRIVER_TEST_RELEASE").is_some() {
        fs::write(&file, write(&now)).expect("it can be written");
    }
    let before = parse(&fs::read_to_string(&file).expect("tests/abi/released.txt can be read"));
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("the changelog can be read");
    let differences = differences(&before, &now);
    let unexplained = unexplained(&differences, &changelog);
    assert!(
        unexplained.is_empty(),
        "the C interface differs from the released one; name these in CHANGELOG.md under [Unreleased], each in \
         backquotes, or take the change back:\n{}",
        unexplained
            .iter()
            .map(|name| format!("{name}: {:?} -> {:?}\n", before.get(name), now.get(name)))
            .collect::<String>()
    );
}

#[test]
fn a_change_that_nobody_names_is_found() {
    let before = parse("# comment\nfunction f = int f(void)\nconstant A = 1\noffset S.a = 4\n");
    let now = parse("function f = int f(int)\nconstant A = 1\noffset S.a = 8\nfunction g = int g(void)\n");
    let found = differences(&before, &now);
    assert_eq!(found, ["function f", "function g", "offset S.a"]);
    let changelog =
        "# Changelog\n\n## [Unreleased]\n\n- `f` takes a number. `g` is new.\n\n## [0.1.0]\n\n- `S.a`\n";
    assert_eq!(unexplained(&found, changelog), ["offset S.a"]);
    assert_eq!(unexplained(&found, "# Changelog\n"), found);
    assert_eq!(parse(&write(&now)), now);
}

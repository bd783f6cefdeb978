//! The binary interface: an item for each thing that a program compiled against the headers depends on, and what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::headers::headers_below;
use crate::stage::{compiler, run};

use super::header::{Declarations, Declared, Structure, is_word};

/// The items, such as `function OpenDriver`, `constant DRV_OPEN`, `type DWORD`, `struct ICOPEN`, `macro LOWORD`, each
/// with what it is.
pub type Interface = BTreeMap<String, String>;

/// The interface of the headers below a directory and of a library that exports these names. The compiler says what
/// values, widths and offsets are; the text of the headers says the rest.
pub fn interface(include: &Path, exported: &BTreeSet<String>) -> Interface {
    let declared = Declarations::below(include);
    let mut all = Interface::new();
    for name in exported.iter().chain(declared.functions.keys()) {
        let prototype =
            declared.functions.get(name).map_or("not in a header".to_owned(), ToString::to_string);
        let suffix = if exported.contains(name) { "" } else { ", not exported" };
        all.insert(format!("function {name}"), format!("{prototype}{suffix}"));
    }
    for (name, alternatives) in &declared.macros {
        all.insert(format!("macro {name}"), joined(alternatives));
    }
    for line in ask(include, &questions(&declared)).lines() {
        let (item, value) = line.split_once(" = ").expect("the program prints items");
        // What the compiler has a number for is a constant, and no text.
        if let Some(name) = item.strip_prefix("constant ") {
            all.remove(&format!("macro {name}"));
            let conditions = conditions(&declared.macros[name]);
            all.insert(item.to_owned(), format!("{value}{conditions}"));
            continue;
        }
        all.insert(item.to_owned(), value.to_owned());
    }
    all
}

fn joined(alternatives: &[Declared]) -> String {
    alternatives.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

/// The conditions under which something is defined in one and the same way, behind a blank; empty if there are none.
fn conditions(alternatives: &[Declared]) -> String {
    let all: Vec<&str> = alternatives.iter().map(|declared| declared.condition.as_str()).collect();
    if all.contains(&"") { String::new() } else { format!(" {}", all.join(" | ")) }
}

/// Statements of C that print the items whose values the compiler knows.
fn questions(declared: &Declarations) -> String {
    let mut c = String::new();
    for name in declared.macros.keys().filter(|name| is_number(declared, name)) {
        // Some are defined on other systems only; their text is what is compared then.
        writeln!(c, "#ifdef {name}\nprintf(\"constant {name} = %lld\\n\", (long long)({name}));\n#endif")
            .expect("text");
    }
    for (name, alternatives) in &declared.types {
        let text = joined(alternatives);
        let print = format!("printf(\"type {name} = {text}");
        let any = |c: char| alternatives.iter().any(|declared| declared.text.contains(c));
        let is_function = any('(') && !any('*');
        let is_opaque = text.starts_with("struct ") && !any('*');
        if is_function || is_opaque {
            writeln!(c, "{print}\\n\");").expect("text");
        } else if any('*') {
            writeln!(c, "{print}: %u bytes\\n\", (unsigned)sizeof({name}));").expect("text");
        } else {
            let sign = format!("SIGN({name})");
            writeln!(c, "{print}: %u bytes%s\\n\", (unsigned)sizeof({name}), {sign});").expect("text");
        }
    }
    for (name, Structure { fields, packing, condition }) in &declared.structures {
        let packing = if packing.is_empty() { String::new() } else { format!(", {packing}") };
        writeln!(
            c,
            "printf(\"struct {name} = %u bytes, aligned to %u{packing}:\", (unsigned)sizeof({name}), (unsigned)_Alignof({name}));"
        )
        .expect("text");
        for (field, declaration) in fields {
            writeln!(
                c,
                "printf(\" %u+%u {declaration};\", (unsigned)offsetof({name}, {field}), (unsigned)sizeof((({name} *)0)->{field}));"
            )
            .expect("text");
        }
        let condition = if condition.is_empty() { String::new() } else { format!(" {condition}") };
        writeln!(c, "printf(\"{condition}\\n\");").expect("text");
    }
    c
}

/// Whether a macro is a number: without parameters, and nothing in it but numbers, operators and such macros.
fn is_number(declared: &Declarations, name: &str) -> bool {
    let Some([Declared { text, .. }, others @ ..]) = declared.macros.get(name).map(Vec::as_slice) else {
        return false;
    };
    if others.iter().any(|other| other.text != *text) {
        return false;
    }
    let mut words = text.split(|c| !is_word(c)).filter(|word| !word.is_empty()).peekable();
    let operators = text.chars().all(|c| is_word(c) || " ()+-*|<>~".contains(c));
    words.peek().is_some()
        && operators
        && words.all(|word| {
            word.starts_with(|c: char| c.is_ascii_digit()) || (word != name && is_number(declared, word))
        })
}

/// Compiles a program that includes all headers and runs these statements; returns what it printed.
fn ask(include: &Path, statements: &str) -> String {
    let mut c = String::from("#include <stdio.h>\n#include <stddef.h>\n");
    for header in headers_below(include) {
        writeln!(c, "#include <{}>", header.display()).expect("text");
    }
    c.push_str("#define SIGN(type) _Generic((type *)0");
    for sign in ["signed", "unsigned"] {
        for width in ["char", "short", "int", "long", "long long"] {
            write!(c, ", {sign} {width} *: \", {sign}\"").expect("text");
        }
    }
    // Plain char is neither, and others have no sign.
    c.push_str(", default: \"\")\n");
    write!(c, "int main(void)\n{{\n{statements}return 0;\n}}\n").expect("text");
    let directory = tempfile::tempdir().expect("a directory");
    let (source, program) = (directory.path().join("ask.c"), directory.path().join("ask"));
    fs::write(&source, c).expect("it can be written");
    run(compiler().args(["-std=c11", "-I"]).arg(include).arg("-o").arg(&program).arg(&source));
    run(&mut Command::new(&program))
}

//! What headers declare: functions, types, structures and macros, read from their text.
//!
//! Conditions are not evaluated: what is declared differently for different systems counts with all its alternatives, each
//! with its condition.
//! Only the C that headers of ours are written in is understood; anything else is refused and not passed over.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::headers::headers_below;

use super::condition::Surroundings;

/// The declarations, by name. Texts have single blanks.
#[derive(Debug, Default, PartialEq)]
pub struct Declarations {
    /// The prototypes, with the calling convention.
    pub functions: BTreeMap<String, Declared>,
    /// The type definitions, with the alternatives.
    pub types: BTreeMap<String, Vec<Declared>>,
    /// The structures that have a body.
    pub structures: BTreeMap<String, Structure>,
    /// The macros: parameters and replacement, with the alternatives.
    pub macros: BTreeMap<String, Vec<Declared>>,
}

/// A declaration.
#[derive(Clone, PartialEq)]
pub struct Declared {
    pub text: String,
    /// Under which conditions, in brackets; empty if always.
    pub condition: String,
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blank = if self.text.is_empty() || self.condition.is_empty() { "" } else { " " };
        write!(f, "{}{blank}{}", self.text, self.condition)
    }
}

impl fmt::Debug for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// A structure.
#[derive(Debug, PartialEq)]
pub struct Structure {
    /// The fields in order, each with its declaration.
    pub fields: Vec<(String, String)>,
    /// What `#pragma pack` says of it; empty if nothing.
    pub packing: String,
    /// Under which conditions, as for [`Declared`].
    pub condition: String,
}

impl Declarations {
    /// Reads all headers below a directory.
    pub fn below(include: &Path) -> Declarations {
        let mut all = Declarations::default();
        for header in headers_below(include) {
            let text = fs::read_to_string(include.join(&header)).expect("it can be read");
            all.read(&text);
        }
        all
    }

    /// Reads the text of one header.
    pub fn read(&mut self, text: &str) {
        let text = without_comments(text).replace("\\\n", " ");
        let mut here = Surroundings::default();
        // Of a declaration that has not ended yet.
        let mut begun = String::new();
        for line in text.lines() {
            if let Some(directive) = line.trim_start().strip_prefix('#') {
                let inside = !split(&begun, ';').iter().all(|part| part.trim().is_empty());
                assert!(!inside, "a directive inside a declaration is not understood: {line}");
                self.directive(&in_one_line(directive), &mut here);
                continue;
            }
            begun.push_str(&line.replace("extern \"C\" {", " "));
            begun.push('\n');
            let mut parts = split(&begun, ';');
            begun = parts.pop().expect("there is one");
            for declaration in parts {
                self.declaration(&in_one_line(&declaration), &here);
            }
        }
        assert!(begun.trim().is_empty(), "this has no end: {begun}");
        assert!(here.is_empty(), "a condition or a packing has no end");
    }

    fn directive(&mut self, line: &str, here: &mut Surroundings) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "define" => self.macro_definition(rest, here),
            "pragma" => here.pragma(rest),
            "include" | "include_next" | "error" => {}
            _ => assert!(here.condition(word, rest), "this directive in a header is not understood: {line}"),
        }
    }

    fn macro_definition(&mut self, definition: &str, here: &Surroundings) {
        let end = definition.find(|c| !is_word(c)).unwrap_or(definition.len());
        let (name, rest) = definition.split_at(end);
        let rest = rest.trim();
        let is_guard = name.ends_with("_H") && rest.is_empty();
        if !is_guard {
            remember(&mut self.macros, name, rest, here);
        }
    }

    fn declaration(&mut self, text: &str, here: &Surroundings) {
        if text.is_empty() {
            return;
        }
        if let Some(definition) = text.strip_prefix("typedef ") {
            return self.definition(definition, here);
        }
        let api = ["OPENDRIVER_API ", "OPENDRIVER_WINMM_API "];
        let Some(prototype) = api.iter().find_map(|api| text.strip_prefix(api)) else {
            panic!("this declaration in a header is not understood: {text}");
        };
        let front = prototype.split('(').next().unwrap_or_default();
        let name = last_word(front);
        let declared = Declared { text: prototype.to_owned(), condition: here.of(name) };
        let known = self.functions.insert(name.to_owned(), declared);
        assert!(known.is_none(), "declared twice: {prototype}");
    }

    fn definition(&mut self, text: &str, here: &Surroundings) {
        if let (Some(open), Some(close)) = (text.find('{'), text.rfind('}')) {
            let tag = text[..open].trim();
            for declarator in text[close + 1..].split(',').map(str::trim) {
                match declarator.strip_prefix('*') {
                    Some(name) => remember(&mut self.types, name.trim(), &format!("{tag} *"), here),
                    None => {
                        let fields = fields(&text[open + 1..close]);
                        let (packing, condition) = (here.packing(), here.of(declarator));
                        let structure = Structure { fields, packing, condition };
                        let known = self.structures.insert(declarator.to_owned(), structure);
                        assert!(known.is_none(), "defined twice: {declarator}");
                    }
                }
            }
            return;
        }
        // typedef BYTE *PBYTE, *LPBYTE: the same declaration for each.
        let (first, others) = match text.contains('(') {
            true => (text, None),
            false => text.split_once(',').map_or((text, None), |(first, others)| (first, Some(others))),
        };
        let name = declared_name(first);
        remember(&mut self.types, name, first, here);
        for other in others.into_iter().flat_map(|others| others.split(',')) {
            let stars = first.trim_end_matches(name).trim_end_matches('*').trim_end();
            remember(&mut self.types, last_word(other), &format!("{stars} {}", other.trim()), here);
        }
    }
}

fn remember(place: &mut BTreeMap<String, Vec<Declared>>, name: &str, text: &str, here: &Surroundings) {
    let alternatives = place.entry(name.to_owned()).or_default();
    let declared = Declared { text: text.to_owned(), condition: here.of(name) };
    if !alternatives.contains(&declared) {
        alternatives.push(declared);
    }
}

fn fields(body: &str) -> Vec<(String, String)> {
    let declarations = split(body, ';').into_iter().map(|field| in_one_line(&field));
    declarations
        .filter(|field| !field.is_empty())
        .map(|field| (declared_name(&field).to_owned(), field.clone()))
        .collect()
}

/// The name that a declaration of one thing declares: in `LRESULT(CALLBACK *NAME)(UINT)` it is in the first parentheses,
/// in `char NAME[8]` in front of the bracket, else at the end.
fn declared_name(declaration: &str) -> &str {
    let declarator = match declaration.split_once('(') {
        Some((_, behind)) => behind.split(')').next().unwrap_or_default(),
        None => declaration.split('[').next().unwrap_or_default(),
    };
    assert!(!declarator.contains(','), "one declaration, one name: {declaration}");
    last_word(declarator)
}

fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    let word = text.rfind(|c| !is_word(c)).map_or(text, |before| &text[before + 1..]);
    assert!(!word.is_empty(), "no name in: {text}");
    word
}

/// Whether a character belongs to names and numbers.
pub fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_comments(text: &str) -> String {
    let mut pieces = text.split("/*");
    let mut code = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (_, behind) = piece.split_once("*/").expect("a comment ends");
        code.push(' ');
        code.push_str(behind);
    }
    assert!(!code.contains("//"), "headers for C89 have no such comments");
    code
}

/// Splits at a character outside of braces and parentheses. The brace that ends an `extern "C"` is left out.
fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '{' | '(' => depth += 1,
            '}' if depth == 0 => continue,
            '}' | ')' => depth -= 1,
            _ => {}
        }
        if c == at && depth == 0 {
            parts.push(String::new());
        } else {
            parts.last_mut().expect("there is one").push(c);
        }
    }
    parts
}

#[test]
fn declarations_are_understood() {
    let mut all = Declarations::default();
    all.read(
        "/* a\n b */\n#ifndef X_H\n#define X_H\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\
         #define TWO 2 /* c */\n#define LOW(a, b) \\\n  ((a) & (b))\n#define FAR\n\
         #if A\ntypedef int W;\n#else\ntypedef char W;\n#endif\n#pragma pack(push, 1)\n\
         typedef W *P1, *P2;\n         typedef struct H__ *H;\ntypedef long(CALLBACK *P)(H, int);\n\
         typedef struct tagS {\n  W a; /* 0 */\n  char b[3 + 1];\n  void(*c)(int, int);\n} S, *PS;\n#pragma pack(pop)\n\
         OPENDRIVER_API const char *CALL f(H h,\n   int i);\n#ifdef __cplusplus\n}\n#endif\n#endif\n",
    );
    let text = |map: &BTreeMap<String, Vec<Declared>>| format!("{map:?}");
    assert_eq!(text(&all.macros), r#"{"FAR": [""], "LOW": ["(a, b) ((a) & (b))"], "TWO": ["2"]}"#);
    assert_eq!(
        text(&all.types),
        r#"{"H": ["struct H__ *H"], "P": ["long(CALLBACK *P)(H, int)"], "P1": ["W *P1"], "P2": ["W *P2"], "PS": ["struct tagS *"], "W": ["int W [A]", "char W [!(A)]"]}"#
    );
    assert_eq!(
        format!("{:?}", all.structures),
        r#"{"S": Structure { fields: [("a", "W a"), ("b", "char b[3 + 1]"), ("c", "void(*c)(int, int)")], packing: "pack(push, 1)", condition: "" }}"#
    );
    assert_eq!(format!("{:?}", all.functions), r#"{"f": "const char *CALL f(H h, int i)"}"#);
}

#[test]
#[should_panic(expected = "not understood: int surprise")]
fn what_is_not_understood_is_refused() {
    Declarations::default().read("int surprise;\n");
}

#[test]
#[should_panic(expected = "inside a declaration is not understood: #if A")]
fn conditions_inside_of_declarations_are_refused() {
    Declarations::default().read("typedef struct {\n#if A\nint a;\n#endif\nint b;\n} S;\n");
}

#[test]
#[should_panic(expected = "this directive in a header is not understood: undef A")]
fn other_directives_are_refused() {
    Declarations::default().read("#undef A\n");
}

//! What headers declare: functions, types, structures and macros, read from their text.
//!
//! Conditions are not evaluated: what is declared differently for different systems counts with all its alternatives.
//! Only the C that headers of ours are written in is understood; anything else is refused and not passed over.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::headers::headers_below;

/// The declarations, by name. Texts have single blanks.
#[derive(Debug, Default, PartialEq)]
pub struct Declarations {
    /// The prototypes, with the calling convention.
    pub functions: BTreeMap<String, String>,
    /// The type definitions, with the alternatives.
    pub types: BTreeMap<String, Vec<String>>,
    /// The structures that have a body: the fields in order, each with its declaration.
    pub structures: BTreeMap<String, Vec<(String, String)>>,
    /// The macros: parameters and replacement, with the alternatives.
    pub macros: BTreeMap<String, Vec<String>>,
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
        let (directives, code): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.trim_start().starts_with('#'));
        for directive in directives {
            self.directive(directive);
        }
        for declaration in split(&code.join("\n").replace("extern \"C\" {", " "), ';') {
            self.declaration(&in_one_line(&declaration));
        }
    }

    fn directive(&mut self, line: &str) {
        let line = in_one_line(line.trim_start().trim_start_matches('#'));
        let Some(definition) = line.strip_prefix("define ") else { return };
        let end = definition.find(|c| !is_word(c)).unwrap_or(definition.len());
        let (name, rest) = definition.split_at(end);
        let rest = rest.trim();
        let is_guard = name.ends_with("_H") && rest.is_empty();
        if !is_guard {
            remember(&mut self.macros, name, rest);
        }
    }

    fn declaration(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(definition) = text.strip_prefix("typedef ") {
            return self.definition(definition);
        }
        let api = ["OPENDRIVER_API ", "OPENDRIVER_WINMM_API "];
        let Some(prototype) = api.iter().find_map(|api| text.strip_prefix(api)) else {
            panic!("this declaration in a header is not understood: {text}");
        };
        let front = prototype.split('(').next().unwrap_or_default();
        let known = self.functions.insert(last_word(front).to_owned(), prototype.to_owned());
        assert!(known.is_none(), "declared twice: {prototype}");
    }

    fn definition(&mut self, text: &str) {
        if let (Some(open), Some(close)) = (text.find('{'), text.rfind('}')) {
            let tag = text[..open].trim();
            for declarator in text[close + 1..].split(',').map(str::trim) {
                match declarator.strip_prefix('*') {
                    Some(name) => remember(&mut self.types, name.trim(), &format!("{tag} *")),
                    None => {
                        let fields = fields(&text[open + 1..close]);
                        self.structures.insert(declarator.to_owned(), fields);
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
        remember(&mut self.types, name, first);
        for other in others.into_iter().flat_map(|others| others.split(',')) {
            let stars = first.trim_end_matches(name).trim_end_matches('*').trim_end();
            remember(&mut self.types, last_word(other), &format!("{stars} {}", other.trim()));
        }
    }
}

fn remember(place: &mut BTreeMap<String, Vec<String>>, name: &str, text: &str) {
    let alternatives = place.entry(name.to_owned()).or_default();
    if !alternatives.iter().any(|known| known == text) {
        alternatives.push(text.to_owned());
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
         #if A\ntypedef int W;\n#else\ntypedef char W;\n#endif\n\
         typedef W *P1, *P2;\n         typedef struct H__ *H;\ntypedef long(CALLBACK *P)(H, int);\n\
         typedef struct tagS {\n  W a; /* 0 */\n  char b[3 + 1];\n  void(*c)(int, int);\n} S, *PS;\n\
         OPENDRIVER_API const char *CALL f(H h,\n   int i);\n#ifdef __cplusplus\n}\n#endif\n#endif\n",
    );
    let text = |map: &BTreeMap<String, Vec<String>>| format!("{map:?}");
    assert_eq!(text(&all.macros), r#"{"FAR": [""], "LOW": ["(a, b) ((a) & (b))"], "TWO": ["2"]}"#);
    assert_eq!(
        text(&all.types),
        r#"{"H": ["struct H__ *H"], "P": ["long(CALLBACK *P)(H, int)"], "P1": ["W *P1"], "P2": ["W *P2"], "PS": ["struct tagS *"], "W": ["int W", "char W"]}"#
    );
    assert_eq!(
        format!("{:?}", all.structures),
        r#"{"S": [("a", "W a"), ("b", "char b[3 + 1]"), ("c", "void(*c)(int, int)")]}"#
    );
    assert_eq!(format!("{:?}", all.functions), r#"{"f": "const char *CALL f(H h, int i)"}"#);
}

#[test]
#[should_panic(expected = "not understood: int surprise")]
fn what_is_not_understood_is_refused() {
    Declarations::default().read("int surprise;\n");
}

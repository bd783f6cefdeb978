//! Under which conditions a line of a header counts: the directives `#if` and its like around it, and `#pragma pack`.

/// The conditions and packings that are open at a line.
#[derive(Default)]
pub struct Surroundings {
    /// For each `#if` that is open: the alternatives that were passed over, refused, and the one that holds.
    open: Vec<(Vec<String>, String)>,
    /// What `#pragma pack` has pushed, each with the condition under which it did.
    packings: Vec<String>,
}

impl Surroundings {
    /// Takes notice of a directive of conditions; `false` if it is none.
    pub fn condition(&mut self, word: &str, rest: &str) -> bool {
        match word {
            "if" => self.open.push((Vec::new(), rest.to_owned())),
            "ifdef" => self.open.push((Vec::new(), format!("defined({rest})"))),
            "ifndef" => self.open.push((Vec::new(), format!("!defined({rest})"))),
            "elif" | "else" => {
                let (passed, now) = self.open.last_mut().expect("an #else has an #if");
                passed.push(not(now));
                *now = rest.to_owned();
            }
            "endif" => {
                self.open.pop().expect("an #endif has an #if");
            }
            _ => return false,
        }
        true
    }

    /// Takes notice of a `#pragma`. `GCC system_header` changes nothing; others than packing are refused.
    pub fn pragma(&mut self, text: &str) {
        match text.replace(' ', "").as_str() {
            "GCCsystem_header" => {}
            "pack(pop)" => {
                self.packings.pop().expect("a pack(pop) has a pack(push)");
            }
            push if push.starts_with("pack(push,") => {
                let condition = self.of("");
                let push = push.replace(',', ", ");
                self.packings.push(if condition.is_empty() { push } else { format!("{push} {condition}") });
            }
            _ => panic!("this pragma in a header is not understood: {text}"),
        }
    }

    /// The conditions for what has this name, in brackets; empty if there are none. That it is not defined yet is none,
    /// nor is the guard of a header.
    pub fn of(&self, name: &str) -> String {
        let own = [format!("!defined({name})"), format!("!defined {name}")];
        let parts = self.open.iter().flat_map(|(passed, now)| passed.iter().chain([now]));
        let parts: Vec<&str> = parts
            .map(String::as_str)
            .filter(|part| !part.is_empty() && !own.iter().any(|own| own == part) && !is_guard(part))
            .collect();
        match parts.as_slice() {
            [] => String::new(),
            [one] => format!("[{one}]"),
            several => {
                let whole =
                    |part: &&str| if part.contains("||") { format!("({part})") } else { (*part).to_owned() };
                format!("[{}]", several.iter().map(whole).collect::<Vec<_>>().join(" && "))
            }
        }
    }

    /// How structures are packed here; empty if as usual.
    pub fn packing(&self) -> String {
        self.packings.join(", ")
    }

    /// Whether all that was opened has been closed.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.packings.is_empty()
    }
}

/// Whether a condition says that a header of ours was not read before.
fn is_guard(condition: &str) -> bool {
    let name = condition.strip_prefix("!defined(").and_then(|rest| rest.strip_suffix(')'));
    name.is_some_and(|name| !name.starts_with('_') && name.ends_with("_H"))
}

fn not(condition: &str) -> String {
    let one = |text: &str| {
        text.strip_prefix("defined(").is_some_and(|rest| rest.find(')') == Some(rest.len().saturating_sub(1)))
    };
    match condition.strip_prefix('!') {
        Some(positive) if one(positive) => positive.to_owned(),
        _ if one(condition) => format!("!{condition}"),
        _ => format!("!({condition})"),
    }
}

#[test]
fn each_branch_has_its_conditions() {
    let mut here = Surroundings::default();
    let mut at = |line: &str| {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        assert!(here.condition(word, rest), "{line}");
        here.of("X")
    };
    assert_eq!(at("ifndef OURS_H"), "");
    assert_eq!(at("if defined(A) && B > 2"), "[defined(A) && B > 2]");
    assert_eq!(at("elif defined(C)"), "[!(defined(A) && B > 2) && defined(C)]");
    assert_eq!(at("else"), "[!(defined(A) && B > 2) && !defined(C)]");
    assert_eq!(at("ifndef X"), "[!(defined(A) && B > 2) && !defined(C)]");
    assert_eq!(at("else"), "[!(defined(A) && B > 2) && !defined(C) && defined(X)]");
    assert_eq!(at("endif"), "[!(defined(A) && B > 2) && !defined(C)]");
    assert_eq!(at("endif"), "");
    assert_eq!(at("if defined(A) || B"), "[defined(A) || B]");
    assert_eq!(at("ifdef C"), "[(defined(A) || B) && defined(C)]");
    assert_eq!((at("endif").as_str(), at("endif").as_str()), ("[defined(A) || B]", ""));
    // The guard of another's header is a condition like any other.
    assert_eq!(at("ifndef _THEIRS_H"), "[!defined(_THEIRS_H)]");
    assert_eq!((at("endif").as_str(), at("endif").as_str()), ("", ""));
    assert!(here.is_empty() && !here.condition("define", "X"));
}

#[test]
fn packings_are_nested_and_have_conditions() {
    let mut here = Surroundings::default();
    here.pragma("pack(push, 1)");
    here.condition("ifdef", "_WIN32");
    here.pragma("pack(push,2)");
    here.condition("endif", "");
    assert_eq!(here.packing(), "pack(push, 1), pack(push, 2) [defined(_WIN32)]");
    here.pragma("pack(pop)");
    assert_eq!(here.packing(), "pack(push, 1)");
    assert!(!here.is_empty());
}

#[test]
#[should_panic(expected = "not understood: once")]
fn other_pragmas_are_refused() {
    Surroundings::default().pragma("once");
}

//! Traces as trees: what happened inside what.

use opendriver_testkit::{Event, normalised};
use serde_json::Value;

/// A call, a message or a thread with what happened inside; or a single event.
#[derive(Debug)]
pub struct Node {
    /// Which event of the trace `head` is.
    pub at: usize,
    pub head: Event,
    pub inside: Vec<Node>,
    /// The event that ends it.
    pub tail: Option<Event>,
}

/// The trees of a trace.
pub fn parse(events: &[Event]) -> Vec<Node> {
    parse_from(events, 0)
}

fn parse_from(events: &[Event], start: usize) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut rest = events;
    while let [head, after @ ..] = rest {
        let at = start + events.len() - rest.len();
        let inside = after.iter().take_while(|event| event.depth > head.depth).count();
        let (inside, after) = after.split_at(inside);
        let ends: &[&str] = match head.kind.as_str() {
            "call" => &["ret", "threads", "opens"],
            "drv" => &["drvret"],
            "thread_start" => &["thread_end"],
            _ => &[],
        };
        let tail = after.first().filter(|event| ends.contains(&event.kind.as_str()));
        rest = &after[usize::from(tail.is_some())..];
        let inside = parse_from(inside, at + 1);
        nodes.push(Node { at, head: head.clone(), inside, tail: tail.cloned() });
    }
    nodes
}

/// An event as a line, without what the recorded system writes in another way: the case of file names.
pub fn line(event: &Event) -> String {
    let mut event = event.clone();
    for (name, value) in &mut event.fields {
        if let ("file", Value::String(file)) = (name.as_str(), value) {
            *file = file.to_lowercase();
        }
    }
    normalised(&[event]).remove(0)
}

impl Node {
    pub fn is_call(&self, functions: &[&str]) -> bool {
        self.head.kind == "call" && functions.contains(&self.head.text("fn"))
    }

    /// An argument that is text; handles are `h1`, NULL is empty.
    pub fn argument(&self, index: usize) -> &str {
        let arguments = self.head.get("args").and_then(Value::as_array);
        arguments.and_then(|arguments| arguments.get(index)).and_then(Value::as_str).unwrap_or("")
    }

    /// What it returned, empty if it did not.
    pub fn returned(&self) -> &str {
        self.tail.as_ref().map_or("", |tail| tail.text("ret"))
    }

    /// Whether head and tail are those of the other; what happened inside may differ.
    pub fn looks_like(&self, other: &Node) -> bool {
        let tail = |node: &Node| node.tail.as_ref().map(line);
        line(&self.head) == line(&other.head) && tail(self) == tail(other)
    }
}

/// A place where two traces differ.
#[derive(Clone, Copy)]
pub struct Difference<'a> {
    pub recorded: Option<&'a Node>,
    pub ours: Option<&'a Node>,
    /// What it is inside of, the outermost first, as our trace has it.
    pub within: &'a [&'a Node],
}

impl Difference<'_> {
    /// Either side of it.
    pub fn sides(&self) -> impl Iterator<Item = &Node> {
        self.recorded.into_iter().chain(self.ours)
    }

    pub fn describe(&self) -> String {
        let side = |node: Option<&Node>| node.map_or("nothing".to_owned(), |node| line(&node.head));
        format!("recorded is {}, and here {}", side(self.recorded), side(self.ours))
    }
}

/// Walks two traces in step, and asks at each place where they differ whether that may be. What is inside of two nodes
/// is only walked if they look alike.
pub fn walk(
    recorded: &[Node],
    ours: &[Node],
    may_differ: &mut dyn FnMut(Difference<'_>) -> Result<(), String>,
) -> Result<(), String> {
    walk_within(recorded, ours, &mut Vec::new(), may_differ)
}

/// As [`walk`], inside of something.
pub fn walk_within<'a>(
    recorded: &'a [Node],
    ours: &'a [Node],
    within: &mut Vec<&'a Node>,
    may_differ: &mut dyn FnMut(Difference<'_>) -> Result<(), String>,
) -> Result<(), String> {
    for index in 0..recorded.len().max(ours.len()) {
        let pair = (recorded.get(index), ours.get(index));
        match pair {
            (Some(one), Some(other)) if one.looks_like(other) => {
                within.push(other);
                walk_within(&one.inside, &other.inside, within, may_differ)?;
                within.pop();
            }
            (recorded, ours) => may_differ(Difference { recorded, ours, within })?,
        }
    }
    Ok(())
}

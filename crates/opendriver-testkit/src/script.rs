//! Scripts: calls of the winmm functions, and rules for what the drivers answer and do.
//!
//! # Grammar
//!
//! One statement per line; `#` starts a comment. Inside braces, `;` separates statements as a line end does.
//!
//! ```text
//! [var =] Function arg...
//! [var =] inthread { statement ; ... }
//! rule <driver|*> <message|*> [nth=N] [from=N] [ret=V] [{ statement ; ... }]
//! ```
//!
//! An argument is text in double quotes (with `\"`, `\\`, `\t`, `\n`, `\r`, `\uXXXX`), `NULL`, a number (decimal,
//! hexadecimal with `0x`, or negative), the name of a message such as `DRV_OPEN` or `DRV_USER+5`, `bogus` (the address
//! of something that is no driver), or a variable. In the block of a rule there are also `self` (the handle that the
//! driver was called with), `id`, `msg`, `l1` and `l2`. `V` is any of these that is a number, or `last` (the value of
//! the last call of the block, 0 if there is none) or `def` (what DefDriverProc answers).
//!
//! A variable must be set somewhere in the script, and cannot be called as any of the others. Blocks may be inside each
//! other a hundred deep.
//!
//! The functions are those of [`FUNCTIONS`].

mod check;
mod functions;
mod lexer;
mod parser;

use std::collections::HashSet;
use std::fmt;

pub(crate) use self::check::{MOST_OPENS, MOST_THREADS, most};
pub use self::functions::{FUNCTIONS, Function, Parameter};

/// A parsed script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The statements in order.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Calls a function.
    Call(Call),
    /// Adds a rule.
    Rule(Rule),
}

/// A call: `var = Function arg...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The line it starts on, from 1.
    pub line: usize,
    /// The variable that gets the value.
    pub variable: Option<String>,
    /// What is called.
    pub function: &'static Function,
    /// The arguments; `inthread` has none.
    pub arguments: Vec<Argument>,
    /// The block of `inthread`.
    pub block: Vec<Statement>,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Text in quotes.
    Text(String),
    /// `NULL`.
    Null,
    /// A number, or the number of a message.
    Number(u64),
    /// `bogus`.
    Bogus,
    /// A variable, or `self`, `id`, `msg`, `l1`, `l2`.
    Name(String),
}

/// What a driver does when it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The line it starts on, from 1.
    pub line: usize,
    /// The driver, `None` for each.
    pub driver: Option<String>,
    /// The message, `None` for each.
    pub message: Option<u32>,
    /// Which hits it acts on.
    pub hits: Hits,
    /// What is answered; `None` leaves it to the other rules and the default.
    pub answer: Option<Answer>,
    /// What is done inside the driver before it answers.
    pub block: Vec<Statement>,
}

/// On which of its hits a rule acts, counted from 1 and from the moment the rule was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hits {
    /// On each.
    All,
    /// On this one only.
    Only(u64),
    /// On this one and all later ones.
    From(u64),
}

impl Hits {
    /// Whether the hit with this number is among them.
    pub fn contains(self, hit: u64) -> bool {
        match self {
            Hits::All => true,
            Hits::Only(number) => hit == number,
            Hits::From(number) => hit >= number,
        }
    }
}

/// What a rule answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The value of the block's last call.
    Last,
    /// What DefDriverProc answers to the message.
    Default,
    /// A number, a variable, `self`, `id`, `msg`, `l1` or `l2`.
    Value(Argument),
}

impl Script {
    /// Parses a script.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] with line and column.
    ///
    /// ```
    /// use opendriver_testkit::Script;
    ///
    /// let script = Script::parse("rule probea DRV_CLOSE ret=0\nh = OpenDriver \"probea.dll\" NULL 0\n")?;
    /// assert_eq!(script.statements.len(), 2);
    /// let error = Script::parse("h = OpenDrive \"probea.dll\" NULL 0").unwrap_err();
    /// assert_eq!(error.to_string(), "1:5: there is no function OpenDrive; did you mean OpenDriver?");
    /// # Ok::<(), opendriver_testkit::ScriptError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Script, ScriptError> {
        parser::parse(text)
    }

    /// The rules of the script, those in blocks included.
    pub fn rules(&self) -> Vec<&Rule> {
        let mut found = Vec::new();
        rules(&self.statements, &mut found);
        found
    }

    /// The variables that are set anywhere in the script.
    pub fn variables(&self) -> HashSet<String> {
        let mut names = HashSet::new();
        assigned(&self.statements, &mut names);
        names
    }

    /// The calls of a function anywhere in the script, blocks of rules included.
    pub fn calls(&self, function: &str) -> Vec<&Call> {
        let mut found = Vec::new();
        collect(&self.statements, function, &mut found);
        found
    }
}

fn assigned(statements: &[Statement], names: &mut HashSet<String>) {
    for statement in statements {
        match statement {
            Statement::Call(call) => {
                names.extend(call.variable.clone());
                assigned(&call.block, names);
            }
            Statement::Rule(rule) => assigned(&rule.block, names),
        }
    }
}

fn collect<'a>(statements: &'a [Statement], function: &str, found: &mut Vec<&'a Call>) {
    for statement in statements {
        match statement {
            Statement::Call(call) => {
                if call.function.name == function {
                    found.push(call);
                }
                collect(&call.block, function, found);
            }
            Statement::Rule(rule) => collect(&rule.block, function, found),
        }
    }
}

fn rules<'a>(statements: &'a [Statement], found: &mut Vec<&'a Rule>) {
    for statement in statements {
        match statement {
            Statement::Call(call) => rules(&call.block, found),
            Statement::Rule(rule) => {
                found.push(rule);
                rules(&rule.block, found);
            }
        }
    }
}

/// A script does not follow the grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {problem}")]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there and what would be right.
    pub problem: Problem,
}

/// What is wrong with a script.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A text without its closing quote.
    OpenText,
    /// A `\` that starts no known escape.
    Escape(String),
    /// A character that starts nothing, or stands where something else must.
    Unexpected {
        /// What stands there.
        found: String,
        /// What could stand there.
        wanted: &'static str,
    },
    /// A brace that is never closed.
    OpenBlock,
    /// Too many blocks inside each other.
    Nested {
        /// How many there may be.
        most: usize,
    },
    /// A variable whose name means something else: a word of the grammar, a number, or a message.
    Reserved(String),
    /// A variable that nothing sets, anywhere in the script; or, outside of rules, a name that only they know.
    Unset(String),
    /// A function that there is not.
    UnknownFunction {
        /// Its name.
        name: String,
        /// A known one that resembles it.
        similar: Option<&'static str>,
    },
    /// Too few or too many arguments.
    ArgumentCount {
        /// The function.
        function: &'static Function,
        /// How many there are.
        found: usize,
    },
    /// A number that does not fit 64 bits, or is none.
    Number(String),
    /// A word after `rule` that is no option.
    Option(String),
    /// A rule that has this twice.
    Twice(&'static str),
    /// A rule that has two of `nth=` and `from=`.
    HitsTwice,
    /// A rule for the hit number 0.
    NoHit,
    /// An argument that makes no sense for the function; the text says what is allowed.
    Argument(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::OpenText => f.write_str("the text has no closing quote on its line"),
            Problem::Escape(escape) => {
                write!(
                    f,
                    "{escape} is no escape; there are \\\" \\\\ \\t \\n \\r and \\uXXXX with four hexadecimal digits"
                )
            }
            Problem::Unexpected { found, wanted } => write!(f, "{found} stands where {wanted} is expected"),
            Problem::OpenBlock => f.write_str("this brace is never closed"),
            Problem::Nested { most } => {
                write!(f, "nested too deeply; at most {most} blocks may be inside each other")
            }
            Problem::Reserved(word) => {
                write!(f, "{word} has a meaning of its own, so that no variable can be called so")
            }
            Problem::Unset(name) if parser::OF_A_CALL.contains(&name.as_str()) => {
                write!(f, "{name} is known only inside a rule")
            }
            Problem::Unset(name) => write!(f, "nothing sets the variable {name}"),
            Problem::UnknownFunction { name, similar: Some(similar) } => {
                write!(f, "there is no function {name}; did you mean {similar}?")
            }
            Problem::UnknownFunction { name, similar: None } => write!(f, "there is no function {name}"),
            Problem::ArgumentCount { function, found } => {
                write!(f, "{} arguments, but it is: {function}", found)
            }
            Problem::Number(text) => write!(f, "{text} is no number of 64 bits"),
            Problem::Twice(what) => write!(f, "the rule has {what} already"),
            Problem::HitsTwice => f.write_str("a rule has either nth=N or from=N, and one of them once"),
            Problem::NoHit => f.write_str("hits are counted from 1"),
            Problem::Argument(problem) => f.write_str(problem),
            Problem::Option(word) => {
                write!(
                    f,
                    "{word} is no option of a rule; there are nth=N, from=N, ret=V and a block in braces"
                )
            }
        }
    }
}

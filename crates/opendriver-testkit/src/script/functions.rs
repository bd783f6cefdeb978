//! What a script can call.

use std::fmt;

use opendriver::config::nearest;

/// A function that a script can call.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, each with a name for messages.
    pub parameters: &'static [(&'static str, Parameter)],
    /// How many of the last parameters may be left out.
    pub optional: usize,
    /// Whether it takes a block instead.
    pub block: bool,
}

/// What a parameter is, which decides how traces show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Text or NULL.
    Text,
    /// A driver handle; NULL is shown as `0`.
    Handle,
    /// A module; NULL is shown as `0`.
    Module,
    /// A number.
    Number,
    /// Anything.
    Any,
}

use Parameter::{Any, Handle, Module, Number, Text};

const OPEN: &[(&str, Parameter)] = &[("name", Text), ("section", Text), ("lparam2", Number)];
const CLOSE: &[(&str, Parameter)] = &[("handle", Handle), ("lparam1", Number), ("lparam2", Number)];
const SEND: &[(&str, Parameter)] =
    &[("handle", Handle), ("message", Number), ("lparam1", Number), ("lparam2", Number)];
const DEFAULT: &[(&str, Parameter)] =
    &[("id", Number), ("handle", Handle), ("message", Number), ("lparam1", Number), ("lparam2", Number)];
const OF_HANDLE: &[(&str, Parameter)] = &[("handle", Handle)];
const EXIT: &[(&str, Parameter)] = &[("code", Number)];

const fn function(name: &'static str, parameters: &'static [(&'static str, Parameter)]) -> Function {
    Function { name, parameters, optional: 0, block: false }
}

/// Everything that a script can call: the functions of winmm, those of the system that recordings use, and the
/// script's own, which begin with a small letter.
pub const FUNCTIONS: &[Function] = &[
    function("OpenDriver", OPEN),
    function("OpenDriverA", OPEN),
    function("DrvOpen", OPEN),
    function("DrvOpenA", OPEN),
    function("CloseDriver", CLOSE),
    function("DrvClose", CLOSE),
    function("SendDriverMessage", SEND),
    function("DrvSendMessage", SEND),
    function("DefDriverProc", DEFAULT),
    function("DrvDefDriverProc", DEFAULT),
    function("GetDriverModuleHandle", OF_HANDLE),
    function("DrvGetModuleHandle", OF_HANDLE),
    function("GetDriverFlags", OF_HANDLE),
    function("GetNextDriver", &[("handle", Handle), ("flags", Number)]),
    function(
        "DriverCallback",
        &[
            ("target", Any),
            ("flags", Number),
            ("device", Handle),
            ("message", Number),
            ("user", Number),
            ("parameter1", Number),
            ("parameter2", Number),
        ],
    ),
    function(
        "modMessage",
        &[
            ("module", Module),
            ("device", Number),
            ("message", Number),
            ("user", Number),
            ("parameter1", Number),
            ("parameter2", Number),
        ],
    ),
    function("GetModuleHandle", &[("name", Text)]),
    function("LoadLibrary", &[("name", Text)]),
    function("FreeLibrary", &[("module", Module)]),
    function("FreeWinmm", &[]),
    function("SetCurrentDirectory", &[("path", Text)]),
    function("RegSet", &[("section", Text), ("name", Text), ("type", Text), ("value", Any)]),
    function(
        "WritePrivateProfileString",
        &[("section", Text), ("key", Text), ("value", Text), ("file", Text)],
    ),
    function(
        "GetPrivateProfileString",
        &[("section", Text), ("key", Text), ("default", Text), ("file", Text), ("size", Number)],
    ),
    function("GetPrivateProfileSection", &[("section", Text), ("file", Text), ("size", Number)]),
    function("GetPrivateProfileSectionNames", &[("file", Text), ("size", Number)]),
    Function { optional: 1, ..function("ExitProcess", EXIT) },
    Function { optional: 1, ..function("TerminateProcess", EXIT) },
    function("let", &[("value", Any)]),
    function("SameHandle", &[("one", Any), ("other", Any)]),
    Function { block: true, ..function("inthread", &[]) },
    function(
        "threads",
        &[
            ("threads", Number),
            ("iterations", Number),
            ("name", Text),
            ("section", Text),
            ("lparam2", Number),
        ],
    ),
    function(
        "opens",
        &[("count", Number), ("name", Text), ("section", Text), ("lparam2", Number), ("order", Text)],
    ),
];

impl Function {
    /// The function of a name, exactly as it is written.
    pub fn named(name: &str) -> Option<&'static Function> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }

    /// A function whose name resembles this one.
    pub(super) fn resembling(name: &str) -> Option<&'static str> {
        nearest(name, FUNCTIONS.iter().map(|function| function.name)).first().copied()
    }

    /// What the argument at this place is.
    pub fn parameter(&self, index: usize) -> Parameter {
        self.parameters.get(index).map_or(Any, |(_, parameter)| *parameter)
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if self.block {
            f.write_str(" { ... }")?;
        }
        let needed = self.parameters.len() - self.optional;
        for (index, (name, _)) in self.parameters.iter().enumerate() {
            if index < needed { write!(f, " {name}")? } else { write!(f, " [{name}]")? }
        }
        Ok(())
    }
}

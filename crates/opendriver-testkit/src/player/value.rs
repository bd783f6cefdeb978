//! Values of a script while it is played.

use serde_json::Value as Json;

use crate::event::hex;
use crate::script::Parameter;
use crate::stage::{ModuleIndex, Names};

/// What a variable holds and a call returns. Handles and modules know that they are such, so that traces can name
/// them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Number(u64),
    Handle(u64),
    Module(ModuleIndex),
    Bogus,
}

/// An address where there is no driver.
const BOGUS: u64 = 0x7EAD_BEE0;

/// What is known inside the block of a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) handle: u64,
    pub(crate) id: u64,
    pub(crate) message: u64,
    pub(crate) lparam1: u64,
    pub(crate) lparam2: u64,
}

impl Value {
    /// The value as a number, as a C function would get it. Text has none of its own.
    pub(crate) fn number(&self, names: &Names) -> u64 {
        match self {
            Value::Null | Value::Text(_) => 0,
            Value::Number(number) | Value::Handle(number) => *number,
            Value::Module(index) => names.address(*index) as u64,
            Value::Bogus => BOGUS,
        }
    }

    /// How a trace shows it as an argument.
    pub(crate) fn shown(&self, parameter: Parameter, names: &mut Names) -> Json {
        match self {
            Value::Null => match parameter {
                Parameter::Handle | Parameter::Module => "0".into(),
                _ => Json::Null,
            },
            Value::Text(text) => text.as_str().into(),
            Value::Number(number) => hex(*number).into(),
            Value::Handle(raw) => names.handle(*raw).into(),
            Value::Module(index) => names.module(*index).into(),
            Value::Bogus => "bogus".into(),
        }
    }
}

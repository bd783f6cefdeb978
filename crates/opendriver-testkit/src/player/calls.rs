//! Calls: arguments, the functions of winmm, and what is logged of them.

use std::sync::PoisonError;

use opendriver::abi::{HDRVR, LPARAM};
use serde_json::Value as Json;

use super::value::{Frame, Value};
use super::{PlayError, directory, registry};
use crate::event::{Event, hex};
use crate::recording::registry::check;
use crate::script::{Argument, Call};
use crate::stage::Stage;

/// Arguments that have been evaluated.
pub(super) struct Arguments<'a> {
    pub(super) call: &'a Call,
    pub(super) values: Vec<Value>,
}

impl Arguments<'_> {
    pub(super) fn text(&self, index: usize) -> Result<Option<&str>, PlayError> {
        match self.values.get(index) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) | None => Ok(None),
            Some(_) => {
                let name = self.call.function.parameters[index].0;
                Err(problem(self.call, format!("the {name} of {} is text or NULL", self.call.function.name)))
            }
        }
    }

    /// A number of 32 bits: what is above them is lost, as in a call from C.
    pub(super) fn short(&self, index: usize, stage: &Stage) -> u32 {
        self.number(index, stage) as u32
    }

    pub(super) fn number(&self, index: usize, stage: &Stage) -> u64 {
        self.values.get(index).map_or(0, |value| value.number(&stage.names()))
    }

    pub(super) fn lparam(&self, index: usize, stage: &Stage) -> LPARAM {
        self.number(index, stage) as LPARAM
    }

    /// A handle, or what stands in the place of one.
    pub(super) fn handle(&self, index: usize, stage: &Stage) -> HDRVR {
        HDRVR(self.number(index, stage) as usize)
    }
}

pub(super) fn problem(call: &Call, problem: impl Into<String>) -> PlayError {
    PlayError::Statement { line: call.line, problem: problem.into() }
}

impl Stage {
    /// The value of an argument.
    pub(crate) fn evaluate(
        &self,
        argument: &Argument,
        frame: Option<&Frame>,
        line: usize,
    ) -> Result<Value, PlayError> {
        let name = match argument {
            Argument::Text(text) => return Ok(Value::Text(text.clone())),
            Argument::Null => return Ok(Value::Null),
            Argument::Number(number) => return Ok(Value::Number(*number)),
            Argument::Bogus => return Ok(Value::Bogus),
            Argument::Name(name) => name.as_str(),
        };
        match (name, frame) {
            ("self", Some(frame)) => return Ok(Value::Handle(frame.handle)),
            ("id", Some(frame)) => return Ok(Value::Number(frame.id)),
            ("msg", Some(frame)) => return Ok(Value::Number(frame.message)),
            ("l1", Some(frame)) => return Ok(Value::Number(frame.lparam1)),
            ("l2", Some(frame)) => return Ok(Value::Number(frame.lparam2)),
            _ => {}
        }
        let variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = variables.get(name) {
            return Ok(value.clone());
        }
        // A variable that only a rule sets, and the rule has not been hit.
        if self.assigned.contains(name) {
            return Ok(Value::Handle(0));
        }
        Err(PlayError::Statement { line, problem: format!("nothing sets the variable {name}") })
    }

    /// Does a call and logs it.
    pub(crate) fn call(&self, call: &Call, frame: Option<&Frame>) -> Result<Value, PlayError> {
        let values = call.arguments.iter().map(|argument| self.evaluate(argument, frame, call.line));
        let arguments = Arguments { call, values: values.collect::<Result<_, _>>()? };
        let value = self.dispatch(call, &arguments, frame)?;
        if let Some(variable) = &call.variable {
            let mut variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
            variables.insert(variable.clone(), value.clone());
        }
        Ok(value)
    }

    fn dispatch(
        &self,
        call: &Call,
        arguments: &Arguments<'_>,
        frame: Option<&Frame>,
    ) -> Result<Value, PlayError> {
        match call.function.name {
            "let" => Ok(arguments.values[0].clone()),
            "SameHandle" => {
                let same = arguments.number(0, self) == arguments.number(1, self);
                self.log.push(Event::new("note", self.depth()).with("same", same));
                Ok(Value::Number(same.into()))
            }
            "RegSet" => self.set_registry(arguments),
            "inthread" => self.in_thread(call, frame),
            "threads" | "opens" => {
                self.log_call(arguments);
                self.many(arguments)
            }
            "ExitProcess" | "TerminateProcess" => {
                self.log_call(arguments);
                self.leave(call.function.name == "ExitProcess", arguments.short(0, self));
                Ok(Value::Null)
            }
            _ => {
                self.log_call(arguments);
                let depth = self.depth();
                let done = self.deeper(|| self.perform_call(arguments));
                let mut returned = Event::new("ret", depth).with("fn", call.function.name);
                let (value, fields) = done?;
                let shown = match &value {
                    Value::Null => Json::from("0"),
                    value => value.shown(crate::script::Parameter::Any, &mut self.names()),
                };
                returned = returned.with("ret", shown);
                returned.fields.extend(fields);
                self.log.push(returned);
                for posted in self.outside.take_posted() {
                    self.log.push(Event { depth, ..posted });
                }
                Ok(value)
            }
        }
    }

    pub(super) fn log_call(&self, arguments: &Arguments<'_>) {
        if !self.log.is_open() {
            return;
        }
        let call = arguments.call;
        let shown =
            |(index, value): (usize, &Value)| value.shown(call.function.parameter(index), &mut self.names());
        let shown: Vec<Json> = arguments.values.iter().enumerate().map(shown).collect();
        let event = Event::new("call", self.depth()).with("fn", call.function.name).with("args", shown);
        self.log.push(event);
    }

    /// The functions proper: the value, and what the event of the return has besides.
    fn perform_call(&self, arguments: &Arguments<'_>) -> Result<(Value, Vec<(String, Json)>), PlayError> {
        let name = arguments.call.function.name;
        let handle = |index| arguments.handle(index, self);
        let lparams = |index| (arguments.lparam(index, self), arguments.lparam(index + 1, self));
        let value = match name {
            "OpenDriver" | "OpenDriverA" | "DrvOpen" | "DrvOpenA" => {
                let (file, section) = (arguments.text(0)?, arguments.text(1)?);
                let opened = self.winmm.open(name, file, section, arguments.lparam(2, self));
                Value::Handle(opened.0 as u64)
            }
            "CloseDriver" | "DrvClose" => {
                let (lparam1, lparam2) = lparams(1);
                Value::Number(self.winmm.close(name, handle(0), lparam1, lparam2) as u64)
            }
            "SendDriverMessage" | "DrvSendMessage" => {
                let (message, (lparam1, lparam2)) = (arguments.short(1, self), lparams(2));
                Value::Number(self.winmm.send(name, handle(0), message, lparam1, lparam2) as u64)
            }
            "DefDriverProc" | "DrvDefDriverProc" => {
                let (id, message) = (arguments.number(0, self) as usize, arguments.short(2, self));
                let result = self.winmm.default_result(name, id, handle(1), message, lparams(3));
                Value::Number(result as u64)
            }
            "GetDriverModuleHandle" | "DrvGetModuleHandle" => match self.winmm.module(name, handle(0)) {
                0 => Value::Null,
                value => self.names().bound(value).map_or(Value::Number(value as u64), Value::Module),
            },
            "GetDriverFlags" => Value::Number(self.winmm.flags(handle(0)).into()),
            "GetNextDriver" => match self.winmm.next(handle(0), arguments.short(1, self)) {
                HDRVR::NULL => Value::Null,
                next => Value::Handle(next.0 as u64),
            },
            "DriverCallback" => return self.callback(arguments),
            "modMessage" => Value::Number(self.device_message(arguments).into()),
            "GetModuleHandle" => self.module_by_name(arguments.text(0)?),
            "LoadLibrary" => self.load_library(arguments.text(0)?),
            "FreeLibrary" => self.free_library(&arguments.values[0]),
            "FreeWinmm" => {
                let stays = self.winmm.unload();
                return Ok((Value::Number(1), vec![("winmm_still_loaded".to_owned(), stays.into())]));
            }
            "SetCurrentDirectory" => Value::Number(self.change_directory(arguments.text(0)?).into()),
            "WritePrivateProfileString" => Value::Number(self.write_profile(arguments)?.into()),
            name @ ("GetPrivateProfileString"
            | "GetPrivateProfileSection"
            | "GetPrivateProfileSectionNames") => return self.read_profile(name, arguments),
            other => return Err(problem(arguments.call, format!("{other} cannot be played"))),
        };
        Ok((value, Vec::new()))
    }

    fn set_registry(&self, arguments: &Arguments<'_>) -> Result<Value, PlayError> {
        let needed = |index| {
            let value = arguments.text(index)?;
            value.ok_or_else(|| problem(arguments.call, "RegSet takes section, name and type as text"))
        };
        let (section, name, kind) = (needed(0)?, needed(1)?, needed(2)?);
        let data = match &arguments.values[3] {
            Value::Text(text) => Json::from(text.as_str()),
            Value::Null | Value::Bogus => Json::Null,
            other => Json::from(other.number(&self.names())),
        };
        // What stands in the script was looked at before it was played; a variable has its value only now.
        check(kind, &data).map_err(|wrong| problem(arguments.call, wrong))?;
        let line = registry::line(kind, &data);
        self.registry.lock().unwrap_or_else(PoisonError::into_inner).set(section, name, &line);
        self.write_settings()?;
        self.configured()?;
        let data = data.as_u64().map_or(data, |number| hex(number).into());
        let shown = vec![Json::from(section), name.into(), kind.into(), data];
        let event = Event::new("setup", self.depth()).with("fn", "RegSet").with("args", shown).with("err", 0);
        self.log.push(event);
        Ok(Value::Null)
    }

    fn change_directory(&self, path: Option<&str>) -> bool {
        let there = path.and_then(|path| self.place.host_path(path));
        there.is_some_and(|path| directory::enter(&path).is_ok())
    }

    /// The script's process ends here.
    fn leave(&self, orderly: bool, code: u32) {
        if self.player.process_ends {
            self.log.set_exiting();
            if orderly {
                std::process::exit(code as i32);
            }
            std::process::abort();
        }
        if orderly {
            self.end();
        } else {
            self.log.set_exiting();
            self.log.close();
            self.winmm.end(true);
        }
    }
}

//! DriverCallback and modMessage: the ways between a device and its client.

use std::cell::Cell;

use opendriver::abi::HDRVR;
use opendriver::{CallbackTarget, Notification};
use serde_json::Value as Json;

use super::PlayError;
use super::calls::{Arguments, problem};
use super::outside::{EVENT, THREAD, WINDOW};
use super::value::Value;
use crate::event::{Event, hex};
use crate::stage::{ModuleIndex, Stage};

impl Stage {
    pub(super) fn callback(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<(Value, Vec<(String, Json)>), PlayError> {
        let named = match &arguments.values[0] {
            Value::Text(name) => Some(name.as_str()),
            _ => None,
        };
        let target = match named {
            Some("function") => CallbackTarget::Function(called),
            Some("window") => CallbackTarget::Value(WINDOW),
            Some("thread") => CallbackTarget::Value(THREAD),
            Some("event") => CallbackTarget::Value(EVENT),
            Some(other) => {
                let text = format!("{other:?} is no target; there are function, window, thread and event");
                return Err(problem(arguments.call, text));
            }
            None => CallbackTarget::Value(arguments.number(0, self) as usize),
        };
        let [device, user, parameter1, parameter2] =
            [2, 4, 5, 6].map(|index| arguments.number(index, self) as usize);
        let notification = Notification {
            device: HDRVR(device),
            message: arguments.short(3, self),
            user,
            parameter1,
            parameter2,
        };
        let delivered = self.winmm.notify(target, arguments.short(1, self), &notification);
        let fields = match named {
            Some("event") => vec![("event_signalled".to_owned(), self.outside.take_signal().into())],
            _ => Vec::new(),
        };
        Ok((Value::Number(delivered.into()), fields))
    }

    /// Sends a message to the `modMessage` of a module; 0 if it has none.
    pub(super) fn device_message(&self, arguments: &Arguments<'_>) -> u32 {
        let Value::Module(index) = arguments.values[0] else { return 0 };
        let Some(module) = self.names().value(index) else { return 0 };
        let [device, message] = [1, 2].map(|index| arguments.short(index, self));
        let [user, parameter1, parameter2] = [3, 4, 5].map(|index| arguments.number(index, self) as usize);
        DEVICE.set(Some(index));
        let parameters = (user, parameter1, parameter2);
        self.winmm.device_message(module, (device, message), parameters).unwrap_or(0)
    }
}

thread_local! {
    /// The module whose modMessage this thread calls.
    static DEVICE: Cell<Option<ModuleIndex>> = const { Cell::new(None) };
}

/// The modMessage of scripted drivers.
pub(crate) extern "system" fn mod_message(
    device: u32,
    message: u32,
    user: usize,
    parameter1: usize,
    parameter2: usize,
) -> u32 {
    let (Some(stage), Some(index)) = (Stage::current(), DEVICE.get()) else { return 0 };
    let (driver, file) = {
        let names = stage.names();
        (names.driver(index).to_owned(), names.file(index).to_path_buf())
    };
    stage.mod_message(&driver, &file, (device, message), (user, parameter1, parameter2))
}

/// The function that scripts give to DriverCallback.
extern "system" fn called(device: HDRVR, message: u32, user: usize, parameter1: usize, parameter2: usize) {
    let Some(stage) = Stage::current() else { return };
    let event = Event::new("cb", stage.depth())
        .with("h", stage.names().handle_or_number(device.0 as u64))
        .with("msg", hex(message.into()))
        .with("user", hex(user as u64))
        .with("p1", hex(parameter1 as u64))
        .with("p2", hex(parameter2 as u64));
    stage.log.push(event);
}

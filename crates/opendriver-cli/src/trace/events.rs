//! The trace as a JSON document `{"events": [...], "error": {...}}`, event by event.
//!
//! A message makes two events of the same `call` number: `sending`, and `answered`, which repeats everything and adds
//! the result. Whoever wants the messages only takes the latter; if a driver ends the program, the former show where.

use std::path::Path;
use std::time::Duration;

use opendriver::Call;
use opendriver::abi::LRESULT;
use serde_json::{Value, json};

use super::Form;
use crate::messages::Failure;

#[derive(Default)]
pub(super) struct Events {
    any: bool,
}

impl Form for Events {
    fn start(&mut self) -> String {
        "{\n  \"events\": [".to_owned()
    }

    fn module(&mut self, what: &'static str, module: &str, path: Option<&Path>) -> String {
        self.event(
            &json!({ "event": what, "module": module, "path": path.map(|path| path.display().to_string()) }),
        )
    }

    fn sending(&mut self, number: u64, call: &Call<'_>) -> String {
        self.event(&message("sending", number, call))
    }

    fn answered(&mut self, number: u64, call: &Call<'_>, answer: LRESULT, elapsed: Duration) -> String {
        let mut event = message("answered", number, call);
        event["result"] = json!(answer);
        event["nanoseconds"] = json!(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX));
        self.event(&event)
    }

    fn finish(&mut self, failure: Option<&Failure>) -> String {
        let error =
            failure.map(|failure| format!(",\n  \"error\": {}", failure.to_json())).unwrap_or_default();
        format!("\n  ]{error}\n}}\n")
    }
}

impl Events {
    fn event(&mut self, event: &Value) -> String {
        let separator = if std::mem::replace(&mut self.any, true) { "," } else { "" };
        format!("{separator}\n    {event}")
    }
}

fn message(event: &str, number: u64, call: &Call<'_>) -> Value {
    json!({
        "event": event,
        "call": number,
        "depth": call.depth,
        "module": call.module,
        "message": call.name().to_string(),
        "number": call.message,
        "handle": call.handle.to_raw().0,
        "id": call.driver_id,
        "lparam1": call.lparam1,
        "parameters": call.parameters,
        "lparam2": call.lparam2,
    })
}

#[cfg(test)]
mod tests {
    use opendriver::abi::DRV_USER;

    use super::super::tests::call;
    use super::*;

    #[test]
    fn the_pieces_make_one_document() {
        let mut events = Events::default();
        let mut text = events.start();
        text += &events.module("loaded", "echo.drv", Some(Path::new("/x/libecho.so")));
        text += &events.sending(0, &call(DRV_USER, -1, 0));
        text += &events.answered(0, &call(DRV_USER, -1, 0), isize::MIN, Duration::from_nanos(7));
        text += &events.finish(None);
        let document: Value = serde_json::from_str(&text).unwrap();
        let answered = &document["events"][2];
        assert_eq!((&answered["event"], &answered["message"]), (&json!("answered"), &json!("DRV_USER")));
        assert_eq!((&answered["result"], &answered["nanoseconds"]), (&json!(isize::MIN), &json!(7)));
        assert_eq!(document["events"][0]["path"], "/x/libecho.so");
        assert_eq!(document.get("error"), None);
    }

    #[test]
    fn a_document_without_events_is_one_too() {
        let mut events = Events::default();
        let text = events.start() + &events.finish(None);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({ "events": [] }));
    }
}

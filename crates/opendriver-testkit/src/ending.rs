//! How a play ended, as far as its events tell.

use crate::event::Event;
use crate::player::Trace;

impl Trace {
    /// The exit code with which the process of the script ended: that of ExitProcess or TerminateProcess, or 0 where
    /// the script came to its end. `None` if neither happened.
    pub fn exit_code(&self) -> Option<u32> {
        self.events.iter().find_map(|event| match (event.kind.as_str(), event.text("fn")) {
            ("end", _) => Some(0),
            ("call", "ExitProcess" | "TerminateProcess") => {
                let code = event.get("args").and_then(|args| args.get(0));
                match code.and_then(|code| code.as_str()) {
                    // A process gets 32 bits of it.
                    Some(code) => {
                        u64::from_str_radix(code.trim_start_matches("0x"), 16).ok().map(|c| c as u32)
                    }
                    None => Some(0),
                }
            }
            _ => None,
        })
    }

    /// The latest call of the script or of a driver that has not returned.
    pub fn under_way(&self) -> Option<&Event> {
        let mut open: Vec<&Event> = Vec::new();
        for event in &self.events {
            match event.kind.as_str() {
                "call" | "drv" => open.push(event),
                "ret" | "drvret" | "threads" | "opens" => _ = open.pop(),
                _ => {}
            }
        }
        open.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(json: &str) -> Trace {
        Trace { events: serde_json::from_str(json).expect("events"), profile_after: None }
    }

    #[test]
    fn the_first_end_counts() {
        let exit = r#"{"ev":"call","d":0,"fn":"ExitProcess","args":["0x1ffffffff"]}"#;
        assert_eq!(trace(&format!("[{exit},{{\"ev\":\"end\",\"d\":0}}]")).exit_code(), Some(u32::MAX));
        assert_eq!(trace(r#"[{"ev":"end","d":0}]"#).exit_code(), Some(0));
        assert_eq!(trace(r#"[{"ev":"call","d":0,"fn":"TerminateProcess","args":[]}]"#).exit_code(), Some(0));
        assert_eq!(trace("[]").exit_code(), None);
    }

    #[test]
    fn what_has_not_returned_is_under_way() {
        let open = r#"{"ev":"call","d":0,"fn":"OpenDriver","args":[]}"#;
        let load = r#"{"ev":"drv","d":1,"msg":"DRV_LOAD"}"#;
        let answer = r#"{"ev":"drvret","d":1,"ret":"0x1"}"#;
        let kind = |json: &str| trace(json).under_way().map(|event| event.kind.clone());
        assert_eq!(kind(&format!("[{open},{load}]")).as_deref(), Some("drv"));
        assert_eq!(kind(&format!("[{open},{load},{answer}]")).as_deref(), Some("call"));
        assert_eq!(kind(&format!("[{open},{{\"ev\":\"ret\",\"d\":0}}]")), None);
    }
}

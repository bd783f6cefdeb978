//! A driver that answers each message with its parameters: the smallest driver of which one can see that it works.
//!
//! In SYSTEM.INI: `echo=echo.drv hello world`, with the library as `libecho.so`, `libecho.dylib` or `echo.dll`.
//!
//! | message | answer |
//! | --- | --- |
//! | `DRV_USER` | `lParam1` |
//! | `DRV_USER+1` | how many messages this instance got since it was opened, this one included |
//! | `DRV_USER+2` | length of its parameters in UTF-16 units, 0 if there are none |
//! | `DRV_USER+3` | the UTF-16 unit of its parameters at index `lParam1`, -1 where there is none |
//! | `DRV_QUERYCONFIGURE` | 1: there are settings |
//! | `DRV_CONFIGURE`, `DRV_INSTALL`, `DRV_REMOVE` | 1 (`DRVCNF_OK`) |
//! | `DRV_POWER` | 1: handled |
//! | anything else | what the default procedure answers |
//!
//! Two words in the parameters make it fail, so that one can see how that looks: `refuse` makes the open refuse, with
//! a reason, and `panic` makes it panic, which arrives at the program as a refusal too.

use std::sync::atomic::{AtomicIsize, Ordering};

use opendriver_sdk::{Configure, Driver, Message, Open, Outcome, Refusal, Reply, export_driver};

/// One open instance.
pub struct Echo {
    parameters: Vec<u16>,
    messages: AtomicIsize,
}

export_driver!(Echo);

impl Driver for Echo {
    fn open(open: &Open<'_>) -> Result<Self, Refusal> {
        let parameters = open.parameters().unwrap_or_default();
        for word in parameters.split_whitespace() {
            match word {
                "refuse" => return Err(Refusal::new("the parameters say `refuse`")),
                "panic" => panic!("the parameters say `panic`"),
                _ => {}
            }
        }
        Ok(Echo { parameters: parameters.encode_utf16().collect(), messages: AtomicIsize::new(0) })
    }

    fn message(&self, message: &Message) -> Reply {
        let count = self.count();
        match message.user() {
            Some(0) => message.lparam1().into(),
            Some(1) => count.into(),
            Some(2) => (self.parameters.len() as isize).into(),
            Some(3) => self.unit(message.lparam1()).into(),
            _ => Reply::Default,
        }
    }

    fn query_configure(&self, _message: &Message) -> bool {
        self.count();
        true
    }

    fn configure(&self, _request: &Configure<'_>) -> Outcome {
        self.count();
        Outcome::Ok
    }

    fn install(&self, _request: &Configure<'_>) -> Outcome {
        self.count();
        Outcome::Ok
    }

    fn remove(&self, _message: &Message) -> Outcome {
        self.count();
        Outcome::Ok
    }

    fn power(&self, _message: &Message) -> bool {
        self.count();
        true
    }

    fn exit_session(&self, _message: &Message) {
        self.count();
    }

    fn exit_application(&self, _kind: opendriver_sdk::ExitKind) {
        self.count();
    }
}

impl Echo {
    /// Counts a message and gives the number so far.
    fn count(&self) -> isize {
        self.messages.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn unit(&self, index: isize) -> isize {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.parameters.get(index))
            .map_or(-1, |&unit| unit as isize)
    }
}

#[cfg(test)]
mod tests {
    use opendriver_sdk::abi::{DRV_USER, HDRVR};

    use super::*;

    fn open(parameters: Option<&str>) -> Result<Echo, Refusal> {
        Echo::open(&Open::new(HDRVR(0x10001), parameters, 0))
    }

    fn send(echo: &Echo, number: u32, lparam1: isize) -> Reply {
        echo.message(&Message::new(HDRVR(0x10001), number, lparam1, 0))
    }

    #[test]
    fn it_answers_with_what_it_was_sent() {
        let echo = open(None).unwrap();
        assert_eq!(send(&echo, DRV_USER, -7), Reply::Value(-7));
        assert_eq!(send(&echo, DRV_USER, isize::MAX), Reply::Value(isize::MAX));
    }

    #[test]
    fn it_counts_every_message_standard_ones_included() {
        let echo = open(None).unwrap();
        assert_eq!(send(&echo, DRV_USER + 1, 0), Reply::Value(1));
        assert!(echo.query_configure(&Message::new(HDRVR(0x10001), 8, 0, 0)));
        assert_eq!(send(&echo, DRV_USER + 99, 0), Reply::Default);
        assert_eq!(send(&echo, DRV_USER + 1, 0), Reply::Value(4));
    }

    #[test]
    fn it_knows_its_parameters_unit_by_unit() {
        let echo = open(Some("aé\u{1F3B5}")).unwrap();
        assert_eq!(send(&echo, DRV_USER + 2, 0), Reply::Value(4));
        let units = [0, 1, 2, 3, 4, -1].map(|index| send(&echo, DRV_USER + 3, index));
        assert_eq!(units, [0x61, 0xE9, 0xD83C, 0xDFB5, -1, -1].map(Reply::Value));
        assert_eq!(send(&open(Some("")).unwrap(), DRV_USER + 2, 0), Reply::Value(0));
    }

    #[test]
    fn it_refuses_when_told_so_and_only_then() {
        assert_eq!(open(Some("port=1 refuse")).err().unwrap().reason(), "the parameters say `refuse`");
        assert!(open(Some("refused")).is_ok());
    }

    #[test]
    #[should_panic(expected = "the parameters say `panic`")]
    fn it_panics_when_told_so() {
        let _ = open(Some("panic"));
    }
}

//! Parameters and names, from units in memory to `str`.

use std::sync::{Mutex, PoisonError};

use opendriver_sdk::abi::{DRV_CONFIGURE, DRV_INSTALL, DRV_USER, DRVCONFIGINFO, DRVCONFIGINFOEX};
use opendriver_sdk::{Configure, Driver, Message, Open, Outcome, Refusal, Reply, latest};

use crate::calls::{HANDLE, Procedure, procedure};

macro_rules! keeping {
    ($name:ident) => {
        /// Keeps its parameters, and what it was last configured with.
        struct $name(Option<String>, Mutex<String>);
        impl Driver for $name {
            fn open(open: &Open<'_>) -> Result<Self, Refusal> {
                Ok($name(open.parameters().map(str::to_owned), Default::default()))
            }
            fn configure(&self, request: &Configure<'_>) -> Outcome {
                *self.1.lock().unwrap() =
                    format!("{:?} {:?} {:?}", request.section(), request.alias(), request.device_node());
                Outcome::Ok
            }
            fn install(&self, request: &Configure<'_>) -> Outcome {
                self.configure(request)
            }
            fn message(&self, _: &Message) -> Reply {
                self.0.as_ref().map_or(-1, |text| text.len() as isize).into()
            }
        }
    };
}
keeping!(Units);
keeping!(Odd);
keeping!(Info);

/// One test at a time: which instance is the latest, all of them see.
fn kept(units: Option<&[u16]>) -> Option<String> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let procedure = procedure::<Units>();
    let id = procedure.open_units(units, HANDLE, 0);
    let kept = latest::<Units>().unwrap().0.clone();
    assert_eq!(procedure.send(id, DRV_USER, 0, 0), kept.as_ref().map_or(-1, |text| text.len() as isize));
    assert_eq!(procedure.close(id), 1);
    kept
}

#[test]
fn parameters_arrive_as_text() {
    let units = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<_>>();
    assert_eq!(kept(None), None);
    assert_eq!(kept(Some(&[0])), None);
    assert_eq!(kept(Some(&units(" "))).as_deref(), Some(" "));
    assert_eq!(kept(Some(&units("a=1 b  "))).as_deref(), Some("a=1 b  "));
    assert_eq!(kept(Some(&units("é\u{20AC}\u{1F3B5}"))).as_deref(), Some("é\u{20AC}\u{1F3B5}"));
    let long = "x".repeat(100_000);
    assert_eq!(kept(Some(&units(&long))), Some(long));
    // What follows the first zero is not ours.
    assert_eq!(kept(Some(&[0x61, 0, 0x62, 0])).as_deref(), Some("a"));
}

#[test]
fn halves_of_pairs_that_stand_alone_are_replaced() {
    assert_eq!(kept(Some(&[0xD83C, 0x61, 0])).as_deref(), Some("\u{FFFD}a"));
    assert_eq!(kept(Some(&[0xDFB5, 0])).as_deref(), Some("\u{FFFD}"));
    assert_eq!(kept(Some(&[0xD83C, 0])).as_deref(), Some("\u{FFFD}"));
    assert_eq!(kept(Some(&[0xDFB5, 0xD83C, 0])).as_deref(), Some("\u{FFFD}\u{FFFD}"));
}

#[test]
fn text_may_stand_at_an_odd_address() {
    assert_ne!(procedure::<Odd>().open_unaligned("port=2"), 0);
    assert_eq!(latest::<Odd>().unwrap().0.as_deref(), Some("port=2"));
}

#[test]
fn configuration_names_are_read_as_far_as_the_structure_goes() {
    let info = procedure::<Info>();
    let id = info.open(None, 0);
    let got = |answer| {
        assert_eq!(answer, 1);
        latest::<Info>().unwrap().1.lock().unwrap().clone()
    };
    let (short, long) = (size_of::<DRVCONFIGINFO>(), size_of::<DRVCONFIGINFOEX>());
    let ask = |info: Procedure, size, section, alias| info.configure(id, DRV_CONFIGURE, size, section, alias);
    let (section, alias) = (Some("Drivers32"), Some("vidc.tst1"));
    assert_eq!(got(ask(info, short, section, alias)), r#"Some("Drivers32") Some("vidc.tst1") None"#);
    assert_eq!(got(ask(info, long, section, alias)), r#"Some("Drivers32") Some("vidc.tst1") Some(4660)"#);
    assert_eq!(got(ask(info, 1000, section, None)), r#"Some("Drivers32") None Some(4660)"#);
    assert_eq!(got(ask(info, long - 1, None, Some(""))), r#"None Some("") None"#);
    assert_eq!(got(ask(info, short - 1, section, alias)), "None None None");
    assert_eq!(got(ask(info, 0, section, alias)), "None None None");
    assert_eq!(got(info.send(id, DRV_INSTALL, 0, 0)), "None None None");
}

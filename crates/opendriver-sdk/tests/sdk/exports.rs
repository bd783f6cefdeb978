//! The symbols the macros make, reached by their names.

use opendriver_sdk::abi::{
    DRIVERMSGPROC, DRIVERPROC, DRV_OPEN, DRV_USER, ENTRY_SYMBOL, HDRVR, TEXT_SYMBOL, TEXT_UTF16,
};
use opendriver_sdk::{
    Driver, Message, Open, Refusal, Reply, driver_proc, export_driver, export_message, latest,
};

use crate::panics::{collect, reports};

struct Exported;
impl Driver for Exported {
    fn open(_: &Open<'_>) -> Result<Self, Refusal> {
        Ok(Exported)
    }
    fn message(&self, message: &Message) -> Reply {
        Reply::Value(message.lparam1() + 1)
    }
}

fn mod_message(device: u32, message: u32, user: usize, param1: usize, param2: usize) -> u32 {
    if message == 99 || message == 1 {
        panic!("device {device}");
    }
    let open = latest::<Exported>().is_some();
    u32::from(open) * 1000 + device + message + (user + param1 + param2) as u32
}

/// # Safety
///
/// `user` is the address of a number.
unsafe fn wod_message(_: u32, _: u32, user: usize, _: usize, _: usize) -> u32 {
    let number: *const u32 = std::ptr::with_exposed_provenance(user);
    // SAFETY: promised.
    unsafe { *number }
}

export_driver!(Exported);
export_message!(modMessage, mod_message);
export_message!(wodMessage, wod_message);

mod symbols {
    unsafe extern "system" {
        pub(super) fn DriverProc(
            id: usize,
            handle: super::HDRVR,
            message: u32,
            l1: isize,
            l2: isize,
        ) -> isize;
        pub(super) fn modMessage(device: u32, message: u32, user: usize, p1: usize, p2: usize) -> u32;
        pub(super) fn wodMessage(device: u32, message: u32, user: usize, p1: usize, p2: usize) -> u32;
        pub(super) safe static opendriver_text: u32;
    }
}

#[test]
fn the_symbols_have_the_types_and_values_the_abi_says() {
    assert_eq!(ENTRY_SYMBOL, "DriverProc");
    assert_eq!(TEXT_SYMBOL, "opendriver_text");
    assert_eq!(symbols::opendriver_text, TEXT_UTF16);
    let procedure: DRIVERPROC = symbols::DriverProc;
    // SAFETY: no parameters are passed.
    let id = unsafe { procedure(0, HDRVR(5), DRV_OPEN, 0, 0) };
    // SAFETY: plain numbers.
    assert_eq!(unsafe { procedure(id as usize, HDRVR(5), DRV_USER, 41, 0) }, 42);
    // The procedure as a value reaches the same instances.
    // SAFETY: plain numbers.
    assert_eq!(unsafe { driver_proc::<Exported>()(id as usize, HDRVR(5), DRV_USER, 1, 0) }, 2);

    let entry: DRIVERMSGPROC = symbols::modMessage;
    // SAFETY: plain numbers.
    assert_eq!(unsafe { entry(1, 20, 300, 4000, 50000) }, 1000 + 54321);
}

#[test]
fn further_entries_have_the_same_border() {
    collect();
    // SAFETY: plain numbers.
    assert_eq!(unsafe { symbols::modMessage(7, 99, 0, 0, 0) }, 1);
    // The message that counts devices: 1 would be a device.
    // SAFETY: plain numbers.
    assert_eq!(unsafe { symbols::modMessage(8, 1, 0, 0, 0) }, 0);
    assert_eq!(
        reports("sdk::exports"),
        [
            "driver sdk::exports panicked in modMessage, message 99: device 7",
            "driver sdk::exports panicked in modMessage, message 1: device 8",
        ]
    );
}

#[test]
fn an_entry_may_be_unsafe() {
    let number = 12_u32;
    let address = (&raw const number).expose_provenance();
    // SAFETY: the address of a number.
    assert_eq!(unsafe { symbols::wodMessage(0, 0, address, 0, 0) }, 12);
}

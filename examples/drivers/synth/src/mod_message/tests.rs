//! The driver as a client sees it: `modMessage` with real structures.

use super::*;
use crate::Synth;
use opendriver_abi::{CALLBACK_EVENT, CALLBACK_WINDOW, HDRVR};
use opendriver_sdk::{Close, Driver, Message, Open, Reply};
use std::cell::RefCell;

const HANDLE: HDRVR = HDRVR(0x10001);
const HEADER: usize = size_of::<MidiHeader>();

/// An open driver with a file of its own.
struct Fixture {
    directory: tempfile::TempDir,
    synth: Synth,
}

impl Fixture {
    fn new() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let line = format!("clock=host rate=16000 out=\"{}\"", directory.path().join("a.wav").display());
        let synth = Synth::open(&Open::new(HANDLE, Some(&line), 0)).unwrap();
        Fixture { directory, synth }
    }

    fn number(&self) -> u32 {
        match self.send(crate::control::DEVICE, 0, 0) {
            Reply::Value(number) => number as u32,
            Reply::Default => panic!("the driver knows its number"),
        }
    }

    fn send(&self, message: u32, lparam1: isize, lparam2: isize) -> Reply {
        self.synth.message(&Message::new(HANDLE, message, lparam1, lparam2))
    }

    fn open(&self) -> usize {
        let mut user = 0_usize;
        let description = OpenDescription::default();
        let answer = mod_message(
            self.number(),
            MODM_OPEN,
            address(&mut user),
            std::ptr::from_ref(&description).expose_provenance(),
            0,
        );
        assert_eq!(answer, MMSYSERR_NOERROR);
        assert_ne!(user, 0);
        user
    }

    fn samples(&self) -> Vec<i16> {
        let mut reader = hound::WavReader::open(self.directory.path().join("a.wav")).unwrap();
        reader.samples().collect::<Result<_, _>>().unwrap()
    }
}

fn address<T>(value: &mut T) -> usize {
    std::ptr::from_mut(value).expose_provenance()
}

fn header(bytes: &mut [u8]) -> MidiHeader {
    MidiHeader {
        data: bytes.as_mut_ptr(),
        buffer_length: bytes.len() as u32,
        bytes_recorded: 0,
        user: 0,
        flags: 0,
        next: std::ptr::null_mut(),
        reserved: 0,
        offset: 0,
        reserved_array: [0; 8],
    }
}

#[test]
fn a_client_plays_a_note() {
    let fixture = Fixture::new();
    let device = fixture.number();
    assert_eq!(mod_message(device, DRVM_INIT, 0, 0, 0), MMSYSERR_NOERROR);
    assert!(mod_message(device, MODM_GETNUMDEVS, 0, 0, 0) > device);
    let user = fixture.open();
    assert_eq!(mod_message(device, MODM_DATA, user, 0x64_3C_90, 0), MMSYSERR_NOERROR);
    assert_eq!(fixture.send(crate::control::ADVANCE, 1_000_000, 0), Reply::Value(1));
    assert_eq!(fixture.send(crate::control::POSITION, 0, 0), Reply::Value(16_000));
    assert_eq!(mod_message(device, MODM_RESET, user, 0, 0), MMSYSERR_NOERROR);
    assert_eq!(mod_message(device, MODM_CLOSE, user, 0, 0), MMSYSERR_NOERROR);
    assert!(fixture.synth.close(&Close::new(HANDLE, 0, 0)));
    let samples = fixture.samples();
    assert_eq!(samples.len(), 2 * 3 * 16_000);
    assert!(samples.iter().any(|sample| sample.abs() > 1_000));
}

#[test]
fn a_device_is_open_for_one_client_at_a_time() {
    let fixture = Fixture::new();
    let device = fixture.number();
    let first = fixture.open();
    let mut user = 7_usize;
    let description = OpenDescription::default();
    let p1 = std::ptr::from_ref(&description).expose_provenance();
    assert_eq!(mod_message(device, MODM_OPEN, address(&mut user), p1, 0), MMSYSERR_ALLOCATED);
    assert_eq!(user, 7);
    assert_eq!(mod_message(device, MODM_CLOSE, first, 0, 0), MMSYSERR_NOERROR);
    let second = fixture.open();
    assert_ne!(first, second);
    for message in [MODM_DATA, MODM_LONGDATA, MODM_RESET, MODM_PREPARE, MODM_UNPREPARE, MODM_CLOSE] {
        assert_eq!(mod_message(device, message, first, 0x64_3C_90, 0), MMSYSERR_INVALHANDLE, "{message}");
        assert_eq!(mod_message(device, message, 0, 0x64_3C_90, 0), MMSYSERR_INVALHANDLE, "{message}");
    }
    drop(fixture);
    assert_eq!(mod_message(device, MODM_DATA, second, 0x64_3C_90, 0), MMSYSERR_INVALHANDLE);
}

#[test]
fn numbers_stay_while_other_instances_come_and_go() {
    let (first, second, third) = (Fixture::new(), Fixture::new(), Fixture::new());
    let number = third.number();
    let numbers = [first.number(), second.number(), number];
    assert!(numbers[0] != numbers[1] && numbers[1] != numbers[2] && numbers[0] != numbers[2]);
    let user = third.open();
    drop((first, second));
    assert_eq!(third.number(), number);
    assert_eq!(mod_message(number, MODM_DATA, user, 0x64_3C_90, 0), MMSYSERR_NOERROR);
    assert_eq!(mod_message(u32::MAX, MODM_GETDEVCAPS, 0, 0, 0), MMSYSERR_BADDEVICEID);
}

#[test]
fn capabilities_are_copied_as_far_as_they_fit() {
    let fixture = Fixture::new();
    let device = fixture.number();
    let size = size_of::<MidiOutCaps>();
    for given in [0, 1, 52, size, size + 40] {
        let mut bytes = [0xEE_u8; 200];
        assert_eq!(mod_message(device, MODM_GETDEVCAPS, 0, address(&mut bytes), given), MMSYSERR_NOERROR);
        let copied = given.min(size);
        assert!(bytes[copied..].iter().all(|byte| *byte == 0xEE), "{given}");
        assert!(!bytes[..copied].contains(&0xEE), "{given}");
        if copied == size {
            assert_eq!(bytes[8..12], [b'o', 0, b'p', 0]);
            assert_eq!(
                bytes[72..],
                [&[7, 0, 64, 0, 64, 0, 0xFF, 0xFF, 3, 0, 0, 0][..], &[0xEE; 116]].concat()
            );
        }
    }
    assert_eq!(mod_message(device, MODM_GETDEVCAPS, 0, 0, size), MMSYSERR_INVALPARAM);
}

#[test]
fn a_buffer_has_to_be_prepared() {
    let fixture = Fixture::new();
    let device = fixture.number();
    let user = fixture.open();
    let mut bytes = [0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7];
    let mut header = header(&mut bytes);
    let p1 = address(&mut header);
    let flags = |p1| Buffer::at(p1, HEADER).unwrap().flags();
    assert_eq!(mod_message(device, MODM_LONGDATA, user, p1, HEADER), MIDIERR_UNPREPARED);
    assert_eq!(mod_message(device, MODM_PREPARE, user, p1, HEADER), MMSYSERR_NOERROR);
    assert_eq!(flags(p1), MHDR_PREPARED);
    assert_eq!(mod_message(device, MODM_LONGDATA, user, p1, HEADER), MMSYSERR_NOERROR);
    assert_eq!(flags(p1), MHDR_PREPARED | MHDR_DONE);
    Buffer::at(p1, HEADER).unwrap().change_flags(MHDR_INQUEUE, 0);
    for message in [MODM_PREPARE, MODM_LONGDATA, MODM_UNPREPARE] {
        assert_eq!(mod_message(device, message, user, p1, HEADER), MIDIERR_STILLPLAYING);
    }
    Buffer::at(p1, HEADER).unwrap().change_flags(0, MHDR_INQUEUE);
    assert_eq!(mod_message(device, MODM_UNPREPARE, user, p1, HEADER), MMSYSERR_NOERROR);
    assert_eq!(flags(p1), MHDR_DONE);
}

#[test]
fn wrong_addresses_and_sizes_are_refused() {
    let fixture = Fixture::new();
    let device = fixture.number();
    let mut user = 0_usize;
    let description = OpenDescription::default();
    let p1 = std::ptr::from_ref(&description).expose_provenance();
    let open = |user, p1, flags: u32| mod_message(device, MODM_OPEN, user, p1, flags as usize);
    assert_eq!(open(0, p1, 0), MMSYSERR_INVALPARAM);
    assert_eq!(open(address(&mut user), 0, 0), MMSYSERR_INVALPARAM);
    assert_eq!(open(address(&mut user), p1, CALLBACK_FUNCTION), MMSYSERR_INVALPARAM, "a null function");
    for flags in [CALLBACK_WINDOW, CALLBACK_EVENT, 2] {
        assert_eq!(open(address(&mut user), p1, flags), MMSYSERR_NOTSUPPORTED);
    }
    assert_eq!(mod_message(u32::MAX, MODM_OPEN, address(&mut user), p1, 0), MMSYSERR_BADDEVICEID);
    assert_eq!(user, 0);
    let user = fixture.open();
    for message in [MODM_PREPARE, MODM_UNPREPARE, MODM_LONGDATA] {
        let mut header = header(&mut []);
        assert_eq!(mod_message(device, message, user, 0, HEADER), MMSYSERR_INVALPARAM);
        assert_eq!(mod_message(device, message, user, address(&mut header), 8), MMSYSERR_INVALPARAM);
    }
    // No bytes are fine; bytes without an address are not.
    let mut empty = header(&mut []);
    empty.flags = MHDR_PREPARED;
    assert_eq!(mod_message(device, MODM_LONGDATA, user, address(&mut empty), HEADER), MMSYSERR_NOERROR);
    empty.data = std::ptr::null_mut();
    empty.buffer_length = 5;
    assert_eq!(mod_message(device, MODM_LONGDATA, user, address(&mut empty), HEADER), MMSYSERR_INVALPARAM);
    assert_eq!(mod_message(device, MODM_DATA, user, 0x64_3C, 0), MMSYSERR_INVALPARAM);
    assert_eq!(mod_message(device, MODM_GETVOLUME, user, 0, 0), MMSYSERR_INVALPARAM);
    for message in [0, 12, 99, 105, u32::MAX] {
        assert_eq!(mod_message(device, message, user, 0, 0), MMSYSERR_NOTSUPPORTED);
    }
}

#[test]
fn the_volume_is_reached_by_number_and_by_token() {
    let fixture = Fixture::new();
    let device = fixture.number();
    let mut volume = 0_u32;
    assert_eq!(mod_message(device, MODM_GETVOLUME, 0, address(&mut volume), 0), MMSYSERR_NOERROR);
    assert_eq!(volume, u32::MAX);
    assert_eq!(mod_message(device, MODM_SETVOLUME, 0, 0x1234_5678, 0), MMSYSERR_NOERROR);
    let user = fixture.open();
    assert_eq!(mod_message(u32::MAX, MODM_GETVOLUME, user, address(&mut volume), 0), MMSYSERR_NOERROR);
    assert_eq!(volume, 0x1234_5678);
    assert_eq!(mod_message(u32::MAX, MODM_SETVOLUME, 0, 1, 0), MMSYSERR_BADDEVICEID);
}

thread_local! {
    static CALLS: RefCell<Vec<(usize, u32, usize, usize)>> = const { RefCell::new(Vec::new()) };
}

/// A client's callback that sends the next message at once.
extern "system" fn callback(device: HDRVR, message: u32, instance: usize, param1: usize, _param2: usize) {
    CALLS.with_borrow_mut(|calls| calls.push((device.0, message, instance, param1)));
    if message == MOM_DONE {
        let token = devices::by_number(instance as u32).unwrap().client().unwrap().token;
        assert_eq!(mod_message(0, MODM_DATA, token, 0x64_3C_90, 0), MMSYSERR_NOERROR);
    }
}

#[test]
fn a_callback_function_is_told_and_may_call_back() {
    let fixture = Fixture::new();
    let device = fixture.number();
    let mut user = 0_usize;
    let function: extern "system" fn(HDRVR, u32, usize, usize, usize) = callback;
    let callback = (function as *const ()).expose_provenance();
    let description = OpenDescription { handle: 0xABC, callback, instance: device as usize };
    let p1 = std::ptr::from_ref(&description).expose_provenance();
    let answer = mod_message(device, MODM_OPEN, address(&mut user), p1, CALLBACK_FUNCTION as usize);
    assert_eq!(answer, MMSYSERR_NOERROR);
    let mut bytes = [0xF0, 0xF7];
    let mut header = header(&mut bytes);
    let p1 = address(&mut header);
    assert_eq!(mod_message(device, MODM_PREPARE, user, p1, HEADER), MMSYSERR_NOERROR);
    assert_eq!(mod_message(device, MODM_LONGDATA, user, p1, HEADER), MMSYSERR_NOERROR);
    assert_eq!(mod_message(device, MODM_CLOSE, user, 0, 0), MMSYSERR_NOERROR);
    let instance = device as usize;
    assert_eq!(
        CALLS.take(),
        [(0xABC, MOM_OPEN, instance, 0), (0xABC, MOM_DONE, instance, p1), (0xABC, MOM_CLOSE, instance, 0)]
    );
}

#[test]
fn the_driver_says_who_it_is_and_where_its_file_is() {
    let fixture = Fixture::new();
    assert_eq!(fixture.send(crate::control::IDENTIFY, 0, 0), Reply::Value(crate::control::SIGNATURE));
    let Reply::Value(needed) = fixture.send(crate::control::FILE, 0, 0) else { panic!("no path") };
    let mut text = vec![0xFFFF_u16; needed as usize + 1];
    let place = text.as_mut_ptr().expose_provenance() as isize;
    fixture.send(crate::control::FILE, place, needed - 1);
    assert!(text.iter().all(|unit| *unit == 0xFFFF), "a buffer that is too small is left alone");
    assert_eq!(fixture.send(crate::control::FILE, place, needed), Reply::Value(needed));
    assert_eq!(text[needed as usize - 1..], [0, 0xFFFF]);
    let path = String::from_utf16(&text[..needed as usize - 1]).unwrap();
    assert_eq!(std::path::Path::new(&path), fixture.directory.path().join("a.wav"));
}

#[test]
fn a_host_s_step_must_make_sense() {
    let fixture = Fixture::new();
    fixture.open();
    assert_eq!(fixture.send(crate::control::ADVANCE, -1, 0), Reply::Value(0));
    assert_eq!(fixture.send(crate::control::ADVANCE, 600_000_001, 0), Reply::Value(0));
    assert_eq!(fixture.send(crate::control::ADVANCE, 0, 0), Reply::Value(1));
    assert_eq!(fixture.send(crate::control::POSITION, 0, 0), Reply::Value(0));
    assert_eq!(fixture.send(crate::control::POSITION + 1, 0, 0), Reply::Default);
}

#[test]
fn a_full_file_ends_the_recording_and_is_told_by_number() {
    let fixture = Fixture::new();
    let device = fixture.number();
    let user = fixture.open();
    assert_eq!(mod_message(device, MODM_DATA, user, 0x64_3C_90, 0), MMSYSERR_NOERROR);
    assert_eq!(fixture.send(crate::control::ADVANCE, 1_000_000, 0), Reply::Value(1));
    devices::by_token(user).unwrap().session.pretend_full();
    assert_eq!(fixture.send(crate::control::ADVANCE, 1_000_000, 0), Reply::Value(0));
    assert_eq!(fixture.samples().len(), 2 * 16_000, "what was written stays, and is valid");
    assert_eq!(fixture.send(crate::control::POSITION, 0, 0), Reply::Value(-1));
    assert_eq!(mod_message(device, MODM_DATA, user, 0x64_3C_90, 0), MMSYSERR_ERROR);
    assert_eq!(mod_message(device, MODM_CLOSE, user, 0, 0), MMSYSERR_ERROR);
    assert_eq!(mod_message(device, MODM_CLOSE, user, 0, 0), MMSYSERR_INVALHANDLE);
    assert!(fixture.synth.close(&Close::new(HANDLE, 0, 0)));
}

#[test]
fn a_refused_open_says_why() {
    let reason =
        |line: &str| Synth::open(&Open::new(HANDLE, Some(line), 0)).err().unwrap().reason().to_owned();
    assert!(reason("gain=2").starts_with("there is no setting \"gain\": the settings are out, rate"));
    assert!(reason("rate=12").starts_with("rate=12 is not a sampling rate"));
    let missing = reason("out=no/such/directory/a.wav");
    assert!(missing.starts_with("the file \"no/such/directory/a.wav\" cannot be written: "), "{missing}");
}

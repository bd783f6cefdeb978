//! Where the client's addresses are followed: all of this driver's `unsafe`.
//!
//! `modMessage` and the messages of [`control`](crate::control) get addresses as plain numbers. That they point to what
//! the message's documentation says, writable where it says so, and stay valid until the call returns, is the client's
//! promise, exactly as with any other C interface; a driver has no means to check it. What can be checked is checked
//! here: null, and sizes that are given along. Nothing assumes an alignment, since the headers pack their structures.

use crate::abi::{MidiHeader, MidiOutCaps, OpenDescription};
use opendriver_abi::{HDRVR, LPDRVCALLBACK};
use std::mem::offset_of;
use std::ptr::NonNull;

/// The description at the address that MODM_OPEN gets in `p1`; `None` for null.
pub(crate) fn open_description(address: usize) -> Option<OpenDescription> {
    let pointer = pointer::<OpenDescription>(address)?;
    // SAFETY: MODM_OPEN's client promises a MIDIOPENDESC there, of which this structure is the head.
    Some(unsafe { pointer.as_ptr().read_unaligned() })
}

/// Leaves the driver's value where MODM_OPEN's `user` points; says whether it could (not for null).
pub(crate) fn leave_value(address: usize, value: usize) -> bool {
    let Some(pointer) = pointer::<usize>(address) else { return false };
    // SAFETY: MODM_OPEN's client promises a DWORD_PTR there for the driver's value.
    unsafe { pointer.as_ptr().write_unaligned(value) };
    true
}

/// Leaves 32 bits where MODM_GETVOLUME's `p1` points; says whether it could (not for null).
pub(crate) fn leave_volume(address: usize, volume: u32) -> bool {
    let Some(pointer) = pointer::<u32>(address) else { return false };
    // SAFETY: MODM_GETVOLUME's client promises a DWORD there.
    unsafe { pointer.as_ptr().write_unaligned(volume) };
    true
}

/// Copies the first `size` bytes of the capabilities, all of them at most, to the address of MODM_GETDEVCAPS; says
/// whether it could (not for null). Clients of older systems know a shorter structure and give its size.
pub(crate) fn leave_caps(address: usize, size: usize, caps: &MidiOutCaps) -> bool {
    let Some(pointer) = pointer::<u8>(address) else { return false };
    let size = size.min(size_of::<MidiOutCaps>());
    // SAFETY: MODM_GETDEVCAPS's client promises `size` bytes there; the source is as long as the structure, which
    // bounds the size, and a local value of this driver, so they do not overlap.
    unsafe { std::ptr::from_ref(caps).cast::<u8>().copy_to_nonoverlapping(pointer.as_ptr(), size) };
    true
}

/// Copies a text into a client's buffer of `capacity` UTF-16 units, if it fits; nothing else.
pub(crate) fn leave_text(address: usize, capacity: usize, text: &[u16]) {
    let Some(pointer) = pointer::<u16>(address) else { return };
    if capacity < text.len() {
        return;
    }
    // SAFETY: the client promises `capacity` units there, of which `text.len()` are written; a text of this driver is
    // not in the client's buffer. Bytes are copied, so that the buffer need not be aligned.
    unsafe { text.as_ptr().cast::<u8>().copy_to_nonoverlapping(pointer.as_ptr().cast(), size_of_val(text)) };
}

/// A client's buffer of system exclusive bytes.
pub(crate) struct Buffer(NonNull<Head>);

/// The part of a [`MidiHeader`] up to its flags, which is all that this driver touches: what lies behind them differs
/// between systems and is the client's affair.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Head {
    data: *const u8,
    buffer_length: u32,
    bytes_recorded: u32,
    user: usize,
    flags: u32,
}

const _: () = assert!(offset_of!(Head, flags) == offset_of!(MidiHeader, flags));

impl Buffer {
    /// The buffer at `p1` of MODM_PREPARE, MODM_UNPREPARE and MODM_LONGDATA, whose `p2` is its size; `None` for null
    /// and for a size that ends before the flags do.
    pub(crate) fn at(address: usize, size: usize) -> Option<Buffer> {
        if size < size_of::<Head>() { None } else { pointer(address).map(Buffer) }
    }

    /// The `MHDR_*` flags.
    pub(crate) fn flags(&self) -> u32 {
        self.head().flags
    }

    /// Sets some flags and clears others.
    pub(crate) fn change_flags(&self, set: u32, clear: u32) {
        let flags = (self.flags() | set) & !clear;
        let place = self.0.as_ptr().wrapping_byte_add(offset_of!(Head, flags)).cast::<u32>();
        // SAFETY: the client promises a writable MIDIHDR there, at least up to its flags (see `at`).
        unsafe { place.write_unaligned(flags) };
    }

    /// A copy of the bytes: the client's memory may change as soon as a callback runs. `None` when there is no address
    /// for a length that is not zero.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        let Head { data, buffer_length, .. } = self.head();
        if buffer_length == 0 {
            return Some(Vec::new());
        }
        if data.is_null() {
            return None;
        }
        // SAFETY: MODM_LONGDATA's client promises `buffer_length` bytes at `data` that nobody writes to meanwhile.
        Some(unsafe { std::slice::from_raw_parts(data, buffer_length as usize) }.to_vec())
    }

    fn head(&self) -> Head {
        // SAFETY: the client promises a MIDIHDR there, at least up to its flags (see `at`); any bits are values of it.
        unsafe { self.0.as_ptr().read_unaligned() }
    }
}

/// Calls a client's callback function with `(device, message, user, param1, param2)`.
pub(crate) fn call_back(function: usize, device: usize, message: u32, user: usize, param1: usize) {
    let Some(pointer) = pointer::<()>(function) else { return };
    // SAFETY: a client that opens with CALLBACK_FUNCTION promises that the address is a function of this type.
    let function = unsafe { std::mem::transmute::<NonNull<()>, LPDRVCALLBACK>(pointer) };
    // SAFETY: the same promise says that the function can be called until the device is closed.
    unsafe { function(HDRVR(device), message, user, param1, 0) };
}

fn pointer<T>(address: usize) -> Option<NonNull<T>> {
    NonNull::new(std::ptr::with_exposed_provenance_mut(address))
}

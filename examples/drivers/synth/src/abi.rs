//! What a MIDI-out driver and its client agree on: the messages of `modMessage`, its results and its structures.
//!
//! The part of `mmddk.h` and `mmsystem.h` that this driver uses, under the names that stand there. Both headers pack
//! structures to one byte, so on 64-bit systems the pointers in them are not aligned. Numbers, sizes and offsets are
//! those of the public headers; the tests compare them with `windows-sys`.

/// The driver is asked to prepare itself, once, before any other message. Result: an `MMSYSERR_*` code.
pub const DRVM_INIT: u32 = 100;
/// The client will send no more messages.
pub const DRVM_EXIT: u32 = 101;
/// Stop using the hardware for a while (Windows 95).
pub const DRVM_DISABLE: u32 = 102;
/// Use the hardware again.
pub const DRVM_ENABLE: u32 = 103;
/// [`DRVM_INIT`] with a device interface name, later Windows.
pub const DRVM_INIT_EX: u32 = 104;

/// How many devices there are. The result is the number itself.
pub const MODM_GETNUMDEVS: u32 = 1;
/// Fill the [`MidiOutCaps`] at `p1`, of which `p2` bytes fit.
pub const MODM_GETDEVCAPS: u32 = 2;
/// Open a device: `user` is the address where the driver leaves a value of its own, which the client gives back as
/// `user` with each later message; `p1` is the address of an [`OpenDescription`]; `p2` holds the open flags.
pub const MODM_OPEN: u32 = 3;
/// Close it.
pub const MODM_CLOSE: u32 = 4;
/// Prepare the [`MidiHeader`] at `p1` (of size `p2`) for [`MODM_LONGDATA`].
pub const MODM_PREPARE: u32 = 5;
/// Undo [`MODM_PREPARE`].
pub const MODM_UNPREPARE: u32 = 6;
/// Play the short message in `p1`: status in the low byte, then the data bytes.
pub const MODM_DATA: u32 = 7;
/// Play the system exclusive bytes of the [`MidiHeader`] at `p1` (of size `p2`).
pub const MODM_LONGDATA: u32 = 8;
/// Release all notes.
pub const MODM_RESET: u32 = 9;
/// Leave the device volume in the 32 bits at address `p1`: left in the low half, right in the high half.
pub const MODM_GETVOLUME: u32 = 10;
/// Set the device volume to `p1`.
pub const MODM_SETVOLUME: u32 = 11;

/// To the client's callback: the device is open.
pub const MOM_OPEN: u32 = 0x3C7;
/// To the client's callback: the device is closed.
pub const MOM_CLOSE: u32 = 0x3C8;
/// To the client's callback: the buffer whose address is `param1` has been played.
pub const MOM_DONE: u32 = 0x3C9;

/// It went well.
pub const MMSYSERR_NOERROR: u32 = 0;
/// It did not, for a reason without a number: here, the file cannot be written.
pub const MMSYSERR_ERROR: u32 = 1;
/// There is no device of that number.
pub const MMSYSERR_BADDEVICEID: u32 = 2;
/// The device is open already.
pub const MMSYSERR_ALLOCATED: u32 = 4;
/// The `user` value is not one that this driver has given out, or its device has been closed.
pub const MMSYSERR_INVALHANDLE: u32 = 5;
/// This driver does not do that.
pub const MMSYSERR_NOTSUPPORTED: u32 = 8;
/// A parameter is wrong: a null address, a size too small, bytes that are no message.
pub const MMSYSERR_INVALPARAM: u32 = 11;
/// The buffer has not been prepared.
pub const MIDIERR_UNPREPARED: u32 = 64;
/// The buffer is still being played.
pub const MIDIERR_STILLPLAYING: u32 = 65;

/// In [`MidiHeader::flags`]: the driver is done with the buffer.
pub const MHDR_DONE: u32 = 0x1;
/// In [`MidiHeader::flags`]: the buffer is prepared.
pub const MHDR_PREPARED: u32 = 0x2;
/// In [`MidiHeader::flags`]: the driver has the buffer.
pub const MHDR_INQUEUE: u32 = 0x4;

/// In [`MidiOutCaps::technology`]: a synthesiser in software.
pub const MOD_SWSYNTH: u16 = 7;
/// In [`MidiOutCaps::support`]: the device has a volume of its own.
pub const MIDICAPS_VOLUME: u32 = 0x1;
/// In [`MidiOutCaps::support`]: the volume has two sides.
pub const MIDICAPS_LRVOLUME: u32 = 0x2;
/// Manufacturer and product of a driver that nobody has registered.
pub const UNMAPPED: u16 = 0xFFFF;

/// A buffer of system exclusive bytes. 64 bytes on 32-bit systems, 112 on 64-bit ones.
#[doc(alias = "MIDIHDR")]
#[derive(Debug, Clone, Copy)]
#[repr(C, packed)]
pub struct MidiHeader {
    /// Address of the bytes.
    pub data: *mut u8,
    /// How many there are.
    pub buffer_length: u32,
    /// For input: how many have been received.
    pub bytes_recorded: u32,
    /// The client's own.
    pub user: usize,
    /// `MHDR_*`.
    pub flags: u32,
    /// Reserved for the driver.
    pub next: *mut MidiHeader,
    /// Reserved.
    pub reserved: usize,
    /// For streams.
    pub offset: u32,
    /// Reserved.
    pub reserved_array: [usize; 8],
}

/// What a device can do, with its name in UTF-16. 84 bytes everywhere.
#[doc(alias = "MIDIOUTCAPSW")]
#[derive(Debug, Clone, Copy)]
#[repr(C, packed)]
pub struct MidiOutCaps {
    /// The manufacturer's number.
    pub manufacturer: u16,
    /// The product's number.
    pub product: u16,
    /// The driver's version: major in the second byte, minor in the first.
    pub version: u32,
    /// The name for users, ended by a zero.
    pub name: [u16; 32],
    /// `MOD_*`.
    pub technology: u16,
    /// Voices of a synthesiser.
    pub voices: u16,
    /// Notes that can sound at a time.
    pub notes: u16,
    /// The channels it answers on, one bit for each.
    pub channels: u16,
    /// `MIDICAPS_*`.
    pub support: u32,
}

/// The head of what `MODM_OPEN` gets; a list of stream numbers follows in the header, which this driver has no use for.
#[doc(alias = "MIDIOPENDESC")]
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed)]
pub struct OpenDescription {
    /// The client's handle of the device, for callbacks.
    pub handle: usize,
    /// The callback, of the kind that the open flags tell.
    pub callback: usize,
    /// The client's value for callbacks.
    pub instance: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;
    use windows_sys::Win32::Media as media;
    use windows_sys::Win32::Media::Audio as audio;

    #[test]
    fn structures_are_laid_out_as_in_the_headers() {
        assert_eq!(size_of::<MidiHeader>(), size_of::<audio::MIDIHDR>());
        assert_eq!(offset_of!(MidiHeader, buffer_length), offset_of!(audio::MIDIHDR, dwBufferLength));
        assert_eq!(offset_of!(MidiHeader, flags), offset_of!(audio::MIDIHDR, dwFlags));
        assert_eq!(offset_of!(MidiHeader, reserved_array), offset_of!(audio::MIDIHDR, dwReserved));
        assert_eq!(size_of::<MidiOutCaps>(), size_of::<audio::MIDIOUTCAPSW>());
        assert_eq!(offset_of!(MidiOutCaps, name), offset_of!(audio::MIDIOUTCAPSW, szPname));
        assert_eq!(offset_of!(MidiOutCaps, technology), offset_of!(audio::MIDIOUTCAPSW, wTechnology));
        assert_eq!(offset_of!(MidiOutCaps, channels), offset_of!(audio::MIDIOUTCAPSW, wChannelMask));
        assert_eq!(offset_of!(MidiOutCaps, support), offset_of!(audio::MIDIOUTCAPSW, dwSupport));
        assert_eq!(size_of::<OpenDescription>(), 3 * size_of::<usize>());
    }

    #[test]
    fn numbers_are_those_of_the_headers() {
        use audio::{MIDIERR_STILLPLAYING, MIDIERR_UNPREPARED};
        use media::Multimedia::*;
        use media::*;
        macro_rules! same {
            ($($name:ident),* $(,)?) => { $(assert_eq!(super::$name, $name, stringify!($name));)* };
        }
        same!(DRVM_INIT, DRVM_EXIT, DRVM_DISABLE, DRVM_ENABLE, DRVM_INIT_EX);
        same!(MODM_GETNUMDEVS, MODM_GETDEVCAPS, MODM_OPEN, MODM_CLOSE, MODM_PREPARE, MODM_UNPREPARE);
        same!(MODM_DATA, MODM_LONGDATA, MODM_RESET, MODM_GETVOLUME, MODM_SETVOLUME);
        same!(
            MMSYSERR_NOERROR,
            MMSYSERR_ERROR,
            MMSYSERR_BADDEVICEID,
            MMSYSERR_ALLOCATED,
            MMSYSERR_INVALHANDLE
        );
        same!(MMSYSERR_NOTSUPPORTED, MMSYSERR_INVALPARAM, MIDIERR_UNPREPARED, MIDIERR_STILLPLAYING);
        assert_eq!((MOM_OPEN, MOM_CLOSE, MOM_DONE), (MM_MOM_OPEN, MM_MOM_CLOSE, MM_MOM_DONE));
        assert_eq!(
            (MHDR_DONE, MHDR_PREPARED, MHDR_INQUEUE),
            (audio::MHDR_DONE, audio::MHDR_PREPARED, audio::MHDR_INQUEUE)
        );
        assert_eq!((MIDICAPS_VOLUME, MIDICAPS_LRVOLUME), (audio::MIDICAPS_VOLUME, audio::MIDICAPS_LRVOLUME));
        assert_eq!(u32::from(MOD_SWSYNTH), audio::MOD_SWSYNTH);
    }
}

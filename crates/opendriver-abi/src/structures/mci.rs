//! What travels with the opening of a media control driver.

use super::layout::layout;

/// `lParam2` of [`DRV_OPEN`](crate::DRV_OPEN) for media control (MCI) drivers. Packed to one byte.
///
/// The driver sets `wCustomCommandTable` and `wType` and returns the device identifier. Offsets, 32-bit / 64-bit:
/// `wDeviceID` 0 / 0, `lpstrParams` 4 / 4, `wCustomCommandTable` 8 / 12, `wType` 12 / 16; size 16 / 20.
#[doc(alias = "LPMCI_OPEN_DRIVER_PARMS")]
#[repr(C, packed)]
#[derive(Clone, Copy, Debug)]
pub struct MCI_OPEN_DRIVER_PARMS {
    /// In: the MCI device identifier, counted from 1.
    pub wDeviceID: u32,
    /// In: the parameters again. The NT DDK says equal to `lParam1`; Wine always passes null.
    pub lpstrParams: *const u16,
    /// Out: the custom command table, or [`MCI_NO_COMMAND_TABLE`].
    pub wCustomCommandTable: u32,
    /// Out: the kind of device, one of `MCI_DEVTYPE_*`.
    pub wType: u32,
}

layout!(MCI_OPEN_DRIVER_PARMS: 16 / 20 {
    wDeviceID: 0 / 0,
    lpstrParams: 4 / 4,
    wCustomCommandTable: 8 / 12,
    wType: 12 / 16,
});

/// "No custom command table". 0xFFFF is also met, from Wine's headers, so compare the lower 16 bits only.
pub const MCI_NO_COMMAND_TABLE: u32 = u32::MAX;

/// Kind of device: video cassette recorder.
pub const MCI_DEVTYPE_VCR: u32 = 513;
/// Kind of device: video disc player.
pub const MCI_DEVTYPE_VIDEODISC: u32 = 514;
/// Kind of device: video overlay.
pub const MCI_DEVTYPE_OVERLAY: u32 = 515;
/// Kind of device: audio compact disc.
pub const MCI_DEVTYPE_CD_AUDIO: u32 = 516;
/// Kind of device: digital audio tape.
pub const MCI_DEVTYPE_DAT: u32 = 517;
/// Kind of device: image scanner.
pub const MCI_DEVTYPE_SCANNER: u32 = 518;
/// Kind of device: animation.
pub const MCI_DEVTYPE_ANIMATION: u32 = 519;
/// Kind of device: digital video.
pub const MCI_DEVTYPE_DIGITAL_VIDEO: u32 = 520;
/// Kind of device: something else.
pub const MCI_DEVTYPE_OTHER: u32 = 521;
/// Kind of device: wave audio.
pub const MCI_DEVTYPE_WAVEFORM_AUDIO: u32 = 522;
/// Kind of device: MIDI sequencer.
pub const MCI_DEVTYPE_SEQUENCER: u32 = 523;
/// Kinds from here up belong to drivers.
pub const MCI_DEVTYPE_FIRST_USER: u32 = 0x1000;

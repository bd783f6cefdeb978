//! Every numeric constant of the crate by name, for the tests that compare with headers.

use opendriver_abi::*;

macro_rules! constants {
    ($($name:ident)*) => {
        /// Name and value of all constants besides the messages.
        pub(crate) const CONSTANTS: &[(&str, i64)] = &[$((stringify!($name), $name as i64),)*];
    };
}

constants! {
    DCB_NULL DCB_WINDOW DCB_TASK DCB_FUNCTION DCB_EVENT DCB_TYPEMASK DCB_NOSWITCH
    CALLBACK_SHIFT CALLBACK_NULL CALLBACK_WINDOW CALLBACK_TASK CALLBACK_THREAD CALLBACK_FUNCTION CALLBACK_EVENT
    CALLBACK_TYPEMASK
    DRVCNF_CANCEL DRVCNF_OK DRVCNF_RESTART DRV_CANCEL DRV_OK DRV_RESTART DRV_SUCCESS DRV_FAILURE
    DRVEA_NORMALEXIT DRVEA_ABNORMALEXIT
    PWR_SUSPENDREQUEST PWR_SUSPENDRESUME PWR_CRITICALRESUME PWR_OK PWR_FAIL
    DRIVER_FLAGS_OPEN DRIVER_FLAGS_16BIT DRIVER_FLAGS_MASK DRIVER_FLAGS_SESSION
    GND_FORWARD GND_FIRSTINSTANCEONLY GND_REVERSE
    TEXT_UTF16 TEXT_ANSI TEXT_UTF8
    ICTYPE_VIDEO ICTYPE_AUDIO ICTYPE_VIDEO_CAPTURE ICVERSION
    ICMODE_COMPRESS ICMODE_DECOMPRESS ICMODE_FASTDECOMPRESS ICMODE_QUERY ICMODE_FASTCOMPRESS ICMODE_DRAW
    MCI_NO_COMMAND_TABLE MCI_DEVTYPE_VCR MCI_DEVTYPE_VIDEODISC MCI_DEVTYPE_OVERLAY MCI_DEVTYPE_CD_AUDIO
    MCI_DEVTYPE_DAT MCI_DEVTYPE_SCANNER MCI_DEVTYPE_ANIMATION MCI_DEVTYPE_DIGITAL_VIDEO MCI_DEVTYPE_OTHER
    MCI_DEVTYPE_WAVEFORM_AUDIO MCI_DEVTYPE_SEQUENCER MCI_DEVTYPE_FIRST_USER
}

/// All constants, messages included.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, i64)> {
    MESSAGES.iter().map(|entry| (entry.name, i64::from(entry.number))).chain(CONSTANTS.iter().copied())
}

/// Constants that stand in no header of the Win32 era, or only in headers that cannot be included beside the others:
/// Windows 3.1's, the inventions of this project, and a few the two oracles happen to lack.
pub(crate) const IN_NO_HEADER: &[&str] = &[
    "DRV_EXITAPPLICATION",
    "DRV_QUERYDRVENTRY",
    "DRV_QUERYNAME",
    "DRV_QUERYDRIVERIDS",
    "DRV_SUCCESS",
    "DRV_FAILURE",
    "DRVEA_NORMALEXIT",
    "DRVEA_ABNORMALEXIT",
    "CALLBACK_SHIFT",
    "DRIVER_FLAGS_OPEN",
    "DRIVER_FLAGS_16BIT",
    "DRIVER_FLAGS_MASK",
    "DRIVER_FLAGS_SESSION",
    "GND_FORWARD",
    "GND_FIRSTINSTANCEONLY",
    "GND_REVERSE",
    "TEXT_UTF16",
    "TEXT_ANSI",
    "TEXT_UTF8",
    "ICTYPE_VIDEO_CAPTURE",
];

#[test]
fn the_list_is_complete() {
    let sources = [
        include_str!("../../src/callback.rs"),
        include_str!("../../src/results.rs"),
        include_str!("../../src/text.rs"),
        include_str!("../../src/types.rs"),
        include_str!("../../src/structures/codecs.rs"),
        include_str!("../../src/structures/config.rs"),
        include_str!("../../src/structures/mci.rs"),
    ];
    let mut written = 0;
    for line in sources.iter().flat_map(|source| source.lines()) {
        // Constants of types have an indent and do not begin the line.
        let Some((name, value)) = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(':'))
        else {
            continue;
        };
        if name.starts_with("fn ") || value.trim_start().starts_with("&str") {
            continue;
        }
        assert!(CONSTANTS.iter().any(|(listed, _)| *listed == name), "{name} is missing in the list");
        written += 1;
    }
    assert_eq!(written, CONSTANTS.len());
}

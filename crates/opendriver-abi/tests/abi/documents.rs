//! Row by row against the documents. The numbers are written out, so that a slip in a formula shows.

use opendriver_abi::*;

#[test]
fn messages_have_their_documented_numbers() {
    // DRV_MESSAGE_LIST: Windows 3.1 SDK, current SDK header; the queries and DRV_PNPINSTALL from mmddk.h.
    let rows = [
        (0x0001, "DRV_LOAD"),
        (0x0002, "DRV_ENABLE"),
        (0x0003, "DRV_OPEN"),
        (0x0004, "DRV_CLOSE"),
        (0x0005, "DRV_DISABLE"),
        (0x0006, "DRV_FREE"),
        (0x0007, "DRV_CONFIGURE"),
        (0x0008, "DRV_QUERYCONFIGURE"),
        (0x0009, "DRV_INSTALL"),
        (0x000A, "DRV_REMOVE"),
        (0x000B, "DRV_EXITSESSION"),
        (0x000C, "DRV_EXITAPPLICATION"),
        (0x000F, "DRV_POWER"),
        (0x080B, "DRV_PNPINSTALL"),
        (0x0800, "DRV_RESERVED"),
        (0x0800, "DRV_MCI_FIRST"),
        (0x17FF, "DRV_MCI_LAST"),
        (0x4000, "DRV_USER"),
        (0x0801, "DRV_QUERYDRVENTRY"),
        (0x0802, "DRV_QUERYDEVNODE"),
        (0x0803, "DRV_QUERYNAME"),
        (0x0804, "DRV_QUERYDRIVERIDS"),
        (0x0805, "DRV_QUERYMAPPABLE"),
        (0x0809, "DRV_QUERYMODULE"),
        (0x080C, "DRV_QUERYDEVICEINTERFACE"),
        (0x080D, "DRV_QUERYDEVICEINTERFACESIZE"),
        (0x080E, "DRV_QUERYSTRINGID"),
        (0x080F, "DRV_QUERYSTRINGIDSIZE"),
        (0x0810, "DRV_QUERYIDFROMSTRINGID"),
        (0x0811, "DRV_QUERYFUNCTIONINSTANCEID"),
        (0x0812, "DRV_QUERYFUNCTIONINSTANCEIDSIZE"),
    ];
    let table: Vec<_> = MESSAGES.iter().map(|entry| (entry.number, entry.name)).collect();
    assert_eq!(table, rows);
    for (number, name) in rows {
        assert_eq!(message_number(name), Some(number));
    }
}

#[test]
fn numbers_have_the_names_that_mean_the_same_to_every_driver() {
    let named: Vec<_> = (0..=0x5000).filter_map(|number| Some((number, message_name(number)?))).collect();
    assert_eq!(
        named,
        [
            (0x0001, "DRV_LOAD"),
            (0x0002, "DRV_ENABLE"),
            (0x0003, "DRV_OPEN"),
            (0x0004, "DRV_CLOSE"),
            (0x0005, "DRV_DISABLE"),
            (0x0006, "DRV_FREE"),
            (0x0007, "DRV_CONFIGURE"),
            (0x0008, "DRV_QUERYCONFIGURE"),
            (0x0009, "DRV_INSTALL"),
            (0x000A, "DRV_REMOVE"),
            (0x000B, "DRV_EXITSESSION"),
            (0x000C, "DRV_EXITAPPLICATION"),
            (0x000F, "DRV_POWER"),
            (0x0800, "DRV_RESERVED"),
            (0x080B, "DRV_PNPINSTALL"),
            (0x17FF, "DRV_MCI_LAST"),
            (0x4000, "DRV_USER"),
        ]
    );
}

#[test]
fn result_constants_have_their_documented_values() {
    assert_eq!([DRVCNF_CANCEL, DRVCNF_OK, DRVCNF_RESTART], [0, 1, 2]);
    assert_eq!([DRV_CANCEL, DRV_OK, DRV_RESTART], [0, 1, 2]);
    assert_eq!([DRV_SUCCESS, DRV_FAILURE], [1, 0]);
    assert_eq!([DRVEA_NORMALEXIT, DRVEA_ABNORMALEXIT], [1, 2]);
    assert_eq!([PWR_SUSPENDREQUEST, PWR_SUSPENDRESUME, PWR_CRITICALRESUME], [1, 2, 3]);
    assert_eq!([PWR_OK, PWR_FAIL], [1, -1]);
}

#[test]
fn callback_and_enumeration_flags_have_their_documented_values() {
    assert_eq!([DCB_NULL, DCB_WINDOW, DCB_TASK, DCB_FUNCTION, DCB_EVENT], [0, 1, 2, 3, 5]);
    assert_eq!([DCB_TYPEMASK, DCB_NOSWITCH], [7, 8]);
    assert_eq!([CALLBACK_FUNCTION, CALLBACK_EVENT, CALLBACK_TYPEMASK], [0x30000, 0x50000, 0x70000]);
    assert_eq!([GND_FORWARD, GND_FIRSTINSTANCEONLY, GND_REVERSE], [0, 1, 2]);
    assert_eq!([DRIVER_FLAGS_OPEN, DRIVER_FLAGS_16BIT], [0x8000_0000, 0x1000_0000]);
    assert_eq!(
        (DRIVER_FLAGS_OPEN | DRIVER_FLAGS_16BIT | DRIVER_FLAGS_SESSION) & DRIVER_FLAGS_MASK,
        0x9000_0000
    );
}

#[test]
fn the_default_procedure_answers_as_documented() {
    let ones = [DRV_LOAD, DRV_ENABLE, DRV_DISABLE, DRV_FREE, DRV_INSTALL, DRV_REMOVE];
    let zeros = [
        DRV_OPEN,
        DRV_CLOSE,
        DRV_CONFIGURE,
        DRV_QUERYCONFIGURE,
        DRV_EXITSESSION,
        DRV_EXITAPPLICATION,
        DRV_POWER,
        0x0D,
        0x0E,
        0,
    ];
    assert_eq!(ones.len() + zeros.len(), 16, "all of 0 to 0x0F");
    assert!(ones.iter().all(|&message| default_result(message) == 1));
    assert!(zeros.iter().all(|&message| default_result(message) == 0));
    assert!((0x10..=0x1_0000).chain([u32::MAX]).all(|message| default_result(message) == 0));
}

#[test]
fn structures_have_their_documented_offsets() {
    type Row = (&'static str, usize, usize);
    let expected: [(Row, &[Row]); 7] = [
        (
            ("DRVCONFIGINFO", 12, 20),
            &[("dwDCISize", 0, 0), ("lpszDCISectionName", 4, 4), ("lpszDCIAliasName", 8, 12)],
        ),
        (
            ("DRVCONFIGINFOEX", 16, 24),
            &[
                ("dwDCISize", 0, 0),
                ("lpszDCISectionName", 4, 4),
                ("lpszDCIAliasName", 8, 12),
                ("dnDevNode", 12, 20),
            ],
        ),
        (
            ("DRIVERINFOSTRUCT", 134, 134),
            &[("length", 0, 0), ("hDriver", 2, 2), ("hModule", 4, 4), ("szAliasName", 6, 6)],
        ),
        (
            ("MCI_OPEN_DRIVER_PARMS", 16, 20),
            &[("wDeviceID", 0, 0), ("lpstrParams", 4, 4), ("wCustomCommandTable", 8, 12), ("wType", 12, 16)],
        ),
        (
            ("ICOPEN", 36, 56),
            &[
                ("dwSize", 0, 0),
                ("fccType", 4, 4),
                ("fccHandler", 8, 8),
                ("dwVersion", 12, 12),
                ("dwFlags", 16, 16),
                ("dwError", 20, 24),
                ("pV1Reserved", 24, 32),
                ("pV2Reserved", 28, 40),
                ("dnDevNode", 32, 48),
            ],
        ),
        (("ACMDRVOPENDESCA", 36, 44), ACM),
        (("ACMDRVOPENDESCW", 36, 44), ACM),
    ];
    const ACM: &[Row] = &[
        ("cbStruct", 0, 0),
        ("fccType", 4, 4),
        ("fccComp", 8, 8),
        ("dwVersion", 12, 12),
        ("dwFlags", 16, 16),
        ("dwError", 20, 20),
        ("pszSectionName", 24, 24),
        ("pszAliasName", 28, 32),
        ("dnDevNode", 32, 40),
    ];
    assert_eq!(LAYOUTS.len(), expected.len());
    for (layout, (whole, fields)) in LAYOUTS.iter().zip(expected) {
        assert_eq!((layout.name, layout.size32, layout.size64), whole);
        let table: Vec<_> =
            layout.fields.iter().map(|field| (field.name, field.offset32, field.offset64)).collect();
        assert_eq!(table, fields, "{}", layout.name);
    }
    assert_eq!(ICOPEN::LAYOUT.field("dwError").map(|field| field.offset64), Some(24));
    assert_eq!(ICOPEN::LAYOUT.field("dwerror"), None);
}

#[test]
fn scalars_have_the_widths_of_the_machine() {
    let pointer = size_of::<*const ()>();
    assert_eq!(
        [size_of::<HDRVR>(), size_of::<LPARAM>(), size_of::<LRESULT>(), size_of::<DriverId>()],
        [pointer; 4]
    );
    assert_eq!(
        [size_of::<DRIVERPROC>(), size_of::<DRIVERMSGPROC>(), size_of::<LPDRVCALLBACK>()],
        [pointer; 3]
    );
}

//! Against the crate windows-sys, which Microsoft generates from its metadata.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::mem::{align_of, offset_of, size_of};

use opendriver_abi as ours;
use windows_sys::Win32::Media::{self, Audio, Multimedia};
use windows_sys::Win32::UI::WindowsAndMessaging;

macro_rules! theirs {
    ($($module:ident: $($name:ident)*;)*) => {
        &[$($((stringify!($name), $module::$name as i64),)*)*]
    };
}

/// All constants of ours that windows-sys has, too.
const THEIRS: &[(&str, i64)] = theirs! {
    Multimedia:
        DRV_LOAD DRV_ENABLE DRV_OPEN DRV_CLOSE DRV_DISABLE DRV_FREE DRV_CONFIGURE DRV_QUERYCONFIGURE DRV_INSTALL
        DRV_REMOVE DRV_EXITSESSION DRV_POWER DRV_PNPINSTALL DRV_RESERVED DRV_MCI_FIRST DRV_MCI_LAST DRV_USER
        DRV_QUERYDEVNODE DRV_QUERYMAPPABLE DRV_QUERYMODULE DRV_QUERYDEVICEINTERFACE DRV_QUERYDEVICEINTERFACESIZE
        DRV_QUERYSTRINGID DRV_QUERYSTRINGIDSIZE DRV_QUERYIDFROMSTRINGID DRV_QUERYFUNCTIONINSTANCEID
        DRV_QUERYFUNCTIONINSTANCEIDSIZE
        DCB_NULL DCB_WINDOW DCB_TASK DCB_FUNCTION DCB_EVENT DCB_TYPEMASK DCB_NOSWITCH
        DRVCNF_CANCEL DRVCNF_OK DRVCNF_RESTART DRV_CANCEL DRV_OK DRV_RESTART
        ICVERSION ICMODE_COMPRESS ICMODE_DECOMPRESS ICMODE_FASTDECOMPRESS ICMODE_QUERY ICMODE_FASTCOMPRESS ICMODE_DRAW
        MCI_DEVTYPE_VCR MCI_DEVTYPE_VIDEODISC MCI_DEVTYPE_OVERLAY MCI_DEVTYPE_CD_AUDIO MCI_DEVTYPE_DAT
        MCI_DEVTYPE_SCANNER MCI_DEVTYPE_ANIMATION MCI_DEVTYPE_DIGITAL_VIDEO MCI_DEVTYPE_OTHER
        MCI_DEVTYPE_WAVEFORM_AUDIO MCI_DEVTYPE_SEQUENCER MCI_DEVTYPE_FIRST_USER;
    Audio:
        CALLBACK_NULL CALLBACK_WINDOW CALLBACK_TASK CALLBACK_THREAD CALLBACK_FUNCTION CALLBACK_EVENT CALLBACK_TYPEMASK;
    WindowsAndMessaging:
        PWR_SUSPENDREQUEST PWR_SUSPENDRESUME PWR_CRITICALRESUME PWR_OK PWR_FAIL;
};

/// Macros of the C headers that the metadata has not.
const ONLY_IN_C: &[&str] = &["ICTYPE_VIDEO", "ICTYPE_AUDIO", "MCI_NO_COMMAND_TABLE"];

#[test]
fn constants_are_equal() {
    for (name, ours) in crate::constants::all() {
        match THEIRS.iter().find(|(theirs, _)| *theirs == name) {
            Some((_, theirs)) => assert_eq!(ours, *theirs, "{name}"),
            None => {
                let excused = crate::constants::IN_NO_HEADER.contains(&name) || ONLY_IN_C.contains(&name);
                assert!(excused, "{name} is compared with nothing");
            }
        }
    }
    let names: BTreeSet<_> = crate::constants::all().map(|(name, _)| name).collect();
    assert!(THEIRS.iter().all(|(name, _)| names.contains(name)));
}

macro_rules! same_layout {
    ($($module:ident::$name:ident { $($field:ident)* })*) => {$(
        assert_eq!(size_of::<ours::$name>(), size_of::<$module::$name>(), stringify!($name));
        assert_eq!(align_of::<ours::$name>(), align_of::<$module::$name>(), stringify!($name));
        $(assert_eq!(
            offset_of!(ours::$name, $field),
            offset_of!($module::$name, $field),
            concat!(stringify!($name), ".", stringify!($field)),
        );)*
        // No field was forgotten here.
        let listed: &[&str] = &[$(stringify!($field)),*];
        let fields: Vec<_> = ours::$name::LAYOUT.fields.iter().map(|field| field.name).collect();
        assert_eq!(listed, fields);
    )*};
}

#[test]
fn structures_have_the_same_layout() {
    same_layout! {
        Multimedia::DRVCONFIGINFO { dwDCISize lpszDCISectionName lpszDCIAliasName }
        Multimedia::DRVCONFIGINFOEX { dwDCISize lpszDCISectionName lpszDCIAliasName dnDevNode }
        Multimedia::MCI_OPEN_DRIVER_PARMS { wDeviceID lpstrParams wCustomCommandTable wType }
        Multimedia::ICOPEN {
            dwSize fccType fccHandler dwVersion dwFlags dwError pV1Reserved pV2Reserved dnDevNode
        }
        Audio::ACMDRVOPENDESCA {
            cbStruct fccType fccComp dwVersion dwFlags dwError pszSectionName pszAliasName dnDevNode
        }
        Audio::ACMDRVOPENDESCW {
            cbStruct fccType fccComp dwVersion dwFlags dwError pszSectionName pszAliasName dnDevNode
        }
    }
}

/// The types of five parameters and a result.
type Types = [TypeId; 6];

/// The types in a procedure of theirs, which may be null.
fn theirs<A, B, C, D, E, R>(_: PhantomData<Option<unsafe extern "system" fn(A, B, C, D, E) -> R>>) -> Types
where
    (A, B, C, D, E, R): 'static,
{
    ours(PhantomData::<unsafe extern "system" fn(A, B, C, D, E) -> R>)
}

/// The types in a procedure of ours.
fn ours<A, B, C, D, E, R>(_: PhantomData<unsafe extern "system" fn(A, B, C, D, E) -> R>) -> Types
where
    (A, B, C, D, E, R): 'static,
{
    let ids = [TypeId::of::<A>(), TypeId::of::<B>(), TypeId::of::<C>(), TypeId::of::<D>(), TypeId::of::<E>()];
    let [a, b, c, d, e] = ids;
    [a, b, c, d, e, TypeId::of::<R>()]
}

#[test]
fn procedures_differ_only_in_the_type_of_the_handle() {
    // Their handle is a pointer, ours a number of the same width.
    assert_eq!(size_of::<ours::HDRVR>(), size_of::<Multimedia::HDRVR>());
    let with_our_handle = |types: Types| {
        types.map(|id| if id == TypeId::of::<Multimedia::HDRVR>() { TypeId::of::<ours::HDRVR>() } else { id })
    };
    let driver = theirs(PhantomData::<Multimedia::DRIVERPROC>);
    assert_ne!(ours(PhantomData::<ours::DRIVERPROC>), driver);
    assert_eq!(ours(PhantomData::<ours::DRIVERPROC>), with_our_handle(driver));
    let callback = theirs(PhantomData::<Media::LPDRVCALLBACK>);
    assert_eq!(ours(PhantomData::<ours::LPDRVCALLBACK>), with_our_handle(callback));
    let entry = theirs(PhantomData::<Multimedia::DRIVERMSGPROC>);
    assert_eq!(ours(PhantomData::<ours::DRIVERMSGPROC>), entry);
}

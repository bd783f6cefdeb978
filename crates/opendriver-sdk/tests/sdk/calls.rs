//! A manager reduced to its calls. Each test has a driver type of its own, so tests do not see each other.

use std::ptr;

use opendriver_sdk::abi::{
    DRIVERPROC, DRV_CLOSE, DRV_OPEN, DRVCONFIGINFO, DRVCONFIGINFOEX, HDRVR, LPARAM, LRESULT,
};
use opendriver_sdk::{Driver, driver_proc};

/// The handle used where a test does not care.
pub(crate) const HANDLE: HDRVR = HDRVR(0x1_0001);

/// A driver's procedure, and the addresses a manager would pass to it.
#[derive(Clone, Copy)]
pub(crate) struct Procedure(DRIVERPROC);

pub(crate) fn procedure<T: Driver>() -> Procedure {
    Procedure(driver_proc::<T>())
}

impl Procedure {
    /// Any message whose parameters are plain numbers.
    pub(crate) fn send(self, id: LRESULT, number: u32, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT {
        // SAFETY: no test passes a number here where the message wants an address.
        unsafe { self.0(id as usize, HANDLE, number, lparam1, lparam2) }
    }

    pub(crate) fn open(self, parameters: Option<&str>, lparam2: LPARAM) -> LRESULT {
        let units: Option<Vec<u16>> = parameters.map(|text| text.encode_utf16().chain([0]).collect());
        self.open_units(units.as_deref(), HANDLE, lparam2)
    }

    pub(crate) fn open_as(self, handle: HDRVR) -> LRESULT {
        self.open_units(None, handle, 0)
    }

    /// `units` must end with a zero.
    pub(crate) fn open_units(self, units: Option<&[u16]>, handle: HDRVR, lparam2: LPARAM) -> LRESULT {
        let address = units.map_or(ptr::null(), |units| {
            assert_eq!(units.last(), Some(&0));
            units.as_ptr()
        });
        // SAFETY: terminated text or null.
        unsafe { self.0(0, handle, DRV_OPEN, address.expose_provenance() as LPARAM, lparam2) }
    }

    /// Text at an odd address.
    pub(crate) fn open_unaligned(self, text: &str) -> LRESULT {
        let mut bytes: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_ne_bytes).collect();
        bytes.insert(0, 0);
        bytes.insert(0, 0);
        // One of two neighbouring places is odd; the text goes to that one.
        let start = if bytes.as_ptr().addr().is_multiple_of(2) { 1 } else { 2 };
        bytes.copy_within(2.., start);
        let address = bytes[start..].as_ptr();
        assert!(!address.addr().is_multiple_of(2));
        // SAFETY: terminated text, and its alignment does not matter.
        unsafe { self.0(0, HANDLE, DRV_OPEN, address.expose_provenance() as LPARAM, 0) }
    }

    pub(crate) fn close(self, id: LRESULT) -> LRESULT {
        self.send(id, DRV_CLOSE, 0, 0)
    }

    /// `DRV_CONFIGURE` or `DRV_INSTALL` with a structure that says it has `size` bytes.
    pub(crate) fn configure(
        self,
        id: LRESULT,
        number: u32,
        size: usize,
        section: Option<&str>,
        alias: Option<&str>,
    ) -> LRESULT {
        assert!(size <= size_of::<DRVCONFIGINFOEX>() || size == 1000, "1000 stands for a longer, later form");
        let text = |text: Option<&str>| text.map(|text| text.encode_utf16().chain([0]).collect::<Vec<u16>>());
        let (section, alias) = (text(section), text(alias));
        let address = |text: &Option<Vec<u16>>| text.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        let info = DRVCONFIGINFOEX {
            dwDCISize: size as u32,
            lpszDCISectionName: address(&section),
            lpszDCIAliasName: address(&alias),
            dnDevNode: 0x1234,
        };
        assert_eq!(size_of::<DRVCONFIGINFO>() + 4, size_of::<DRVCONFIGINFOEX>());
        let info = &raw const info;
        // SAFETY: the structure is there, and the SDK reads no more of it than exists in its longest known form.
        unsafe { self.0(id as usize, HANDLE, number, 0x77, info.expose_provenance() as LPARAM) }
    }
}

//! What a driver is asked, and its answers.

use crate::abi::{
    self, DRVCNF_CANCEL, DRVCNF_OK, DRVCNF_RESTART, DRVEA_ABNORMALEXIT, DRVEA_NORMALEXIT, HDRVR, LPARAM,
    LRESULT, MessageName,
};

/// `DRV_OPEN`: what the opener gave.
#[derive(Clone, Debug)]
pub struct Open<'a> {
    handle: HDRVR,
    parameters: Option<&'a str>,
    lparam2: LPARAM,
}

impl<'a> Open<'a> {
    /// An open as a manager would send it; drivers need this only in their own tests.
    ///
    /// Empty parameters count as none.
    #[must_use]
    pub fn new(handle: HDRVR, parameters: Option<&'a str>, lparam2: LPARAM) -> Self {
        Open { handle, parameters: parameters.filter(|text| !text.is_empty()), lparam2 }
    }

    /// The text after the file name in the SYSTEM.INI line or in the name given to `OpenDriver`; `None` when there is
    /// none. Leading blanks are gone, trailing ones are not.
    ///
    /// A null pointer and an empty string, which Windows says drivers should accept alike, are both `None`. Halves of UTF-16
    /// pairs that stand alone became U+FFFD.
    #[must_use]
    pub fn parameters(&self) -> Option<&'a str> {
        self.parameters
    }

    /// The opener's own value, untouched: an address of a structure of the driver's class such as
    /// [`ICOPEN`](crate::abi::ICOPEN), a small number, or 0.
    #[must_use]
    pub fn lparam2(&self) -> LPARAM {
        self.lparam2
    }

    /// The handle under which the new instance will be known to programs. Not usable before the open has succeeded.
    #[must_use]
    pub fn handle(&self) -> HDRVR {
        self.handle
    }
}

/// Any message to an open instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    handle: HDRVR,
    number: u32,
    lparam1: LPARAM,
    lparam2: LPARAM,
}

impl Message {
    /// A message as a manager would send it; drivers need this only in their own tests.
    #[must_use]
    pub fn new(handle: HDRVR, number: u32, lparam1: LPARAM, lparam2: LPARAM) -> Self {
        Message { handle, number, lparam1, lparam2 }
    }

    /// The number: [`DRV_USER`](crate::abi::DRV_USER) and up for the driver's own.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// How far the number lies above `DRV_USER`: `Some(0)` for `DRV_USER` itself, `None` below.
    ///
    /// ```
    /// use opendriver_sdk::{Message, abi::{DRV_POWER, DRV_USER, HDRVR}};
    /// assert_eq!(Message::new(HDRVR(1), DRV_USER + 2, 0, 0).user(), Some(2));
    /// assert_eq!(Message::new(HDRVR(1), DRV_POWER, 0, 0).user(), None);
    /// ```
    #[must_use]
    pub fn user(&self) -> Option<u32> {
        self.number.checked_sub(abi::DRV_USER)
    }

    /// The number in the way a person reads it: `DRV_USER+0x2`.
    #[must_use]
    pub fn name(&self) -> MessageName {
        MessageName(self.number)
    }

    /// The first parameter. If it is an address, the driver and its callers have agreed on that among themselves.
    #[must_use]
    pub fn lparam1(&self) -> LPARAM {
        self.lparam1
    }

    /// The second parameter.
    #[must_use]
    pub fn lparam2(&self) -> LPARAM {
        self.lparam2
    }

    /// The handle of the instance.
    #[must_use]
    pub fn handle(&self) -> HDRVR {
        self.handle
    }
}

/// `DRV_CLOSE`: what the closer gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    handle: HDRVR,
    lparam1: LPARAM,
    lparam2: LPARAM,
}

impl Close {
    /// A close as a manager would send it; drivers need this only in their own tests.
    #[must_use]
    pub fn new(handle: HDRVR, lparam1: LPARAM, lparam2: LPARAM) -> Self {
        Close { handle, lparam1, lparam2 }
    }

    /// The first parameter of `CloseDriver`.
    #[must_use]
    pub fn lparam1(&self) -> LPARAM {
        self.lparam1
    }

    /// The second parameter of `CloseDriver`.
    #[must_use]
    pub fn lparam2(&self) -> LPARAM {
        self.lparam2
    }

    /// The handle of the instance, which programs can no longer use.
    #[must_use]
    pub fn handle(&self) -> HDRVR {
        self.handle
    }
}

/// `DRV_CONFIGURE` or `DRV_INSTALL`: where the driver is entered in the configuration.
///
/// All names are `None` when the sender passed no [`DRVCONFIGINFO`](crate::abi::DRVCONFIGINFO), which is allowed, or one
/// that says it is too short.
#[doc(alias = "DRVCONFIGINFO")]
#[derive(Clone, Debug, Default)]
pub struct Configure<'a> {
    pub(crate) handle: HDRVR,
    pub(crate) parent: LPARAM,
    pub(crate) section: Option<&'a str>,
    pub(crate) alias: Option<&'a str>,
    pub(crate) device_node: Option<u32>,
}

impl<'a> Configure<'a> {
    /// A request as a manager would send it; drivers need this only in their own tests.
    #[must_use]
    pub fn new(handle: HDRVR, parent: LPARAM, section: Option<&'a str>, alias: Option<&'a str>) -> Self {
        Configure { handle, parent, section, alias, device_node: None }
    }

    /// The handle of the instance.
    #[must_use]
    pub fn handle(&self) -> HDRVR {
        self.handle
    }

    /// The parent window for a dialog, 0 if there is none. What a window is depends on the platform.
    #[must_use]
    pub fn parent(&self) -> LPARAM {
        self.parent
    }

    /// The section of the configuration, such as `Drivers32`.
    #[must_use]
    pub fn section(&self) -> Option<&'a str> {
        self.section
    }

    /// The alias: the key in that section.
    #[must_use]
    pub fn alias(&self) -> Option<&'a str> {
        self.alias
    }

    /// The device node of a Plug and Play device, when the sender knows of such things.
    #[doc(alias = "dnDevNode")]
    #[must_use]
    pub fn device_node(&self) -> Option<u32> {
        self.device_node
    }
}

/// Answer to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Let the default procedure answer, as for any message a driver does not know.
    Default,
    /// This value.
    Value(LRESULT),
}

impl From<LRESULT> for Reply {
    fn from(value: LRESULT) -> Self {
        Reply::Value(value)
    }
}

/// Answer to a configuration, installation or removal.
#[doc(alias = "DRVCNF")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user cancelled, or it failed.
    #[doc(alias = "DRVCNF_CANCEL")]
    Cancel,
    /// Done.
    #[doc(alias = "DRVCNF_OK")]
    Ok,
    /// Done; it takes effect when the system, or here the program, was started again.
    #[doc(alias = "DRVCNF_RESTART")]
    Restart,
}

impl From<Outcome> for LRESULT {
    fn from(outcome: Outcome) -> LRESULT {
        match outcome {
            Outcome::Cancel => DRVCNF_CANCEL,
            Outcome::Ok => DRVCNF_OK,
            Outcome::Restart => DRVCNF_RESTART,
        }
    }
}

/// How an application ended, in `DRV_EXITAPPLICATION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitKind {
    /// By itself.
    #[doc(alias = "DRVEA_NORMALEXIT")]
    Normal,
    /// It was ended.
    #[doc(alias = "DRVEA_ABNORMALEXIT")]
    Abnormal,
    /// A value that is not documented.
    Other(LPARAM),
}

impl From<LPARAM> for ExitKind {
    fn from(lparam1: LPARAM) -> Self {
        match lparam1 {
            DRVEA_NORMALEXIT => ExitKind::Normal,
            DRVEA_ABNORMALEXIT => ExitKind::Abnormal,
            other => ExitKind::Other(other),
        }
    }
}

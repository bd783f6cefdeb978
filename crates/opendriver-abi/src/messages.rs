//! The message numbers, all from one table.

mod name;
mod parse;

pub use name::{MessageName, message_name};
pub use parse::{ParseMessageError, ParseMessageErrorKind, message_number, parse_message};

/// What sort of name a row of [`MESSAGES`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// One of the standard messages, which means the same to every driver.
    Standard,
    /// The border of a range that a family of interfaces owns.
    Range,
    /// A query of the [`DRV_RESERVED`] block. MCI and joystick drivers use the same numbers for other things, so the
    /// name is accepted where a person writes it and never shown for a number.
    Query,
}

/// One row of [`MESSAGES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MessageEntry {
    /// The Windows name: `DRV_OPEN`.
    pub name: &'static str,
    /// The number.
    pub number: u32,
    /// What sort of name it is.
    pub kind: MessageKind,
}

macro_rules! messages {
    ($($(#[$doc:meta])* $kind:ident $name:ident = $number:expr;)*) => {
        $($(#[$doc])* pub const $name: u32 = $number;)*

        /// Every message this crate has a name for, in the order of the table: standard messages, ranges, queries.
        pub const MESSAGES: &[MessageEntry] = &[
            $(MessageEntry { name: stringify!($name), number: $name, kind: MessageKind::$kind },)*
        ];
    };
}

// DRV_MESSAGE_LIST: other lists of the message names carry this marker too. Keep them alike.
messages! {
    /// First message of a module, before anything else: prepare. `(0, handle, 0, 0)`. Non-zero: go on; 0: the library
    /// goes at once and gets no other message, not even [`DRV_FREE`].
    ///
    /// Wine demands exactly 1 (measured), the documents any non-zero value. The current manual page says that the
    /// handle is 0; Windows 3.1 SDK, NT DDK and Wine say it is that of the instance being opened.
    Standard DRV_LOAD = 0x0001;
    /// Right after a successful [`DRV_LOAD`]: start working. `(0, handle, 0, 0)`. The answer is ignored.
    Standard DRV_ENABLE = 0x0002;
    /// Once per instance: `(0, handle, parameters or 0, lParam2 of the caller)`. The parameters are NUL-terminated text,
    /// valid during the call only; drivers should accept 0 and an empty string alike. A non-zero answer becomes the
    /// [`DriverId`](crate::DriverId) of the instance, 0 refuses.
    Standard DRV_OPEN = 0x0003;
    /// The instance closes: `(id, handle, lParam1, lParam2)` of the caller. On Windows 3.1 an answer of 0 vetoes the
    /// closing (SDK); Wine ignores it (measured).
    Standard DRV_CLOSE = 0x0004;
    /// After [`DRV_CLOSE`] of the last instance: stop working. Neither id nor parameters are to be relied on.
    Standard DRV_DISABLE = 0x0005;
    /// Last message of a module, right after [`DRV_DISABLE`].
    Standard DRV_FREE = 0x0006;
    /// Show the driver's settings: `lParam1` = parent window, `lParam2` = 0 or a
    /// [`DRVCONFIGINFO`](crate::DRVCONFIGINFO). Answer: `DRVCNF_*`. Sent only after [`DRV_QUERYCONFIGURE`] said yes,
    /// which nothing enforces.
    Standard DRV_CONFIGURE = 0x0007;
    /// Does the driver have settings to show? Non-zero: yes.
    Standard DRV_QUERYCONFIGURE = 0x0008;
    /// The driver was just installed and opened for the first time: `lParam2` = 0 or a
    /// [`DRVCONFIGINFO`](crate::DRVCONFIGINFO). Answer: `DRVCNF_*`.
    Standard DRV_INSTALL = 0x0009;
    /// The driver is about to be removed. Answer: `DRVCNF_*` (NT DDK).
    Standard DRV_REMOVE = 0x000A;
    /// The session is about to end. The answer is ignored.
    Standard DRV_EXITSESSION = 0x000B;
    /// An application ended: `lParam1` = `DRVEA_*`. Windows 3.1; dropped from the Win32 headers.
    Standard DRV_EXITAPPLICATION = 0x000C;
    /// Power to the device is about to change. No parameters are documented. Non-zero: handled.
    Standard DRV_POWER = 0x000F;
    /// Sent by the media class installer of Windows 2000 instead of [`DRV_INSTALL`]: `lParam1` = device information set,
    /// `lParam2` = its element. The same number is `MCI_GETDEVCAPS`: the class of the driver decides.
    Standard DRV_PNPINSTALL = DRV_RESERVED + 11;

    /// Begin of the numbers that belong to the system's own driver classes. Equal to [`DRV_MCI_FIRST`].
    Range DRV_RESERVED = 0x0800;
    /// First message of the media control interface.
    Range DRV_MCI_FIRST = DRV_RESERVED;
    /// Last message of the media control interface.
    Range DRV_MCI_LAST = DRV_RESERVED + 0xFFF;
    /// Begin of the numbers that belong to the driver. The manual page puts them between [`DRV_RESERVED`] and this one,
    /// but every real interface counts upwards from here.
    Range DRV_USER = 0x4000;

    /// Query: the driver's entry points.
    Query DRV_QUERYDRVENTRY = DRV_RESERVED + 1;
    /// Query: the device node.
    Query DRV_QUERYDEVNODE = DRV_RESERVED + 2;
    /// Query: the name of the driver.
    Query DRV_QUERYNAME = DRV_RESERVED + 3;
    /// Query: the identifiers of the devices of a driver.
    Query DRV_QUERYDRIVERIDS = DRV_RESERVED + 4;
    /// Query: may the mapper choose this device?
    Query DRV_QUERYMAPPABLE = DRV_RESERVED + 5;
    /// Query: the module.
    Query DRV_QUERYMODULE = DRV_RESERVED + 9;
    /// Query: the name of the device interface.
    Query DRV_QUERYDEVICEINTERFACE = DRV_RESERVED + 12;
    /// Query: the size in bytes of the name of the device interface.
    Query DRV_QUERYDEVICEINTERFACESIZE = DRV_RESERVED + 13;
    /// Query: the string that identifies the device.
    Query DRV_QUERYSTRINGID = DRV_RESERVED + 14;
    /// Query: the size in bytes of the string that identifies the device.
    Query DRV_QUERYSTRINGIDSIZE = DRV_RESERVED + 15;
    /// Query: which device has this string?
    Query DRV_QUERYIDFROMSTRINGID = DRV_RESERVED + 16;
    /// Query: the identifier of the function instance.
    Query DRV_QUERYFUNCTIONINSTANCEID = DRV_RESERVED + 17;
    /// Query: the size in bytes of the identifier of the function instance.
    Query DRV_QUERYFUNCTIONINSTANCEIDSIZE = DRV_RESERVED + 18;
}

//! The numbers of the last error. They are part of the C interface: a number once given is never used for anything
//! else.

/// Writes the enumeration, its names in C, and the list of both.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal $name:literal,)*) => {
        /// What went wrong, as `opendriver_last_error_code` reports it.
        ///
        /// | range | whose fault |
        /// | --- | --- |
        /// | 1 to 99 | the caller: an argument makes no sense |
        /// | 100 to 199 | the configuration cannot be read |
        /// | 200 to 299 | the name leads to no driver file |
        /// | 300 to 399 | the file cannot be made a module |
        /// | 400 to 499 | the driver refused |
        /// | 500 to 599 | a handle or a symbol is not there |
        /// | 600 to 699 | a callback was not delivered |
        /// | 900 to 999 | this library, or what nothing else fits |
        ///
        /// The C names stand in `opendriver/opendriver.h`; a test compares the two.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u32)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* #[doc = concat!("\n\nIn C: `", $name, "`.")] $variant = $number,)*
        }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The name in C.
            pub fn c_name(self) -> &'static std::ffi::CStr {
                let name = match self {
                    $(Code::$variant => concat!($name, "\0"),)*
                };
                std::ffi::CStr::from_bytes_with_nul(name.as_bytes()).unwrap_or_default()
            }
        }
    };
}

codes! {
    /// The last call succeeded.
    Ok = 0 "OPENDRIVER_OK",
    /// A pointer that must not be NULL is.
    NullArgument = 1 "OPENDRIVER_ERROR_NULL_ARGUMENT",
    /// A text is not in the encoding that the function takes.
    Text = 2 "OPENDRIVER_ERROR_TEXT",
    /// There is no such manager; it has been destroyed or never was.
    Manager = 3 "OPENDRIVER_ERROR_MANAGER",
    /// A structure has another size, a path is empty, or a number is none of those that are defined.
    Argument = 4 "OPENDRIVER_ERROR_ARGUMENT",
    /// The configuration file cannot be read.
    ConfigRead = 100 "OPENDRIVER_ERROR_CONFIG_READ",
    /// The path of the configuration leads to a directory or a device.
    ConfigNotAFile = 101 "OPENDRIVER_ERROR_CONFIG_NOT_A_FILE",
    /// A configuration file that was there before is gone.
    ConfigVanished = 102 "OPENDRIVER_ERROR_CONFIG_VANISHED",
    /// The variable `OPENDRIVER_CONFIG` names no file.
    ConfigVariable = 103 "OPENDRIVER_ERROR_CONFIG_VARIABLE",
    /// The settings make no sense.
    ConfigSettings = 104 "OPENDRIVER_ERROR_CONFIG_SETTINGS",
    /// The variable `OPENDRIVER_PERSONALITY` names no personality.
    ConfigPersonality = 105 "OPENDRIVER_ERROR_CONFIG_PERSONALITY",
    /// The driver name is empty or blank.
    NameEmpty = 200 "OPENDRIVER_ERROR_NAME_EMPTY",
    /// The section that was asked for has no such entry.
    NoEntry = 201 "OPENDRIVER_ERROR_NO_ENTRY",
    /// The entry is empty, which ends the search.
    EntryEmpty = 202 "OPENDRIVER_ERROR_ENTRY_EMPTY",
    /// The line `filename parameters` is longer than the personality allows.
    LineTooLong = 203 "OPENDRIVER_ERROR_LINE_TOO_LONG",
    /// The line has no file name: it begins with a blank, or names a directory.
    NoFileName = 204 "OPENDRIVER_ERROR_NO_FILE_NAME",
    /// The path is on a drive for which the settings have no directory.
    DriveNotMapped = 205 "OPENDRIVER_ERROR_DRIVE_NOT_MAPPED",
    /// No file of that name is in any place that was searched.
    NotFound = 206 "OPENDRIVER_ERROR_NOT_FOUND",
    /// A file of that name is there, but not one that this process can load.
    Unsuitable = 207 "OPENDRIVER_ERROR_UNSUITABLE",
    /// The name cannot be resolved for another reason; see the text.
    Resolve = 299 "OPENDRIVER_ERROR_RESOLVE",
    /// The system's loader refused the file.
    Library = 300 "OPENDRIVER_ERROR_LIBRARY",
    /// The library has no DriverProc.
    NoDriverProc = 301 "OPENDRIVER_ERROR_NO_DRIVERPROC",
    /// Another thread has been loading or unloading the module for too long.
    Busy = 302 "OPENDRIVER_ERROR_BUSY",
    /// As many instances are open as a manager can hold.
    TooManyInstances = 303 "OPENDRIVER_ERROR_TOO_MANY_INSTANCES",
    /// The parameters cannot be written in the encoding that the driver takes.
    Parameters = 304 "OPENDRIVER_ERROR_PARAMETERS",
    /// The file cannot be made a module for another reason; see the text.
    Load = 399 "OPENDRIVER_ERROR_LOAD",
    /// The driver refused DRV_LOAD.
    LoadRefused = 400 "OPENDRIVER_ERROR_LOAD_REFUSED",
    /// The driver refused DRV_OPEN.
    OpenRefused = 401 "OPENDRIVER_ERROR_OPEN_REFUSED",
    /// The driver closed the instance while it was being opened.
    ClosedWhileOpening = 402 "OPENDRIVER_ERROR_CLOSED_WHILE_OPENING",
    /// The driver refused DRV_CLOSE, and the personality lets it.
    CloseRefused = 403 "OPENDRIVER_ERROR_CLOSE_REFUSED",
    /// The handle is that of no open instance.
    Handle = 500 "OPENDRIVER_ERROR_HANDLE",
    /// The driver exports no such name.
    NoSymbol = 501 "OPENDRIVER_ERROR_NO_SYMBOL",
    /// No module with this value is loaded.
    Module = 502 "OPENDRIVER_ERROR_MODULE",
    /// The instance has none: no alias, because it was opened by file name, or no file, because it is compiled in.
    Absent = 503 "OPENDRIVER_ERROR_ABSENT",
    /// The callback has no target.
    NoTarget = 600 "OPENDRIVER_ERROR_NO_TARGET",
    /// The flags name no kind of callback target that is known.
    UnknownTarget = 601 "OPENDRIVER_ERROR_UNKNOWN_TARGET",
    /// The target is a window, a thread or an event, and the program has given no way to reach it.
    NoNotifier = 602 "OPENDRIVER_ERROR_NO_NOTIFIER",
    /// The delivery failed.
    Undelivered = 603 "OPENDRIVER_ERROR_UNDELIVERED",
    /// Something in this library panicked: a defect of it. The call did nothing more.
    Internal = 900 "OPENDRIVER_ERROR_INTERNAL",
    /// The program has another consumer of the log already.
    LogTaken = 901 "OPENDRIVER_ERROR_LOG_TAKEN",
    /// Something that this version has no number for; see the text.
    Other = 999 "OPENDRIVER_ERROR_OTHER",
}

impl Code {
    /// The code with this number.
    pub fn from_number(number: u32) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| *code as u32 == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_in_order() {
        for pair in Code::ALL.windows(2) {
            assert!((pair[0] as u32) < pair[1] as u32, "{:?} stands before {:?}", pair[0], pair[1]);
            assert_ne!(pair[0].c_name(), pair[1].c_name());
        }
        for code in Code::ALL {
            assert_eq!(Code::from_number(*code as u32), Some(*code));
            assert!(code.c_name().to_str().is_ok_and(|name| name.starts_with("OPENDRIVER_")), "{code:?}");
        }
        assert_eq!(Code::from_number(99_999), None);
    }
}

//! The behaviours on which Windows 3.1, documented Win32 and Wine differ, and the three sets of them.

use crate::profile::IniRules;
use crate::words::words;

words! {
    /// A named set of [`Switches`].
    ///
    /// ```
    /// use opendriver_config::{Personality, Switches};
    ///
    /// let personality: Personality = "wine".parse()?;
    /// assert!(Switches::of(personality).session_instance);
    /// assert!(!Switches::of(Personality::default()).session_instance);
    /// # Ok::<(), opendriver_config::UnknownWord>(())
    /// ```
    #[derive(Default)]
    pub enum Personality {
        /// What Microsoft documents for Win32. The default.
        #[default]
        Win32 = "win32",
        /// What the Windows 3.1 SDK documents.
        Win31 = "win31",
        /// What Wine 8.0 does, as measured.
        Wine = "wine",
    }
}

words! {
    /// What a name given without a section is tried as, first and second.
    pub enum NameOrder {
        /// First an alias in the default section, then a file (Windows 3.1 SDK; safe against planted files).
        AliasThenFile = "alias-then-file",
        /// First a file, then an alias (Wine 8.0 measured).
        FileThenAlias = "file-then-alias",
    }
}

words! {
    /// What happens if a section is given that has no such entry.
    pub enum MissingEntry {
        /// The open fails (Wine 8.0 measured).
        Refuse = "refuse",
        /// The name is taken as a file (Windows 3.1 SDK).
        TakeAsFile = "take-as-file",
    }
}

words! {
    /// Which results of `DRV_LOAD` let the driver in.
    pub enum LoadAccepts {
        /// Any but 0 (all documents).
        NonZero = "non-zero",
        /// 1 only (Wine 8.0 measured).
        ExactlyOne = "exactly-one",
    }
}

words! {
    /// What happens to a module whose very first `DRV_OPEN` answers 0.
    pub enum RefusedFirstOpen {
        /// `DRV_DISABLE` and `DRV_FREE` go out, then it is unloaded: loads and frees balance.
        DisableFree = "disable-free",
        /// It is unloaded without a message (Wine 8.0 measured).
        UnloadOnly = "unload-only",
    }
}

words! {
    /// What a `DRV_CLOSE` answered with 0 means.
    pub enum CloseZero {
        /// The instance is closed all the same, and the answer is reported (Wine 8.0 measured: closed).
        Report = "report",
        /// The close fails and the instance lives on (Windows 3.1 SDK).
        Veto = "veto",
    }
}

words! {
    /// How a driver gets the text of its parameters.
    pub enum TextEncoding {
        /// UTF-16, as `LPCWSTR`.
        Utf16 = "utf16",
        /// The ANSI code page of the settings, as `LPCSTR`.
        Ansi = "ansi",
        /// UTF-8, for drivers written for other systems than Windows.
        Utf8 = "utf8",
    }
}

words! {
    /// What happens to a line `filename parameters` that is longer than the limit.
    pub enum LineOverflow {
        /// An error says so.
        Refuse = "refuse",
        /// What is beyond the limit is silently lost (Wine 8.0 measured).
        Cut = "cut",
    }
}

words! {
    /// When a driver's library is unloaded. Messages do not depend on it.
    #[derive(Default)]
    pub enum Unload {
        /// With its last instance, as Windows does. The default.
        #[default]
        LastClose = "last-close",
        /// Never: for libraries that leave threads or thread-local data behind.
        Never = "never",
    }
}

/// Every behaviour on which the personalities differ. Each can be set alone, in the table `[switches]` of the settings,
/// under the name of its field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Switches {
    /// The section in which a name given without one is looked up. `Drivers32`; win31 `Drivers`.
    pub default_section: String,
    /// What a name given without a section is tried as. wine: the file first.
    pub name_order: NameOrder,
    /// What happens if a section is given that has no such entry. win31: the name is taken as a file.
    pub missing_entry: MissingEntry,
    /// Which results of `DRV_LOAD` let the driver in. wine: 1 only.
    pub load_accepts: LoadAccepts,
    /// Whether a first open with lParam2 other than 0 opens a hidden instance with lParam2 = 0 before, which then gets
    /// the parameters while the real one gets none. wine only.
    pub session_instance: bool,
    /// What happens to a module whose first `DRV_OPEN` is refused. wine: unloaded without a message.
    pub refused_first_open: RefusedFirstOpen,
    /// What a `DRV_CLOSE` answered with 0 means. win31: a veto.
    pub close_zero: CloseZero,
    /// How a driver gets the text of its parameters, unless set for that driver. win31: ANSI.
    pub parameters: TextEncoding,
    /// The longest line `filename parameters`, in UTF-16 code units, or in bytes of the ANSI code page if `parameters`
    /// is [`TextEncoding::Ansi`]. 260; win31 128.
    pub line_limit: usize,
    /// What happens to a longer line. wine: it is cut.
    pub line_overflow: LineOverflow,
    /// By whose rules INI files are read. wine: Wine's.
    pub ini_rules: IniRules,
    /// Whether a name without extension is also tried with `.drv`. win31 only.
    pub append_drv: bool,
}

impl Switches {
    /// The switches of a personality.
    pub fn of(personality: Personality) -> Switches {
        let win32 = Switches {
            default_section: "Drivers32".to_owned(),
            name_order: NameOrder::AliasThenFile,
            missing_entry: MissingEntry::Refuse,
            load_accepts: LoadAccepts::NonZero,
            session_instance: false,
            refused_first_open: RefusedFirstOpen::DisableFree,
            close_zero: CloseZero::Report,
            parameters: TextEncoding::Utf16,
            line_limit: 260,
            line_overflow: LineOverflow::Refuse,
            ini_rules: IniRules::Windows,
            append_drv: false,
        };
        match personality {
            Personality::Win32 => win32,
            Personality::Win31 => Switches {
                default_section: "Drivers".to_owned(),
                missing_entry: MissingEntry::TakeAsFile,
                close_zero: CloseZero::Veto,
                parameters: TextEncoding::Ansi,
                line_limit: 128,
                append_drv: true,
                ..win32
            },
            Personality::Wine => Switches {
                name_order: NameOrder::FileThenAlias,
                load_accepts: LoadAccepts::ExactlyOne,
                session_instance: true,
                refused_first_open: RefusedFirstOpen::UnloadOnly,
                line_overflow: LineOverflow::Cut,
                ini_rules: IniRules::Wine,
                ..win32
            },
        }
    }
}

impl Default for Switches {
    /// Those of [`Personality::Win32`].
    fn default() -> Self {
        Switches::of(Personality::default())
    }
}

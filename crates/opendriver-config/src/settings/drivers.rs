//! What is set for single drivers.

use crate::personality::{TextEncoding, Unload};

/// A table `[drivers.FILE]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriverSettings {
    /// How the driver gets its text; `None` for what the switch `parameters` says.
    pub text: Option<TextEncoding>,
    /// When its library is unloaded; `None` for what the general setting says.
    pub unload: Option<Unload>,
}

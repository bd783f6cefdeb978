//! SYSTEM.INI without losing a byte, and the settings of the driver manager.

//! Example drivers and hosts for the driver manager.

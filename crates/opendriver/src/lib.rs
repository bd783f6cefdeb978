//! The installable-driver manager of winmm: OpenDriver, CloseDriver, SendDriverMessage, for any OS.

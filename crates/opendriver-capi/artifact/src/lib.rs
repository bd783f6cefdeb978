//! `libopendriver`: nothing but the exported functions of `opendriver-capi`.

pub use opendriver_capi::*;

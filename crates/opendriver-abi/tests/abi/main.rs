//! The tables of this crate against the documents and against other people's headers.
//!
//! * `documents`: row by row, numbers written out
//! * `constants`: the list of all constants, which the other two walk
//! * `windows_sys`: Microsoft's metadata in the form of the crate windows-sys
//! * `mingw`: the headers of mingw-w64, compiled for both pointer widths

mod constants;
mod documents;
mod mingw;
mod windows_sys;

//! `opendriver_*`: managers of the program's own, and what Windows has no name for.
//!
//! Each function takes the manager first; NULL is the one that the Windows names mean. Text is UTF-8, and UTF-16 where
//! the name of the function says so.

mod instances;
mod life;
mod names;

pub use instances::*;
pub use life::*;
pub use names::*;

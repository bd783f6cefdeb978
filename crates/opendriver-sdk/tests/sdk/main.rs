//! Drivers seen through their raw procedure, called as a manager calls it.
//!
//! * `life`: what each message becomes, and which answer goes back
//! * `text`: parameters and names, from units in memory to `str`
//! * `identifiers`: closed, invented and repeated ones
//! * `reentrancy`: calls from inside calls, and instances that outlive their close
//! * `threads`: many at once
//! * `panics`: at every message, in destructors and in reports
//! * `exports`: the symbols the macros make

mod calls;
mod exports;
mod identifiers;
mod life;
mod panics;
mod reentrancy;
mod text;
mod threads;

//! For the GNU C library on 64-bit x86 Linux.

use std::arch::{asm, global_asm};

/// The name has the version, for programs with two versions of this library in them.
macro_rules! own {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "opendriver_own_",
            env!("CARGO_PKG_VERSION_MAJOR"),
            "_",
            env!("CARGO_PKG_VERSION_MINOR"),
            $after
        )
    };
}

global_asm!(
    ".pushsection .tbss.opendriver_own, \"awT\", @nobits",
    own!(".globl ", ""),
    own!(".hidden ", ""),
    own!(".type ", ", @object"),
    own!(".size ", ", 8"),
    ".p2align 3",
    own!("", ":"),
    ".zero 8",
    ".popsection",
);

/// The calling thread's word; null at first.
#[inline(always)]
pub(crate) fn get() -> *const () {
    let word;
    // SAFETY: reads the calling thread's own variable, 8 bytes long, and nothing else. The linker knows both
    // instructions as the initial-exec pattern and may turn the first into an immediate one.
    unsafe {
        asm!(
            own!("mov {word}, qword ptr [rip + ", "@GOTTPOFF]"),
            "mov {word}, qword ptr fs:[{word}]",
            word = out(reg) word,
            options(pure, readonly, nostack, preserves_flags)
        );
    }
    word
}

/// Sets the calling thread's word.
pub(crate) fn set(word: *const ()) {
    // SAFETY: as in `get`; writes that variable and nothing else.
    unsafe {
        asm!(
            own!("mov {at}, qword ptr [rip + ", "@GOTTPOFF]"),
            "mov qword ptr fs:[{at}], {word}",
            at = out(reg) _,
            word = in(reg) word,
            options(nostack, preserves_flags)
        );
    }
}

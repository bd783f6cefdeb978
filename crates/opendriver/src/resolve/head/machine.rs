//! Processors, as the three executable formats number them.

use std::fmt;

/// A processor with its word width and byte order.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// Intel 386 and later, 32 bits.
    I386,
    /// x86-64, 64 bits.
    X86_64,
    /// x86-64 with 32-bit addresses.
    X32,
    /// ARM, 32 bits.
    Arm,
    /// ARM, 64 bits.
    Arm64,
    /// RISC-V, 32 bits.
    RiscV32,
    /// RISC-V, 64 bits.
    RiscV64,
    /// PowerPC, 32 bits.
    PowerPc,
    /// PowerPC, 64 bits, big-endian.
    PowerPc64,
    /// PowerPC, 64 bits, little-endian.
    PowerPc64Le,
    /// IBM Z, 64 bits.
    S390x,
    /// LoongArch, 64 bits.
    LoongArch64,
    /// MIPS, 32 or 64 bits.
    Mips,
    /// DEC Alpha, for which Windows NT 4 existed.
    Alpha,
    /// Intel Itanium.
    Ia64,
    /// Any other, by the number that the file has for it.
    Unknown(u32),
}

impl Machine {
    /// The processor that this program was built for.
    pub const OURS: Machine = if cfg!(target_arch = "x86_64") {
        if cfg!(target_pointer_width = "32") { Machine::X32 } else { Machine::X86_64 }
    } else if cfg!(target_arch = "x86") {
        Machine::I386
    } else if cfg!(target_arch = "aarch64") {
        Machine::Arm64
    } else if cfg!(target_arch = "arm") {
        Machine::Arm
    } else if cfg!(target_arch = "riscv64") {
        Machine::RiscV64
    } else if cfg!(target_arch = "riscv32") {
        Machine::RiscV32
    } else if cfg!(target_arch = "powerpc64") {
        if cfg!(target_endian = "little") { Machine::PowerPc64Le } else { Machine::PowerPc64 }
    } else if cfg!(target_arch = "s390x") {
        Machine::S390x
    } else if cfg!(target_arch = "loongarch64") {
        Machine::LoongArch64
    } else if cfg!(target_arch = "powerpc") {
        Machine::PowerPc
    } else {
        Machine::Unknown(0)
    };

    pub(super) fn of_elf(number: u16, wide: bool, big: bool) -> Machine {
        match (number, wide) {
            (3, _) => Machine::I386,
            (62, true) => Machine::X86_64,
            (62, false) => Machine::X32,
            (40, _) => Machine::Arm,
            (183, _) => Machine::Arm64,
            (243, true) => Machine::RiscV64,
            (243, false) => Machine::RiscV32,
            (20, _) => Machine::PowerPc,
            (21, _) if big => Machine::PowerPc64,
            (21, _) => Machine::PowerPc64Le,
            (22, true) => Machine::S390x,
            (258, true) => Machine::LoongArch64,
            (8, _) => Machine::Mips,
            (number, _) => Machine::Unknown(u32::from(number)),
        }
    }

    pub(super) fn of_pe(number: u16) -> Machine {
        match number {
            0x14C => Machine::I386,
            0x8664 => Machine::X86_64,
            0x1C0 | 0x1C2 | 0x1C4 => Machine::Arm,
            0xAA64 => Machine::Arm64,
            0x162 | 0x166 | 0x168 | 0x169 => Machine::Mips,
            0x184 | 0x284 => Machine::Alpha,
            0x1F0 | 0x1F1 => Machine::PowerPc,
            0x200 => Machine::Ia64,
            number => Machine::Unknown(u32::from(number)),
        }
    }

    pub(super) fn of_mach_o(number: u32) -> Machine {
        match number {
            7 => Machine::I386,
            0x0100_0007 => Machine::X86_64,
            12 => Machine::Arm,
            0x0100_000C => Machine::Arm64,
            18 => Machine::PowerPc,
            0x0100_0012 => Machine::PowerPc64,
            number => Machine::Unknown(number),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Machine::I386 => "i386",
            Machine::X86_64 => "x86-64",
            Machine::X32 => "x32",
            Machine::Arm => "ARM",
            Machine::Arm64 => "ARM64",
            Machine::RiscV32 => "RISC-V 32",
            Machine::RiscV64 => "RISC-V 64",
            Machine::PowerPc => "PowerPC",
            Machine::PowerPc64 => "PowerPC 64",
            Machine::PowerPc64Le => "PowerPC 64 (little-endian)",
            Machine::S390x => "s390x",
            Machine::LoongArch64 => "LoongArch 64",
            Machine::Mips => "MIPS",
            Machine::Alpha => "Alpha",
            Machine::Ia64 => "Itanium",
            Machine::Unknown(number) => return write!(f, "machine {number:#x}"),
        })
    }
}

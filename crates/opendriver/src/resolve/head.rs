//! What a file is, read from its first bytes: so that a refusal can say what was found and what would be needed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

mod elf;
pub(crate) mod known;
mod machine;

pub use elf::ElfKind;
pub use machine::Machine;

/// What the head of a file says it is.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// An ELF object: Linux, the BSDs.
    Elf {
        /// The processor it is for.
        machine: Machine,
        /// Whether it is a shared library, the only kind that can be loaded.
        kind: ElfKind,
    },
    /// A Mach-O image: macOS. Universal files hold several.
    MachO {
        /// The processors it is for.
        machines: Vec<Machine>,
    },
    /// A 32-bit or 64-bit Windows image (PE32 or PE32+).
    Pe {
        /// The processor it is for.
        machine: Machine,
        /// PE32+, the form with 64-bit addresses.
        plus: bool,
        /// Whether the image says that it is a library and not a program.
        library: bool,
    },
    /// A 16-bit image with an NE header: Windows 3.x, OS/2 1.x.
    Ne {
        /// Whether the header names Windows as the target system.
        windows: bool,
    },
    /// A linear executable, LE or LX: a VxD, an OS/2 module.
    Linear,
    /// A program for DOS, with nothing behind its MZ header.
    Dos,
    /// A static library or another `ar` archive.
    Archive,
    /// A text file, possibly a linker script or a shell script.
    Text,
    /// No byte at all.
    Empty,
    /// Nothing known; the first bytes, at most four.
    Unknown(Vec<u8>),
}

impl Head {
    /// Reads the head of a file.
    ///
    /// # Errors
    ///
    /// Those of opening and reading it. A file that is cut short is no error; it is what its bytes say it is.
    pub fn read(path: &Path) -> io::Result<Head> {
        Head::of_file(&mut File::open(path)?)
    }

    fn of_file(file: &mut File) -> io::Result<Head> {
        let mut buffer = [0; 1024];
        let start = read_some(file, &mut buffer)?;
        if start.starts_with(b"\x7FELF") {
            return elf::read(file, start);
        }
        if !start.starts_with(b"MZ") {
            return Ok(Head::of(start));
        }
        let Some(offset) = word32(start, 0x3C, false) else { return Ok(Head::Dos) };
        let mut extended = Vec::new();
        file.seek(SeekFrom::Start(u64::from(offset)))?;
        file.take(64).read_to_end(&mut extended)?;
        Ok(Head::of_extended(&extended))
    }

    /// What the given first bytes of a file say, for all formats but those behind an MZ header.
    fn of(start: &[u8]) -> Head {
        match start {
            [] => Head::Empty,
            [0xFE, 0xED, 0xFA, 0xCE | 0xCF, ..] => mach_o(start, true),
            [0xCE | 0xCF, 0xFA, 0xED, 0xFE, ..] => mach_o(start, false),
            // A Java class file begins with the same four bytes; its version number is larger than any count of
            // processors.
            [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, count @ 1..=30, ..] => fat(start, usize::from(*count)),
            [b'!', b'<', b'a', b'r', b'c', b'h', b'>', ..] => Head::Archive,
            _ if is_text(start) => Head::Text,
            _ => Head::Unknown(start[..start.len().min(4)].to_vec()),
        }
    }

    /// What stands at the place that an MZ header points to.
    fn of_extended(head: &[u8]) -> Head {
        match head {
            [b'P', b'E', 0, 0, ..] => {
                let machine = word16(head, 4, false).map_or(Machine::Unknown(0), Machine::of_pe);
                let library = word16(head, 22, false).is_some_and(|flags| flags & 0x2000 != 0);
                Head::Pe { machine, plus: word16(head, 24, false) == Some(0x20B), library }
            }
            // Target system 2 is Windows, 4 Windows/386; 0 is what the first tools wrote for any.
            [b'N', b'E', ..] => Head::Ne { windows: head.get(0x36).is_none_or(|os| matches!(os, 0 | 2 | 4)) },
            [b'L', b'E' | b'X', ..] => Head::Linear,
            _ => Head::Dos,
        }
    }

    /// Whether the system's loader can load this into the running process.
    pub fn suits_this_process(&self) -> bool {
        match self {
            Head::Elf { machine, kind } => {
                let here = cfg!(not(any(windows, target_vendor = "apple")));
                here && *kind == ElfKind::Library && *machine == Machine::OURS
            }
            Head::MachO { machines } => cfg!(target_vendor = "apple") && machines.contains(&Machine::OURS),
            Head::Pe { machine, .. } => cfg!(windows) && *machine == Machine::OURS,
            _ => false,
        }
    }

    /// What this process would load, for a message: `x86-64 Linux and loads ELF x86-64`.
    pub fn needed() -> String {
        let (system, format) = if cfg!(target_os = "macos") {
            ("macOS", "Mach-O")
        } else if cfg!(windows) {
            ("Windows", "PE")
        } else if cfg!(target_os = "linux") {
            ("Linux", "ELF")
        } else {
            (std::env::consts::OS, "ELF")
        };
        format!("{} {system} and loads {format} {}", Machine::OURS, Machine::OURS)
    }
}

/// As the middle of a sentence: `is ...`.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Head::Elf { machine, kind } => match kind {
                ElfKind::Library => write!(f, "an ELF library for {machine}"),
                ElfKind::Program => write!(f, "an ELF program for {machine}, not a library"),
                ElfKind::CutShort => write!(f, "an ELF file for {machine} that is cut short; copy it again"),
                ElfKind::Other => write!(f, "an ELF file for {machine}, but no shared library"),
            },
            Head::MachO { machines } => {
                write!(f, "a Mach-O image for ")?;
                for (n, machine) in machines.iter().enumerate() {
                    write!(f, "{}{machine}", if n == 0 { "" } else { " and " })?;
                }
                Ok(())
            }
            Head::Pe { machine, plus, .. } => {
                write!(f, "a {} image for {machine}", if *plus { "PE32+" } else { "PE32" })
            }
            Head::Ne { windows: true } => f.write_str("an NE image, a driver for 16-bit Windows"),
            Head::Ne { windows: false } => f.write_str("an NE image for another 16-bit system than Windows"),
            Head::Linear => f.write_str("a linear executable (LE), a VxD or OS/2 module"),
            Head::Dos => f.write_str("a program for DOS"),
            Head::Archive => f.write_str("an archive, perhaps a static library"),
            Head::Text => f.write_str("a text file"),
            Head::Empty => f.write_str("an empty file"),
            Head::Unknown(bytes) => {
                f.write_str("no library of any known format (it starts with the bytes")?;
                for byte in bytes {
                    write!(f, " {byte:02X}")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// Fills the buffer as far as the file goes; for an ordinary file in one call of the system.
fn read_some<'a>(file: &mut File, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        // What tells one format from another stands at the very beginning.
        if length >= 256 {
            break;
        }
    }
    Ok(&buffer[..length])
}

fn mach_o(start: &[u8], big: bool) -> Head {
    let machine = word32(start, 4, big).map_or(Machine::Unknown(0), Machine::of_mach_o);
    Head::MachO { machines: vec![machine] }
}

fn fat(start: &[u8], count: usize) -> Head {
    let machines =
        (0..count).filter_map(|n| word32(start, 8 + 20 * n, true)).map(Machine::of_mach_o).collect();
    Head::MachO { machines }
}

fn is_text(start: &[u8]) -> bool {
    let text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x1A | 0x20..=0x7E | 0x80..);
    start.iter().all(text) && start.iter().filter(|byte| byte.is_ascii()).count() * 2 > start.len()
}

fn word16(bytes: &[u8], at: usize, big: bool) -> Option<u16> {
    let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
}

fn word32(bytes: &[u8], at: usize, big: bool) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn of_bytes(bytes: &[u8]) -> Head {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("it can be written");
        Head::read(file.path()).expect("it can be read")
    }

    fn with_extended(head: &[u8], at: u32) -> Vec<u8> {
        let mut bytes = vec![0; at as usize];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3C..0x40].copy_from_slice(&at.to_le_bytes());
        bytes.extend_from_slice(head);
        bytes
    }

    #[test]
    fn windows_images_name_machine_and_width() {
        let pe = |machine: u16, magic: u16| {
            let mut head = b"PE\0\0".to_vec();
            head.extend_from_slice(&machine.to_le_bytes());
            head.resize(22, 0);
            head.extend_from_slice(&0x2102u16.to_le_bytes());
            head.extend_from_slice(&magic.to_le_bytes());
            of_bytes(&with_extended(&head, 0x80)).to_string()
        };
        assert_eq!(pe(0x14C, 0x10B), "a PE32 image for i386");
        assert_eq!(pe(0x8664, 0x20B), "a PE32+ image for x86-64");
        assert_eq!(pe(0xAA64, 0x20B), "a PE32+ image for ARM64");
        assert_eq!(pe(0x1234, 0x10B), "a PE32 image for machine 0x1234");
    }

    #[test]
    fn sixteen_bit_and_dos_images_are_recognised() {
        let mut ne = b"NE".to_vec();
        ne.resize(0x40, 0);
        ne[0x36] = 2;
        assert_eq!(of_bytes(&with_extended(&ne, 0x400)), Head::Ne { windows: true });
        ne[0x36] = 1;
        assert_eq!(of_bytes(&with_extended(&ne, 0x1F00)), Head::Ne { windows: false });
        assert_eq!(of_bytes(&with_extended(b"LE\0\0", 0x80)), Head::Linear);
        assert_eq!(of_bytes(&with_extended(b"", 0x80)), Head::Dos, "the pointer leads past the end");
        assert_eq!(of_bytes(b"MZ"), Head::Dos);
    }

    #[test]
    fn mach_o_names_every_machine() {
        let thin = [0xCF, 0xFA, 0xED, 0xFE, 0x0C, 0, 0, 1];
        assert_eq!(of_bytes(&thin).to_string(), "a Mach-O image for ARM64");
        let mut fat = vec![0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2];
        for cpu in [[1, 0, 0, 7], [1, 0, 0, 12]] {
            fat.extend_from_slice(&cpu);
            fat.extend_from_slice(&[0; 16]);
        }
        assert_eq!(of_bytes(&fat).to_string(), "a Mach-O image for x86-64 and ARM64");
        assert!(matches!(of_bytes(&[0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61]), Head::Unknown(_)), "a Java class");
    }

    #[test]
    fn the_rest_is_told_apart() {
        assert_eq!(of_bytes(b""), Head::Empty);
        assert_eq!(of_bytes(b"#!/bin/sh\n"), Head::Text);
        assert_eq!(of_bytes("[drivers]\r\nwave=caf\u{e9}.drv\r\n".as_bytes()), Head::Text);
        assert_eq!(of_bytes(b"!<arch>\n"), Head::Archive);
        assert_eq!(
            of_bytes(&[0, 1, 2, 3, 4]).to_string(),
            "no library of any known format (it starts with the bytes 00 01 02 03)"
        );
    }

    #[test]
    fn this_program_is_for_this_machine() {
        let own = Head::read(&std::env::current_exe().expect("a path")).expect("it can be read");
        let machines = match own {
            Head::Elf { machine, .. } | Head::Pe { machine, .. } => vec![machine],
            Head::MachO { machines } => machines,
            other => panic!("the running program is {other}"),
        };
        assert!(machines.contains(&Machine::OURS), "{machines:?}");
    }
}

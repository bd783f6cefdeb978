//! ELF files: what they are for, and whether they can be loaded without harm.
//!
//! The system's loader maps a file that is cut short and then dies of a bus error when it touches what is missing; and
//! it takes a position-independent program for a library up to its last check. So the program headers are read here.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::{Head, Machine, word16, word32};

/// What kind of ELF file it is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElfKind {
    /// A shared library.
    Library,
    /// A program, position-independent or not.
    Program,
    /// The file is shorter than its headers say.
    CutShort,
    /// An object file, a core dump, ...
    Other,
}

const ET_EXEC: u16 = 2;
const ET_DYN: u16 = 3;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_FLAGS_1: u64 = 0x6FFF_FFFB;
const DF_1_PIE: u64 = 0x0800_0000;

/// The most bytes that are read of a table; no sane one is longer.
const TABLE: u64 = 64 * 1024;

/// How the numbers of a file are written.
#[derive(Clone, Copy)]
struct Layout {
    wide: bool,
    big: bool,
}

/// Reads on from the first bytes of an ELF file.
pub(super) fn read(file: &mut File, start: &[u8]) -> io::Result<Head> {
    let layout = Layout { wide: start.get(4) == Some(&2), big: start.get(5) == Some(&2) };
    let number = word16(start, 18, layout.big).unwrap_or(0);
    let machine = Machine::of_elf(number, layout.wide, layout.big);
    let kind = match word16(start, 16, layout.big) {
        None => ElfKind::CutShort,
        Some(ET_EXEC) => ElfKind::Program,
        Some(ET_DYN) => dynamic_kind(file, start, layout)?,
        Some(_) => ElfKind::Other,
    };
    Ok(Head::Elf { machine, kind })
}

/// A library or a program, by its program headers.
fn dynamic_kind(file: &mut File, start: &[u8], layout: Layout) -> io::Result<ElfKind> {
    let (table_at, size_at, count_at) = if layout.wide { (32, 54, 56) } else { (28, 42, 44) };
    let table = layout.word(start, table_at);
    let (size, count) = (word16(start, size_at, layout.big), word16(start, count_at, layout.big));
    let (Some(table), Some(size), Some(count)) = (table, size, count) else { return Ok(ElfKind::CutShort) };
    let length = u64::from(size) * u64::from(count);
    let Some(headers) = part(file, start, table, length)? else { return Ok(ElfKind::CutShort) };
    let end_of_file = file.metadata()?.len();
    let mut dynamic = None;
    for header in headers.chunks_exact(usize::from(size.max(1))) {
        let (offset_at, length_at) = if layout.wide { (8, 32) } else { (4, 16) };
        let (offset, length) = (layout.word(header, offset_at), layout.word(header, length_at));
        let (Some(offset), Some(length)) = (offset, length) else { return Ok(ElfKind::CutShort) };
        let kind = word32(header, 0, layout.big);
        if kind == Some(PT_LOAD) && offset.checked_add(length).is_none_or(|end| end > end_of_file) {
            return Ok(ElfKind::CutShort);
        }
        if kind == Some(PT_DYNAMIC) {
            dynamic = Some((offset, length));
        }
    }
    let Some((offset, length)) = dynamic else { return Ok(ElfKind::Library) };
    let Some(entries) = part(file, start, offset, length)? else { return Ok(ElfKind::CutShort) };
    let width = if layout.wide { 8 } else { 4 };
    let is_pie = |entry: &[u8]| {
        let flags = layout.word(entry, width).unwrap_or(0);
        layout.word(entry, 0) == Some(DT_FLAGS_1) && flags & DF_1_PIE != 0
    };
    Ok(if entries.chunks_exact(2 * width).any(is_pie) { ElfKind::Program } else { ElfKind::Library })
}

/// A part of the file, from what was read already if it is there; `None` if it is not all there, or absurdly long.
fn part(file: &mut File, start: &[u8], offset: u64, length: u64) -> io::Result<Option<Vec<u8>>> {
    if length > TABLE {
        return Ok(None);
    }
    let from = usize::try_from(offset).unwrap_or(usize::MAX);
    if let Some(bytes) = start.get(from..from.saturating_add(length as usize)) {
        return Ok(Some(bytes.to_vec()));
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 == length).then_some(bytes))
}

impl Layout {
    /// A number of the width of the file.
    fn word(self, bytes: &[u8], at: usize) -> Option<u64> {
        if !self.wide {
            return word32(bytes, at, self.big).map(u64::from);
        }
        let (first, second) = (word32(bytes, at, self.big)?, word32(bytes, at + 4, self.big)?);
        let (high, low) = if self.big { (first, second) } else { (second, first) };
        Some(u64::from(high) << 32 | u64::from(low))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::of_bytes;
    use super::*;

    /// A file with one program header that maps `length` bytes.
    fn made(wide: bool, big: bool, kind: u16, machine: u16, length: u64) -> Vec<u8> {
        let mut bytes = vec![0x7F, b'E', b'L', b'F', if wide { 2 } else { 1 }, if big { 2 } else { 1 }, 1];
        bytes.resize(200, 0);
        let mut put = |at: usize, width: usize, value: u64| {
            let all = if big { value.to_be_bytes() } else { value.to_le_bytes() };
            let part = if big { &all[8 - width..] } else { &all[..width] };
            bytes[at..at + width].copy_from_slice(part);
        };
        put(16, 2, u64::from(kind));
        put(18, 2, u64::from(machine));
        let (word, table, size, count) = if wide { (8, 32, 54, 56) } else { (4, 28, 42, 44) };
        put(table, word, 64);
        put(size, 2, 56);
        put(count, 2, 1);
        put(64, 4, 1);
        put(64 + if wide { 32 } else { 16 }, word, length);
        bytes
    }

    #[test]
    fn machine_width_and_kind_are_read_in_both_byte_orders() {
        let told = |wide, big, kind, machine| of_bytes(&made(wide, big, kind, machine, 200)).to_string();
        assert_eq!(told(true, false, 3, 62), "an ELF library for x86-64");
        assert_eq!(told(false, false, 3, 62), "an ELF library for x32");
        assert_eq!(told(false, false, 3, 3), "an ELF library for i386");
        assert_eq!(told(true, true, 3, 22), "an ELF library for s390x");
        assert_eq!(told(true, false, 2, 183), "an ELF program for ARM64, not a library");
        assert_eq!(told(true, false, 1, 62), "an ELF file for x86-64, but no shared library");
    }

    #[test]
    fn a_file_that_is_cut_short_is_told() {
        let cut = "an ELF file for x86-64 that is cut short; copy it again";
        assert_eq!(of_bytes(&made(true, false, 3, 62, 201)).to_string(), cut);
        assert_eq!(of_bytes(&made(true, false, 3, 62, u64::MAX)).to_string(), cut);
        assert_eq!(of_bytes(&made(true, false, 3, 62, 200)[..100]).to_string(), cut);
        assert_eq!(of_bytes(&made(true, false, 3, 62, 200)[..50]).to_string(), cut);
        let head = "an ELF file for machine 0x0 that is cut short; copy it again";
        assert_eq!(of_bytes(b"\x7FELF").to_string(), head);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_position_independent_program_is_no_library() {
        let own = Head::read(&std::env::current_exe().expect("a path")).expect("it can be read");
        assert!(matches!(own, Head::Elf { kind: ElfKind::Program, .. }), "{own}");
    }
}

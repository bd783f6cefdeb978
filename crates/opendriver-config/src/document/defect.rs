//! Files of which nothing can be read: no text at all, or in an encoding that is not understood.

use crate::source::{Coding, Source};

/// How much of a file is looked at.
const LOOKED_AT: usize = 1024;

/// What the files start with that are given by mistake most likely. Each also has a NUL soon, which no INI file needs:
/// `MZ` alone could be text.
const HEADS: &[(&[u8], &str)] = &[
    (b"\x7FELF", "an ELF program or library"),
    (b"MZ", "a program or library for DOS or Windows"),
    (b"\xCE\xFA\xED\xFE", "a Mach-O program or library"),
    (b"\xCF\xFA\xED\xFE", "a Mach-O program or library"),
    (b"\xCA\xFE\xBA\xBE", "a Mach-O program or library"),
    (b"!<arch>\n", "a static library"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1F\x8B", "a gzip file"),
    (b"MSCF", "a cabinet file"),
    (b"SZDD", "a compressed file of a Windows setup disk"),
    (b"\x89PNG", "an image"),
];

/// Why nothing in a file can be found, if so: code and message of the oddity.
pub(super) fn of(source: &Source) -> Option<(&'static str, String)> {
    // A byte order mark that is understood says that it is text.
    let Coding::Page(_) = source.coding else { return None };
    let bytes = &source.bytes[..source.bytes.len().min(LOOKED_AT)];
    if bytes.starts_with(&[0xFE, 0xFF]) {
        let message = "the file is UTF-16BE, which Windows reads as ANSI text: nothing in it is found";
        return Some(("utf16be-bom", message.to_owned()));
    }
    if !bytes.contains(&0) {
        return None;
    }
    if let Some((_, what)) = HEADS.iter().find(|(head, _)| bytes.starts_with(head)) {
        return Some(("not-text", format!("this is no SYSTEM.INI: it is {what}")));
    }
    if let [first, second, ..] = bytes
        && (*first == 0) != (*second == 0)
    {
        let message = "the file looks like UTF-16 without a byte order mark: it is read as ANSI text, and nothing is found";
        return Some(("utf16-without-bom", message.to_owned()));
    }
    // A stray NUL is an oddity of its line. A file of which one byte in five means nothing in any text is none.
    let meaningless =
        bytes.iter().filter(|&&byte| byte < b' ' && !matches!(byte, 0x09..=0x0D | 0x1A)).count();
    (meaningless * 5 >= bytes.len())
        .then(|| ("not-text", "this is no SYSTEM.INI: it has bytes that no text has".to_owned()))
}

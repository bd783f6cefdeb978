//! What comes over the border: text, buffers and structures of the caller, as types that are safe to use.
//!
//! This and `callback` are the modules with `unsafe`. Each type here is one word in C and can be made in two ways only: by
//! a C caller, who has read in the header what the argument must be, or by an unsafe function of this module. Having one
//! therefore means that the promise has been given, and reading through it is safe. That is all the checking that can be
//! done: a pointer to nowhere crashes here as it does in every C library.

mod structures;

pub(crate) use structures::ALIAS_SIZE;
pub use structures::{Answer, DRIVERINFOSTRUCT, NotifierTable};

use std::ffi::{CStr, c_char};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use opendriver::config::CodePage;

use crate::code::Code;
use crate::failure::Failure;

/// Text in UTF-16, ended by a zero unit: `LPCWSTR`, `const char16_t *`. It may be NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct WideText(Option<NonNull<u16>>);

/// Text in the ANSI code page of a manager, ended by a zero byte: `LPCSTR`. It may be NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct AnsiText(Option<NonNull<c_char>>);

/// Text in UTF-8, ended by a zero byte: `const char *`. It may be NULL. As a path it is taken byte for byte on Unix.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Utf8Text(Option<NonNull<c_char>>);

/// Bytes that somebody else has counted: `const void *`. It may be NULL if the count is 0.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Bytes(Option<NonNull<u8>>);

/// A place for text: `char *`. NULL if only the size is wanted.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct CharBuffer(Option<NonNull<c_char>>);

/// A place for values of a plain type, one or several: `T *`. It may be NULL.
#[repr(transparent)]
pub struct Out<T: Plain>(Option<NonNull<T>>);

/// Values of a plain type from the caller: `const T *`. It may be NULL.
#[repr(transparent)]
pub struct In<T: Plain>(Option<NonNull<T>>);

/// Types for which every bit pattern that a C caller can produce by the header is a value.
///
/// # Safety
///
/// The type is `repr(C)` or a number, and has no field that could be invalid.
pub unsafe trait Plain: Copy {}

/// Structures that begin with their own size, so that old and new callers and libraries can be told apart.
///
/// # Safety
///
/// The first field is a `Size`, and whatever else a caller leaves out, that one is there.
pub unsafe trait Measured: Plain {
    /// The type of that field.
    type Size: Plain;
}

impl<T: Plain> Clone for Out<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Plain> Copy for Out<T> {}
impl<T: Plain> Clone for In<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Plain> Copy for In<T> {}

impl WideText {
    /// No text.
    pub const NULL: WideText = WideText(None);

    /// Text for a call from Rust.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or leads to units that end with a 0 and stay as they are while the value is in use.
    pub unsafe fn new(text: *const u16) -> WideText {
        WideText(NonNull::new(text.cast_mut()))
    }

    /// The text; `None` for NULL. `what` names the argument in the error.
    pub(crate) fn optional(self, what: &str) -> Result<Option<String>, Failure> {
        let Some(start) = self.0 else { return Ok(None) };
        let mut units = Vec::new();
        let mut at = start.as_ptr().cast_const();
        loop {
            // SAFETY: by the promise behind the value `at` has not passed the zero that ends the text. Drivers and
            // packed structures hand out odd addresses.
            let unit = unsafe { at.read_unaligned() };
            if unit == 0 {
                break;
            }
            units.push(unit);
            // SAFETY: this unit is not the zero, so there is another one behind it.
            at = unsafe { at.add(1) };
        }
        let text = String::from_utf16(&units);
        text.map(Some).map_err(|_| {
            Failure::new(Code::Text, format!("no UTF-16 in the {what}: there is half of a surrogate pair"))
        })
    }

    /// The text, which must be there.
    pub(crate) fn read(self, what: &str) -> Result<String, Failure> {
        self.optional(what)?.ok_or_else(|| Failure::null(what))
    }
}

/// The bytes in front of the zero; `None` for NULL. They are lent for as long as the value is, which is no longer than
/// the call.
fn c_bytes(text: &Option<NonNull<c_char>>) -> Option<&[u8]> {
    // SAFETY: by the promise behind the values of this module the text ends with a zero and lives while it is in use.
    text.map(|text| unsafe { CStr::from_ptr(text.as_ptr()) }.to_bytes())
}

impl AnsiText {
    /// No text.
    pub const NULL: AnsiText = AnsiText(None);

    /// Text for a call from Rust.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or leads to bytes that end with a 0 and stay as they are while the value is in use.
    pub unsafe fn new(text: *const c_char) -> AnsiText {
        AnsiText(NonNull::new(text.cast_mut()))
    }

    /// The text by this code page; `None` for NULL.
    pub(crate) fn optional(self, page: CodePage) -> Option<String> {
        c_bytes(&self.0).map(|bytes| page.decode(bytes))
    }

    /// The text, which must be there.
    pub(crate) fn read(self, page: CodePage, what: &str) -> Result<String, Failure> {
        self.optional(page).ok_or_else(|| Failure::null(what))
    }
}

impl Utf8Text {
    /// No text.
    pub const NULL: Utf8Text = Utf8Text(None);

    /// Text for a call from Rust.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or leads to bytes that end with a 0 and stay as they are while the value is in use.
    pub unsafe fn new(text: *const c_char) -> Utf8Text {
        Utf8Text(NonNull::new(text.cast_mut()))
    }

    /// The text; `None` for NULL.
    pub(crate) fn optional(&self, what: &str) -> Result<Option<&str>, Failure> {
        c_bytes(&self.0).map(|bytes| utf8(bytes, what)).transpose()
    }

    /// The text, which must be there.
    pub(crate) fn read(&self, what: &str) -> Result<&str, Failure> {
        self.optional(what)?.ok_or_else(|| Failure::null(what))
    }

    /// The path; `None` for NULL.
    pub(crate) fn optional_path(self, what: &str) -> Result<Option<PathBuf>, Failure> {
        c_bytes(&self.0).map(|bytes| path(bytes, what)).transpose()
    }

    /// The path, which must be there.
    pub(crate) fn read_path(self, what: &str) -> Result<PathBuf, Failure> {
        self.optional_path(what)?.ok_or_else(|| Failure::null(what))
    }
}

fn utf8<'a>(bytes: &'a [u8], what: &str) -> Result<&'a str, Failure> {
    str::from_utf8(bytes).map_err(|error| {
        Failure::new(Code::Text, format!("no UTF-8 in the {what}, at byte {}", error.valid_up_to()))
    })
}

#[cfg(unix)]
fn path(bytes: &[u8], _what: &str) -> Result<PathBuf, Failure> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: &[u8], what: &str) -> Result<PathBuf, Failure> {
    utf8(bytes, what).map(PathBuf::from)
}

impl Bytes {
    /// Bytes for a call from Rust.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or leads to as many bytes as are read with the value, which stay as they are meanwhile.
    pub unsafe fn new(bytes: *const u8) -> Bytes {
        Bytes(NonNull::new(bytes.cast_mut()))
    }

    /// The bytes. For a length of 0 the pointer is not looked at.
    pub(crate) fn read(self, length: usize, what: &str) -> Result<Vec<u8>, Failure> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let Some(start) = self.0 else { return Err(Failure::null(what)) };
        if isize::try_from(length).is_err() {
            return Err(Failure::new(Code::Argument, format!("the {what} cannot have {length} bytes")));
        }
        // SAFETY: by the promise behind the value there are so many bytes.
        Ok(unsafe { std::slice::from_raw_parts(start.as_ptr(), length) }.to_vec())
    }
}

impl CharBuffer {
    /// No buffer: only the size is wanted.
    pub const NULL: CharBuffer = CharBuffer(None);

    /// A buffer for a call from Rust.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or leads to as many bytes as the size that goes with it, for writing.
    pub unsafe fn new(buffer: *mut c_char) -> CharBuffer {
        CharBuffer(NonNull::new(buffer))
    }

    /// Writes the text with a NUL behind it, cut in front of the character that does not fit; returns the size that
    /// the whole takes. A NUL inside the text becomes a blank.
    pub(crate) fn write(self, size: usize, text: &[u8]) -> usize {
        if let Some(buffer) = self.0
            && size > 0
        {
            let mut length = text.len().min(size - 1);
            // A byte 10xxxxxx goes on with a character of UTF-8; nothing of it is to be left without its end.
            while length < text.len() && length > 0 && text[length] & 0xC0 == 0x80 {
                length -= 1;
            }
            let bytes: Vec<u8> =
                text[..length].iter().map(|&byte| if byte == 0 { b' ' } else { byte }).chain([0]).collect();
            // SAFETY: by the promise behind the value there are `size` bytes, and these are at most so many; they are
            // in a vector of our own.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.as_ptr().cast(), bytes.len()) };
        }
        text.len() + 1
    }

    /// Passes on what a function that writes text returns. If it is 0, nothing was written: then the buffer, which may be
    /// one that nobody has initialised, gets an empty text. Not earlier, since an argument may lie in the same place.
    pub(crate) fn or_empty(self, size: usize, written: usize) -> usize {
        if written == 0 {
            self.write(size, b"");
        }
        written
    }

    /// As [`CharBuffer::write`], for a path: its bytes on Unix, UTF-8 elsewhere.
    pub(crate) fn write_path(self, size: usize, path: &Path) -> usize {
        #[cfg(unix)]
        let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
        #[cfg(not(unix))]
        let text = path.to_string_lossy();
        #[cfg(not(unix))]
        let bytes = text.as_bytes();
        self.write(size, bytes)
    }
}

impl<T: Plain> Out<T> {
    /// A place for a call from Rust.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or leads to as many initialised values as are read or written with it.
    pub unsafe fn new(place: *mut T) -> Out<T> {
        Out(NonNull::new(place))
    }

    /// The size at the beginning of the structure; `None` for NULL.
    pub(crate) fn stated_size(self) -> Option<T::Size>
    where
        T: Measured,
    {
        stated_size(self.0)
    }

    /// Puts a value at a place counted from 0; nothing if the pointer is NULL.
    pub(crate) fn set(self, index: usize, value: T) {
        if let Some(start) = self.0 {
            // SAFETY: by the promise behind the value there are more places than `index`.
            let place = unsafe { start.as_ptr().add(index) };
            // SAFETY: as above; packed structures of drivers have odd addresses.
            unsafe { place.write_unaligned(value) };
        }
    }
}

impl<T: Plain> In<T> {
    /// A value for a call from Rust.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or leads to a value that stays as it is while this one is in use.
    pub unsafe fn new(place: *const T) -> In<T> {
        In(NonNull::new(place.cast_mut()))
    }

    /// The size at the beginning of the structure; `None` for NULL.
    pub(crate) fn stated_size(self) -> Option<T::Size>
    where
        T: Measured,
    {
        stated_size(self.0)
    }

    /// The value; `None` for NULL.
    pub(crate) fn read(self) -> Option<T> {
        // SAFETY: by the promise behind the value there is one, of a type that can be anything.
        self.0.map(|place| unsafe { place.as_ptr().read_unaligned() })
    }
}

fn stated_size<T: Measured>(structure: Option<NonNull<T>>) -> Option<T::Size> {
    // SAFETY: by the promises behind the value and the trait there is a structure, and it begins with this field.
    structure.map(|structure| unsafe { structure.as_ptr().cast::<T::Size>().read_unaligned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(units: &[u16]) -> Result<Option<String>, Failure> {
        // SAFETY: every slice below ends with a 0 and lives during the call.
        unsafe { WideText::new(units.as_ptr()) }.optional("name")
    }

    #[test]
    fn wide_text_is_read_up_to_its_zero() {
        assert_eq!(wide(&[0x61, 0xD83C, 0xDFB5, 0, 0x62, 0]).expect("valid").as_deref(), Some("a\u{1F3B5}"));
        assert_eq!(wide(&[0]).expect("valid").as_deref(), Some(""));
        assert_eq!(WideText::NULL.optional("name").expect("none"), None);
        assert_eq!(
            WideText::NULL.read("name").map_err(|failure| failure.told().code),
            Err(Code::NullArgument)
        );
        for lone in [[0xD800, 0], [0xDC00, 0]] {
            assert_eq!(wide(&lone).map_err(|failure| failure.told().code), Err(Code::Text));
        }
    }

    #[test]
    fn wide_text_may_stand_at_an_odd_address() {
        let mut bytes = vec![0u8];
        bytes.extend([0x61u16, 0x62, 0].iter().flat_map(|unit| unit.to_ne_bytes()));
        // SAFETY: three units stand behind the first byte, the last of them 0.
        let text = unsafe { WideText::new(bytes[1..].as_ptr().cast()) };
        assert_eq!(text.read("name").expect("valid"), "ab");
    }

    #[test]
    fn bytes_are_text_by_their_encoding() {
        let western = c"caf\xE9".as_ptr();
        // SAFETY: it ends with a 0 and is constant.
        let (ansi, utf8) = unsafe { (AnsiText::new(western), Utf8Text(NonNull::new(western.cast_mut()))) };
        assert_eq!(ansi.optional(CodePage::WESTERN).as_deref(), Some("caf\u{e9}"));
        assert_eq!(
            utf8.read("name").map_err(|failure| failure.told().text),
            Err("no UTF-8 in the name, at byte 3".into())
        );
        assert!(AnsiText::NULL.optional(CodePage::WESTERN).is_none());
        assert_eq!(
            Utf8Text::NULL.read_path("path").map_err(|failure| failure.told().code),
            Err(Code::NullArgument)
        );
    }

    #[test]
    fn no_bytes_need_no_address() {
        let none = Bytes(None);
        assert_eq!(none.read(0, "text").expect("nothing to read"), b"");
        assert_eq!(none.read(1, "text").map_err(|failure| failure.told().code), Err(Code::NullArgument));
        let some = Bytes(Some(NonNull::dangling()));
        assert_eq!(some.read(usize::MAX, "text").map_err(|failure| failure.told().code), Err(Code::Argument));
    }

    fn written(text: &str, size: usize) -> (usize, Vec<u8>) {
        let mut room = [0xEEu8; 16];
        // SAFETY: the room is larger than every size asked for below.
        let buffer = unsafe { CharBuffer::new(room.as_mut_ptr().cast()) };
        let needed = buffer.write(size, text.as_bytes());
        assert!(room[size..].iter().all(|&byte| byte == 0xEE), "written beyond {size} bytes");
        let end = room.iter().position(|&byte| byte == 0 || byte == 0xEE).expect("an end");
        (needed, room[..end].to_vec())
    }

    #[test]
    fn text_is_cut_between_characters_and_always_ended() {
        assert_eq!(written("abc", 16), (4, b"abc".to_vec()));
        assert_eq!(written("abc", 4), (4, b"abc".to_vec()));
        assert_eq!(written("abc", 3), (4, b"ab".to_vec()));
        assert_eq!(written("a\u{e9}b", 3), (5, b"a".to_vec()));
        assert_eq!(written("\u{1F3B5}", 4), (5, b"".to_vec()));
        assert_eq!(written("abc", 1), (4, b"".to_vec()));
        assert_eq!(written("abc", 0), (4, b"".to_vec()));
        assert_eq!(written("", 1), (1, b"".to_vec()));
        assert_eq!(written("a\0b", 9), (4, b"a b".to_vec()));
        assert_eq!(CharBuffer::NULL.write(100, b"abc"), 4);
    }
}

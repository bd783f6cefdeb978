//! GetNextDriver and GetDriverInfo, which 16-bit Windows has and Win32 has not.

use opendriver::abi::{GND_FIRSTINSTANCEONLY, GND_REVERSE, HDRVR};
use opendriver::config::CodePage;
use opendriver::{Direction, Handle, Manager};

use crate::boundary::enter;
use crate::code::Code;
use crate::failure::{BadHandle, Failure};
use crate::raw::{ALIAS_SIZE, DRIVERINFOSTRUCT, Out};
use crate::scope::{ManagerToken, Need, with, with_handle};

/// The instance opened next after `handle`, or before it: [`opendriver::Manager::next_instance`]. NULL for `handle`
/// starts at an end; NULL comes back at the other end and, with a last error, for a handle that is not open.
///
/// `flags` is a sum of GND_REVERSE (2) and GND_FIRSTINSTANCEONLY (1); other bits are refused.
#[allow(non_snake_case, reason = "the Windows name")]
#[unsafe(no_mangle)]
pub extern "system" fn GetNextDriver(handle: HDRVR, flags: u32) -> HDRVR {
    enter(HDRVR::NULL, || next(ManagerToken::NULL, handle, flags))
}

/// What is known of an instance: [`opendriver::Manager::info`]. 1, or 0 if the handle is not open or `length` is not
/// the size of the structure.
#[allow(non_snake_case, reason = "the Windows name")]
#[unsafe(no_mangle)]
pub extern "system" fn GetDriverInfo(handle: HDRVR, info: Out<DRIVERINFOSTRUCT>) -> i32 {
    enter(0, || {
        let length = info.stated_size().ok_or_else(|| Failure::null("DRIVERINFOSTRUCT"))?;
        if length as usize != size_of::<DRIVERINFOSTRUCT>() {
            return Err(Failure::new(
                Code::Argument,
                format!(
                    "`length` is {length}; set it to sizeof(DRIVERINFOSTRUCT), {}",
                    size_of::<DRIVERINFOSTRUCT>()
                ),
            ));
        }
        with_handle(ManagerToken::NULL, handle, |manager, handle| {
            info.set(0, describe(manager, handle, length)?);
            Ok(1)
        })
    })
}

pub(crate) fn next(token: ManagerToken, handle: HDRVR, flags: u32) -> Result<HDRVR, Failure> {
    if flags & !(GND_REVERSE | GND_FIRSTINSTANCEONLY) != 0 {
        let text =
            format!("{flags:#x} has bits that are neither GND_FIRSTINSTANCEONLY (1) nor GND_REVERSE (2)");
        return Err(Failure::new(Code::Argument, text));
    }
    let direction = if flags & GND_REVERSE == 0 { Direction::Forward } else { Direction::Reverse };
    let first_only = flags & GND_FIRSTINSTANCEONLY != 0;
    let raw = |handle: Option<Handle>| handle.map_or(HDRVR::NULL, Handle::to_raw);
    if handle.is_null() {
        let first =
            with(token, Need::Handles, |manager| Ok(manager.next_instance(None, direction, first_only)));
        return match first {
            // The process has no manager, so it has no drivers either.
            Err(Failure::BadHandle(BadHandle::NothingOpened)) => Ok(HDRVR::NULL),
            first => Ok(raw(first?)),
        };
    }
    with_handle(token, handle, |manager, handle| {
        // The end of the list is no failure, but a stale handle is.
        manager.info(handle)?;
        Ok(raw(manager.next_instance(Some(handle), direction, first_only)))
    })
}

fn describe(manager: &Manager, handle: Handle, length: u32) -> Result<DRIVERINFOSTRUCT, Failure> {
    let info = manager.info(handle)?;
    let module = manager.module(handle)?.0.get();
    let name = info.alias.as_deref().unwrap_or(&info.module);
    Ok(DRIVERINFOSTRUCT {
        length,
        hDriver: handle.to_raw(),
        hModule: module,
        szAliasName: in_ansi(name, manager.ansi_code_page()),
    })
}

fn in_ansi(name: &str, page: CodePage) -> [u8; ALIAS_SIZE] {
    let mut bytes = [0; ALIAS_SIZE];
    let mut length = 0;
    for character in name.chars() {
        let encoded = page.encode(character.encode_utf8(&mut [0; 4])).unwrap_or_else(|_| b"?".to_vec());
        // The last byte stays zero.
        let Some(place) = bytes[..ALIAS_SIZE - 1].get_mut(length..length + encoded.len()) else { break };
        place.copy_from_slice(&encoded);
        length += encoded.len();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> &[u8] {
        bytes.split(|&byte| byte == 0).next().unwrap_or_default()
    }

    #[test]
    fn names_are_cut_between_characters() {
        let western = CodePage::WESTERN;
        assert_eq!(text(&in_ansi("caf\u{e9} \u{6f22}", western)), b"caf\xE9 ?");
        let long = in_ansi(&"x".repeat(200), western);
        assert_eq!((text(&long).len(), long[127]), (127, 0));
        let japanese = CodePage::try_from(932).expect("Japanese");
        let wide = in_ansi(&"\u{6f22}".repeat(100), japanese);
        assert_eq!(text(&wide).len(), 126);
    }
}

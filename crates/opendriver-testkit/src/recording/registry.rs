//! Which values a registry can hold: what setups and `RegSet` may say.

use serde_json::Value as Json;

/// The types, as recordings call them: those of the registry without `REG_`.
const TYPES: &[&str] = &["sz", "expand_sz", "multi_sz", "dword", "qword", "binary", "none"];

/// Checks that there is such a type and that it can hold the data; an error says what is allowed.
pub(crate) fn check(kind: &str, data: &Json) -> Result<(), String> {
    if !is_type(kind) {
        return Err(format!("{kind:?} is no type of a registry value; there are {}", TYPES.join(", ")));
    }
    let right = match (kind, data) {
        ("dword", data) => number(data).is_some_and(|number| u32::try_from(number).is_ok()),
        ("qword", data) => number(data).is_some(),
        ("binary", Json::String(text)) => bytes(text).is_some(),
        ("multi_sz", Json::Array(texts)) => texts.iter().all(Json::is_string),
        ("sz" | "expand_sz" | "multi_sz" | "none", data) => data.is_string(),
        _ => false,
    };
    if right { Ok(()) } else { Err(format!("{data} is no {kind}, which takes {}", taken(kind))) }
}

/// Whether there is such a type.
pub(crate) fn is_type(kind: &str) -> bool {
    TYPES.contains(&kind)
}

fn taken(kind: &str) -> &'static str {
    match kind {
        "dword" => "a number of 32 bits (decimal, or hexadecimal with 0x)",
        "qword" => "a number of 64 bits (decimal, or hexadecimal with 0x)",
        "binary" => "a text of hexadecimal digits, two for each byte, without blanks",
        "multi_sz" => "a text, or a list of texts",
        _ => "a text",
    }
}

/// A number, or the text of one.
pub(crate) fn number(data: &Json) -> Option<u64> {
    match data {
        Json::Number(number) => number.as_u64(),
        Json::String(text) => match text.strip_prefix("0x") {
            Some(digits) if digits.starts_with(|c: char| c.is_ascii_hexdigit()) => {
                u64::from_str_radix(digits, 16).ok()
            }
            Some(_) => None,
            None if text.starts_with(|c: char| c.is_ascii_digit()) => text.parse().ok(),
            None => None,
        },
        _ => None,
    }
}

/// Bytes written as pairs of hexadecimal digits.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_type_holds_what_it_can() {
        for (kind, data) in [
            ("sz", json!("")),
            ("expand_sz", json!("%X%")),
            ("multi_sz", json!(["a", "b"])),
            ("multi_sz", json!("a")),
            ("dword", json!(65)),
            ("dword", json!("0xffffffff")),
            ("qword", json!("18446744073709551615")),
            ("binary", json!("00ffA0")),
            ("binary", json!("")),
            ("none", json!("x")),
        ] {
            assert_eq!(check(kind, &data), Ok(()), "{kind} {data}");
        }
    }

    #[test]
    fn nothing_else_is_held() {
        for (kind, data, part) in [
            ("REG_SZ", json!(""), "there are sz, expand_sz"),
            ("sz", json!(5), "5 is no sz, which takes a text"),
            ("dword", json!(1_u64 << 32), "a number of 32 bits"),
            ("dword", json!(-1), "a number of 32 bits"),
            ("dword", json!("0x"), "a number of 32 bits"),
            ("dword", json!("+5"), "a number of 32 bits"),
            ("qword", json!("0x10000000000000000"), "a number of 64 bits"),
            ("binary", json!("abc"), "two for each byte"),
            ("binary", json!("0g"), "two for each byte"),
            ("binary", json!([1, 2]), "two for each byte"),
            ("multi_sz", json!(["a", 1]), "a list of texts"),
            ("none", json!(null), "a text"),
        ] {
            let error = check(kind, &data).expect_err("it cannot be held");
            assert!(error.contains(part), "{kind} {data}: {error}");
        }
    }
}

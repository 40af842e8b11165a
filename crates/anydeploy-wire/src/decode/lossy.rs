//! JSON text with U+FFFD in place of what is not Unicode.

/// Replaces bytes that are not UTF-8, and `\u` escapes that are half of a surrogate pair.
///
/// Text that was cut at any byte, such as a log, must not cost the whole response.
pub(super) fn lossy(text: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(text).into_owned().into_bytes();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                text[at..at + 6].copy_from_slice(br"\ufffd");
                6
            }
            // Another escape, such as that of a backslash before a `u`.
            _ if rest.starts_with(b"\\") => 2,
            _ => 1,
        };
    }
    // An escape was replaced by an escape.
    String::from_utf8(text).unwrap_or_default()
}

/// The UTF-16 unit of a `\u` escape that the text begins with.
pub(super) fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    // `from_str_radix` would take a sign.
    let digits = str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::lossy;

    #[test]
    fn only_what_is_not_unicode_is_replaced() {
        for (text, expected) in [
            (&br#""a\ud83d\ude00b""#[..], r#""a\ud83d\ude00b""#),
            (br"\ud83dx\ude00", r"\ufffdx\ufffd"),
            (br"\uD83D\uD83D\uDE00", r"\ufffd\uD83D\uDE00"),
            (br"\\ud83d\\\ud83d", r"\\ud83d\\\ufffd"),
            (br"\u0041\ud8", r"\u0041\ud8"),
            (b"a\xff\\", "a\u{fffd}\\"),
            (b"", ""),
        ] {
            assert_eq!(lossy(text), expected);
        }
    }
}

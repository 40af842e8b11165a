//! The text that a string of JSON stands for.

use super::lossy::unit;

/// Resolves the escapes of a string of JSON, given without its quotes, and returns whether all of it is Unicode.
///
/// Half of a surrogate pair becomes U+FFFD, and a letter that is no escape stands for itself.
/// It allocates once; `serde_json` unescapes into a buffer that doubles, and copies the text out of it.
///
/// ```
/// assert_eq!(anydeploy_wire::unescape(r"a\nb\u00e9"), ("a\nbé".to_owned(), true));
/// ```
#[must_use]
pub fn unescape(json: &str) -> (String, bool) {
    let (mut text, mut rest, mut is_unicode) = (String::with_capacity(json.len()), json, true);
    // The texts between escapes are short, so that a plain search of bytes is the fastest.
    while let Some(place) = rest.bytes().position(|byte| byte == b'\\') {
        let (plain, escape) = rest.split_at(place);
        text.push_str(plain);
        let bytes = escape.as_bytes();
        let (character, length) = match (unit(bytes), bytes.get(6..).and_then(unit)) {
            (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                (char::from_u32(0x1_0000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(low) - 0xDC00)), 12)
            }
            (Some(unit), _) => (char::from_u32(unit.into()), 6),
            (None, _) => {
                let letter = escape.chars().nth(1);
                (letter.map(named), 1 + letter.map_or(0, char::len_utf8))
            }
        };
        is_unicode &= character.is_some();
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = escape.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    (text, is_unicode)
}

/// The character of an escape of one letter.
fn named(letter: char) -> char {
    match letter {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_escape_stands_for_its_character() {
        let escapes = r#"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00."#;
        assert_eq!(unescape(escapes), ("\"\\/\u{8}\u{c}\n\r\tAé😀.".to_owned(), true));
    }

    #[test]
    fn the_first_and_the_last_of_the_pairs_stand_for_their_characters() {
        for character in ['\u{10000}', '\u{103ff}', '\u{10fc00}', '\u{10ffff}'] {
            let units =
                character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!(r"\u{unit:04x}")).collect::<Vec<_>>();
            let json = units.concat();
            assert_eq!(unescape(&json), (character.to_string(), true), "{json}");
        }
    }

    #[test]
    fn half_of_a_pair_is_replaced_and_reported() {
        for (json, text) in [(r"\ud83d", "\u{fffd}"), (r"\ude00x", "\u{fffd}x"), (r"\ud83d\ud83d\ude00", "\u{fffd}😀")]
        {
            assert_eq!(unescape(json), (text.to_owned(), false));
        }
    }

    #[test]
    fn what_is_no_escape_loses_no_text() {
        for (json, text) in [(r"\éabc", "éabc"), (r"\u+041x", "u+041x"), (r"\u12", "u12")] {
            assert_eq!(unescape(json), (text.to_owned(), true));
        }
        assert_eq!(unescape("ab\\"), ("ab\u{fffd}".to_owned(), false));
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_writes(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(&json[1..json.len() - 1]), (text, true));
        }
    }
}

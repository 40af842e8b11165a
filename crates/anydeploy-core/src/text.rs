//! Small rules about text that several types share.

/// The longest id that is accepted, in bytes; the platforms use 7 to 64.
const LONGEST_ID: usize = 200;

/// Says why `id` cannot stand in a request, if it cannot.
pub(crate) fn check_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() {
        return Err("an id is empty");
    }
    if id.len() > LONGEST_ID {
        return Err("an id is longer than 200 bytes");
    }
    if id == "." || id == ".." {
        return Err("an id is a relative path segment");
    }
    if id.chars().any(|c| c.is_control() || c.is_whitespace() || "/?#,@:%&=\\".contains(c)) {
        return Err("an id holds white space or one of / ? # , @ : % & = \\");
    }
    Ok(())
}

/// The beginning of `text`, on one line, for an error message about input the caller gave.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut excerpt: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        excerpt.push('…');
    }
    excerpt
}

/// Serialises a type as its `Display` text, and reads it back by `FromStr`.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;

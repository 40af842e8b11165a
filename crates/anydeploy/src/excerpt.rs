//! Texts of a server in the length in which they are shown.

use crate::adapter::mask;

/// The first characters of a text without its secrets, with a mark where it was cut off.
pub(crate) fn excerpt(text: &str, max_chars: usize) -> String {
    let mut excerpt = mask(text);
    if let Some((end, _)) = excerpt.char_indices().nth(max_chars) {
        excerpt.truncate(end);
        excerpt.push('…');
    }
    excerpt
}

//! Credentials in URLs, and in data source names that are none.

use crate::cover::Cover;

/// Hides what stands between `://` and the last `@` of a word, also where both are percent-encoded.
pub(crate) fn cover(cover: &mut Cover<'_>) {
    let text = cover.text();
    let mut start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        cover_word(cover, start, word);
        start += word.len();
    }
}

fn cover_word(cover: &mut Cover<'_>, start: usize, word: &str) {
    for (scheme, at) in [("://", "@"), ("%3a%2f%2f", "%40")] {
        let lower = word.to_ascii_lowercase();
        let Some(scheme) = lower.find(scheme).map(|found| found + scheme.len()) else { continue };
        if let Some(at) = lower[scheme..].rfind(at) {
            cover.hide(start + scheme, start + scheme + at);
        }
    }
    // Go's name of a MySQL database has no scheme: `user:password@tcp(host:3306)/name`.
    for network in ["@tcp(", "@unix("] {
        if let Some((before, _)) = word.split_once(network)
            && let Some(colon) = before.find(':')
        {
            cover.hide(start + colon + 1, start + before.len());
        }
    }
}

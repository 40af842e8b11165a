//! The places of a text that are hidden.

use crate::REDACTED;

/// A text with the places in it that are to be hidden.
pub(crate) struct Cover<'a> {
    text: &'a str,
    hidden: Vec<(usize, usize)>,
}

impl<'a> Cover<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, hidden: Vec::new() }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// Hides the bytes from `start` to `end`, which are boundaries of characters.
    pub(crate) fn hide(&mut self, start: usize, end: usize) {
        if start < end {
            self.hidden.push((start, end));
        }
    }

    /// Whether the byte at this place is hidden.
    pub(crate) fn hides(&self, place: usize) -> bool {
        self.hidden.iter().any(|(start, end)| (*start..*end).contains(&place))
    }

    pub(crate) fn into_masked(mut self) -> String {
        self.hidden.sort_unstable();
        let mut masked = String::with_capacity(self.text.len());
        let mut read = 0;
        for (start, end) in self.hidden {
            // Places that overlap or touch are one.
            if start > read || masked.is_empty() {
                masked.extend([&self.text[read..start.max(read)], REDACTED]);
            }
            read = read.max(end);
        }
        masked.push_str(&self.text[read..]);
        masked
    }
}

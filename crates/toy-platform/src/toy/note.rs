//! The note of a deployment: the reason of the request, and the correlation tag.

/// What stands before the tag.
const BEFORE: &str = "[anydeploy ";
const AFTER: &str = "]";

/// The note of a trigger.
pub(super) fn written(reason: Option<&str>, tag: &str) -> String {
    let note = format!("{} {BEFORE}{tag}{AFTER}", reason.unwrap_or_default().trim());
    note.trim_start().to_owned()
}

/// The reason and the tag of a note, of which each may be missing.
pub(super) fn read(note: &str) -> (Option<&str>, Option<&str>) {
    let tagged = note.strip_suffix(AFTER).and_then(|note| note.rsplit_once(BEFORE));
    let (reason, tag) = tagged.map_or((note, None), |(reason, tag)| (reason, Some(tag)));
    (Some(reason.trim()).filter(|reason| !reason.is_empty()), tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        for reason in [None, Some("release 7"), Some("again [anydeploy x]")] {
            assert_eq!(read(&written(reason, "t1")), (reason, Some("t1")));
        }
        assert_eq!(read("by hand"), (Some("by hand"), None));
        assert_eq!(read(""), (None, None));
    }
}

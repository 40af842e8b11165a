//! The names that a type knows, its members or words, and finding a text among them.

/// The names that a type knows, in the order of its fields or variants; a macro of this crate makes it a constant.
#[derive(Debug)]
pub struct Names {
    names: &'static [&'static str],
    /// An open-addressed hash table: the index of a name plus one, or 0; its length is a power of two.
    table: &'static [u16],
}

impl Names {
    /// The table has to be [`table`] of the names.
    #[must_use]
    pub const fn new(names: &'static [&'static str], table: &'static [u16]) -> Self {
        Self { names, table }
    }

    /// The index of a name.
    #[must_use]
    pub fn index_of(&self, text: &str) -> Option<usize> {
        let mut slot = hash(text.as_bytes());
        loop {
            slot &= self.table.len() - 1;
            let index = usize::from(*self.table.get(slot)?).checked_sub(1)?;
            if self.names.get(index) == Some(&text) {
                return Some(index);
            }
            slot += 1;
        }
    }

    pub(super) fn name(&self, index: usize) -> &'static str {
        self.names.get(index).copied().unwrap_or_default()
    }
}

/// The length of the table for so many names: at most half of it is in use, so that every search ends.
#[must_use]
pub const fn table_length(names: usize) -> usize {
    (2 * names + 1).next_power_of_two()
}

/// The hash table of names.
#[must_use]
pub const fn table<const LENGTH: usize>(names: &[&str]) -> [u16; LENGTH] {
    let mut table = [0; LENGTH];
    let mut index = 0;
    while index < names.len() {
        let mut slot = hash(names[index].as_bytes()) % LENGTH;
        while table[slot] != 0 {
            slot = (slot + 1) % LENGTH;
        }
        index += 1;
        #[expect(clippy::cast_possible_truncation, reason = "no type has so many fields")]
        let entry = index as u16;
        table[slot] = entry;
    }
    table
}

/// A few bytes tell the names of one type apart well enough; every find compares the whole name.
const fn hash(key: &[u8]) -> usize {
    let Some(last) = key.len().checked_sub(1) else { return 0 };
    let sample = [key[0], key[last / 3], key[last / 2], key[last]];
    let hash = (u32::from_le_bytes(sample) ^ (key.len() as u32)).wrapping_mul(0x9E37_79B1);
    (hash >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_nothing_else_is() {
        const NAMES: &[&str] = &["", "a", "b", "id", "name", "names", "created_at", "creates_at", "updated_at", "ä"];
        const FOUND: Names = Names::new(NAMES, &table::<{ table_length(NAMES.len()) }>(NAMES));
        for (index, name) in NAMES.iter().enumerate() {
            assert_eq!((FOUND.index_of(name), FOUND.name(index)), (Some(index), *name));
        }
        for key in ["c", "nama", "created_a", "created_at ", "crXXted_at", "ö"] {
            assert_eq!(FOUND.index_of(key), None);
        }
    }

    #[test]
    fn a_type_without_names_finds_none() {
        const NONE: Names = Names::new(&[], &table::<{ table_length(0) }>(&[]));
        assert_eq!(NONE.index_of("a"), None);
    }
}

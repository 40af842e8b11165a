//! The members that a type names, and finding a key among them.

/// The members that a type names, those first that have to be there; [`object!`](crate::object) makes it a constant.
#[derive(Debug)]
pub struct Members {
    names: &'static [&'static str],
    required: usize,
    /// An open-addressed hash table: the place of a name plus one, or 0; its length is a power of two.
    table: &'static [u16],
}

impl Members {
    /// The table has to be that of [`table`].
    #[must_use]
    pub const fn new(names: &'static [&'static str], required: usize, table: &'static [u16]) -> Self {
        Self { names, required, table }
    }

    pub(super) fn name(&self, index: usize) -> &'static str {
        self.names.get(index).copied().unwrap_or_default()
    }

    pub(super) fn is_required(&self, index: usize) -> bool {
        index < self.required
    }

    pub(super) fn index_of(&self, key: &str) -> Option<usize> {
        let mut slot = hash(key.as_bytes());
        loop {
            slot &= self.table.len() - 1;
            let index = usize::from(*self.table.get(slot)?).checked_sub(1)?;
            if self.names.get(index) == Some(&key) {
                return Some(index);
            }
            slot += 1;
        }
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
        const MEMBERS: Members = Members::new(NAMES, 2, &table::<{ table_length(NAMES.len()) }>(NAMES));
        for (index, name) in NAMES.iter().enumerate() {
            assert_eq!((MEMBERS.index_of(name), MEMBERS.name(index)), (Some(index), *name));
        }
        for key in ["c", "nama", "created_a", "created_at ", "crXXted_at", "ö"] {
            assert_eq!(MEMBERS.index_of(key), None);
        }
        assert_eq!((MEMBERS.is_required(1), MEMBERS.is_required(2)), (true, false));
    }

    #[test]
    fn a_type_without_members_finds_none() {
        const MEMBERS: Members = Members::new(&[], 0, &table::<{ table_length(0) }>(&[]));
        assert_eq!(MEMBERS.index_of("a"), None);
    }
}

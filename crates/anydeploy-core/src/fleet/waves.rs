//! How the members of a fleet are split into waves.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Amount;

/// The members of one wave, by their places in the plan.
pub type WaveRange = Range<usize>;

/// How the members are split into waves, in the order of the plan.
///
/// A share is one of all members of the plan.
/// In JSON it is `"together"`, `{"limit": "25 %"}` or `{"sizes": [1, "10 %"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Waves {
    /// One wave.
    #[default]
    Together,
    /// Waves of so many members each; the last one may have less.
    Limit(Amount),
    /// Waves of these sizes, and one more with all members that are left.
    Sizes(Vec<Amount>),
}

impl Waves {
    /// The waves of a plan with so many members, in their order; none is empty.
    #[must_use]
    pub fn split(&self, members: usize) -> Vec<WaveRange> {
        let mut waves = Vec::new();
        let mut begin = 0;
        let mut sizes: Box<dyn Iterator<Item = Amount>> = match self {
            Self::Together => Box::new(std::iter::empty()),
            Self::Limit(limit) => Box::new(std::iter::repeat(*limit)),
            Self::Sizes(sizes) => Box::new(sizes.iter().copied()),
        };
        while begin < members {
            let left = members - begin;
            let size = sizes.next().map_or(left, |size| size.of(members).min(left));
            waves.push(begin..begin + size);
            begin += size;
        }
        waves
    }

    /// The amounts that it is made of.
    pub(super) fn amounts(&self) -> &[Amount] {
        match self {
            Self::Together => &[],
            Self::Limit(limit) => std::slice::from_ref(limit),
            Self::Sizes(sizes) => sizes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_split_in_their_order() {
        use Amount::{Count, Percent};
        let table: [(Waves, usize, &[usize]); 9] = [
            (Waves::Together, 0, &[]),
            (Waves::Together, 5, &[5]),
            (Waves::Limit(Count(2)), 5, &[2, 2, 1]),
            (Waves::Limit(Count(9)), 5, &[5]),
            (Waves::Limit(Percent(25)), 10, &[3, 3, 3, 1]),
            (Waves::Limit(Percent(1)), 3, &[1, 1, 1]),
            (Waves::Sizes(vec![Count(1), Percent(50)]), 10, &[1, 5, 4]),
            (Waves::Sizes(vec![Count(4), Count(4)]), 6, &[4, 2]),
            (Waves::Sizes(vec![]), 3, &[3]),
        ];
        for (waves, members, expected) in table {
            let split = waves.split(members);
            assert_eq!(split.iter().map(WaveRange::len).collect::<Vec<_>>(), expected, "{waves:?} of {members}");
            assert!(split.into_iter().flatten().eq(0..members), "each member is in one wave, in order");
        }
    }
}

//! Sorting a few values.

use std::cmp::Ordering;

/// Sorts values, and keeps the order of equals.
///
/// The sort works on places, so that it is compiled once, and not for each type and order.
/// It is for dozens of values, not for the lines of a log.
#[must_use]
pub fn sorted_by<T>(mut values: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut places = places(values.len(), &|one, other| compare(&values[one], &values[other]));
    for place in 0..places.len() {
        // What stood at an earlier place was swapped away since, and the places say where to.
        let mut from = places[place];
        while from < place {
            from = places[from];
        }
        values.swap(place, from);
        places[place] = from;
    }
    values
}

/// The places of values in their order.
fn places(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..length).collect();
    places.sort_by(|one, other| compare(*one, *other));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_order_and_equals_as_they_were() {
        // Every list of seven values of which some are equal.
        for number in 0..4_usize.pow(7) {
            let values: Vec<_> = (0..7_u32).map(|place| (number / 4_usize.pow(place) % 4, place)).collect();
            let mut expected = values.clone();
            expected.sort_by_key(|(value, _)| *value);
            assert_eq!(sorted_by(values, |one, other| one.0.cmp(&other.0)), expected);
        }
        assert!(sorted_by(Vec::<u8>::new(), Ord::cmp).is_empty());
    }
}

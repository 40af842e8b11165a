//! The circles of a graph.

use std::collections::{BTreeMap, BTreeSet};

/// Every largest set of two or more nodes of which each leads to each other one.
pub(super) fn circles<N: Clone + Ord>(edges: &BTreeSet<(N, N)>) -> Vec<BTreeSet<N>> {
    let mut next: BTreeMap<&N, Vec<&N>> = BTreeMap::new();
    for (from, to) in edges {
        next.entry(from).or_default().push(to);
    }
    let reached: BTreeMap<&N, BTreeSet<&N>> = next.keys().map(|node| (*node, reached(&next, node))).collect();
    let leads = |from: &N, to: &N| reached.get(from).is_some_and(|reached| reached.contains(to));
    let mut circles: Vec<BTreeSet<N>> = Vec::new();
    for node in next.keys().filter(|node| leads(node, node)) {
        if circles.iter().any(|circle| circle.contains(*node)) {
            continue;
        }
        let members = reached[node].iter().filter(|other| leads(other, node));
        circles.push(members.map(|other| N::clone(other)).collect());
    }
    circles.retain(|circle| circle.len() > 1);
    circles
}

/// The nodes that edges lead to, over any number of them.
fn reached<'a, N: Ord>(next: &BTreeMap<&'a N, Vec<&'a N>>, from: &N) -> BTreeSet<&'a N> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&N> = next.get(from).cloned().unwrap_or_default();
    while let Some(node) = open.pop() {
        if reached.insert(node) {
            open.extend(next.get(node).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_circles_are_two_and_a_loop_is_none() {
        let edges = [(1, 2), (2, 1), (2, 3), (3, 4), (4, 5), (5, 3), (6, 6), (5, 6)];
        assert_eq!(circles(&BTreeSet::from(edges)), [BTreeSet::from([1, 2]), BTreeSet::from([3, 4, 5])]);
    }
}

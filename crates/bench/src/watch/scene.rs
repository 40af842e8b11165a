//! The deployments of a scenario: where each of them runs, and when it ends.

use std::time::Duration;

use fastrand::Rng;

/// Deployments that all run when the server starts.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// When each of them ends, in the order of their numbers.
    ends: Vec<Duration>,
    /// How many applications or environments they are spread over.
    places: usize,
}

impl Scene {
    /// So many deployments over so many places, which end between two times.
    pub(super) fn new(deployments: usize, places: usize, (first, last): (Duration, Duration)) -> Self {
        // A scenario is the same in every run.
        let mut rng = Rng::with_seed(10);
        let ends = (0..deployments).map(|_| first + last.saturating_sub(first).mul_f64(rng.f64())).collect();
        Self { ends, places: places.max(1) }
    }

    pub(super) fn ends(&self) -> &[Duration] {
        &self.ends
    }

    pub(super) fn places(&self) -> usize {
        self.places
    }

    /// The application or environment of a deployment.
    pub(super) fn place_of(&self, deployment: usize) -> usize {
        deployment % self.places
    }

    /// The numbers of the deployments in a place.
    pub(super) fn of_place(&self, place: usize) -> impl Iterator<Item = usize> {
        (place..self.ends.len()).step_by(self.places)
    }

    /// Whether a deployment is over; an unknown one never is.
    pub(super) fn is_over(&self, deployment: usize, now: Duration) -> bool {
        self.ends.get(deployment).is_some_and(|end| *end <= now)
    }
}

//! The ideal, which is computed: one batch read of everything a tick, and one last read for each that has ended.

use std::time::Duration;

use super::platform::Platform;
use super::scene::Scene;

/// What watching a scene costs at least.
#[derive(Debug)]
pub(super) struct Ideal {
    pub(super) requests_a_minute: f64,
    /// The mean time between the end of a deployment and the tick that shows it, in seconds.
    pub(super) lag: f64,
}

impl Ideal {
    pub(super) fn of(platform: &dyn Platform, scene: &Scene) -> Self {
        let (requests, tick) = platform.ideal(scene);
        let (ends, tick) = (scene.ends(), tick.as_secs_f64());
        let shown = |end: &Duration| (end.as_secs_f64() / tick).ceil() * tick;
        let last = ends.iter().map(shown).fold(tick, f64::max);
        let lag: f64 = ends.iter().map(|end| shown(end) - end.as_secs_f64()).sum();
        let requests = requests as f64 * (last / tick) + ends.len() as f64;
        Self { requests_a_minute: requests / (last / 60.0), lag: lag / (ends.len() as f64).max(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::coolify::Coolify;
    use super::*;

    #[test]
    fn a_list_every_two_seconds_shows_an_end_a_second_later_on_average() {
        let scene = Scene::new(1000, 1000, (Duration::from_mins(5), Duration::from_mins(15)));
        let ideal = Ideal::of(&Coolify, &scene);
        assert!((ideal.lag - 1.0).abs() < 0.1, "{ideal:?}");
        let lists = ideal.requests_a_minute - 1000.0 / 15.0;
        assert!((lists - 30.0).abs() < 1.0, "{ideal:?}");
    }
}

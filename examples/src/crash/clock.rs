//! The clocks of a run: the server's follows that of the machine, and can be moved an hour ahead.

use std::time::{Duration, Instant};

use anydeploy_fakes::Timeline;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How often the server's clock is moved on.
const INTERVAL: Duration = Duration::from_millis(1);

/// Lets a timeline follow the clock of the machine until it is dropped.
pub(super) struct Clock {
    timeline: Timeline,
    follows: JoinHandle<()>,
}

impl Clock {
    pub(super) fn start() -> Self {
        let timeline = Timeline::start();
        let follows = tokio::spawn(async move {
            let mut last = Instant::now();
            loop {
                sleep(INTERVAL).await;
                let now = Instant::now();
                timeline.advance(now - last);
                last = now;
            }
        });
        Self { timeline, follows }
    }

    pub(super) fn timeline(&self) -> Timeline {
        self.timeline
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.follows.abort();
    }
}

/// Makes an intent as much older as the server's clock was moved ahead, and returns how many times in it were moved.
///
/// The clock of the machine cannot be moved, so that the times which the first process read from it are set back: as much
/// time has then passed by the one clock as by the other, for the process that reads the intent.
pub(super) fn age(intent: &mut Value, by: Duration) -> usize {
    match intent {
        Value::Array(items) => items.iter_mut().map(|item| age(item, by)).sum(),
        Value::Object(members) => {
            let is_time = members.contains_key("server");
            let local = members.get_mut("local").filter(|_| is_time);
            if let Some((local, at)) = local.and_then(|local| local.as_i64().map(|at| (local, at))) {
                *local = at.saturating_sub_unsigned(by.as_secs()).into();
                return 1;
            }
            members.values_mut().map(|member| age(member, by)).sum()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use anydeploy::DeployerExt;
    use serde_json::json;

    use super::super::draw::Scenario;
    use super::super::options::CrashOptions;
    use super::*;
    use crate::PLATFORMS;

    #[tokio::test]
    async fn the_intent_of_every_platform_has_a_time_of_the_machine() {
        for platform in PLATFORMS.map(|entry| entry.scene) {
            let (clock, calm) = (Clock::start(), CrashOptions::new(1, 1).with_rate(0.0));
            let scene = platform.scene(&calm.conditions(0, Scenario::AtOnce, clock.timeline())).await.unwrap();
            let adapter = platform.adapter(&scene.access().connection(0)).unwrap();
            let intent = adapter.prepare(&scene.request(0, 0)).await.unwrap();
            let mut intent = serde_json::to_value(&intent).unwrap();
            assert!(age(&mut intent, Duration::from_hours(1)) > 0, "{intent}");
        }
    }

    #[test]
    fn the_times_of_the_machine_are_set_back_and_those_of_the_server_are_kept() {
        let mut intent = json!({"baseline": [{"at": {"server": 7200, "local": 7201}}], "request": {"local": 1}});
        assert_eq!(age(&mut intent, Duration::from_hours(1)), 1);
        let aged = json!({"baseline": [{"at": {"server": 7200, "local": 3601}}], "request": {"local": 1}});
        assert_eq!(intent, aged);
    }
}

//! How long a platform may take: one time for each meaning.

use std::time::Duration;

use anydeploy_wire::Http;
use serde::Deserialize;

use crate::duration::duration;

/// How long a platform may take, one time for each meaning.
///
/// The times of each platform are set to what was observed, with a margin; a server that is slower needs longer ones, and a
/// test against a fake needs [shorter ones](Self::scaled_to).
/// serde reads each as a number of seconds, or as text such as `20s`, `500ms` or `2m`; those that are missing have their
/// default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Timing {
    /// How long a server may take to act on a trigger after its connection was given up; 30 seconds by default.
    ///
    /// A trigger of which nothing is seen for so long is [`NotTriggered`](crate::ErrorKind::NotTriggered), and safe to send
    /// again: set it shorter than the server needs, and a deployment may be made twice.
    #[serde(deserialize_with = "duration")]
    pub trigger_settles: Duration,
    /// How long after its trigger, or after the job that makes it has started, a row or an execution may appear in a list
    /// of a server that is not busy; 10 seconds by default.
    #[serde(deserialize_with = "duration")]
    pub row_appears: Duration,
    /// How long a state may still be read that has been replaced; 3 seconds by default.
    #[serde(deserialize_with = "duration")]
    pub state_refreshes: Duration,
    /// How long a deployment that was accepted may be missing from every list before it counts as lost, or as never
    /// started; 60 seconds by default.
    #[serde(deserialize_with = "duration")]
    pub lost_after: Duration,
    /// How long a server may be unreachable while it restarts; 60 seconds by default.
    #[serde(deserialize_with = "duration")]
    pub server_restarts: Duration,
    /// How long after its preparation an intent may be [sent](crate::DeployerExt::send); 10 seconds by default.
    ///
    /// [`recover`](crate::DeployerExt::recover) searches for longer than this, so a longer time makes a process that takes
    /// over wait for longer.
    #[serde(deserialize_with = "duration")]
    pub send_within: Duration,
    /// The timeout of a request.
    #[serde(skip)]
    request: Duration,
}

impl Timing {
    /// The times that hold on every platform so far.
    pub const DEFAULT: Self = Self {
        trigger_settles: Duration::from_secs(30),
        row_appears: Duration::from_secs(10),
        state_refreshes: Duration::from_secs(3),
        lost_after: Duration::from_mins(1),
        server_restarts: Duration::from_mins(1),
        send_within: Duration::from_secs(10),
        request: Http::DEFAULT_TIMEOUT,
    };

    /// The default times, all made shorter or longer in the same proportion, so that `lost_after` is this one.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use anydeploy::Timing;
    ///
    /// let timing = Timing::scaled_to(Duration::from_secs(6));
    /// assert_eq!(timing.trigger_settles, Duration::from_secs(3));
    /// ```
    #[must_use]
    pub fn scaled_to(lost_after: Duration) -> Self {
        // All times are parts of `lost_after`, so that no rounding error comes in.
        let part = |default: Duration| {
            let share = Self::DEFAULT.lost_after.as_millis() / default.as_millis().max(1);
            lost_after / u32::try_from(share).unwrap_or(u32::MAX)
        };
        let default = Self::DEFAULT;
        Self {
            trigger_settles: part(default.trigger_settles),
            row_appears: part(default.row_appears),
            state_refreshes: part(default.state_refreshes),
            lost_after,
            server_restarts: part(default.server_restarts),
            send_within: part(default.send_within),
            request: default.request,
        }
    }

    /// The same times beside this timeout of a request.
    pub(crate) const fn with_request_timeout(self, request: Duration) -> Self {
        Self { request, ..self }
    }

    /// How long after the baseline a trigger can still be acted on: until the fence, the timeout of its request and the
    /// time that it takes to settle have passed.
    ///
    /// A deployment that was made later is not the trigger's, which matters to a
    /// [search](crate::Trigger::search) without a correlation tag.
    #[must_use]
    pub const fn acted_on_within(&self) -> Duration {
        self.send_within.saturating_add(self.request).saturating_add(self.trigger_settles)
    }

    /// The longest of the times.
    pub(crate) fn longest(&self) -> Duration {
        let times =
            [self.trigger_settles, self.row_appears, self.state_refreshes, self.lost_after, self.server_restarts];
        times.into_iter().fold(self.send_within, Duration::max)
    }

    /// A second, scaled like the other times: the pace of polls that wait for something to appear.
    #[must_use]
    pub fn second(&self) -> Duration {
        self.lost_after / 60
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_can_be_acted_on_until_the_fence_the_timeout_and_the_settling_have_passed() {
        let timing = Timing::DEFAULT.with_request_timeout(Duration::from_secs(7));
        assert_eq!(timing.acted_on_within(), Duration::from_secs(10 + 7 + 30));
    }

    #[test]
    fn all_times_are_scaled_but_the_timeout_of_a_request() {
        let timing = Timing::scaled_to(Timing::DEFAULT.lost_after / 10);
        let Timing { trigger_settles, row_appears, state_refreshes, server_restarts, send_within, request, .. } =
            timing;
        let times = [trigger_settles, row_appears, state_refreshes, server_restarts, send_within];
        assert_eq!(times.map(|time| time.as_millis()), [3000, 1000, 300, 6000, 1000]);
        assert_eq!(request, Timing::DEFAULT.request);
    }
}

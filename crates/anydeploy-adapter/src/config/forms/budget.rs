//! The forms of a budget of requests.

use std::fmt;

use anydeploy_wire::throttle::Budget;
use serde::Deserializer;
use serde::de::{self, Visitor};

use crate::duration::read_duration;

/// A budget as text, such as `200/1m`, `1000/1h leaving 50%` or `unlimited`.
pub(crate) fn budget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Budget>, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = Budget;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a budget of requests: text such as `200/1m`, `1000/1h leaving 50%` or `unlimited`")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Budget, E> {
            read_budget(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_str(Text).map(Some)
}

/// Reads a budget such as `200/1m`: a number of requests and a time, and the headroom in percent if it is not the usual.
pub(crate) fn read_budget(text: &str) -> Option<Budget> {
    let text = text.trim();
    if text == "unlimited" {
        return Some(Budget::unlimited());
    }
    let (rate, headroom) = match text.split_once(" leaving ") {
        Some((rate, headroom)) => (rate, Some(headroom.trim().strip_suffix('%')?.trim().parse().ok()?)),
        None => (text, None),
    };
    let (requests, per) = rate.split_once('/')?;
    let requests = requests.trim().parse().ok().filter(|requests| *requests > 0)?;
    let per = read_duration(per).filter(|per| !per.is_zero())?;
    let budget = Budget::new(requests, per);
    match headroom {
        None => Some(budget),
        Some(percent @ 0..=99) => Some(budget.with_headroom(percent)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_budget_is_requests_in_a_time_and_may_say_its_headroom() {
        let read = |json: &str| budget(&mut serde_json::Deserializer::from_str(json)).ok().flatten();
        let minute = Budget::new(200, Duration::from_mins(1));
        for (json, budget) in [
            ("\"200/1m\"", minute),
            ("\" 200 / 60 s\\n\"", minute),
            ("\"200/60\"", minute),
            ("\"200/1m leaving 20%\"", minute),
            ("\"1000/1h leaving 0 %\"", Budget::new(1000, Duration::from_hours(1)).with_headroom(0)),
            ("\"unlimited\"", Budget::unlimited()),
        ] {
            assert_eq!(read(json), Some(budget), "{json}");
        }
        for json in [
            "200",
            "\"\"",
            "\"200\"",
            "\"200/\"",
            "\"/1m\"",
            "\"0/1m\"",
            "\"200/0\"",
            "\"-1/1m\"",
            "\"200/1m leaving 100%\"",
            "\"200/1m leaving 20\"",
            "\"1.5/1m\"",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}

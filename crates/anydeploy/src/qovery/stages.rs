//! The deployment stages of an environment, as far as they say which services its actions leave out.
//!
//! A skipped service is in no deployment, restart or stop of its environment, and none of the actions that the console
//! offers for several services takes it in (documentation 4e9636b, `actions.mdx`).
//! A service is marked in its stage, by `is_skipped` (document of 2026-08-20, lines 22995 to 23040).

use std::collections::BTreeSet;

use qovery_client::wire::object;

/// The ids of the services that are skipped.
pub(super) type Skipped = BTreeSet<String>;

/// The stages of an environment.
#[derive(Debug)]
pub(super) struct Stages {
    results: Vec<Stage>,
}

object!(Stages: optional { results = "results" });

#[derive(Debug)]
struct Stage {
    services: Vec<Service>,
}

object!(Stage: optional { services = "services" });

#[derive(Debug)]
struct Service {
    service_id: Option<String>,
    is_skipped: Option<bool>,
}

object!(Service: nullable { service_id = "service_id", is_skipped = "is_skipped" });

impl Stages {
    pub(super) fn skipped(self) -> Skipped {
        let services = self.results.into_iter().flat_map(|stage| stage.services);
        services.filter(|service| service.is_skipped == Some(true)).filter_map(|service| service.service_id).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_is_skipped_by_its_own_mark() {
        let stages = serde_json::from_value::<Stages>(json!({ "results": [
            { "id": "s1", "services": [
                { "id": "x", "service_id": "a", "is_skipped": true },
                { "id": "y", "service_id": "b", "is_skipped": false },
                { "id": "z", "service_id": "c" },
            ] },
            { "id": "s2" },
        ] }));
        assert_eq!(stages.unwrap().skipped(), Skipped::from(["a".to_owned()]));
    }
}

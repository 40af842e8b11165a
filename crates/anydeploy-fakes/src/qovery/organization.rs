//! Deploying by image across an organization, as a registry's webhook would.

use serde_json::{Value, json};

use super::action::Action;
use super::call::{Call, text};
use super::kind::QoveryServiceKind as Kind;
use super::reply::{Outcome, Refusal, Reply};
use super::statuses::answer;

impl Call<'_> {
    /// POST `/organization/{id}/container|job/deploy`: every service that runs this image with another tag.
    ///
    /// Declared: only those with auto-deploy on; this fake takes auto-deploy as on for all.
    pub(super) fn auto_deploy(&mut self, organization: &str, kind: Kind) -> Outcome {
        if organization != self.state.organization.id {
            return Err(Refusal::missing("organization"));
        }
        let body = self.object()?;
        let field = |key: &str| text(&body, key).ok_or_else(|| Refusal::bad_request(format!("{key} is required.")));
        let (image, tag) = (field("image_name")?, field("tag")?);
        let matching = |environment: &str| -> Vec<String> {
            let services = self.state.services_of(environment);
            let same = services.filter(|s| s.kind == kind && s.image() == image && s.version != tag);
            same.map(|service| service.id.clone()).collect()
        };
        let environments = self.state.environments.iter().map(|environment| environment.id.clone());
        let found: Vec<(String, Vec<String>)> = environments.map(|id| (id.clone(), matching(&id))).collect();
        // One `Status` is declared for what may be several environments; the last one's is as good as any.
        let mut last = json!({});
        for (environment, services) in found.into_iter().filter(|(_, services)| !services.is_empty()) {
            let services = services.into_iter().map(|id| (id, Some(tag.to_owned()))).collect();
            let request_id = self.submit(&environment, Action::Deploy, services)?;
            let environment = self.state.environment(&environment);
            last = environment.map_or(Value::Null, |environment| {
                answer(self.state.environment_as_status(environment), request_id.as_deref())
            });
        }
        Ok(Reply::accepted(last))
    }
}

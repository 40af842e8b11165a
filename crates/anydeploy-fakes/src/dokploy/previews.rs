//! Preview deployments of an application, which only a pull request makes.

use serde_json::{Value, json};

use super::failure::Failure;
use super::job::Order;
use super::procedure::{Call, Procedure, Reply};
use super::row::Row;
use super::service::{Kind, Service, Target};
use super::state::State;
use super::triggered::DokployOrigin;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::get("previewDeployment.all", all),
    Procedure::get("previewDeployment.one", one),
    Procedure::post("previewDeployment.delete", delete),
    Procedure::post("previewDeployment.redeploy", redeploy).since(0, 26, 4),
];

impl State {
    /// Makes the preview of a pull request, and with it a service that can be deployed.
    pub(super) fn new_preview(&mut self, application: &str, number: u32, branch: &str) -> String {
        let given = json!({
            "branch": branch, "pullRequestId": number.to_string(), "pullRequestNumber": number.to_string(),
            "pullRequestURL": format!("https://git.example.test/pull/{number}"), "pullRequestTitle": "Fake pull request",
            "pullRequestCommentId": "1", "previewStatus": "idle", "applicationId": application, "domainId": null,
            "expiresAt": null,
        });
        let id = self.new_service(Kind::Preview, "", None, given);
        if let Some(preview) = self.service_mut(&Target::new(Kind::Preview, &id)) {
            for column in ["name", "refreshToken"] {
                preview.columns.remove(column);
            }
        }
        id
    }

    /// The previews of an application, newest first.
    pub(super) fn previews_of(&self, application: &str) -> Value {
        let of_application =
            |service: &&Service| service.target.kind == Kind::Preview && service.text("applicationId") == application;
        self.services
            .iter()
            .rev()
            .filter(of_application)
            .map(|preview| Value::Object(preview.columns.clone()))
            .collect()
    }
}

/// Lists nothing for an application that there is not; a member is refused before that.
fn all(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let application = check.filled(Kind::Application.id_field());
    check.finish()?;
    call.permit(&application)?;
    let mut previews = call.state.previews_of(&application);
    for preview in previews.as_array_mut().into_iter().flatten() {
        let id = preview["previewDeploymentId"].as_str().unwrap_or_default().to_owned();
        let of_preview = |row: &&Row| row.target == Target::new(Kind::Preview, &id);
        preview["deployments"] = call.state.rows.iter().rev().filter(of_preview).map(Row::json).collect();
        preview["domain"] = domain_of(call.state, &id);
    }
    Ok(previews.into())
}

fn one(call: &mut Call<'_>) -> Reply {
    let (target, preview) = found(call)?;
    let mut shown = Value::Object(preview.columns.clone());
    shown["domain"] = domain_of(call.state, &target.id);
    shown["application"] = json!({ "applicationId": preview.text("applicationId"), "serverId": null });
    Ok(shown.into())
}

fn domain_of(state: &State, preview: &str) -> Value {
    state.domains_of(&Target::new(Kind::Preview, preview)).pop().unwrap_or_default()
}

/// Removes the service, the rows and the preview one by one, and answers alike if one of them fails.
fn delete(call: &mut Call<'_>) -> Reply {
    let (target, _) = found(call)?;
    let effect = !call.state.quirks.keeps_previews;
    if effect {
        call.state.delete_service(&target);
    }
    call.note_write(&target, "delete", effect);
    Ok(true.into())
}

fn redeploy(call: &mut Call<'_>) -> Reply {
    let (target, _) = found(call)?;
    let mut check = call.input.check();
    let (title, description) = (check.optional("title"), check.optional("description"));
    check.finish()?;
    let (origin, sender) = (DokployOrigin::Api, call.sender.clone());
    call.state.enqueue(Order { target, title, description, redeploy: true, origin, sender });
    Ok(true.into())
}

/// Leave to use the application is leave to use its previews.
fn found<'a>(call: &'a Call<'_>) -> Result<(Target, &'a Service), Failure> {
    let mut check = call.input.check();
    let id = check.filled("previewDeploymentId");
    check.finish()?;
    let target = Target::new(Kind::Preview, &id);
    let preview = call.state.service(&target);
    let preview = preview.ok_or_else(|| Failure::not_found(Kind::Preview.not_found()))?;
    call.permit(preview.text("applicationId"))?;
    Ok((target, preview))
}

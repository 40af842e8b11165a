//! The previews of an application's pull requests: which there are, which one a request means, and the end of one.

use dokploy_client::types::{Deployment as Row, Domain};
use dokploy_client::wire::object;
use futures::future::{BoxFuture, FutureExt};

use super::domains::url;
use super::{ApplicationStatusEnum, Dokploy, service_state};
use crate::adapter::{after_write, parse_timestamp, retry_briefly, retry_read, sorted_by};
use crate::{
    Ability, DeployRequest, Deployer, Error, ErrorKind, Preview, Previews, Result, Target, TargetKind, platform,
};

impl Previews for Dokploy {
    fn list_previews<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>> {
        async move {
            let previews = listed(self, target).await?.iter().map(PreviewRow::to_preview).collect::<Result<_>>()?;
            Ok(sorted_by::<Preview>(previews, |one, other| other.pull_request.cmp(&one.pull_request)))
        }
        .boxed()
    }

    fn remove_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>> {
        remove(self, target, pull_request).boxed()
    }
}

/// A preview in the list of an application.
pub(super) struct PreviewRow {
    id: String,
    /// The number of the pull request, which the server keeps as text.
    number: String,
    status: ApplicationStatusEnum,
    title: Option<String>,
    branch: Option<String>,
    domain: Option<Domain>,
    pub(super) deployments: Option<Vec<Row>>,
}

object!(PreviewRow:
    required { id = "previewDeploymentId", number = "pullRequestNumber", status = "previewStatus" }
    nullable { title = "pullRequestTitle", branch = "branch", domain = "domain", deployments = "deployments" }
);

/// A preview, as far as it says whose it is.
pub(super) struct PreviewOwner {
    application: String,
}

object!(PreviewOwner: required { application = "applicationId" });

impl PreviewOwner {
    pub(super) fn application(&self) -> Target {
        Target::application(&self.application)
    }
}

impl PreviewRow {
    pub(super) fn target(&self) -> Target {
        Target::new(TargetKind::Preview, &self.id)
    }

    fn number(&self) -> Result<u64> {
        self.number.parse().map_err(|_| {
            let message = format!("the preview `{}` names no number of a pull request", self.id);
            Error::new(ErrorKind::Unreadable, message).with_platform(platform::DOKPLOY)
        })
    }

    fn to_preview(&self) -> Result<Preview> {
        // What the preview says of its own time is rewritten by webhooks alone.
        let deployments = self.deployments.iter().flatten();
        let deployed_at = deployments.filter_map(|row| parse_timestamp(row.created_at.as_deref()?)).max();
        Ok(Preview::new(self.target(), self.number()?, service_state(&self.status), self.status.as_str())
            .with_exists(Some(true))
            .with_title(self.title.clone())
            .with_branch(self.branch.clone())
            .with_url(self.domain.as_ref().and_then(url))
            .with_deployed_at(deployed_at))
    }
}

async fn listed(dokploy: &Dokploy, target: &Target) -> Result<Vec<PreviewRow>> {
    target.validate()?;
    dokploy.capabilities().require(&platform::DOKPLOY, target.kind(), Ability::Previews)?;
    let read = retry_read(dokploy.timing.server_restarts, || dokploy.api.previews(target)).await;
    let listed = read.map_err(Error::of_read)?;
    // Dokploy lists nothing for an id that it does not know.
    if listed.is_empty()
        && let Some(error) = dokploy.api.is_gone(target).await
    {
        return Err(error.of_read());
    }
    Ok(listed)
}

/// The preview of a pull request; two of one number are possible only across repositories.
async fn find(dokploy: &Dokploy, target: &Target, pull_request: u64) -> Result<Option<Target>> {
    let number = pull_request.to_string();
    let mut found: Vec<_> = listed(dokploy, target).await?.into_iter().filter(|row| row.number == number).collect();
    if found.len() > 1 {
        let ids: Vec<_> = found.iter().map(|row| format!("`{}`", row.target())).collect();
        let message = format!("{} previews are of pull request {number}: {}", found.len(), ids.join(", "));
        let error = Error::new(ErrorKind::Ambiguous, message).with_platform(platform::DOKPLOY);
        return Err(error.with_safe_to_repeat(true).with_advice("take one of them as the target"));
    }
    Ok(found.pop().map(|row| row.target()))
}

/// The preview that a request for a pull request means; `None` if it is for none.
pub(super) async fn of_request(dokploy: &Dokploy, request: &DeployRequest) -> Result<Option<Target>> {
    let Some(number) = request.pull_request() else { return Ok(None) };
    if request.setting().is_some() {
        let what = "setting a branch or an image tag for a preview, which runs the branch of its pull request";
        return Err(Error::unsupported(platform::DOKPLOY, what));
    }
    let found = find(dokploy, request.target(), number).await?;
    if found.is_none() {
        let message = format!("there is no preview of pull request {number}");
        let error = Error::new(ErrorKind::NotFound, message).with_platform(platform::DOKPLOY);
        let advice = "Dokploy makes a preview when its webhook reports the pull request, and no call makes one";
        return Err(error.with_safe_to_repeat(true).with_advice(advice));
    }
    Ok(found)
}

/// Deletes a preview once, and reads whether it is gone.
async fn remove(dokploy: &Dokploy, target: &Target, pull_request: u64) -> Result<bool> {
    if pull_request == 0 {
        let error = Error::new(ErrorKind::InvalidInput, "no pull request has the number 0");
        return Err(error.with_platform(platform::DOKPLOY));
    }
    let Some(preview) = find(dokploy, target, pull_request).await? else { return Ok(false) };
    let is_gone = || async {
        match dokploy.api.preview_exists(&preview).await {
            Ok(exists) => Ok(!exists),
            Err(error) => Err(error),
        }
    };
    match dokploy.api.delete_preview(&preview).await {
        Ok(()) => {}
        // Somebody else deleted it meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(lost) => {
            after_write(lost, &dokploy.timing, is_gone).await?;
            return Ok(true);
        }
    }
    // The server removes the service, the rows and the preview one by one, and swallows what fails (source of 0.30.2).
    match retry_briefly(is_gone).await {
        Ok(false) => {
            let message = "Dokploy answered that the preview was deleted, and still has it";
            let error = Error::new(ErrorKind::Incomplete, message).with_platform(platform::DOKPLOY);
            Err(error.with_advice("read the log of the server"))
        }
        _ => Ok(true),
    }
}

//! Whether each option of a request is taken or refused as the capabilities say, and arrives.

use std::sync::Arc;

use super::scene::{end, meanwhile, refused, request, target};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, Received, RequestOption, Verdict};
use crate::{
    DeployRequest, Deployer, Deployment, ErrorKind, JobEvent, Outcome, RanRevision, Revision, Setting, TerraformAction,
};

/// [`RequestOption::Commit`] and a request with a commit.
pub async fn a_commit_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::Commit).await
}

/// [`RequestOption::ImageTag`] and a request with an image tag.
pub async fn an_image_tag_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::ImageTag).await
}

/// [`RequestOption::Deployed`] and a request with what was deployed last.
pub async fn what_was_deployed_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::Deployed).await
}

/// [`RequestOption::ChartVersion`] and a request with a chart version.
pub async fn a_chart_version_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::ChartVersion).await
}

/// [`RequestOption::ValuesCommit`] and a request with a commit of values.
pub async fn a_commit_of_values_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::ValuesCommit).await
}

/// [`RequestOption::JobEvent`] and a request with the event of a job.
pub async fn a_job_event_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::JobEvent).await
}

/// [`RequestOption::TerraformAction`] and a request with a Terraform action.
pub async fn a_terraform_action_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::TerraformAction).await
}

/// [`RequestOption::NoCache`] and a request without the cache.
pub async fn no_cache_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::NoCache).await
}

/// [`RequestOption::Reason`] and a request with a reason.
pub async fn a_reason_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::Reason).await
}

/// [`RequestOption::PullRequest`] and a request with a pull request.
pub async fn a_pull_request_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::PullRequest).await
}

/// [`RequestOption::SetImageTag`] and a request that sets an image tag.
pub async fn an_image_tag_is_set_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::SetImageTag).await
}

/// [`RequestOption::SetBranch`] and a request that sets a branch.
pub async fn a_branch_is_set_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::SetBranch).await
}

/// Deploys revisions, among them one in place of which another one runs, and compares what ran with what was asked for.
pub async fn a_success_ran_what_was_asked_for(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let capabilities = deployer.capabilities();
    let mut tried = 0;
    for option in [RequestOption::Commit, RequestOption::ImageTag, RequestOption::ChartVersion] {
        if capabilities.takes_anywhere(option)
            && let Some(asked) = harness.request_with(option).await
        {
            tried += 1;
            if let Outcome::Succeeded(deployment) = run(harness, &deployer, &asked).await? {
                let ran = &deployment.revision;
                ensure!(!ran.contradicts(asked.revision()), "{ran:?} is a success for {:?}", asked.revision());
            }
        }
    }
    if let Some(asked) = harness.request_that_runs_another_revision().await
        && asked.check(&deployer.platform(), &capabilities).is_ok()
    {
        tried += 1;
        if let Outcome::Succeeded(deployment) = run(harness, &deployer, &asked).await? {
            let ran = &deployment.revision;
            let honest = *ran == RanRevision::Unverified;
            ensure!(honest, "another revision ran than {:?}, and it is a success that ran {ran:?}", asked.revision());
        }
    }
    if tried == 0 { not_offered("a request for a revision is not offered") } else { Ok(()) }
}

async fn run(
    harness: &dyn Harness,
    deployer: &Arc<dyn Deployer>,
    asked: &DeployRequest,
) -> Result<Outcome, super::NotKept> {
    let id = request(harness, deployer, asked).await?.id;
    end(harness, deployer, &id).await
}

impl RequestOption {
    /// The value of this option in a request, as [`Received::Value`] has it; `None` if the request lacks it.
    ///
    /// An event is `start`, `stop`, `delete` or `cron`, an action `plan`, `force_unlock` or `migrate_state`; an option
    /// without a value is `true`.
    #[must_use]
    pub fn value(self, request: &DeployRequest) -> Option<String> {
        match (self, request.revision()) {
            (Self::Commit, Revision::Commit(text))
            | (Self::ImageTag, Revision::ImageTag(text))
            | (Self::ChartVersion, Revision::ChartVersion(text)) => Some(text.clone()),
            (Self::Deployed, Revision::Deployed) => Some("true".to_owned()),
            (Self::Commit | Self::ImageTag | Self::ChartVersion | Self::Deployed, _) => None,
            (Self::ValuesCommit, _) => request.values_commit().map(str::to_owned),
            (Self::JobEvent, _) => request.job_event().map(|event| {
                let word = match event {
                    JobEvent::Start => "start",
                    JobEvent::Stop => "stop",
                    JobEvent::Delete => "delete",
                    JobEvent::Cron => "cron",
                };
                word.to_owned()
            }),
            (Self::TerraformAction, _) => request.terraform_action().map(|action| {
                let word = match action {
                    TerraformAction::Plan => "plan",
                    TerraformAction::ForceUnlock => "force_unlock",
                    TerraformAction::MigrateState => "migrate_state",
                };
                word.to_owned()
            }),
            (Self::NoCache, _) => request.no_cache().then(|| "true".to_owned()),
            (Self::Reason, _) => request.reason().map(str::to_owned),
            (Self::PullRequest, _) => request.pull_request().map(|number| number.to_string()),
            (Self::SetImageTag | Self::SetBranch, _) => {
                let setting = request.setting().filter(|_| self.is_set(request));
                setting.map(|setting| setting.value().to_owned())
            }
        }
    }

    /// The value that a deployment reports of itself, where it has a place for it.
    fn reported_by(self, deployment: &Deployment) -> Option<String> {
        match (self, &deployment.revision) {
            (Self::Commit, RanRevision::Commit(text))
            | (Self::ImageTag | Self::SetImageTag, RanRevision::ImageTag(text))
            | (Self::ChartVersion, RanRevision::ChartVersion(text)) => Some(text.clone()),
            (Self::Commit, _) => deployment.commit.clone(),
            (Self::Reason, _) => deployment.title.clone(),
            (Self::PullRequest, _) => deployment.pull_request.map(|number| number.to_string()),
            _ => None,
        }
    }

    /// Sets this option on a request that must be refused.
    fn set_on(self, request: DeployRequest) -> DeployRequest {
        let commit = || "0123456789abcdef0123456789abcdef01234567".to_owned();
        match self {
            Self::Commit => request.with_revision(Revision::Commit(commit())),
            Self::ImageTag => request.with_revision(Revision::ImageTag("1.0.0".into())),
            Self::Deployed => request.with_revision(Revision::Deployed),
            Self::ChartVersion => request.with_revision(Revision::ChartVersion("1.0.0".into())),
            Self::ValuesCommit => request.with_values_commit(commit()),
            Self::JobEvent => request.with_job_event(JobEvent::Start),
            Self::TerraformAction => request.with_terraform_action(TerraformAction::Plan),
            Self::NoCache => request.with_no_cache(true),
            Self::Reason => request.with_reason("conformance"),
            Self::PullRequest => request.with_pull_request(1),
            Self::SetImageTag => request.with_setting(Setting::ImageTag("1.0.0".into())),
            Self::SetBranch => request.with_setting(Setting::Branch("main".into())),
        }
    }
}

async fn agrees(harness: &dyn Harness, option: RequestOption) -> Verdict {
    let deployer = harness.deployer();
    if deployer.capabilities().takes_anywhere(option) {
        return arrives(harness, &deployer, option).await;
    }
    let target = target(harness, &[Ending::Succeeds]).await?;
    let request = option.set_on(DeployRequest::new(target.clone()));
    let before = harness.triggers(&target).await;
    let answer = meanwhile(harness, deployer.deploy(&request)).await;
    refused(answer, &[ErrorKind::Unsupported], &format!("the option {option:?}, which is not offered,"))?;
    ensure!(before == harness.triggers(&target).await, "the option {option:?} was refused after the trigger was sent");
    Ok(())
}

/// Deploys with an option that is offered, and checks that the platform received it.
async fn arrives(harness: &dyn Harness, deployer: &Arc<dyn Deployer>, option: RequestOption) -> Verdict {
    // A platform may still refuse an option for some kinds of target, so the harness says for which it is good.
    let Some(asked) = harness.request_with(option).await else {
        return skip(format!("the harness has no request with the option {option:?}"));
    };
    let Some(wanted) = option.value(&asked) else {
        return broken(format!("the harness has a request without the option {option:?}"));
    };
    let id = match meanwhile(harness, deployer.deploy(&asked)).await {
        Ok(deployment) => deployment.id,
        Err(error) => return broken(format!("the option {option:?} is offered, and refused: {error:#}")),
    };
    match harness.received(asked.target(), option).await {
        Received::Value(value) => {
            ensure!(value == wanted, "{wanted:?} was asked for, and the platform received {value:?} as {option:?}");
        }
        Received::Nothing => return broken(format!("the platform did not receive the option {option:?}")),
        Received::Unknown => {
            let outcome = end(harness, deployer, &id).await?;
            let reported = outcome.deployment().and_then(|deployment| option.reported_by(deployment));
            let has_field =
                matches!(option, RequestOption::Commit | RequestOption::Reason | RequestOption::PullRequest);
            match reported {
                Some(value) => {
                    ensure!(value == wanted, "{wanted:?} was asked for, and {value:?} is reported as {option:?}");
                }
                // An implementation that was asked for it knows at least that.
                None if has_field => {
                    let message = "is not reported by the deployment, and the harness does not know what was received";
                    return broken(format!("the option {option:?} {message}"));
                }
                None => return skip(format!("nothing shows whether the option {option:?} arrived")),
            }
        }
    }
    Ok(())
}

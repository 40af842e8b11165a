//! A service as Qovery describes it: where it stands, what it is made from, what a job runs for.

use qovery_client::types::{JobTypeEnum, ReferenceObject};

use super::api::Api;
use super::service::{Repository, Service};
use super::snapshot::filled;
use crate::{Error, ErrorKind, JobEvent, Result, Target, TargetKind, platform};

/// What a service or environment is.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    environment: Option<String>,
    pub(super) source: Source,
    /// The image that is configured, with its tag.
    pub(super) image: Option<String>,
    /// The values of a chart come from a repository of their own.
    pub(super) values_from_git: bool,
    /// The events that a job has, if the server reports them.
    events: Option<Vec<JobEvent>>,
}

/// What a service is made from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A branch of a repository, and the commit that was deployed last.
    Git { deployed: Option<String> },
    /// An image, and the tag that is configured.
    Image { tag: Option<String> },
    /// A chart of a chart repository, and the version that is configured.
    Chart { version: Option<String> },
    /// Nothing with versions to choose from, or something this version does not know.
    Other,
}

impl Source {
    fn git(repository: Option<&Repository>) -> Self {
        let deployed = repository.and_then(|repository| filled(repository.deployed_commit_id.as_deref()));
        Self::Git { deployed: deployed.map(str::to_owned) }
    }

    fn image(tag: Option<String>) -> Self {
        Self::Image { tag: tag.filter(|tag| !tag.is_empty()) }
    }
}

impl Row {
    fn new(name: String, environment: Option<ReferenceObject>, source: Source) -> Self {
        let environment = environment.map(|reference| reference.id);
        Self { name, environment, source, image: None, values_from_git: false, events: None }
    }

    /// A service that is made from an image with this tag.
    #[cfg(test)]
    pub(super) fn of_image(name: &str, tag: &str) -> Self {
        Self::new(name.to_owned(), None, Source::image(Some(tag.to_owned())))
    }

    /// The environment that holds it.
    pub(super) fn environment(&self, target: &Target) -> Result<String> {
        self.environment.clone().ok_or_else(|| {
            let message =
                format!("Qovery does not say which environment holds `{target}`; write it as `{target}@ENVIRONMENT`");
            Error::new(ErrorKind::Unreadable, message).with_platform(platform::QOVERY)
        })
    }

    /// Whether a job certainly lacks an event; it would not be deployed then, without any error (document, `deployJob`).
    pub(super) fn lacks(&self, event: JobEvent) -> bool {
        self.events.as_ref().is_some_and(|events| !events.contains(&event))
    }
}

/// Reads a service or an environment by its kind, so that one of another kind is not found.
pub(super) async fn row(api: &Api, target: &Target) -> Result<Row> {
    if *target.kind() == TargetKind::Environment {
        let row = api.environment(target.id()).await?;
        let name = row.name.unwrap_or_else(|| row.id.clone());
        return Ok(Row { environment: Some(row.id), ..Row::new(name, None, Source::Other) });
    }
    let row = api.service(target).await?;
    Ok(match target.kind() {
        TargetKind::Application => Row::new(row.name, row.environment, Source::git(row.git_repository.as_ref())),
        TargetKind::Container => {
            let image = image(row.image_name.as_deref(), row.tag.as_deref());
            Row { image, ..Row::new(row.name, row.environment, Source::image(row.tag)) }
        }
        TargetKind::Job => job(row),
        TargetKind::Helm => {
            let source = row.source.map_or(Source::Other, |source| match (source.git, source.repository) {
                (Some(git), _) => Source::git(git.git_repository.as_ref()),
                (None, Some(repository)) => Source::Chart { version: repository.chart_version },
                (None, None) => Source::Other,
            });
            let values = row.values_override.and_then(|values| values.file).and_then(|file| file.git);
            let values_from_git = values.is_some_and(|git| git.git_repository.is_some());
            Row { values_from_git, ..Row::new(row.name, row.environment, source) }
        }
        TargetKind::Terraform => {
            let git = row.terraform_files_source.and_then(|source| source.git);
            Row::new(row.name, row.environment, Source::git(git.and_then(|git| git.git_repository).as_ref()))
        }
        _ => Row::new(row.name, row.environment, Source::Other),
    })
}

/// The name of an image with its tag.
fn image(name: Option<&str>, tag: Option<&str>) -> Option<String> {
    let name = filled(name)?;
    Some(filled(tag).map_or_else(|| name.to_owned(), |tag| format!("{name}:{tag}")))
}

fn job(row: Service) -> Row {
    let from_image = row.source.as_ref().and_then(|source| source.image.as_ref());
    let image = from_image.and_then(|from| image(from.image_name.as_deref(), from.tag.as_deref()));
    let source = row.source.map_or(Source::Other, |source| match (source.docker, source.image) {
        (Some(docker), _) => Source::git(docker.git_repository.as_ref()),
        (None, Some(image)) => Source::image(image.tag),
        (None, None) => Source::Other,
    });
    let events = row.schedule.as_ref().and_then(|schedule| {
        let has = [
            (JobEvent::Start, schedule.on_start.is_some()),
            (JobEvent::Stop, schedule.on_stop.is_some()),
            (JobEvent::Delete, schedule.on_delete.is_some()),
            (JobEvent::Cron, schedule.cronjob.is_some() || row.job_type == Some(JobTypeEnum::Cron)),
        ];
        let events: Vec<_> = has.into_iter().filter_map(|(event, has)| has.then_some(event)).collect();
        // A schedule without any event is one that this version cannot read.
        (!events.is_empty()).then_some(events)
    });
    Row { image, events, ..Row::new(row.name, row.environment, source) }
}

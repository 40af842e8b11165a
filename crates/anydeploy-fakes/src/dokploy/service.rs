//! What can be deployed: an application, a compose, the preview of an application, or a database.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::database::DokployDatabase;
use super::engine::Running;
use super::script::{Commit, DokployScript};
use super::tasks::Tasks;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Application,
    Compose,
    Preview,
    Database(DokployDatabase),
}

impl Kind {
    pub(super) fn id_field(self) -> &'static str {
        match self {
            Self::Application => "applicationId",
            Self::Compose => "composeId",
            Self::Preview => "previewDeploymentId",
            Self::Database(engine) => engine.id_field(),
        }
    }

    pub(super) fn status_field(self) -> &'static str {
        match self {
            Self::Application | Self::Database(_) => "applicationStatus",
            Self::Compose => "composeStatus",
            Self::Preview => "previewStatus",
        }
    }

    /// The message of the 404 for an id that does not exist.
    pub(super) fn not_found(self) -> &'static str {
        match self {
            Self::Application => "Application not found",
            Self::Compose => "Compose not found",
            Self::Preview => "Preview Deployment not found",
            Self::Database(engine) => engine.not_found(),
        }
    }

    /// How a queued job and the pages of the server call it.
    pub(super) fn job_word(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Compose => "compose",
            Self::Preview => "application-preview",
            Self::Database(engine) => engine.word(),
        }
    }
}

/// Names one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: Kind,
    pub(super) id: String,
}

impl Target {
    pub(super) fn new(kind: Kind, id: &str) -> Self {
        Self { kind, id: id.to_owned() }
    }
}

/// One service, with its database columns as the API shows them.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) target: Target,
    pub(super) columns: Map<String, Value>,
    pub(super) scripts: VecDeque<DokployScript>,
    /// What it does once `scripts` are used up.
    pub(super) usual: DokployScript,
    /// What the engine holds; `None` until something was deployed, so that there is nothing to start.
    pub(super) running: Option<Running>,
    /// What the engine runs of it.
    pub(super) tasks: Tasks,
    /// The commit of the clone on the server's disk.
    pub(super) cloned: Option<Commit>,
    /// How many of its deployments built an image.
    pub(super) builds: usize,
}

impl Service {
    /// A service with the columns a fresh one has; `given` are those that differ.
    pub(super) fn new(target: Target, given: &Value) -> Self {
        let fresh = match target.kind {
            Kind::Application => include_str!("application.json"),
            Kind::Compose => include_str!("compose.json"),
            Kind::Preview | Kind::Database(_) => "{}",
        };
        let mut columns: Map<String, Value> = serde_json::from_str(fresh).unwrap_or_default();
        columns.insert(target.kind.id_field().to_owned(), target.id.clone().into());
        if let Value::Object(given) = given {
            columns.extend(given.clone());
        }
        let parts: &[&str] = if target.kind == Kind::Compose { &["web"] } else { &[""] };
        let stem = columns.get("appName").and_then(Value::as_str).and_then(|name| name.rsplit('-').next());
        let tasks = Tasks::new(stem.unwrap_or_default(), parts);
        let (scripts, usual) = (VecDeque::new(), DokployScript::succeeds());
        Self { target, columns, scripts, usual, running: None, tasks, cloned: None, builds: 0 }
    }

    pub(super) fn text(&self, column: &str) -> &str {
        self.columns.get(column).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn flag(&self, column: &str) -> bool {
        self.columns.get(column) == Some(&Value::Bool(true))
    }

    pub(super) fn set(&mut self, column: &str, value: impl Into<Value>) {
        self.columns.insert(column.to_owned(), value.into());
    }

    pub(super) fn set_status(&mut self, status: &str) {
        self.set(self.target.kind.status_field(), status);
    }

    /// Whether deploying it clones a repository; previews keep the title the pull request gave them.
    pub(super) fn clones(&self) -> bool {
        matches!(self.target.kind, Kind::Application | Kind::Compose)
            && !matches!(self.text("sourceType"), "docker" | "drop" | "raw")
    }

    /// Whether it says what to deploy.
    pub(super) fn has_source(&self) -> bool {
        let column = match self.text("sourceType") {
            "docker" => "dockerImage",
            "git" => "customGitUrl",
            "github" => "repository",
            "gitlab" => "gitlabRepository",
            "bitbucket" => "bitbucketRepository",
            "gitea" => "giteaRepository",
            _ => return true,
        };
        !self.text(column).is_empty()
    }

    /// The jobs of one group never run at once; a preview shares the group of its application.
    pub(super) fn group(&self) -> Target {
        match self.target.kind {
            Kind::Preview => Target::new(Kind::Application, self.text("applicationId")),
            _ => self.target.clone(),
        }
    }

    /// The few columns that lists of an environment's services show.
    pub(super) fn summary(&self) -> Value {
        let kind = self.target.kind;
        let mut summary = json!({ "server": null });
        for column in
            ["name", "description", "appName", "createdAt", "serverId", "icon", kind.id_field(), kind.status_field()]
        {
            summary[column] = self.columns.get(column).cloned().unwrap_or_default();
        }
        summary
    }
}

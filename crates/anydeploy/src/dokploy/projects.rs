//! What the lists of projects and environments show of services.

use serde_json::{Map, Value};

use super::ApplicationStatusEnum;
use super::engine::Engine;
use crate::{Error, Result, Target, TargetKind, platform};

/// A service as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) target: Target,
    /// What kind of database it is, if it is one.
    pub(super) engine: Option<Engine>,
    /// `project.all` shows owners nothing but the id of a database (0.30.2).
    pub(super) name: Option<String>,
    pub(super) status: ApplicationStatusEnum,
    /// The name of its environment; there are none before 0.25.
    pub(super) environment: Option<String>,
}

/// The services of a project.
pub(super) fn services_of_project(project: &Map<String, Value>) -> Result<Vec<Listed>> {
    Ok(holders(project)?.into_iter().flat_map(services_of).collect())
}

/// What holds the services of a project: its environments since 0.25, and before that the project itself.
fn holders(project: &Map<String, Value>) -> Result<Vec<&Map<String, Value>>> {
    let environments = project.get("environments").and_then(Value::as_array);
    let mut holders: Vec<_> = environments.into_iter().flatten().filter_map(Value::as_object).collect();
    let holds_services = ["applications", "compose"].iter().any(|list| project.contains_key(*list));
    if environments.is_none() && !holds_services {
        let what = "the services of a project in a form that this crate knows; give the ids of the services instead";
        return Err(Error::unsupported(platform::DOKPLOY, what));
    }
    if holds_services {
        holders.push(project);
    }
    Ok(holders)
}

/// The services of an environment, or of a project that has none.
pub(super) fn services_of(holder: &Map<String, Value>) -> Vec<Listed> {
    let applications = ("applications", "applicationId", "applicationStatus");
    let mut services = of_list(holder, applications, None, &TargetKind::Application);
    services.extend(of_list(holder, ("compose", "composeId", "composeStatus"), None, &TargetKind::Compose));
    for engine in Engine::ALL {
        let list = (engine.word(), engine.procedures().id, "applicationStatus");
        services.extend(of_list(holder, list, Some(engine), &TargetKind::Database));
    }
    services
}

/// The services of one list, by its name and the columns of the id and of the status.
fn of_list(
    holder: &Map<String, Value>,
    (list, id, status): (&str, &str, &str),
    engine: Option<Engine>,
    kind: &TargetKind,
) -> Vec<Listed> {
    // A project that holds its services itself has no environments.
    let environment = holder.get("name").filter(|_| holder.contains_key("environmentId")).and_then(Value::as_str);
    let rows = holder.get(list).and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| {
        let text = |column: &str| row[column].as_str().map(str::to_owned);
        let status = ApplicationStatusEnum::from(text(status).unwrap_or_default());
        let environment = environment.map(str::to_owned);
        Some(Listed {
            target: Target::new(kind.clone(), row[id].as_str()?),
            engine,
            name: text("name"),
            status,
            environment,
        })
    })
    .collect()
}

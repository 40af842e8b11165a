//! Projects and environments, as they are read and made.

use std::sync::Arc;

use serde_json::{Value, json};

use super::body;
use super::errors::{self, Reply};
use super::exchange::Exchange;
use super::place::{Named, Place};
use super::resource::Kind;
use super::state::State;
use crate::response::Response;

/// An environment without its project.
fn environment_alone(place: &Place) -> Value {
    without(body::environment(place), "project")
}

/// A project without its team.
fn project_alone(place: &Place) -> Value {
    without(body::environment(place)["project"].take(), "team")
}

fn without(mut row: Value, relation: &str) -> Value {
    if let Some(row) = row.as_object_mut() {
        row.remove(relation);
    }
    row
}

impl State {
    /// The environment of these names, which is made with its project if it is missing: environments are unique within a
    /// project.
    pub(super) fn place_of(&mut self, project: &str, environment: &str) -> Arc<Place> {
        let is_it = |place: &&Arc<Place>| place.project.name == project && place.environment.name == environment;
        if let Some(place) = self.places.iter().find(is_it) {
            return Arc::clone(place);
        }
        let number = self.places.len() as u64 + 1;
        let known = self.places.iter().find(|place| place.project.name == project).map(|place| place.project.clone());
        let project = known.unwrap_or_else(|| Named { number, uuid: self.fresh_id(), name: project.to_owned() });
        let environment = Named { number, uuid: self.fresh_id(), name: environment.to_owned() };
        let place = Arc::new(Place { project, environment });
        self.places.push(Arc::clone(&place));
        place
    }
}

pub(super) fn projects(exchange: &Exchange<'_>) -> Response {
    exchange.list(|state| {
        let mut seen = Vec::new();
        let mut rows = Vec::new();
        for place in &state.places {
            if !seen.contains(&place.project.number) {
                seen.push(place.project.number);
                let row = project_alone(place);
                rows.push(json!({
                    "id": row["id"], "uuid": row["uuid"], "name": row["name"], "description": row["description"],
                }));
            }
        }
        rows
    })
}

pub(super) fn project(exchange: &mut Exchange<'_>) -> Reply {
    let places = of_project(exchange)?;
    let mut project = project_alone(&places[0]);
    project["environments"] = places.iter().map(|place| environment_alone(place)).collect();
    Ok(Response::json(200, &project))
}

pub(super) fn environments(exchange: &mut Exchange<'_>) -> Reply {
    let rows = of_project(exchange)?.into_iter().map(|place| {
        json!({ "id": place.environment.number, "uuid": place.environment.uuid, "name": place.environment.name })
    });
    Ok(Response::json(200, &rows.collect()))
}

/// An environment by name or id, with everything that runs in it.
pub(super) fn environment(exchange: &mut Exchange<'_>) -> Reply {
    let wanted = exchange.path.last().copied().unwrap_or_default();
    let places = of_project(exchange)?;
    let is_it = |place: &&Arc<Place>| place.environment.uuid == wanted || place.environment.name == wanted;
    let Some(place) = places.iter().find(is_it) else {
        return errors::refuse(404, "Environment not found.");
    };
    let mut environment = environment_alone(place);
    for (field, kind) in
        [("applications", Kind::Application), ("services", Kind::Service), ("postgresqls", Kind::Database)]
    {
        let here = exchange.state.resources.iter();
        let here = here.filter(|resource| resource.kind == kind && Arc::ptr_eq(&resource.place, place));
        let (now, secrets) = (exchange.now(), exchange.sees_secrets());
        environment[field] =
            here.map(|resource| body::resource(resource, now, body::Place::Environment, secrets)).collect();
    }
    for engine in ["mariadbs", "mongodbs", "mysqls", "redis"] {
        environment[engine] = json!([]);
    }
    Ok(Response::json(200, &environment))
}

/// The environments of the project in the path; there is at least one.
fn of_project(exchange: &Exchange<'_>) -> Result<Vec<Arc<Place>>, errors::Refusal> {
    let wanted = exchange.path.get(1).copied().unwrap_or_default();
    let places = exchange.state.places.iter().filter(|place| exchange.is_home() && place.project.uuid == wanted);
    let places: Vec<_> = places.cloned().collect();
    if places.is_empty() { errors::refuse(404, "Project not found.") } else { Ok(places) }
}

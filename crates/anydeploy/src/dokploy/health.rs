//! The health of what runs, by the tasks and containers of the engine; the status of a service says nothing about it.
//!
//! Facts of 0.30.2: the tasks are listed with those that ended, newest first within a slot; an id is that of the task.
//! A task has no word for a health check, its container has one, which is listed where the server itself lies.
//! Only `docker inspect` counts the restarts of a container.
//! A preview is a service of the swarm by its own `appName`.

use futures::future::{BoxFuture, FutureExt};

use super::Dokploy;
use super::runs::{Running, Task};
use super::settings::Settings;
use crate::adapter::{concurrently, retry_briefly};
use crate::{Ability, Deployer, Health, HealthReading, HealthState, Instance, Result, Target, TargetKind, platform};

/// How many containers are inspected at once.
const AT_ONCE: usize = 4;

/// Why the health of tasks is not known: before 0.28 they are listed without what they do (source of 0.26.7 and 0.28.0).
const NOT_LISTED: &str = "the tasks are listed without what they do, as before Dokploy 0.28";

impl Health for Dokploy {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        read(self, target).boxed()
    }
}

async fn read(dokploy: &Dokploy, target: &Target) -> Result<HealthReading> {
    target.validate()?;
    dokploy.capabilities().require(&platform::DOKPLOY, target.kind(), Ability::Health)?;
    let settings = retry_briefly(|| dokploy.api.settings(target)).await?;
    if *target.kind() == TargetKind::Compose && !settings.is_stack {
        return of_compose(dokploy, &settings).await;
    }
    let tasks = retry_briefly(|| dokploy.api.tasks(&settings)).await?;
    if tasks.iter().any(Task::runs) {
        let containers = retry_briefly(|| dokploy.api.containers_of(&settings, None)).await?;
        return Ok(of_tasks(&tasks, &containers));
    }
    Ok(of_tasks(&tasks, &[]))
}

/// What one task or container says of the health of the whole.
struct Part<'a> {
    health: HealthState,
    /// The engine's own words.
    raw: &'a str,
    name: &'a str,
    error: &'a str,
}

impl Part<'_> {
    /// What the whole is if this is the worst part: a word that is not known hides what the others say of a success.
    fn rank(&self) -> u8 {
        match self.health {
            HealthState::Degraded => 4,
            HealthState::Starting => 3,
            HealthState::Unchecked => 1,
            HealthState::Healthy => 0,
            _ => 2,
        }
    }

    fn to_reading(&self) -> HealthReading {
        let is_well = matches!(self.health, HealthState::Healthy | HealthState::Unchecked);
        let error = if self.error.is_empty() { self.raw } else { self.error };
        let reason = format!("{}: {error}", self.name);
        HealthReading::new(self.health, self.raw).with_reason(Some(&*reason).filter(|_| !is_well))
    }
}

/// The reading of an empty list, of which nobody knows whether the engine failed or has nothing to list.
fn nothing() -> HealthReading {
    let reason = "nothing is listed: the container engine did not answer, or nothing of it was deployed";
    HealthReading::new(HealthState::Unknown, "").with_reason(Some(reason))
}

/// The present tasks of each slot: those that should run, or else the last one.
fn present(tasks: &[Task]) -> Vec<&Task> {
    let is_last = |index: usize, task: &Task| tasks[..index].iter().all(|newer| newer.name != task.name);
    let is_slot_wanted = |task: &Task| tasks.iter().any(|other| other.name == task.name && other.is_wanted());
    let is_present =
        |(index, task): &(usize, &Task)| task.is_wanted() || (is_last(*index, task) && !is_slot_wanted(task));
    tasks.iter().enumerate().filter(is_present).map(|(_, task)| task).collect()
}

fn of_tasks(tasks: &[Task], containers: &[Running]) -> HealthReading {
    let present = present(tasks);
    let is_wanted = present.iter().any(|task| task.is_wanted());
    // A slot that was scaled away ended on purpose.
    let counts = |task: &&&Task| task.is_wanted() || task.has_failed() || !is_wanted;
    let parts =
        present.iter().filter(counts).map(|task| of_task(task, tasks, containers.iter().find(|one| task.owns(one))));
    let Some(worst) = parts.max_by_key(Part::rank) else { return nothing() };
    if worst.raw.is_empty() {
        return HealthReading::new(HealthState::Unknown, "").with_reason(Some(NOT_LISTED));
    }
    let failed = tasks.iter().filter(|task| task.has_failed()).count();
    let instances = present.iter().filter(|task| task.is_wanted()).map(|task| Instance::new(&*task.id, task.runs()));
    worst.to_reading().with_restarts(u32::try_from(failed).ok()).with_instances(instances.collect())
}

fn of_task<'a>(task: &'a Task, tasks: &'a [Task], container: Option<&'a Running>) -> Part<'a> {
    let part = |health| Part { health, raw: &task.current, name: &task.name, error: &task.error };
    let ended = || tasks.iter().find(|other| other.name == task.name && other.has_failed());
    match task.word() {
        _ if task.has_failed() => part(HealthState::Degraded),
        "Running" if task.is_wanted() => match container {
            Some(container) => {
                Part { health: container.health(), raw: &container.status, ..part(HealthState::Unchecked) }
            }
            // It runs on another node.
            None => part(HealthState::Unchecked),
        },
        "New" | "Allocated" | "Pending" | "Assigned" | "Accepted" | "Preparing" | "Ready" | "Starting" => {
            let error = if task.error.is_empty() { ended().map_or("", |ended| &ended.error) } else { &task.error };
            Part { error, ..part(HealthState::Starting) }
        }
        "Running" | "Complete" | "Shutdown" | "Remove" => part(HealthState::Degraded),
        _ => part(HealthState::Unknown),
    }
}

/// The health of a stack of docker compose, which keeps the containers of services that did not change: they are no
/// instances, because one from before the deployment is as good as a new one.
async fn of_compose(dokploy: &Dokploy, settings: &Settings) -> Result<HealthReading> {
    let containers = retry_briefly(|| dokploy.api.containers_of(settings, Some("docker-compose"))).await?;
    let part = |one| of_container(one);
    let Some(worst) = containers.iter().map(part).max_by_key(Part::rank) else { return Ok(nothing()) };
    let inspect = |one: &Running| {
        let id = one.id.clone();
        async move { retry_briefly(|| dokploy.api.inspect(&id, settings)).await }.boxed()
    };
    let mut restarts = Some(0_u32);
    for inspected in concurrently(AT_ONCE, containers.iter().map(inspect).collect()).await {
        let counted = inspected?.and_then(|one| one.restarts);
        restarts = restarts.zip(counted).map(|(sum, one)| sum.saturating_add(one));
    }
    Ok(worst.to_reading().with_restarts(restarts))
}

fn of_container(container: &Running) -> Part<'_> {
    Part { health: container.health(), raw: &container.status, name: &container.name, error: "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(name: &str, desired: &str, current: &str) -> Task {
        let error = if current.starts_with("Failed") { "task: non-zero exit (1)" } else { "" };
        Task {
            id: format!("{name}{current}"),
            name: name.to_owned(),
            desired: desired.to_owned(),
            current: format!("{current} 5 seconds ago"),
            error: error.to_owned(),
        }
    }

    #[test]
    fn the_newest_task_of_each_slot_decides() {
        let [runs, failed] = [task("a.1", "running", "Running"), task("a.1", "shutdown", "Failed")];
        let [starts, stopped] = [task("a.1", "ready", "Ready"), task("a.1", "shutdown", "Shutdown")];
        let pending = task("a.1", "running", "Pending");
        let cases: [(Vec<Task>, HealthState, u32); 9] = [
            (vec![runs.clone()], HealthState::Unchecked, 0),
            (vec![runs.clone(), stopped.clone()], HealthState::Unchecked, 0),
            (vec![runs.clone(), failed.clone(), failed.clone()], HealthState::Unchecked, 2),
            (vec![starts, failed.clone()], HealthState::Starting, 1),
            (vec![failed.clone()], HealthState::Degraded, 1),
            (vec![pending, runs.clone()], HealthState::Starting, 0),
            (vec![stopped.clone()], HealthState::Degraded, 0),
            (vec![runs.clone(), task("a.2", "shutdown", "Shutdown")], HealthState::Unchecked, 0),
            (vec![runs, task("a.2", "running", "Levitating")], HealthState::Unknown, 0),
        ];
        for (index, (tasks, health, restarts)) in cases.into_iter().enumerate() {
            let reading = of_tasks(&tasks, &[]);
            assert_eq!((reading.health, reading.restarts), (health, Some(restarts)), "case {index}: {reading}");
        }
        assert_eq!(of_tasks(&[], &[]), nothing());
    }
}

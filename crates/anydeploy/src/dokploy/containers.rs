//! The containers of an application: the one place that shows which image runs.

use dokploy_client::wire::object;

/// A container of the host, as `docker ps` lists it.
pub(super) struct Container {
    name: Option<String>,
    image: Option<String>,
    state: Option<String>,
}

object!(Container: optional { name = "name", image = "image", state = "state" });

/// What the containers of an application show of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// All of them run it.
    Runs,
    /// One of them runs another.
    Another,
    /// Some are listed, and none of them runs: the list has those that ended as well (source of 0.30.2).
    NoneRuns,
    /// None is listed, or the list could not be made: the server answers a failed command by an empty list (0.30.2).
    Absent,
}

/// Compares the containers of an application that run with a kept image, which a registry may prefix.
pub(super) fn shown(containers: &[Container], app_name: &str, image: &str) -> Shown {
    // The containers of a service are named after it, its slot and its task.
    let is_of_app = |name: &str| name.strip_prefix(app_name).is_some_and(|rest| rest.starts_with('.'));
    let mut listed = containers.iter().filter(|one| one.name.as_deref().is_some_and(is_of_app)).peekable();
    if listed.peek().is_none() {
        return Shown::Absent;
    }
    let mut running = listed.filter(|one| one.state.as_deref() == Some("running")).peekable();
    let is_image = |one: &Container| {
        let ran = one.image.as_deref().unwrap_or_default();
        let ran = ran.split_once('@').map_or(ran, |(ran, _)| ran);
        ran.strip_suffix(image).is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('/'))
    };
    match (running.peek().is_some(), running.all(is_image)) {
        (false, _) => Shown::NoneRuns,
        (true, true) => Shown::Runs,
        (true, false) => Shown::Another,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(name: &str, image: &str, state: &str) -> Container {
        let text = |text: &str| Some(text.to_owned());
        Container { name: text(name), image: text(image), state: text(state) }
    }

    #[test]
    fn an_image_runs_if_every_running_container_of_the_application_has_it() {
        let new = || container("web-abc.1.x", "registry.test/me/web-abc:v3", "running");
        for (containers, expected) in [
            (vec![], Shown::Absent),
            (vec![container("No container name", "No image", "No state")], Shown::Absent),
            (vec![new()], Shown::Runs),
            (vec![container("web-abc.1.x", "web-abc:v3@sha256:00", "running")], Shown::Runs),
            (vec![container("web-abc.1.x", "web-abc:v30", "running")], Shown::Another),
            (vec![container("web-abc.1.x", "other-web-abc:v3", "running")], Shown::Another),
            (vec![new(), container("web-abc.2.y", "nginx:1", "running")], Shown::Another),
            (vec![new(), container("web-abc.1.w", "nginx:1", "exited")], Shown::Runs),
            (vec![new(), container("web-abcd.1.w", "nginx:1", "running")], Shown::Runs),
            (vec![container("web-abc.1.x", "web-abc:v3", "created")], Shown::NoneRuns),
            (vec![container("web-abc.1.x", "web-abc:v3", "exited")], Shown::NoneRuns),
            (vec![container("web-abcd.1.x", "web-abc:v3", "running")], Shown::Absent),
        ] {
            assert_eq!(shown(&containers, "web-abc", "web-abc:v3"), expected);
        }
    }
}

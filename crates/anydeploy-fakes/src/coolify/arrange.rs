//! What a test arranges on a fake besides deployments, and what it reads of that: places, tags, previews, domains, settings.

use super::{FakeCoolify, tags};
use crate::known::known;

impl FakeCoolify {
    /// Ties a tag to an application, service or database.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn add_tag(&self, id: &str, tag: &str) {
        let mut state = self.platform.state();
        known(state.resource_mut(id), "resource", id).tags.insert(tags::clean(tag));
    }

    /// Gives an application a preview, so that the pull request can be deployed.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn add_preview(&self, application: &str, pull_request: u64) {
        let mut state = self.platform.state();
        let position = state.application(application);
        state.resources[position].previews.entry(pull_request).or_default();
    }

    /// Says what the container of an application, service or database has printed.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn write_log<L: Into<String>>(&self, id: &str, lines: impl IntoIterator<Item = L>) {
        let mut state = self.platform.state();
        known(state.resource_mut(id), "resource", id).runtime_log = lines.into_iter().map(Into::into).collect();
    }

    /// Removes an application with its history at once; its deployments are 404 from now on.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn delete_application(&self, id: &str) {
        let mut state = self.platform.state();
        let position = state.application(id);
        state.remove(position);
    }

    /// Says how an application, service or database runs from now on, in the server's words.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn set_status(&self, id: &str, status: &'static str) {
        let mut state = self.platform.state();
        known(state.resource_mut(id), "resource", id).set_status(status);
    }

    /// The container of an application or database ends with an error, and runs again before anybody reads that: only the
    /// number of its restarts grows.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn crash(&self, id: &str) {
        let mut state = self.platform.state();
        known(state.resource_mut(id), "resource", id).restarts += 1;
    }

    /// Adds a variable of an application, service or database, or changes its value, as a user does in the web interface.
    ///
    /// The key says whether Coolify counts it among its own: those that begin with `SERVICE_`, `NIXPACKS_` or `RAILPACK_`.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn set_variable(&self, id: &str, key: &str, value: &str) {
        let mut state = self.platform.state();
        let position = state.resources.iter().position(|resource| resource.uuid == id);
        state.set_variable(known(position, "resource", id), key, value);
    }

    /// Makes two variables of one key, as a bulk that names a key twice does for an application.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn add_duplicate_variable(&self, id: &str, key: &str, values: [&str; 2]) {
        let mut state = self.platform.state();
        let position = state.resources.iter().position(|resource| resource.uuid == id);
        let position = known(position, "resource", id);
        for value in values {
            state.add_variable(position, key, value);
        }
    }

    /// Changes a column of an application, such as `docker_registry_image_tag`, as a user does in the web interface.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn set_column(&self, application: &str, column: &str, value: &str) {
        let mut state = self.platform.state();
        let position = state.application(application);
        state.resources[position].patched.insert(column.to_owned(), value.into());
    }

    /// The image tag of an application that is made from an image, or the branch of another.
    ///
    /// # Panics
    /// If there is no such application.
    #[must_use]
    #[track_caller]
    pub fn tag_or_branch(&self, application: &str) -> String {
        let state = self.platform.state();
        let application = &state.resources[state.application(application)];
        if application.from_image { application.tag() } else { application.branch() }.to_owned()
    }

    /// Makes a commit the newest one of a branch of the repository that an application is built from.
    ///
    /// Its deployments resolve `HEAD` to the newest commit of their branch, which is `main` until it is changed; a
    /// [script](crate::CoolifyScript::resolving_to) that names a commit comes first.
    /// Without either, `HEAD` stays as it is.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn push(&self, application: &str, branch: &str, commit: &str) {
        let mut state = self.platform.state();
        let position = state.application(application);
        state.resources[position].repository.push(branch, commit);
    }

    /// Removes the images of an application from the machine, as a cleanup does, so that the next deployment builds.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn prune_images(&self, application: &str) {
        let mut state = self.platform.state();
        let position = state.application(application);
        state.resources[position].repository.prune();
    }

    /// How many deployments of an application have built so far.
    ///
    /// One that finds an image with its tag starts that, unless it is forced or a variable of the build changed.
    ///
    /// # Panics
    /// If there is no such application.
    #[must_use]
    #[track_caller]
    pub fn builds(&self, application: &str) -> usize {
        let state = self.platform.state();
        state.application(application);
        state.ledger.all().iter().filter(|row| row.built && row.application_uuid == application).count()
    }

    /// Moves an application, service or database to an environment of a project; what of both is missing is made.
    ///
    /// Everything begins in the environment `production` of the project `Fake project`.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn move_to(&self, id: &str, project: &str, environment: &str) {
        let mut state = self.platform.state();
        let place = state.place_of(project, environment);
        known(state.resource_mut(id), "resource", id).place = place;
    }

    /// Says at which domains an application or service is reachable, separated by commas.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn set_domains(&self, id: &str, domains: &str) {
        let mut state = self.platform.state();
        known(state.resource_mut(id), "resource", id).patched.insert("fqdn".to_owned(), domains.into());
    }

    /// The numbers of the pull requests of which an application has a preview.
    ///
    /// # Panics
    /// If there is no such application.
    #[must_use]
    #[track_caller]
    pub fn previews(&self, application: &str) -> Vec<u64> {
        let state = self.platform.state();
        state.resources[state.application(application)].previews.keys().copied().collect()
    }
}

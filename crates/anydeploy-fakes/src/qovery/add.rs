//! Adding environments, services and commits to a running fake.

use super::{FakeQovery, QoveryServiceKind};

/// Each of these answers with the id of what it added.
#[expect(clippy::must_use_candidate, reason = "they are called for what they add")]
impl FakeQovery {
    /// Adds an environment to the project.
    pub fn add_environment(&self, name: &str) -> String {
        self.platform.state().add_environment(name, "DEVELOPMENT")
    }

    /// Adds an application to the default environment.
    pub fn add_application(&self, name: &str) -> String {
        self.add_service(&self.environment(), QoveryServiceKind::Application, name)
    }

    /// Adds a container to the default environment.
    pub fn add_container(&self, name: &str) -> String {
        self.add_service(&self.environment(), QoveryServiceKind::Container, name)
    }

    /// Adds a job on a schedule to the default environment.
    pub fn add_job(&self, name: &str) -> String {
        self.add_service(&self.environment(), QoveryServiceKind::CronJob, name)
    }

    /// Adds a helm chart to the default environment.
    pub fn add_helm(&self, name: &str) -> String {
        self.add_service(&self.environment(), QoveryServiceKind::Helm, name)
    }

    /// Adds a terraform service to the default environment.
    pub fn add_terraform(&self, name: &str) -> String {
        self.add_service(&self.environment(), QoveryServiceKind::Terraform, name)
    }

    /// Adds a database to the default environment.
    pub fn add_database(&self, name: &str) -> String {
        self.add_service(&self.environment(), QoveryServiceKind::Database, name)
    }

    /// Adds a service of any kind to any environment.
    pub fn add_service(&self, environment: &str, kind: QoveryServiceKind, name: &str) -> String {
        self.platform.state().add_service(environment, kind, name)
    }

    /// Someone sets up a domain for an application, a container or a chart; answers with it.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn add_domain(&self, service: &str, host: &str) -> String {
        self.platform.state().named(service).domains.push(host.to_owned());
        host.to_owned()
    }

    /// Someone pushes a commit to the branch of a service from git; answers with it.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn push_commit(&self, service: &str) -> String {
        let mut state = self.platform.state();
        let commit = state.ids.commit();
        state.named(service).commits.insert(0, commit.clone());
        commit
    }

    /// Someone pushes a commit to the branch that holds the values of a chart; answers with it.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn push_values_commit(&self, service: &str) -> String {
        let mut state = self.platform.state();
        let commit = state.ids.commit();
        state.named(service).values_commits.insert(0, commit.clone());
        commit
    }
}

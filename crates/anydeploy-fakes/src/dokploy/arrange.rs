//! What a test arranges of what the engine runs, and of what that prints.

use super::FakeDokploy;
use super::containers::is_swarm;

impl FakeDokploy {
    /// Says what the containers of a service have printed, in place of what they had printed before.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn write_log<L: Into<String>>(&self, service: &str, lines: impl IntoIterator<Item = L>) {
        self.platform.state().named(service).tasks.log = lines.into_iter().map(Into::into).collect();
    }

    /// Adds a service to the file of a compose stack, besides `web`; it runs with the next deployment.
    ///
    /// # Panics
    /// If there is no such compose.
    #[track_caller]
    pub fn add_part(&self, compose: &str, part: &str) {
        self.platform.state().named(compose).tasks.parts.push(part.to_owned());
    }

    /// Gives the containers of a service a health check that says `healthy`, `unhealthy` or `starting`, or takes it away.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn set_health_check(&self, service: &str, word: Option<&str>) {
        self.platform.state().named(service).tasks.check = word.map(str::to_owned);
    }

    /// Gives the tasks of a service that should run this state, in the engine's own word, with this error.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn set_task_state(&self, service: &str, word: &str, error: &str) {
        self.platform.state().named(service).tasks.say(word, error);
    }

    /// The containers of a service end with an error, and run again before anybody reads that: those of a swarm are others
    /// then, those of docker compose the same ones.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn crash(&self, service: &str) {
        let mut state = self.platform.state();
        let service = state.named(service);
        if is_swarm(service) {
            service.tasks.crash("task: non-zero exit (1)");
        } else {
            service.tasks.restart();
        }
    }
}

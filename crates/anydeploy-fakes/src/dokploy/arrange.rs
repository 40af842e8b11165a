//! What a test arranges of what the engine runs, and of what that prints.

use super::FakeDokploy;
use super::containers::is_swarm;
use crate::known::known;

impl FakeDokploy {
    /// Says what the containers of a service have printed, in place of what they had printed before.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn write_log<L: Into<String>>(&self, service: &str, lines: impl IntoIterator<Item = L>) {
        self.platform.state().named(service).tasks.log = lines.into_iter().map(Into::into).collect();
    }

    /// Forgets what the queue holds and leaves the rows that run as they are, as a server does that has just started and takes
    /// requests already: since 0.29.9 it sets up its network and its schedules first, and [marks the rows](Self::cancel_rows)
    /// only then.
    pub fn forget_jobs(&self) {
        self.platform.state().forget_jobs();
    }

    /// Marks all rows that run as cancelled, as a server does that has just started, although it took requests before.
    pub fn cancel_rows(&self) {
        self.platform.state().cancel_running();
    }

    /// Writes the log of the newest deployment of a service anew, with these lines in place of those that it has by now.
    ///
    /// # Panics
    /// If there is no such service, or no log of it.
    #[track_caller]
    pub fn rewrite_log(&self, service: &str, rewrite: impl FnOnce(Vec<String>) -> Vec<String>) {
        let mut state = self.platform.state();
        let (tick, target) = (state.tick, state.named(service).target.clone());
        let key = state.rows.iter().rev().find(|row| row.target == target).map(|row| state.log_key(row));
        let log = key.and_then(|key| state.logs.get_mut(&key));
        known(log, "log of a deployment of", service).rewrite(tick, rewrite);
    }

    /// Removes the log file of the newest deployment of a service, as one who clears the disk does.
    ///
    /// # Panics
    /// If there is no such service, or no log of it.
    #[track_caller]
    pub fn remove_log(&self, service: &str) {
        let mut state = self.platform.state();
        let target = state.named(service).target.clone();
        let key = state.rows.iter().rev().find(|row| row.target == target).map(|row| state.log_key(row));
        known(key.and_then(|key| state.logs.remove(&key)), "log of a deployment of", service);
    }

    /// How many bytes of logs went through sockets so far.
    #[must_use]
    pub fn socket_bytes(&self) -> usize {
        self.platform.state().socket_bytes
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

//! The tasks of a service: what the engine runs of it, and what it ran before.

/// How many tasks of a slot the engine remembers besides the present one.
const KEPT: usize = 4;

/// One task of a swarm service, or one container of a compose stack.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: String,
    /// The service of a compose file; empty for what is one service by itself.
    pub(super) part: String,
    pub(super) slot: u64,
    /// Whether it should run.
    pub(super) is_wanted: bool,
    /// The engine's word for what it does.
    pub(super) current: String,
    pub(super) error: String,
    /// How often its container was started again.
    pub(super) restarts: u64,
}

/// The tasks of one service, newest first within each slot.
#[derive(Debug)]
pub(super) struct Tasks {
    pub(super) listed: Vec<Task>,
    pub(super) parts: Vec<String>,
    /// The word of the health check of each container, if it has one.
    pub(super) check: Option<String>,
    /// What the containers have printed.
    pub(super) log: Vec<String>,
    stem: String,
    made: u64,
}

impl Tasks {
    /// No tasks yet; `stem` is what no other service has in its ids.
    pub(super) fn new(stem: &str, parts: &[&str]) -> Self {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        Self { listed: Vec::new(), parts, check: None, log: Vec::new(), stem: stem.to_owned(), made: 0 }
    }

    /// Puts new tasks in the place of all; without a node for them, they wait beside the old ones.
    pub(super) fn replace(&mut self, replicas: u64, has_node: bool) {
        let (current, error) = if has_node {
            self.end(|_| true, "Shutdown", "");
            ("Running", "")
        } else {
            ("Pending", "no suitable node (insufficient resources on 1 node)")
        };
        for part in self.parts.clone() {
            for slot in 1..=replicas {
                self.start(&part, slot, current, error);
            }
        }
    }

    /// Ends tasks above `replicas`, and starts what is missing below.
    pub(super) fn scale(&mut self, replicas: u64) {
        self.end(|task| task.slot > replicas, "Shutdown", "");
        for part in self.parts.clone() {
            for slot in 1..=replicas {
                if !self.wanted().any(|task| task.part == part && task.slot == slot) {
                    self.start(&part, slot, "Running", "");
                }
            }
        }
    }

    /// Each task ends with an error, and another one runs in its place.
    pub(super) fn crash(&mut self, error: &str) {
        let crashed: Vec<_> = self.wanted().map(|task| (task.part.clone(), task.slot)).collect();
        self.end(|_| true, "Failed", error);
        for (part, slot) in crashed {
            self.start(&part, slot, "Running", "");
        }
    }

    /// Each container ends, and is started again as it is.
    pub(super) fn restart(&mut self) {
        for task in self.listed.iter_mut().filter(|task| task.is_wanted) {
            task.restarts += 1;
        }
    }

    /// The word for what the tasks do that should run.
    pub(super) fn say(&mut self, current: &str, error: &str) {
        for task in self.listed.iter_mut().filter(|task| task.is_wanted) {
            (task.current, task.error) = (current.to_owned(), error.to_owned());
        }
    }

    /// The tasks that should run.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Task> {
        self.listed.iter().filter(|task| task.is_wanted)
    }

    fn start(&mut self, part: &str, slot: u64, current: &str, error: &str) {
        self.made += 1;
        let id = format!("{}task{:04}", self.stem, self.made);
        let (part, current, error) = (part.to_owned(), current.to_owned(), error.to_owned());
        self.listed.insert(0, Task { id, part, slot, is_wanted: true, current, error, restarts: 0 });
    }

    fn end(&mut self, ends: impl Fn(&Task) -> bool, current: &str, error: &str) {
        for task in self.listed.iter_mut().filter(|task| task.is_wanted && ends(task)) {
            task.is_wanted = false;
            (task.current, task.error) = (current.to_owned(), error.to_owned());
        }
        let mut kept = Vec::new();
        self.listed.retain(|task| {
            kept.push((task.part.clone(), task.slot));
            let older = kept.iter().filter(|place| **place == (task.part.clone(), task.slot)).count();
            task.is_wanted || older <= KEPT
        });
    }
}

//! Variables that somebody sets while a test runs, and the truth about those that are there.

use super::FakeQovery;
use super::variable::Variable;
use crate::known::known;

#[expect(clippy::must_use_candidate, reason = "they are called for what they set")]
impl FakeQovery {
    /// Somebody sets a variable of the project, an environment or a service; answers with its id.
    ///
    /// # Panics
    /// If there is nothing with this id that can have variables.
    #[track_caller]
    pub fn set_variable(&self, parent: &str, key: &str, value: &str) -> String {
        self.put_variable(parent, key, value, |_| {})
    }

    /// Somebody sets a secret, as [`set_variable`](Self::set_variable) does a variable.
    ///
    /// # Panics
    /// If there is nothing with this id that can have variables.
    #[track_caller]
    pub fn set_secret(&self, parent: &str, key: &str, value: &str) -> String {
        self.put_variable(parent, key, value, |variable| variable.secret = true)
    }

    /// Somebody sets a variable that is a file at this path.
    ///
    /// # Panics
    /// If there is nothing with this id that can have variables.
    #[track_caller]
    pub fn set_file(&self, parent: &str, key: &str, path: &str, content: &str) -> String {
        self.put_variable(parent, key, content, |variable| {
            (variable.kind, variable.mount_path) = ("FILE", Some(path.to_owned()));
        })
    }

    /// Somebody gives a variable a second name in a parent.
    ///
    /// # Panics
    /// If there is nothing with this id that can have variables.
    #[track_caller]
    pub fn add_alias(&self, parent: &str, key: &str, of: &str) -> String {
        self.put_variable(parent, key, "", |variable| (variable.kind, variable.of) = ("ALIAS", Some(of.to_owned())))
    }

    /// Somebody overrides a variable in a parent below it.
    ///
    /// # Panics
    /// If there is nothing with this id that can have variables, or no such variable.
    #[track_caller]
    pub fn add_override(&self, parent: &str, of: &str, value: &str) -> String {
        let key = known(self.variable(of, |variable| variable.key.clone()), "variable", of);
        self.put_variable(parent, &key, value, |variable| {
            (variable.kind, variable.of) = ("OVERRIDE", Some(of.to_owned()));
        })
    }

    /// Somebody describes a variable, and says whether a file has the values of other variables put into it.
    ///
    /// # Panics
    /// If there is no such variable.
    #[track_caller]
    pub fn describe_variable(&self, id: &str, description: &str, interpolates: Option<bool>) {
        let described = self.variable(id, |variable| {
            description.clone_into(&mut variable.description);
            variable.interpolates = interpolates;
        });
        known(described, "variable", id);
    }

    fn variable<T>(&self, id: &str, change: impl FnOnce(&mut Variable) -> T) -> Option<T> {
        self.platform.state().variables.iter_mut().find(|variable| variable.id == id).map(change)
    }

    /// The platform itself has a variable that speaks of a parent.
    ///
    /// # Panics
    /// If there is nothing with this id that can have variables.
    #[track_caller]
    pub fn add_built_in(&self, parent: &str, key: &str, value: &str) -> String {
        self.put_variable(parent, key, value, |variable| {
            (variable.kind, variable.scope) = ("BUILT_IN", "BUILT_IN".to_owned());
        })
    }

    #[track_caller]
    fn put_variable(&self, parent: &str, key: &str, value: &str, set: impl FnOnce(&mut Variable)) -> String {
        let mut state = self.platform.state();
        let scope = known(state.scope_of(parent), "parent", parent);
        if let Some(variable) = state.own_variable(parent, key) {
            value.clone_into(&mut variable.value);
            return variable.id.clone();
        }
        let id = state.ids.object();
        let mut variable = Variable::new(id.clone(), parent, scope, key, value);
        set(&mut variable);
        state.add_variable(variable);
        id
    }

    /// Somebody removes a variable with whatever was made of it.
    pub fn remove_variable(&self, id: &str) {
        self.platform.state().variables.retain(|one| one.id != id && one.of.as_deref() != Some(id));
    }

    /// Lets the next import take no more than the first few variables, without a reason.
    pub fn limit_next_import(&self, most: usize) {
        self.platform.state().next_import = Some(most);
    }

    /// The variables that stand in a parent itself, secrets with their values, in the order in which they were set.
    #[must_use]
    pub fn variables(&self, parent: &str) -> Vec<(String, String)> {
        let state = self.platform.state();
        let own = state.variables.iter().filter(|variable| variable.parent == parent && variable.kind != "BUILT_IN");
        own.map(|variable| (variable.key.clone(), variable.value.clone())).collect()
    }
}

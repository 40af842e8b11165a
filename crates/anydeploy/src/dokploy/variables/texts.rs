//! The texts in which a target has its variables.

use dokploy_client::wire::object;
use serde_json::{Value, json};

use super::dialect::assignments;
use crate::{SecretText, Target, Variable, VariableScope, VariableSet};

/// Where a text of variables stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Column {
    /// What the containers get.
    Env,
    /// The arguments of the build.
    BuildArgs,
    /// What the build may read and does not keep.
    BuildSecrets,
}

impl Column {
    pub(super) const ALL: [Self; 3] = [Self::Env, Self::BuildArgs, Self::BuildSecrets];

    fn scope(self) -> VariableScope {
        match self {
            Self::Env => VariableScope::Runtime,
            Self::BuildArgs | Self::BuildSecrets => VariableScope::Build,
        }
    }
}

/// The texts of a target, and what is saved along with them.
#[derive(Clone, PartialEq, Eq)]
pub(in super::super) struct Texts {
    pub(in super::super) env: Option<String>,
    pub(in super::super) build_args: Option<String>,
    pub(in super::super) build_secrets: Option<String>,
    /// Whether the server writes a file of them, which is reset when it is left out; `None` where there is no such switch.
    pub(in super::super) creates_env_file: Option<bool>,
    /// What references in them may name.
    pub(super) shared: Shared,
}

/// The texts above a target, whose variables it gets by reference alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Shared {
    pub(super) project: String,
    pub(super) environment: String,
}

impl Texts {
    pub(super) fn get(&self, column: Column) -> &str {
        let text = match column {
            Column::Env => &self.env,
            Column::BuildArgs => &self.build_args,
            Column::BuildSecrets => &self.build_secrets,
        };
        text.as_deref().unwrap_or_default()
    }

    pub(super) fn set(&mut self, column: Column, text: String) {
        let place = match column {
            Column::Env => &mut self.env,
            Column::BuildArgs => &mut self.build_args,
            Column::BuildSecrets => &mut self.build_secrets,
        };
        *place = Some(text);
    }

    /// Whether two reads show the same variables, whatever else is saved along.
    pub(super) fn has_texts_of(&self, other: &Self) -> bool {
        Column::ALL.iter().all(|column| self.get(*column) == other.get(*column))
    }

    /// The text that is encrypted data, if one is: what it would say as variables is not what it holds.
    ///
    /// A column that the server cannot decrypt comes as it is stored, behind this prefix; and what begins with it is stored
    /// without encryption when it is saved (0.29.12 to 0.30.2).
    pub(super) fn encrypted(&self) -> Option<&'static str> {
        const PREFIX: &str = "enc:v1:";
        let own = Column::ALL.map(|column| (column_name(column), self.get(column)));
        let shared = [("project", &*self.shared.project), ("environment", &*self.shared.environment)];
        own.into_iter().chain(shared).find(|(_, text)| text.starts_with(PREFIX)).map(|(name, _)| name)
    }

    /// The texts as one, which is compared and never shown.
    pub(super) fn to_secret(&self) -> SecretText {
        let all = Column::ALL.map(|column| self.get(column));
        SecretText::new(json!(all).to_string())
    }

    /// The variables, in the order in which they stand in the texts.
    pub(super) fn to_set(&self, target: &Target) -> VariableSet {
        let mut variables = Vec::new();
        for column in Column::ALL {
            for (place, one) in assignments(self.get(column)).into_iter().enumerate() {
                let details = json!({ "column": column_name(column), "place": place });
                let variable = Variable::new(one.key, SecretText::from(one.value))
                    .with_scope(column.scope())
                    .with_secret(column == Column::BuildSecrets)
                    .with_details(details);
                variables.push(variable);
            }
        }
        VariableSet::new(target.clone(), variables).with_text(self.to_secret())
    }
}

const fn column_name(column: Column) -> &'static str {
    match column {
        Column::Env => "env",
        Column::BuildArgs => "buildArgs",
        Column::BuildSecrets => "buildSecrets",
    }
}

/// Where a variable that was read stands.
pub(super) fn place_of(details: &Value) -> Option<(Column, usize)> {
    let column = Column::ALL.into_iter().find(|column| details["column"] == column_name(*column))?;
    Some((column, usize::try_from(details["place"].as_u64()?).ok()?))
}

/// An application, as far as it holds variables.
pub(in super::super) struct Application {
    env: Option<String>,
    build_args: Option<String>,
    build_secrets: Option<String>,
    creates_env_file: Option<bool>,
    environment: Option<Environment>,
}

/// The first release in which an application has all that is saved along with its variables: build secrets came with 0.25.6,
/// the switch for the file with 0.26.1, and the procedure that saves them demands what the version has.
pub(in super::super) const SINCE: (u32, u32, u32) = (0, 26, 1);

pub(in super::super) const WHAT: &str = "the variables of an application before 0.26.1";

// A text that is not read must not be taken for an empty one, since it is saved as a whole.
object!(Application:
    required {
        env = "env",
        build_args = "buildArgs",
        build_secrets = "buildSecrets",
        creates_env_file = "createEnvFile",
    }
    optional { environment = "environment" }
);

/// A compose stack or a database, as far as it holds variables: one text.
pub(in super::super) struct Plain {
    env: Option<String>,
    environment: Option<Environment>,
}

object!(Plain:
    required { env = "env" }
    optional { environment = "environment" }
);

/// The environment of a service.
pub(super) struct Environment {
    env: Option<String>,
    project: Option<Project>,
}

object!(Environment: optional { env = "env", project = "project" });

/// The project of an environment.
pub(super) struct Project {
    env: Option<String>,
}

object!(Project: optional { env = "env" });

impl From<Option<Environment>> for Shared {
    fn from(environment: Option<Environment>) -> Self {
        let Some(Environment { env, project }) = environment else { return Self::default() };
        let project = project.and_then(|project| project.env).unwrap_or_default();
        Self { project, environment: env.unwrap_or_default() }
    }
}

impl From<Application> for Texts {
    fn from(row: Application) -> Self {
        Self {
            env: row.env,
            build_args: row.build_args,
            build_secrets: row.build_secrets,
            creates_env_file: row.creates_env_file,
            shared: row.environment.into(),
        }
    }
}

impl From<Plain> for Texts {
    fn from(row: Plain) -> Self {
        // The switch of a compose stack stays as it is when it is left out.
        Self {
            env: row.env,
            build_args: None,
            build_secrets: None,
            creates_env_file: None,
            shared: row.environment.into(),
        }
    }
}

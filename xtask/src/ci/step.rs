//! One step: what it proves, and the command that proves it.

use std::fmt;
use std::path::Path;
use std::process::Command;

/// A step of `cargo xtask ci`.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) expect: Expect,
    /// The command that repairs it, where that is another one than repeating it.
    repair: Option<&'static str>,
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Action {
    Run(Call),
    /// All run at once; what the others print comes after their ends.
    Beside(Call, Vec<Call>),
    /// There is nothing to run, and why.
    Nothing(String),
    /// It cannot run, and the command that changes that.
    Missing {
        what: String,
        repair: String,
    },
}

/// When a step has passed.
#[derive(Debug)]
pub(super) enum Expect {
    /// The command exits with 0.
    Success,
    /// The command exits with 0, and prints no line that begins with one of these words.
    Without(&'static [&'static str]),
}

/// A program with its arguments and environment.
#[derive(Clone, Debug)]
pub(super) struct Call {
    program: &'static str,
    arguments: Vec<String>,
    environment: Vec<(&'static str, &'static str)>,
}

impl Call {
    /// `program` with arguments that spaces separate.
    pub(super) fn new(program: &'static str, arguments: &str) -> Self {
        let arguments = arguments.split_whitespace().map(str::to_owned).collect();
        Self { program, arguments, environment: Vec::new() }
    }

    /// The command, ready to start in the root of the repository.
    pub(super) fn command(&self, root: &Path) -> Command {
        // The cargo that runs this tool, so that one toolchain compiles everything.
        let program = if self.program == "cargo" { env!("CARGO") } else { self.program };
        let mut command = Command::new(program);
        command.current_dir(root).args(&self.arguments).envs(self.environment.iter().copied());
        command
    }
}

impl Step {
    /// A step that does this.
    pub(super) fn new(name: impl Into<String>, action: Action) -> Self {
        Self { name: name.into(), action, expect: Expect::Success, repair: None }
    }

    /// A step that runs cargo with arguments that spaces separate.
    pub(super) fn cargo(name: impl Into<String>, arguments: &str) -> Self {
        Self::new(name, Action::Run(Call::new("cargo", arguments)))
    }

    /// The same beside another cargo, which runs at the same time in the same environment.
    pub(super) fn beside(mut self, arguments: &str) -> Self {
        let other = |call: &Call| Call { arguments: Call::new("cargo", arguments).arguments, ..call.clone() };
        self.action = match self.action {
            Action::Run(call) => {
                let other = other(&call);
                Action::Beside(call, vec![other])
            }
            Action::Beside(call, mut others) => {
                others.push(other(&call));
                Action::Beside(call, others)
            }
            nothing => nothing,
        };
        self
    }

    /// The same with another rule for passing.
    pub(super) fn expecting(self, expect: Expect) -> Self {
        Self { expect, ..self }
    }

    /// The same with a command that repairs it.
    pub(super) fn repaired_by(self, command: &'static str) -> Self {
        Self { repair: Some(command), ..self }
    }

    /// The same with a variable in the environment of its command.
    pub(super) fn with_variable(mut self, name: &'static str, value: &'static str) -> Self {
        if let Action::Run(call) = &mut self.action {
            call.environment.push((name, value));
        }
        self
    }

    /// What to do when it fails.
    pub(super) fn repair(&self) -> String {
        match (&self.repair, &self.action) {
            (Some(command), _) => (*command).to_owned(),
            (None, Action::Run(call)) => format!("correct what is reported, then repeat it with: {call}"),
            (None, Action::Beside(..)) => {
                format!("correct what is reported, then repeat it with: cargo xtask ci --only {:?}", self.name)
            }
            (None, _) => format!("cargo xtask ci --only {:?}", self.name),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}={value:?} ")?;
        }
        write!(f, "{} {}", self.program, self.arguments.join(" "))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            Action::Run(call) => write!(f, "{}: {call}", self.name),
            Action::Beside(call, others) => {
                write!(f, "{}: {call}", self.name)?;
                others.iter().try_for_each(|other| write!(f, "; beside it: {other}"))
            }
            Action::Nothing(reason) => write!(f, "{}: nothing to run, {reason}", self.name),
            Action::Missing { what, .. } => write!(f, "{}: cannot run, {what}", self.name),
        }
    }
}

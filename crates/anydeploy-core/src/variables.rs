//! Variables of a target: what is there, what is wanted, and the plan between the two.

mod applied;
mod desired;
mod dotenv;
mod plan;
mod set;
mod value;

pub use applied::Applied;
pub use desired::{DesiredVariable, DesiredVariables};
pub use plan::{Change, PlanEntry, PlanMode, PlanOptions, VariablePlan};
pub use set::{Origin, Variable, VariableScope, VariableSet, VariableValue};
pub use value::SecretText;

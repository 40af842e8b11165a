//! Deploying many targets on several platforms in waves, so that another process can go on after a crash.
//!
//! * [`FleetPlan`] says what is deployed and in which order; it is a value, made in code or read from a file.
//! * [`Fleet`] is a plan with the deployers of its profiles; [`Fleet::run`] is the run, a stream of [`FleetEvent`] and a
//!   future of its [`FleetReport`].
//! * [`CheckpointStore`] keeps what is known of each member, so that a run that died is taken up where it was:
//!   [`CheckpointFile`] in a file, [`MemoryCheckpoint`] in memory, or one of your own.
//! * [`decide`] is the whole order of a fleet as one function without input and output, for engines that run the steps
//!   by themselves.
//!
//! Each member passes through the two phases of [`TwoPhase`](crate::TwoPhase): its intent is in the store before its
//! trigger is sent.
//! So a run that is killed at any moment and resumed deploys nothing twice and forgets nothing.
//! A platform without that group is refused before anything is sent.

mod amount;
mod check;
mod checkpoint;
mod decide;
mod difference;
mod drive;
mod event;
#[cfg(feature = "fleet-yaml")]
mod file;
mod journal;
mod lease;
mod mistake;
mod plan;
mod report;
mod run;
mod shared;
mod stage;
mod standing;
mod step;
mod waves;

pub use amount::Amount;
pub use checkpoint::{Checkpoint, CheckpointStore, MemoryCheckpoint};
pub use decide::{Decision, Directive, decide};
pub use event::FleetEvent;
#[cfg(feature = "fleet-yaml")]
pub use file::{FleetFile, SCHEMA};
pub use journal::CheckpointFile;
pub use lease::Lease;
pub use mistake::Mistake;
pub use plan::{Concurrency, FleetPlan, Member, NextWave, Rest, Until};
pub use report::{FleetReport, MemberReport};
pub use run::{Fleet, FleetControl, FleetRun};
pub use stage::{MemberResult, MemberStage, Triggered};
pub use standing::{NotBegun, Standing};
pub use waves::{WaveRange, Waves};

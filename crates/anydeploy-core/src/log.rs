//! Logs: their lines, the pages in which they are read, and what a deployment did as a tree.

mod explanation;
mod feed;
mod line;
mod options;
mod page;

pub use explanation::{ExplainedService, ExplainedStage, ExplainedStep, Explanation};
pub use feed::LogFeed;
pub use line::{LogLevel, LogLine};
pub use options::{LogOptions, ServiceLogOptions};
pub use page::LogPage;

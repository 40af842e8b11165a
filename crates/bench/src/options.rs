//! What the command line says about a run.

/// The platforms that are measured.
pub(crate) const PLATFORMS: [&str; 3] = ["coolify", "dokploy", "qovery"];

/// The options that every bench has.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Measure small sizes, in seconds: it proves that the bench runs, and its figures mean little
    #[arg(long)]
    pub(crate) smoke: bool,
    /// Measure this platform alone
    #[arg(long, value_name = "PLATFORM", value_parser = PLATFORMS)]
    platform: Option<String>,
    /// Exit with 1 if a bound is missed
    #[arg(long)]
    pub(crate) strict: bool,
    /// Keep the lines below `docs/performance`, and write `docs/performance.md` and its plots from all that are kept
    #[arg(long, conflicts_with_all = ["smoke", "platform"])]
    pub(crate) write: bool,
}

impl Options {
    /// Whether this platform is to be measured.
    pub(crate) fn wants(&self, platform: &str) -> bool {
        self.platform.as_deref().is_none_or(|wanted| wanted == platform)
    }
}

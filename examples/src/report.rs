//! A deployment at its end, as a row of a table.

use std::time::Duration;

use anydeploy::{DeployRequest, Identity, Outcome, Platform};

/// One deployment at its end.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    cells: [String; 5],
    /// Whether it succeeded.
    pub success: bool,
}

impl Report {
    /// The row of a deployment.
    #[must_use]
    pub fn new(
        platform: &Platform,
        request: &DeployRequest,
        identity: Identity,
        outcome: &Outcome,
        time: Duration,
    ) -> Self {
        let cells = [
            platform.to_string(),
            format!("{}:{:.16}", request.target().kind(), request.target().id()),
            identity.to_string(),
            outcome.to_string(),
            format!("{:.1} s", time.as_secs_f64()),
        ];
        Self { cells, success: outcome.is_success() }
    }
}

/// Prints the reports as a table.
pub fn print_table(reports: &[Report]) {
    let head = ["platform", "target", "identity", "outcome", "time"].map(str::to_owned);
    let rows = || std::iter::once(&head).chain(reports.iter().map(|report| &report.cells));
    let width = |column: usize| rows().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    println!();
    for row in rows() {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        println!("{}", line.join("  ").trim_end());
    }
}

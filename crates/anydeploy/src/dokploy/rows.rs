//! The rows of a target: what Dokploy knows of deployments that have started, newest first.

use std::collections::HashMap;
use std::sync::Arc;

use dokploy_client::types::Deployment as Row;
use serde::{Deserialize, Serialize};

use crate::Target;
use crate::adapter::{Timestamps, parse_timestamp, sorted_by};

/// How many rows of a service Dokploy keeps when it makes room for another (0.30.2: the newest ten).
pub(super) const MAX_KEPT_ROWS: usize = 10;

/// How the text in a description begins that no other deployment has.
pub(super) const TAG_BEGINS: &str = "[anydeploy:";

/// The rows of a target at one point in time.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// When they were read.
    pub(super) at: Option<Timestamps>,
}

/// The rows of many targets at one point in time.
pub(super) type RowsByTarget = HashMap<Target, Arc<Rows>>;

/// The newest row of a target at one point in time.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Newest {
    /// When it appeared, in Unix milliseconds; `None` if there was no row.
    pub(super) created: Option<i64>,
    /// When the rows were read.
    pub(super) read_at: Option<Timestamps>,
}

impl Rows {
    pub(super) fn newest(&self) -> Newest {
        Newest { created: newest(&self.rows), read_at: self.at }
    }
}

/// When the row appeared, in Unix milliseconds of the server's clock.
pub(super) fn created(row: &Row) -> Option<i64> {
    unix_millis(row.created_at.as_deref())
}

/// When the deployment of a row ended, in Unix milliseconds of the server's clock.
pub(super) fn finished(row: &Row) -> Option<i64> {
    unix_millis(row.finished_at.as_deref())
}

pub(super) fn unix_millis(date: Option<&str>) -> Option<i64> {
    Some(parse_timestamp(date?)?.timestamp_millis())
}

/// Rows that came in no promised order, as the lists of rows have them.
pub(super) fn newest_first(rows: Vec<Row>) -> Vec<Row> {
    sorted_by(rows, |one, other| created(other).cmp(&created(one)))
}

/// The correlation tag in a description, of any trigger.
pub(super) fn tag_of(description: &str) -> Option<&str> {
    let tag = &description[description.find(TAG_BEGINS)?..];
    tag.find(']').map(|end| &tag[..=end])
}

/// When the newest row appeared.
pub(super) fn newest(rows: &[Row]) -> Option<i64> {
    rows.iter().filter_map(created).max()
}

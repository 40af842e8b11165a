//! What the id of a deployment says: its row, what identifies the row later, or the operation that leaves none.

use super::database::Applied;
use super::operation::Operation;
use super::pending::{Pending, identity_of, row_of};
use super::reload::Reloaded;
use super::rollback::RolledBack;
use crate::{DeploymentId, Identity, Result, TargetKind};

/// What the id of a deployment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The id of its row, and how that was found.
    Row(String, Identity),
    /// What identifies the row later.
    Pending(Pending),
    /// The end of a restart, which leaves no row.
    Reloaded(Reloaded),
    /// A rollback, which leaves no row.
    RolledBack(RolledBack),
    /// What was done with a database, which has no rows.
    Applied(Applied),
}

impl Known {
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        if *id.target().kind() == TargetKind::Database {
            return Applied::of(id).map(Self::Applied);
        }
        match Operation::of_id(id)? {
            Operation::Reload => return Reloaded::of(id).map(Self::Reloaded),
            Operation::Rollback => return RolledBack::of(id).map(Self::RolledBack),
            Operation::Deploy | Operation::Redeploy => {}
        }
        match row_of(id) {
            Some(row) => Ok(Self::Row(row, identity_of(id))),
            None => Pending::of(id).map(Self::Pending),
        }
    }

    /// Whether the lists of rows and jobs show it.
    pub(super) fn is_listed(&self) -> bool {
        matches!(self, Self::Row(..) | Self::Pending(_))
    }
}

#[cfg(test)]
mod tests {
    use super::super::pending::id_of_row;
    use super::*;

    #[test]
    fn what_an_id_says_is_written_as_it_was_read() {
        for text in [
            "row=r",
            "row=r&inferred=1",
            "nonce=n",
            "nonce=n&since=5.6&title=release 7&after=1",
            "nonce=n&after=1&queued=2",
            "nonce=n&overlap=1&after=1&queued=2&ahead=3",
            "nonce=n&swift=1&after=1&queued=2&active=4&until=5&listed=6",
            "nonce=n&operation=redeploy&after=1",
        ] {
            let id: DeploymentId = format!("dokploy:application:a?{}", text.replace(' ', "%20")).parse().unwrap();
            let written = match Known::of(&id).unwrap() {
                Known::Row(row, identity) => id_of_row(id.target(), &row, identity),
                Known::Pending(pending) => pending.id(id.target()),
                Known::Reloaded(_) | Known::RolledBack(_) | Known::Applied(_) => panic!("{id}"),
            };
            assert_eq!(written.to_string(), id.to_string(), "{text}");
        }
    }
}

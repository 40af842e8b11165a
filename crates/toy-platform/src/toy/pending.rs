//! What the id of a deployment says, as text and as a value, and what a read of its row makes of it.

use anydeploy_adapter::Timestamps;
use anydeploy_adapter::{DeploymentId, Result, Target};

use super::PLATFORM;
use super::api::Row;

/// The id of the row.
const ROW: &str = "deployment";
/// Set until the row was read: when Toy accepted the trigger.
const ACCEPTED_AT: &str = "accepted";

/// A deployment, as its id names it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    /// The id of the row.
    pub(super) row: String,
    /// When it was accepted, if its row was not read yet.
    pub(super) accepted_at: Option<Timestamps>,
}

/// What a read of the row shows.
#[derive(Debug)]
pub(super) enum Resolved<'r> {
    /// The row.
    Row(&'r Row),
    /// Nothing yet: the copy that was read may be older than the deployment.
    NotYet,
    /// There is no such deployment of this app.
    Absent,
}

impl Pending {
    /// Reads an id.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](anydeploy_adapter::ErrorKind::InvalidInput) if it names no deployment of Toy.
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        id.expect_platform(&PLATFORM)?;
        Ok(Self { row: id.require(ROW)?.to_owned(), accepted_at: Timestamps::read(id, ACCEPTED_AT) })
    }

    /// A row that was read.
    pub(super) fn known(row: &Row) -> Self {
        Self { row: row.id.clone(), accepted_at: None }
    }

    /// The id.
    pub(super) fn id(&self, target: &Target) -> DeploymentId {
        let id = DeploymentId::new(PLATFORM, target.clone()).with(ROW, &self.row);
        self.accepted_at.iter().fold(id, |id, at| at.write(id, ACCEPTED_AT))
    }

    /// Resolves it against the row that was read, if there is one; `is_late` says that by now it would be there.
    pub(super) fn resolve<'r>(&self, target: &Target, row: Option<&'r Row>, is_late: bool) -> Resolved<'r> {
        match row {
            Some(row) if row.app == target.id() => Resolved::Row(row),
            None if self.accepted_at.is_some() && !is_late => Resolved::NotYet,
            Some(_) | None => Resolved::Absent,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_read_and_written_as_the_same_text() {
        for text in ["toy:application:web?deployment=d1", "toy:application:web?deployment=d1&accepted=7.9"] {
            let id: DeploymentId = text.parse().unwrap();
            assert_eq!(Pending::of(&id).unwrap().id(id.target()).to_string(), text);
        }
        for text in ["toy:application:web", "toy:application:web?accepted=7", "else:application:web?deployment=d1"] {
            assert!(Pending::of(&text.parse().unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn only_what_was_just_accepted_may_still_be_missing() {
        let row =
            |app: &str| -> Row { serde_json::from_value(json!({ "id": "d1", "app": app, "state": "live" })).unwrap() };
        let (ours, other) = (row("web"), row("api"));
        let target = Target::application("web");
        let known = Pending::known(&ours);
        let accepted = Pending { accepted_at: Some(Timestamps::of(None)), ..known.clone() };
        let is = |pending: &Pending, row, is_late| match pending.resolve(&target, row, is_late) {
            Resolved::Row(_) => "row",
            Resolved::NotYet => "not yet",
            Resolved::Absent => "absent",
        };
        let cases = [
            (&accepted, Some(&ours), true, "row"),
            (&accepted, None, false, "not yet"),
            (&accepted, None, true, "absent"),
            (&accepted, Some(&other), false, "absent"),
            (&known, Some(&ours), false, "row"),
            (&known, None, false, "absent"),
        ];
        for (pending, row, is_late, expected) in cases {
            assert_eq!(is(pending, row, is_late), expected, "{pending:?} {row:?} {is_late}");
        }
    }
}

//! What is read before a trigger.

use super::Dokploy;
use super::rows::Rows;
use crate::recovery::retry_read;
use crate::{Error, ErrorKind, Result, Target};

impl Dokploy {
    /// The rows before a trigger; an error of it is safe to repeat, because nothing was triggered.
    ///
    /// A read that fails is repeated for the whole grace, as a restart of the panel takes 50 s (observed on 0.30.2).
    pub(super) async fn baseline(&self, target: &Target) -> Result<Rows> {
        let rows = retry_read(self.grace, || self.rows(target)).await.map_err(Error::of_read)?;
        // Dokploy 0.30.2 lists nothing, with a 200, for an id that it does not know as one of this kind: so it answers
        // for the id of a compose stack that is given as that of an application.
        if rows.rows.is_empty()
            && let Err(error) = self.service_of(target).await
            && error.kind() == ErrorKind::NotFound
        {
            let advice = "check the id and its kind: an id of an application is not one of a compose stack";
            return Err(error.of_read().with_advice(advice));
        }
        // A read that fails for another reason says nothing; the trigger itself is refused where it has to be.
        Ok(rows)
    }
}

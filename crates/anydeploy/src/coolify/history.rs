//! The deployments that an application had, newest first, and the pages of them.
//!
//! Facts of 4.3.11: the order is total, a row that is made shifts all others back by one, and the end of the list is a short
//! page, as the number of rows is read at another moment.
//! Before 4.3.0 the order within a second is open, and rows are skipped in it: the pages keep it as it comes.

use std::collections::HashSet;

use futures::future::{BoxFuture, FutureExt};

use super::deployment::to_deployment;
use super::pending::Pending;
use super::read::application_only;
use super::row::Row;
use super::{Coolify, rows};
use crate::{
    Action, Deployment, Error, ErrorKind, History, HistoryCursor, HistoryOptions, HistoryPage, Result, Target, platform,
};

impl History for Coolify {
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>> {
        list(self, target, options).boxed()
    }

    fn list_page<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
        after: Option<&'a HistoryCursor>,
    ) -> BoxFuture<'a, Result<HistoryPage>> {
        page(self, target, options, after).boxed()
    }
}

async fn list(coolify: &Coolify, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
    target.validate()?;
    application_only(target, "a history of deployments of anything but applications")?;
    let rows = rows::newest(&coolify.api, target, options.limit).await?;
    Ok(rows.iter().map(|row| listed(coolify, target, row)).collect())
}

fn listed(coolify: &Coolify, target: &Target, row: &Row) -> Deployment {
    to_deployment(coolify, target, &Pending::row_of(&row.deployment_uuid, action(row)), row)
}

/// Where a page ended: the position of its last row in the list of that time, from 1 on, and its id.
struct Place<'a> {
    position: usize,
    uuid: &'a str,
}

impl<'a> Place<'a> {
    fn of(cursor: &'a HistoryCursor) -> Result<Self> {
        let (position, uuid) = cursor.as_str().split_once(' ').ok_or_else(|| cursor.invalid())?;
        let position = position.parse().ok().filter(|position| *position > 0 && !uuid.is_empty());
        Ok(Self { position: position.ok_or_else(|| cursor.invalid())?, uuid })
    }
}

async fn page(
    coolify: &Coolify,
    target: &Target,
    options: HistoryOptions,
    after: Option<&HistoryCursor>,
) -> Result<HistoryPage> {
    target.validate()?;
    application_only(target, "a history of deployments of anything but applications")?;
    let limit = options.limit.max(1);
    let place = after.map(Place::of).transpose()?;
    // The last row of the page before is read again, because rows that were made since have shifted it back.
    let mut skip = place.as_ref().map_or(0, |place| place.position - 1);
    let mut is_found = place.is_none();
    let (mut rows, mut seen) = (Vec::<(usize, Row)>::new(), HashSet::new());
    let is_end = loop {
        let wanted = limit.saturating_sub(rows.len()).saturating_add(usize::from(!is_found));
        let take = i64::try_from(wanted).unwrap_or(i64::MAX).min(rows::HISTORY_PAGE_SIZE);
        let (part, asked) = rows::page_that_fits(&coolify.api, target, skip, take).await?;
        let (count, known) = (part.rows.len(), seen.len());
        let last = place.as_ref().and_then(|place| part.rows.iter().position(|row| row.deployment_uuid == place.uuid));
        is_found |= last.is_some();
        // Everything up to the last row of the page before was on a page.
        let begin = last.map_or(0, |last| last + 1);
        for (index, row) in part.rows.into_iter().enumerate() {
            if seen.insert(row.deployment_uuid.clone()) && is_found && index >= begin {
                rows.push((skip + index + 1, row));
            }
        }
        skip += count;
        // A server that gives the same rows again has no more.
        let is_last = i64::try_from(count).is_ok_and(|count| count < asked) || seen.len() == known;
        if is_last || rows.len() >= limit {
            break is_last && rows.len() <= limit;
        }
    };
    if !is_found {
        let message = "Coolify does not list the deployment any more with which the page before ended";
        return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform::COOLIFY));
    }
    rows.truncate(limit);
    let next = rows.last().filter(|_| !is_end);
    let next = next.map(|(position, row)| HistoryCursor::new(format!("{position} {}", row.deployment_uuid)));
    Ok(HistoryPage::new(rows.iter().map(|(_, row)| listed(coolify, target, row)).collect(), next))
}

/// What a row says that it does; its restart may have built all the same.
pub(super) fn action(row: &Row) -> Action {
    if row.restart_only == Some(true) {
        Action::Restart
    } else if row.rollback == Some(true) {
        Action::Rollback
    } else {
        Action::Deploy
    }
}

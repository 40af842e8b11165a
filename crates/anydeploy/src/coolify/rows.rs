//! The rows of an application's deployments, read in pages that keep within the limit for a body.

use std::cmp::Reverse;
use std::error::Error as _;

use anydeploy_wire as wire;

use super::api::Api;
use super::row::{Row, RowPage};
use crate::adapter::{Timestamps, retry_briefly};
use crate::{Error, ErrorKind, Result, Target};

/// How many of the newest rows are searched; at most 25 wait on one server (4.3.11).
pub(super) const MAX_SEARCHED_ROWS: usize = 30;

/// How many of the newest rows are searched long after a trigger.
pub(super) const MAX_RECOVERED_ROWS: usize = 200;

/// How many rows are asked for first and after that: each may hold a log of half a megabyte, and the one that is searched
/// for is new.
const SEARCH_PAGE_SIZES: (i64, i64) = (3, 10);

/// How many rows of a history are asked for at once.
pub(super) const HISTORY_PAGE_SIZE: i64 = 20;

/// The text before the log in a row of the list, whose members come in the order of the table's columns (4.3.11).
const LOG_MEMBER: &str = ",\"logs\":";

/// Whether no older rows are needed.
type IsEnough<'a> = &'a (dyn Fn(&Page) -> bool + Send + Sync);

/// A part of the list of an application's deployments, newest first.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    /// How many rows the application has in all, if the server states it.
    pub(super) count: Option<i64>,
    /// When it was read, if the server dates it.
    pub(super) at: Option<Timestamps>,
    /// There are no older rows.
    pub(super) is_whole: bool,
}

impl Page {
    /// The row of a deployment.
    pub(super) fn row(&self, uuid: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.deployment_uuid == uuid)
    }

    /// The same rows with the newest first within each second as well, which the server leaves open before 4.3.0.
    pub(super) fn in_order(mut self) -> Self {
        for of_a_second in self.rows.chunk_by_mut(|one, other| one.created_at == other.created_at) {
            of_a_second.sort_by_key(|row| Reverse(row.number));
        }
        self
    }

    /// Adds the rows of the next page; a row that was made in between shifts all pages by one, so some may be known.
    ///
    /// Returns how many were added.
    fn append(&mut self, next: Self) -> usize {
        let before = self.rows.len();
        for row in next.rows {
            if self.row(&row.deployment_uuid).is_none() {
                self.rows.push(row);
            }
        }
        // The first page dates the beginning of the read.
        self.count = self.count.or(next.count);
        self.at = self.at.or(next.at);
        self.rows.len() - before
    }
}

/// One page as the server sends it, in the order by which it skips rows.
pub(super) async fn page(api: &Api, target: &Target, skip: i64, take: i64) -> Result<Page> {
    let (page, at) = api.deployments_of(target.id(), skip, take).await?;
    Ok(Page { rows: page.deployments, count: page.count, at, is_whole: false })
}

/// A page of at most `take` rows, with how many were asked for in the end: an answer that is too large is asked for
/// again with half of them, and one row that is too large is read up to its log.
pub(super) async fn page_that_fits(api: &Api, target: &Target, skip: usize, mut take: i64) -> Result<(Page, i64)> {
    let skip = i64::try_from(skip).unwrap_or(i64::MAX);
    loop {
        match page(api, target, skip, take).await {
            Err(error) if error.kind() == ErrorKind::AnswerTooLarge && take > 1 => take /= 2,
            Err(error) if error.kind() == ErrorKind::AnswerTooLarge => {
                return row_up_to_its_log(&error).map(|page| (page, take)).ok_or(error);
            }
            answer => return Ok((answer?, take)),
        }
    }
}

/// The newest rows, at most `limit`, until they are `enough`, in the server's order; the first page has `first` rows.
async fn rows_until(
    api: &Api,
    target: &Target,
    limit: usize,
    (first, next): (i64, i64),
    is_patient: bool,
    enough: IsEnough<'_>,
) -> Result<Page> {
    let (mut page, mut take) = (Page::default(), first);
    while page.rows.len() < limit {
        let left = i64::try_from(limit - page.rows.len()).unwrap_or(i64::MAX);
        let read = || page_that_fits(api, target, page.rows.len(), take.min(left));
        // Each page is tried on its own: of a search in four pages, one too often fails where each fifth read does.
        let (part, asked) = if is_patient { retry_briefly(read).await? } else { read().await? };
        let is_last = i64::try_from(part.rows.len()).is_ok_and(|rows| rows < asked);
        let added = page.append(part);
        // A server that gives the same rows again has no more.
        page.is_whole = is_last || added == 0;
        if page.is_whole || enough(&page) {
            break;
        }
        // Logs differ by orders of magnitude, so one page that was too large does not make all of them small.
        take = asked.saturating_mul(2).clamp(1, next);
    }
    Ok(page)
}

/// The newest rows until they are enough, or as many as a search needs; a read that fails is tried again.
pub(super) async fn search(api: &Api, target: &Target, enough: IsEnough<'_>) -> Result<Page> {
    search_among(api, target, MAX_SEARCHED_ROWS, enough).await
}

/// The same among so many rows.
pub(super) async fn search_among(api: &Api, target: &Target, limit: usize, enough: IsEnough<'_>) -> Result<Page> {
    Ok(rows_until(api, target, limit, SEARCH_PAGE_SIZES, true, enough).await?.in_order())
}

/// The newest rows, at most `limit`.
pub(super) async fn newest(api: &Api, target: &Target, limit: usize) -> Result<Vec<Row>> {
    let sizes = (HISTORY_PAGE_SIZE, HISTORY_PAGE_SIZE);
    let mut rows = rows_until(api, target, limit, sizes, false, &|_| false).await?.in_order().rows;
    rows.truncate(limit);
    Ok(rows)
}

/// The row of a deployment.
///
/// One endpoint's 404 is not believed against another's listing, and a log that is too large does not hide the status:
/// in both cases the lists are searched.
///
/// # Errors
/// [`ErrorKind::NotFound`] if none of them has it.
pub(super) async fn row(api: &Api, target: &Target, uuid: &str) -> Result<Row> {
    let error = match api.deployment(uuid).await {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AnswerTooLarge) => error,
        answer => return answer,
    };
    match listed(api, target, uuid).await {
        Ok(Some((row, _))) => Ok(row),
        // A transient failure of the list does not confirm the 404 of the single read.
        Err(unlisted) if unlisted.is_transient() || unlisted.kind() == ErrorKind::Unreadable => Err(unlisted),
        Ok(None) | Err(_) => Err(error),
    }
}

/// Where the row of a deployment stands in the lists.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// So many rows of the application stand before it in the server's order.
    After(usize),
    /// Among what is queued or in progress.
    Active,
}

/// Finds the row of a deployment in the lists, for the single read that does not give it.
///
/// On 4.0.0-beta.467 that read answers 404 to deployments that the lists hold.
pub(super) async fn listed(api: &Api, target: &Target, uuid: &str) -> Result<Option<(Row, Place)>> {
    let is_there = |page: &Page| page.row(uuid).is_some();
    let page = rows_until(api, target, MAX_SEARCHED_ROWS, SEARCH_PAGE_SIZES, false, &is_there).await;
    let rows = page.as_ref().map(|page| page.rows.iter().enumerate());
    if let Some((place, row)) = rows.ok().and_then(|mut rows| rows.find(|(_, row)| row.deployment_uuid == uuid)) {
        return Ok(Some((row.clone(), Place::After(place))));
    }
    let active = api.active_deployments().await.unwrap_or_default();
    match (active.into_iter().find(|row| row.deployment_uuid == uuid), page) {
        (Some(row), _) => Ok(Some((row, Place::Active))),
        // An application without a list has no deployments any more.
        (None, Err(error)) if error.kind() != ErrorKind::NotFound => Err(error),
        (None, _) => Ok(None),
    }
}

/// The only row of a list that is too large, without its log.
///
/// A log of megabytes must not hide the status before it.
fn row_up_to_its_log(error: &Error) -> Option<Page> {
    let answer = error.source()?.downcast_ref::<wire::Error>()?.body()?;
    let end = answer.windows(LOG_MEMBER.len()).position(|window| window == LOG_MEMBER.as_bytes())?;
    let beginning = std::str::from_utf8(&answer[..end]).ok()?;
    let page: RowPage = serde_json::from_str(&format!("{beginning}}}]}}")).ok()?;
    Some(Page { rows: page.deployments, count: page.count, at: None, is_whole: false })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_rows_of_one_second_are_in_the_order_of_their_numbers() {
        let row = |(id, at): &(Option<i64>, &str)| {
            let row = json!({ "deployment_uuid": "d", "status": "finished", "id": id, "created_at": at });
            serde_json::from_value(row).unwrap()
        };
        let (early, late) = ("2026-11-22T15:40:20.000000Z", "2026-11-22T15:40:24.000000Z");
        let numbers = |rows: &[(Option<i64>, &str)]| {
            let page = Page { rows: rows.iter().map(row).collect(), ..Page::default() };
            page.in_order().rows.iter().map(|row| row.number).collect::<Vec<_>>()
        };
        let rows = [(Some(3), late), (Some(5), late), (Some(4), late), (Some(1), early), (Some(2), early)];
        assert_eq!(numbers(&rows), [Some(5), Some(4), Some(3), Some(2), Some(1)]);
        // The time comes first, and what has no number stays where it is.
        assert_eq!(numbers(&[(Some(1), late), (Some(2), early)]), [Some(1), Some(2)]);
        assert_eq!(numbers(&[(None, late), (None, late)]), [None, None]);
    }
}

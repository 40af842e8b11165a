//! The end of a preview.

use super::deployment::End;
use super::errors::{self, Reply};
use super::exchange::Exchange;
use super::state::State;

/// `DELETE /applications/{uuid}/previews/{number}`: within the request its deployments end and its record goes.
pub(super) fn delete(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position()?;
    let number = exchange.path.last().and_then(|number| number.parse::<u64>().ok()).filter(|number| *number > 0);
    let Some(number) = number else {
        return errors::refuse(422, "Invalid pull_request_id.");
    };
    if exchange.resource_mut(position).previews.remove(&number).is_none() {
        return errors::refuse(404, "Preview not found.");
    }
    exchange.state.end_preview(position, number);
    exchange.wrote(position, format!("delete preview {number}"), true);
    Ok(errors::message(200, "Preview deletion request queued."))
}

impl State {
    /// Cancels what waits or runs for a preview; its rows stay, and have no date of their end for ever.
    fn end_preview(&mut self, position: usize, number: u64) {
        let (application, now) = (self.resources[position].id, self.now);
        let active = self.ledger.active();
        let its = active.filter(|(_, row)| row.application_id == application && row.order.pull_request == number);
        let rows: Vec<usize> = its.map(|(row, _)| row).collect();
        for row in rows {
            self.ledger.end(row, now, End::PreviewDeleted);
        }
        self.start_waiting(now);
    }
}

//! A span for each call.

use tracing::Instrument;

use super::{Answer, Call, Interceptor, Next, NextBatch};
use crate::{CallKind, Deployment, DeploymentId, Result, telemetry};

/// Runs each call inside a span of [`telemetry`](crate::telemetry): a trigger inside `deploy`, every other call inside
/// `call`.
///
/// It is for deployers that have no spans of their own.
/// The adapters of `anydeploy` have the span `deploy`: with this layer around one of them, a trigger has that span twice.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Tracing;

impl Tracing {
    /// Runs each call inside a span.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Interceptor for Tracing {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        let is_trigger = call.kind() == CallKind::Trigger;
        let span = if is_trigger {
            telemetry::trigger(call.request)
        } else {
            telemetry::call(call.method, call.target, call.id)
        };
        let answer = next.call().instrument(span.clone()).await;
        let ended = answer.as_ref().map(Answer::deployment);
        if is_trigger {
            telemetry::trigger_ended(&span, ended);
        } else {
            telemetry::call_ended(&span, ended);
        }
        answer
    }

    async fn batch(&self, call: Call<'_>, ids: &[DeploymentId], next: NextBatch<'_>) -> Vec<Result<Deployment>> {
        next.call(ids.to_vec()).instrument(telemetry::call(call.method, None, None)).await
    }
}

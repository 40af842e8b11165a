//! Spans and events of `tracing`, under the names of OpenTelemetry.
//!
//! | span | fields |
//! |---|---|
//! | `deploy` | `cicd.pipeline.task.type` (`deploy`), `anydeploy.action` (if it is not `deploy`), `deployment.name`, `deployment.environment.name`; once it has ended `deployment.id`, `deployment.status`, `error.type` |
//! | `watch` | the same fields, and `cicd.pipeline.result` |
//! | `call` | `otel.name` and `code.function.name` (the method), `deployment.name`, `deployment.environment.name`, `deployment.id`; once it has ended `deployment.status`, `error.type` |
//! | `http` | `otel.name`, `otel.kind` (`client`), `http.request.method`, `url.template`, `server.address`, `server.port`; once it has ended `http.response.status_code`, `error.type` |
//!
//! `deployment.name` is the target as text, `deployment.status` the phase, `error.type` the kind of the error, or the
//! status of a refused HTTP request.
//! The adapters of this project have a span `http` for each request that they send.
//! `cicd.pipeline.result` is `success`, `failure`, `cancellation`, `skip` (superseded), `timeout`, or `error` where the
//! outcome is not known.
//!
//! An event is emitted for each retry, for a deployment that was adopted or inferred, and for an end that is undecidable.
//! Nothing here holds a credential or a text of a server.
//!
//! A deployer of your own wraps its trigger in [`deploy`], as the adapters of this project do.
//! Or put the layer [`Tracing`](crate::Tracing) around it, which gives every other call the span `call`.

use std::time::Duration;

use tracing::field::{Empty, display};
use tracing::{Instrument, Span, info_span};

use crate::{Action, DeployRequest, Deployment, DeploymentId, Error, ErrorKind, Identity, Method, Result, Target};

/// Runs the trigger of a request inside the span `deploy`, and records how it ended.
///
/// # Errors
/// Those of the trigger.
pub async fn deploy<F>(request: &DeployRequest, trigger: F) -> Result<Deployment>
where
    F: Future<Output = Result<Deployment>>,
{
    let span = self::trigger(Some(request));
    let result = trigger.instrument(span.clone()).await;
    trigger_ended(&span, result.as_ref().map(Some));
    result
}

/// The span of a trigger.
pub(crate) fn trigger(request: Option<&DeployRequest>) -> Span {
    let span = info_span!(
        "deploy",
        "cicd.pipeline.task.type" = "deploy",
        anydeploy.action = Empty,
        deployment.name = Empty,
        deployment.environment.name = Empty,
        deployment.id = Empty,
        deployment.status = Empty,
        "error.type" = Empty,
    );
    if let Some(request) = request {
        record_target(&span, request.target());
        if request.action() != Action::Deploy {
            span.record("anydeploy.action", request.action().as_str());
        }
    }
    span
}

/// Records how a trigger ended, and by what its deployment was identified.
pub(crate) fn trigger_ended(span: &Span, ended: Result<Option<&Deployment>, &Error>) {
    call_ended(span, ended);
    if let Ok(Some(deployment)) = ended {
        span.in_scope(|| identified(deployment));
    }
}

/// The span of a call that is no trigger.
pub(crate) fn call(method: Method, target: Option<&Target>, id: Option<&DeploymentId>) -> Span {
    let span = info_span!(
        "call",
        otel.name = method.as_str(),
        code.function.name = method.as_str(),
        deployment.name = Empty,
        deployment.environment.name = Empty,
        deployment.id = Empty,
        deployment.status = Empty,
        "error.type" = Empty,
    );
    target.inspect(|target| record_target(&span, target));
    id.inspect(|id| {
        span.record("deployment.id", display(id));
    });
    span
}

/// Records how a call ended: the deployment that it returned or read last, and the error.
pub(crate) fn call_ended(span: &Span, ended: Result<Option<&Deployment>, &Error>) {
    let (deployment, error) = match ended {
        Ok(deployment) => (deployment, None),
        Err(error) => (error.last(), Some(error)),
    };
    deployment.inspect(|deployment| record_deployment(span, deployment));
    error.inspect(|error| span.in_scope(|| record_error(span, error)));
}

/// The span of a watch.
pub(crate) fn watch(target: &Target) -> Span {
    let span = info_span!(
        "watch",
        "cicd.pipeline.task.type" = "deploy",
        deployment.name = Empty,
        deployment.environment.name = Empty,
        deployment.id = Empty,
        deployment.status = Empty,
        cicd.pipeline.result = Empty,
        "error.type" = Empty,
    );
    record_target(&span, target);
    span
}

/// Records how a watch ended: the result, the deployment as it was read last, and the error.
pub(crate) fn watch_ended(span: &Span, result: &str, last: Option<&Deployment>, error: Option<&Error>) {
    span.record("cicd.pipeline.result", result);
    last.inspect(|last| record_deployment(span, last));
    error.inspect(|error| span.in_scope(|| record_error(span, error)));
}

/// Emits the event that a deployment was identified by something else than its own id.
pub(crate) fn identified(deployment: &Deployment) {
    let id = display(&deployment.id);
    match deployment.identity {
        Identity::Adopted => tracing::info!(deployment.id = id, "adopted"),
        Identity::Inferred => tracing::info!(deployment.id = id, "inferred"),
        Identity::Exact | Identity::Pending => {}
    }
}

/// Emits the event that an attempt failed, counted from 1, and that another one follows after a wait.
pub(crate) fn retried(method: Method, attempt: u32, kind: ErrorKind, wait: Duration) {
    tracing::info!(
        code.function.name = method.as_str(),
        "error.type" = kind.as_str(),
        attempt,
        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        "retry"
    );
}

fn record_target(span: &Span, target: &Target) {
    span.record("deployment.name", display(target));
    target.environment_id().inspect(|environment| {
        span.record("deployment.environment.name", environment);
    });
}

fn record_deployment(span: &Span, deployment: &Deployment) {
    span.record("deployment.id", display(&deployment.id));
    span.record("deployment.status", deployment.status.phase.as_str());
}

fn record_error(span: &Span, error: &Error) {
    span.record("error.type", error.kind().as_str());
    if error.kind() == ErrorKind::Undecidable {
        tracing::warn!("error.type" = error.kind().as_str(), "undecidable");
    }
}

//! A call on its way through a layer.

use std::fmt;

use futures::future::BoxFuture;

use crate::{
    Applied, CallKind, Check, DeployRequest, Deployer, Deployment, DeploymentId, Explanation, HealthReading,
    HistoryPage, Intent, LogPage, Method, Preview, Result, RollbackTarget, RunState, Selection, SelectionReport,
    Service, ServiceDomain, StateChange, Target, VariablePlan, VariableSet,
};

/// What is called, and on what.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// The request, if the call is about a trigger.
    pub request: Option<&'a DeployRequest>,
    /// The deployment, if the call is about one that exists.
    pub id: Option<&'a DeploymentId>,
    /// The target, if the call is about one.
    pub target: Option<&'a Target>,
    /// The plan of variables, if the call applies one.
    pub plan: Option<&'a VariablePlan>,
    /// The pull request, if the call is about the preview of one.
    pub pull_request: Option<u64>,
    /// The targets, if the call triggers several.
    pub selection: Option<&'a Selection>,
    /// The deployer that is called.
    pub deployer: &'a dyn Deployer,
}

impl<'a> Call<'a> {
    pub(super) fn new(method: Method, deployer: &'a dyn Deployer) -> Self {
        Self {
            method,
            request: None,
            id: None,
            target: None,
            plan: None,
            pull_request: None,
            selection: None,
            deployer,
        }
    }

    pub(super) fn for_request(self, request: &'a DeployRequest) -> Self {
        Self { request: Some(request), target: Some(request.target()), ..self }
    }

    pub(super) fn for_id(self, id: &'a DeploymentId) -> Self {
        Self { id: Some(id), target: Some(id.target()), ..self }
    }

    pub(super) fn for_target(self, target: &'a Target) -> Self {
        Self { target: Some(target), ..self }
    }

    pub(super) fn for_plan(self, plan: &'a VariablePlan) -> Self {
        Self { plan: Some(plan), target: Some(plan.target()), ..self }
    }

    pub(super) fn for_preview(self, target: &'a Target, pull_request: u64) -> Self {
        Self { target: Some(target), pull_request: Some(pull_request), ..self }
    }

    pub(super) fn for_selection(self, selection: &'a Selection) -> Self {
        Self { selection: Some(selection), ..self }
    }

    /// What the call does on the platform.
    #[must_use]
    pub fn kind(&self) -> CallKind {
        self.method.kind()
    }
}

/// The call that an [`Interceptor`](super::Interceptor) intercepts.
pub struct Next<'a, T> {
    call: &'a (dyn Fn() -> BoxFuture<'a, Result<T>> + Send + Sync),
}

impl<'a, T> Next<'a, T> {
    pub(super) fn new(call: &'a (dyn Fn() -> BoxFuture<'a, Result<T>> + Send + Sync)) -> Self {
        Self { call }
    }

    /// Makes the call; each time it is called, the platform is asked anew.
    #[must_use]
    pub fn call(&self) -> BoxFuture<'a, Result<T>> {
        (self.call)()
    }
}

impl<T> fmt::Debug for Next<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}

/// The read of several deployments that an [`Interceptor`](super::Interceptor) intercepts.
pub struct NextBatch<'a> {
    call: &'a (dyn Fn(Vec<DeploymentId>) -> BoxFuture<'a, Vec<Result<Deployment>>> + Send + Sync),
}

impl<'a> NextBatch<'a> {
    pub(super) fn new(
        call: &'a (dyn Fn(Vec<DeploymentId>) -> BoxFuture<'a, Vec<Result<Deployment>>> + Send + Sync),
    ) -> Self {
        Self { call }
    }

    /// Reads these deployments, in the order of their ids; each time it is called, the platform is asked anew.
    #[must_use]
    pub fn call(&self, ids: Vec<DeploymentId>) -> BoxFuture<'a, Vec<Result<Deployment>>> {
        (self.call)(ids)
    }
}

impl fmt::Debug for NextBatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextBatch").finish_non_exhaustive()
    }
}

/// What a method answers.
pub trait Answer: Send + 'static + private::Sealed {
    /// Makes an answer of a deployment; `None` if the method answers with something else.
    #[must_use]
    fn of(deployment: Deployment) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = deployment;
        None
    }

    /// The answer as a deployment; `None` if the method answers with something else.
    #[must_use]
    fn deployment(&self) -> Option<&Deployment> {
        None
    }

    /// The answer as the report of several deployments; `None` if the method answers with something else.
    #[must_use]
    fn report(&self) -> Option<&SelectionReport> {
        None
    }
}

impl Answer for Deployment {
    fn of(deployment: Deployment) -> Option<Self> {
        Some(deployment)
    }

    fn deployment(&self) -> Option<&Deployment> {
        Some(self)
    }
}

impl Answer for StateChange {
    /// The deployment that the platform made of a start.
    fn deployment(&self) -> Option<&Deployment> {
        self.deployment.as_ref()
    }
}

impl Answer for SelectionReport {
    fn report(&self) -> Option<&SelectionReport> {
        Some(self)
    }
}

impl Answer for Intent {}
impl Answer for Vec<Deployment> {}
impl Answer for HistoryPage {}
impl Answer for LogPage {}
impl Answer for Explanation {}
impl Answer for HealthReading {}
impl Answer for Service {}
impl Answer for Vec<Service> {}
impl Answer for Vec<ServiceDomain> {}
impl Answer for Check {}
impl Answer for RunState {}
impl Answer for Vec<RollbackTarget> {}
impl Answer for VariableSet {}
impl Answer for VariablePlan {}
impl Answer for Applied {}
impl Answer for Vec<Preview> {}
/// Whether there was something to delete.
impl Answer for bool {}

mod private {
    /// Answers are those of the trait's methods.
    pub trait Sealed {}

    impl Sealed for super::Deployment {}
    impl Sealed for super::Intent {}
    impl Sealed for Vec<super::Deployment> {}
    impl Sealed for super::LogPage {}
    impl Sealed for super::Explanation {}
    impl Sealed for super::HealthReading {}
    impl Sealed for super::Service {}
    impl Sealed for Vec<super::Service> {}
    impl Sealed for super::Check {}
    impl Sealed for super::StateChange {}
    impl Sealed for super::RunState {}
    impl Sealed for Vec<super::RollbackTarget> {}
    impl Sealed for super::VariableSet {}
    impl Sealed for super::VariablePlan {}
    impl Sealed for super::Applied {}
    impl Sealed for super::HistoryPage {}
    impl Sealed for Vec<super::ServiceDomain> {}
    impl Sealed for Vec<super::Preview> {}
    impl Sealed for bool {}
    impl Sealed for super::SelectionReport {}
}

//! What a broken deployer does when it pages, finds, deletes previews and deploys several targets.

use std::sync::atomic::Ordering;

use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, HistoryCursor, HistoryOptions, HistoryPage, Preview, Previews, Result,
    Selection, SelectionReport, Selections, Service, ServiceQuery, Target,
};
use futures::future::{BoxFuture, FutureExt};

use super::{Broken, Error, ErrorKind, Fault};

impl Broken {
    pub(super) async fn page_badly(
        &self,
        target: &Target,
        options: HistoryOptions,
        after: Option<&HistoryCursor>,
    ) -> Result<HistoryPage> {
        let after = after.filter(|_| !self.has(Fault::ForgetsTheCursor));
        let mut page = self.inner.history_page(target, options, after).await?;
        if self.has(Fault::EndsAHistoryEarly) {
            page.next = None;
        }
        Ok(page)
    }

    pub(super) async fn match_badly(&self, query: &ServiceQuery) -> Result<Vec<Service>> {
        let found = self.inner.find_matching(query).await?;
        match self.fault {
            Fault::FindsEverything => self.inner.services().await,
            Fault::FindsSomethingNear if found.is_empty() => {
                let mut services = self.inner.services().await?;
                services.truncate(1);
                Ok(services)
            }
            _ => Ok(found),
        }
    }

    async fn delete_badly(&self, target: &Target, pull_request: u64) -> Result<bool> {
        if self.has(Fault::DeletesNoPreview) {
            // It answers as if the first call had deleted it.
            return Ok(!self.busy.swap(true, Ordering::Relaxed));
        }
        let deleted = self.inner.delete_preview(target, pull_request).await?;
        if !deleted && self.has(Fault::RefusesToDeleteTwice) {
            return Err(Error::new(ErrorKind::NotFound, "there is no such preview"));
        }
        Ok(deleted)
    }

    async fn select_badly(&self, selection: &Selection) -> Result<SelectionReport> {
        if self.has(Fault::DeploysWhatIsBeside) {
            for service in self.inner.services().await? {
                if selection.targets().all(|target| *target != service.target) {
                    self.inner.deploy(&DeployRequest::new(service.target)).await?;
                }
            }
        }
        let mut report = self.inner.deploy_selection(selection).await?;
        if self.has(Fault::NamesOneDeploymentForAll) {
            let first = report.deployments().next().cloned();
            for (entry, first) in report.entries.iter_mut().zip(first.into_iter().cycle()) {
                entry.result = Ok(first);
            }
        }
        Ok(report)
    }
}

impl Previews for Broken {
    fn list_previews<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>> {
        if self.has(Fault::ForgetsAPreview) {
            return async { Ok(Vec::new()) }.boxed();
        }
        self.inner.previews_of(target)
    }

    fn remove_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>> {
        self.delete_badly(target, pull_request).boxed()
    }
}

impl Selections for Broken {
    fn trigger_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>> {
        self.select_badly(selection).boxed()
    }
}

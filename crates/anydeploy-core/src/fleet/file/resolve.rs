//! The names of a file become targets.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};

use super::{FileMember, FleetFile, Place, with_target};
use crate::fleet::{FleetPlan, Member, Mistake};
use crate::{Deployer, Error, Method, Result, Service, ServiceQuery, Target};

/// What a platform lists, read once for all members of a profile.
type Listed = BTreeMap<String, Result<Vec<Service>>>;

impl FleetFile {
    /// Looks the services of all members up, and makes the plan.
    ///
    /// Nothing is sent but reads: one list of services for each profile whose members are given by name.
    ///
    /// # Errors
    /// All mistakes at once: a profile without a deployer, a name that no service has or that several have.
    #[must_use]
    pub fn resolve<'a>(
        &'a self,
        deployers: &'a BTreeMap<String, Arc<dyn Deployer>>,
    ) -> BoxFuture<'a, Result<FleetPlan, Vec<Mistake>>> {
        async move {
            let mut listed = Listed::new();
            for member in &self.members {
                let Some(deployer) = deployers.get(&member.profile) else { continue };
                if matches!(member.place, Place::Service(_)) && !listed.contains_key(&member.profile) {
                    listed.insert(member.profile.clone(), list(deployer).await);
                }
            }
            let (mut plan, mut mistakes) = (self.settings.clone(), Vec::new());
            for member in &self.members {
                match member.resolve(deployers, &listed) {
                    Ok(member) => plan.members.push(member),
                    Err(mistake) => mistakes.push(mistake),
                }
            }
            if mistakes.is_empty() { Ok(plan) } else { Err(mistakes) }
        }
        .boxed()
    }
}

impl FileMember {
    fn resolve(&self, deployers: &BTreeMap<String, Arc<dyn Deployer>>, listed: &Listed) -> Result<Member, Mistake> {
        let wrong = |field: &str, message: String| Mistake::of_member(&self.name, field, message);
        if !deployers.contains_key(&self.profile) {
            return Err(wrong("profile", format!("there is no deployer `{}`", self.profile)));
        }
        let target = match &self.place {
            Place::Target(target) => target.clone(),
            Place::Service(query) => {
                find(query, listed.get(&self.profile)).map_err(|error| wrong("service", error.to_string()))?
            }
        };
        let request = with_target(&self.request, &target).map_err(|error| wrong("request", error.to_string()))?;
        let mut member = Member::new(&*self.name, &*self.profile, request);
        member.until = self.until;
        Ok(member)
    }
}

async fn list(deployer: &Arc<dyn Deployer>) -> Result<Vec<Service>> {
    match deployer.catalog() {
        Some(catalog) => catalog.list_services().await,
        None => Err(Error::unsupported(deployer.platform(), Method::Services.purpose())),
    }
}

/// The target of the one service that a query means.
fn find(query: &ServiceQuery, listed: Option<&Result<Vec<Service>>>) -> Result<Target> {
    let listed = listed.cloned().unwrap_or_else(|| Ok(Vec::new()))?;
    let found = query.select(listed.clone())?;
    Ok(query.one_of(found, &listed)?.target)
}

//! Reads of lists and of single objects.

use serde_json::{Value, json};

use super::call::Call;
use super::kind::{self, QoveryServiceKind};
use super::objects::{self, ICON};
use super::reply::{Outcome, Refusal, Reply};
use super::service::Service;
use super::state::{Environment, State};

impl State {
    /// Everything under `/organization`.
    pub(super) fn read_organization(&self, call: &[&str], query: impl Fn(&str) -> Option<String>) -> Outcome {
        let [id, rest @ ..] = call else { return Ok(Reply::results(vec![self.organization_body()])) };
        if *id != self.organization.id {
            return Err(Refusal::missing("organization"));
        }
        match rest {
            [] => Ok(Reply::ok(self.organization_body())),
            ["project"] => Ok(Reply::results(vec![self.project_body()])),
            ["environments"] => {
                let light = |environment| {
                    let mut body = self.environment_body(environment);
                    if let Some(fields) = body.as_object_mut() {
                        fields.retain(|key, _| !key.starts_with("cl"));
                    }
                    body
                };
                Ok(Reply::results(self.environments.iter().map(light).collect()))
            }
            ["services"] => {
                let wanted = |key: &str, id: &str| query(key).is_none_or(|wanted| wanted == id);
                let services = self.services.iter().filter(|service| {
                    wanted("project_id", &self.project.id)
                        && wanted("environment_id", &service.environment)
                        && wanted("cluster_id", &self.cluster.id)
                });
                Ok(Reply::results(services.map(|service| self.light(service)).collect()))
            }
            _ => Err(Refusal::no_route()),
        }
    }

    /// `ServiceLightResponse`.
    fn light(&self, service: &Service) -> Value {
        let environment = self.environment(&service.environment);
        let mut body = json!({
            "id": service.id,
            "name": service.name,
            "description": "",
            "icon_uri": ICON,
            "service_type": service.kind.word(),
            "project_id": self.project.id,
            "project_name": self.project.name,
            "environment_id": service.environment,
            "environment_name": environment.map(|environment| &environment.name),
            "cluster_id": self.cluster.id,
        });
        if let Some(job_type) = service.kind.job_type() {
            body["job_type"] = json!(job_type);
        }
        body
    }

    /// Everything under `/project`.
    pub(super) fn read_project(&self, id: &str, rest: &[&str]) -> Outcome {
        if id != self.project.id {
            return Err(Refusal::missing("project"));
        }
        let all = |body: &dyn Fn(&Environment) -> Value| Reply::results(self.environments.iter().map(body).collect());
        match rest {
            [] => Ok(Reply::ok(self.project_body())),
            ["environment"] => Ok(all(&|environment| self.environment_body(environment))),
            ["environment", "status"] => Ok(all(&|environment| self.environment_status(environment))),
            _ => Err(Refusal::no_route()),
        }
    }

    /// The lists of services in an environment: all of them, or by the path of their kind.
    pub(super) fn services_body(&self, environment: &Environment, path: Option<&str>) -> Reply {
        let services = self.of_path(environment, path);
        Reply::results(services.map(|service| self.service_body(service)).collect())
    }

    /// The statuses of the services of one kind; declared for every kind but terraform.
    pub(super) fn kind_statuses(&self, environment: &Environment, path: &str) -> Outcome {
        if path == QoveryServiceKind::Terraform.path() {
            return Err(Refusal::no_route());
        }
        let services = self.of_path(environment, Some(path));
        Ok(Reply::results(services.map(|service| self.status(service)).collect()))
    }

    fn of_path<'a>(&'a self, environment: &'a Environment, path: Option<&'a str>) -> impl Iterator<Item = &'a Service> {
        self.services_of(&environment.id).filter(move |service| path.is_none_or(|path| service.kind.path() == path))
    }

    /// The deployment stages of an environment; a stage that is skipped exists once a service is in it.
    pub(super) fn stages_body(&self, environment: &Environment) -> Reply {
        let skipped = self.services_of(&environment.id).any(|service| service.skipped);
        let stages = [false, true].into_iter().filter(|stage| !stage || skipped);
        Reply::results(stages.map(|stage| self.stage_body(environment, stage)).collect())
    }

    /// The stage that holds a service.
    pub(super) fn service_stage(&self, id: &str) -> Outcome {
        let service = self.service(id).ok_or_else(|| Refusal::missing("service"))?;
        let environment = self.environment(&service.environment).ok_or_else(|| Refusal::missing("environment"))?;
        Ok(Reply::ok(self.stage_body(environment, service.skipped)))
    }

    fn stage_body(&self, environment: &Environment, skipped: bool) -> Value {
        let services = self.services_of(&environment.id).filter(|service| service.skipped == skipped).map(|service| {
            json!({
                "id": service.id,
                "created_at": service.created_at,
                "service_id": service.id,
                "service_type": service.kind.word(),
                "is_skipped": skipped,
            })
        });
        json!({
            "id": if skipped { &environment.skipped_stage } else { &environment.stage },
            "created_at": environment.created_at,
            "environment": { "id": environment.id },
            "name": if skipped { "SKIPPED" } else { "DEFAULT" },
            "description": "",
            "deployment_order": if skipped { 2 } else { 1 },
            "services": services.collect::<Vec<_>>(),
        })
    }

    /// The addresses of a service: one, made by Qovery, for the kinds that have links.
    pub(super) fn links<'a>(services: impl Iterator<Item = &'a Service>) -> Reply {
        let link = |service: &Service, host: &str, is_own: bool| {
            json!({
                "service_id": service.id,
                "service_type": service.kind.word(),
                "url": format!("https://{host}"),
                "internal_port": 8080,
                "external_port": 443,
                "is_qovery_domain": is_own,
                "is_default": true,
            })
        };
        let links = services.filter(|service| service.kind.has("link")).flat_map(|service| {
            let own = link(service, &format!("{}.apps.example.com", service.name), true);
            let others = service.domains.iter().map(move |host| link(service, host, false));
            std::iter::once(own).chain(others)
        });
        Reply::results(links.collect())
    }
}

impl Call<'_> {
    /// The `pageSize` of a history call; 20 unless given.
    pub(super) fn page_size(&self) -> usize {
        // The published type is `number`, so `5.0` counts as well.
        let given = self.query("pageSize").and_then(|size| size.parse::<f64>().ok());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is wanted")]
        given.map_or(20, |size| size as usize)
    }

    /// Every read of an environment.
    pub(super) fn read_environment(&self, id: &str, rest: &[&str]) -> Outcome {
        let state = &*self.state;
        let environment = state.environment(id).ok_or_else(|| Refusal::missing("environment"))?;
        Ok(match rest {
            [] => Reply::ok(state.environment_body(environment)),
            ["status"] => Reply::ok(state.environment_status(environment)),
            ["statuses"] => Reply::ok(state.environment_statuses(environment)),
            ["statusesWithStages"] => Reply::ok(state.statuses_with_stages(environment)),
            ["deploymentQueue"] => state.environment_queue(environment),
            ["deploymentHistoryV2"] => state.environment_history(environment, self.page_size()),
            ["deploymentStage"] => state.stages_body(environment),
            ["logs"] => state.deployment_log(environment, self.query("version").as_deref()),
            ["services"] => state.services_body(environment, None),
            ["link"] => State::links(state.services_of(&environment.id)),
            [path] if kind::PATHS.contains(path) => state.services_body(environment, Some(path)),
            [path, "status"] if kind::PATHS.contains(path) => state.kind_statuses(environment, path)?,
            _ => return Err(Refusal::no_route()),
        })
    }

    /// Every read of a service.
    pub(super) fn read_service(&self, path: &str, id: &str, rest: &[&str]) -> Outcome {
        let state = &*self.state;
        let service = state.service_at(path, id)?;
        if rest.first().is_some_and(|call| !service.kind.has(call)) {
            return Err(Refusal::no_route());
        }
        Ok(match rest {
            [] => Reply::ok(state.service_body(service)),
            ["status"] => Reply::ok(state.status(service)),
            ["deploymentHistoryV2"] => state.service_history(service, self.page_size()),
            ["log"] => State::service_log(service),
            ["commit"] => service.commits(self.query("of").as_deref())?,
            ["link"] => State::links(std::iter::once(service)),
            _ => return Err(Refusal::no_route()),
        })
    }
}

impl Service {
    /// The commits of its branch, newest first; `of` chooses the repository of a chart or that of its values.
    fn commits(&self, of: Option<&str>) -> Outcome {
        let commits = if of == Some("values") { &self.values_commits } else { &self.commits };
        if commits.is_empty() {
            return Err(Refusal::bad_request("The service has no git repository."));
        }
        Ok(Reply::results(commits.iter().map(|id| objects::commit(id, self.created_at)).collect()))
    }
}

impl State {
    /// The service of this path and id; an id of another kind is missing too.
    pub(super) fn service_at(&self, path: &str, id: &str) -> Result<&Service, Refusal> {
        self.service(id).filter(|service| service.kind.path() == path).ok_or_else(|| Refusal::missing("service"))
    }
}

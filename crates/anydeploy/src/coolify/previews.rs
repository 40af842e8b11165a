//! The previews of pull requests: those that were deployed, and the end of one.
//!
//! Facts of 4.3.11: no call lists previews, so what is listed are those that the deployments of the application name; one
//! that was deleted stays among them.
//! Their state is not reported either.
//! The address of a preview is made of a template and the first domain of the application.
//! A deletion ends the deployments of the preview and removes its containers within the request, and a preview that is not
//! there is a 404.

use coolify_client::types::BuildPackEnum;
use futures::future::{BoxFuture, FutureExt};

use super::Coolify;
use super::asked::check_pull_request;
use super::row::Row;
use super::rows::{self, MAX_RECOVERED_ROWS};
use super::service::items;
use super::settings::Application;
use crate::adapter::{parse_timestamp, retry_briefly};
use crate::{Ability, Deployer, Error, ErrorKind, Phase, Preview, Previews, Result, ServiceState, Target, platform};

impl Previews for Coolify {
    fn list_previews<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>> {
        list(self, target).boxed()
    }

    fn remove_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>> {
        remove(self, target, pull_request).boxed()
    }
}

async fn list(coolify: &Coolify, target: &Target) -> Result<Vec<Preview>> {
    check(coolify, target)?;
    let (application, _) = retry_briefly(|| coolify.api.application(target.id())).await?;
    let rows = rows::newest(&coolify.api, target, MAX_RECOVERED_ROWS).await?;
    Ok(previews(target, &application, &rows))
}

fn check(coolify: &Coolify, target: &Target) -> Result<()> {
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), Ability::Previews)?;
    target.validate()
}

/// The previews that rows name, the highest number first.
fn previews(target: &Target, application: &Application, rows: &[Row]) -> Vec<Preview> {
    let number = |row: &Row| row.pull_request_id.and_then(|number| u64::try_from(number).ok()).filter(|of| *of > 0);
    let mut numbers: Vec<_> = rows.iter().filter_map(number).collect();
    numbers.sort_unstable_by(|one, other| other.cmp(one));
    numbers.dedup();
    let preview = |pull_request: u64| {
        let own = rows.iter().filter(|row| number(row) == Some(pull_request));
        let deployed = own.clone().find(|row| super::phase(&row.status) == Phase::Succeeded);
        let ended = deployed.and_then(|row| row.finished_at.as_deref().or(row.updated_at.as_deref()));
        Preview::new(target.clone(), pull_request, ServiceState::Unknown, "")
            .with_deployed_at(ended.and_then(parse_timestamp))
            .with_url(url(application, pull_request))
    };
    numbers.into_iter().map(preview).collect()
}

/// The address of a preview, as far as it can be computed: a random part is drawn anew with every deployment, and a compose
/// application has an address for each of its services (4.3.11).
fn url(application: &Application, pull_request: u64) -> Option<String> {
    if application.build_pack == Some(BuildPackEnum::Dockercompose) {
        return None;
    }
    let template = application.preview_url_template.as_deref().filter(|template| !template.is_empty())?;
    let domain = items(application.fqdn.as_deref()).next()?;
    let (scheme, rest) = domain.split_once("://")?;
    let (host, port_and_path) = rest.split_at(rest.find([':', '/']).unwrap_or(rest.len()));
    let host = template.replace("{{pr_id}}", &pull_request.to_string()).replace("{{domain}}", host);
    (!host.contains("{{")).then(|| format!("{scheme}://{host}{port_and_path}"))
}

async fn remove(coolify: &Coolify, target: &Target, pull_request: u64) -> Result<bool> {
    check(coolify, target)?;
    check_pull_request(pull_request)?;
    if pull_request == 0 {
        let error = Error::new(ErrorKind::InvalidInput, "there is no pull request of the number 0");
        return Err(error.with_platform(platform::COOLIFY));
    }
    match coolify.api.delete_preview(target.id(), pull_request).await {
        Ok(()) => Ok(true),
        // "Preview not found."; that of the application is another sentence.
        Err(error) if error.kind() == ErrorKind::NotFound && says(&error, "Preview") => Ok(false),
        // No read shows whether a preview is there. To delete it twice could delete a new one of the same number.
        Err(error) if !error.is_safe_to_repeat() => {
            Err(error
                .with_advice("delete the preview again, unless its pull request was opened anew: Coolify lists none"))
        }
        Err(error) => Err(error),
    }
}

fn says(error: &Error, word: &str) -> bool {
    error.server_message().is_some_and(|sentence| sentence.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_address_is_the_template_with_the_host_of_the_first_domain() {
        let url = |template: Value, fqdn: Value, pack: &str| {
            let row = json!({ "uuid": "web", "preview_url_template": template, "fqdn": fqdn, "build_pack": pack });
            url(&serde_json::from_value(row).unwrap(), 7)
        };
        let usual = json!("{{pr_id}}.{{domain}}");
        let domains = json!("https://shop.example.com:3000/a,https://b.example.com");
        assert_eq!(url(usual.clone(), domains, "nixpacks").as_deref(), Some("https://7.shop.example.com:3000/a"));
        let one = json!("http://shop.example.com");
        assert_eq!(
            url(json!("pr-{{pr_id}}-{{domain}}"), one.clone(), "").as_deref(),
            Some("http://pr-7-shop.example.com")
        );
        for (template, fqdn, pack) in [
            (json!("{{random}}.{{domain}}"), one.clone(), "nixpacks"),
            (usual.clone(), Value::Null, "nixpacks"),
            (usual.clone(), one.clone(), "dockercompose"),
            (Value::Null, one, "nixpacks"),
        ] {
            assert_eq!(url(template, fqdn, pack), None);
        }
    }
}

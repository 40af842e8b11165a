//! A setting that a deployment changes for good: the tag of an image, or the branch.
//!
//! Facts of 4.3.11: nothing but the row changes until the next deployment, which reads it when it starts; nothing is checked
//! against the registry or the repository; a pinned commit is deployed whatever the branch is.

use coolify_client::types::BuildPackEnum;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::HEAD;
use super::api::Api;
use super::settings::Application;
use crate::adapter::{after_write, retry_briefly};
use crate::{Error, ErrorKind, Partial, Result, Setting, Target, Timing, platform};

/// The longest tag, in characters.
const MAX_TAG: usize = 128;

/// A setting that is changed, and what it was before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Change {
    setting: Setting,
    before: Option<String>,
}

/// Refuses what Coolify would refuse.
pub(super) fn check(setting: &Setting) -> Result<()> {
    let value = setting.value();
    let is_valid = match setting {
        Setting::ImageTag(tag) => is_tag(tag),
        Setting::Branch(branch) => is_branch(branch),
        _ => return Err(Error::unsupported(platform::COOLIFY, format_args!("setting the {}", setting.name()))),
    };
    if is_valid {
        return Ok(());
    }
    let message = format!("Coolify takes no {} such as `{value}`", setting.name());
    Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY))
}

/// Whether Coolify takes a text for the tag of an image (4.3.11).
pub(super) fn is_tag(tag: &str) -> bool {
    tag.len() <= MAX_TAG
        && tag.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && tag.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
}

/// The server refuses more than git does: what a shell could take for something else.
fn is_branch(branch: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._-/@+#".contains(letter);
    branch.chars().all(is_plain)
        && !branch.starts_with(['-', '/', '.'])
        && !["..", "//", "@{"].iter().any(|part| branch.contains(part))
        && ![".lock", "/", "."].iter().any(|end| branch.ends_with(end))
        && branch != HEAD
}

/// Reads what a setting is before it is changed.
///
/// # Errors
/// [`ErrorKind::Unsupported`] if the application has no such setting, and [`ErrorKind::Conflict`] if it would have no effect.
pub(super) async fn plan(api: &Api, target: &Target, setting: &Setting) -> Result<Change> {
    let (application, _) = retry_briefly(|| api.application(target.id())).await?;
    let is_image = application.build_pack == Some(BuildPackEnum::Dockerimage);
    let unsupported = |what| Err(Error::unsupported(platform::COOLIFY, what));
    match setting {
        Setting::ImageTag(_) if !is_image => {
            return unsupported("setting the image tag of an application that is built from a repository");
        }
        // A digest takes the place of a tag.
        Setting::ImageTag(_)
            if application.docker_registry_image_name.as_ref().is_some_and(|name| name.contains('@')) =>
        {
            return unsupported("setting the image tag of an application whose image is named by its digest");
        }
        Setting::Branch(_) if is_image => {
            return unsupported("setting the branch of an application that is made from an image");
        }
        Setting::Branch(_)
            if application.git_commit_sha.as_ref().is_some_and(|commit| !commit.is_empty() && commit != HEAD) =>
        {
            let message = "the application is pinned to a commit, which is deployed whatever its branch is";
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform::COOLIFY));
        }
        _ => {}
    }
    Ok(Change { setting: setting.clone(), before: value_of(setting, &application) })
}

/// The present value of a setting.
fn value_of(setting: &Setting, application: &Application) -> Option<String> {
    match setting {
        Setting::Branch(_) => application.git_branch.clone(),
        _ => application.docker_registry_image_tag.clone(),
    }
}

impl Change {
    /// The tag that is deployed, if the setting is one.
    pub(super) fn tag(&self) -> Option<&str> {
        match &self.setting {
            Setting::ImageTag(tag) => Some(tag),
            _ => None,
        }
    }

    async fn read(&self, api: &Api, target: &Target) -> Result<Option<String>> {
        let (application, _) = retry_briefly(|| api.application(target.id())).await?;
        Ok(value_of(&self.setting, &application))
    }

    /// Whether the application has the setting.
    pub(super) async fn is_set(&self, api: &Api, target: &Target) -> Result<bool> {
        Ok(self.read(api, target).await?.as_deref() == Some(self.setting.value()))
    }

    async fn write(&self, api: &Api, target: &Target, value: Option<&str>) -> Result<()> {
        let update = match (&self.setting, value) {
            (Setting::Branch(_), Some(branch)) => json!({ "git_branch": branch }),
            // A branch cannot be removed.
            (Setting::Branch(_), None) => json!({}),
            (_, tag) => json!({ "docker_registry_image_tag": tag }),
        };
        api.update_application(target.id(), &update).await
    }

    /// Changes the setting, and returns whether it had to.
    pub(super) async fn set(&self, api: &Api, target: &Target, timing: &Timing) -> Result<bool> {
        // Nothing is changed yet.
        let now = self.read(api, target).await.map_err(|error| error.with_safe_to_repeat(true))?;
        let wanted = self.setting.value();
        if now.as_deref() == Some(wanted) {
            return Ok(false);
        }
        if now != self.before {
            return Err(self.conflict(now.as_deref(), "since it was read"));
        }
        if let Err(error) = self.write(api, target, Some(wanted)).await {
            let unknown = Partial::new(Vec::new(), Vec::new(), vec![self.setting.name().to_owned()]);
            let read = || self.is_set(api, target);
            after_write(error, timing, read)
                .await
                .map_err(|lost| if lost.is_safe_to_repeat() { lost } else { lost.with_partial(Some(unknown)) })?;
        }
        match self.read(api, target).await {
            Ok(now) if now.as_deref() == Some(wanted) => Ok(true),
            Ok(now) => Err(self.conflict(now.as_deref(), "right after it was set")),
            Err(error) => {
                let remark = self.unset(api, target).await;
                Err(error.with_remark(&remark))
            }
        }
    }

    fn conflict(&self, now: Option<&str>, when: &str) -> Error {
        let message = format!("somebody else set the {} to {} {when}", self.setting.name(), quoted(now));
        Error::new(ErrorKind::Conflict, message).with_platform(platform::COOLIFY)
    }

    /// Sets it back, unless somebody else has changed it, and says what it is now.
    pub(super) async fn unset(&self, api: &Api, target: &Target) -> String {
        let name = self.setting.name();
        match self.read(api, target).await {
            Ok(now) if now.as_deref() != Some(self.setting.value()) => {
                return format!("the {name} is {}, which somebody else set", quoted(now.as_deref()));
            }
            Ok(_) => {}
            Err(_) => return format!("whether the {name} is still `{}` is not known", self.setting.value()),
        }
        match self.write(api, target, self.before.as_deref()).await {
            Ok(()) => format!("the {name} was set back to {}", quoted(self.before.as_deref())),
            Err(_) => format!("the {name} may still be `{}`", self.setting.value()),
        }
    }
}

fn quoted(value: Option<&str>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_coolify_would_refuse_is_refused() {
        for tag in ["1.27", "latest", "sha256-abc", "_x", &"a".repeat(128)] {
            check(&Setting::ImageTag(tag.to_owned())).unwrap();
        }
        for tag in ["", "-x", ".x", "a:b", "a/b", "a b", "ä", &"a".repeat(129)] {
            assert_eq!(check(&Setting::ImageTag(tag.to_owned())).unwrap_err().kind(), ErrorKind::InvalidInput, "{tag}");
        }
        for branch in ["main", "feature/x-1", "release_2.0", "dependabot/npm/@x"] {
            check(&Setting::Branch(branch.to_owned())).unwrap();
        }
        for branch in ["HEAD", "a..b", "a//b", "a b", "a;b", "$(x)", "x.lock", "x/", "x.", "-x", "a`b"] {
            assert_eq!(
                check(&Setting::Branch(branch.to_owned())).unwrap_err().kind(),
                ErrorKind::InvalidInput,
                "{branch}"
            );
        }
    }
}

//! A setting that a request changes before it deploys: the tag of an image, or a branch.
//!
//! `update` changes one column, keeps credentials and status, and checks nothing.

use dokploy_client::wire::object;
use serde::{Deserialize, Serialize};

use super::Dokploy;
use super::lost_write::{Unseen, effect};
use crate::adapter::{retry_briefly, retry_read};
use crate::{Error, ErrorKind, Result, Setting, Target, platform};

/// The columns of an application or a compose stack that say what is deployed; a compose stack has no image.
pub(super) struct Source {
    kind: Option<String>,
    image: Option<String>,
    git_branch: Option<String>,
    github_branch: Option<String>,
    gitlab_branch: Option<String>,
    bitbucket_branch: Option<String>,
    gitea_branch: Option<String>,
}

object!(Source: optional {
    kind = "sourceType",
    image = "dockerImage",
    git_branch = "customGitBranch",
    github_branch = "branch",
    gitlab_branch = "gitlabBranch",
    bitbucket_branch = "bitbucketBranch",
    gitea_branch = "giteaBranch",
});

/// A column that holds a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Column {
    #[serde(rename = "dockerImage")]
    Image,
    #[serde(rename = "customGitBranch")]
    Git,
    #[serde(rename = "branch")]
    Github,
    #[serde(rename = "gitlabBranch")]
    Gitlab,
    #[serde(rename = "bitbucketBranch")]
    Bitbucket,
    #[serde(rename = "giteaBranch")]
    Gitea,
}

impl Column {
    /// The column of a setting, by where the target comes from.
    fn of(setting: &Setting, source: Option<&str>) -> Option<Self> {
        match (setting, source?) {
            (Setting::ImageTag(_), "docker") => Some(Self::Image),
            (Setting::Branch(_), "git") => Some(Self::Git),
            (Setting::Branch(_), "github") => Some(Self::Github),
            (Setting::Branch(_), "gitlab") => Some(Self::Gitlab),
            (Setting::Branch(_), "bitbucket") => Some(Self::Bitbucket),
            (Setting::Branch(_), "gitea") => Some(Self::Gitea),
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Image => "dockerImage",
            Self::Git => "customGitBranch",
            Self::Github => "branch",
            Self::Gitlab => "gitlabBranch",
            Self::Bitbucket => "bitbucketBranch",
            Self::Gitea => "giteaBranch",
        }
    }

    fn value(self, source: Source) -> Option<String> {
        match self {
            Self::Image => source.image,
            Self::Git => source.git_branch,
            Self::Github => source.github_branch,
            Self::Gitlab => source.gitlab_branch,
            Self::Bitbucket => source.bitbucket_branch,
            Self::Gitea => source.gitea_branch,
        }
    }
}

/// A setting before a trigger that changes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Before {
    column: Column,
    /// What the column held.
    was: String,
    /// What it is to hold.
    wanted: String,
}

/// Checks what the server does not check, and stores as it is.
pub(super) fn check(setting: &Setting) -> Result<()> {
    let is_valid = match setting {
        Setting::ImageTag(tag) => {
            tag.len() <= 128
                && !tag.starts_with(['.', '-'])
                && tag.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
        }
        Setting::Branch(branch) => {
            branch.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/#".contains(letter))
        }
        _ => return Err(Error::unsupported(platform::DOKPLOY, format_args!("to set the {}", setting.name()))),
    };
    if is_valid {
        return Ok(());
    }
    let message = format!("{setting} has letters that Dokploy cannot deploy");
    Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::DOKPLOY))
}

impl Before {
    /// Reads what a setting is before it is changed.
    pub(super) async fn read(dokploy: &Dokploy, target: &Target, setting: &Setting) -> Result<Self> {
        let bound = dokploy.timing.server_restarts;
        let source = retry_read(bound, || dokploy.api.source(target)).await.map_err(Error::of_read)?;
        let Some(column) = Column::of(setting, source.kind.as_deref()) else {
            let from = source.kind.as_deref().unwrap_or("nowhere");
            let what = format!("to set the {} of a target that comes from `{from}`", setting.name());
            return Err(Error::unsupported(platform::DOKPLOY, what));
        };
        let was = column.value(source).unwrap_or_default();
        let wanted = match setting {
            Setting::ImageTag(tag) => with_tag(&was, tag)?,
            other => other.value().to_owned(),
        };
        Ok(Self { column, was, wanted })
    }

    /// What the setting is now.
    async fn now(&self, dokploy: &Dokploy, target: &Target) -> Result<String> {
        let source = retry_briefly(|| dokploy.api.source(target)).await?;
        Ok(self.column.value(source).unwrap_or_default())
    }

    /// Changes the setting, once, and returns whether it had to.
    pub(super) async fn set(&self, dokploy: &Dokploy, target: &Target) -> Result<bool> {
        if self.now(dokploy, target).await.map_err(Error::of_read)? != self.was {
            return Err(conflict("the setting was changed since it was read, and nothing was written"));
        }
        if self.was == self.wanted {
            return Ok(false);
        }
        match dokploy.api.update(target, self.column.name(), &self.wanted).await {
            Ok(()) => {}
            Err(error) if error.is_safe_to_repeat() => return Err(error),
            Err(lost) => return self.after_loss(dokploy, target, lost).await.map(|()| true),
        }
        if self.now(dokploy, target).await.map_err(unread)? == self.wanted {
            return Ok(true);
        }
        Err(conflict("somebody else changed the setting at the same time, and nothing was deployed"))
    }

    /// Reads after a lost answer whether the setting was changed.
    async fn after_loss(&self, dokploy: &Dokploy, target: &Target, lost: Error) -> Result<()> {
        let read = || async { Ok(Some(self.now(dokploy, target).await?).filter(|now| *now != self.was)) };
        let was_read = match effect(&dokploy.timing, read).await {
            Ok(now) if now == self.wanted => return Ok(()),
            Ok(_) => {
                return Err(conflict("somebody else changed the setting at the same time, and nothing was deployed"));
            }
            Err(Unseen { was_read }) => was_read,
        };
        let advice = if was_read { "the setting is as it was" } else { "read the setting; nothing was deployed" };
        Err(lost.with_safe_to_repeat(was_read).with_advice(advice))
    }

    /// Whether the target has the setting that is wanted.
    pub(super) async fn is_set(&self, dokploy: &Dokploy, target: &Target) -> Result<bool> {
        Ok(self.now(dokploy, target).await? == self.wanted)
    }

    /// Sets it back, unless somebody else changed it, and says what it is now.
    pub(super) async fn unset(&self, dokploy: &Dokploy, target: &Target) -> String {
        let column = self.column.name();
        match self.now(dokploy, target).await {
            Ok(now) if now == self.wanted => {}
            Ok(now) => return format!("`{column}` is `{now}`, which somebody else set"),
            Err(_) => return format!("`{column}` was set to `{}`, and cannot be read now", self.wanted),
        }
        // The answer says less than what is read afterwards.
        let _ = dokploy.api.update(target, column, &self.was).await;
        match self.now(dokploy, target).await {
            Ok(now) if now == self.was => format!("`{column}` was set back to `{now}`"),
            Ok(now) => format!("`{column}` was not set back, and is `{now}`"),
            Err(_) => format!("`{column}` was to be set back to `{}`, and cannot be read now", self.was),
        }
    }
}

/// An image with another tag.
fn with_tag(image: &str, tag: &str) -> Result<String> {
    let unsupported = |what: &str| Err(Error::unsupported(platform::DOKPLOY, what));
    if image.is_empty() {
        return unsupported("to set the tag of an image where none is set");
    }
    if image.contains('@') {
        return unsupported("to set the tag of an image that is pinned by its digest");
    }
    let name = image.rfind('/').map_or(0, |slash| slash + 1);
    let end = image[name..].find(':').map_or(image.len(), |colon| name + colon);
    Ok(format!("{}:{tag}", &image[..end]))
}

fn conflict(message: &'static str) -> Error {
    let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::DOKPLOY);
    error.with_safe_to_repeat(true).with_advice("read the setting, and deploy again")
}

/// The error of a setting that was written and cannot be read back: nothing was deployed.
fn unread(error: Error) -> Error {
    error.with_safe_to_repeat(false).with_advice("the setting was written, and nothing was deployed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_an_image_is_behind_the_last_slash() {
        for (image, expected) in [
            ("nginx", "nginx:2"),
            ("nginx:1.27", "nginx:2"),
            ("me/web:1", "me/web:2"),
            ("registry.test:5000/me/web", "registry.test:5000/me/web:2"),
            ("registry.test:5000/me/web:1", "registry.test:5000/me/web:2"),
        ] {
            assert_eq!(with_tag(image, "2").unwrap(), expected);
        }
        for image in ["", "nginx@sha256:00", "nginx:1@sha256:00"] {
            assert_eq!(with_tag(image, "2").unwrap_err().kind(), ErrorKind::Unsupported, "{image}");
        }
    }

    #[test]
    fn what_the_server_would_store_and_never_deploy_is_refused() {
        let tag = |tag: &str| Setting::ImageTag(tag.to_owned());
        let branch = |branch: &str| Setting::Branch(branch.to_owned());
        for good in [tag("1.28"), tag("_x"), tag(&"x".repeat(128)), branch("feat/a#1"), branch("v1.0")] {
            assert!(check(&good).is_ok(), "{good}");
        }
        for bad in [tag("a b"), tag("-x"), tag("a:b"), tag(&"x".repeat(129)), branch("a b;c"), branch("a~1")] {
            assert_eq!(check(&bad).unwrap_err().kind(), ErrorKind::InvalidInput, "{bad}");
        }
    }
}

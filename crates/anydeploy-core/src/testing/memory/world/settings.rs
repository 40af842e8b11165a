//! The settings of a target in memory that a request can change.

use serde_json::{Value, json};

use super::{World, platform, unknown};
use crate::testing::memory::Write;
use crate::{DeployRequest, Error, ErrorKind, Method, Partial, Result, Setting, Target};

/// A setting that was changed before a trigger, and what it was before.
#[derive(Debug)]
pub(in crate::testing::memory) struct ChangedSetting {
    target: Target,
    wanted: Setting,
    before: Option<Setting>,
}

impl World {
    /// What a request finds before it changes a setting, in the form of an intent's baseline.
    pub(super) fn setting_baseline(&self, request: &DeployRequest) -> Value {
        match request.setting() {
            Some(wanted) => json!({ "setting": self.setting(request.target(), wanted).map(Setting::value) }),
            None => Value::Null,
        }
    }

    /// Changes the setting that a request names, unless it differs from the one that an intent was prepared with.
    pub(in crate::testing::memory) fn set(
        &mut self,
        request: &DeployRequest,
        baseline: Option<&Value>,
    ) -> Result<Option<ChangedSetting>> {
        let Some(wanted) = request.setting() else { return Ok(None) };
        let target = request.target();
        if !self.lines.contains_key(target) {
            return Err(unknown(target));
        }
        if baseline.is_some_and(|baseline| *baseline != self.setting_baseline(request)) {
            let message = format!("the {} was changed since the intent was prepared", wanted.name());
            return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform()));
        }
        let before = self.setting(target, wanted).cloned();
        if before.as_ref() == Some(wanted) {
            return Ok(None);
        }
        self.write_setting(target, wanted, Some(wanted.clone()));
        Ok(Some(ChangedSetting { target: target.clone(), wanted: wanted.clone(), before }))
    }

    /// The error of a trigger after a setting was changed: the setting is set back if nothing was triggered.
    pub(in crate::testing::memory) fn unset(&mut self, changed: ChangedSetting, error: Error) -> Error {
        let ChangedSetting { target, wanted, before } = changed;
        let name = wanted.name();
        if !error.is_safe_to_repeat() {
            return error.with_partial(Some(Partial::new(vec![name.to_owned()], Vec::new(), Vec::new())));
        }
        match self.setting(&target, &wanted) {
            Some(present) if *present != wanted => {
                let remark = format!("the {name} is `{}`, which somebody else set", present.value());
                error.with_remark(&remark)
            }
            _ => {
                let remark = match &before {
                    Some(before) => format!("the {name} was set back to `{}`", before.value()),
                    None => format!("the {name} was removed again"),
                };
                self.write_setting(&target, &wanted, before);
                error.with_remark(&remark)
            }
        }
    }

    /// Replaces the setting of the same name, and records that.
    fn write_setting(&mut self, target: &Target, named: &Setting, value: Option<Setting>) {
        self.writes.push(Write::new(target.clone(), Method::Deploy, Some(named.name().to_owned())));
        self.change_setting(target.clone(), named, value);
    }

    /// Replaces the setting of the same name, also as somebody else.
    pub(in crate::testing::memory) fn change_setting(
        &mut self,
        target: Target,
        named: &Setting,
        value: Option<Setting>,
    ) {
        let settings = &mut self.line(target).settings;
        settings.retain(|setting| setting.name() != named.name());
        settings.extend(value);
    }

    /// The setting of a target that has the name of another one.
    fn setting(&self, target: &Target, named: &Setting) -> Option<&Setting> {
        let line = self.lines.get(target)?;
        line.settings.iter().find(|setting| setting.name() == named.name())
    }
}

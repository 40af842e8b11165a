//! A figure: one line of JSON that says what was measured, against what, and whether it keeps its bound.

use serde::{Deserialize, Serialize};

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figure {
    pub(crate) bench: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<String>,
    /// The body or the scenario, where a bench has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scene: Option<String>,
    /// Which curve of a plot it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) curve: Option<String>,
    /// The number of watches, for a curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) watches: Option<usize>,
    #[serde(rename = "figure")]
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) value: f64,
    /// The same measure of what it is compared with, of the same run.
    pub(crate) baseline: Option<f64>,
    pub(crate) ratio: Option<f64>,
    /// The most that the ratio may be, or the value where there is no baseline.
    pub(crate) bound: Option<f64>,
    /// Whether the bound is kept; nothing without a bound.
    pub(crate) ok: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

impl Figure {
    pub(crate) fn new(bench: &str, name: &str, unit: &str, value: f64) -> Self {
        Self {
            bench: bench.to_owned(),
            platform: None,
            scene: None,
            curve: None,
            watches: None,
            name: name.to_owned(),
            unit: unit.to_owned(),
            value: rounded(value),
            baseline: None,
            ratio: None,
            bound: None,
            ok: None,
            note: None,
        }
    }

    pub(crate) fn on(self, platform: &str) -> Self {
        Self { platform: Some(platform.to_owned()), ..self }
    }

    pub(crate) fn in_scene(self, scene: &str) -> Self {
        Self { scene: Some(scene.to_owned()), ..self }
    }

    /// The figure as a point of a curve.
    pub(crate) fn at(self, curve: &str, watches: usize) -> Self {
        Self { curve: Some(curve.to_owned()), watches: Some(watches), ..self }
    }

    /// Compares it with the same measure of something else.
    pub(crate) fn against(self, baseline: f64) -> Self {
        let ratio = (baseline > 0.0).then(|| rounded(self.value / baseline));
        Self { baseline: Some(rounded(baseline)), ratio, ..self }
    }

    /// Bounds the ratio, or the value where there is no baseline.
    pub(crate) fn at_most(self, bound: f64) -> Self {
        let bounded = if self.baseline.is_some() { self.ratio } else { Some(self.value) };
        Self { bound: Some(bound), ok: Some(bounded.is_some_and(|bounded| bounded <= bound)), ..self }
    }

    pub(crate) fn noting(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// The same with a remark, if there is one.
    pub(crate) fn noting_all(self, notes: &[String]) -> Self {
        if notes.is_empty() { self } else { self.noting(notes.join("; ")) }
    }

    /// What was measured, with its unit where that is not said already.
    pub(crate) fn label(&self) -> String {
        let Self { name, unit, .. } = self;
        if name.contains(unit.as_str()) { name.clone() } else { format!("{name}, {unit}") }
    }

    /// The figure as a line of JSON.
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Three digits behind the point are more than any of the measures has to say.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// How long a body is, for people to read.
pub(crate) fn size(body: &[u8]) -> String {
    let bytes = body.len() as f64;
    if bytes < 1e6 { format!("{:.0} kB", bytes / 1e3) } else { format!("{:.1} MB", bytes / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_holds_for_the_ratio_where_there_is_a_baseline_and_for_the_value_elsewhere() {
        let measured = || Figure::new("decode", "time", "ms", 3.0);
        assert_eq!(measured().at_most(3.0).ok, Some(true));
        assert_eq!(measured().at_most(2.9).ok, Some(false));
        assert_eq!(measured().against(2.0).at_most(1.5).ok, Some(true));
        assert_eq!(measured().against(2.0).at_most(1.4).ok, Some(false));
        assert_eq!(measured().ok, None);
    }

    #[test]
    fn a_baseline_of_nothing_keeps_no_bound() {
        let figure = Figure::new("decode", "time", "ms", 3.0).against(0.0).at_most(1.5);
        assert_eq!((figure.ratio, figure.ok), (None, Some(false)));
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let figure = Figure::new("watch", "lag_mean", "s", 1.0 / 3.0).on("coolify").at("ours", 50).at_most(3.0);
        assert_eq!(serde_json::from_str::<Figure>(&figure.line()).unwrap(), figure);
    }
}

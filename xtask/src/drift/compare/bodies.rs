//! Request bodies and success answers.

use serde_json::Value;

use super::super::finding::{Direction, Kind, Weight};
use super::super::operation::Operation;
use super::super::shape::Shape;
use super::{ANOTHER_TYPE, Comparison, ONLY_HERE, ONLY_THERE, Spot};
use crate::corrections::corrects;
use crate::generate::document::{flag, object};

/// A media type and its schema, where it has one.
type Media<'a> = (&'a str, Option<&'a Value>);

impl<'a> Comparison<'a> {
    pub(super) fn body(&mut self, frame: usize, theirs: &Operation<'a>, ours: &Operation<'a>) {
        let (there, here) = (theirs.body(), ours.body());
        let corrects = here.and_then(corrects);
        let spot = Spot { frame, place: "body".to_owned(), direction: Direction::Request, corrects, passed: corrects };
        match (there.map(media), here.map(media)) {
            (None, None) => {}
            (None, Some(_)) => {
                // Where a client sends `{}` and asks for nothing, its caller sees no body.
                let empty = here.is_some_and(|body| flag(body, "x-empty"));
                let weight = if empty { Weight::Finer } else { Weight::Differs };
                self.found(&spot, Kind::Request, weight, ONLY_HERE, String::new());
            }
            (Some(media), None) => {
                let schemas: Vec<&Value> = media.iter().filter_map(|(_, schema)| *schema).collect();
                let weight =
                    if Shape::of(self.theirs, &schemas).fields.is_empty() { Weight::Finer } else { Weight::Differs };
                self.found(&spot, Kind::Request, weight, ONLY_THERE, String::new());
            }
            (Some(there), Some(here)) => self.media(&spot, &there, &here),
        }
    }

    pub(super) fn answers(&mut self, frame: usize, theirs: &Operation<'a>, ours: &Operation<'a>) {
        let here = ours.answers();
        let corrects = here.iter().find_map(|answer| corrects(answer));
        let spot = Spot { frame, place: "answer".to_owned(), direction: Direction::Answer, corrects, passed: corrects };
        let here = here.first().map(|answer| media(answer)).unwrap_or_default();
        let answers: Vec<Vec<Media<'_>>> = theirs.answers().into_iter().map(media).collect();
        let sometimes_empty = answers.iter().any(Vec::is_empty);
        let there = answers.concat();
        let schemas: Vec<&Value> = there.iter().filter_map(|(_, schema)| *schema).collect();
        let nothing = Shape::of(self.theirs, &schemas).is_empty_object();
        let Some((_, schema)) = here.first() else {
            if !there.is_empty() {
                let weight = if nothing { Weight::Finer } else { Weight::Differs };
                let detail = Shape::of(self.theirs, &schemas).to_string();
                self.found(&spot, Kind::Answer, weight, "no body here", detail);
            }
            return;
        };
        if there.is_empty() || nothing {
            let text = if nothing { "an empty object there" } else { "no body there" };
            let schema: Vec<&Value> = schema.iter().copied().collect();
            let detail = Shape::of(self.ours, &schema).to_string();
            return self.found(&spot, Kind::Answer, Weight::Nothing, text, detail);
        }
        let nullable = schema.is_some_and(|schema| Shape::of(self.ours, &[schema]).nullable);
        if sometimes_empty && !nullable {
            self.found(&spot, Kind::Answer, Weight::Differs, "may be empty there, not here", String::new());
        }
        self.media(&spot, &there, &here);
    }

    /// Compares bodies of the same kind; JSON by its schema, text and bytes by being that.
    fn media(&mut self, spot: &Spot<'a>, there: &[Media<'a>], here: &[Media<'a>]) {
        let Some((here, schema)) = here.first() else { return };
        let same: Vec<_> = there.iter().filter(|(name, _)| kind(name) == kind(here)).collect();
        if same.is_empty() {
            let names: Vec<&str> = there.iter().map(|(name, _)| *name).collect();
            let detail = format!("{} there, {here} here", names.join(" or "));
            return self.found(spot, spot.direction, Weight::Differs, ANOTHER_TYPE, detail);
        }
        let schemas: Vec<&Value> = same.iter().filter_map(|(_, schema)| *schema).collect();
        if matches!(kind(here), "json" | "form")
            && let Some(schema) = schema
            && !schemas.is_empty()
        {
            self.compare(spot, &schemas, &[schema], false);
        }
    }
}

/// The media types of a body.
fn media(body: &Value) -> Vec<Media<'_>> {
    object(&body["content"]).iter().map(|(name, media)| (name.as_str(), media.get("schema"))).collect()
}

/// What a client makes of a media type.
fn kind(media: &str) -> &'static str {
    let name = media.split(';').next().unwrap_or_default().trim();
    match name.split_once('/') {
        Some((_, kind)) if kind == "json" || kind.ends_with("+json") => "json",
        Some(("multipart", _)) => "form",
        Some(("text", _)) => "text",
        Some((_, kind)) if kind.ends_with("yaml") || kind.ends_with("xml") => "text",
        _ => "bytes",
    }
}

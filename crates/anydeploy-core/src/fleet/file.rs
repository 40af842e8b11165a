//! A plan in a file of YAML, whose targets may be given by name.

mod resolve;
mod yaml;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{FleetPlan, Mistake, Until};
use crate::{DeployRequest, ServiceQuery, Target};

/// The JSON Schema of the file, for editors.
pub const SCHEMA: &str = include_str!("fleet.schema.json");

/// The fields of the file that have the names and the form of [`FleetPlan`]'s JSON.
const SETTINGS: [&str; 10] =
    ["v", "waves", "concurrency", "pause_ms", "gate", "next_wave", "max_failures", "rest", "watch", "healthy"];

/// The fields of those settings that are mappings of known names.
const NESTED: [(&str, &[&str]); 3] = [
    ("concurrency", &["total", "by_profile"]),
    (
        "watch",
        &[
            "deadline_ms",
            "until",
            "first_interval_ms",
            "longest_interval_ms",
            "min_poll_time_ms",
            "tolerated_failures",
            "log_tail",
        ],
    ),
    ("healthy", &["v", "settle_ms", "degraded_grace_ms"]),
];

/// The fields of a service that is looked up.
const OF_SERVICE: [&str; 5] = ["name", "kind", "project", "environment", "tag"];

/// The fields of a member.
const OF_MEMBER: [&str; 6] = ["name", "profile", "target", "service", "until", "request"];

/// The fields of a member that the whole file may give.
const OF_DEFAULTS: [&str; 3] = ["profile", "until", "request"];

/// The fields of a request, whose target comes from elsewhere.
const OF_REQUEST: [&str; 11] = [
    "revision",
    "no_cache",
    "reason",
    "pull_request",
    "adoption",
    "values_commit",
    "job_event",
    "terraform_action",
    "action",
    "rollback",
    "setting",
];

/// A fleet as it stands in a file, before its names are resolved.
///
/// The file has the fields of a [`FleetPlan`]'s JSON form, and its members name what they deploy in one of two ways:
///
/// ```yaml
/// waves: { sizes: [1, "25 %"] }
/// concurrency: { total: 8, by_profile: { dokploy: 1 } }
/// max_failures: 2
/// defaults: { profile: coolify, until: healthy }
/// members:
///   - name: api
///     target: application:vgsco4o            # a kind and the platform's id
///     request: { revision: { image_tag: "1.4.2" } }
///   - name: web
///     profile: dokploy
///     service: { name: web, project: shop }  # looked up; `service: web` is a name alone
///     until: over
/// ```
///
/// `request` has the fields of a [`DeployRequest`]'s JSON form but its target; `defaults` hold for each member that does not
/// say otherwise.
/// An unknown field is a mistake, so that a slip does not become a default.
/// The file holds no credential: a profile is a name, and the program gives its deployer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FleetFile {
    /// The plan without members.
    settings: FleetPlan,
    members: Vec<FileMember>,
}

/// One member of a file.
#[derive(Clone, Debug, PartialEq)]
struct FileMember {
    name: String,
    profile: String,
    until: Until,
    place: Place,
    request: Map<String, Value>,
}

/// What a member deploys.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    Target(Target),
    Service(ServiceQuery),
}

impl FleetFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// All mistakes at once, each with its member and field.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let mut file = yaml::parse(text).map_err(|message| vec![Mistake::of_plan("file", message)])?;
        let mut mistakes = Vec::new();
        let defaults = file.remove("defaults");
        let mut defaults = Fields::new(None, "defaults", defaults.unwrap_or_default(), &mut mistakes);
        defaults.refuse_all_but(&OF_DEFAULTS);
        let defaults = defaults.values;
        let listed = match file.remove("members") {
            Some(Value::Array(members)) => members,
            Some(_) => {
                mistakes.push(Mistake::of_plan("members", "is not a list"));
                Vec::new()
            }
            None => {
                mistakes.push(Mistake::of_plan("members", "is missing"));
                Vec::new()
            }
        };
        let members = listed.into_iter().enumerate();
        let members: Vec<_> =
            members.filter_map(|(index, member)| FileMember::read(index, member, &defaults, &mut mistakes)).collect();
        let settings = settings(file, &mut mistakes);
        if mistakes.is_empty() { Ok(Self { settings, members }) } else { Err(mistakes) }
    }
}

/// The plan without its members; each field is read by itself, so that each has its own mistake.
fn settings(file: Map<String, Value>, mistakes: &mut Vec<Mistake>) -> FleetPlan {
    let mut fields = Fields::new(None, "", Value::Object(file), mistakes);
    let mut known: Vec<&str> = SETTINGS.to_vec();
    known.extend(["members", "defaults"]);
    fields.refuse_all_but(&known);
    for (field, known) in NESTED {
        fields.refuse_within(field, known);
    }
    let mut read = Map::from_iter([("members".to_owned(), Value::Array(Vec::new()))]);
    for (field, value) in std::mem::take(&mut fields.values) {
        let alone = Map::from_iter([("members".to_owned(), Value::Array(Vec::new())), (field.clone(), value.clone())]);
        match serde_json::from_value::<FleetPlan>(Value::Object(alone)) {
            Ok(_) => {
                read.insert(field, value);
            }
            Err(error) => fields.wrong(&field, error.to_string()),
        }
    }
    serde_json::from_value(Value::Object(read)).unwrap_or_else(|error| {
        fields.wrong("", error.to_string());
        FleetPlan::new([])
    })
}

impl FileMember {
    fn read(index: usize, member: Value, defaults: &Map<String, Value>, mistakes: &mut Vec<Mistake>) -> Option<Self> {
        let name = member.get("name").and_then(Value::as_str).map(str::to_owned);
        let before = mistakes.len();
        let label = name.clone().unwrap_or_else(|| format!("number {}", index + 1));
        let mut fields = Fields::new(Some(label), "", member, mistakes);
        fields.refuse_all_but(&OF_MEMBER);
        if name.is_none() {
            fields.wrong("name", "is missing, or no text".to_owned());
        }
        let mut request = match defaults.get("request") {
            Some(Value::Object(request)) => request.clone(),
            _ => Map::new(),
        };
        request.extend(fields.take::<Map<String, Value>>("request").unwrap_or_default());
        fields.check_request(&request);
        for (field, value) in defaults.iter().filter(|(field, _)| *field != "request") {
            fields.values.entry(field).or_insert_with(|| value.clone());
        }
        let profile = fields.take::<String>("profile");
        if profile.is_none() && !fields.is_wrong("profile") {
            fields.wrong("profile", "is missing".to_owned());
        }
        fields.refuse_within("service", &OF_SERVICE);
        let until = fields.take::<Until>("until").unwrap_or_default();
        let place = fields.place();
        (mistakes.len() == before).then_some(())?;
        Some(Self { name: name?, profile: profile?, until, place: place?, request })
    }
}

/// The fields of one mapping, and where its mistakes go.
struct Fields<'a> {
    member: Option<String>,
    /// What stands before the name of a field.
    prefix: &'static str,
    values: Map<String, Value>,
    mistakes: &'a mut Vec<Mistake>,
}

impl<'a> Fields<'a> {
    fn new(member: Option<String>, prefix: &'static str, value: Value, mistakes: &'a mut Vec<Mistake>) -> Self {
        let (values, is_mapping) = match value {
            Value::Object(values) => (values, true),
            Value::Null if !prefix.is_empty() => (Map::new(), true),
            _ => (Map::new(), false),
        };
        let mut fields = Self { member, prefix, values, mistakes };
        if !is_mapping {
            fields.wrong("", "is not a mapping".to_owned());
        }
        fields
    }

    fn name(&self, field: &str) -> String {
        [self.prefix, field].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
    }

    fn wrong(&mut self, field: &str, message: String) {
        self.mistakes.push(Mistake { member: self.member.clone(), field: self.name(field), message });
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.mistakes.iter().any(|mistake| mistake.member == self.member && mistake.field == self.name(field))
    }

    fn refuse_all_but(&mut self, known: &[&str]) {
        let unknown: Vec<_> = self.values.keys().filter(|field| !known.contains(&field.as_str())).cloned().collect();
        for field in unknown {
            self.values.remove(&field);
            self.wrong(&field, format!("is not a field; the fields are {}", known.join(", ")));
        }
    }

    /// The same for a field that may be a mapping.
    fn refuse_within(&mut self, field: &str, known: &[&str]) {
        let Some(Value::Object(values)) = self.values.get(field) else { return };
        let unknown: Vec<_> = values.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        for name in unknown {
            let message = format!("is not a field; the fields are {}", known.join(", "));
            self.wrong(&format!("{field}.{name}"), message);
        }
    }

    /// A field as its type, if it is there and is one.
    fn take<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        match serde_json::from_value(self.values.remove(field)?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(field, error.to_string());
                None
            }
        }
    }

    fn place(&mut self) -> Option<Place> {
        let is_name = matches!(self.values.get("service"), Some(Value::String(_)));
        match (self.values.contains_key("target"), self.values.contains_key("service")) {
            (true, false) => self.take("target").map(Place::Target),
            (false, true) if is_name => {
                self.take("service").map(|name: String| Place::Service(ServiceQuery::named(name)))
            }
            (false, true) => self.take("service").map(Place::Service),
            (true, true) => {
                self.wrong("service", "stands beside `target`: one of them is enough".to_owned());
                None
            }
            (false, false) => {
                self.wrong("target", "is missing: give `target` or `service`".to_owned());
                None
            }
        }
    }

    /// Reads each field of a request by itself; the target comes from elsewhere.
    fn check_request(&mut self, request: &Map<String, Value>) {
        for (field, value) in request {
            let name = format!("request.{field}");
            if !OF_REQUEST.contains(&field.as_str()) {
                self.wrong(&name, format!("is not a field; the fields are {}", OF_REQUEST.join(", ")));
                continue;
            }
            let alone = Map::from_iter([(field.clone(), value.clone())]);
            if let Err(error) = with_target(&alone, &Target::application("any")) {
                self.wrong(&name, error.to_string());
            }
        }
    }
}

/// A request of a file, for its target.
fn with_target(request: &Map<String, Value>, target: &Target) -> serde_json::Result<DeployRequest> {
    let mut request = request.clone();
    request.insert("target".to_owned(), Value::String(target.to_string()));
    serde_json::from_value(Value::Object(request))
}

#[cfg(test)]
mod tests;

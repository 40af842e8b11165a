//! Everything the fake server knows; one lock guards it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::access::{CoolifyAbility, HOME_TEAM, Limiter, Token};
use super::body;
use super::ids::Ids;
use super::ledger::Ledger;
use super::place::Place;
use super::quirk::CoolifyQuirk;
use super::resource::{ContainerPolls, Kind, Resource};
use super::script::Repertoire;
use crate::clock::Clock;
use crate::known::known;
use crate::write::FakeWrite;

/// How the server is set up.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) version: String,
    /// How many deployments the machine runs at the same time.
    pub(super) concurrent_builds: usize,
    /// How many deployments may wait for the machine.
    pub(super) queue_limit: usize,
    /// How many requests a user may make in one window.
    pub(super) rate_limit: u32,
    pub(super) rate_window: Duration,
    pub(super) container_polls: ContainerPolls,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: "4.3.11".to_owned(),
            concurrent_builds: 2,
            queue_limit: 25,
            rate_limit: 200,
            rate_window: Duration::from_mins(1),
            container_polls: ContainerPolls::default(),
        }
    }
}

/// The server's memory.
pub(super) struct State {
    /// The tick up to which everything has happened.
    pub(super) now: u64,
    pub(super) settings: Settings,
    pub(super) quirks: BTreeSet<CoolifyQuirk>,
    pub(super) limiter: Limiter,
    pub(super) ledger: Ledger,
    pub(super) resources: Vec<Resource>,
    pub(super) scripts: HashMap<String, Repertoire>,
    /// Services and databases that were really started or restarted, in order.
    pub(super) starts: Vec<String>,
    /// What was written besides deployments, in order.
    pub(super) writes: Vec<FakeWrite>,
    /// Whether the next `/deploy` is refused.
    pub(super) refuses_next: bool,
    /// Another program deploys the application that is refused next, in the same moment.
    pub(super) another_deploys_next: bool,
    /// How many more variables are written before the next one breaks the server, if a test said so.
    pub(super) variables_until_break: Option<usize>,
    /// The environments, the one that everything is in at first before the others.
    pub(super) places: Vec<Arc<Place>>,
    tokens: Vec<Token>,
    tokens_made: usize,
    resources_made: u64,
    ids: Ids,
}

impl State {
    pub(super) fn new(settings: Settings, quirks: BTreeSet<CoolifyQuirk>, clock: Clock) -> Self {
        Self {
            now: 0,
            limiter: Limiter::new(settings.rate_window, clock),
            settings,
            quirks,
            ledger: Ledger::new(clock),
            resources: Vec::new(),
            scripts: HashMap::new(),
            starts: Vec::new(),
            writes: Vec::new(),
            refuses_next: false,
            another_deploys_next: false,
            variables_until_break: None,
            places: vec![Arc::new(body::first_place())],
            tokens: Vec::new(),
            tokens_made: 0,
            resources_made: 0,
            ids: Ids::new(),
        }
    }

    pub(super) fn has(&self, quirk: CoolifyQuirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// A new id, of something stored or of nothing at all.
    pub(super) fn fresh_id(&mut self) -> String {
        self.ids.next()
    }

    pub(super) fn add_token(&mut self, abilities: &[CoolifyAbility], team: u64, admin: bool) -> String {
        self.tokens_made += 1;
        let number = self.tokens_made;
        let text = format!("{number}|fake-coolify-token-{number}-not-a-secret");
        self.tokens.push(Token { text: text.clone(), abilities: abilities.to_vec(), team, admin });
        text
    }

    pub(super) fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| token.text == text)
    }

    pub(super) fn revoke(&mut self, text: &str) {
        self.tokens.retain(|token| token.text != text);
    }

    pub(super) fn add_resource(&mut self, kind: Kind, name: &str) -> &mut Resource {
        self.resources_made += 1;
        let uuid = self.fresh_id();
        let at = self.resources.len();
        let place = Arc::clone(&self.places[0]);
        self.resources.push(Resource::new(self.resources_made, kind, uuid, name, place));
        &mut self.resources[at]
    }

    /// Where a resource stands in the list, if the team may see it.
    pub(super) fn position(&self, team: u64, kind: Option<Kind>, uuid: &str) -> Option<usize> {
        if team != HOME_TEAM {
            return None;
        }
        self.resources
            .iter()
            .position(|resource| resource.uuid == uuid && kind.is_none_or(|kind| kind == resource.kind))
    }

    /// Where an application stands in the list that a test names.
    #[track_caller]
    pub(super) fn application(&self, uuid: &str) -> usize {
        known(self.position(HOME_TEAM, Some(Kind::Application), uuid), "application", uuid)
    }

    pub(super) fn resource_mut(&mut self, uuid: &str) -> Option<&mut Resource> {
        self.resources.iter_mut().find(|resource| resource.uuid == uuid)
    }
}

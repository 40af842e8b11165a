//! Stateful fake servers of Coolify, Dokploy and Qovery, for tests.

mod clock;
mod coolify;
mod dokploy;
mod network;
mod pace;
mod qovery;
mod sender;
mod server;

pub use coolify::{
    CoolifyAbility, CoolifyOrigin, CoolifyQuirk, CoolifyScript, CoolifyTriggered, FakeCoolify, FakeCoolifyBuilder,
};
pub use dokploy::{
    DokployFate, DokployKey, DokployOrigin, DokployQuirk, DokployScript, DokployTriggered, FakeDokploy,
    FakeDokployBuilder,
};
pub use network::{Fault, FaultPlan, FaultyNetwork, Injected, RequestKind, RetryAfter};
pub use pace::Pace;
pub use qovery::{
    FakeQovery, FakeQoveryBuilder, QoveryQuirk, QoveryScript, QoveryServiceKind, QoveryTriggered,
    QoveryTriggeredService,
};
pub use sender::Sender;

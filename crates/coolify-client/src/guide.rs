//! One complete example for each area of the API.
//!
//! The modules hold nothing but documentation; each is there if the feature of its area is on.

#[cfg(feature = "administration")]
pub mod administration;
#[cfg(feature = "applications")]
pub mod applications;
#[cfg(feature = "containers")]
pub mod containers;
#[cfg(feature = "databases")]
pub mod databases;
#[cfg(feature = "deployments")]
pub mod deployments;
#[cfg(feature = "infrastructure")]
pub mod infrastructure;
#[cfg(feature = "projects")]
pub mod projects;
#[cfg(feature = "provisioning")]
pub mod provisioning;
#[cfg(feature = "resources")]
pub mod resources;
#[cfg(feature = "servers")]
pub mod servers;
#[cfg(feature = "services")]
pub mod services;
#[cfg(feature = "shared_variables")]
pub mod shared_variables;
#[cfg(feature = "storages")]
pub mod storages;
#[cfg(feature = "system")]
pub mod system;
#[cfg(feature = "teams")]
pub mod teams;
#[cfg(feature = "variables")]
pub mod variables;

//! One complete example for each area of the API.
//!
//! The modules hold nothing but documentation; each is there if the feature of its area is on.

#[cfg(feature = "administration")]
pub mod administration;
#[cfg(feature = "applications")]
pub mod applications;
#[cfg(all(feature = "backups", feature = "databases"))]
pub mod backups;
#[cfg(feature = "compose")]
pub mod compose;
#[cfg(feature = "connections")]
pub mod connections;
#[cfg(feature = "databases")]
pub mod databases;
#[cfg(feature = "deployments")]
pub mod deployments;
#[cfg(feature = "domains")]
pub mod domains;
#[cfg(feature = "notifications")]
pub mod notifications;
#[cfg(feature = "organizations")]
pub mod organizations;
#[cfg(feature = "previews")]
pub mod previews;
#[cfg(feature = "projects")]
pub mod projects;
#[cfg(feature = "servers")]
pub mod servers;
#[cfg(feature = "services")]
pub mod services;
#[cfg(feature = "settings")]
pub mod settings;
#[cfg(feature = "users")]
pub mod users;

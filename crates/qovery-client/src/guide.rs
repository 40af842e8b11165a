//! One complete example for each area of the API.
//!
//! The modules hold nothing but documentation; each is there if the feature of its area is on.

#[cfg(feature = "applications")]
pub mod applications;
#[cfg(feature = "clusters")]
pub mod clusters;
#[cfg(feature = "containers")]
pub mod containers;
#[cfg(feature = "databases")]
pub mod databases;
#[cfg(feature = "deployments")]
pub mod deployments;
#[cfg(feature = "environments")]
pub mod environments;
#[cfg(feature = "helms")]
pub mod helms;
#[cfg(feature = "jobs")]
pub mod jobs;
#[cfg(feature = "logs")]
pub mod logs;
#[cfg(feature = "organization_settings")]
pub mod organization_settings;
#[cfg(feature = "organizations")]
pub mod organizations;
#[cfg(feature = "projects")]
pub mod projects;
#[cfg(feature = "scoped_variables")]
pub mod scoped_variables;
#[cfg(feature = "settings")]
pub mod settings;
#[cfg(feature = "terraforms")]
pub mod terraforms;
#[cfg(feature = "variables")]
pub mod variables;

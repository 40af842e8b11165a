//! A crate that stands by itself, around the generated files.

use std::path::{Path, PathBuf};

use crate::generate::complaint::Result;
use crate::generate::document::Area;
use crate::generate::{Files, write_files};

/// What the generator made of a document.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) files: Files,
    pub(super) areas: Vec<Area>,
}

/// Writes the crate; its dependency on this workspace is a path.
pub(super) fn write(root: &Path, folder: &Path, name: &str, client: Client) -> Result<()> {
    let mut files = client.files;
    files.insert(PathBuf::from("Cargo.toml"), manifest(root, name, &client.areas));
    files.insert(PathBuf::from("src/lib.rs"), LIB.replace("NAME", name));
    files.insert(PathBuf::from("src/client.rs"), CLIENT.to_owned());
    write_files(folder, &files)
}

fn manifest(root: &Path, name: &str, areas: &[Area]) -> String {
    let all: String = areas.iter().map(|area| format!("    {:?},\n", area.name)).collect();
    let features: String = areas.iter().map(|area| format!("{} = []\n", area.name)).collect();
    let wire = root.join("crates/anydeploy-wire").display().to_string();
    format!(
        "\
[package]
name = {name:?}
version = \"0.1.0\"
edition = \"2024\"
publish = false

[workspace]

[features]
default = [\"full\", \"rustls\"]
rustls = [\"anydeploy-wire/rustls\"]
native-tls = [\"anydeploy-wire/native-tls\"]
rustls-no-provider = [\"anydeploy-wire/rustls-no-provider\"]
full = [
{all}]
{features}
[dependencies]
anydeploy-wire = {{ path = {wire:?}, default-features = false }}
serde = {{ version = \"1\", features = [\"derive\"] }}
serde_json = \"1\"
"
    )
}

const LIB: &str = "\
//! Typed client, digested from an OpenAPI document by `cargo xtask digest`.
//!
//! Every operation is a method of [`Client`], every request and answer a type in [`types`].

mod client;
#[allow(unused, clippy::all, clippy::pedantic, rustdoc::all)]
#[rustfmt::skip]
mod generated;

pub use anydeploy_wire as wire;
pub use client::Client;
pub use generated::{operations, types};
";

const CLIENT: &str = "\
//! The client, which the generated methods belong to.

use crate::wire::{Error, Http};

/// A client of the API.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
}

impl Client {
    /// A client of the API below `base_url`, without credentials.
    ///
    /// # Errors
    ///
    /// If the base URL cannot be used.
    pub fn new(base_url: impl Into<String>) -> Result<Self, Error> {
        Ok(Self::from_http(Http::builder(base_url).build()?))
    }

    /// A client that uses this connection, with its credentials.
    #[must_use]
    pub fn from_http(http: Http) -> Self {
        Self { http }
    }

    /// The connection.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }
}
";

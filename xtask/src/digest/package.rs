//! A crate that stands by itself, around the generated files.

use std::path::{Path, PathBuf};

use crate::generate::diagnostic::Result;
use crate::generate::document::Area;
use crate::generate::{Files, write_files};

/// What the generator made of a document.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) files: Files,
    pub(super) areas: Vec<Area>,
}

/// Refuses a folder that holds something else than a crate that `digest` wrote before.
///
/// # Errors
///
/// If the folder holds other files, or is not a folder.
pub(super) fn check_folder(folder: &Path) -> Result<(), String> {
    let refused = |reason: &str| Err(format!("{}: {reason}", folder.display()));
    // A symbolic link is followed, and one that leads nowhere is seen.
    if std::fs::symlink_metadata(folder).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Ok(());
    }
    if !folder.is_dir() {
        return refused("is not a folder");
    }
    let mut entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let is_ours = std::fs::read_to_string(folder.join("src/lib.rs")).is_ok_and(|text| text.starts_with(MARK));
    if entries.next().is_some() && !is_ours {
        return refused("is not empty, and not a crate that `digest` wrote; name a new folder");
    }
    for inner in ["Cargo.toml", "src", "src/client.rs", "src/generated", "src/lib.rs"] {
        if folder.join(inner).is_symlink() {
            return refused(&format!("`{inner}` is a symbolic link, and leads out of it"));
        }
    }
    Ok(())
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

/// What the first file of each digested crate begins with.
const MARK: &str = "//! Typed client, digested from an OpenAPI document by `cargo xtask digest`.\n";

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

//! What happens day to day, each as it was recorded on 4.3.11.

mod domains;
mod lifecycle;
mod places;
mod previews;
mod restarts;
mod settings;
mod tags;
mod variables;

use anydeploy_fakes::FakeCoolify;

use crate::coolify::get;

/// The status of `applications/…`, `services/…` or `databases/…`.
async fn status(fake: &FakeCoolify, path: &str) -> String {
    get(fake, path).await.json()["status"].as_str().unwrap().to_owned()
}

/// What was written, without the ids of the targets.
fn written(fake: &FakeCoolify) -> Vec<(String, bool)> {
    fake.writes().into_iter().map(|write| (write.what, write.effect)).collect()
}

//! What the three adapters return for a trigger, before a server that answers anything: no refusal is a deployment.
//!
//! It is slower, because the recovery of a lost answer polls with pauses.

#![no_main]

use std::sync::LazyLock;

use anydeploy::DeployRequest;
use anydeploy_fuzz::{Answer, Scene, answers, check, check_id};
use libfuzzer_sys::fuzz_target;

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::start);

// The first byte chooses the platform; what is left is what the server answers.
fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let (_, adapter) = SCENE.adapter(*choice);
    let answers = answers(rest);
    if answers.is_empty() {
        return;
    }
    let success = answers.iter().any(Answer::is_success);
    SCENE.answer(&answers);
    let deployed = SCENE.runtime.block_on(adapter.deployer.deploy(&DeployRequest::new(adapter.target.clone())));
    assert!(success || deployed.is_err(), "a refusal is reported as a deployment: {deployed:?}");
    deployed.iter().for_each(|deployment| check_id(&deployment.id));
    check(&deployed);
});

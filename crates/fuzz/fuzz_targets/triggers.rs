//! What the three adapters make of a trigger, before a server that answers anything: no refusal is told as a deployment.
//!
//! It is slower, because a lost answer is looked for with pauses between the looks.

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
    assert!(success || deployed.is_err(), "a refusal is told as a deployment: {deployed:?}");
    deployed.iter().for_each(|deployment| check_id(&deployment.id));
    check(&deployed);
});

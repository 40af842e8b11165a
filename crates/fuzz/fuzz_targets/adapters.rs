//! What the three adapters read, from a server that answers anything: no panic, bounded errors, and the token in none.

#![no_main]

use std::sync::LazyLock;

use anydeploy::{DeployerExt, DeploymentId, HistoryOptions, LogOptions};
use anydeploy_fuzz::{Scene, answers, check, check_id, pending_id};
use libfuzzer_sys::fuzz_target;

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::start);

// The first byte chooses the platform, the method, and whether the id is resolved or made of the bytes that follow; the
// rest is what the server answers.
fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let (platform, adapter) = SCENE.adapter(*choice);
    let (deployer, target) = (&adapter.deployer, &adapter.target);
    let made = if choice / 21 % 2 == 0 {
        Some((adapter.resolved.clone(), rest))
    } else {
        pending_id(DeploymentId::new(deployer.platform(), target.clone()), platform, rest)
    };
    let Some((id, rest)) = made else { return };
    check_id(&id);
    let answers = answers(rest);
    if answers.is_empty() {
        return;
    }
    SCENE.answer(&answers);
    SCENE.runtime.block_on(async {
        match choice / 3 % 7 {
            0 => {
                let read = deployer.deployment(&id).await;
                read.iter().for_each(|deployment| check_id(&deployment.id));
                check(&read);
            }
            1 => check(&deployer.history_of(target, HistoryOptions::default()).await),
            2 => check(&deployer.cancel_deployment(&id).await),
            3 => {
                let options = LogOptions::default();
                let read = deployer.logs_of(&id, options).await;
                assert!(read.iter().all(|page| page.lines.len() <= options.tail));
                check(&read);
            }
            4 => check(&deployer.service(target).await),
            5 => check(&deployer.services().await),
            _ => check(&deployer.check().await),
        }
    });
});

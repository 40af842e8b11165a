//! The file of the guide, against fake servers.

use std::sync::Arc;

use anydeploy::fleet::{Amount, FleetFile, Until, Waves};
use anydeploy::{Coolify, Deployer, Dokploy, Revision, Target};
use anydeploy_fakes::{FakeCoolify, FakeDokploy};

/// The YAML of the guide.
fn file() -> &'static str {
    let guide = include_str!("../../../src/guide/fleet.md");
    guide.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap()
}

#[tokio::test]
async fn the_file_of_the_guide_is_a_plan() {
    let (coolify, dokploy) = (FakeCoolify::start().await, FakeDokploy::start().await);
    let connections: [Arc<dyn Deployer>; 2] = [
        Arc::new(Coolify::builder().url(coolify.url()).token(coolify.token()).build().unwrap()),
        Arc::new(Dokploy::builder().url(dokploy.url()).token(dokploy.token()).build().unwrap()),
    ];
    let deployers = ["coolify", "dokploy"].map(str::to_owned).into_iter().zip(connections).collect();
    // So the fake server calls the project of its services.
    let text = file().replace("project: shop", "project: fake");
    let plan = FleetFile::parse(&text).unwrap().resolve(&deployers).await.unwrap();
    assert_eq!(plan.waves, Waves::Sizes(vec![Amount::Count(1), Amount::Percent(25)]));
    assert_eq!(plan.max_failures, Amount::Count(2));
    let members: Vec<_> = plan.members.iter().map(|member| (&*member.name, &*member.profile, member.until)).collect();
    assert_eq!(members, [("api", "coolify", Until::Healthy), ("web", "dokploy", Until::Over)]);
    assert_eq!(plan.members[0].request.revision(), &Revision::ImageTag("1.4.2".into()));
    assert_eq!(plan.members[1].request.target(), &Target::application(dokploy.application()));
}

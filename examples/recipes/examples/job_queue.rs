//! A job queue, apalis on SQLite, whose worker is killed in the middle of a job: the job is delivered again, and deploys once.
//!
//! The job holds the request, and its intent is stored beside it before the trigger is sent.
//! One worker is killed before it sends, another one after it has sent and before the job is acknowledged.

#![allow(clippy::print_stdout, reason = "examples print")]

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, Target};
use anydeploy_fakes::FakeDokploy;
use apalis::prelude::*;
use apalis_sqlite::{Config, SqliteConnectOptions, SqlitePool, SqliteStorage};
use recipes::{Failure, Intents, Process, connect, quick};
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

/// The queue.
const QUEUE: &str = "releases";

/// What is in the queue.
#[derive(Debug, Serialize, Deserialize)]
struct Release {
    request: DeployRequest,
}

/// What a worker works with.
#[derive(Clone)]
struct Context {
    intents: Intents,
    deployer: Arc<dyn Deployer>,
}

/// The job; its id is the same each time it is delivered.
async fn release(job: Release, id: TaskId, context: Data<Context>) -> Result<String, BoxDynError> {
    let Context { intents, deployer } = &*context;
    let deployment = match intents.deploy_once(&id.to_string(), &**deployer, &job.request).await {
        Ok(deployment) => deployment,
        // The queue delivers the job again.
        Err(Failure::Again(error)) => return Err(error.into()),
        Err(Failure::Final(error)) => return Err(AbortError::new(error).into()),
        Err(other) => return Err(format!("{other:?}").into()),
    };
    let outcome = Arc::clone(deployer).watch(&deployment.id, quick()).await?;
    Ok(outcome.to_string())
}

/// The queue in a database.
async fn queue(directory: &Path) -> Result<SqliteStorage<Release>, Box<dyn Error>> {
    let options = SqliteConnectOptions::new().filename(directory.join("queue.sqlite")).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await?;
    // It lets SQLite answer before a job is on the disk, so that the intents are in a database of their own.
    SqliteStorage::setup(&pool).await?;
    // The jobs of a worker that is silent for two seconds are delivered to another one.
    let config = Config::default().queue(QUEUE).heartbeat_interval(Duration::from_secs(1)).missed_heartbeats(2);
    Ok(SqliteStorage::new(&pool).with_config(config))
}

/// Works until it is killed.
async fn work(directory: &Path, url: &str) -> Result<(), Box<dyn Error>> {
    let intents = Intents::open(&directory.join("intents.sqlite")).await?;
    let context = Context { intents, deployer: connect(url)? };
    let worker = WorkerBuilder::new(format!("worker-{}", std::process::id()))
        .backend(queue(directory).await?)
        .data(context)
        .build(release);
    Ok(worker.run().await?)
}

/// Waits until so many jobs are done.
async fn done(queue: &SqliteStorage<Release>, jobs: i64) -> Result<(), Box<dyn Error>> {
    let count = "SELECT COUNT(*) FROM Jobs WHERE status = 'Done'";
    while sqlx::query_scalar::<_, i64>(count).fetch_one(queue.pool()).await? < jobs {
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [directory, url] = &*arguments {
        return work(&PathBuf::from(directory), url).await;
    }
    let (fake, directory) = (FakeDokploy::start().await, tempfile::tempdir()?);
    let mut queue = queue(directory.path()).await?;
    let worker = [directory.path().display().to_string(), fake.url()];
    for (jobs, step) in (1..).zip(["prepared", "sent"]) {
        let application = fake.add_application(step);
        let request = DeployRequest::new(Target::application(&*application));
        queue.push(Release { request }).await?;

        let mut first = Process::start(&worker, fake.token(), Some(step))?;
        first.says(step).await?;
        first.kill().await?;
        let deployments = || fake.triggered().into_iter().filter(|triggered| triggered.target == application).count();
        println!("killed after `{step}`: {} triggered", deployments());

        let second = Process::start(&worker, fake.token(), None)?;
        timeout(Duration::from_mins(2), done(&queue, jobs)).await??;
        second.kill().await?;
        println!("delivered again: {} triggered", deployments());
        if deployments() != 1 {
            return Err(format!("a job that was killed after `{step}` deployed {} times", deployments()).into());
        }
    }
    Ok(())
}

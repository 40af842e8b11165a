//! The end of a long log: by the adapter, and by hand.

use std::hint::black_box;
use std::io;

use anydeploy::{Deployer, DeployerExt, DeploymentId, LogOptions};
use serde::Deserialize;

/// How many lines are read.
const LINES: usize = 50;

/// The path of the deployment with the log.
pub(super) const PATH: &str = "/api/v1/deployments/w1bj5mr885w9j10p04o4bc3b";

const ID: &str = "coolify:application:2smen6cvbngtt2m6es9qz29a?deployment=w1bj5mr885w9j10p04o4bc3b";

pub(super) async fn by_adapter<D: Deployer>(deployer: &D) -> io::Result<()> {
    let id: DeploymentId = ID.parse().map_err(io::Error::other)?;
    let page = deployer.logs_of(&id, LogOptions::tail(LINES)).await.map_err(io::Error::other)?;
    check(page.lines.len())
}

#[derive(Deserialize)]
struct Row {
    logs: String,
}

#[derive(Deserialize)]
struct Entry {
    output: String,
    hidden: bool,
    order: Option<i64>,
}

pub(super) async fn by_hand(client: &reqwest::Client, url: &str, token: &str) -> io::Result<()> {
    let answer = client.get(format!("{url}{PATH}")).bearer_auth(token).send().await.map_err(io::Error::other)?;
    let row: Row = serde_json::from_slice(&answer.bytes().await.map_err(io::Error::other)?)?;
    let mut entries: Vec<Entry> = serde_json::from_str(&row.logs)?;
    entries.retain(|entry| !entry.hidden);
    entries.sort_by_key(|entry| entry.order);
    let lines: Vec<String> = entries.into_iter().rev().take(LINES).map(|entry| entry.output).collect();
    check(black_box(lines).len())
}

fn check(lines: usize) -> io::Result<()> {
    if lines == LINES { Ok(()) } else { Err(io::Error::other(format!("the end of the log has {lines} lines"))) }
}

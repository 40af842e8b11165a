//! `bench decode`: reading bodies as the generated types do, against plain serde derives of the same members.

mod bodies;
mod cost;
mod derive;

use std::io;
use std::time::Duration;

use anydeploy_wire::{Read, decode};
use serde::de::DeserializeOwned;

use bodies::MISFITS;
use cost::{Cost, Effort, compare};

use crate::figure::{Figure, size};
use crate::options::Options;
use crate::overhead;

const BENCH: &str = "decode";

/// How much longer a body may take for its misfits.
const MAX_MISFITS: f64 = 1.3;

/// Measures every body of the platforms that were asked for.
pub(crate) fn measure(options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let bench = Bench {
        effort: if options.smoke {
            Effort { times: 1, time: Duration::ZERO }
        } else {
            Effort { times: 3, time: Duration::from_secs(1) }
        },
        shrink: if options.smoke { 50 } else { 1 },
    };
    if options.wants("qovery") {
        let services = 2000 / bench.shrink;
        let body = bodies::qovery_statuses(services);
        let scene = format!("statuses of {services} services");
        bench
            .body::<qovery_client::types::EnvironmentStatuses, derive::QoveryStatuses>("qovery", &scene, &body, emit)?;
    }
    if options.wants("coolify") {
        let log = 100_000 / bench.shrink;
        let body = bodies::coolify_active(30, log);
        let scene = format!("an active list of 30 rows with logs of {log} bytes");
        bench
            .body::<Vec<coolify_client::types::Deployment>, Vec<derive::CoolifyRow>>("coolify", &scene, &body, emit)?;
        bench.misfits(emit)?;
        overhead::measure_tail(&bodies::coolify_deployment(10_000_000 / bench.shrink), options, emit)?;
    }
    if options.wants("dokploy") {
        let body = bodies::dokploy_rows(100);
        let scene = "rows of 100 deployments";
        bench.body::<Vec<dokploy_client::types::Deployment>, Vec<derive::DokployRow>>("dokploy", scene, &body, emit)?;
    }
    Ok(())
}

/// How thoroughly it is measured.
struct Bench {
    effort: Effort,
    /// By how much the bodies are smaller.
    shrink: usize,
}

impl Bench {
    fn body<A: Read, B: DeserializeOwned>(
        &self,
        platform: &str,
        scene: &str,
        body: &[u8],
        emit: &mut dyn FnMut(Figure),
    ) -> io::Result<Cost> {
        // What is measured has to succeed on both sides.
        decode::<A>(body).map_err(io::Error::other)?;
        serde_json::from_slice::<B>(body)?;
        let (ours, theirs) = compare(body, self.effort, decode::<A>, |body| serde_json::from_slice::<B>(body));
        let scene = format!("{scene}, {}", size(body));
        let figure =
            |name: &str, unit: &str, value: f64| Figure::new(BENCH, name, unit, value).on(platform).in_scene(&scene);
        ours.figures(&theirs, body, &figure).into_iter().for_each(emit);
        Ok(ours)
    }

    /// A long list, clean and with misfits at its end, which no plain derive can read.
    fn misfits(&self, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
        type Rows = Vec<coolify_client::types::Deployment>;
        let rows = 20_000 / self.shrink;
        let (clean, with_misfits) = (bodies::coolify_rows(rows, 0), bodies::coolify_rows(rows, MISFITS));
        let scene = format!("a list of {rows} rows");
        let clean_cost = self.body::<Rows, Vec<derive::CoolifyRow>>("coolify", &scene, &clean, emit)?;
        decode::<Rows>(&with_misfits).map_err(io::Error::other)?;
        let (misfit_cost, _) = compare(&with_misfits, self.effort, decode::<Rows>, |_| ());
        let scene = format!("a list of {rows} rows with {MISFITS} misfits in the last ones");
        let figure =
            |name: &str, unit: &str, value: f64| Figure::new(BENCH, name, unit, value).on("coolify").in_scene(&scene);
        emit(misfit_cost.time_figure(&clean_cost, "time against the clean list", &figure).at_most(MAX_MISFITS));
        Ok(())
    }
}

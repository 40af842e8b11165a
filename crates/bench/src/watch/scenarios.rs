//! The scenarios, each with its bounds.

use std::io;
use std::time::Duration;

use super::coolify::Coolify;
use super::dokploy::Dokploy;
use super::ideal::Ideal;
use super::memory::bytes_of_a_watch;
use super::platform::Platform;
use super::qovery::Qovery;
use super::run::{Run, Watcher, run};
use super::scene::Scene;
use super::tally::{mean, quantile};
use crate::figure::Figure;
use crate::options::Options;

const BENCH: &str = "watch";

const MINUTE: Duration = Duration::from_mins(1);

/// Deployments take 5 to 15 minutes.
const LONG: (Duration, Duration) = (Duration::from_mins(5), Duration::from_mins(15));

/// The most connections of a deployer.
const MAX_CONNECTIONS: f64 = 16.0;

/// How many deployments are watched, and in how many places.
struct Size {
    watches: usize,
    places: usize,
}

/// Runs every scenario of the platforms that were asked for.
pub(crate) fn measure(options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let size = |watches: usize, places: usize| {
        // The places shrink with the watches, so that each still has several.
        if options.smoke {
            Size { watches: watches / 50, places: (places / 50).max(1) }
        } else {
            Size { watches, places }
        }
    };
    if options.wants("coolify") {
        coolify(&size(1000, 1000), emit)?;
        ending_at_once(&size(1000, 1000), emit)?;
        ten_processes(&size(1000, 1000), emit)?;
        one_connection(&Coolify, emit)?;
        memory(if options.smoke { 100 } else { 5000 }, emit)?;
        curves(&Coolify, options, &[10, 50, 200, 500, 1000], |watches| watches, emit)?;
    }
    if options.wants("qovery") {
        qovery(&size(500, 20), emit)?;
        one_connection(&Qovery, emit)?;
        curves(&Qovery, options, &[10, 50, 100, 250, 500], |watches| watches.div_ceil(25), emit)?;
    }
    if options.wants("dokploy") {
        dokploy(&size(500, 100), emit)?;
        curves(&Dokploy, options, &[10, 50, 100, 250, 500], |watches| watches.div_ceil(5), emit)?;
    }
    Ok(())
}

/// Runs our watches, and reports what holds for every scenario.
fn ours(
    platform: &'static dyn Platform,
    scene: &str,
    size: &Size,
    ends: (Duration, Duration),
    emit: &mut dyn FnMut(Figure),
) -> io::Result<(Run, impl Fn(&str, &str, f64) -> Figure + use<>)> {
    let run = run(platform, Scene::new(size.watches, size.places, ends), Watcher::Ours { processes: 1 })?;
    let scene = format!("{} {scene}", size.watches);
    let figure = move |name: &str, unit: &str, value: f64| {
        Figure::new(BENCH, name, unit, value).on(platform.name()).in_scene(&scene)
    };
    let lags = run.lags();
    emit(figure("requests a minute, mean", "requests", run.requests_a_minute()));
    emit(figure("refused", "requests", run.refused_after(Duration::ZERO) as f64).at_most(0.0));
    emit(with_reason(figure("watches that ended wrongly", "watches", run.wrong.len() as f64).at_most(0.0), &run));
    emit(
        figure("another caller refused", "requests", run.record.others_refused as f64)
            .at_most(0.0)
            .noting(format!("of {}", run.record.others)),
    );
    emit(figure("connections open at once", "connections", run.record.most_open as f64).at_most(MAX_CONNECTIONS));
    emit(figure("connections opened", "connections", run.record.opened as f64));
    emit(figure("lag, max", "s", lags.last().copied().unwrap_or_default()));
    if let Some(path) = run.record.unknown.first() {
        emit(
            figure("paths that the server does not know", "requests", run.record.unknown.len() as f64)
                .at_most(0.0)
                .noting(path),
        );
    }
    Ok((run, figure))
}

/// A wrong end says what it was.
fn with_reason(figure: Figure, run: &Run) -> Figure {
    match run.wrong.first() {
        Some(first) => figure.noting(first.chars().take(200).collect::<String>()),
        None => figure,
    }
}

fn coolify(size: &Size, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let (run, figure) = ours(&Coolify, "watches of 5 to 15 minutes", size, LONG, emit)?;
    let lags = run.lags();
    let besides = run.peak_besides_last_reads();
    emit(figure("requests in any minute besides last reads", "requests", besides as f64).at_most(40.0));
    emit(figure("requests in any minute", "requests", run.peak(MINUTE) as f64).at_most(160.0));
    emit(figure("lag, mean", "s", mean(&lags)).at_most(3.0));
    emit(figure("lag, p99", "s", quantile(&lags, 0.99)).at_most(10.0));
    Ok(())
}

fn ending_at_once(size: &Size, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let within_two_minutes = (Duration::from_mins(5), Duration::from_mins(7));
    let (run, figure) = ours(&Coolify, "watches that end within two minutes", size, within_two_minutes, emit)?;
    emit(figure("requests in any minute", "requests", run.peak(MINUTE) as f64).at_most(160.0));
    emit(figure("last reads out of the order of ending", "reads", run.out_of_order() as f64).at_most(0.0));
    emit(figure("lag, mean", "s", mean(&run.lags())));
    Ok(())
}

fn ten_processes(size: &Size, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let scene = Scene::new(size.watches, size.places, LONG);
    let run = run(&Coolify, scene, Watcher::Ours { processes: 10 })?;
    let figure = |name: &str, value: usize| {
        let scene = format!("{} watches in ten processes with one token", size.watches);
        Figure::new(BENCH, name, "requests", value as f64).on("coolify").in_scene(&scene)
    };
    emit(figure("refused in the first minute", run.refused_after(Duration::ZERO) - run.refused_after(MINUTE)));
    emit(figure("refused after the first minute", run.refused_after(MINUTE)).at_most(0.0));
    emit(with_reason(figure("watches that ended wrongly", run.wrong.len()).at_most(0.0), &run));
    emit(figure("requests in any minute", run.peak(MINUTE)));
    Ok(())
}

fn one_connection(platform: &'static dyn Platform, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let run = run(platform, Scene::new(1, 1, (MINUTE, MINUTE)), Watcher::Ours { processes: 1 })?;
    let figure = |name: &str, unit: &str, value: usize| {
        Figure::new(BENCH, name, unit, value as f64).on(platform.name()).in_scene("one watch of a minute")
    };
    emit(figure("connections opened", "connections", run.record.opened).at_most(1.0));
    emit(figure("requests", "requests", run.record.received.len()));
    Ok(())
}

fn memory(watches: usize, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let each = bytes_of_a_watch(&Coolify, watches)? / 1024.0;
    emit(
        Figure::new(BENCH, "memory of a watch", "KB", each)
            .on("coolify")
            .in_scene(&format!("{watches} watches, after five minutes"))
            .at_most(4.0)
            .noting("live bytes of a client whose deployments go on, less those of one watch"),
    );
    Ok(())
}

fn qovery(size: &Size, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let scene = format!("watches in {} environments", size.places);
    let (run, figure) = ours(&Qovery, &scene, size, LONG, emit)?;
    let lags = run.lags();
    let an_hour = run.peak(Duration::from_hours(1));
    emit(figure("requests in any hour", "requests", an_hour as f64).at_most(900.0));
    emit(figure("lag, mean", "s", mean(&lags)));
    emit(figure("lag, p99", "s", quantile(&lags, 0.99)).at_most(120.0));
    Ok(())
}

fn dokploy(size: &Size, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let scene = format!("watches on {} applications", size.places);
    let (run, figure) = ours(&Dokploy, &scene, size, LONG, emit)?;
    let lags = run.lags();
    emit(figure("requests in any minute", "requests", run.peak(MINUTE) as f64).at_most(120.0));
    emit(figure("lag, mean", "s", mean(&lags)));
    emit(figure("lag, p99", "s", quantile(&lags, 0.99)));
    Ok(())
}

/// The points of the plots: requests a minute and lag against the number of watches.
fn curves(
    platform: &'static dyn Platform,
    options: &Options,
    sizes: &[usize],
    places: impl Fn(usize) -> usize,
    emit: &mut dyn FnMut(Figure),
) -> io::Result<()> {
    let sizes = if options.smoke { &[2, 10] } else { sizes };
    for &watches in sizes {
        let scene = || Scene::new(watches, places(watches), LONG);
        let point = |curve: &str, name: &str, unit: &str, value: f64| {
            Figure::new(BENCH, name, unit, value).on(platform.name()).at(curve, watches)
        };
        for (curve, watcher) in [("anydeploy", Watcher::Ours { processes: 1 }), ("polling each", Watcher::Polling)] {
            let run = run(platform, scene(), watcher)?;
            emit(point(curve, "requests a minute", "requests", run.requests_a_minute()));
            emit(point(curve, "lag", "s", mean(&run.lags())));
            emit(with_reason(point(curve, "watches that ended wrongly", "watches", run.wrong.len() as f64), &run));
            emit(point(curve, "refused", "requests", run.refused_after(Duration::ZERO) as f64));
        }
        let ideal = Ideal::of(platform, &scene());
        emit(point("ideal", "requests a minute", "requests", ideal.requests_a_minute));
        emit(point("ideal", "lag", "s", ideal.lag));
    }
    Ok(())
}

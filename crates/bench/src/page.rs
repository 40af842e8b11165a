//! `docs/performance.md` and its plots, which are made of the lines that are kept and of nothing else.

mod plot;
mod table;

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use crate::figure::Figure;
use crate::lines::Lines;
use crate::options::PLATFORMS;

/// A bench: its name, its heading, and what its figures are.
const BENCHES: [(&str, &str, &str); 5] = [
    (
        "overhead",
        "A call",
        "A deployment and three reads of it through `Arc<dyn Deployer>`, against the same requests by reqwest with serde \
         derives of what the adapter reads.\n\
         The server is another process, and what a process does once is not counted.\n\
         Instructions are counted by callgrind.",
    ),
    (
        "decode",
        "Decode",
        "Bodies are read as the generated types, against plain serde derives of the same members.\n\
         The generated types repair what does not fit, which a plain derive refuses.\n\
         A time is the shortest of several, in turn with that of the baseline.",
    ),
    (
        "watch",
        "Watching",
        "Deployments are watched on a virtual clock, against a server that has the rate limit of the platform and answers \
         after 50 ms.\n\
         Lag is the time between the end of a deployment and the outcome of its watch; a watch that ends otherwise lags \
         until the run is over.\n\
         *Polling each* is a loop for each deployment, which polls it after 1 s at first and every 10 s in the end.\n\
         The *ideal* is computed: one batch read of everything a tick, and one last read for each deployment that has ended.",
    ),
    (
        "follow",
        "Following a log",
        "The log of one deployment is followed to its end, through a socket and by polls.\n\
         The bytes are all that the server sends, those of the watch and the headers included, against those of the log in \
         the form in which the platform sends it.\n\
         Memory is the most that the process holds at once, without the server.",
    ),
    (
        "compile",
        "Compile",
        "Programs that deploy and wait are compiled in a debug build by one job, where a program of tokio, reqwest and serde \
         was compiled before.\n\
         What is counted is the time of the processor, with linking.",
    ),
];

/// The figures that have curves, and the names of their files.
const PLOTS: [(&str, &str); 2] = [("requests a minute", "requests"), ("lag", "lag")];

/// The files of the page: their paths below the root, and their texts.
pub(crate) fn files(root: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut page = String::from(
        "# Performance\n\n\
         `cargo xtask bench overhead|decode|watch|follow|compile --write` measures, keeps the lines in `docs/performance`, and \
         writes this page and its plots from them.\n\
         Each figure is compared with a baseline of the same run, because a machine is comparable only with itself.\n\
         A bound is on the ratio where there is a baseline, and on the value elsewhere; `bench --strict` fails if one is \
         missed.\n",
    );
    let mut files = Vec::new();
    for (bench, heading, about) in BENCHES {
        let Some(lines) = Lines::kept(root, bench)? else { continue };
        let run = &lines.run;
        let valgrind = run.valgrind.as_deref().unwrap_or("no valgrind");
        let (points, figures): (Vec<&Figure>, Vec<&Figure>) =
            lines.figures.iter().partition(|figure| figure.curve.is_some());
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {heading}\n\n{about}\n");
        let _ = writeln!(
            page,
            "\nMeasured at `{}` by rustc {} on {} cores, with {valgrind}; {}.",
            run.commit,
            run.rustc,
            run.cpus,
            kept(&figures)
        );
        for platform in PLATFORMS {
            for (figure, file) in PLOTS {
                let Some(svg) = plot::svg(&points, platform, figure)? else { continue };
                let name = format!("{platform}-{file}.svg");
                let _ = write!(page, "\n![{platform}: {figure} by the number of watches](performance/{name})\n");
                files.push((PathBuf::from("docs/performance").join(name), svg));
            }
        }
        page.push_str(&table::tables(&figures));
    }
    files.push((PathBuf::from("docs/performance.md"), page));
    Ok(files)
}

/// Writes the page and its plots.
pub(crate) fn write(root: &Path) -> io::Result<()> {
    for (path, text) in files(root)? {
        std::fs::write(root.join(path), text)?;
    }
    Ok(())
}

/// How many bounds are kept.
fn kept(figures: &[&Figure]) -> String {
    let bounds = figures.iter().filter(|figure| figure.bound.is_some()).count();
    let kept = figures.iter().filter(|figure| figure.ok == Some(true)).count();
    format!("{kept} of {bounds} bounds are kept")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::root;

    #[test]
    fn the_page_and_its_plots_are_what_the_lines_make() {
        for (path, text) in files(&root()).unwrap() {
            let written = std::fs::read_to_string(root().join(&path)).unwrap_or_default();
            assert!(written == text, "{} is stale; repair it with: cargo xtask bench page", path.display());
        }
    }

    #[test]
    fn a_page_without_lines_has_no_section() {
        let files = files(tempfile::tempdir().unwrap().path()).unwrap();
        let [(path, page)] = &files[..] else { panic!("{files:?}") };
        assert_eq!(path, Path::new("docs/performance.md"));
        assert!(page.starts_with("# Performance\n") && !page.contains("\n## "), "{page}");
    }
}

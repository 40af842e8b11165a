//! `bench compile`: what the crates add to the time that it takes to compile a program of tokio, reqwest and serde.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::figure::Figure;
use crate::options::{Options, PLATFORMS};

const BENCH: &str = "compile";

/// What every program uses, with the TLS that the facade uses by default.
const BASE: &str = r#"
reqwest = { version = "0.13", default-features = false, features = ["json", "rustls"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#;

const BASE_MAIN: &str = r#"
#[derive(Debug, serde::Deserialize)]
struct Version { version: String }

#[tokio::main]
async fn main() -> Result<(), reqwest::Error> {
    let version: Version = reqwest::get("https://example.com/version").await?.json().await?;
    println!("{}", version.version);
    Ok(())
}
"#;

/// A program that is compiled.
struct Program {
    name: String,
    platforms: Vec<&'static str>,
    /// With every area of the clients.
    is_full: bool,
    /// The most user seconds that it may take beyond the base.
    bound: Option<f64>,
    /// The most user seconds that the facade alone may take, where that is measured.
    facade_bound: Option<f64>,
}

/// Compiles the programs, each in a folder in which the base was compiled before.
pub(crate) fn measure(options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let base = Program { name: String::new(), platforms: Vec::new(), is_full: false, bound: None, facade_bound: None };
    let workshop = Workshop { folder: tempfile::tempdir()? };
    base.write(workshop.folder.path())?;
    let packages_of_base = workshop.packages()?;
    let base = if options.smoke { None } else { Some(workshop.compile_base()?) };
    for program in programs(options) {
        program.write(workshop.folder.path())?;
        let packages = workshop.packages()?;
        let figure = |name: &str, unit: &str, value: f64| {
            let figure = Figure::new(BENCH, name, unit, value).in_scene(&program.name);
            if let [platform] = program.platforms[..] { figure.on(platform) } else { figure }
        };
        let beyond = packages.saturating_sub(packages_of_base);
        emit(
            figure("packages beyond the base", "packages", beyond as f64)
                .noting(format!("the base has {packages_of_base}")),
        );
        let Some(base) = &base else { continue };
        let compiled = workshop.compile_beyond()?;
        let seconds = figure("user seconds beyond the base", "s", compiled.seconds - base.own_seconds);
        let seconds = program.bound.iter().fold(seconds, |figure, bound| figure.at_most(*bound));
        emit(seconds.noting(format!(
            "in a debug build; the base takes {:.1} s, and {} packages were compiled",
            base.seconds, compiled.packages
        )));
        if let Some(bound) = program.facade_bound {
            let seconds = workshop.compile_facade()?;
            emit(figure("user seconds of the facade alone", "s", seconds).at_most(bound));
        }
    }
    Ok(())
}

fn programs(options: &Options) -> Vec<Program> {
    let one = |platform: &'static str| Program {
        name: format!("{platform} alone"),
        platforms: vec![platform],
        is_full: false,
        bound: Some(10.0),
        facade_bound: None,
    };
    let all = |name: &str, is_full, bound, facade_bound| Program {
        name: name.to_owned(),
        platforms: PLATFORMS.to_vec(),
        is_full,
        bound: Some(bound),
        facade_bound,
    };
    let mut programs: Vec<Program> = PLATFORMS.into_iter().filter(|name| options.wants(name)).map(one).collect();
    if programs.len() == PLATFORMS.len() {
        programs.push(all("three platforms", false, 16.0, Some(12.0)));
        programs.push(all("three platforms with full clients", true, 36.0, None));
    }
    programs
}

impl Program {
    /// Writes the program into a folder outside the repository.
    fn write(&self, folder: &Path) -> io::Result<()> {
        let root = root();
        let crates = root.join("crates");
        let mut manifest =
            "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n".to_owned();
        manifest.push_str("\n[dependencies]");
        manifest.push_str(BASE);
        if !self.platforms.is_empty() {
            let mut features = self.platforms.clone();
            features.push("rustls");
            let path = crates.join("anydeploy").display().to_string();
            manifest.push_str(&format!(
                "anydeploy = {{ path = \"{path}\", default-features = false, features = {features:?} }}\n"
            ));
        }
        for platform in self.platforms.iter().filter(|_| self.is_full) {
            let path = crates.join(format!("{platform}-client")).display().to_string();
            manifest.push_str(&format!("{platform}-client = {{ path = \"{path}\", features = [\"full\"] }}\n"));
        }
        std::fs::create_dir_all(folder.join("src"))?;
        std::fs::write(folder.join("Cargo.toml"), manifest)?;
        std::fs::write(folder.join("src/main.rs"), self.main())?;
        // The versions are those of the repository.
        std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).map(drop)
    }

    fn main(&self) -> String {
        if self.platforms.is_empty() {
            return BASE_MAIN.to_owned();
        }
        let mut main = String::from(
            "use anydeploy::{DeployRequest, DeployerExt, Target, WatchOptions};\n\n\
             #[tokio::main]\nasync fn main() -> Result<(), anydeploy::Error> {\n    \
             let request = DeployRequest::new(Target::application(\"web\"));\n",
        );
        for platform in &self.platforms {
            // The adapter is named as its platform, in upper camel case.
            let adapter = platform[..1].to_uppercase() + &platform[1..];
            main.push_str(&format!(
                "    let {platform} = std::sync::Arc::new(anydeploy::{adapter}::from_env()?);\n    \
                 println!(\"{{:?}}\", {platform}.deploy_and_wait(&request, WatchOptions::default()).await?);\n"
            ));
            if self.is_full {
                main.push_str(&format!(
                    "    println!(\"{{}}\", std::any::type_name::<{platform}_client::Client>());\n"
                ));
            }
        }
        main.push_str("    Ok(())\n}\n");
        main
    }
}

/// A folder in which one program after another is compiled, each on top of the base.
struct Workshop {
    folder: TempDir,
}

/// What compiling a program took.
struct Compiled {
    seconds: f64,
    /// How many packages were compiled, the program included.
    packages: usize,
}

/// What compiling the base took.
struct Base {
    seconds: f64,
    /// What of that its own file took, which is another one in each program.
    own_seconds: f64,
}

impl Workshop {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many packages the program consists of.
    fn packages(&self) -> io::Result<usize> {
        let listed = self.shell("cargo tree --quiet --edges normal,build --prefix none --no-dedupe")?.0;
        let mut packages: Vec<&str> = listed.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        packages.sort_unstable();
        packages.dedup();
        Ok(packages.len())
    }

    /// Compiles the base from nothing, and keeps what came of it.
    fn compile_base(&self) -> io::Result<Base> {
        let seconds = self.compile()?.seconds;
        self.shell("cp -a target base && touch src/main.rs")?;
        Ok(Base { seconds, own_seconds: self.compile()?.seconds })
    }

    /// Compiles what a program has beyond the base.
    fn compile_beyond(&self) -> io::Result<Compiled> {
        self.shell("rm -r target && cp -a base target && touch src/main.rs")?;
        self.compile()
    }

    /// Compiles the facade again, and returns the seconds without those of the program.
    fn compile_facade(&self) -> io::Result<f64> {
        self.shell("touch src/main.rs")?;
        let own = self.compile()?.seconds;
        self.shell("cargo clean --quiet --package anydeploy")?;
        let compiled = self.compile()?;
        if compiled.packages != 2 {
            return Err(io::Error::other(format!(
                "{} packages were compiled, and not the facade alone",
                compiled.packages
            )));
        }
        Ok(compiled.seconds - own)
    }

    fn compile(&self) -> io::Result<Compiled> {
        // `times` prints what the shell has used, and in a second line what its children have.
        let (printed, progress) = self.shell("cargo build --jobs 1 && times")?;
        let children = printed.lines().last().and_then(|line| line.split_whitespace().next());
        let seconds = children.and_then(seconds);
        let seconds = seconds.ok_or_else(|| io::Error::other(format!("`times` printed {printed:?}")))?;
        let packages = progress.lines().filter(|line| line.trim_start().starts_with("Compiling ")).count();
        Ok(Compiled { seconds, packages })
    }

    /// Runs a script in the folder, and returns its output and its messages.
    fn shell(&self, script: &str) -> io::Result<(String, String)> {
        let mut command = Command::new("sh");
        command.current_dir(&self.folder).args(["-c", script]).env("CARGO_INCREMENTAL", "0");
        command.env("CARGO_TARGET_DIR", self.path("target"));
        // Neither the flags of this build nor those of a wrapper are to be measured.
        let of_this_build = ["RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER", "CARGO_PROFILE_DEV_DEBUG"];
        for variable in of_this_build {
            command.env_remove(variable);
        }
        let output = command.output()?;
        let (printed, progress) = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        );
        if output.status.success() { Ok((printed, progress)) } else { Err(io::Error::other(progress)) }
    }
}

/// A time as `1m2.345s`.
fn seconds(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.trim_end_matches('s').split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_and_seconds_are_added() {
        assert_eq!(seconds("1m2.5s"), Some(62.5));
        assert_eq!(seconds("0m0.010s"), Some(0.01));
        assert_eq!(seconds("real"), None);
    }
}

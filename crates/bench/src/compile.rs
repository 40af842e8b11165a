//! `bench compile`: what the crates add to the time that it takes to compile a program of tokio, reqwest and serde.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
}

/// Compiles the programs, each from nothing.
pub(crate) fn measure(options: &Options, emit: &mut dyn FnMut(Figure)) -> io::Result<()> {
    let base =
        Program { name: "tokio + reqwest + serde".to_owned(), platforms: Vec::new(), is_full: false, bound: None };
    let base = Built::of(&base, options.smoke)?;
    for program in programs(options) {
        let built = Built::of(&program, options.smoke)?;
        let figure = |name: &str, unit: &str, value: f64| Figure::new(BENCH, name, unit, value).in_scene(&program.name);
        let figure = |name: &str, unit: &str, value: f64| match program.platforms[..] {
            [platform] => figure(name, unit, value).on(platform),
            _ => figure(name, unit, value),
        };
        emit(
            figure("packages beyond the base", "packages", built.packages - base.packages)
                .noting(format!("the base has {}", base.packages)),
        );
        if let (Some(all), Some(base)) = (built.seconds, base.seconds) {
            let beyond = figure("user seconds beyond the base", "s", all - base);
            let beyond = program.bound.iter().fold(beyond, |figure, bound| figure.at_most(*bound));
            emit(beyond.noting(format!("{all:.1} s in a debug build, of which the base takes {base:.1} s")));
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
    };
    let all = |name: &str, is_full, bound| Program {
        name: name.to_owned(),
        platforms: PLATFORMS.to_vec(),
        is_full,
        bound: Some(bound),
    };
    let mut programs: Vec<Program> = PLATFORMS.into_iter().filter(|name| options.wants(name)).map(one).collect();
    if programs.len() == PLATFORMS.len() {
        programs.push(all("three platforms", false, 16.0));
        programs.push(all("three platforms with full clients", true, 36.0));
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
            let path = crates.join("anydeploy");
            manifest.push_str(&format!(
                "anydeploy = {{ path = {path:?}, default-features = false, features = {features:?} }}\n"
            ));
        }
        for platform in self.platforms.iter().filter(|_| self.is_full) {
            let path = crates.join(format!("{platform}-client"));
            manifest.push_str(&format!("{platform}-client = {{ path = {path:?}, features = [\"full\"] }}\n"));
        }
        std::fs::create_dir(folder.join("src"))?;
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
            let adapter = match *platform {
                "coolify" => "Coolify",
                "dokploy" => "Dokploy",
                _ => "Qovery",
            };
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

/// What compiling a program took.
struct Built {
    /// The packages that it consists of.
    packages: f64,
    /// User seconds; nothing if it was not compiled.
    seconds: Option<f64>,
}

impl Built {
    fn of(program: &Program, is_smoke: bool) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        program.write(folder.path())?;
        let listed = cargo(&folder, "cargo tree --quiet --edges normal,build --prefix none --no-dedupe")?;
        let mut packages: Vec<&str> = listed.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        packages.sort_unstable();
        packages.dedup();
        let seconds = if is_smoke { None } else { Some(compile(&folder)?) };
        Ok(Self { packages: packages.len() as f64, seconds })
    }
}

/// The user seconds of compiling the program in a folder from nothing.
fn compile(folder: &TempDir) -> io::Result<f64> {
    // `times` prints what the shell has used, and in a second line what its children have.
    let printed = cargo(folder, "cargo build --quiet --jobs 1 && times")?;
    let children = printed.lines().last().and_then(|line| line.split_whitespace().next());
    children.and_then(seconds).ok_or_else(|| io::Error::other(format!("`times` printed {printed:?}")))
}

/// A time as `1m2.345s`.
fn seconds(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.trim_end_matches('s').split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}

fn cargo(folder: &TempDir, script: &str) -> io::Result<String> {
    let mut command = Command::new("sh");
    command.current_dir(folder).args(["-c", script]).env("CARGO_INCREMENTAL", "0");
    command.env("CARGO_TARGET_DIR", folder.path().join("target"));
    // Neither the flags of this build nor those of a wrapper are to be measured.
    for variable in ["RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"] {
        command.env_remove(variable);
    }
    let output = command.stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
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

//! What is wrong in a document, with the file and the line where it stands.

use std::fmt;

/// A line of a file of ours, named from the root of the repository; or a value in a document of
/// others, as `FILE#POINTER` and line 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// One thing that its author has to mend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Diagnostic {
    pub(crate) place: Place,
    pub(crate) reason: String,
}

impl Place {
    /// The JSON pointer, of a place in a foreign document.
    pub(crate) fn pointer(&self) -> &str {
        self.file.split_once('#').map_or("", |(_, pointer)| pointer)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { file, line: 0 } => f.write_str(file),
            Self { file, line } => write!(f, "{file}:{line}"),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// Why a platform could not be generated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}", lines(.0))]
    Document(Vec<Diagnostic>),
    #[error("{0}")]
    Generator(String),
    #[error("{path}: {source}")]
    File { path: String, source: std::io::Error },
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn at(place: Place, reason: impl Into<String>) -> Self {
        Self::Document(vec![Diagnostic { place, reason: reason.into() }])
    }

    pub(crate) fn generator(reason: impl Into<String>) -> Self {
        Self::Generator(reason.into())
    }

    pub(crate) fn file(path: &std::path::Path, source: std::io::Error) -> Self {
        let path = path.display().to_string();
        Self::File { path, source }
    }
}

/// All diagnostics of a kind at once, in the order of the files, each once.
pub(crate) fn stop_if_any(mut diagnostics: Vec<Diagnostic>) -> Result<()> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    diagnostics.sort();
    diagnostics.dedup();
    Err(Error::Document(diagnostics))
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

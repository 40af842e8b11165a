//! Words of a private vocabulary, counted in hand-written code and prose; their number only goes down.

use clap::builder::PossibleValuesParser;

use super::{Diagnostics, File};

/// One word, and what the field says instead.
struct Word {
    /// Its forms, in lower case; the first one names it.
    forms: &'static [&'static str],
    /// Words to write instead.
    instead: &'static str,
    /// How often it may stand in the repository: lower it whenever the number falls, and never raise it.
    limit: usize,
}

const WORDS: &[Word] = &[
    Word { forms: &["told"], instead: "returned, reported, or `to_deployment`", limit: 0 },
    // Qovery's own fields for the company of a user.
    Word { forms: &["company"], instead: "concurrent trigger, `Overlap`", limit: 9 },
    Word { forms: &["flight", "flights"], instead: "in-flight trigger", limit: 0 },
    Word { forms: &["trail", "trails"], instead: "`Pending`", limit: 0 },
    Word { forms: &["sight", "sights", "sighted"], instead: "poll, or `Resolution`", limit: 0 },
    Word { forms: &["whoever"], instead: "who or what it is", limit: 0 },
    Word { forms: &["doubt", "doubts", "doubtful", "doubted"], instead: "`Resolution::Ambiguous`", limit: 0 },
    Word { forms: &["fate", "fates"], instead: "outcome, or `Script`", limit: 0 },
    Word { forms: &["door", "doors", "doorkeeper"], instead: "`Listener`, `FaultSequence`", limit: 0 },
    Word { forms: &["court", "courts"], instead: "`Checker`", limit: 0 },
    Word { forms: &["became of"], instead: "the outcome", limit: 0 },
];

/// Where a word is the field's own.
const ALLOWED: &[(&str, &str)] = &[
    // A request that was sent and is not answered yet.
    ("flight", "in"),
];

/// Files that are not ours to word, or that hold the words to name them.
const EXEMPT: &[&str] = &["Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", "tidy/words.rs"];

/// Takes a word of the table from the command line.
pub(super) fn parser() -> PossibleValuesParser {
    PossibleValuesParser::new(WORDS.iter().map(Word::name))
}

impl Word {
    fn name(&self) -> &'static str {
        self.forms.first().copied().unwrap_or_default()
    }

    /// How often it stands in a line that was [split](parts).
    fn count(&self, parts: &[String]) -> usize {
        let starts = 0..parts.len();
        starts.filter(|start| self.forms.iter().any(|form| stands_at(form, parts, *start))).count()
    }
}

/// Whether a form stands in the parts, and is not the field's own word there.
fn stands_at(form: &str, parts: &[String], start: usize) -> bool {
    let words: Vec<&str> = form.split(' ').collect();
    let here = parts.get(start..start + words.len());
    let is_here = here.is_some_and(|here| here.iter().zip(&words).all(|(part, word)| part == word));
    let before = start.checked_sub(1).and_then(|before| parts.get(before)).map(String::as_str);
    is_here && !ALLOWED.iter().any(|(word, after)| *word == form && before == Some(after))
}

/// The words of a line in lower case; an identifier is as many as it is made of.
fn parts(line: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = ' ';
    for letter in line.chars() {
        let begins = !last.is_alphabetic() || (last.is_lowercase() && letter.is_uppercase());
        if letter.is_alphabetic() {
            match parts.last_mut() {
                Some(part) if !begins => part.extend(letter.to_lowercase()),
                _ => parts.push(letter.to_lowercase().collect()),
            }
        }
        last = letter;
    }
    parts
}

/// The lines in which a word of the table stands, with how often.
fn places<'a>(files: &'a [File], word: &'a Word) -> impl Iterator<Item = (String, usize)> + 'a {
    let is_ours = |file: &&File| {
        !file.is_generated() && !file.is_recorded() && !EXEMPT.iter().any(|exempt| file.path.ends_with(exempt))
    };
    files.iter().filter(is_ours).flat_map(move |file| {
        let lines = file.text.lines().enumerate();
        lines.filter_map(move |(index, line)| match word.count(&parts(line)) {
            0 => None,
            count => Some((format!("{}:{}: {}", file.path.display(), index + 1, line.trim()), count)),
        })
    })
}

/// Prints each place of a word.
pub(super) fn print_places(files: &[File], word: &str) {
    for word in WORDS.iter().filter(|known| known.name() == word) {
        for (place, _) in places(files, word) {
            println!("{place}");
        }
    }
}

/// Counts each word, and reports those that stand more often than they may.
pub(super) fn check(files: &[File]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for word in WORDS {
        let Word { instead, limit, .. } = word;
        let name = word.name();
        let found: usize = places(files, word).map(|(_, count)| count).sum();
        if found > *limit {
            diagnostics.push(format!(
                "the word `{name}` stands {found} times and may stand {limit} times; write {instead}; \
                 see the places with: cargo xtask tidy --places-of {name:?}"
            ));
        } else if found < *limit {
            println!("tidy: `{name}` stands {found} times; lower its limit of {limit} in xtask/src/tidy/words.rs");
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(name: &str, line: &str) -> usize {
        let word = WORDS.iter().find(|word| word.name() == name).unwrap();
        word.count(&parts(line))
    }

    #[test]
    fn a_word_is_found_in_prose_and_inside_identifiers() {
        assert_eq!(count("told", "/// Told of it: `told_at`, `AsTold`, `TOLD_OF`."), 4);
        assert_eq!(count("became of", "know what became of it"), 1);
    }

    #[test]
    fn a_longer_word_is_another_word() {
        assert_eq!(count("trail", "a trailing comma, a trailer"), 0);
        assert_eq!(count("door", "indoors"), 0);
    }

    #[test]
    fn a_word_of_the_field_is_allowed_in_its_place() {
        assert_eq!(count("flight", "an in-flight trigger, `in_flight`, `InFlight`"), 0);
        assert_eq!(count("flight", "a flight, `Flight::begin`"), 2);
    }

    #[test]
    fn generated_and_recorded_files_are_not_counted() {
        let files = ["src/generated/x.rs", "x.jsonl", "x.snap", "LICENSE-MIT", "src/x.rs"];
        let files: Vec<File> = files.iter().map(|path| File::new(path, "// told\n")).collect();
        let places: Vec<_> = places(&files, &WORDS[0]).collect();
        assert_eq!(places, [("src/x.rs:1: // told".to_owned(), 1)]);
    }
}

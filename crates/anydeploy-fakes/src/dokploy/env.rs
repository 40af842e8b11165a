//! What the server makes of a text of variables when it deploys: values without quotes, and references resolved.

use super::service::Service;
use super::state::State;

/// The variables of a text, each key once, at the place where it stands first and with the value that stands last.
pub(super) fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let Some((key, value, behind)) = first(rest) else {
            rest = rest.split_once('\n').map_or("", |(_, behind)| behind);
            continue;
        };
        rest = behind.split_once('\n').map_or("", |(_, behind)| behind);
        match variables.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => variables.push((key.to_owned(), value)),
        }
    }
    variables
}

/// The variable at the start of a text, and what stands behind its value.
fn first(text: &str) -> Option<(&str, String, &str)> {
    let line = text.trim_start();
    let without_export = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    without_export.and_then(|rest| assignment(rest.trim_start())).or_else(|| assignment(line))
}

fn assignment(line: &str) -> Option<(&str, String, &str)> {
    let is_of_key = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let (key, behind) = line.split_at(line.find(|letter| !is_of_key(letter)).unwrap_or(line.len()));
    let behind = behind.trim_start().strip_prefix('=').filter(|_| !key.is_empty())?;
    let at_quote = behind.trim_start();
    let quoted = ['"', '\'', '`'].into_iter().find(|quote| at_quote.starts_with(*quote));
    if let Some((value, behind)) = quoted.and_then(|quote| in_quotes(&at_quote[1..], quote)) {
        let value = match quoted {
            Some('"') => value.replace("\\n", "\n").replace("\\r", "\r"),
            _ => value.to_owned(),
        };
        return Some((key, value, behind));
    }
    let (plain, behind) = behind.split_at(behind.find(['#', '\n']).unwrap_or(behind.len()));
    let plain = plain.trim();
    let stripped = quoted.and_then(|quote| plain.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(plain);
    Some((key, stripped.to_owned(), behind))
}

/// The value up to the closing quote: the first one that no backslash stands before, if nothing but a comment follows it.
fn in_quotes(text: &str, quote: char) -> Option<(&str, &str)> {
    let closing: Vec<usize> = text.match_indices(quote).map(|(place, _)| place).collect();
    let plain =
        closing.iter().position(|place| !text[..*place].ends_with('\\')).map_or(closing.len(), |place| place + 1);
    let is_last = |place: &&usize| {
        let behind = text[**place + 1..].split('\n').next().unwrap_or_default().trim();
        behind.is_empty() || behind.starts_with('#')
    };
    let place = closing[..plain].iter().rev().find(is_last)?;
    Some((&text[..*place], &text[*place + 1..]))
}

impl State {
    /// The variables that the containers of a service get; an error is the line of the log about what cannot be resolved.
    pub(super) fn variables_of(&self, service: &Service) -> Result<Vec<(String, String)>, String> {
        let environment = self.environment(service.text("environmentId")).cloned().unwrap_or_default();
        let project = environment["projectId"].as_str().and_then(|id| self.project(id)).cloned().unwrap_or_default();
        let texts = [&project["env"], &environment["env"]].map(|env| parse(env.as_str().unwrap_or_default()));
        let own = parse(service.text("env"));
        let mut variables = own.clone();
        for (_, value) in &mut variables {
            // In this order, each once, so that a reference in what was put in may stay.
            *value = resolve(value, "project.", "project environment variable", &texts[0])?;
            *value = resolve(value, "environment.", "environment variable", &texts[1])?;
            *value = resolve(value, "", "service environment variable", &own)?;
        }
        Ok(variables)
    }
}

/// Replaces the references whose names have this prefix.
fn resolve(value: &str, prefix: &str, what: &str, known: &[(String, String)]) -> Result<String, String> {
    let opens = format!("${{{{{prefix}");
    let mut parts = value.split(&opens);
    let mut resolved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((name, behind)) = part.split_once("}}") else {
            resolved.push_str(&opens);
            resolved.push_str(part);
            continue;
        };
        let found = known.iter().find(|(key, _)| key == name);
        let (_, value) = found.ok_or_else(|| format!("Invalid {what}: {prefix}{name}"))?;
        resolved.push_str(value);
        resolved.push_str(behind);
    }
    Ok(resolved)
}

//! Secrets in the arguments of commands.

use crate::cover::Cover;
use crate::words::{arguments, length};

/// Commands and their flags whose argument is a secret, as the next word; the last says whether it may also be glued on.
const FLAGS: [(&str, &[&str], bool); 17] = [
    ("curl", &["-u", "--user", "-U", "--proxy-user"], true),
    ("wget", &["--user"], false),
    ("mysql", &["-p"], true),
    ("mysqldump", &["-p"], true),
    ("mysqladmin", &["-p"], true),
    ("mariadb", &["-p"], true),
    ("mariadb-dump", &["-p"], true),
    ("sshpass", &["-p"], true),
    ("redis-cli", &["-a", "--pass"], false),
    ("login", &["-p"], false),
    ("mongo", &["-p"], true),
    ("mongosh", &["-p"], false),
    ("mongodump", &["-p"], false),
    ("ldapsearch", &["-w"], false),
    ("zip", &["-P"], false),
    ("skopeo", &["--creds", "--src-creds", "--dest-creds"], false),
    ("smbclient", &["-U"], false),
];

/// The programs of `MySQL` take a password only glued to its flag; the next word is a database.
const ONLY_GLUED: [&str; 5] = ["mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"];

/// What reads a secret from its standard input.
const READERS: [&str; 8] =
    ["login", "-stdin", "chpasswd", "passwd", "sudo -S", "base64 -d", "base64 --decode", "ssh-add"];

/// Hides the secrets of commands.
pub(crate) fn cover(cover: &mut Cover<'_>) {
    let text = cover.text();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        cover_pipes(cover, start, line);
        cover_flags(cover, start, line);
        start += line.len();
    }
}

/// `printf %s 'PW' | docker login`, and `docker login --password-stdin <<< PW`.
fn cover_pipes(cover: &mut Cover<'_>, start: usize, line: &str) {
    for (pipe, _) in line.match_indices('|') {
        let reader = line[pipe + 1..].split('|').next().unwrap_or_default();
        if !READERS.iter().any(|word| reader.contains(word)) {
            continue;
        }
        let before = &line[..pipe];
        let writer = ["echo", "printf"]
            .iter()
            .flat_map(|writer| before.match_indices(writer).map(|(at, found)| (at, at + found.len())))
            .filter(|(at, end)| is_command(before, *at) && before[*end..].starts_with([' ', '\t']))
            .max();
        if let Some((_, end)) = writer {
            let secret = before[end..].trim_end();
            cover.hide(start + end + (secret.len() - secret.trim_start().len()), start + end + secret.len());
        }
    }
    if !line.contains('<') {
        return;
    }
    for (at, sign) in line.match_indices("<<<") {
        let after = &line[at + sign.len()..];
        let secret = line.len() - after.trim_start().len();
        cover.hide(start + secret, start + secret + length(&line[secret..]));
    }
}

fn cover_flags(cover: &mut Cover<'_>, start: usize, line: &str) {
    // Lines without a flag, which are most, are not searched for each command.
    let commands = if line.contains('-') { &FLAGS[..] } else { &[] };
    for &(command, flags, glued) in commands {
        for (at, _) in line.match_indices(command) {
            let end = at + command.len();
            if !is_command(line, at) || !line[end..].starts_with([' ', '\t']) {
                continue;
            }
            let mut is_secret = false;
            for (place, word) in arguments(&line[end..]) {
                let place = start + end + place;
                let word = word.trim_end_matches([',', ')']);
                if std::mem::take(&mut is_secret) && !word.starts_with('-') {
                    cover.hide(place, place + word.len());
                } else if flags.contains(&word) {
                    is_secret = !ONLY_GLUED.contains(&command);
                } else if let Some(flag) = flags.iter().find(|flag| is_glued(word, flag, glued)) {
                    let skip = flag.len() + usize::from(word[flag.len()..].starts_with('='));
                    cover.hide(place + skip, place + word.len());
                }
            }
        }
    }
    // `htpasswd -nb user password` and `openssl … -passin pass:password`.
    for (at, found) in line.match_indices("htpasswd ") {
        let words: Vec<_> = arguments(&line[at + found.len()..]).collect();
        if let [.., (place, word)] = words[..]
            && words.len() > 2
        {
            cover.hide(start + at + found.len() + place, start + at + found.len() + place + word.len());
        }
    }
    for (at, found) in line.match_indices(" pass:") {
        let secret = at + found.len();
        if line[..at].trim_end().rsplit(' ').next().is_some_and(|flag| flag.starts_with("-pass")) {
            cover.hide(start + secret, start + secret + length(&line[secret..]));
        }
    }
}

/// Whether a flag has its argument in the same word: `-pPW` or `--user=PW`.
fn is_glued(word: &str, flag: &str, glued: bool) -> bool {
    let Some(rest) = word.strip_prefix(flag) else { return false };
    rest.starts_with('=') || (glued && !flag.starts_with("--") && !rest.is_empty())
}

/// Whether a word begins here, as a command or the last part of its path.
fn is_command(line: &str, at: usize) -> bool {
    !line[..at].ends_with(|c: char| c.is_alphanumeric() || "_-.".contains(c))
}

//! Secrets that are known by their form.

use crate::cover::Cover;

/// How a kind of token begins, how many characters follow at least, and whether `_` and `-` are among them.
const TOKENS: [(&str, usize, bool); 46] = [
    ("ghp_", 8, true),
    ("gho_", 8, true),
    ("ghu_", 8, true),
    ("ghs_", 8, true),
    ("ghr_", 8, true),
    ("github_pat_", 8, true),
    ("glpat-", 8, true),
    ("gldt-", 8, true),
    ("glrt-", 8, true),
    ("glptt-", 8, true),
    ("glcbt-", 8, true),
    // Names such as `npm_config_registry` begin alike.
    ("npm_", 20, false),
    ("pypi-", 20, true),
    ("sk_live_", 8, true),
    ("sk_test_", 8, true),
    ("rk_live_", 8, true),
    ("rk_test_", 8, true),
    ("whsec_", 8, true),
    ("sk-ant-", 8, true),
    ("sk-proj-", 8, true),
    ("sk-", 20, false),
    ("xoxa-", 8, true),
    ("xoxb-", 8, true),
    ("xoxc-", 8, true),
    ("xoxd-", 8, true),
    ("xoxe-", 8, true),
    ("xoxp-", 8, true),
    ("xoxr-", 8, true),
    ("xoxs-", 8, true),
    ("xapp-", 8, true),
    ("AKIA", 16, false),
    ("ASIA", 16, false),
    ("AIza", 30, true),
    ("dckr_pat_", 8, true),
    ("dckr_oat_", 8, true),
    ("dop_v1_", 8, true),
    ("doo_v1_", 8, true),
    ("dor_v1_", 8, true),
    ("shpat_", 8, true),
    ("hf_", 20, false),
    ("sntrys_", 8, true),
    ("hvs.", 16, true),
    ("SG.", 20, true),
    ("tskey-", 8, true),
    ("qov_", 16, false),
    ("AGE-SECRET-KEY-", 8, true),
];

/// A shorter run holds no token, in bytes.
const SHORTEST: usize = 12;

/// A run of base64 of this length is a key or a certificate rather than a word, in bytes.
const BASE64: usize = 64;

/// Hides tokens with a known beginning, JWTs, Coolify's tokens, and long base64.
pub(crate) fn cover(cover: &mut Cover<'_>) {
    let text = cover.text();
    for (start, run) in runs(text, is_token) {
        cover_token(cover, start, run);
    }
    let mut open = None;
    for (start, run) in runs(text, is_base64) {
        // The last line of a key is shorter than the others.
        let goes_on = open.is_some_and(|end: usize| {
            let between = &text[end..start];
            !between.is_empty()
                && between.trim_matches(['\n', '\r', ' ', '\\', 'n']).is_empty()
                && between.contains('n')
                || between.contains('\n') && between.trim().is_empty()
        });
        open = None;
        if is_key_material(run) || (goes_on && !run.contains(['-', '_'])) {
            let end = start + run.len();
            let padding = text[end..].len() - text[end..].trim_start_matches('=').len();
            cover.hide(start, end + padding);
            open = Some(end + padding);
        }
    }
}

fn cover_token(cover: &mut Cover<'_>, start: usize, run: &str) {
    // A token may be glued to what stands before it, as in `-ughp_…`, but not to a letter of an ordinary word.
    for at in (0..(run.len() + 1).saturating_sub(SHORTEST)).filter(|at| !ends_with_letter(&run[..*at])) {
        for (prefix, least, marks) in TOKENS {
            let Some(tail) = run[at..].strip_prefix(prefix) else { continue };
            let length = tail.find(|c: char| !marks && !c.is_ascii_alphanumeric()).unwrap_or(tail.len());
            if length >= least && tail[..length].bytes().any(|byte| byte.is_ascii_alphanumeric()) {
                cover.hide(start + at, start + at + prefix.len() + length);
            }
        }
    }
    // The base64 of an object begins so: a JWT, or the credentials of a registry.
    if run.len() >= 20
        && let Some(at) = run.find("eyJ")
        && run.len() - at >= 20
        && !ends_with_letter(&run[..at])
    {
        let end = run.trim_end_matches('.').len();
        cover.hide(start + at, start + end);
    }
    // Coolify's tokens are `number|secret`.
    let text = cover.text();
    let (before, is_long) = (&text[..start], run.len() >= 40 && run.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if is_long && before.strip_suffix('|').is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit())) {
        cover.hide(start, start + run.len());
    }
}

/// Whether a run of base64 is a key: one that is known by its beginning, or any that is long and mixed.
fn is_key_material(run: &str) -> bool {
    if run.len() < 16 {
        return false;
    }
    // `-----BEGIN`, `openssh-key-v1`, and the DER of a key or a certificate.
    let is_known = ["LS0tLS1CRUdJTi", "b3BlbnNzaC1rZXktdjE"].iter().any(|start| run.contains(start));
    let has = |test: fn(&u8) -> bool| run.as_bytes().iter().any(test);
    // A long path has a slash every few letters, and a digest is lower-case hex.
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    let slashes = run.bytes().filter(|byte| *byte == b'/').count();
    is_known || (run.len() >= BASE64 && is_mixed && slashes * 12 <= run.len() && !run.contains(['-', '_']))
}

fn ends_with_letter(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.".contains(c)
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/".contains(c)
}

/// The runs of characters that pass, with the place of each.
fn runs(text: &str, passes: fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut read = 0;
    std::iter::from_fn(move || {
        let start = read + text[read..].find(passes)?;
        let end = text[start..].find(|c| !passes(c)).map_or(text.len(), |length| start + length);
        read = end;
        Some((start, &text[start..end]))
    })
}

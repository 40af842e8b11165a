//! The tables of the page: one for each platform and scene.

use std::fmt::Write as _;

use crate::figure::Figure;

/// The figures as tables, in the order in which they were measured.
pub(super) fn tables(figures: &[&Figure]) -> String {
    let mut text = String::new();
    let mut last = None;
    for figure in figures {
        let place = (figure.platform.as_deref(), figure.scene.as_deref());
        if last != Some(place) {
            let _ = write!(text, "\n{}\n\n", title(place));
            text.push_str("| figure | value | baseline | ratio | bound | |\n|---|--:|--:|--:|--:|---|\n");
            last = Some(place);
        }
        let number = |value: Option<f64>| value.map(number).unwrap_or_default();
        let kept = match figure.ok {
            Some(true) => "kept",
            Some(false) => "**missed**",
            None => "",
        };
        let note = figure.note.as_deref().unwrap_or_default().replace('|', "\\|");
        let remarks: Vec<&str> = [kept, &note].into_iter().filter(|text| !text.is_empty()).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            figure.label(),
            number(Some(figure.value)),
            number(figure.baseline),
            number(figure.ratio),
            number(figure.bound),
            remarks.join("; ")
        );
    }
    text
}

/// What stands above a table.
fn title((platform, scene): (Option<&str>, Option<&str>)) -> String {
    let parts: Vec<&str> = [platform, scene].into_iter().flatten().collect();
    format!("**{}**", parts.join(": "))
}

/// A number for people: thousands apart, and no more digits than it needs.
fn number(value: f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 1000.0 {
        return thousands(value.round());
    }
    let text = if value.abs() >= 100.0 { format!("{value:.1}") } else { format!("{value:.2}") };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_thousands_apart_and_few_digits() {
        let cases = [(0.0, "0"), (1234.5, "1,235"), (882_000_810.333, "882,000,810"), (4.16, "4.16"), (-2.5, "-2.5")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn each_platform_and_scene_has_a_table_and_a_missed_bound_is_seen() {
        let figure =
            |platform: &str, value| Figure::new("watch", "lag", "s", value).on(platform).in_scene("all").at_most(3.0);
        let (one, other) = (figure("coolify", 2.0), figure("qovery", 4.0).noting("a|b"));
        let text = tables(&[&one, &one, &other]);
        assert_eq!(text.matches("| figure |").count(), 2, "{text}");
        assert!(text.contains("\n**coolify: all**\n") && text.contains("| lag, s | 2 |  |  | 3 | kept |"), "{text}");
        assert!(text.contains("| lag, s | 4 |  |  | 3 | **missed**; a\\|b |"), "{text}");
    }
}

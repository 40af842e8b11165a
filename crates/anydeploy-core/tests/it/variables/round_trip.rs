//! A generated dotenv text, planned and applied, is read back with its values, and leaves nothing to do.

use anydeploy_core::testing::MemoryDeployer;
use anydeploy_core::{DeployerExt, DesiredVariables, PlanOptions, Target, Variable, VariableScope, VariableValue};
use futures::FutureExt;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// How many texts are tried, unless `PROPTEST_CASES` says so: `PROPTEST_CASES=100000 cargo test -p anydeploy-core dotenv`.
const TEXTS: u32 = 2_000;

/// One variable as it is written in a text, and the value that it has.
#[derive(Clone, Debug)]
struct Line {
    key: String,
    text: String,
    value: String,
}

/// Letters that are special to some dialect, and some that are not.
const LETTERS: &str = r"[ -~\täß漢🚀\u{a0}]{0,12}";

/// A value with line ends, as it stands in each kind of quotes or without any.
fn line() -> impl Strategy<Value = (String, String)> {
    let quoted = prop_oneof![Just(LETTERS.to_owned()), Just(r#"[a-z\n\r\t\\"'#$ ]{0,12}"#.to_owned())];
    let value = quoted.prop_flat_map(|letters| proptest::string::string_regex(&letters).unwrap());
    (value, 0..3_u8, "(| # why| #'\"|\t)").prop_map(|(value, quotes, end)| match quotes {
        0 => {
            let value = value.replace(['\'', '\r'], "");
            (format!("'{value}'{end}"), value)
        }
        1 => (format!("\"{}\"{end}", escaped(&value)), value),
        _ => unquoted(&value, &end),
    })
}

/// A value in double quotes: what has to be escaped is, and a line end stands for itself.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r")
}

/// The part of a value that can stand without quotes, and the line that it stands in.
fn unquoted(value: &str, end: &str) -> (String, String) {
    let value = value.replace(['\n', '\r'], "");
    let value = value.trim_matches([' ', '\t']);
    let is_plain = !value.starts_with(['\'', '"']) && !value.contains(" #") && !value.contains("\t#");
    let value = if is_plain { value } else { "plain" };
    (format!("{value}{end}"), value.to_owned())
}

fn text() -> impl Strategy<Value = (String, Vec<Line>)> {
    let between = "(|\n|# a comment='\n|  \n)";
    let lines = prop::collection::vec(("[A-Za-z_][A-Za-z0-9_.]{0,4}", "(|export | \t)", line(), between), 1..6);
    (lines, any::<bool>(), any::<bool>()).prop_map(|(lines, windows, mark)| {
        let mut known: Vec<Line> = Vec::new();
        let mut text = String::new();
        for (key, before, (written, value), between) in lines {
            if known.iter().any(|line| line.key == key) {
                continue;
            }
            text.extend([&*before, &key, "=", &written, "\n", &between]);
            known.push(Line { key, text: written, value });
        }
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        (if mark { format!("\u{feff}{text}") } else { text }, known)
    })
}

/// What is there before: one variable that is kept, and one of the keys with another value.
fn present(lines: &[Line]) -> Vec<Variable> {
    let first = lines.first().map(|line| Variable::new(line.key.clone(), "before"));
    [Some(Variable::new("KEPT-BEFORE", "before")), first].into_iter().flatten().collect()
}

#[test]
fn a_dotenv_text_that_is_applied_is_read_back_and_the_second_plan_is_empty() {
    let web = Target::application("web");
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(TEXTS);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let property = |(text, lines): (String, Vec<Line>)| {
        let desired = DesiredVariables::from_dotenv(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let memory = present(&lines)
            .into_iter()
            .fold(MemoryDeployer::new().with_target(web.clone()), |memory, one| memory.with_variable(&web, one));
        let plan = |options| memory.plan_variables(&web, &desired, options).now_or_never().unwrap().unwrap();
        let first = plan(PlanOptions::merge());
        let applied = memory.apply_variables(&first).now_or_never().unwrap().unwrap();
        prop_assert_eq!(applied.written.len(), first.writes().count());
        let read = memory.variables_of(&web).now_or_never().unwrap().unwrap();
        for line in &lines {
            let variable = read.get(&line.key, &VariableScope::Runtime);
            let value = variable.map(|variable| &variable.value);
            prop_assert_eq!(value, Some(&VariableValue::from(&*line.value)), "{} as `{}`", line.key, line.text);
        }
        prop_assert_eq!(read.variables.len(), lines.len() + 1, "what is not in the text is kept");
        prop_assert!(plan(PlanOptions::merge()).is_empty());
        let exact = plan(PlanOptions::exact());
        prop_assert_eq!(exact.writes().count(), 1, "only what is not in the text is removed");
        Ok(())
    };
    runner.run(&text(), property).unwrap();
}

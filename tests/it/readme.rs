//! What the README says can be typed, is typed here.

use super::desk::{Desk, records};

const README: &str = include_str!("../../README.md");
const CHINESE: &str = include_str!("../../README.zh-CN.md");

/// The lines of the fenced blocks of a language.
fn block_lines<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(fence) => inside = !inside && fence == language,
            None if inside => lines.push(line),
            None => {}
        }
    }
    lines
}

/// What follows `huizong` on the lines that begin with it, without their comments.
fn commands(text: &str) -> Vec<Vec<String>> {
    (block_lines(text, "sh").into_iter())
        .filter_map(|line| line.strip_prefix("huizong "))
        .map(|line| line.split(" #").next().unwrap().trim())
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect()
}

#[test]
fn every_command_runs() {
    for readme in [README, CHINESE] {
        let desk = Desk::new();
        desk.county();
        std::fs::rename(desk.path("in"), desk.path("reports")).unwrap();
        std::fs::copy(desk.path("reports/units.csv"), desk.path("units.csv")).unwrap();
        let commands = commands(readme);
        assert!(commands.len() >= 8, "{commands:?}");
        for command in commands {
            let typed: Vec<&str> = command.iter().map(String::as_str).collect();
            let answer = desk.run(&typed);
            assert!(answer.code < 2, "{command:?}: {answer:?}");
        }
    }
}

#[test]
fn both_languages_show_the_same_commands() {
    assert_eq!(commands(README), commands(CHINESE));
}

#[test]
fn the_files_shown_are_understood() {
    for readme in [README, CHINESE] {
        let csv = block_lines(readme, "csv");
        let at = csv
            .iter()
            .position(|line| line.starts_with("unit,"))
            .unwrap();
        let (units, corrections) = csv.split_at(at);
        let registry = huizong::units::Registry::parse("units.csv", &units.join("\n")).unwrap();
        assert!(registry.units.len() >= 3);
        let corrections = huizong::check::Corrections::parse(&corrections.join("\n")).unwrap();
        assert!(!corrections.is_empty());
    }
}

#[test]
fn every_key_and_rule_it_names_exists() {
    let library = huizong::form::Library::official();
    let rules: Vec<&str> = (README.lines())
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter(|(_, rest)| rest.starts_with("error |") || rest.starts_with("warning |"))
        .map(|(rule, _)| rule)
        .collect();
    assert!(rules.len() >= 10);
    for rule in rules {
        let known = library.forms().iter().any(|form| form.rule(rule).is_some());
        assert!(known, "{rule}");
    }
}

/// The numbers of a cell such as `5,743 → 8,216` or `−856`; a dash is none.
fn numbers(cell: &str) -> Vec<Option<i64>> {
    (cell.split('→'))
        .map(|part| {
            part.trim()
                .replace(',', "")
                .replace('−', "-")
                .replace('+', "")
        })
        .map(|part| part.parse().ok())
        .collect()
}

#[test]
fn the_comparison_it_shows_is_the_one_that_comes_out() {
    let desk = Desk::new();
    let folder = Desk::of_package("data/demo");
    let typed = ["compare", folder.to_str().unwrap(), "--format", "csv", "-q"];
    let rows = records(&desk.run(&typed).out);
    for readme in [README, CHINESE] {
        let shown: Vec<Vec<&str>> = (readme.lines())
            .filter(|line| line.starts_with("| `") && line.contains(" → "))
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        assert!(shown.len() >= 5, "{shown:?}");
        for line in shown {
            let years = numbers(line[1]);
            for (scope, values, change) in [("all", 2, 3), ("like_for_like", 4, 5)] {
                let row = (rows.iter())
                    .find(|row| {
                        row["area"] == "示例县"
                            && row["scope"] == scope
                            && row["key"] == line[0].trim_matches('`')
                            && row["from_year"].parse().ok() == years[0]
                            && row["to_year"].parse().ok() == years[1]
                    })
                    .unwrap();
                let both = vec![row["from"].parse().ok(), row["to"].parse().ok()];
                assert_eq!(numbers(line[values]), both, "{line:?}");
                assert_eq!(
                    numbers(line[change])[0],
                    row["change"].parse().ok(),
                    "{line:?}"
                );
            }
        }
    }
}

//! Error localisation: published cases, made-up reports, and a brute-force search as independent truth.

mod as_rules;
mod brute;
pub mod experiment;
pub mod generator;
mod published;

use std::sync::LazyLock;

use experiment::Score;

/// All groups, measured once for all tests.
static SCORES: LazyLock<Vec<Score>> = LazyLock::new(experiment::all);

fn group(wrong_cells: usize, reports: usize) -> &'static Score {
    let found = SCORES
        .iter()
        .find(|s| s.wrong_cells == wrong_cells)
        .unwrap();
    assert_eq!(found.reports, reports);
    found
}

#[test]
fn correct_reports_raise_no_error() {
    let score = group(0, 1000);
    assert_eq!((score.errors, score.certain_but_wrong), (0, 0));
    // Nothing wrong, nothing suggested.
    assert_eq!(score.exact, 1000);
}

#[test]
fn one_wrong_cell_is_found_with_its_true_value_every_time() {
    let score = group(1, 1000);
    assert_eq!((score.exact, score.certain_but_wrong), (1000, 0));
}

#[test]
fn two_wrong_cells_are_found_at_least_99_times_in_100() {
    let score = group(2, 300);
    assert!(score.exact >= 297, "{score:?}");
    assert_eq!(score.certain_but_wrong, 0);
}

#[test]
fn three_wrong_cells_are_found_at_least_95_times_in_100() {
    let score = group(3, 300);
    assert!(score.exact >= 285, "{score:?}");
    assert_eq!(score.certain_but_wrong, 0);
}

#[test]
fn the_table_in_the_documentation_is_the_one_measured() {
    let documented = include_str!("../../docs/localisation.md");
    assert!(
        documented.contains(&experiment::markdown(&SCORES)),
        "run `just localise` and put its table into docs/localisation.md"
    );
}

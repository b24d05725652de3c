//! The published cases that fit the rule language, as rules of a form of their own: the same answers come out of a
//! report as of the bare system.

use huizong::check::localise::{Localised, localise};
use huizong::check::{Settings, evaluate};
use huizong::form::Library;
use huizong::report::Report;

use super::generator::zeros;

/// A form of one table with one column of signed counts, and error rules over it.
fn form(rows: usize, rules: &[(&[&str], &str, &[&str])]) -> String {
    let row = |n: usize| {
        format!("  {{ key = \"x{n}\", zh = [\"变量{n}\"], en = [\"x{n}\"], signed = true }},\n")
    };
    let mut text = format!(
        "id = \"case\"\nname = {{ zh = \"算例\", en = \"Case\" }}\nsource = \"published\"\nyears = {{ from = 2000 }}\ncells = {rows}\n\n\
         [[tables]]\nkey = \"t\"\nlabel = {{ zh = \"表\", en = \"Table\" }}\n\n[[tables.blocks]]\nrows = [\n{}]\n\
         columns = [{{ key = \"\", zh = [\"值\"], en = [\"Value\"] }}]\n",
        (1..=rows).map(row).collect::<String>()
    );
    for (at, (left, relation, right)) in rules.iter().enumerate() {
        text += &format!(
            "\n[[rules]]\nid = \"rule-{at}\"\nlabel = {{ zh = \"规则\", en = \"Rule\" }}\nseverity = \"error\"\n\
             reason = {{ zh = \"算例\", en = \"case\" }}\nsource = \"published\"\nleft = {left:?}\nrelation = \"{relation}\"\nright = {right:?}\n"
        );
    }
    text
}

fn report(text: &str, numbers: &[i64]) -> (Library, Report) {
    let mut library = Library::embedded().unwrap();
    let form = library.add("case.toml", text).unwrap().clone();
    let mut report = zeros(&form, "甲子镇", 2020);
    for (value, number) in report.values.iter_mut().zip(numbers) {
        value.number = Some(*number);
        value.raw = Some(number.to_string().into());
    }
    (library, report)
}

fn found(text: &str, numbers: &[i64]) -> Vec<Localised> {
    let (library, report) = report(text, numbers);
    let outcomes = evaluate(&report, None, "township", &library);
    localise(&report, &outcomes, Settings::embedded())
}

/// Cells (from 1) and values of the first candidate of every group of failures.
fn repairs(found: &[Localised]) -> Vec<(usize, i64)> {
    let mut all: Vec<(usize, i64)> = (found.iter())
        .flat_map(|group| group.candidates.first())
        .flat_map(|candidate| {
            candidate
                .cells
                .iter()
                .map(|cell| (cell.key + 1, cell.value))
        })
        .collect();
    all.sort_unstable();
    all
}

fn scholtus() -> String {
    form(
        11,
        &[
            (&["t.x1", "t.x2"], "=", &["t.x3"]),
            (&["t.x2"], "=", &["t.x4"]),
            (&["t.x5", "t.x6", "t.x7"], "=", &["t.x8"]),
            (&["t.x3", "t.x8"], "=", &["t.x9"]),
            (&["t.x9", "-t.x10"], "=", &["t.x11"]),
        ],
    )
}

const TRUTH: [i64; 11] = [1452, 116, 1568, 116, 323, 76, 12, 411, 1979, 1842, 137];

#[test]
fn scholtus_as_rules_is_restored() {
    assert!(found(&scholtus(), &TRUTH).is_empty());
    let mut wrong = TRUTH;
    wrong[3] = 161;
    assert_eq!(repairs(&found(&scholtus(), &wrong)), [(4, 116)]);
    wrong[8] = 19979;
    assert_eq!(repairs(&found(&scholtus(), &wrong)), [(4, 116), (9, 1979)]);
}

#[test]
fn an_inequality_as_a_rule_decides_which_value_is_wrong() {
    // p + c = t, c at least 0.6 t, p and c not negative; the cost fits the turnover, so that the profit is wrong.
    let text = form(
        3,
        &[
            (&["t.x1", "t.x2"], "=", &["t.x3"]),
            (&["5*t.x2"], ">=", &["3*t.x3"]),
            (&["t.x1"], ">=", &["0"]),
            (&["t.x2"], ">=", &["0"]),
        ],
    );
    let cells: Vec<usize> = repairs(&found(&text, &[755, 125, 200]))
        .iter()
        .map(|(cell, _)| *cell)
        .collect();
    assert_eq!(cells, [1]);
}

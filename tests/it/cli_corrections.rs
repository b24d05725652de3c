//! `corrections.csv`: a value changes, the reported one stays visible, and a line that has had its day is found.

use huizong::synth::{Format, MadeUp};

use super::desk::{Desk, records};

const KEY: &str = "requests.received.total";
const HEAD: &str = "unit,year,key,value,reason,by,on\n";

/// A county one of whose 2022 reports has a total that is ten too high; the report as it should be.
fn with_a_mistake(desk: &Desk) -> MadeUp {
    let made = desk.county();
    let right = made.iter().rfind(|made| made.year == 2022).unwrap().clone();
    let mut wrong = right.clone();
    let at = wrong.form.index(KEY).unwrap();
    wrong.values[at] += 10;
    let bytes = Format::Json.bytes(&wrong.paper()).unwrap();
    desk.file(&format!("in/2022/{}（修订）.json", wrong.unit), bytes);
    right
}

fn line(made: &MadeUp, value: &str) -> String {
    format!("{},2022,{KEY},{value},电话核实,王,2023-01-20\n", made.unit)
}

#[test]
fn a_correction_counts_everywhere_and_the_reported_value_stays() {
    let desk = Desk::new();
    let right = with_a_mistake(&desk);
    let before = desk.run(&["rollup", "in", "-o", "out"]);
    assert_eq!(before.code, 1, "{before:?}");
    let notice = desk.path(&format!("out/notices/{}.xlsx", right.unit));
    assert!(notice.is_file());
    let truth = right.value(KEY).unwrap();
    desk.file(
        "in/corrections.csv",
        format!("{HEAD}{}", line(&right, &truth.to_string())),
    );
    let after = desk.run(&["rollup", "in", "-o", "out"]);
    assert_eq!(after.code, 0, "{after:?}");
    assert!(!notice.exists(), "its reasons are gone");
    let values = records(&desk.text("out/values.csv"));
    let value = (values.iter())
        .find(|r| r["key"] == KEY && r["unit"] == right.unit && r["year"] == "2022")
        .unwrap();
    assert_eq!(value["status"], "corrected");
    assert_eq!(value["value"], truth.to_string());
    assert_eq!(value["raw"], (truth + 10).to_string());
    let inputs = records(&desk.text("out/inputs.csv"));
    let corrected: Vec<&str> = (inputs.iter())
        .map(|r| r["corrected"].as_str())
        .filter(|n| *n == "1")
        .collect();
    assert_eq!(corrected.len(), 1);
    assert!(
        inputs
            .iter()
            .any(|r| r["file"] == "in/corrections.csv" && r["end"] == "not-a-report")
    );
}

#[test]
fn a_line_that_changes_nothing_is_a_finding() {
    let desk = Desk::new();
    let right = with_a_mistake(&desk);
    let reported = right.value(KEY).unwrap() + 10;
    desk.file(
        "mine.csv",
        format!("{HEAD}{}", line(&right, &reported.to_string())),
    );
    let answer = desk.run(&[
        "check",
        "in",
        "--corrections",
        "mine.csv",
        "--format",
        "csv",
    ]);
    assert!(
        answer.out.contains("\ncorrection-no-effect,warning,"),
        "{}",
        answer.out
    );
    let unknown = format!("{HEAD}没有这个镇,2022,{KEY},1,核实,王,\n");
    desk.file("mine.csv", unknown);
    let answer = desk.run(&[
        "check",
        "in",
        "--corrections",
        "mine.csv",
        "--format",
        "csv",
    ]);
    assert!(
        answer.out.contains("\ncorrection-unknown-unit,warning,"),
        "{}",
        answer.out
    );
}

#[test]
fn what_is_accepted_becomes_a_note() {
    let desk = Desk::new();
    let right = with_a_mistake(&desk);
    desk.file(
        "in/corrections.csv",
        format!("{HEAD}{}", line(&right, "accepted")),
    );
    let answer = desk.run(&["rollup", "in", "-o", "out", "--lang", "en"]);
    let findings = records(&desk.text("out/findings.csv"));
    let accepted: Vec<_> = (findings.iter())
        .filter(|f| f["unit"] == right.unit && f["keys"].contains(KEY))
        .collect();
    assert!(!accepted.is_empty());
    for finding in accepted {
        assert_eq!(finding["severity"], "note", "{finding:?}");
        let words = "Accepted (电话核实; 王 2023-01-20): ";
        assert_eq!(finding["message"].matches(words).count(), 1, "{finding:?}");
    }
    assert!(
        !desk
            .path(&format!("out/notices/{}.xlsx", right.unit))
            .exists(),
        "{answer:?}"
    );
}

#[test]
fn corrections_that_cannot_be_understood_stop_the_run() {
    let desk = Desk::new();
    desk.county();
    desk.file(
        "in/corrections.csv",
        format!("{HEAD}某镇,去年,{KEY},1,核实,王,\n"),
    );
    let answer = desk.run(&["check", "in"]);
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
    assert_eq!(
        answer.err,
        "错误：in/corrections.csv：第 2 行：“去年”不是年份，请写如 2021\n"
    );
}

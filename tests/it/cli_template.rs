//! `template`: blank workbooks, with what last year carried over.

use calamine::{Data, Reader, open_workbook_auto};

use super::desk::{Desk, records};

/// Every whole number in a workbook.
fn numbers(path: &std::path::Path) -> Vec<i64> {
    let mut book = open_workbook_auto(path).unwrap();
    let mut numbers = Vec::new();
    for name in book.sheet_names() {
        for row in book.worksheet_range(&name).unwrap().rows() {
            numbers.extend(row.iter().filter_map(|cell| match cell {
                Data::Float(number) => Some(*number as i64),
                Data::Int(number) => Some(*number),
                _ => None,
            }));
        }
    }
    numbers
}

#[test]
fn a_blank_for_every_unit_with_what_is_carried_over() {
    let desk = Desk::new();
    let made = desk.county();
    let answer = desk.run(&[
        "template",
        "--year",
        "2023",
        "--previous",
        "in",
        "-o",
        "blank",
        "--lang",
        "en",
    ]);
    assert_eq!((answer.code, answer.out.as_str()), (0, ""), "{answer:?}");
    let last: Vec<_> = made.iter().filter(|made| made.year == 2022).collect();
    assert_eq!(last.len(), 3);
    for made in &last {
        let path = desk.path(&format!("blank/{}-{}-2023.xlsx", made.code, made.unit));
        let form = &made.form;
        let row = form.index("requests.carried_out.natural_person").unwrap();
        let carried: Vec<i64> = made.values[row..row + 7].to_vec();
        assert_eq!(numbers(&path), carried, "{}", made.unit);
    }
    assert!(
        last.iter()
            .any(|made| made.value("requests.carried_out.total") > Some(0))
    );
    // Nothing but what is carried over is known, and the rest is blank and not zero.
    let filled = format!("blank/{}-{}-2023.xlsx", last[0].code, last[0].unit);
    let export = desk.run(&["export", &filled, "-q"]);
    let blank = records(&export.out)
        .iter()
        .filter(|r| r["status"] == "blank")
        .count();
    assert_eq!(blank, 193);
    assert!(
        records(&export.out)
            .iter()
            .all(|r| r["unit"] == last[0].unit && r["year"] == "2023")
    );
}

#[test]
fn a_registry_is_enough_and_nothing_is_not() {
    let desk = Desk::new();
    desk.county();
    let answer = desk.run(&[
        "template",
        "--form",
        "2021",
        "--units",
        "in/units.csv",
        "-o",
        "blank",
    ]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let mut names: Vec<_> = (desk.path("blank").read_dir().unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 3);
    // The time of these tests is January 2026: reports are made of the year that has passed.
    assert!(
        names.iter().all(|name| name.ends_with("-2025.xlsx")),
        "{names:?}"
    );
    for name in &names {
        assert_eq!(numbers(&desk.path("blank").join(name)), Vec::<i64>::new());
    }
    let nothing = desk.run(&["template", "-o", "none", "--lang", "en"]);
    assert_eq!(nothing.code, 2);
    assert_eq!(
        nothing.err,
        "error: for which units? name a registry with --units, or last year's reports with --previous\n"
    );
    assert!(!desk.path("none").exists());
}

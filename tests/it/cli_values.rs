//! How a cell is written, and what `export` makes of it.

use huizong::synth::{Format, Options, county};

use super::desk::{Desk, Record, records};

/// The 2020 report of one unit as a CSV file, with lines of the table put in by hand: each replaces the one
/// that begins with the same label.
fn report(lines: &[&str]) -> String {
    let options = Options {
        units: 1,
        from: 2020,
        to: 2020,
        seed: 5,
        ..Options::default()
    };
    let made = county(&options, 0).remove(0);
    let text = String::from_utf8(Format::Csv.bytes(&made.paper()).unwrap()).unwrap();
    let mut left: Vec<&str> = lines.to_vec();
    let replaced: Vec<&str> = (text.lines())
        .map(|line| {
            let label = line.split(',').next().unwrap();
            let at = left.iter().position(|l| l.split(',').next() == Some(label));
            match at {
                Some(at) if !label.is_empty() => left.remove(at),
                _ => line,
            }
        })
        .collect();
    assert!(left.is_empty(), "no such lines: {left:?}");
    replaced.join("\n")
}

/// What an export says of the file with these lines.
fn exported(lines: &[&str]) -> Vec<Record> {
    let desk = Desk::new();
    desk.file("r.csv", report(lines));
    let answer = desk.run(&["export", "r.csv", "-q"]);
    assert!(answer.code < 2, "{answer:?}");
    records(&answer.out)
}

#[track_caller]
fn is(all: &[Record], key: &str, status: &str, value: &str) {
    let found: Vec<_> = all.iter().filter(|record| record["key"] == key).collect();
    assert_eq!(found.len(), 1, "{key}");
    let found = (found[0]["status"].as_str(), found[0]["value"].as_str());
    assert_eq!(found, (status, value), "{key}");
}

#[test]
fn numbers_in_every_dress_are_the_same_numbers() {
    let all = exported(&[
        "行政许可, 5,０,\"1,234\"",
        "其他对外管理服务事项, ３２ ,-2,\"１２，３４５\"",
        "行政处罚,1项,0件,40.0",
        "政府集中采购,41个,13.02万元",
    ]);
    is(
        &all,
        "disclosure.licensing.items_last_year",
        "reported",
        "5",
    );
    is(&all, "disclosure.licensing.items_change", "reported", "0");
    is(&all, "disclosure.licensing.decisions", "reported", "1234");
    is(
        &all,
        "disclosure.other_services.items_last_year",
        "reported",
        "32",
    );
    is(
        &all,
        "disclosure.other_services.items_change",
        "reported",
        "-2",
    );
    is(
        &all,
        "disclosure.other_services.decisions",
        "reported",
        "12345",
    );
    is(
        &all,
        "disclosure.penalties.items_last_year",
        "reported",
        "1",
    );
    is(&all, "disclosure.penalties.items_change", "reported", "0");
    is(&all, "disclosure.penalties.decisions", "reported", "40");
    is(&all, "disclosure.procurement.projects", "reported", "41");
    is(
        &all,
        "disclosure.procurement.amount",
        "reported",
        "13020000",
    );
}

#[test]
fn money_is_whole_fen_whatever_its_unit() {
    for (written, fen) in [
        ("13.02万元", "13020000"),
        ("251000元", "25100000"),
        ("\"251,000.50 元\"", "25100050"),
        ("1.2亿元", "12000000000"),
        ("０．５万元", "500000"),
    ] {
        let all = exported(&[&format!("政府集中采购,2,{written}")]);
        is(&all, "disclosure.procurement.amount", "reported", fen);
    }
}

#[test]
fn a_unit_in_the_header_holds_for_the_column() {
    let desk = Desk::new();
    let text = report(&["政府集中采购,2,25.1"]).replace("采购总金额", "采购总金额（万元）");
    desk.file("r.csv", text);
    let answer = desk.run(&["export", "r.csv", "-q"]);
    let all = records(&answer.out);
    is(
        &all,
        "disclosure.procurement.amount",
        "reported",
        "25100000",
    );
}

#[test]
fn what_is_no_number_never_becomes_zero() {
    let all = exported(&[
        "规范性文件,无,/,—",
        "行政许可,,不适用,-",
        "行政处罚,若干,2..5,#REF!",
    ]);
    for key in [
        "disclosure.normative_documents.made",
        "disclosure.normative_documents.published",
        "disclosure.normative_documents.public_total",
        "disclosure.licensing.items_change",
        "disclosure.licensing.decisions",
    ] {
        is(&all, key, "not-applicable", "");
    }
    is(&all, "disclosure.licensing.items_last_year", "blank", "");
    for key in ["items_last_year", "items_change", "decisions"] {
        is(
            &all,
            &format!("disclosure.penalties.{key}"),
            "unreadable",
            "",
        );
    }
}

#[test]
fn a_total_that_was_left_out_is_derived_and_blank_parts_are_settled_by_the_sums() {
    let all = exported(&[
        "一、本年新收政府信息公开申请数量,,,1,0,0,0,0,0,",
        "二、上年结转政府信息公开申请数量,,,,,,,,,0",
    ]);
    is(&all, "requests.received.total", "derived", "1");
    is(&all, "requests.carried_in.total", "reported", "0");
    is(
        &all,
        "requests.carried_in.natural_person",
        "blank-as-zero",
        "0",
    );
    is(
        &all,
        "requests.carried_in.other_organisation",
        "blank-as-zero",
        "0",
    );
    let places: Vec<_> = all
        .iter()
        .filter(|r| r["key"] == "requests.received.natural_person")
        .collect();
    assert!(
        places[0]["file"] == "r.csv" && !places[0]["cell"].is_empty(),
        "{places:?}"
    );
}

#[test]
fn parquet_goes_to_a_file_whole() {
    let desk = Desk::new();
    desk.file("r.csv", report(&[]));
    let typed = [
        "export",
        "r.csv",
        "--format",
        "parquet",
        "-o",
        "values.parquet",
        "-q",
    ];
    let answer = desk.run(&typed);
    assert_eq!((answer.code, answer.out.as_str()), (0, ""), "{answer:?}");
    let bytes = std::fs::read(desk.path("values.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}

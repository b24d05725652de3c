//! The county to try: every mistake that its description says is planted is found.

use super::desk::{Desk, Record, records};

struct Demo {
    desk: Desk,
    out: String,
    findings: Vec<Record>,
}

fn demo() -> Demo {
    let desk = Desk::new();
    let folder = Desk::of_package("data/demo");
    let answer = desk.run(&["rollup", folder.to_str().unwrap(), "-o", "out"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    let findings = records(&desk.text("out/findings.csv"));
    Demo {
        desk,
        out: answer.out,
        findings,
    }
}

impl Demo {
    #[track_caller]
    fn one(&self, rule: &str, unit: &str, year: &str) -> &Record {
        let found: Vec<&Record> = (self.findings.iter())
            .filter(|f| f["rule"] == rule && f["unit"] == unit && f["year"] == year)
            .collect();
        assert_eq!(found.len(), 1, "{rule} {unit} {year}: {found:?}");
        found[0]
    }
}

#[test]
fn every_planted_mistake_is_found_and_mended() {
    let demo = demo();
    let typed = demo.one("concluded-sum", "示例县财政局", "2021");
    assert_eq!(typed["keys"], "requests.granted.natural_person");
    assert_eq!(
        (typed["found"].as_str(), typed["expected"].as_str()),
        ("21", "12")
    );
    let total = demo.one("balance", "示例县审计局", "2022");
    assert_eq!(total["keys"], "requests.received.total");
    assert_eq!(
        (total["found"].as_str(), total["expected"].as_str()),
        ("14", "13")
    );
    let slip = demo.one("unit-slip", "示例县司法局", "2022");
    assert_eq!(
        (slip["keys"].as_str(), slip["severity"].as_str()),
        ("disclosure.fees.amount", "warning")
    );
    let carried: Vec<&Record> = (demo.findings.iter())
        .filter(|f| f["rule"] == "carry-over" && f["unit"] == "示例县民政局" && f["year"] == "2022")
        .collect();
    assert!(
        !carried.is_empty(),
        "balanced, but last year carried 2 over"
    );
    let told = demo.one("text-requests", "丁卯镇", "2022");
    assert_eq!(
        (told["found"].as_str(), told["expected"].as_str()),
        ("5", "2")
    );
    let version = demo.one("superseded", "辛未街道办事处", "2021");
    assert_eq!(version["severity"], "note");
    assert!(version["expected"].ends_with("辛未街道办事处（修订）.html"));
    demo.one("unit-missing", "己巳乡", "2022");
    let photo = demo
        .findings
        .iter()
        .find(|f| f["rule"] == "unreadable-file")
        .unwrap();
    assert!(photo["found"].ends_with("扫描件.xlsx") && photo["message"].contains("JPEG"));
}

#[test]
fn nothing_is_an_error_that_was_not_planted() {
    let demo = demo();
    let planted = [
        "示例县财政局 2021",
        "示例县审计局 2022",
        "示例县民政局 2022",
        "己巳乡 2022",
        "示例县 2021",
        "示例县 2022",
        " ",
    ];
    let others: Vec<String> = (demo.findings.iter())
        .filter(|f| f["severity"] == "error")
        .map(|f| format!("{} {}", f["unit"], f["year"]))
        .filter(|about| !planted.contains(&about.as_str()))
        .collect();
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn the_summary_names_who_is_missing_and_what_could_not_be_read() {
    let demo = demo();
    for words in [
        "示例县 2022  已报 12/13",
        "未报：己巳乡",
        "东至县 2020  已报 1/1",
        "扫描件.xlsx",
    ] {
        assert!(demo.out.contains(words), "{words}: {}", demo.out);
    }
    for name in [
        "示例县-2022.xlsx",
        "示例县-2022.html",
        "示例县-2022.docx",
        "东至县-2020.xlsx",
        "notices/示例县审计局.xlsx",
        "notices/示例县财政局-2021.xlsx",
    ] {
        assert!(demo.desk.path("out").join(name).is_file(), "{name}");
    }
    assert!(!demo.desk.path("out/东至县-2022.xlsx").exists());
    let inputs = records(&demo.desk.text("out/inputs.csv"));
    let ends = |end: &str| inputs.iter().filter(|r| r["end"] == end).count();
    let counts = ["used", "superseded", "not-a-report", "unreadable"].map(ends);
    assert_eq!(counts, [40, 1, 3, 1]);
    assert_eq!(counts.iter().sum::<usize>(), inputs.len());
}

#[test]
fn the_blanks_of_a_report_that_leaves_zeros_out_are_settled_or_said_to_be_open() {
    let demo = demo();
    let values = records(&demo.desk.text("out/values.csv"));
    let of_wuchen: Vec<&Record> = (values.iter())
        .filter(|r| r["unit"] == "戊辰镇" && r["year"] == "2020")
        .collect();
    assert_eq!(of_wuchen.len(), 198);
    let numbers = of_wuchen.iter().filter(|r| !r["value"].is_empty()).count();
    let blank = of_wuchen.iter().filter(|r| r["status"] == "blank").count();
    assert_eq!(numbers + blank, 198);
    let open = demo
        .findings
        .iter()
        .any(|f| f["rule"] == "blank-unsettled" && f["unit"] == "戊辰镇");
    assert_eq!(open, blank > 0);
}

//! The registry: mistakes are named by line, names find their unit, and units keep their line of descent.

use huizong::units::{Registry, Resolution, plain_name};

const TWO_COUNTIES: &str = "\
code,name,kind,parent,aliases,from,to
C,样例市,city,,,,
X,样例县,county,C,,,
Y,示范县,county,C,,,
X1,城关镇人民政府,township,X,,,
X2,大渡口镇,township,X,渡口乡,,2020
X2,渡口新镇,township,X,,2021,
X3,东乡,township,X,,,2020
X4,西乡,township,X,,,2020
X5,东西镇,township,X,东乡；X4,2021,
X6,河滨街道办事处,sub-district,X,,,
X7,样例县教育局,department,X,教体局,,
Y1,城关镇,township,Y,,,
Y2,南山镇,township,Y,,2022,
";

fn registry() -> Registry {
    Registry::parse("units.csv", TWO_COUNTIES).unwrap()
}

fn found(name: &str, year: Option<i32>) -> String {
    let registry = registry();
    let show = |index: usize| {
        let unit = &registry.units[index];
        format!("{}:{}", unit.code, unit.name)
    };
    match registry.resolve(name, year) {
        Resolution::Found(index) => show(index),
        Resolution::Ambiguous(all) => {
            let all: Vec<String> = all.into_iter().map(show).collect();
            format!("several {}", all.join(" "))
        }
        Resolution::Unknown { nearest } => {
            let all: Vec<String> = nearest.into_iter().map(show).collect();
            format!("none {}", all.join(" ")).trim_end().to_owned()
        }
    }
}

#[test]
fn the_spellings_of_one_name_find_one_unit() {
    for name in [
        "大渡口镇",
        "大渡口镇人民政府",
        "样例县大渡口镇",
        "样例大渡口镇",
        "某某省样例市样例县大渡口镇人民政府",
        " 大渡口 镇（本级）",
        "渡口乡",
    ] {
        assert_eq!(found(name, Some(2020)), "X2:大渡口镇", "{name}");
    }
    for name in ["河滨街道", "河滨街道办", "样例县河滨街道办事处"] {
        assert_eq!(found(name, None), "X6:河滨街道办事处", "{name}");
    }
    for name in ["教育局", "样例县教育局", "样例县教体局", "X7"] {
        assert_eq!(found(name, None), "X7:样例县教育局", "{name}");
    }
}

#[test]
fn a_name_borne_by_several_is_ambiguous_until_its_county_is_named() {
    assert_eq!(found("城关镇", None), "several X1:城关镇人民政府 Y1:城关镇");
    assert_eq!(found("样例县城关镇", None), "X1:城关镇人民政府");
    assert_eq!(found("示范县城关镇人民政府", None), "Y1:城关镇");
}

#[test]
fn an_unknown_name_comes_with_its_nearest_candidates() {
    assert_eq!(found("大度口镇", Some(2020)), "none X2:大渡口镇");
    assert_eq!(found("财政部", None), "none");
    assert_eq!(found("", None), "none");
    // A unit of another county is no unit of this one.
    assert!(found("示范县大渡口镇", Some(2020)).starts_with("none"));
}

#[test]
fn a_year_decides_between_the_lines_of_a_rename_and_of_a_merger() {
    assert_eq!(found("大渡口镇", Some(2022)), "X2:渡口新镇");
    assert_eq!(found("渡口新镇", Some(2019)), "X2:大渡口镇");
    assert_eq!(found("东乡", Some(2020)), "X3:东乡");
    assert_eq!(found("东乡", Some(2021)), "X5:东西镇");
}

#[test]
fn renamed_and_merged_units_are_one_line_with_a_note() {
    let registry = registry();
    let line = |name, year| match registry.resolve(name, Some(year)) {
        Resolution::Found(index) => registry.lineage(index).clone(),
        other => panic!("{name}: {other:?}"),
    };
    let renamed = line("大渡口镇", 2020);
    assert_eq!(
        (renamed.id.as_str(), renamed.name.as_str()),
        ("X2", "渡口新镇")
    );
    assert_eq!(renamed.note.zh, "大渡口镇2021年更名为渡口新镇");
    let merged = line("西乡", 2019);
    assert_eq!(merged, line("东西镇", 2022));
    assert_eq!((merged.id.as_str(), merged.name.as_str()), ("X5", "东西镇"));
    assert_eq!(merged.note.en, "东乡, 西乡 merged into 东西镇 in 2021");
    assert_ne!(merged.id, line("河滨街道", 2020).id);
}

#[test]
fn who_must_report_depends_on_the_year_and_never_includes_an_area_with_units() {
    let registry = registry();
    let codes = |area: &str, year| {
        (registry.expected(area, year).into_iter())
            .map(|index| registry.units[index].name.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        codes("X", 2020),
        "城关镇人民政府 大渡口镇 东乡 西乡 河滨街道办事处 样例县教育局"
    );
    assert_eq!(
        codes("X", 2021),
        "城关镇人民政府 渡口新镇 东西镇 河滨街道办事处 样例县教育局"
    );
    assert_eq!(codes("Y", 2021), "城关镇");
    assert_eq!(registry.expected("C", 2022).len(), 7);
    assert_eq!(registry.expected("", 2022), registry.expected("C", 2022));
    assert_eq!(registry.areas("county"), ["X", "Y"]);
    assert_eq!(registry.areas("city"), ["C"]);
    assert!(registry.areas("township").is_empty());
}

#[test]
fn a_county_without_units_below_it_reports_itself() {
    let registry = Registry::parse(
        "u.csv",
        "code,name,kind,parent\nC,甲市,city,\nX,乙县,county,C\n",
    )
    .unwrap();
    assert_eq!(registry.expected("C", 2020), [1]);
}

#[test]
fn every_mistake_is_named_by_its_line() {
    let head = "code,name,kind,parent,aliases,from,to\n";
    for (text, line, part) in [
        ("code,name\n1,甲镇\n", 1, "\"kind\" is missing"),
        ("code,name,kind,form\n1,甲镇,township,2020\n", 1, "\"form\""),
        (&format!("{head}1,甲镇,township,9,,,\n"), 2, "\"9\""),
        (
            &format!("{head}1,甲镇,town,,,,\n"),
            2,
            "unknown kind \"town\"",
        ),
        (&format!("{head}1,,township,,,,\n"), 2, "a name"),
        (
            &format!("{head}1,甲镇,township,,,,\n\n1,乙镇,township,,,,\n"),
            4,
            "\"1\" is taken",
        ),
        (
            &format!("{head}1,甲镇,township,,,,2021\n1,乙镇,township,,,2021,\n"),
            3,
            "taken",
        ),
        (&format!("{head}1,甲镇,township,,,2022,2020\n"), 2, "after"),
        (&format!("{head}1,甲镇,township,,,去年,\n"), 2, "去年"),
        (
            &format!("{head}9,丙镇,township,,,,\n1,甲县,county,2,,,\n2,乙县,county,1,,,\n"),
            3,
            "itself",
        ),
    ] {
        let error = Registry::parse("units.csv", text).unwrap_err();
        assert_eq!(error.line, line, "{text}{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.message().zh.is_empty());
    }
}

#[test]
fn headings_and_kinds_may_be_chinese_and_a_byte_order_mark_is_no_name() {
    let registry = Registry::parse(
        "u.csv",
        "\u{feff}代码,名称,类别,上级\n1,甲县,县,\n2,乙镇,乡镇,1\n",
    )
    .unwrap();
    assert_eq!(registry.units[1].kind, "township");
    assert_eq!(registry.expected("1", 2020), [1]);
}

#[test]
fn a_name_of_nothing_but_its_ending_is_kept() {
    assert_eq!(plain_name("人民政府"), "人民政府");
    assert_eq!(plain_name("Ａ镇　人民政府"), "A镇");
}

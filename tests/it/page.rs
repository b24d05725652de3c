//! Tests of: page.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use huizong::form::{Library, Measure};
use huizong::page;
use huizong::rollup::Dossier;
use huizong::text::Lang;
use scraper::{ElementRef, Html, Selector};

use super::sample;

fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn written(dossier: &Dossier, lang: Lang) -> Html {
    Html::parse_document(&page::write(dossier, Library::official(), lang))
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

fn all(html: &Html, css: &str) -> Vec<String> {
    html.select(&select(css)).map(words).collect()
}

/// The number a person reads in a cell, without its marks.
fn number(cell: ElementRef<'_>) -> String {
    let own = cell.children().filter_map(|c| c.value().as_text());
    own.map(|t| t.trim()).collect()
}

/// Writes 分 as 万元 the slow way, independent of the code under test.
fn wan(fen: i64) -> String {
    let exact = format!("{}.{:06}", fen / 1_000_000, fen % 1_000_000);
    let (_, part) = exact.split_once('.').unwrap();
    let mut part = part.to_owned();
    while part.len() > 2 && part.ends_with('0') {
        part.pop();
    }
    format!("{}.{part}", grouped(fen / 1_000_000))
}

/// Thousands separators, by another road than the code under test.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = (digits.as_bytes().rchunks(3).rev())
        .map(|three| std::str::from_utf8(three).unwrap())
        .collect();
    groups.join(",")
}

#[test]
fn every_official_cell_stands_once_with_its_sum() {
    for (year, cells) in [(2020, 198), (2022, 200)] {
        let dossier = sample::complete(year, &["甲镇", "乙镇", "丙镇"]);
        let latest = dossier.latest().unwrap();
        let html = written(&dossier, Lang::Zh);
        let shown: BTreeMap<String, String> = html
            .select(&select("table.official td[data-key]"))
            .map(|cell| (cell.attr("data-key").unwrap().to_owned(), number(cell)))
            .collect();
        assert_eq!(shown.len(), cells);
        for (info, total) in latest.form.keys.iter().zip(&latest.totals) {
            let sum = total.sum.unwrap();
            let expected = match info.measure {
                Measure::Count => grouped(sum),
                Measure::Fen => wan(sum),
            };
            assert_eq!(shown[&info.key], expected, "{}", info.key);
        }
    }
}

#[test]
fn a_sum_without_numbers_is_missing_and_a_short_one_says_so() {
    let mut dossier = sample::complete(2022, &["甲镇", "乙镇"]);
    let latest = dossier.years.last_mut().unwrap();
    latest.totals[0].sum = None;
    latest.totals[0].counted = 0;
    latest.totals[1].counted = 1;
    let (none, short) = (
        latest.form.keys[0].key.clone(),
        latest.form.keys[1].key.clone(),
    );
    let html = written(&dossier, Lang::Zh);
    assert_eq!(all(&html, &format!("td[data-key='{none}']")), ["缺"]);
    assert_eq!(
        all(&html, &format!("td[data-key='{short}'] small")),
        ["1/2"]
    );
}

#[test]
fn nothing_that_came_in_becomes_markup() {
    let dossier = sample::dossier();
    let html = written(&dossier, Lang::Zh);
    // The page's own script and nothing else.
    assert_eq!(html.select(&select("script")).count(), 1);
    assert_eq!(
        html.select(&select("img, iframe, object, embed, [onerror], [onclick]"))
            .count(),
        0
    );
    let names = all(&html, "#units-requests tbody th");
    assert!(names.iter().any(|n| n == sample::SCRIPT_UNIT), "{names:?}");
    let findings = all(&html, ".finding");
    assert!(
        findings
            .iter()
            .any(|f| f.contains("<img src=x onerror=alert(1)>"))
    );
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let text = page::write(&sample::dossier(), Library::official(), Lang::Zh);
    let html = Html::parse_document(&text);
    for attribute in ["src", "href", "srcset", "action", "data", "poster"] {
        for element in html.select(&select(&format!("[{attribute}]"))) {
            let to = element.attr(attribute).unwrap();
            assert!(to.starts_with('#') || to == "data:,", "{attribute}={to}");
        }
    }
    assert!(!text.contains("url(") && !text.contains("@import"));
    assert!(!text.contains("http://") && !text.contains("https://"));
    let policy = html
        .select(&select("meta[http-equiv='Content-Security-Policy']"))
        .next()
        .unwrap();
    let policy = policy.attr("content").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    // The policy forbids style attributes; one would be lost without a word.
    assert_eq!(html.select(&select("[style]")).count(), 0);
}

#[test]
fn the_page_is_laid_out_for_every_reader() {
    for (lang, code) in [(Lang::Zh, "zh-Hans"), (Lang::En, "en")] {
        let html = written(&sample::dossier(), lang);
        let root = html.root_element();
        assert_eq!(root.attr("lang"), Some(code));
        for css in [
            "header",
            "nav[aria-label]",
            "main#main",
            "footer",
            "h1",
            "title",
        ] {
            let expected = if css == "title" { "head > title" } else { css };
            assert_eq!(html.select(&select(expected)).count(), 1, "{css}");
        }
        let first = html.select(&select("body > *")).next().unwrap();
        assert_eq!(first.attr("href"), Some("#main"));
        headings_in_order(&html);
        ids_are_unique_and_resolved(&html);
        for table in html.select(&select("table")) {
            let headers = table.select(&select("th")).count();
            assert!(headers > 0, "{}", table.html());
            let unscoped = table.select(&select("th:not([scope])")).count();
            assert_eq!(unscoped, 0, "{}", table.html());
        }
        for chart in html.select(&select("svg")) {
            assert_eq!(chart.attr("role"), Some("img"));
            for css in ["title", "desc"] {
                let text = chart.select(&select(css)).next().map(words);
                assert!(text.is_some_and(|t| !t.is_empty()), "{}", chart.html());
            }
        }
    }
}

fn headings_in_order(html: &Html) {
    let mut before = 0;
    for heading in html.select(&select("h1, h2, h3, h4")) {
        let level = heading.value().name()[1..].parse::<u32>().unwrap();
        assert!(level <= before + 1, "{}", heading.html());
        before = level;
    }
}

fn ids_are_unique_and_resolved(html: &Html) {
    let mut ids = BTreeSet::new();
    for element in html.select(&select("[id]")) {
        assert!(
            ids.insert(element.attr("id").unwrap()),
            "{}",
            element.html()
        );
    }
    for element in html.select(&select("[aria-labelledby]")) {
        for id in element.attr("aria-labelledby").unwrap().split(' ') {
            assert!(ids.contains(id), "{id}");
        }
    }
    for link in html.select(&select("a[href^='#']")) {
        assert!(ids.contains(&link.attr("href").unwrap()[1..]));
    }
}

#[test]
fn missing_units_are_named_and_counted() {
    let html = written(&sample::dossier(), Lang::Zh);
    let lead = all(&html, "header .lead").concat();
    assert!(lead.contains("8/9"), "{lead}");
    assert_eq!(all(&html, "#coverage ul.names li"), [sample::MISSING_UNIT]);
    let row = html
        .select(&select("#units-requests tbody tr"))
        .find(|row| words(*row).starts_with(sample::MISSING_UNIT))
        .unwrap();
    let cells: Vec<_> = row.select(&select("td")).map(words).collect();
    assert_eq!(cells, ["未报"; 7]);
}

#[test]
fn statuses_are_marked_and_the_marks_explained() {
    let html = written(&sample::dossier(), Lang::Zh);
    let row = html
        .select(&select("#units-requests tbody tr"))
        .find(|row| words(*row).starts_with("青石镇"))
        .unwrap();
    let cells: Vec<_> = (row.select(&select("td")))
        .map(|c| (c.attr("data-status").unwrap().to_owned(), words(c)))
        .collect();
    let seen: Vec<_> = cells
        .iter()
        .map(|(s, w)| (s.as_str(), w.as_str()))
        .collect();
    assert_eq!(seen[0], ("blank", "空"));
    assert_eq!(seen[1], ("blank-as-zero", "0°"));
    assert_eq!(seen[2], ("not-applicable", "／"));
    assert_eq!(seen[3], ("unreadable", "？"));
    assert_eq!(seen[4], ("corrected", "12‡"));
    assert_eq!(seen[6], ("derived", "12†"));
    for (status, shown) in seen.iter().filter(|(s, _)| *s != "reported") {
        let mark = all(
            &html,
            &format!(".legend tr[data-status='{status}'] td:first-child"),
        );
        assert!(shown.ends_with(&mark[0]), "{status} {mark:?}");
    }
    let title = row.select(&select("td")).nth(4).unwrap().attr("title");
    let title = title.unwrap();
    assert!(
        title.contains("returns/unit-2.xlsx › 年度报告 › E"),
        "{title}"
    );
    assert!(title.ends_with("<b>x</b>"), "{title}");
}

#[test]
fn what_cannot_be_compared_has_no_change() {
    let dossier = sample::dossier();
    let html = written(&dossier, Lang::Zh);
    let mut seen = [0, 0];
    for row in html.select(&select("tr[data-key]")) {
        let key = row.attr("data-key").unwrap();
        let table = row
            .ancestors()
            .filter_map(ElementRef::wrap)
            .find(|e| e.value().name() == "table");
        let id = table.unwrap().attr("id").unwrap();
        let cells: Vec<_> = row.select(&select("td")).map(words).collect();
        let comparison = (dossier.comparisons.iter())
            .find(|c| {
                c.key == key && id.starts_with(&format!("compare-{}-{}", c.from_year, c.to_year))
            })
            .unwrap();
        seen[usize::from(comparison.comparable)] += 1;
        let refused = cells.iter().filter(|c| *c == "口径不可比").count();
        assert_eq!(
            refused,
            if comparison.comparable { 0 } else { 4 },
            "{id} {key} {cells:?}"
        );
        if comparison.comparable && comparison.measure == Measure::Count {
            let change = cells[2].replace('−', "-").replace(['+', ','], "");
            assert_eq!(
                change.parse().ok(),
                comparison.change,
                "{id} {key} {cells:?}"
            );
        }
    }
    assert!(seen[0] > 3 && seen[1] > 100, "{seen:?}");
}

#[test]
fn findings_stand_worst_unit_first() {
    let html = written(&sample::dossier(), Lang::Zh);
    let units: Vec<_> = html
        .select(&select(".findings > details"))
        .map(|d| {
            (
                d.attr("data-unit").unwrap().to_owned(),
                d.attr("open").is_some(),
            )
        })
        .collect();
    let names: Vec<_> = units.iter().map(|(n, open)| (n.as_str(), *open)).collect();
    assert_eq!(
        names,
        [
            ("", true),
            ("青石镇", true),
            ("城关镇", false),
            (sample::SCRIPT_UNIT, false)
        ]
    );
    let balance = all(&html, ".finding[data-rule='balance']").concat();
    assert!(balance.contains("收办平衡"), "{balance}");
    assert!(
        balance.contains("returns/unit-2.xlsx › 年度报告 › E27"),
        "{balance}"
    );
}

#[test]
fn rates_show_what_they_are_made_of() {
    let html = written(&sample::dossier(), Lang::Zh);
    let card = all(&html, ".figures li[data-rate]").concat();
    assert!(
        card.contains("45.69%") && card.contains("212 ÷ 464"),
        "{card}"
    );
    let rows = all(&html, "#rate-disclosure-rate tbody tr");
    assert!(
        rows[0].contains("42.86%") && rows[0].contains("基数小"),
        "{rows:?}"
    );
    assert!(
        rows[1].contains("缺") && rows[1].contains("0 ÷ 0"),
        "{rows:?}"
    );
}

#[test]
fn a_series_crosses_the_change_of_form_only_where_allowed() {
    let html = written(&sample::dossier(), Lang::Zh);
    let dossier = sample::dossier();
    let received: Vec<_> = (dossier.years.iter())
        .map(|s| s.total("requests.received.total").unwrap().sum.unwrap())
        .map(grouped)
        .collect();
    let described = all(&html, "#years-requests-received-total-d").concat();
    for (year, sum) in ["2020", "2021", "2022"].iter().zip(&received) {
        assert!(described.contains(&format!("{year} {sum}")), "{described}");
    }
    let fees = all(&html, "#years-disclosure-fees-amount-d").concat();
    assert!(fees.starts_with("2020 口径不可比；2021 "), "{fees}");
    // Denied is a sum of rows that both forms have.
    let denied = dossier.years[0]
        .total("requests.denied.total")
        .unwrap()
        .sum
        .unwrap();
    let described = all(&html, "#years-requests-denied-total-d").concat();
    assert!(
        described.starts_with(&format!("2020 {}；", grouped(denied))),
        "{described}"
    );
}

#[test]
fn a_merged_unit_is_one_line_over_the_years() {
    let dossier = sample::dossier();
    let html = written(&dossier, Lang::Zh);
    let row = html
        .select(&select("#units-years-requests-received-total tbody tr"))
        .find(|row| words(*row).starts_with(sample::MISSING_UNIT))
        .unwrap();
    let cells: Vec<_> = row.select(&select("td")).map(words).collect();
    let first = &dossier.years[0];
    let key = first.form.index("requests.received.total").unwrap();
    let both: i64 = [7, 8]
        .map(|at| first.members[at].values[key].number.unwrap())
        .iter()
        .sum();
    let expected = [&both.to_string(), "—", "未报", "2022年前为两个单位"];
    assert_eq!(cells, expected);
    let ranked = all(&html, "#rate-ranking tbody td");
    assert_eq!(ranked[1], "4. 县发展和改革局 12.00%");
    assert_eq!(&ranked[2..], ["4", "4"]);
}

#[test]
fn every_word_is_there_and_every_word_is_used() {
    let strings = include_str!("../../data/page/strings.toml");
    let names = huizong::words::Words::load("strings.toml", strings).unwrap();
    let names: BTreeSet<String> = names.names().map(str::to_owned).collect();
    let mut used = BTreeSet::new();
    for entry in std::fs::read_dir("src/page").unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        // Any quoted lower-case word that is the name of a text counts as its use.
        used.extend(
            source
                .split('"')
                .skip(1)
                .filter(|w| names.contains(*w))
                .map(str::to_owned),
        );
        for call in ["page.t(\"", "page.fill(\"", "words().get(\""] {
            for part in source.split(call).skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(
                    names.contains(name),
                    "{name} is not in data/page/strings.toml"
                );
            }
        }
    }
    let unused: Vec<_> = names.difference(&used).collect();
    assert_eq!(unused, Vec::<&String>::new());
}

#[test]
fn english_pages_have_no_chinese_but_names_and_data() {
    let mut dossier = sample::complete(2022, &["North"]);
    dossier.area.name = "Qinghe".into();
    dossier.rates.retain(|rate| rate.unit.is_none());
    let text = page::write(&dossier, Library::official(), Lang::En);
    let html = Html::parse_document(&text);
    for css in [
        "h1",
        "h2",
        "h3",
        "th",
        "nav",
        "header",
        "footer",
        "figcaption",
        "summary",
    ] {
        for shown in all(&html, css) {
            let chinese: String = shown
                .chars()
                .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
                .collect();
            assert_eq!(chinese, "", "{css}: {shown}");
        }
    }
}

#[test]
fn the_same_dossier_gives_the_same_page() {
    let page = |lang| page::write(&sample::dossier(), Library::official(), lang);
    assert_eq!(page(Lang::Zh), page(Lang::Zh));
    assert_ne!(page(Lang::Zh), page(Lang::En));
}

#[test]
fn one_unit_and_three_hundred_are_both_readable() {
    let names: Vec<String> = (0..300).map(|n| format!("单位{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for units in [&names[..1], &names[..]] {
        let html = written(&sample::complete(2022, units), Lang::Zh);
        assert_eq!(
            html.select(&select("#units-requests tbody tr")).count(),
            units.len()
        );
        let bars = html.select(&select("#requests-by-unit-f .n")).count();
        assert!(bars <= 2 * 16, "{bars}");
    }
    let empty = page::write(&Dossier::default(), Library::official(), Lang::Zh);
    assert!(empty.contains("没有可汇总的年度报告"));
}

/// Writes the page of the made-up county for `tools/check-page`, which opens it in a browser.
#[test]
fn a_page_to_look_at() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder).unwrap();
    let text = page::write(&sample::dossier(), Library::official(), Lang::Zh);
    std::fs::write(folder.join("sample.html"), &text).unwrap();
    assert!(text.len() < 1_500_000, "{} bytes", text.len());
}

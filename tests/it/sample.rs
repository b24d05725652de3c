//! A made-up county for the tests of what is written: three years across the change of form, a unit
//! that did not report, one that joined, values of every status, and names that try to be markup.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use huizong::batch::{End, Found, Input};
use huizong::finding::{Finding, Severity, Suggestion};
use huizong::form::{Display, Form, Library, Measure};
use huizong::grid::{CellRef, Place};
use huizong::report::{Matched, Narrative, Report, Scope as Whose, Status, Value};
use huizong::rollup::{
    Area, Comparison, Contribution, Dossier, Line, Made, Member, Movement, Ranking, Rate,
    RateRanking, Reconciled, Scope, Summary, Total,
};
use huizong::text::Text;

/// A unit whose name is markup.
pub const SCRIPT_UNIT: &str = "<script>alert(1)</script>镇";
/// The unit that did not report in the last year.
pub const MISSING_UNIT: &str = "远山乡";

const UNITS: [&str; 9] = [
    "城关镇",
    "河口镇",
    "青石镇",
    "白云街道办事处",
    "县发展和改革局",
    "县自然资源和规划局",
    "县市场监督管理局",
    MISSING_UNIT,
    SCRIPT_UNIT,
];

/// A county over three years with everything a page can show.
pub fn dossier() -> Dossier {
    over(&[2020, 2021, 2022], &UNITS, Some(MISSING_UNIT))
}

/// A county whose every unit reported in its only year.
pub fn complete(year: i32, units: &[&str]) -> Dossier {
    over(&[year], units, None)
}

fn over(years: &[i32], units: &[&str], missing: Option<&str>) -> Dossier {
    let last = years[years.len() - 1];
    let years: Vec<_> = (years.iter())
        .map(|year| {
            let missing = missing.filter(|_| *year == last);
            summary(*year, units, missing)
        })
        .collect();
    let comparisons = comparisons(&years);
    let rates = rates(&years);
    let mut dossier = Dossier {
        area: area(),
        years,
        comparisons,
        rates,
        made: Made {
            at: "2023-01-28 18:30".into(),
            from: "reports/".into(),
            by: "huizong 0.1.0".into(),
        },
        ..Dossier::default()
    };
    if missing.is_some() {
        dossier.findings = findings();
        dossier.inputs = inputs();
        dossier.rankings = rankings(&dossier);
        dossier.contributions = contributions();
        dossier.lines = lines(&dossier);
        dossier.rate_rankings = vec![RateRanking {
            id: "disclosure-rate".into(),
            label: Text::new("公开率", "Disclosure rate"),
            display: Display::Percent,
            year: 2022,
            ranked: vec![
                (1, "城关镇".into(), 80.5),
                (2, "河口镇".into(), 61.0),
                (3, "青石镇".into(), 44.44),
                (4, "县发展和改革局".into(), 12.0),
            ],
            small_base: 4,
        }];
        if let Some(latest) = dossier.years.last_mut() {
            latest.reconciled = reconciled();
        }
    }
    dossier
}

fn area() -> Area {
    Area {
        name: "清河县".into(),
        code: Some("330000".into()),
        kind: "county".into(),
    }
}

fn place(unit: usize, key: usize) -> Place {
    Place {
        file: format!("returns/unit-{unit}.xlsx").into(),
        sheet: "年度报告".into(),
        cell: CellRef::A1(key as u32, 4),
    }
}

/// Values that differ from key to key and unit to unit, so that a mix-up shows.
fn values(form: &Form, year: i32, unit: usize) -> Vec<Value> {
    (form.keys.iter().enumerate())
        .map(|(index, info)| {
            let seed = (index * 7 + unit * 13 + year as usize * 3) as i64;
            let number = match info.measure {
                Measure::Count => seed % 41,
                Measure::Fen => seed * 12_345_600 + 1_000,
            };
            Value {
                place: Some(place(unit, index)),
                raw: Some(number.to_string().into()),
                matched: Matched::Label,
                ..Value::reported(number)
            }
        })
        .collect()
}

fn member(form: &Arc<Form>, year: i32, unit: usize, name: &str, reports: bool) -> Member {
    let mut values = if reports {
        values(form, year, unit)
    } else {
        Vec::new()
    };
    // One value of every status in the third unit, on keys the page shows by unit.
    if unit == 2 && reports {
        for (column, status) in [
            ("natural_person", Status::Blank),
            ("business", Status::BlankAsZero),
            ("research", Status::NotApplicable),
            ("public_interest", Status::Unreadable),
            ("legal_service", Status::Corrected),
            ("total", Status::Derived),
        ] {
            if let Some(at) = form.index(&format!("requests.received.{column}")) {
                let number = if status == Status::BlankAsZero { 0 } else { 12 };
                values[at].settle(status, status.has_number().then_some(number));
                values[at].raw = Some("<b>x</b>".into());
            }
        }
    }
    let report = reports.then(|| {
        Arc::new(Report {
            file: format!("returns/unit-{unit}.xlsx").into(),
            form: form.clone(),
            unit: name.to_owned(),
            code: None,
            year: Some(year),
            scope: Whose::Own,
            values: values.clone(),
            narrative: Narrative::default(),
            revision: 0,
            findings: Vec::new(),
        })
    });
    Member {
        name: name.to_owned(),
        code: None,
        kind: "township".into(),
        expected: true,
        note: if unit == 1 {
            Text::new("由河口乡更名", "renamed from Hekou township")
        } else {
            Text::default()
        },
        report,
        values: values.into(),
    }
}

fn total(members: &[Member], parts: &[usize]) -> Total {
    let mut total = Total {
        expected: members.len(),
        ..Total::default()
    };
    for member in members {
        let numbers: Option<Vec<i64>> = (parts.iter())
            .map(|at| member.values.get(*at).and_then(|v| v.number))
            .collect();
        if let Some(numbers) = numbers {
            total.counted += 1;
            *total.sum.get_or_insert(0) += numbers.iter().sum::<i64>();
        }
    }
    total
}

fn summary(year: i32, units: &[&str], missing: Option<&str>) -> Summary {
    let form = Library::official().for_year(year).unwrap().clone();
    let members: Vec<_> = (units.iter().enumerate())
        .map(|(unit, name)| member(&form, year, unit, name, missing != Some(*name)))
        .collect();
    let totals = (0..form.keys.len())
        .map(|key| total(&members, &[key]))
        .collect();
    let derived = (form.derived.iter())
        .map(|d| total(&members, &d.parts))
        .collect();
    Summary {
        area: area(),
        year,
        form,
        members,
        totals,
        derived,
        consolidated: None,
        reconciled: Vec::new(),
    }
}

fn comparisons(years: &[Summary]) -> Vec<Comparison> {
    let mut rows = Vec::new();
    for pair in years.windows(2) {
        let crosswalk = (Library::official().crosswalk(&pair[0].form, &pair[1].form)).unwrap();
        for scope in [Scope::All, Scope::LikeForLike] {
            for line in &crosswalk.pairs {
                let side = |summary: &Summary, keys: &[usize]| {
                    let both: Vec<_> = (summary.members.iter().zip(&pair[1].members))
                        .filter(|(_, later)| scope == Scope::All || later.report.is_some())
                        .map(|(member, _)| member.clone())
                        .collect();
                    (!keys.is_empty()).then(|| total(&both, keys).sum).flatten()
                };
                let (from, to) = (side(&pair[0], &line.from), side(&pair[1], &line.to));
                let comparable = line.comparability.is_comparable();
                let change = from.zip(to).filter(|_| comparable).map(|(a, b)| b - a);
                rows.push(Comparison {
                    scope,
                    area: area().name,
                    key: line.key.clone(),
                    label: line.label.clone(),
                    measure: line.measure,
                    from_year: pair[0].year,
                    to_year: pair[1].year,
                    from,
                    to,
                    change,
                    percent: change.zip(from).filter(|(_, from)| *from != 0).map(
                        |(change, from)| (change as f64 * 10_000.0 / from as f64).round() / 100.0,
                    ),
                    comparable,
                    note: line.reason.clone(),
                });
            }
        }
    }
    rows
}

fn rates(years: &[Summary]) -> Vec<Rate> {
    let mut rates = Vec::new();
    for summary in years {
        for (unit, numerator, denominator) in [
            (None, 212, 464),
            (Some("城关镇"), 3, 7),
            (Some("青石镇"), 0, 0),
        ] {
            rates.push(Rate {
                id: "disclosure-rate".into(),
                label: Text::new("公开率", "Disclosure rate"),
                formula: Text::new(
                    "（予以公开＋部分公开）÷办理结果总计",
                    "(granted + partly) / concluded",
                ),
                year: summary.year,
                unit: unit.map(str::to_owned),
                numerator: Some(numerator),
                denominator: Some(denominator),
                display: Display::Percent,
                value: (denominator != 0).then(|| numerator as f64 * 100.0 / denominator as f64),
                small_base: denominator < 30,
            });
        }
    }
    rates
}

fn rankings(dossier: &Dossier) -> Vec<Ranking> {
    let latest = dossier.latest().unwrap();
    let key = "requests.received.total";
    let at = latest.form.index(key).unwrap();
    let mut ranked: Vec<_> = (latest.members.iter())
        .filter_map(|m| Some((0, m.name.clone(), m.values.get(at)?.number?)))
        .collect();
    ranked.sort_by_key(|(_, _, number)| -number);
    for (at, entry) in ranked.iter_mut().enumerate() {
        entry.0 = at as u32 + 1;
    }
    vec![Ranking {
        key: key.into(),
        label: Text::new("新收申请", "Requests received"),
        measure: Measure::Count,
        year: latest.year,
        ranked,
        quartiles: Some([8.0, 17.5, 27.0]),
        zeros: 1,
        concentration: Some([21.5, 55.25]),
    }]
}

/// Each unit one line; the last two as if they had been one unit until the last year.
fn lines(dossier: &Dossier) -> Vec<Line> {
    let last = dossier.years.len() - 1;
    let line = |unit: usize| Line {
        id: unit.to_string(),
        name: UNITS[unit].into(),
        note: Text::default(),
        members: vec![vec![unit]; last + 1],
    };
    let mut lines: Vec<_> = (0..UNITS.len() - 1).map(line).collect();
    if let Some(merged) = lines.last_mut() {
        merged.note = Text::new("2022年前为两个单位", "two units until 2022");
        merged.members[0].push(UNITS.len() - 1);
        merged.members[1].clear();
    }
    lines
}

fn contributions() -> Vec<(String, Vec<Contribution>)> {
    let part = |unit: &str, from, to, change, movement| Contribution {
        unit: unit.into(),
        from,
        to,
        change,
        movement,
        like_for_like: if movement == Movement::Stayed {
            change
        } else {
            0
        },
    };
    vec![(
        "requests.received.total".into(),
        vec![
            part("城关镇", Some(10), Some(45), 35, Movement::Stayed),
            part(MISSING_UNIT, Some(12), None, -12, Movement::Left),
            part(SCRIPT_UNIT, None, Some(4), 4, Movement::Joined),
        ],
    )]
}

fn reconciled() -> Vec<Reconciled> {
    vec![
        Reconciled {
            key: "requests.received.total".into(),
            published: Some(200),
            sum: Some(188),
            difference: Some(12),
            bound: true,
            note: Text::new("尚缺1个单位，差额应由其补齐", "one unit is missing"),
        },
        Reconciled {
            key: "requests.concluded.total".into(),
            published: Some(9),
            sum: Some(9),
            difference: Some(0),
            bound: false,
            note: Text::default(),
        },
    ]
}

fn findings() -> Vec<Finding> {
    let mut worst = Finding::new(
        "balance",
        Severity::Error,
        Text::new(
            "本年新收加上年结转为 54，办理结果总计加结转下年度为 45，相差 9；请核对原表",
            "received plus carried in is 54, concluded plus carried out is 45",
        ),
    )
    .about("青石镇", Some(2022))
    .key("requests.received.total")
    .at(Some(place(2, 26)))
    .saw("54", "45");
    worst.suggestion.push(Suggestion {
        key: "requests.received.total".into(),
        value: 45,
        reason: Text::new("改动最少", "the smallest change"),
    });
    vec![
        Finding::new(
            "published-within-total",
            Severity::Warning,
            Text::same("w1"),
        )
        .about("城关镇", Some(2022)),
        Finding::new(
            "text-period",
            Severity::Note,
            Text::same("<img src=x onerror=alert(1)>"),
        )
        .about(SCRIPT_UNIT, Some(2022)),
        worst,
        Finding::new(
            "unreadable-file",
            Severity::Error,
            Text::new("扫描件.pdf 无法读取", "cannot read"),
        ),
    ]
}

fn inputs() -> Vec<Input> {
    let input = |file: &str, end, why: &str, superseded_by: Option<&str>| Input {
        file: file.into(),
        end,
        why: Text::same(why),
        reports: if matches!(end, End::Used | End::Superseded) {
            vec![Found {
                unit: "青石镇".into(),
                code: None,
                year: Some(2022),
                form: "2021".into(),
                tally: [200, 0, 0, 0, 0, 0, 0],
                superseded_by: superseded_by.map(Into::into),
                identical: false,
            }]
        } else {
            Vec::new()
        },
    };
    vec![
        input("returns/unit-2.xlsx", End::Used, "", None),
        input(
            "returns/unit-2-old.xlsx",
            End::Superseded,
            "旧版",
            Some("returns/unit-2.xlsx"),
        ),
        input("returns/通知.docx", End::NotAReport, "没有三张表", None),
        input("returns/扫描件.pdf", End::Unreadable, "不支持的格式", None),
    ]
}

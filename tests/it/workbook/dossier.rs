//! A made-up county, computed here by plain additions.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;

use huizong::batch::{End, Found, Input};
use huizong::finding::{Finding, Severity, Suggestion};
use huizong::form::{Display, Form, Library, Measure};
use huizong::grid::{CellRef, Place};
use huizong::report::{Narrative, Report, Scope as Whose, Status, Value};
use huizong::rollup::{
    Area, Comparison, Contribution, Dossier, Made, Member, Movement, Ranking, Rate, Scope, Summary,
    Total, Values,
};
use huizong::text::Text;

/// A unit's name that would do harm if anything took it for more than a name.
pub const EVIL: &str = "=HYPERLINK(\"http://x\")";

/// Three years of a county with so many units; one of the last year's does not report.
pub fn county(units: usize) -> Dossier {
    let library = Library::official();
    let years: Vec<Summary> = [(2020, "2019"), (2021, "2021"), (2022, "2021")]
        .into_iter()
        .map(|(year, form)| summary(library.get(form).unwrap(), year, units))
        .collect();
    let form = library.get("2021").unwrap();
    let area = area();
    let evil = name(1);
    let comparisons = comparisons(&years, form);
    Dossier {
        comparisons,
        rates: vec![Rate {
            id: "disclosure-rate".into(),
            label: Text::new("公开率", "Disclosure rate"),
            formula: Text::new("（予以公开＋部分公开）÷办理结果总计", "granted / concluded"),
            year: 2022,
            unit: None,
            numerator: Some(31),
            denominator: Some(90),
            display: Display::Percent,
            value: Some(34.44),
            small_base: false,
        }],
        rankings: vec![ranking(&years[2])],
        contributions: vec![(
            "requests.received.total".into(),
            vec![Contribution {
                unit: name(0),
                from: Some(3),
                to: Some(9),
                change: 6,
                movement: Movement::Stayed,
                like_for_like: 6,
            }],
        )],
        findings: vec![
            Finding::new(
                "applicant-sum",
                Severity::Error,
                Text::new("合计与各列之和不符", "The total differs from its parts"),
            )
            .about(evil, Some(2022)),
        ]
        .into_iter()
        .map(|mut finding| {
            finding.suggestion.push(Suggestion {
                key: "requests.received.business".into(),
                value: 45,
                reason: Text::new("两位数字颠倒", "two digits swapped"),
            });
            finding
        })
        .collect(),
        inputs: (0..units)
            .map(|unit| Input {
                file: format!("上报/{}.xlsx", name(unit)).into(),
                end: End::Used,
                why: Text::default(),
                reports: vec![Found {
                    unit: name(unit),
                    code: None,
                    year: Some(2022),
                    form: "2021".into(),
                    tally: [0; 7],
                    superseded_by: None,
                    identical: false,
                }],
            })
            .collect(),
        made: Made {
            at: "2023-01-28 18:30".into(),
            from: "上报/".into(),
            by: "huizong 0.1.0".into(),
        },
        years,
        area,
        ..Dossier::default()
    }
}

fn area() -> Area {
    Area {
        name: "云溪县".into(),
        code: Some("430603".into()),
        kind: "county".into(),
    }
}

pub fn name(unit: usize) -> String {
    const NAMES: [&str; 6] = [
        "大渡口镇",
        EVIL,
        "铜锣镇",
        "县教育局",
        "县自然资源局",
        "松阳湖街道",
    ];
    match NAMES.get(unit) {
        Some(name) => (*name).to_owned(),
        None => format!("第{unit}镇"),
    }
}

fn summary(form: &Arc<Form>, year: i32, units: usize) -> Summary {
    let members: Vec<Member> = (0..units)
        .map(|unit| {
            let missing = year == 2022 && units > 1 && unit + 1 == units;
            member(form, year, unit, missing)
        })
        .collect();
    let total = |parts: &[usize]| {
        let whole: Vec<i64> = (members.iter())
            .filter_map(|m| {
                parts
                    .iter()
                    .map(|k| m.values.get(*k).and_then(|v| v.number))
                    .sum::<Option<i64>>()
            })
            .collect();
        let any = (members.iter())
            .flat_map(|m| parts.iter().filter_map(|k| m.values.get(*k)?.number))
            .fold(None, |sum: Option<i64>, n| Some(sum.unwrap_or(0) + n));
        Total {
            sum: any,
            counted: whole.len(),
            expected: members.len(),
        }
    };
    Summary {
        area: area(),
        year,
        totals: (0..form.keys.len()).map(|k| total(&[k])).collect(),
        derived: form.derived.iter().map(|d| total(&d.parts)).collect(),
        form: Arc::clone(form),
        members: members.clone(),
        consolidated: None,
        reconciled: Vec::new(),
    }
}

fn member(form: &Arc<Form>, year: i32, unit: usize, missing: bool) -> Member {
    let report = (!missing).then(|| Arc::new(report(form, year, unit)));
    Member {
        name: name(unit),
        code: Some(format!("4306031{unit:02}")),
        kind: "township".into(),
        expected: true,
        note: Text::default(),
        values: (report.as_ref())
            .map_or_else(Values::default, |report| Values::Own(Arc::clone(report))),
        report,
    }
}

/// A report whose numbers hold together: totals are added up here.
pub fn report(form: &Arc<Form>, year: i32, unit: usize) -> Report {
    let file: Arc<str> = format!("上报/{}.xlsx", name(unit)).into();
    let mut seed = (year as u64) * 1000 + unit as u64;
    let mut values: Vec<Value> = (form.keys.iter().enumerate())
        .map(|(k, info)| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = match info.measure {
                Measure::Count => (seed >> 33) as i64 % 12,
                Measure::Fen => (seed >> 33) as i64 % 1_000_000_000,
            };
            let mut value = Value::reported(number);
            value.raw = Some(number.to_string().into());
            value.place = Some(Place {
                file: Arc::clone(&file),
                sheet: "表三".into(),
                cell: CellRef::A1(k as u32, 3),
            });
            value
        })
        .collect();
    for equation in form.rules.iter().flat_map(|rule| rule.equations()) {
        if let Some((total, parts)) = equation.as_total() {
            let sum = parts.iter().filter_map(|t| values[t.key].number).sum();
            values[total].settle(Status::Reported, Some(sum));
        }
    }
    if unit == 0 {
        let at = |key: &str| form.index(key).unwrap();
        values[at("requests.received.research")].settle(Status::BlankAsZero, Some(0));
        values[at("requests.granted.total")].status = Status::Derived;
        values[at("appeals.review.other")].settle(Status::NotApplicable, None);
        values[at("appeals.review.other")].raw = Some("/".into());
        values[at("disclosure.coercion.decisions")].settle(Status::Unreadable, None);
        values[at("disclosure.coercion.decisions")].raw = Some("n/k".into());
        values[at("disclosure.penalties.decisions")].settle(Status::Blank, None);
        values[at("disclosure.licensing.decisions")].status = Status::Corrected;
    }
    Report {
        file,
        form: Arc::clone(form),
        unit: name(unit),
        code: None,
        year: Some(year),
        scope: Whose::Own,
        values,
        narrative: Narrative::default(),
        revision: 0,
        findings: Vec::new(),
    }
}

fn comparisons(years: &[Summary], form: &Form) -> Vec<Comparison> {
    let [_, from, to] = years else {
        return Vec::new();
    };
    (form.keys.iter())
        .map(|info| {
            let number = |summary: &Summary| summary.total(&info.key).and_then(|t| t.sum);
            let (from, to) = (number(from), number(to));
            Comparison {
                scope: Scope::All,
                area: "云溪县".into(),
                key: info.key.clone(),
                label: info.label.clone(),
                measure: info.measure,
                from_year: 2021,
                to_year: 2022,
                from,
                to,
                change: from.zip(to).map(|(from, to)| to - from),
                percent: None,
                comparable: true,
                note: Text::default(),
            }
        })
        .collect()
}

fn ranking(summary: &Summary) -> Ranking {
    let key = "requests.received.total";
    let index = summary.form.index(key).unwrap();
    let mut ranked: Vec<(u32, String, i64)> = (summary.members.iter())
        .filter_map(|m| Some((0, m.name.clone(), m.values.get(index)?.number?)))
        .collect();
    ranked.sort_by_key(|(_, _, number)| -number);
    for (at, line) in ranked.iter_mut().enumerate() {
        line.0 = at as u32 + 1;
    }
    Ranking {
        key: key.into(),
        label: Text::new("新收申请总计", "Requests received"),
        measure: Measure::Count,
        year: 2022,
        quartiles: Some([1.0, 2.0, 3.0]),
        zeros: 0,
        concentration: None,
        ranked,
    }
}

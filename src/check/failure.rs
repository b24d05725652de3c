//! A rule that failed → a finding that says where to look and what does not agree.

use crate::finding::Finding;
use crate::form::{Equation, Form, Measure, Relation, Rule, Term};
use crate::report::Report;
use crate::text::{Lang, Text};

use super::evaluate::{Instance, Outcome, Past, side};

/// The finding of one failed instance; none for rules about the text.
pub(super) fn finding(
    report: &Report,
    past: Option<Past<'_>>,
    outcome: &Outcome,
) -> Option<Finding> {
    let rule = outcome.rule_of(&report.form);
    match outcome.instance {
        Instance::Equation(_) => {
            let equation = outcome.equation_of(&report.form)?;
            Some(broken_equation(report, past, rule, equation))
        }
        Instance::Key(key) => Some(bad_value(report, past, rule, key)),
        Instance::Text => None,
    }
}

fn broken_equation(
    report: &Report,
    past: Option<Past<'_>>,
    rule: &Rule,
    equation: &Equation,
) -> Finding {
    let form = &report.form;
    let measure = (equation.terms().next()).map_or(Measure::Count, |t| form.keys[t.key].measure);
    let show = |terms: &[Term], constant| {
        side(terms, constant, report, past).map_or_else(String::new, |n| amount(n, measure))
    };
    let left = show(&equation.left, equation.left_constant);
    let right = show(&equation.right, equation.right_constant);
    let expected = match equation.relation {
        Relation::Equal => right.clone(),
        Relation::AtMost => format!("≤ {right}"),
        Relation::AtLeast => format!("≥ {right}"),
        Relation::BothOrNeither if left == "0" => "0".to_owned(),
        Relation::BothOrNeither => "> 0".to_owned(),
    };
    let of = instance_label(form, equation);
    let describe = |lang| {
        let sides = [
            words(form, &equation.left, equation.left_constant, lang),
            words(form, &equation.right, equation.right_constant, lang),
        ];
        (sides, rule.label.get(lang), rule.reason.get(lang))
    };
    let ([l, r], label, reason) = describe(Lang::Zh);
    let zh = format!(
        "{label}{}：{l} 为 {left}，{r} 为 {right}。{reason}。请核对这些单元格",
        bracket(&of.zh, Lang::Zh)
    );
    let ([l, r], label, reason) = describe(Lang::En);
    let en = format!(
        "{label}{}: {l} is {left}, {r} is {right}. {reason}. Check these cells",
        bracket(&of.en, Lang::En)
    );
    let mut finding = Finding::new(&rule.id, rule.severity, Text::new(zh, en))
        .about(&report.unit, report.year)
        .saw(left, expected);
    for term in equation.terms() {
        let Some(value) = report.values.get(term.key) else {
            continue;
        };
        if term.previous {
            for place in past.iter().flat_map(|past| past.places(term.key)) {
                finding = finding.at(Some(place));
            }
        } else {
            finding = finding.key(&form.keys[term.key].key);
            finding = finding.at(value.place.clone());
        }
    }
    finding
}

fn bad_value(report: &Report, past: Option<Past<'_>>, rule: &Rule, key: usize) -> Finding {
    let info = &report.form.keys[key];
    let value = &report.values[key];
    let shown = value
        .number
        .map_or_else(String::new, |n| amount(i128::from(n), info.measure));
    let before = past.and_then(|past| past.number(key));
    let expected = match (&rule.check, before) {
        (crate::form::Check::PowerOfTen, Some(before)) => {
            format!("≈ {}", amount(i128::from(before), info.measure))
        }
        _ => "≥ 0".to_owned(),
    };
    let message = Text::new(
        format!(
            "{}：{}为 {shown}，应为 {expected}。{}。请核对此单元格",
            rule.label.zh, info.label.zh, rule.reason.zh
        ),
        format!(
            "{}: {} is {shown}, expected {expected}. {}. Check this cell",
            rule.label.en, info.label.en, rule.reason.en
        ),
    );
    Finding::new(&rule.id, rule.severity, message)
        .about(&report.unit, report.year)
        .key(&info.key)
        .at(value.place.clone())
        .saw(shown, expected)
}

fn bracket(words: &str, lang: Lang) -> String {
    match (words.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Zh) => format!("（{words}）"),
        (false, Lang::En) => format!(" ({words})"),
    }
}

/// What an instance is about, in words: the part of the labels that its summands share.
pub(super) fn instance_label(form: &Form, equation: &Equation) -> Text {
    let shared = |lang: Lang| {
        let mut terms = equation.terms().map(|t| &form.keys[t.key]);
        let Some(first) = terms.next() else {
            return String::new();
        };
        let rest: Vec<_> = terms.collect();
        let block = form.block_of(equation.terms().next().map_or(0, |t| t.key));
        let same = |axis: usize| {
            rest.iter()
                .all(|i| i.at[..2] == first.at[..2] && i.at[axis] == first.at[axis])
        };
        let join = |axis: &crate::form::Axis| {
            (axis.path.iter().map(|t| t.get(lang)))
                .collect::<Vec<_>>()
                .join(" / ")
        };
        let mut words = Vec::new();
        if same(2) && block.rows.len() > 1 {
            words.push(join(&block.rows[first.at[2]]));
        }
        if same(3) && block.columns.len() > 1 {
            words.push(join(&block.columns[first.at[3]]));
        }
        words.retain(|w| !w.is_empty());
        words.join(" / ")
    };
    if equation.instance.is_empty() {
        return Text::default();
    }
    Text::new(shared(Lang::Zh), shared(Lang::En))
}

/// One side in words; a long sum is named by how many cells it has.
fn words(form: &Form, terms: &[Term], constant: i64, lang: Lang) -> String {
    const MOST: usize = 4;
    if terms.len() > MOST {
        return match lang {
            Lang::Zh => format!("{} 项之和", terms.len()),
            Lang::En => format!("the sum of {} cells", terms.len()),
        };
    }
    let mut words = String::new();
    for (at, term) in terms.iter().enumerate() {
        let sign = match (term.factor < 0, at) {
            (true, _) => "−",
            (false, 0) => "",
            (false, _) => "＋",
        };
        words.push_str(sign);
        if term.factor.unsigned_abs() != 1 {
            words.push_str(&format!("{}×", term.factor.unsigned_abs()));
        }
        let label = form.keys[term.key].label.get(lang);
        match (term.previous, lang) {
            (false, _) => words.push_str(&format!("“{label}”")),
            (true, Lang::Zh) => words.push_str(&format!("上年“{label}”")),
            (true, Lang::En) => words.push_str(&format!("last year's “{label}”")),
        }
    }
    if constant != 0 || terms.is_empty() {
        if !terms.is_empty() {
            words.push('＋');
        }
        words.push_str(&constant.to_string());
    }
    words
}

/// A number as people write it: a count as it is, money in 万元.
pub(super) fn amount(number: i128, measure: Measure) -> String {
    match measure {
        Measure::Count => number.to_string(),
        Measure::Fen => {
            let sign = if number < 0 { "-" } else { "" };
            let fen = number.unsigned_abs();
            let fraction = format!("{:06}", fen % 1_000_000);
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{sign}{}{point}{fraction}万元", fen / 1_000_000)
        }
    }
}

//! An area's own report against the sum of its units.

use super::adapt::{adapt, wrong_form};
use super::{Reconciled, Summary, Total};
use crate::finding::{Finding, Severity};
use crate::form::{KeyInfo, Library};
use crate::report::{Report, Value};
use crate::text::Text;

/// Key by key, what the area published against what its units add up to.
pub(super) fn reconcile(
    summary: &Summary,
    report: &Report,
    library: &Library,
    findings: &mut Vec<Finding>,
) -> Vec<Reconciled> {
    let form = &summary.form;
    let values = if report.form.id == form.id {
        report.values.clone()
    } else {
        let values = adapt(report, form, library);
        findings.push(wrong_form(report, summary.year, form, &values));
        values
    };
    (form.keys.iter().zip(&values).zip(&summary.totals))
        .map(|((info, value), total)| {
            let line = one(info, value, *total);
            findings.extend(finding(summary, info, value, &line));
            line
        })
        .collect()
}

fn one(info: &KeyInfo, value: &Value, total: Total) -> Reconciled {
    let difference = (value.number.zip(total.sum)).and_then(|(a, b)| a.checked_sub(b));
    let bound = !total.is_complete();
    let missing = total.expected.saturating_sub(total.counted);
    let note = match (value.number, total.sum, difference) {
        (None, ..) => Text::new(
            "公布的报告中没有这个数",
            "the published report has no such number",
        ),
        (_, None, _) => Text::new("各单位都没有这个数", "no unit has this number"),
        (_, _, None) => Text::new(
            "差额超出可表示的范围",
            "the difference cannot be represented",
        ),
        (.., Some(difference)) if bound && difference < 0 && !info.signed => Text::new(
            format!(
                "尚缺{missing}个单位的数，而已有之和已超过公布数{}",
                -i128::from(difference)
            ),
            format!(
                "{missing} units have no number yet, and the others already exceed the published one by {}",
                -i128::from(difference)
            ),
        ),
        (.., Some(difference)) if bound => Text::new(
            format!("尚缺{missing}个单位的数，差额{difference}应为它们之和"),
            format!(
                "{missing} units have no number yet; between them they should have the difference, {difference}"
            ),
        ),
        (.., Some(0)) => Text::new("一致", "equal"),
        (.., Some(difference)) => Text::new(
            format!("公布数与各单位之和相差{difference}"),
            format!("the published number differs from the units' sum by {difference}"),
        ),
    };
    Reconciled {
        key: info.key.clone(),
        published: value.number,
        sum: total.sum,
        difference,
        bound,
        note,
    }
}

/// A difference is a finding once every unit is in, or when the units that are in already exceed it.
fn finding(summary: &Summary, info: &KeyInfo, value: &Value, line: &Reconciled) -> Option<Finding> {
    let difference = line.difference?;
    let wrong = if line.bound {
        difference < 0 && !info.signed
    } else {
        difference != 0
    };
    if !wrong {
        return None;
    }
    let (area, note) = (&summary.area.name, &line.note);
    let show = |number: Option<i64>| number.map_or_else(String::new, |n| n.to_string());
    let message = Text::new(
        format!(
            "{area}公布的报告“{}”：{}；请核对两者",
            info.label.zh, note.zh
        ),
        format!("{area}'s own report, {}: {}; check both", info.key, note.en),
    );
    Some(
        Finding::new("reconciliation", Severity::Warning, message)
            .about(area, Some(summary.year))
            .key(&info.key)
            .at(value.place.clone())
            .saw(show(line.published), show(line.sum)),
    )
}

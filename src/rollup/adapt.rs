//! A report on another form than its year's, carried over as far as the crosswalk goes.

use crate::finding::{Finding, Severity};
use crate::form::{Crosswalk, Form, Library, Pair};
use crate::report::{Report, Status, Value};
use crate::text::Text;

/// The values of a report in the order of another form. What the crosswalk does not allow stays missing.
pub(super) fn adapt(report: &Report, form: &Form, library: &Library) -> Vec<Value> {
    let mut values = vec![Value::default(); form.keys.len()];
    let Some(crosswalk) = library.crosswalk(&report.form, form) else {
        return values;
    };
    for pair in comparable(&crosswalk) {
        let parts: Vec<&Value> = pair.from.iter().map(|key| &report.values[*key]).collect();
        match pair.to.as_slice() {
            [one] => values[*one] = sum(&parts),
            // Parts that cannot be negative and amount to nothing are nothing, each of them.
            several if several.iter().all(|key| !form.keys[*key].signed) => {
                let whole = sum(&parts);
                if whole.number == Some(0) {
                    for key in several {
                        values[*key] = Value {
                            status: Status::BlankAsZero,
                            ..whole.clone()
                        };
                    }
                }
            }
            _ => {}
        }
    }
    values
}

fn comparable(crosswalk: &Crosswalk) -> impl Iterator<Item = &Pair> {
    (crosswalk.pairs.iter()).filter(|pair| pair.comparability.is_comparable())
}

/// One value as it is; of several, the sum, where all have a number.
fn sum(parts: &[&Value]) -> Value {
    if let [one] = parts {
        return (*one).clone();
    }
    let total = parts
        .iter()
        .try_fold(0_i64, |total, part| total.checked_add(part.number?));
    match total {
        Some(total) => Value {
            status: Status::Derived,
            number: Some(total),
            place: parts.first().and_then(|part| part.place.clone()),
            ..Value::default()
        },
        None => Value::default(),
    }
}

/// The finding about a report on another form than its year's.
pub(super) fn wrong_form(report: &Report, year: i32, form: &Form, values: &[Value]) -> Finding {
    let keys: Vec<String> = (form.keys.iter().zip(values))
        .filter(|(_, value)| value.number.is_none())
        .map(|(info, _)| info.key.clone())
        .collect();
    let (unit, used, wanted) = (&report.unit, &report.form.name, &form.name);
    let (kept, lost) = (values.len() - keys.len(), keys.len());
    let message = Text::new(
        format!(
            "{unit}{year}年使用了“{}”，该年应使用“{}”：按对照表转入{kept}项，其余{lost}项没有数；请按该年格式重报",
            used.zh, wanted.zh
        ),
        format!(
            "{unit} reported {year} on \"{}\", the year's form is \"{}\": {kept} values were carried over by the crosswalk, {lost} are missing; ask for the report on the year's form",
            used.en, wanted.en
        ),
    );
    let place = report.values.iter().find_map(|value| value.place.clone());
    let mut finding = Finding::new("wrong-form", Severity::Error, message)
        .about(unit, Some(year))
        .at(place)
        .saw(&report.form.id, &form.id);
    finding.keys = keys;
    finding
}

//! `huizong template`: blank workbooks to hand out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::Ending;
use super::args::TemplateArgs;
use super::console::Console;
use super::failure::Failure;
use super::output::Folder;
use super::run::{self, Collected};
use super::settings::Settings;
use crate::batch;
use crate::check;
use crate::form::{Form, Library};
use crate::frame::store::Store;
use crate::report::{Report, Scope};
use crate::text::Text;
use crate::units::{Registry, Unit};
use crate::workbook::{self, Previous};

/// Numbers by key.
type Numbers = BTreeMap<String, i64>;

/// Writes one blank workbook for each unit, with what last year carried over where that is known.
pub(super) fn template(
    args: &TemplateArgs,
    settings: &Settings,
    console: &Console,
) -> Result<Ending, Failure> {
    let year = match args.year {
        Some(year) => year,
        None => i32::from(super::rollup::now()?.year()) - 1,
    };
    let form = form(&settings.library, year)?;
    let mut folder = Folder::prove(&args.output)?;
    let past = past(args, settings, console)?;
    let units = units(&past, year);
    if units.is_empty() {
        return Err(Failure::NoUnits);
    }
    let known = known(&past, &units, year, &form, &settings.every_form);
    let registered: Vec<Unit> = units.into_iter().map(|(_, unit)| unit).collect();
    let files = workbook::templates(&form, &registered, year, &known, settings.lang)
        .map_err(|error| Failure::Stage(Text::same(error.to_string())))?;
    let progress = console.progress(&Text::new("写入", "writing"), files.len());
    for (name, bytes) in &files {
        folder.write(name, bytes)?;
        progress.step();
    }
    drop(progress);
    folder.commit()?;
    let (count, filled, place) = (files.len(), known.len(), args.output.display());
    console.say(&Text::new(
        format!("{place}：{year} 年空白表 {count} 份，其中 {filled} 份已填上年结转"),
        format!("{place}: {count} blank workbooks for {year}, {filled} with last year's figures"),
    ));
    Ok(Ending::Clean)
}

/// The form that was named, else the one of the year.
fn form(library: &Library, year: i32) -> Result<Arc<Form>, Failure> {
    match (library.forms(), library.for_year(year)) {
        ([one], _) | (_, Some(one)) => Ok(Arc::clone(one)),
        (forms, None) => Err(Failure::NoSuchForm {
            asked: year.to_string(),
            there: forms.iter().map(|form| form.id.clone()).collect(),
        }),
    }
}

/// Who must report, and what is known of the years before.
struct Past {
    registry: Arc<Registry>,
    reports: Vec<Arc<Report>>,
}

fn past(args: &TemplateArgs, settings: &Settings, console: &Console) -> Result<Past, Failure> {
    let inputs: Vec<PathBuf> = if args.previous.is_empty() {
        settings.inputs.clone()
    } else {
        args.previous.clone()
    };
    let reading = Settings {
        // Last year's reports may be on another form than the one to be handed out.
        library: settings.every_form.clone(),
        units: args.units.clone().or_else(|| settings.units.clone()),
        inputs,
        ..settings.clone()
    };
    if reading.inputs.is_empty() {
        let gathered = batch::gather(&[], &[], settings.paths, Store::is_store);
        return Ok(Past {
            registry: Arc::new(run::registry(&reading, &gathered)?),
            reports: Vec::new(),
        });
    }
    let Collected {
        registry, batch, ..
    } = run::collect(&reading, std::slice::from_ref(&args.output), console)?;
    Ok(Past {
        registry,
        reports: batch.reports,
    })
}

/// Every unit that must report for the year, with its line in the registry; without a registry, every unit
/// that reported for the year before.
fn units(past: &Past, year: i32) -> Vec<(Option<usize>, Unit)> {
    let registry = &past.registry;
    if !registry.is_empty() {
        let expected = registry.expected("", year).into_iter();
        return expected
            .map(|line| (Some(line), registry.units[line].clone()))
            .collect();
    }
    (past.reports.iter())
        .filter(|report| is_last_years(report, year) && !report.unit.is_empty())
        .map(|report| {
            let unit = Unit {
                name: report.unit.clone(),
                ..Unit::default()
            };
            (None, unit)
        })
        .collect()
}

fn is_last_years(report: &Report, year: i32) -> bool {
    report.scope == Scope::Own && report.year == year.checked_sub(1)
}

/// Last year's numbers by unit, in the keys of the form; of units that were merged, their sums.
fn known(
    past: &Past,
    units: &[(Option<usize>, Unit)],
    year: i32,
    form: &Form,
    library: &Library,
) -> Previous {
    let mut known = Previous::new();
    for (line, unit) in units {
        let before: Vec<&Report> = match line {
            Some(line) => {
                let before = check::continued(&past.reports, *line, year, &past.registry);
                before.iter().map(|at| &*past.reports[*at]).collect()
            }
            None => (past.reports.iter().map(|report| &**report))
                .filter(|report| is_last_years(report, year) && report.unit == unit.name)
                .collect(),
        };
        let numbers = numbers(&before, form, library);
        // Of two units of one name nobody can say whose figures these are.
        let same_name = units.iter().filter(|(_, other)| other.name == unit.name);
        if !numbers.is_empty() && same_name.count() == 1 {
            known.insert(unit.name.clone(), numbers);
        }
    }
    known
}

/// The sums of reports in the keys of a form, as far as the crosswalk goes and all have a number.
fn numbers(reports: &[&Report], form: &Form, library: &Library) -> Numbers {
    let all: Vec<_> = (reports.iter())
        .map(|report| library.crosswalk(&report.form, form).map(|c| (*report, c)))
        .collect();
    let mut sums: Option<Numbers> = None;
    for one in all {
        let Some((report, crosswalk)) = one else {
            return Numbers::new();
        };
        let pairs = (crosswalk.pairs.iter()).filter(|pair| pair.comparability.is_comparable());
        let mine = pairs.filter_map(|pair| {
            let [to] = pair.to.as_slice() else {
                return None;
            };
            let number = (pair.from.iter())
                .try_fold(0_i64, |sum, at| sum.checked_add(report.values[*at].number?))?;
            (!pair.from.is_empty()).then(|| (form.keys[*to].key.clone(), number))
        });
        let mine: Numbers = mine.collect();
        sums = Some(match sums {
            None => mine,
            Some(sums) => (sums.into_iter())
                .filter_map(|(key, sum)| {
                    let sum = sum.checked_add(*mine.get(&key)?)?;
                    Some((key, sum))
                })
                .collect(),
        });
    }
    sums.unwrap_or_default()
}

//! A roll-up in passes over the slices of a run: first who has reported, then every area, as soon as all of it has gone by.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::args::YearRange;
use super::console::Console;
use super::failure::Failure;
use super::run::Collected;
use super::settings::Settings;
use super::slices::Run;
use crate::finding::{Finding, Severity};
use crate::rollup::{Book, Dossier, Options, Placed, Plan, Roster, Share, Whole};
use crate::text::Text;

/// A dossier to be made, from what has gone by of it.
#[derive(Debug)]
struct Sketch {
    plan: Plan,
    options: Options,
    /// What there is to say about the choice of areas.
    remarks: Arc<Vec<Finding>>,
    share: Option<Share>,
}

/// An area's dossier.
#[derive(Debug)]
pub(super) struct Task {
    main: Sketch,
    /// The area has nothing for the year asked for, and gets the last year it has: what is known of the others.
    behind: Option<Sketch>,
    /// The number of the last slice that anything of it stands in.
    last: u32,
    /// The year it is of, and whether that is the last one asked for.
    pub year: Option<i32>,
    pub is_last: bool,
}

impl Task {
    /// The area it is about.
    pub fn plan(&self) -> &Plan {
        &self.main.plan
    }

    fn sketches(&mut self) -> impl Iterator<Item = &mut Sketch> {
        [Some(&mut self.main), self.behind.as_mut()]
            .into_iter()
            .flatten()
    }
}

/// The dossiers to be made for some years; `as_asked` are of these years whether anything has been reported or not, else a
/// year gives way to the last one an area has reports for.
pub(super) fn tasks(
    roster: &Roster<'_>,
    years: &[Option<i32>],
    as_asked: bool,
    options: &Options,
    slice_of_line: &[u32],
) -> Vec<Task> {
    let of = |focus: Option<i32>| {
        let options = Options {
            focus,
            ..options.clone()
        };
        let (plans, remarks) = roster.plans(&options);
        (plans, Arc::new(remarks), options)
    };
    let mut earlier = BTreeMap::new();
    let mut tasks = Vec::new();
    for (at, focus) in years.iter().enumerate() {
        let (plans, remarks, options) = of(*focus);
        let behind = if as_asked {
            vec![None; plans.len()]
        } else {
            roster.behind(&plans, &options)
        };
        let last = roster.last_parts(&plans, slice_of_line);
        for ((plan, year), last) in plans.into_iter().zip(behind).zip(last) {
            let sketch = |plan: Plan, remarks: &Arc<Vec<Finding>>, options: &Options| Sketch {
                plan,
                options: options.clone(),
                remarks: Arc::clone(remarks),
                share: None,
            };
            let then = year.map(|year| &*earlier.entry(year).or_insert_with(|| of(Some(year))));
            let same = then.and_then(|(others, remarks, options)| {
                let other = others.iter().find(|other| other.is_same(&plan))?;
                Some(sketch(other.clone(), remarks, options))
            });
            let now = sketch(plan, &remarks, &options);
            let (main, behind) = match same {
                Some(same) => (same, Some(now)),
                None => (now, None),
            };
            tasks.push(Task {
                year: roster.last_year(&main.options),
                main,
                behind,
                last,
                is_last: at + 1 == years.len(),
            });
        }
    }
    tasks
}

/// Goes over all slices once more, and makes of every task's dossier what `make` does, several at once; `take` is given
/// what was made, with the number of its task.
///
/// # Errors
/// A store that cannot be read, or the first error of `make` or `take`.
pub(super) fn each_area<M: Send>(
    run: &mut Run,
    whole: Whole<'_>,
    placed: &Placed<'_>,
    mut tasks: Vec<Task>,
    (range, settings, console): (Option<YearRange>, &Settings, &Console),
    make: impl Fn(usize, Dossier) -> Result<M, Failure> + Sync,
    mut take: impl FnMut(usize, M) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let at_once = rayon::current_num_threads();
    run.again(settings, console, |slice| {
        slice.keep_years(range);
        add_shares(slice, whole, &mut tasks);
        let mut done: Vec<(usize, &mut Task)> = (tasks.iter_mut().enumerate())
            .filter(|(_, task)| task.last == slice.number)
            .collect();
        for few in done.chunks_mut(at_once) {
            let made: Vec<Result<M, Failure>> = (few.par_iter_mut())
                .map(|(at, task)| make(*at, finish(task, whole, placed)))
                .collect();
            for ((at, _), made) in few.iter().zip(made) {
                take(*at, made?)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// Adds what a slice has of every area.
fn add_shares(slice: &Collected, whole: Whole<'_>, tasks: &mut [Task]) {
    let (batch, lines) = (&slice.batch, slice.lines.as_deref());
    let mut books: BTreeMap<Option<i32>, Book<'_>> = BTreeMap::new();
    for sketch in tasks.iter_mut().flat_map(Task::sketches) {
        books.entry(sketch.options.focus).or_insert_with(|| {
            let (reports, findings) = (&batch.reports, &batch.findings);
            let (roster, library) = (whole.roster, whole.library);
            Book::new(reports, findings, lines, roster, library, &sketch.options)
        });
    }
    tasks.par_iter_mut().for_each(|task| {
        for sketch in task.sketches() {
            let book = &books[&sketch.options.focus];
            if !book.has(&sketch.plan) {
                continue;
            }
            let share = Share::of(book, &sketch.plan);
            match &mut sketch.share {
                Some(known) => known.add(share),
                none => *none = Some(share),
            }
        }
    });
}

fn finish(task: &mut Task, whole: Whole<'_>, placed: &Placed<'_>) -> Dossier {
    let mut dossier = finish_sketch(&mut task.main, whole, placed);
    if let Some(behind) = &mut task.behind {
        let behind = finish_sketch(behind, whole, placed);
        keep_later(&mut dossier, behind);
    }
    dossier
}

fn finish_sketch(sketch: &mut Sketch, whole: Whole<'_>, placed: &Placed<'_>) -> Dossier {
    let share =
        (sketch.share.take()).unwrap_or_else(|| whole.nothing(&sketch.plan, &sketch.options));
    share.finish(&whole, &sketch.plan, placed, &sketch.remarks)
}

/// What is known of the years without reports is not forgotten: who is missing, and that all are.
fn keep_later(dossier: &mut Dossier, behind: Dossier) {
    let Some(year) = dossier.latest().map(|summary| summary.year) else {
        return;
    };
    if let Some(silent) = behind.latest().filter(|summary| summary.expected() > 0) {
        let (name, n, focus) = (&dossier.area.name, silent.expected(), silent.year);
        let message = Text::new(
            format!("{name}{focus}年应报{n}个单位，尚无一份报告；以下为{year}年的汇总，请催报"),
            format!(
                "{name}: none of {n} units has reported for {focus} yet; this is the roll-up of {year}. Ask for the reports"
            ),
        );
        let finding = Finding::new("area-silent", Severity::Error, message);
        let reported = format!("0/{n}");
        dossier.findings.insert(
            0,
            finding
                .about(name, Some(focus))
                .saw(reported, n.to_string()),
        );
    }
    let later = behind.findings.into_iter();
    (dossier.findings).extend(later.filter(|finding| finding.year.is_some_and(|y| y > year)));
}

//! What a part of the reports gives to an area's dossier. The shares of all parts, put together in any order, are the
//! whole; the units' own reports are in it only where they are members of the area themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::areas::Plan;
use super::book::{Book, Year};
use super::both_ways::{self, Causes};
use super::compare::PairShare;
use super::lines::Identity;
use super::rates::{self, Quotient};
use super::summarise::{Part, parts};
use super::{Dossier, Options, Placed, Sums, ranking, summarise};
use super::{compare, distribute, lines, missing};
use crate::finding::Finding;
use crate::form::{Form, Library};
use crate::report::Report;

/// What some reports give to an area's dossier.
#[derive(Debug)]
pub struct Share {
    /// About its units, from entering their reports.
    findings: Vec<Finding>,
    pub(super) years: Vec<YearShare>,
    /// Each year against the one before, and last the last against the first where that is something else.
    pairs: Vec<PairShare>,
}

/// The same for one year.
#[derive(Debug)]
pub(super) struct YearShare {
    pub year: i32,
    pub form: Arc<Form>,
    pub sums: Sums,
    /// Units that had to report, or did.
    pub units: usize,
    /// Members by their line in the registry.
    pub members: BTreeMap<usize, Part>,
    pub consolidated: Option<Arc<Report>>,
    /// One for each indicator of the year's form.
    pub rates: Vec<Quotient>,
    /// By equation: the units whose total is not the sum of their parts.
    pub causes: Causes,
    /// Lines of the units that should have reported and did not.
    pub missing: Vec<usize>,
    /// Lines of the units that are not there any more; without a registry.
    pub gone: Vec<usize>,
}

impl Share {
    /// The share of a book's reports.
    pub fn of(book: &Book<'_>, plan: &Plan) -> Self {
        let about = |line: usize, year: Option<i32>| {
            distribute::holds(&book.roster.registry, &plan.extent, line, year)
        };
        let steps: Vec<_> = pairs(&book.years).collect();
        let (years, pairs) = rayon::join(
            || {
                (book.years.par_iter().enumerate())
                    .map(|(at, year)| {
                        let before = at.checked_sub(1).map(|at| &book.years[at]);
                        YearShare::of(book, plan, (before, year))
                    })
                    .collect()
            },
            || {
                (steps.par_iter())
                    .map(|(from, to, is_last)| PairShare::of(book, plan, (*from, *to), *is_last))
                    .collect()
            },
        );
        Self {
            findings: (book.findings.iter())
                .filter(|(line, finding)| about(*line, finding.year))
                .map(|(_, finding)| finding.clone())
                .collect(),
            years,
            pairs,
        }
    }

    /// Adds the share of another part.
    pub fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        for (year, more) in self.years.iter_mut().zip(other.years) {
            year.add(more);
        }
        for (pair, more) in self.pairs.iter_mut().zip(other.pairs) {
            pair.add(more);
        }
    }

    /// The dossier, once every part is in; `remarks` are those of [`Roster::plans`](super::Roster::plans).
    /// [`Dossier::made`] is left to the caller.
    pub fn finish(
        self,
        book: &Whole<'_>,
        plan: &Plan,
        placed: &Placed<'_>,
        remarks: &[Finding],
    ) -> Dossier {
        let taken: Vec<i32> = self.years.iter().map(|year| year.year).collect();
        let mut findings = placed.findings(plan, &taken);
        if plan.top {
            findings.extend_from_slice(remarks);
        }
        findings.extend(self.findings);
        for (at, year) in self.years.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| self.years[at].year);
            let is_focus = at + 1 == self.years.len();
            missing::missing(book, (before, year), is_focus, &mut findings);
        }
        let lines = lines::lines(book, &self.years);
        let forms: Vec<compare::Dated> = (self.years.iter())
            .map(|year| (year.year, Arc::clone(&year.form)))
            .collect();
        let (mut years, mut rates) = (Vec::new(), Vec::new());
        for mut year in self.years {
            let quotients = std::mem::take(&mut year.rates);
            let causes = std::mem::take(&mut year.causes);
            let summary = summarise::summarise(book, plan, year, &mut findings);
            both_ways::both_ways(book, &summary, &causes, &mut findings);
            rates.extend(rates::rates(&summary, &quotients, book.library));
            years.push(summary);
        }
        distribute::sort(&book.roster.registry, &mut findings);
        let (mut comparisons, mut contributions) = (Vec::new(), Vec::new());
        let ends: Vec<_> = pairs(&forms)
            .map(|(from, to, _)| (from.clone(), to.clone()))
            .collect();
        for ((from, to), pair) in ends.iter().zip(self.pairs) {
            let (rows, parts) = compare::finish(book, plan, (from, to), pair);
            comparisons.extend(rows);
            contributions.extend(parts);
        }
        let focus = years.last();
        Dossier {
            area: plan.area.clone(),
            comparisons,
            rankings: focus.map_or_else(Vec::new, ranking::rankings),
            rate_rankings: focus
                .map_or_else(Vec::new, |focus| ranking::rate_rankings(&rates, focus.year)),
            rates,
            lines,
            contributions,
            findings,
            inputs: placed.inputs(plan),
            years,
            ..Dossier::default()
        }
    }
}

/// What is known when every part is in.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'r> {
    /// Who reported.
    pub roster: &'r super::Roster<'r>,
    /// The forms.
    pub library: &'r Library,
}

impl Whole<'_> {
    /// The share of nothing, for the years taken.
    pub fn nothing(&self, plan: &Plan, options: &Options) -> Share {
        Share::of(
            &Book::new(&[], &[], Some(&[]), self.roster, self.library, options),
            plan,
        )
    }

    /// The name of a line of the registry.
    pub(super) fn name(&self, line: usize) -> &str {
        &self.roster.registry.units[line].name
    }
}

/// Each with the one before, the last of these marked; then the last with the first, where that is something else.
fn pairs<T>(years: &[T]) -> impl Iterator<Item = (&T, &T, bool)> {
    let last = years.len().saturating_sub(2);
    let steps = (years.windows(2).enumerate()).map(move |(at, w)| (&w[0], &w[1], at == last));
    let span = match years {
        [first, _, .., end] => Some((first, end, false)),
        _ => None,
    };
    steps.chain(span)
}

impl YearShare {
    fn of(book: &Book<'_>, plan: &Plan, (before, year): (Option<&Year>, &Year)) -> Self {
        let own = match &plan.extent {
            super::areas::Extent::Below(code) => year.consolidated.get(code),
            super::areas::Extent::Kind(_) => None,
        };
        Self {
            year: year.year,
            form: Arc::clone(&year.form),
            sums: plan.extent.sums(&book.roster.registry, year, &year.form),
            units: book.held(&plan.extent, year).count(),
            members: parts(book, plan, year),
            consolidated: own.map(Arc::clone),
            rates: rates::quotients(book, plan, year),
            causes: both_ways::causes(book, plan, year),
            missing: missing::lines(book, plan, year),
            gone: missing::gone(book, plan, (before, year)),
        }
    }

    fn add(&mut self, other: Self) {
        self.sums.merge(&other.sums);
        self.units += other.units;
        for (line, part) in other.members {
            match self.members.get_mut(&line) {
                Some(known) => known.add(part),
                None => {
                    self.members.insert(line, part);
                }
            }
        }
        if self.consolidated.is_none() {
            self.consolidated = other.consolidated;
        }
        for (quotient, more) in self.rates.iter_mut().zip(other.rates) {
            quotient.add(more);
        }
        for (equation, more) in other.causes {
            self.causes.entry(equation).or_default().extend(more);
        }
        self.missing.extend(other.missing);
        self.gone.extend(other.gone);
    }
}

impl Part {
    pub(super) fn identity(&self) -> &Identity {
        match self {
            Self::Unit { identity, .. } | Self::Area { identity, .. } => identity,
        }
    }
}

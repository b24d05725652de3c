//! A document → its reports.

use std::sync::Arc;

use super::assemble::{Sheet, assemble, years_only};
use super::clues::Clues;
use super::doubts::mixture;
use super::draft::Draft;
use super::flat::Flat;
use super::marks::{Mark, Marks};
use super::masked::masked;
use super::table::scan_again;
use super::vocabulary::Vocabulary;
use super::{Report, identity, narrative, record, tidy, wide};
use crate::files::{Document, Kind};
use crate::finding::{Finding, Severity, kind};
use crate::form::Library;
use crate::grid::Grid;
use crate::text::Text;

/// What a document turned out to hold.
#[derive(Debug, Default)]
pub struct Recognition {
    /// Its reports.
    pub reports: Vec<Report>,
    /// Findings that belong to no report.
    pub findings: Vec<Finding>,
    /// Why it is no report, where none was found.
    pub why_not: Option<Text>,
}

/// Recognises reports on the forms of one library. Make one and use it for every document.
#[derive(Debug, Clone)]
pub struct Recogniser {
    vocabulary: Arc<Vocabulary>,
}

/// Cells with a label of the form that a sheet must have to be judged on its own.
const WHOLE_SHEET: usize = 30;

/// Recognises the reports of one document. For many documents make a [`Recogniser`] once.
pub fn recognise(document: &Document, library: &Library) -> Recognition {
    Recogniser::new(library).recognise(document)
}

impl Recogniser {
    /// Prepares the labels of a library's forms.
    pub fn new(library: &Library) -> Self {
        Self {
            vocabulary: Arc::new(Vocabulary::new(library)),
        }
    }

    /// Recognises the reports of a document. Mobile and identity-card numbers in its words are masked.
    pub fn recognise(&self, document: &Document) -> Recognition {
        masked(self.find(document))
    }

    fn find(&self, document: &Document) -> Recognition {
        let mut result = Recognition::default();
        let file_clues = identity::of_file(&document.name);
        let mut drafts = self.drafts(document, &file_clues, &mut result.findings);
        for note in &document.notes {
            let severity = kind(note.rule).map_or(Severity::Note, |kind| kind.severity);
            let mut finding = Finding::new(note.rule, severity, note.message.clone());
            finding.places.extend(note.place.clone());
            result.findings.push(finding);
        }
        if drafts.is_empty() {
            result.why_not = Some(why_not(document));
            return result;
        }
        let single = drafts.len() == 1;
        for draft in &mut drafts {
            let mut clues = file_clues.clone();
            if !single {
                // A file of many reports is not named after one of them.
                clues = Clues::default();
                if draft.clues.best_year().is_none() {
                    clues = file_clues.clone();
                }
            }
            clues.consolidated = file_clues.consolidated && single;
            clues.revision = file_clues.revision;
            draft.clues.join(&clues);
        }
        result.reports = drafts
            .into_iter()
            .map(|d| d.finish(&document.name))
            .collect();
        result
    }

    fn drafts(&self, document: &Document, file: &Clues, findings: &mut Vec<Finding>) -> Vec<Draft> {
        let mut drafts = self.records(document, findings);
        let flats: Vec<(usize, Flat)> = (document.grids.iter().enumerate())
            .filter_map(|(at, grid)| {
                tidy::tidy(grid, &document.name, &self.vocabulary, file.best_year())
                    .map(|f| (at, f))
            })
            .collect();
        // A workbook that lists its values with their status is an export: its other sheets repeat them.
        if let Some(at) = flats
            .iter()
            .position(|(_, f)| f.drafts.iter().any(|d| d.settled))
        {
            let (_, flat) = flats.into_iter().nth(at).unwrap_or_else(|| (0, empty()));
            findings.extend(flat.findings);
            drafts.extend(flat.drafts);
            return drafts;
        }
        let mut used: Vec<usize> = Vec::new();
        for (at, flat) in flats {
            used.push(at);
            findings.extend(flat.findings);
            drafts.extend(flat.drafts);
        }
        for (at, grid) in document.grids.iter().enumerate() {
            if used.contains(&at) {
                continue;
            }
            if let Some(flat) = wide::wide(grid, &document.name, &self.vocabulary) {
                used.push(at);
                findings.extend(flat.findings);
                for mut draft in flat.drafts {
                    draft
                        .clues
                        .join(&years_only(&identity::of_sheet(&grid.name)));
                    drafts.push(draft);
                }
            }
        }
        drafts.extend(self.tables(document, &used, file));
        drafts
    }

    fn records(&self, document: &Document, findings: &mut Vec<Finding>) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for entry in &document.records {
            match record::read(entry, &document.name, &self.vocabulary) {
                Some(draft) => drafts.push(draft),
                None if document.records.len() > 1 => {
                    let message = Text::new(
                        format!("{} 不含年报指标，未采用", entry.path),
                        format!(
                            "{} has nothing of a report in it and was not taken",
                            entry.path
                        ),
                    );
                    findings.push(Finding::new("record-unknown", Severity::Warning, message));
                }
                None => {}
            }
        }
        drafts
    }

    /// Reports drawn as official tables.
    fn tables(&self, document: &Document, used: &[usize], file: &Clues) -> Vec<Draft> {
        let marks: Vec<Marks> = document
            .grids
            .iter()
            .map(|grid| Marks::of(grid, &self.vocabulary))
            .collect();
        let scores: Vec<Score> = (document.grids.iter().zip(&marks))
            .map(|(grid, marks)| self.score(grid, marks))
            .collect();
        let open = |at: &usize| !used.contains(at);
        let mut whole = Score::new(self.vocabulary.forms.len());
        for at in (0..scores.len()).filter(open) {
            whole.add(&scores[at]);
        }
        let words = narrative::of_document(document);
        let mut clues = Clues::default();
        let words: Vec<&narrative::Words> = words.iter().collect();
        let text = narrative::read(&words, &mut clues);
        let year = clues.best_year().or(file.best_year());
        let tied = self.choose(&whole, year);
        let Some(first) = tied.first().copied() else {
            return Vec::new();
        };
        let grids: Vec<usize> = (0..document.grids.len()).filter(open).collect();
        let names: Vec<Clues> = (document.grids.iter())
            .map(|grid| match document.kind {
                Kind::Workbook => identity::of_sheet(&grid.name),
                _ => Clues::default(),
            })
            .collect();
        let read = |main: usize| -> Vec<Sheet> {
            (grids.iter())
                .map(|at| {
                    let form = self.form_of_sheet(document, &names[*at], &scores[*at], main, year);
                    let found =
                        scan_again(&document.grids[*at], &marks[*at], &self.vocabulary, form);
                    Sheet::new(*at, form, found, names[*at].clone())
                })
                .collect()
        };
        // Forms that share all labels found differ in their structure: the one that leaves nothing over is meant.
        let mut parts = read(first);
        for other in &tied[1..] {
            let tried = read(*other);
            if Sheet::left_over(&tried) < Sheet::left_over(&parts) {
                parts = tried;
            }
        }
        let mut drafts = assemble(&self.vocabulary, document, &parts, &marks);
        if let [draft] = drafts.as_mut_slice() {
            draft.narrative.sentences.splice(0..0, text.sentences);
            if text.title.is_some() {
                draft.narrative.title = text.title;
            }
            draft.narrative.signed = text.signed.or(draft.narrative.signed.take());
            draft.clues.join(&clues);
        } else {
            for draft in &mut drafts {
                draft.clues.join(&years_only(&clues));
            }
        }
        for draft in &mut drafts {
            mixture(&self.vocabulary, &whole, draft, &marks, document);
        }
        drafts
    }

    fn score(&self, grid: &Grid, marks: &Marks) -> Score {
        let mut score = Score::new(self.vocabulary.forms.len());
        for row in 0..grid.rows() {
            for col in 0..grid.cols() {
                if let Mark::Label(term) = marks.own(row, col) {
                    let forms = self.vocabulary.forms_of(term);
                    score.labels += usize::from(forms != 0);
                    for (at, known) in score.known.iter_mut().enumerate() {
                        *known += usize::from(forms >> (at % 64) & 1 == 1);
                    }
                }
            }
        }
        score
    }

    /// The forms that know most labels; of several, the one of the year first, then the one added last.
    fn choose(&self, score: &Score, year: Option<i32>) -> Vec<usize> {
        let most = score.known.iter().copied().max().unwrap_or(0);
        if most < 2 {
            return Vec::new();
        }
        let mut best: Vec<usize> = (0..score.known.len())
            .rev()
            .filter(|f| score.known[*f] == most)
            .collect();
        let of_year =
            |f: usize| year.is_some_and(|y| self.vocabulary.forms[f].form.years.contains(y));
        best.sort_by_key(|f| !of_year(*f));
        best
    }

    /// The form of one sheet: its own where it is a whole report by itself, else the document's.
    fn form_of_sheet(
        &self,
        document: &Document,
        name: &Clues,
        score: &Score,
        main: usize,
        year: Option<i32>,
    ) -> usize {
        let on_its_own = document.kind == Kind::Workbook && score.labels >= WHOLE_SHEET;
        if !on_its_own {
            return main;
        }
        let named = name.best_year();
        let best = self.choose(score, named.or(year));
        if best.contains(&main) && named.is_none() {
            return main;
        }
        best.first().copied().unwrap_or(main)
    }
}

fn empty() -> Flat {
    Flat {
        drafts: Vec::new(),
        findings: Vec::new(),
    }
}

/// How many labels of each form stand in a grid.
#[derive(Debug, Clone)]
pub(super) struct Score {
    /// Cells that are a label of any form.
    pub labels: usize,
    /// Cells that are a label of each form.
    pub known: Vec<usize>,
}

impl Score {
    fn new(forms: usize) -> Self {
        Self {
            labels: 0,
            known: vec![0; forms],
        }
    }

    fn add(&mut self, other: &Self) {
        self.labels += other.labels;
        for (a, b) in self.known.iter_mut().zip(&other.known) {
            *a += b;
        }
    }
}

fn why_not(document: &Document) -> Text {
    if document.grids.is_empty() && document.records.is_empty() {
        Text::new("没有表格", "there is no table in it")
    } else {
        Text::new(
            "没有年报格式中的任何一张表",
            "none of its tables is a table of the form",
        )
    }
}

//! A document → its reports.

use std::sync::Arc;

use super::draft::Draft;
use super::identity::{self, Clues, Source};
use super::marks::{Mark, Marks};
use super::narrative::{self, Words};
use super::number::money_unit_in;
use super::read::UnitOfMoney;
use super::table::{Reason, Scan, Trouble, scan};
use super::value::Matched;
use super::vocabulary::Vocabulary;
use super::{Report, flat, record};
use crate::files::{Document, Kind};
use crate::finding::{Finding, Severity};
use crate::form::{Library, MoneyUnit};
use crate::grid::{Content, Grid};
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

    /// Recognises the reports of a document.
    pub fn recognise(&self, document: &Document) -> Recognition {
        let mut result = Recognition::default();
        let file_clues = identity::of_file(&document.name);
        let mut drafts = self.drafts(document, &file_clues, &mut result.findings);
        for note in &document.notes {
            let mut finding = Finding::new(note.rule, Severity::Note, note.message.clone());
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
        let flats: Vec<(usize, flat::Flat)> = (document.grids.iter().enumerate())
            .filter_map(|(at, grid)| {
                flat::tidy(grid, &document.name, &self.vocabulary, file.best_year())
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
            if let Some(flat) = flat::wide(grid, &document.name, &self.vocabulary) {
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
        let text = narrative::read(&words, &mut clues);
        let year = clues.best_year().or(file.best_year());
        let Some(main) = self.choose(&whole, year) else {
            return Vec::new();
        };
        let mut parts: Vec<Sheet> = Vec::new();
        for at in (0..document.grids.len()).filter(open) {
            let on_its_own = document.kind == Kind::Workbook && scores[at].labels >= WHOLE_SHEET;
            let form = if on_its_own {
                self.choose(
                    &scores[at],
                    identity::of_sheet(&document.grids[at].name)
                        .best_year()
                        .or(year),
                )
            } else {
                Some(main)
            };
            let labels = &self.vocabulary.forms[form.unwrap_or(main)];
            let grid = &document.grids[at];
            let found = scan(grid, &marks[at], labels);
            parts.push(Sheet::new(document, at, form.unwrap_or(main), found));
        }
        let mut drafts = self.assemble(document, &parts, &marks);
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
            self.mixture(&whole, draft, &marks, document);
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

    /// The form that knows most labels; of several, the one of the year, else the one added last.
    fn choose(&self, score: &Score, year: Option<i32>) -> Option<usize> {
        let most = score.known.iter().copied().max().filter(|n| *n >= 2)?;
        let best: Vec<usize> = (0..score.known.len())
            .filter(|f| score.known[*f] == most)
            .collect();
        let of_year =
            |f: &&usize| year.is_some_and(|y| self.vocabulary.forms[**f].form.years.contains(y));
        best.iter().rfind(of_year).or(best.last()).copied()
    }

    /// Puts the tables of all sheets together into reports: a table that is already there begins another report.
    fn assemble(&self, document: &Document, parts: &[Sheet], marks: &[Marks]) -> Vec<Draft> {
        let mut drafts: Vec<(usize, Draft)> = Vec::new();
        for part in parts {
            let grid = &document.grids[part.grid];
            for (segment, clues, text) in part.reports(document, grid) {
                if segment.found.is_empty() && segment.troubles.is_empty() {
                    continue;
                }
                let fits = |(form, draft): &(usize, Draft)| {
                    let free = segment
                        .found
                        .iter()
                        .all(|f| draft.values[f.key].is_none() || document.kind != Kind::Workbook);
                    let overlap = segment
                        .found
                        .iter()
                        .filter(|f| draft.values[f.key].is_some())
                        .count();
                    *form == part.form
                        && (free && overlap * 2 <= segment.found.len().max(1))
                        && draft.clues.agrees_with(&clues)
                };
                let at = match drafts.iter().rposition(fits) {
                    Some(at) => at,
                    None if segment.found.is_empty() && !drafts.is_empty() => drafts.len() - 1,
                    None => {
                        let form = self.vocabulary.forms[part.form].form.clone();
                        drafts.push((part.form, Draft::new(form)));
                        drafts.len() - 1
                    }
                };
                let draft = &mut drafts[at].1;
                draft.clues.join(&clues);
                draft.narrative.sentences.extend(text.sentences);
                draft.narrative.title = draft.narrative.title.take().or(text.title);
                draft.narrative.signed = text.signed.or(draft.narrative.signed.take());
                self.fill(draft, document, grid, &marks[part.grid], &segment);
            }
        }
        (drafts.into_iter())
            .map(|(_, draft)| draft)
            .filter(|draft| draft.filled() > 0)
            .collect()
    }

    fn fill(
        &self,
        draft: &mut Draft,
        document: &Document,
        grid: &Grid,
        marks: &Marks,
        scan: &Scan,
    ) {
        let stated = table_money(grid, marks, scan);
        for found in &scan.found {
            let (row, col) = grid.anchor(found.row, found.col);
            let content = grid.own(row, col);
            let place = grid.place(&document.name, found.row, found.col);
            if found.shared {
                let why = Text::new(
                    "与其他单元格合并，无法确定属于哪一项",
                    "merged with cells of other keys",
                );
                let form = draft.form.clone();
                draft.findings.push(super::read::unreadable(
                    &form, found.key, content, &place, &why,
                ));
                let raw = Some(content.to_string().into());
                let status = super::value::Status::Unreadable;
                draft.put_value(
                    found.key,
                    super::value::Value {
                        status,
                        raw,
                        place: Some(place),
                        matched: found.matched,
                        ..Default::default()
                    },
                );
                continue;
            }
            let money = found
                .unit
                .or(stated)
                .map_or(UnitOfMoney::Unknown, UnitOfMoney::Written);
            draft.put(found.key, content, place, found.matched, money);
        }
        fuzzy_note(draft, document, grid, scan);
        for trouble in &scan.troubles {
            let finding = self.trouble(draft, document, grid, trouble, scan);
            draft.findings.push(finding);
        }
    }

    fn trouble(
        &self,
        draft: &Draft,
        document: &Document,
        grid: &Grid,
        trouble: &Trouble,
        scan: &Scan,
    ) -> Finding {
        let label = grid.own(trouble.row, trouble.col).to_string();
        let table = trouble
            .table
            .map(|t| draft.form.tables[t].label.clone())
            .unwrap_or_default();
        let numbers: Vec<String> = (0..grid.cols())
            .map(|col| grid.own(trouble.row, col))
            .filter(|c| super::number::looks_like_number(c))
            .map(ToString::to_string)
            .collect();
        let (rule, severity, zh, en) = match trouble.reason {
            Reason::UnknownRow => (
                "row-unknown",
                Severity::Error,
                "不是格式中的行",
                "is no row of the form",
            ),
            Reason::AmbiguousRow => (
                "row-ambiguous",
                Severity::Error,
                "可能是几行中的任何一行",
                "could be several rows",
            ),
            Reason::NoLabel => ("row-unknown", Severity::Error, "没有行名", "has no label"),
            Reason::NoHeader => (
                "row-without-header",
                Severity::Error,
                "没有列名，无法确定各数属于哪一列",
                "has no column header that tells what its numbers are",
            ),
            Reason::Misaligned => (
                "row-misaligned",
                Severity::Error,
                "数字与列名没有对齐",
                "does not stand under the headers",
            ),
            Reason::Subtotal => {
                let parts = scan
                    .found
                    .iter()
                    .any(|f| f.row > trouble.row && f.row <= trouble.row + 2);
                let severity = if parts {
                    Severity::Note
                } else {
                    Severity::Error
                };
                (
                    "row-subtotal",
                    severity,
                    "是小计行，小计由程序计算，不读取",
                    "is a subtotal, which is computed and never read",
                )
            }
        };
        let message = Text::new(
            format!(
                "“{}”中的行“{label}”{zh}，其数字（{}）未采用；请对照格式更正",
                table.zh,
                numbers.join("、")
            ),
            format!(
                "in \"{}\" the row \"{label}\" {en}; its numbers ({}) were not taken: correct it after the form",
                table.en,
                numbers.join(", ")
            ),
        );
        Finding::new(rule, severity, message)
            .at(Some(grid.place(&document.name, trouble.row, trouble.col)))
            .saw(label, "a row of the form")
    }

    /// Labels of another form among those of the chosen one.
    fn mixture(&self, score: &Score, draft: &mut Draft, marks: &[Marks], document: &Document) {
        let Some(chosen) = self
            .vocabulary
            .forms
            .iter()
            .position(|f| Arc::ptr_eq(&f.form, &draft.form))
        else {
            return;
        };
        if score.known[chosen] == score.labels {
            return;
        }
        let mut strange: Vec<(String, crate::grid::Place)> = Vec::new();
        for (grid, marks) in document.grids.iter().zip(marks) {
            for row in 0..grid.rows() {
                for col in 0..grid.cols() {
                    if let Mark::Label(term) = marks.own(row, col) {
                        let forms = self.vocabulary.forms_of(term);
                        if forms != 0 && forms >> (chosen % 64) & 1 == 0 {
                            strange.push((
                                grid.own(row, col).to_string(),
                                grid.place(&document.name, row, col),
                            ));
                        }
                    }
                }
            }
        }
        let list = strange
            .iter()
            .take(5)
            .map(|(label, _)| label.trim())
            .collect::<Vec<_>>()
            .join("；");
        let message = Text::new(
            format!(
                "按“{}”读取，但有其他格式的栏目：{list}；其数字未采用，请换用正确的格式",
                draft.form.name.zh
            ),
            format!(
                "read as the {}, but labels of another form stand in it: {list}; their numbers were not taken: use the right form",
                draft.form.name.en
            ),
        );
        let mut finding = Finding::new("form-mixture", Severity::Warning, message)
            .saw(list, draft.form.id.clone());
        finding.places = strange
            .into_iter()
            .take(20)
            .map(|(_, place)| place)
            .collect();
        draft.findings.push(finding);
    }
}

fn empty() -> flat::Flat {
    flat::Flat {
        drafts: Vec::new(),
        findings: Vec::new(),
    }
}

fn years_only(clues: &Clues) -> Clues {
    let mut only = Clues::default();
    if let Some(year) = clues.best_year() {
        only.year(Source::Sentence, year, None);
    }
    only
}

/// How many labels of each form stand in a grid.
#[derive(Debug, Clone)]
struct Score {
    labels: usize,
    known: Vec<usize>,
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

/// What one sheet or table gave.
struct Sheet {
    grid: usize,
    form: usize,
    scan: Scan,
    clues: Clues,
}

impl Sheet {
    fn new(document: &Document, grid: usize, form: usize, scan: Scan) -> Self {
        let clues = if document.kind == Kind::Workbook {
            identity::of_sheet(&document.grids[grid].name)
        } else {
            Clues::default()
        };
        Self {
            grid,
            form,
            scan,
            clues,
        }
    }

    /// The reports in the sheet: where a key comes a second time after a title that names another unit or year, a new
    /// one begins.
    fn reports(&self, document: &Document, grid: &Grid) -> Vec<(Scan, Clues, super::Narrative)> {
        let titles: Vec<u32> = (0..grid.rows())
            .filter(|row| !self.scan.rows[*row as usize])
            .filter(|row| {
                (0..grid.cols()).any(|col| {
                    grid.own(*row, col).as_text().is_some_and(|t| {
                        identity::title(t).is_some_and(|(n, y)| !n.is_empty() || y.is_some())
                    })
                })
            })
            .collect();
        let mut cuts: Vec<u32> = Vec::new();
        for title in titles.iter().skip(1) {
            let from = cuts.last().copied().unwrap_or(0);
            let before: Vec<usize> = (self.scan.found.iter())
                .filter(|f| f.row >= from && f.row < *title)
                .map(|f| f.key)
                .collect();
            if self
                .scan
                .found
                .iter()
                .any(|f| f.row > *title && before.contains(&f.key))
            {
                cuts.push(*title);
            }
        }
        let mut starts = vec![0];
        starts.extend(&cuts);
        (starts.iter().enumerate())
            .map(|(at, start)| {
                let end = starts.get(at + 1).copied().unwrap_or(grid.rows());
                let inside = |row: u32| row >= *start && row < end;
                let scan = Scan {
                    found: self
                        .scan
                        .found
                        .iter()
                        .filter(|f| inside(f.row))
                        .copied()
                        .collect(),
                    troubles: self
                        .scan
                        .troubles
                        .iter()
                        .filter(|t| inside(t.row))
                        .copied()
                        .collect(),
                    rows: Vec::new(),
                };
                let mut clues = if starts.len() == 1 {
                    self.clues.clone()
                } else {
                    years_only(&self.clues)
                };
                let text = self.words(document, grid, *start, end, &mut clues);
                (scan, clues, text)
            })
            .collect()
    }

    fn words(
        &self,
        document: &Document,
        grid: &Grid,
        start: u32,
        end: u32,
        clues: &mut Clues,
    ) -> super::Narrative {
        let mut words: Vec<Words> = Vec::new();
        for row in (start..end).filter(|row| !self.scan.rows[*row as usize]) {
            for col in 0..grid.cols() {
                let Content::Text(text) = grid.own(row, col) else {
                    continue;
                };
                let place = grid.place(&document.name, row, col);
                let label: String = super::label::plain(text)
                    .chars()
                    .filter(|c| !c.is_whitespace())
                    .collect();
                beside(grid, row, col, &label, &place, clues);
                words.push(Words {
                    text: text.clone(),
                    place,
                });
            }
        }
        narrative::read(&words, clues)
    }
}

/// `填报单位` in one cell and the name in the next.
fn beside(
    grid: &Grid,
    row: u32,
    col: u32,
    label: &str,
    place: &crate::grid::Place,
    clues: &mut Clues,
) {
    let label = label.trim_end_matches([':', '：']);
    let words = super::words::Words::get();
    let next = (col + 1..grid.cols())
        .map(|c| grid.own(row, c))
        .find(|c| !c.is_empty());
    let Some(next) = next else { return };
    if words.unit_labels.iter().any(|l| l == label) {
        clues.name(Source::Field, &next.to_string(), Some(place.clone()));
    } else if words.year_labels.iter().any(|l| l == label)
        && let Some((year, ..)) = identity::find_year(&next.to_string())
    {
        clues.year(Source::Field, year, Some(place.clone()));
    }
}

/// `单位：万元` beside or above a table.
fn table_money(grid: &Grid, marks: &Marks, scan: &Scan) -> Option<MoneyUnit> {
    let first = scan.found.iter().map(|f| f.row).min()?;
    (0..=first)
        .flat_map(|row| (0..grid.cols()).map(move |col| (row, col)))
        .find_map(|(row, col)| {
            if marks.own(row, col) != Mark::Text {
                return None;
            }
            let text: String = super::label::plain(grid.own(row, col).as_text()?)
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect();
            let stated = text.contains("单位:") || text.contains("金额单位");
            (stated && text.chars().count() <= 20)
                .then(|| money_unit_in(&text))
                .flatten()
        })
}

fn fuzzy_note(draft: &mut Draft, document: &Document, grid: &Grid, scan: &Scan) {
    let fuzzy: Vec<_> = scan
        .found
        .iter()
        .filter(|f| f.matched == Matched::Fuzzy)
        .collect();
    let Some(first) = fuzzy.first() else { return };
    let rows: std::collections::BTreeSet<u32> = fuzzy.iter().map(|f| f.row).collect();
    let message = Text::new(
        format!("{} 行或列的名称有残缺，按相邻栏目推定；请核对", rows.len()),
        format!(
            "{} rows have damaged labels and were told by their neighbours; please confirm",
            rows.len()
        ),
    );
    let mut finding = Finding::new("label-damaged", Severity::Note, message).at(Some(grid.place(
        &document.name,
        first.row,
        first.col,
    )));
    finding.keys = fuzzy
        .iter()
        .map(|f| draft.form.keys[f.key].key.clone())
        .collect();
    draft.findings.push(finding);
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

//! Putting the tables of a document's sheets together into reports.

use super::clues::{Clues, Source};
use super::doubts::{fuzzy_note, row_left_out};
use super::draft::Draft;
use super::identity;
use super::marks::{Mark, Marks};
use super::narrative::{self, Words};
use super::number::money_unit_in;
use super::read::UnitOfMoney;
use super::table::Scan;
use super::vocabulary::Vocabulary;
use crate::files::{Document, Kind};
use crate::form::MoneyUnit;
use crate::grid::{Content, Grid};
use crate::text::Text;

/// Puts the tables of all sheets together into reports: a table that is already there begins another report.
pub(super) fn assemble(
    vocabulary: &Vocabulary,
    document: &Document,
    parts: &[Sheet],
    marks: &[Marks],
) -> Vec<Draft> {
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
                    let form = vocabulary.forms[part.form].form.clone();
                    drafts.push((part.form, Draft::new(form)));
                    drafts.len() - 1
                }
            };
            let draft = &mut drafts[at].1;
            draft.clues.join(&clues);
            draft.narrative.sentences.extend(text.sentences);
            draft.narrative.title = draft.narrative.title.take().or(text.title);
            draft.narrative.signed = text.signed.or(draft.narrative.signed.take());
            fill(draft, document, grid, &marks[part.grid], &segment);
        }
    }
    (drafts.into_iter())
        .map(|(_, draft)| draft)
        .filter(|draft| draft.filled() > 0)
        .collect()
}

fn fill(draft: &mut Draft, document: &Document, grid: &Grid, marks: &Marks, scan: &Scan) {
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
        let finding = row_left_out(draft, document, grid, trouble, scan);
        draft.findings.push(finding);
    }
}

/// The year of the clues and nothing else.
pub(super) fn years_only(clues: &Clues) -> Clues {
    let mut only = Clues::default();
    if let Some(year) = clues.best_year() {
        only.year(Source::Sentence, year, None);
    }
    only
}

/// What one sheet or table gave.
pub(super) struct Sheet {
    grid: usize,
    form: usize,
    scan: Scan,
    clues: Clues,
}

impl Sheet {
    /// How much of some sheets was not understood: rows left out, then cells not found.
    pub(super) fn left_over(sheets: &[Self]) -> (usize, std::cmp::Reverse<usize>) {
        let troubles = sheets.iter().map(|s| s.scan.troubles.len()).sum();
        let found = sheets.iter().map(|s| s.scan.found.len()).sum();
        (troubles, std::cmp::Reverse(found))
    }

    /// Takes what was found in a grid, with what the sheet's name says.
    pub(super) fn new(grid: usize, form: usize, scan: Scan, clues: Clues) -> Self {
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
        let words = self.words_beside(document, grid);
        let mut titles: Vec<u32> = (words.iter())
            .filter(|(_, _, words)| {
                identity::title_in(&words.plain).is_some_and(|(n, y)| !n.is_empty() || y.is_some())
            })
            .map(|(row, ..)| *row)
            .collect();
        titles.dedup();
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
                let from = words.partition_point(|(row, ..)| row < start);
                let to = words.partition_point(|(row, ..)| *row < end);
                let text = narrative_of(grid, &words[from..to], &mut clues);
                (scan, clues, text)
            })
            .collect()
    }

    /// The texts outside of the tables, with their cells, in reading order.
    fn words_beside(&self, document: &Document, grid: &Grid) -> Vec<(u32, u32, Words)> {
        let mut words = Vec::new();
        for row in (0..grid.rows()).filter(|row| !self.scan.rows[*row as usize]) {
            for col in 0..grid.cols() {
                if let Content::Text(text) = grid.own(row, col) {
                    let found = Words {
                        text: text.clone(),
                        plain: super::label::plain(text),
                        place: grid.place(&document.name, row, col),
                    };
                    words.push((row, col, found));
                }
            }
        }
        words
    }
}

/// What the words between two rows say.
fn narrative_of(grid: &Grid, words: &[(u32, u32, Words)], clues: &mut Clues) -> super::Narrative {
    for (row, col, words) in words {
        let label = super::label::squeezed(&words.plain);
        beside(grid, *row, *col, &label, &words.place, clues);
    }
    let words: Vec<&Words> = words.iter().map(|(.., words)| words).collect();
    narrative::read(&words, clues)
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
    let known = |labels: &[String]| labels.iter().any(|l| l == label);
    let (unit, year) = (known(&words.unit_labels), known(&words.year_labels));
    if !unit && !year {
        return;
    }
    let next = (col + 1..grid.cols())
        .map(|c| grid.own(row, c))
        .find(|c| !c.is_empty());
    let Some(next) = next else { return };
    if unit {
        clues.name(Source::Field, &next.to_string(), Some(place.clone()));
    } else if let Some((year, ..)) = identity::find_year(&next.to_string()) {
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
            let text = grid.own(row, col).as_text()?;
            // No other character is written 位 when it is simplified.
            if !text.contains('位') {
                return None;
            }
            let plain = super::label::plain(text);
            let text = super::label::squeezed(&plain);
            let stated = text.contains("单位:") || text.contains("金额单位");
            (stated && text.chars().count() <= 20)
                .then(|| money_unit_in(&text))
                .flatten()
        })
}

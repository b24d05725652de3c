//! What is said about rows and labels that were not taken as they stand.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::draft::Draft;
use super::marks::{Mark, Marks};
use super::recognise::Score;
use super::table::{Reason, Scan, Trouble};
use super::value::Matched;
use super::vocabulary::Vocabulary;
use crate::files::Document;
use crate::finding::{Finding, Severity};
use crate::grid::{Grid, Place};
use crate::text::Text;

/// The finding for a row with numbers that were not understood.
pub(super) fn row_left_out(
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
        .filter(|c| crate::report::number::looks_like_number(c))
        .map(ToString::to_string)
        .collect();
    let (rule, severity, zh, en) = match trouble.reason {
        Reason::Short => {
            let message = Text::new(
                format!(
                    "“{}”中的行“{label}”比表少单元格，其数字（{}）可能错位；请与原文件逐格核对",
                    table.zh,
                    numbers.join("、")
                ),
                format!(
                    "in \"{}\" the row \"{label}\" has fewer cells than the table, so that its numbers ({}) may stand in the wrong columns; compare them with the file",
                    table.en,
                    numbers.join(", ")
                ),
            );
            return Finding::new("row-short", Severity::Warning, message)
                .at(Some(grid.place(&document.name, trouble.row, trouble.col)))
                .saw(label, "a cell for every column");
        }
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
pub(super) fn mixture(
    vocabulary: &Vocabulary,
    score: &Score,
    draft: &mut Draft,
    marks: &[Marks],
    document: &Document,
) {
    let Some(chosen) = vocabulary
        .forms
        .iter()
        .position(|f| Arc::ptr_eq(&f.form, &draft.form))
    else {
        return;
    };
    if score.known[chosen] == score.labels {
        return;
    }
    let mut strange: Vec<(String, Place)> = Vec::new();
    for (grid, marks) in document.grids.iter().zip(marks) {
        for row in 0..grid.rows() {
            for col in 0..grid.cols() {
                if let Mark::Label(term) = marks.own(row, col) {
                    let forms = vocabulary.forms_of(term);
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
    let mut finding =
        Finding::new("form-mixture", Severity::Warning, message).saw(list, draft.form.id.clone());
    finding.places = strange
        .into_iter()
        .take(20)
        .map(|(_, place)| place)
        .collect();
    draft.findings.push(finding);
}

/// Says which labels were damaged and told by their neighbours.
pub(super) fn fuzzy_note(draft: &mut Draft, document: &Document, grid: &Grid, scan: &Scan) {
    let fuzzy: Vec<_> = scan
        .found
        .iter()
        .filter(|f| f.matched == Matched::Fuzzy)
        .collect();
    let Some(first) = fuzzy.first() else { return };
    let rows: BTreeSet<u32> = fuzzy.iter().map(|f| f.row).collect();
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

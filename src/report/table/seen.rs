//! Layouts repeat from report to report: what was found in one grid stands in every other that looks the same.
//!
//! A scan looks at the marks of all cells, at spans, at how many cells rows were given, and at the words of header rows; at
//! nothing else, unless a label is damaged. Where all of these are equal, so is what it finds.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use super::{Scan, scan};
use crate::grid::{Content, Grid, Span};
use crate::report::marks::{Mark, Marks};
use crate::report::vocabulary::Vocabulary;

/// Layouts that are remembered.
const REMEMBERED: usize = 24;
/// Cells of a grid that is worth remembering.
const LARGEST: usize = 20_000;

/// A grid that was scanned, as far as the scan looked at it.
struct Seen {
    vocabulary: Arc<Vocabulary>,
    form: usize,
    rows: u32,
    marks: Vec<Mark>,
    spans: Vec<Span>,
    given: Vec<u32>,
    /// The cells of the rows that are lines of a header.
    headers: Vec<(u32, Vec<Content>)>,
    scan: Scan,
}

thread_local! {
    static SEEN: RefCell<VecDeque<Seen>> = const { RefCell::new(VecDeque::new()) };
}

/// Finds every table of a form in a grid, as it was found where the same layout came before.
pub fn scan_again(grid: &Grid, marks: &Marks, vocabulary: &Arc<Vocabulary>, form: usize) -> Scan {
    let known = SEEN.with_borrow_mut(|seen| {
        let at = (seen.iter()).position(|s| s.is(grid, marks, vocabulary, form))?;
        let found = seen.remove(at)?;
        let scan = found.scan.clone();
        seen.push_front(found);
        Some(scan)
    });
    known.unwrap_or_else(|| {
        let (scan, looked) = scan(grid, marks, &vocabulary.forms[form]);
        if let Some(rows) = looked.filter(|_| marks.all().len() <= LARGEST) {
            let cells = |row: u32| {
                (0..grid.cols())
                    .map(|col| grid.own(row, col).clone())
                    .collect()
            };
            let seen = Seen {
                vocabulary: vocabulary.clone(),
                form,
                rows: grid.rows(),
                marks: marks.all().to_vec(),
                spans: grid.spans().to_vec(),
                given: (0..grid.rows()).map(|row| grid.given(row)).collect(),
                headers: rows.into_iter().map(|row| (row, cells(row))).collect(),
                scan: scan.clone(),
            };
            SEEN.with_borrow_mut(|all| {
                all.truncate(REMEMBERED - 1);
                all.push_front(seen);
            });
        }
        scan
    })
}

impl Seen {
    fn is(&self, grid: &Grid, marks: &Marks, vocabulary: &Arc<Vocabulary>, form: usize) -> bool {
        let given = || (0..grid.rows()).map(|row| grid.given(row));
        let mut cells = self.headers.iter().flat_map(|(row, cells)| {
            (cells.iter().zip(0..)).map(|(content, col)| (content, grid.own(*row, col)))
        });
        self.form == form
            && self.rows == grid.rows()
            && self.marks == marks.all()
            && self.spans == grid.spans()
            && self.given.iter().copied().eq(given())
            && cells.all(|(one, other)| one == other)
            && Arc::ptr_eq(&self.vocabulary, vocabulary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Library;
    use crate::grid::Addressing;

    fn grid(rows: &[&[&str]]) -> Grid {
        let rows = (rows.iter())
            .map(|row| row.iter().map(|words| Content::text(words)).collect())
            .collect();
        Grid::from_rows("表", Addressing::A1, rows)
    }

    #[test]
    fn a_layout_is_known_again_and_another_is_not_taken_for_it() {
        let vocabulary = Arc::new(Vocabulary::new(Library::official()));
        let form = vocabulary.forms.len() - 1;
        let header = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"];
        let report = |title: &str, unit: &str, label: &str, number: &str| {
            let money = ["信息内容", &format!("本年收费金额（{unit}）")].map(str::to_owned);
            let money: Vec<&str> = money.iter().map(String::as_str).collect();
            grid(&[
                &[title],
                &header,
                &[label, number, "0", "3"],
                &["行政规范性文件", "1", "0", "3"],
                &money,
                &["行政事业性收费", "5"],
            ])
        };
        let look = |grid: &Grid| {
            let marks = Marks::of(grid, &vocabulary);
            let known =
                SEEN.with_borrow(|seen| seen.iter().any(|s| s.is(grid, &marks, &vocabulary, form)));
            let again = scan_again(grid, &marks, &vocabulary, form);
            let (fresh, _) = scan(grid, &marks, &vocabulary.forms[form]);
            assert_eq!(format!("{again:?}"), format!("{fresh:?}"));
            (known, again)
        };
        let (known, first) = look(&report("甲镇2022年", "万元", "规章", "7"));
        assert!(!known && first.found.len() >= 7, "{first:?}");
        assert!(look(&report("乙乡2023年", "万元", "规章", "12")).0);
        // Another unit of money in a header, another row, a blank for a number.
        assert!(!look(&report("乙乡2023年", "元", "规章", "12")).0);
        assert!(!look(&report("乙乡2023年", "万元", "行政许可", "12")).0);
        assert!(!look(&report("乙乡2023年", "万元", "规章", "")).0);
        let mut merged = report("甲镇2022年", "万元", "规章", "7");
        merged.merge(2, 1, 1, 2);
        assert!(!look(&merged).0);
        // A damaged label is told by its own characters, and never remembered.
        let damaged = report("甲镇2022年", "万元", "规童", "7");
        assert!(!look(&damaged).0 && !look(&damaged).0);
        let other = Arc::new(Vocabulary::new(Library::official()));
        let grid = report("甲镇2022年", "万元", "规章", "7");
        let marks = Marks::of(&grid, &other);
        assert!(!SEEN.with_borrow(|seen| seen.iter().any(|s| s.is(&grid, &marks, &other, form))));
    }
}

//! Correction notices: what a unit is asked to check, on its own tables.

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::book::{amount, doubted_keys, told};
use super::finish::finished;
use super::official::{Drawing, finish, heading};
use super::sheet::{Cell, Column, Shown, lines, paper, put};
use super::theme::{self, Kind, Mark};
use super::words::Words;
use super::{WorkbookError, properties};
use crate::finding::{Finding, Severity};
use crate::report::{Report, Status};
use crate::text::Lang;

/// A notice to one unit, as the bytes of an xlsx file: first what to check, in sentences with the place
/// and the likely value and room for the answer; then the unit's own tables with the doubtful cells
/// marked, each with the finding as a comment.
///
/// # Errors
/// [`WorkbookError::Xlsx`] where a sheet would exceed what Excel can hold.
pub fn notice(
    report: &Report,
    findings: &[&Finding],
    lang: Lang,
) -> Result<Vec<u8>, WorkbookError> {
    let notice = Notice {
        report,
        findings: (findings.iter().copied())
            .filter(|finding| finding.severity != Severity::Note)
            .collect(),
        lang,
        words: Words::embedded(),
    };
    notice.write()
}

struct Notice<'a> {
    report: &'a Report,
    findings: Vec<&'a Finding>,
    lang: Lang,
    words: &'static Words,
}

impl Notice<'_> {
    fn say(&self, id: &'static str) -> &'static str {
        self.words.say(id, self.lang)
    }

    fn title(&self) -> String {
        let year = self
            .report
            .year
            .map_or_else(String::new, |year| year.to_string());
        let with = [("unit", self.report.unit.as_str()), ("year", year.as_str())];
        self.words.tell("notice-title", self.lang, &with)
    }

    fn write(&self) -> Result<Vec<u8>, WorkbookError> {
        let mut out = Workbook::new();
        out.set_properties(&properties(&self.title(), &self.report.unit, "")?);
        out.push_worksheet(self.sentences()?);
        for table in &self.report.form.tables {
            let drawing = Drawing::new(table, 2, self.lang);
            let doubtful = (drawing.key_cells())
                .any(|(key, _)| !self.doubts(&self.report.form.keys[key].key).is_empty());
            if doubtful {
                let name = (self.words.tables.get(&table.key)).map(|name| name.get(self.lang));
                let mut sheet = Worksheet::new();
                sheet.set_name(name.unwrap_or(&table.key))?;
                self.table(&mut sheet, &drawing)?;
                out.push_worksheet(sheet);
            }
        }
        Ok(finished(&out.save_to_buffer()?, &[], self.lang)?)
    }

    /// What to check, one line a finding, with room for the answer.
    fn sentences(&self) -> Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(self.say("notice"))?;
        sheet.set_screen_gridlines(false);
        sheet.write_string_with_format(0, 0, self.title(), &theme::title())?;
        sheet.set_row_height(0, 28)?;
        let count = self.findings.len().to_string();
        let with = [("n", count.as_str()), ("file", self.report.file.as_ref())];
        let opening = self.words.tell("notice-opening", self.lang, &with);
        let format = theme::paragraph(11.0);
        sheet.merge_range(1, 0, 1, 5, "", &format)?;
        put(&mut sheet, (1, 0), &Cell::text(&opening), &format)?;
        sheet.set_row_height(1, 18.0 * lines(&opening, 120.0) as f64 + 6.0)?;
        let columns = [
            Column::new(self.say("number"), 7.0, Kind::Plain),
            Column::new(self.say("finding"), 52.0, Kind::Long),
            Column::new(self.say("where"), 30.0, Kind::Long),
            Column::new(self.say("suggestion"), 34.0, Kind::Long),
            Column::new(self.say("right-value"), 16.0, Kind::Long),
            Column::new(self.say("remark"), 20.0, Kind::Long),
        ];
        for (col, column) in columns.iter().enumerate() {
            sheet.set_column_width(col as u16, column.width)?;
            sheet.write_string_with_format(2, col as u16, &column.header, &theme::header())?;
        }
        sheet.set_row_height(2, 24)?;
        let mut row = 3;
        for (number, finding) in self.findings.iter().enumerate() {
            let cells = self.line(number, finding);
            let mut tall = 1;
            for (col, (cell, column)) in cells.iter().zip(&columns).enumerate() {
                if let Shown::Text(words) = &cell.shown {
                    tall = tall.max(lines(words, column.width));
                }
                let format = theme::cell(column.kind, Mark::default());
                put(&mut sheet, (row, col as u16), cell, &format)?;
            }
            sheet.set_row_height(row, (15.0 * tall as f64 + 6.0).min(400.0))?;
            row += 1;
        }
        let closing = self.say("notice-closing");
        sheet.merge_range(row + 1, 0, row + 1, 5, "", &format)?;
        put(&mut sheet, (row + 1, 0), &Cell::text(closing), &format)?;
        sheet.set_row_height(row + 1, 18.0 * lines(closing, 120.0) as f64 + 6.0)?;
        sheet.set_print_area(0, 0, row + 1, 5)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        paper(&mut sheet, &self.title(), self.lang);
        Ok(sheet)
    }

    fn line(&self, number: usize, finding: &Finding) -> Vec<Cell> {
        let form = &self.report.form;
        let suggestions: Vec<String> = (finding.suggestion.iter())
            .map(|s| {
                let label = form
                    .label(&s.key, self.lang)
                    .unwrap_or_else(|| s.key.clone());
                let value = amount(form, &s.key, s.value, self.lang);
                format!("{label} → {value}\n{}", s.reason.get(self.lang))
            })
            .collect();
        let places: Vec<String> = (finding.places.iter().take(6))
            .map(|p| format!("{} · {}", p.sheet, p.cell))
            .collect();
        vec![
            Cell::number(number as i64 + 1),
            Cell::text(finding.message.get(self.lang)),
            Cell::text(places.join("\n")),
            Cell::text(suggestions.join("\n")),
            Cell::empty(),
            Cell::empty(),
        ]
    }

    fn doubts(&self, key: &str) -> Vec<&Finding> {
        (self.findings.iter().copied())
            .filter(|finding| doubted_keys(finding).contains(&key))
            .collect()
    }

    /// The unit's own table as it was understood, the doubtful cells marked.
    fn table(&self, sheet: &mut Worksheet, drawing: &Drawing) -> Result<(), XlsxError> {
        sheet.set_screen_gridlines(false);
        heading(
            sheet,
            drawing.table.label.get(self.lang),
            drawing.last_col(),
        )?;
        drawing.draw(sheet, |key| {
            let info = &self.report.form.keys[key];
            let kind = Kind::people(info.measure);
            let value = &self.report.values[key];
            let doubts = self.doubts(&info.key);
            let cell = match (value.number, value.status) {
                (Some(number), _) => Cell::amount(number, kind),
                (None, Status::Blank) => Cell::empty(),
                (None, _) => Cell::text(value.raw.as_deref().unwrap_or("—")),
            };
            let said: Vec<String> = (doubts.iter())
                .map(|finding| told(&self.report.form, finding, self.lang))
                .collect();
            let mark = Mark {
                suspected: !doubts.is_empty(),
                ..Mark::default()
            };
            let note = (!said.is_empty()).then(|| said.join("\n\n"));
            (cell.noted(note), theme::official_value(kind, mark))
        })?;
        let row = drawing.below() + 1;
        let words = self.say("notice-legend");
        sheet.write_string_with_format(row, 0, words, &theme::note_line())?;
        finish(sheet, drawing, row);
        paper(sheet, &self.title(), self.lang);
        Ok(())
    }
}

//! The manifest: what became of every file.

use std::io::{self, Write};

use super::{guarded, optional};
use crate::batch::{Found, Input};
use crate::report::Status;
use crate::text::Lang;

/// Writes `inputs.csv`: one line per report found, and one for a file without any.
///
/// `end` is the file's; `report` counts the reports of a file from 1 and is 0 for a file without any,
/// so that the lines where it is 0 or 1 are the files. One column per status tells how many of the
/// report's values have it.
///
/// # Errors
/// Whatever the writer answers.
pub fn manifest_csv(out: impl Write, inputs: &[Input], lang: Lang) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut header = vec![
        "file",
        "end",
        "report",
        "unit",
        "year",
        "form",
        "superseded_by",
    ];
    header.extend(Status::ALL.map(Status::as_str));
    header.push("why");
    csv.write_record(&header)?;
    for input in inputs {
        if input.reports.is_empty() {
            csv.write_record(line(input, 0, None, lang))?;
        }
        for (index, found) in input.reports.iter().enumerate() {
            csv.write_record(line(input, index + 1, Some(found), lang))?;
        }
    }
    csv.flush()
}

fn line(input: &Input, number: usize, found: Option<&Found>, lang: Lang) -> Vec<String> {
    let mut line = vec![
        guarded(&input.file).into_owned(),
        input.end.as_str().to_owned(),
        number.to_string(),
        found.map_or_else(String::new, |f| guarded(&f.unit).into_owned()),
        optional(found.and_then(|f| f.year)),
        found.map_or_else(String::new, |f| guarded(&f.form).into_owned()),
        (found.and_then(|f| f.superseded_by.as_deref()))
            .map_or_else(String::new, |by| guarded(by).into_owned()),
    ];
    for status in Status::ALL {
        line.push(optional(found.map(|f| f.tally[status as usize])));
    }
    line.push(guarded(input.why.get(lang)).into_owned());
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::batch::End;
    use crate::text::Text;

    #[test]
    fn files_are_the_lines_whose_report_is_nought_or_one() {
        let found = |unit: &str| Found {
            unit: unit.into(),
            code: None,
            year: Some(2022),
            form: "2021".into(),
            tally: [190, 0, 10, 0, 0, 0, 0],
            superseded_by: None,
            identical: false,
        };
        let inputs = [
            Input {
                file: Arc::from("a.xlsx"),
                end: End::Used,
                why: Text::default(),
                reports: vec![found("甲镇"), found("乙镇")],
            },
            Input {
                file: Arc::from("b.pdf"),
                end: End::Unreadable,
                why: Text::same("PDF"),
                reports: Vec::new(),
            },
        ];
        let mut out = Vec::new();
        manifest_csv(&mut out, &inputs, Lang::Zh).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "file,end,report,unit,year,form,superseded_by,reported,blank,blank-as-zero,derived,not-applicable,unreadable,corrected,why\n\
             a.xlsx,used,1,甲镇,2022,2021,,190,0,10,0,0,0,0,\n\
             a.xlsx,used,2,乙镇,2022,2021,,190,0,10,0,0,0,0,\n\
             b.pdf,unreadable,0,,,,,,,,,,,,PDF\n"
        );
    }
}

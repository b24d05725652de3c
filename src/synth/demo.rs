//! `data/demo/`: a small made-up county to try, with mistakes planted in it, and one real town's figures.
//!
//! What is in it stands in `data/synth.toml`, under `demo`.

use std::path::Path;

use super::data::{Demo, Number, data};
use super::paper::{Paper, Section};
use super::sheet::{Sheet, SheetCell, one_sheet};
use super::write::{Format, SynthError, registry_csv, save};
use super::write_xlsx::xlsx;
use super::{MadeUp, Options, Planted, county, county_registry};
use crate::form::Library;
use crate::report::Day;
use crate::units::{Registry, Unit};

/// One file of the demo.
#[derive(Debug, Clone)]
pub struct DemoFile {
    /// Its path inside the folder, with `/`.
    pub path: String,
    /// Its bytes. For a converted file, those of the workbook it is converted from.
    pub bytes: Vec<u8>,
    /// It has to be converted from xlsx into the format of its ending by an office program; the folder
    /// holds the conversion.
    pub converted: bool,
    /// The report in it, with the truth and with what was planted.
    pub made: Option<MadeUp>,
}

/// Writes the demo but for the converted files.
///
/// # Errors
/// The first file that could not be written.
pub fn demo(dir: &Path) -> Result<usize, SynthError> {
    let files = demo_files()?;
    for file in files.iter().filter(|file| !file.converted) {
        save(&dir.join(&file.path), &file.bytes)?;
    }
    Ok(files.len())
}

/// Every file of the demo, the workbooks to be converted included.
///
/// # Errors
/// A workbook that could not be made.
pub fn demo_files() -> Result<Vec<DemoFile>, SynthError> {
    let demo = &data().demo;
    let options = Options {
        counties: 1,
        units: demo.units,
        from: demo.from,
        to: demo.to,
        seed: demo.seed,
        mistakes: 0,
        changes: true,
    };
    let mut registry = county_registry(&options, 0).units;
    registry.extend(real_units(demo));
    let mut files = vec![plain(
        "units.csv".to_owned(),
        registry_csv(&Registry::new(registry)),
    )];
    for (at, made) in county(&options, 0).into_iter().enumerate() {
        reports_of(demo, at, made, &mut files)?;
    }
    let county = files
        .iter()
        .find_map(|file| Some(file.made.as_ref()?.county.clone()));
    let county = county.unwrap_or_default();
    let unrelated = xlsx(&[plain_sheet(&demo.unrelated.rows)])?;
    files.push(plain(
        format!("{county}/{}", demo.unrelated.file),
        unrelated,
    ));
    let photograph = from_hex(&demo.photograph.hex);
    files.push(plain(
        format!("{county}/{}", demo.photograph.file),
        photograph,
    ));
    files.push(real_report(demo)?);
    Ok(files)
}

fn plain(path: String, bytes: Vec<u8>) -> DemoFile {
    DemoFile {
        path,
        bytes,
        converted: false,
        made: None,
    }
}

fn plant(made: &mut MadeUp, numbers: &[Number]) {
    for number in numbers {
        let Some(key) = made.form.index(&number.key) else {
            continue;
        };
        let as_planted = |written, in_text| Planted {
            key,
            written,
            in_text,
        };
        made.planted
            .extend(number.table.map(|n| as_planted(n, false)));
        made.planted
            .extend(number.text.map(|n| as_planted(n, true)));
    }
}

/// The file or files of one report; none for the missing one.
fn reports_of(
    demo: &Demo,
    at: usize,
    mut made: MadeUp,
    files: &mut Vec<DemoFile>,
) -> Result<(), SynthError> {
    let is = |unit: &str, year: i32| made.unit == unit && made.year == year;
    if demo.missing.iter().any(|m| is(&m.unit, m.year)) {
        return Ok(());
    }
    let planted = demo.planted.iter().find(|p| is(&p.unit, p.year));
    let earlier = demo.earlier.iter().find(|e| is(&e.unit, e.year));
    let converted = demo.converted.iter().find(|c| is(&c.unit, c.year));
    let blank = demo.blank.iter().find(|b| is(&b.unit, b.year));
    let turn = at + made.year as usize;
    let named = demo
        .formats
        .get(turn % demo.formats.len().max(1))
        .map(String::as_str);
    let mut format = Format::parse(named.unwrap_or_default()).unwrap_or(Format::Xlsx);
    if let Some(blank) = blank {
        format = Format::parse(&blank.ending).unwrap_or(format);
    }
    if converted.is_some() {
        format = Format::Xlsx;
    }
    let folder = format!("{}/{}", made.county, made.year);
    let mut mark = "";
    if let Some(earlier) = earlier {
        let mut first = made.clone();
        plant(&mut first, &earlier.numbers);
        files.push(DemoFile {
            path: format!("{folder}/{}.{}", made.unit, format.ending()),
            bytes: format.bytes(&first.paper())?,
            converted: false,
            made: Some(first),
        });
        mark = &earlier.mark;
    }
    if let Some(planted) = planted {
        plant(&mut made, &planted.numbers);
    }
    let mut paper = made.paper();
    if let Some(blank) = blank {
        leave_blank(&mut paper, &blank.tables);
    }
    let ending = converted.map_or(format.ending(), |c| c.ending.as_str());
    files.push(DemoFile {
        path: format!("{folder}/{}{mark}.{ending}", made.unit),
        bytes: format.bytes(&paper)?,
        converted: converted.is_some(),
        made: Some(made),
    });
    Ok(())
}

/// Leaves zeros and totals of some tables blank, as a real office did.
fn leave_blank(paper: &mut Paper, tables: &[String]) {
    let totals: Vec<usize> = (paper.form.rules.iter())
        .flat_map(|rule| rule.equations())
        .filter_map(|equation| equation.as_total().map(|(total, _)| total))
        .collect();
    for (index, info) in paper.form.keys.iter().enumerate() {
        let table = &paper.form.tables[info.at[0]].key;
        if tables.contains(table) && (paper.values[index] == 0 || totals.contains(&index)) {
            paper.instead.push((index, String::new()));
        }
    }
}

fn real_units(demo: &Demo) -> Vec<Unit> {
    let real = &demo.real;
    let unit = |code: &str, name: &str, kind: &str, parent: &str, year: Option<i32>| Unit {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        parent: parent.to_owned(),
        aliases: Vec::new(),
        from: year,
        to: year,
    };
    vec![
        unit(&real.county_code, &real.county, "county", "", None),
        unit(
            &real.code,
            &real.unit,
            &real.kind,
            &real.county_code,
            Some(real.year),
        ),
    ]
}

fn real_report(demo: &Demo) -> Result<DemoFile, SynthError> {
    let real = &demo.real;
    let library = Library::official();
    let form = library
        .for_year(real.year)
        .unwrap_or(&library.forms()[0])
        .clone();
    let mut values = vec![0; form.keys.len()];
    for number in &real.numbers {
        if let (Some(key), Some(value)) = (form.index(&number.key), number.table) {
            values[key] = value;
        }
    }
    let sections = (form.tables.iter().enumerate()).map(|(number, table)| Section {
        heading: table.label.zh.clone(),
        words: Vec::new(),
        table: Some(number),
    });
    let paper = Paper {
        unit: real.unit.clone(),
        year: real.year,
        title: real.title.clone(),
        introduction: real.introduction.clone(),
        sections: sections.collect(),
        signature: None,
        signed: Day {
            year: real.year + 1,
            month: 1,
            day: 1,
        },
        values: values.clone(),
        instead: Vec::new(),
        form: form.clone(),
    };
    Ok(DemoFile {
        path: format!("{}/{}/{}.xlsx", real.county, real.year, real.unit),
        bytes: xlsx(&[one_sheet(&paper)])?,
        converted: false,
        made: Some(MadeUp {
            county: real.county.clone(),
            unit: real.unit.clone(),
            code: real.code.clone(),
            kind: real.kind.clone(),
            year: real.year,
            form,
            values,
            planted: Vec::new(),
            seed: 0,
        }),
    })
}

fn plain_sheet(rows: &[Vec<String>]) -> Sheet {
    let mut sheet = Sheet {
        name: "Sheet1".to_owned(),
        rows: rows.len(),
        cols: rows.iter().map(Vec::len).max().unwrap_or(0),
        cells: Vec::new(),
    };
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate() {
            sheet.cells.push(SheetCell {
                row: r,
                col: c,
                row_span: 1,
                col_span: 1,
                text: text.clone(),
                key: None,
                count: false,
            });
        }
    }
    sheet
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .filter_map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok())
        .collect()
}

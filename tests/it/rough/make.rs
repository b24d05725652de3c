//! One file after the other: a layout, a format, kinds of roughness at random, and the report in it.

use huizong::form::{MoneyUnit, Table};
use huizong::synth::{MadeUp, Paper, Random};
use huizong::text::Text;

use super::draw::{Drawn, Piece, shuffled};
use super::json::{Shape, object};
use super::labels::Labels;
use super::values::{MoneyPlace, Values, values};
use super::{Kind, Kinds, Rough, lists, write};

/// Every layout with a format it occurs in.
pub const LAYOUTS: [(&str, &str); 37] = [
    ("official", "xlsx"),
    ("official", "html"),
    ("official", "docx"),
    ("official", "csv"),
    ("official", "txt"),
    ("sheet per table", "xlsx"),
    ("side by side", "xlsx"),
    ("side by side", "csv"),
    ("sheet per unit", "xlsx"),
    ("split over pages", "html"),
    ("split over pages", "docx"),
    ("split over pages", "txt"),
    ("split over pages", "xlsx"),
    ("requests transposed", "xlsx"),
    ("requests transposed", "html"),
    ("requests transposed", "docx"),
    ("requests transposed", "csv"),
    ("wide, keys", "xlsx"),
    ("wide, keys", "csv"),
    ("wide, labels", "xlsx"),
    ("wide, labels", "csv"),
    ("wide, 2 header rows", "xlsx"),
    ("wide, 2 header rows", "csv"),
    ("wide, 3 header rows", "xlsx"),
    ("wide, 3 header rows", "csv"),
    ("wide, 4 header rows", "xlsx"),
    ("wide, 4 header rows", "csv"),
    ("tidy, keys", "csv"),
    ("tidy, keys", "xlsx"),
    ("tidy, labels", "csv"),
    ("tidy, labels", "xlsx"),
    ("nested keys", "json"),
    ("flat keys", "json"),
    ("array of reports", "json"),
    ("lines of reports", "jsonl"),
    ("label keys", "json"),
    ("label keys, array", "json"),
];

/// In a thousand, how often a kind of roughness occurs where it can.
const SHARE: u32 = 220;

fn can_have(kind: Kind, layout: &str, format: &str) -> bool {
    use Kind::*;
    let keys = layout.ends_with("keys") && layout != "label keys"
        || layout == "array of reports"
        || layout == "lines of reports";
    let json = format.starts_with("json");
    let list = layout.starts_with("wide") || layout.starts_with("tidy");
    match kind {
        MoneyUnitInHeader | MoneyUnitNowhere => !keys && !json,
        LineBreaksInLabels => !keys && !json && format != "txt",
        SpacesInLabels
        | HalfWidthPunctuation
        | NoEnumerators
        | OtherQuotes
        | TraditionalCharacters
        | DestroyedCharacters
        | Aliases => !keys,
        PinyinInBrackets => false,
        RepeatedHeaders => layout == "official" && format != "csv",
        ShuffledRows => !list && !json,
        ExtraTables => ["html", "docx", "xlsx"].contains(&format) && !list,
        TrailingSeparators => ["csv", "txt"].contains(&format),
        NonBreakingSpaces => !keys && ["html", "docx", "xlsx"].contains(&format),
        HiddenRows => format == "xlsx" && layout == "official",
        ExtraRowsAndColumns => ["xlsx", "csv"].contains(&format),
        SpansLost => ["xlsx", "html"].contains(&format) && !layout.starts_with("tidy"),
        OtherEncodings => ["csv", "txt", "html"].contains(&format),
        _ => true,
    }
}

fn kinds(layout: &str, format: &str, random: &mut Random) -> Kinds {
    let mut kinds: Kinds = (Kind::ALL.into_iter())
        .filter(|kind| random.chance(SHARE) && can_have(*kind, layout, format))
        .collect();
    if kinds.contains(&Kind::TraditionalCharacters) && random.chance(500) {
        kinds.insert(Kind::PinyinInBrackets);
    }
    if kinds.contains(&Kind::DestroyedCharacters) {
        // A header whose unit of money is destroyed says nothing certain.
        kinds.remove(&Kind::MoneyUnitInHeader);
        kinds.remove(&Kind::MoneyUnitNowhere);
    }
    if kinds.contains(&Kind::MoneyInYuan) {
        kinds.remove(&Kind::MoneyInHundredMillions);
    }
    kinds
}

/// The header over amounts says their unit, or says nothing.
fn state_unit(table: &mut Table, unit: MoneyUnit, place: MoneyPlace, random: &mut Random) {
    for column in table.blocks.iter_mut().flat_map(|block| &mut block.columns) {
        if column.measure != huizong::form::Measure::Fen {
            continue;
        }
        let Some(last) = column.path.last_mut() else {
            continue;
        };
        let bare = last.zh.split('（').next().unwrap_or_default().to_owned();
        match place {
            MoneyPlace::Header => {
                let unit = unit.as_str();
                let shapes = [
                    format!("{bare}（单位：{unit}）"),
                    format!("{bare}（{unit}）"),
                ];
                *last = Text::same(shapes[random.index(2)].clone());
                column.aliases.clear();
            }
            MoneyPlace::Nowhere => column.aliases.clear(),
            MoneyPlace::Cell => {}
        }
    }
}

/// What is needed to draw one report.
struct Desk {
    paper: Paper,
    values: Values,
    tables: Vec<Table>,
}

struct Maker<'a> {
    kinds: &'a Kinds,
    random: Random,
    labels: Labels,
}

impl Maker<'_> {
    fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    fn desk(&mut self, made: &MadeUp) -> Desk {
        let values = values(made, self.kinds, &mut self.random);
        let tables = (made.form.tables.iter())
            .map(|table| {
                let mut table = table.clone();
                let mut same = Random::new(1, &[]);
                state_unit(&mut table, values.money, values.money_place, &mut same);
                self.labels.table(&table)
            })
            .collect();
        Desk {
            paper: made.paper(),
            values,
            tables,
        }
    }

    /// A table of the form with its numbers, its rows perhaps in another order.
    fn table(&mut self, desk: &Desk, number: usize) -> Drawn {
        let table = &desk.tables[number];
        if !self.has(Kind::ShuffledRows) {
            return Drawn::table(table, &desk.values.written);
        }
        let (mixed, moved) = shuffled(table, &mut self.random);
        let mut written = desk.values.written.clone();
        for (now, was) in moved {
            written[now] = desk.values.written[was].clone();
        }
        Drawn::table(&mixed, &written)
    }

    /// The whole report in pieces; `split` tables are several, `turned` has the requests on their side.
    fn pieces(&mut self, desk: &Desk, split: bool, turned: bool) -> Vec<Piece> {
        let mut pieces = vec![
            Piece::Heading(self.labels.words(&desk.paper.title)),
            Piece::Words(self.labels.words(&desk.paper.introduction)),
        ];
        for section in &desk.paper.sections {
            let heading = match section.table {
                Some(number) => desk.tables[number].label.zh.clone(),
                None => self.labels.words(&section.heading),
            };
            pieces.push(Piece::Heading(heading));
            for words in &section.words {
                pieces.push(Piece::Words(self.labels.words(words)));
            }
            let Some(number) = section.table else {
                continue;
            };
            let mut drawn = self.table(desk, number);
            let requests = drawn.header_rows == 3 && drawn.rows > 10;
            if requests && turned {
                drawn = drawn.transposed();
            }
            if requests && split {
                let parts = drawn.split(&mut self.random);
                pieces.extend(parts.into_iter().map(Piece::Table));
            } else if requests && self.has(Kind::RepeatedHeaders) {
                let parts = drawn.split(&mut self.random);
                pieces.push(Piece::Table(Drawn::below(&parts)));
            } else {
                pieces.push(Piece::Table(drawn));
            }
        }
        for words in desk.paper.signature.iter().flatten() {
            pieces.push(Piece::Words(self.labels.words(words)));
        }
        pieces
    }

    fn extra_tables(&self, pieces: &mut Vec<Piece>) {
        if !self.has(Kind::ExtraTables) {
            return;
        }
        let table = |rows: &[&[&str]]| {
            let written = |text: &&str| super::values::Written {
                text: (*text).to_owned(),
                number: false,
            };
            let rows = rows
                .iter()
                .map(|row| row.iter().map(written).collect())
                .collect();
            Piece::Table(Drawn::from_rows(rows))
        };
        pieces.insert(
            0,
            table(&[&["首页", "机构概况", "政务公开", "办事服务", "互动交流"]]),
        );
        pieces.push(table(&[
            &["联系电话", "0000-0000000"],
            &["邮编", "000000"],
            &["浏览次数", "1024"],
        ]));
    }

    fn sheet(&mut self, pieces: &[Piece]) -> Drawn {
        let mut sheet = Drawn::default();
        for piece in pieces {
            match piece {
                Piece::Words(words) | Piece::Heading(words) => sheet.line(words),
                Piece::Table(drawn) => sheet.append_below(drawn, 0),
            }
        }
        if self.has(Kind::HiddenRows) {
            sheet.hidden = vec![self.random.index(sheet.rows)];
        }
        self.finish(sheet)
    }

    /// Moves a sheet and takes its spans away, where these are among the kinds.
    fn finish(&mut self, mut sheet: Drawn) -> Drawn {
        if self.has(Kind::ExtraRowsAndColumns) {
            sheet = sheet.moved(1 + self.random.index(3), self.random.index(3));
        }
        if self.has(Kind::SpansLost) {
            sheet = sheet.without_spans();
        }
        sheet
    }

    fn beside(&mut self, desk: &Desk) -> Drawn {
        let mut sheet = Drawn::default();
        sheet.line(&self.labels.words(&desk.paper.title));
        let mut tables = Drawn::default();
        for number in 0..desk.tables.len() {
            let mut one = Drawn::default();
            one.line(&desk.tables[number].label.zh);
            one.append_below(&self.table(desk, number), 0);
            tables.append_beside(&one, 1);
        }
        sheet.append_below(&tables, 1);
        self.finish(sheet)
    }

    fn sheets_of_tables(&mut self, desk: &Desk) -> Vec<(String, Drawn)> {
        let everywhere = self.random.chance(500);
        (0..desk.tables.len())
            .map(|number| {
                let mut sheet = Drawn::default();
                if number == 0 || everywhere {
                    sheet.line(&self.labels.words(&desk.paper.title));
                }
                sheet.line(&desk.tables[number].label.zh);
                sheet.append_below(&self.table(desk, number), 0);
                let name: String = format!("表{}", ["二", "三", "四"][number % 3]);
                (name, self.finish(sheet))
            })
            .collect()
    }

    fn encoded(&mut self, text: &str, html: bool) -> Vec<u8> {
        if !self.has(Kind::OtherEncodings) {
            return text.as_bytes().to_vec();
        }
        match self.random.index(if html { 1 } else { 3 }) {
            0 => encoding_rs::GB18030.encode(text).0.into_owned(),
            1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            _ => (std::iter::once(0xfeff).chain(text.encode_utf16()))
                .flat_map(u16::to_le_bytes)
                .collect(),
        }
    }

    fn list(&mut self, layout: &str, desks: &[Desk]) -> Drawn {
        let tables = &desks[0].tables;
        let reports: Vec<&Values> = desks.iter().map(|desk| &desk.values).collect();
        let mut drawn = match layout {
            "tidy, keys" => lists::tidy(&reports, tables, true, &mut self.random),
            "tidy, labels" => lists::tidy(&reports, tables, false, &mut self.random),
            "wide, keys" => lists::wide(&reports, tables, 0, &mut self.random),
            "wide, labels" => lists::wide(&reports, tables, 1, &mut self.random),
            other => {
                let depth = other.chars().find_map(|c| c.to_digit(10)).unwrap_or(2);
                lists::wide(&reports, tables, depth as usize, &mut self.random)
            }
        };
        if self.has(Kind::ExtraRowsAndColumns) {
            let mut titled = Drawn::default();
            titled.line("政府信息公开工作年度报告汇总表");
            titled.append_below(&drawn, 0);
            drawn = titled;
        }
        self.finish(drawn)
    }

    fn json(&mut self, layout: &str, desks: &[Desk]) -> String {
        let shape = match layout {
            "flat keys" => Shape::Flat,
            "nested keys" => Shape::Nested,
            _ if layout.starts_with("label keys") => Shape::Labels,
            _ => [Shape::Nested, Shape::Flat][self.random.index(2)],
        };
        let mut objects: Vec<_> = (desks.iter())
            .map(|d| object(&d.values, &d.tables, shape))
            .collect();
        match layout {
            "lines of reports" => objects.iter().map(|object| format!("{object}\n")).collect(),
            "array of reports" | "label keys, array" => {
                format!("{:#}", serde_json::Value::Array(objects))
            }
            _ => format!("{:#}", objects.swap_remove(0)),
        }
    }
}

/// Layouts that hold several units.
fn units(layout: &str, random: &mut Random) -> usize {
    let several = [
        "sheet per unit",
        "array of reports",
        "lines of reports",
        "label keys, array",
    ];
    if several.contains(&layout) || layout.starts_with("wide") || layout.starts_with("tidy") {
        2 + random.index(2)
    } else {
        1
    }
}

/// The file of a number, made from reports of `pool` (all of one county).
pub fn rough(number: usize, pool: &[MadeUp]) -> Rough {
    let (layout, format) = LAYOUTS[number % LAYOUTS.len()];
    let mut random = Random::new(20_251, &[number as u64]);
    let kinds = kinds(layout, format, &mut random);
    let first = random.index(pool.len());
    let many = units(layout, &mut random);
    let made: Vec<&MadeUp> = (pool.iter().cycle().skip(first).take(pool.len()))
        .filter(|made| made.year == pool[first].year)
        .take(many)
        .collect();
    let labels = Labels::new(&kinds, Random::new(20_252, &[number as u64]));
    let mut maker = Maker {
        kinds: &kinds,
        random,
        labels,
    };
    let desks: Vec<Desk> = made.iter().map(|made| maker.desk(made)).collect();
    let bytes = bytes(&mut maker, layout, format, &desks);
    Rough {
        name: format!("file-{number:04}.{format}"),
        bytes,
        layout,
        format,
        reports: desks.into_iter().map(|desk| desk.values.expected).collect(),
        kinds,
    }
}

fn bytes(maker: &mut Maker, layout: &str, format: &str, desks: &[Desk]) -> Vec<u8> {
    let desk = &desks[0];
    let list = layout.starts_with("wide") || layout.starts_with("tidy");
    match (layout, format) {
        (_, "json" | "jsonl") => maker.json(layout, desks).into_bytes(),
        (_, "csv") => {
            let drawn = match layout {
                "side by side" => maker.beside(desk),
                _ if list => maker.list(layout, desks),
                _ => {
                    let pieces = maker.pieces(desk, false, layout == "requests transposed");
                    maker.sheet(&pieces)
                }
            };
            let text = String::from_utf8(write::csv(&drawn, maker.kinds)).unwrap_or_default();
            maker.encoded(&text, false)
        }
        (_, "xlsx") => {
            let mut sheets = match layout {
                "side by side" => vec![("年报".to_owned(), maker.beside(desk))],
                "sheet per table" => maker.sheets_of_tables(desk),
                "sheet per unit" => (desks.iter())
                    .map(|desk| {
                        let pieces = maker.pieces(desk, false, false);
                        (desk.paper.unit.clone(), maker.sheet(&pieces))
                    })
                    .collect(),
                _ if list => vec![("汇总".to_owned(), maker.list(layout, desks))],
                _ => {
                    let split = layout == "split over pages";
                    let pieces = maker.pieces(desk, split, layout == "requests transposed");
                    vec![("Sheet1".to_owned(), maker.sheet(&pieces))]
                }
            };
            if maker.has(Kind::ExtraTables) {
                let mut notes = Drawn::default();
                notes.line("填表说明：本表由各单位填写，于1月31日前报送。");
                sheets.push(("填表说明".to_owned(), notes));
            }
            write::xlsx(&sheets)
        }
        _ => {
            let split = layout == "split over pages";
            let mut pieces = maker.pieces(desk, split, layout == "requests transposed");
            maker.extra_tables(&mut pieces);
            match format {
                "docx" => write::docx(&pieces),
                "html" => {
                    let charset = if maker.has(Kind::OtherEncodings) {
                        "gbk"
                    } else {
                        "utf-8"
                    };
                    let page = write::html(&pieces, maker.kinds, charset);
                    maker.encoded(&page, true)
                }
                _ => {
                    let text = write::txt(&pieces, maker.kinds);
                    maker.encoded(&text, false)
                }
            }
        }
    }
}

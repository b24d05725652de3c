//! A workbook in the binary format of 2007, laid out after [MS-XLSB], since no free program writes it.

use huizong::synth::Sheet;

use super::seed::zip;

/// One sheet as an xlsb.
pub fn xlsb(sheet: &Sheet) -> Vec<u8> {
    let bundle = [longs(&[0, 1]), wide("rId1"), wide(&sheet.name)].concat();
    let workbook = [
        record(131, &[]),
        record(143, &[]),
        record(156, &bundle),
        record(144, &[]),
        record(132, &[]),
    ]
    .concat();
    let last = [0, sheet.rows as u32 - 1, 0, sheet.cols as u32 - 1];
    let mut part = [
        record(129, &[]),
        record(148, &longs(&last)),
        record(145, &[]),
    ]
    .concat();
    let mut merged = Vec::new();
    for row in 0..sheet.rows {
        part.extend(row_header(row as u32));
        for cell in sheet.cells.iter().filter(|cell| cell.row == row) {
            let col = longs(&[cell.col as u32, 0]);
            part.extend(match cell.text.parse::<f64>() {
                Ok(number) if cell.key.is_some() => {
                    record(5, &[col, number.to_le_bytes().to_vec()].concat())
                }
                _ if cell.text.is_empty() => Vec::new(),
                _ => record(6, &[col, wide(&cell.text)].concat()),
            });
            if cell.row_span * cell.col_span > 1 {
                let (bottom, right) = (row + cell.row_span - 1, cell.col + cell.col_span - 1);
                let corners = [row, bottom, cell.col, right].map(|at| at as u32);
                merged.push(record(176, &longs(&corners)));
            }
        }
    }
    part.extend(record(146, &[]));
    part.extend(record(177, &longs(&[merged.len() as u32])));
    part.extend(merged.concat());
    part.extend([record(178, &[]), record(130, &[])].concat());
    let relations = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
    zip(&[
        ("[Content_Types].xml", b"<Types/>".as_slice()),
        ("xl/workbook.bin", &workbook),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.bin", &part),
    ])
}

/// A record: its number, its size in groups of seven bits, its data.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = if kind < 128 {
        vec![kind as u8]
    } else {
        vec![(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8]
    };
    let mut size = data.len();
    while size > 127 {
        bytes.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    bytes.push(size as u8);
    bytes.extend(data);
    bytes
}

fn row_header(number: u32) -> Vec<u8> {
    let mut data = longs(&[number, 0]);
    data.extend([0; 5]);
    data.extend(longs(&[0]));
    record(0, &data)
}

fn longs(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn wide(words: &str) -> Vec<u8> {
    let units: Vec<u16> = words.encode_utf16().collect();
    let mut bytes = longs(&[units.len() as u32]);
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

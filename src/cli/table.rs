//! Aligned columns on a terminal, where a Chinese character is two columns wide.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

/// Prints a header and rows: the first column to the left, the others to the right.
pub(super) fn print(
    out: &mut dyn Write,
    header: &[String],
    rows: &[Vec<String>],
) -> io::Result<()> {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            if at == 0 {
                line.push_str(cell);
                line.push_str(&padding);
            } else {
                line.push_str("  ");
                line.push_str(&padding);
                line.push_str(cell);
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_width_and_not_by_length() {
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        let mut out = Vec::new();
        print(
            &mut out,
            &row("指标", "n"),
            &[row("a", "1,000"), row("总计数", "2")],
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "指标        n\na       1,000\n总计数      2\n"
        );
    }
}

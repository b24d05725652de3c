"""The county roll-up with polars and fastexcel (calamine in Rust): `county_polars.py FOLDER LAYOUT OUTPUT`.

As county_pandas.py, with the faster reader and frame.
"""
import json
import pathlib
import sys

import fastexcel
import polars as pl

from common import answers, place


def read(path, layout):
    book = fastexcel.read_excel(path)
    for name in book.sheet_names:
        sheet = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
        rows = sheet.rows()
        values = place([row[0] for row in rows], lambda row, col: rows[row][col], layout)
        if values is not None:
            return values
    raise SystemExit(f"{path}: no table")


def main():
    folder, layout, output = map(pathlib.Path, sys.argv[1:4])
    layouts = json.loads(layout.read_text(encoding="utf-8"))
    files = sorted(folder.rglob("*.xlsx"))
    rows = pl.DataFrame(
        [
            (path.parent.name, path.stem, key, value)
            for path in files
            for key, value in read(path, layouts[path.parent.name])
        ],
        schema={"year": pl.String, "unit": pl.String, "key": pl.String, "value": pl.Int64},
        orient="row",
    )
    sums = (
        rows.group_by("year", "key")
        .agg(pl.col("value").sum().alias("sum"), pl.col("value").count().alias("counted"))
        .filter(pl.col("counted") > 0)
        .sort("year", "key")
    )
    output.mkdir(parents=True, exist_ok=True)
    import xlsxwriter

    with xlsxwriter.Workbook(output / "county.xlsx") as book:
        sums.pivot("year", index="key", values="sum").write_excel(book, "sums")
        rows.pivot("key", index=["year", "unit"], values="value").write_excel(book, "units")
    answers(output, sums.select("year", "key", "sum").iter_rows())


if __name__ == "__main__":
    main()

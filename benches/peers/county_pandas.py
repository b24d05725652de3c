"""The county roll-up as it is written with pandas and openpyxl: one process, one file after the other.

    county_pandas.py FOLDER LAYOUT OUTPUT [--engine openpyxl|calamine] [--processes N]

Reads every workbook, finds the tables by the heading above them, takes every cell, and writes a workbook with the
sums by year and key and every value by unit. No check, no comparison, no page: less than `huizong rollup` does.
"""
import argparse
import json
import multiprocessing
import pathlib

import pandas as pd

from common import answers, place

ENGINE = "openpyxl"


def read(task):
    path, layout, engine = task
    sheets = pd.read_excel(path, sheet_name=None, header=None, engine=engine)
    for sheet in sheets.values():
        first = sheet[0].tolist()
        values = place(first, lambda row, col: sheet.iat[row, col], layout)
        if values is not None:
            return values
    raise SystemExit(f"{path}: no table")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("layout", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--engine", default="openpyxl")
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    layouts = json.loads(args.layout.read_text(encoding="utf-8"))
    files = sorted(args.folder.rglob("*.xlsx"))
    tasks = [(path, layouts[path.parent.name], args.engine) for path in files]
    if args.processes > 1:
        with multiprocessing.Pool(args.processes) as pool:
            found = pool.map(read, tasks, chunksize=16)
    else:
        found = [read(task) for task in tasks]
    rows = pd.DataFrame(
        [(path.parent.name, path.stem, key, value) for path, values in zip(files, found) for key, value in values],
        columns=["year", "unit", "key", "value"],
    )
    sums = rows.groupby(["year", "key"], sort=True)["value"].agg(lambda column: column.sum(min_count=1))
    by_unit = rows.pivot(index=["year", "unit"], columns="key", values="value")
    args.output.mkdir(parents=True, exist_ok=True)
    with pd.ExcelWriter(args.output / "county.xlsx", engine="openpyxl") as book:
        sums.unstack("year").to_excel(book, sheet_name="sums")
        by_unit.to_excel(book, sheet_name="units")
    answers(args.output, ((year, key, int(value)) for (year, key), value in sums.items() if pd.notna(value)))


if __name__ == "__main__":
    main()

"""Part 1: a folder of xlsx to a county's workbook."""
import collections
import csv
import json
import os
import shutil
import subprocess
import sys

from common import ANCHOR
from measure import run, warm
from tables import table

YEARS = (2019, 2022)


def make(args, files):
    """One county whose units report for four years."""
    folder = args.data / f"county-{files}"
    if not folder.exists():
        units = files // (YEARS[1] - YEARS[0] + 1)
        # Mergers and late joiners take a few reports away: `files` is what is asked for, not what there is.
        command = [args.huizong, "synth", "-o", folder, "--counties", "1", "--units", str(units)]
        command += ["--years", f"{YEARS[0]}..{YEARS[1]}", "--seed", "7", "--formats", "xlsx", "--quiet"]
        subprocess.run(command, check=True)
    return folder


def truth(folder):
    """Sums by year and key of what was made up, from the generator's own list."""
    sums = collections.Counter()
    for path in folder.rglob(".truth.csv"):
        with open(path, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row["value"]:
                    sums[row["year"], row["key"]] += int(row["value"])
    return dict(sums)


def own(output):
    """Sums by year and key of values.csv."""
    sums = collections.Counter()
    with open(output / "values.csv", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                sums[row["year"], row["key"]] += int(row["value"])
    return dict(sums)


def peers(output):
    with open(output / "answers.csv", encoding="utf-8", newline="") as file:
        return {(year, key): int(value) for year, key, value in csv.reader(file)}


def layout(args, folder):
    """Where each key stands below the heading, learnt from one report of each year, for the peers that need it."""
    import openpyxl

    target = args.data / f"layout-{folder.name}.json"
    layouts = {}
    for year in range(YEARS[0], YEARS[1] + 1):
        path = sorted((next(folder.glob(f"*/{year}"))).glob("*.xlsx"))[0]
        printed = subprocess.run(
            [args.huizong, "export", path, "--format", "csv", "--quiet"], capture_output=True, text=True
        ).stdout
        sheet = openpyxl.load_workbook(path).worksheets[0]
        anchor = next(r for r in range(1, 99) if str(sheet.cell(r, 1).value).startswith(ANCHOR))
        cells = []
        for row in csv.DictReader(printed.lstrip("\ufeff").splitlines()):
            row_at, col_at = openpyxl.utils.cell.coordinate_to_tuple(row["cell"])
            scale = 1_000_000 if row["measure"] == "fen" else 1
            cells.append((row["key"], row_at - anchor, col_at - 1, scale))
        layouts[str(year)] = cells
    target.write_text(json.dumps(layouts), encoding="utf-8")
    return target


def agree(name, found, wanted):
    if found != wanted:
        odd = [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]
        sys.exit(f"{name}: {len(odd)} sums differ, such as {odd[:3]}")


def one(args, asked):
    folder = make(args, asked)
    files = sum(1 for _ in folder.rglob("*.xlsx"))
    places, wanted = layout(args, folder), truth(folder)
    warm(folder)
    threads = str(os.cpu_count())
    output = args.data / "out"
    shutil.rmtree(output, ignore_errors=True)
    python = [sys.executable]
    rows = []

    def add(name, command, runs=3, answers=None, allowed=(0,)):
        measured = run(command, runs, allowed)
        if answers:
            agree(name, answers(), wanted)
        rows.append((name, measured))

    target = output / "huizong"
    add(
        "**huizong rollup**: read, check, roll up, compare; workbook, page, docx, notices, tables",
        [args.huizong, "rollup", folder, "-o", target, "--quiet"],
        answers=lambda: own(target),
        allowed=(0, 1),
    )
    add("huizong check: read and check alone", [args.huizong, "check", folder, "--quiet"], allowed=(0, 1))
    add(f"calamine in Rust, {threads} threads: bare read", [args.bare, folder, threads])
    add("python-calamine: bare read", [*python, args.peers / "bare_python_calamine.py", folder])
    target_polars = output / "polars"
    add(
        "polars + fastexcel: read, sum, workbook",
        [*python, args.peers / "county_polars.py", folder, places, target_polars],
        runs=1,
        answers=lambda: peers(target_polars),
    )
    script = [*python, args.peers / "county_pandas.py", folder, places]
    pandas = output / "pandas"
    add(
        f"pandas + openpyxl, {threads} processes: read, sum, workbook",
        [*script, pandas, "--processes", threads],
        runs=1,
        answers=lambda: peers(pandas),
    )
    add("pandas + openpyxl: read, sum, workbook", [*script, pandas], runs=1, answers=lambda: peers(pandas))
    return f"### {files:,} xlsx\n\n{len(wanted):,} sums equal in all.\n\n{table(rows, files)}\n"


def measure(args):
    chapters = [one(args, int(files)) for files in args.files.split(",")]
    return "## From files to a county's workbook\n\n" + "\n".join(chapters)

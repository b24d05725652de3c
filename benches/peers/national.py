"""Part 2: the store of the whole country."""
import csv
import os
import shutil
import subprocess
import sys

from measure import run, warm
from tables import table

YEARS = "2019..2024"
UNITS = 50


def make(args):
    store = args.data / f"store-{args.counties}"
    note = ""
    if not store.exists():
        command = [args.huizong, "synth", "--store", "-o", store, "--counties", str(args.counties)]
        command += ["--units", str(UNITS), "--years", YEARS, "--seed", "7", "--quiet"]
        made = run(command, runs=1)
        note = f"`synth --store` made it in {made.seconds:.0f} s with {made.memory:,.0f} MiB."
    return store, note


def statement(args, store, what):
    command = [args.huizong, "sql", what, "--dialect", "duckdb", "--store", store]
    printed = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout
    path = args.data / f"{what}.sql"
    path.write_text(printed, encoding="utf-8")
    return path


def plain(args, store):
    """The roll-up as one would type it into DuckDB for a store without second versions: no rank, no join."""
    import duckdb

    parts = []
    for folder in sorted(store.glob("form=*")):
        form = folder.name.removeprefix("form=")
        source = f"read_parquet('{folder}/year=*/part-*.parquet', hive_partitioning = true)"
        names = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        keys = [name for name in names if "." in name]
        sums = ", ".join(
            f'CAST(sum("{k}") AS BIGINT) AS s{at}, count("{k}") AS c{at}' for at, k in enumerate(keys)
        )
        pairs = ", ".join(f"(s{at}, c{at}) AS '{k}'" for at, k in enumerate(keys))
        parts.append(
            f"SELECT area, year, '{form}' AS form, key, sum, counted, reports FROM "
            f"(SELECT area, year, count(*) AS reports, {sums} FROM {source} WHERE scope = 'own' GROUP BY area, year) "
            f"UNPIVOT INCLUDE NULLS ((sum, counted) FOR key IN ({pairs}))"
        )
    path = args.data / "plain.sql"
    path.write_text("\nUNION ALL\n".join(parts), encoding="utf-8")
    return path


def rows(path, columns, keys=None):
    with open(path, encoding="utf-8-sig", newline="") as file:
        found = [tuple(row[c].lower() for c in columns) for row in csv.DictReader(file)]
    at = columns.index("key")
    return sorted(row for row in found if keys is None or row[at] in keys)


def agree(name, found, wanted):
    if found != wanted:
        odd = sorted(set(found) ^ set(wanted))
        sys.exit(f"{name}: {len(odd)} of {len(wanted)} rows differ, such as {odd[:4]}")


ROLLUP = ["area", "year", "form", "key", "sum", "counted", "reports"]
COMPARE = ["area", "scope", "key", "from_year", "to_year", "from", "to", "change", "comparable"]


def measure(args):
    store, note = make(args)
    parts = list(store.rglob("part-*.parquet"))
    size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    warm(store)
    output = args.data / "national"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    threads = str(os.cpu_count())
    crosswalk = output / "crosswalk.json"
    with open(crosswalk, "w", encoding="utf-8") as file:
        subprocess.run([str(args.huizong), "forms", "--crosswalk", "--format", "json"], stdout=file, check=True)
    python = [sys.executable]
    duckdb = lambda sql, to: [*python, args.peers / "national_duckdb.py", sql, to, threads]
    polars = lambda what, to: [*python, args.peers / "national_polars.py", what, store, crosswalk, to]
    sums, both = output / "sums", output / "both"
    roll = [("**huizong totals --no-comparison**", run([args.huizong, "totals", store, "-o", sums, "--no-comparison", "--quiet"]))]
    wanted = rows(sums / "totals.csv", ROLLUP)
    # The statement of `sql` has the derived keys too; what is typed by hand has only the columns.
    columns = {row[3] for row in rows(sums / "totals.csv", ROLLUP)}

    def add(to, name, command, columns_of, wanted, keys=None, runs=2):
        measured = run(command, runs)
        agree(name, rows(command[-2] if "national_duckdb.py" in str(command[1]) else command[-1], columns_of), keys or wanted)
        to.append((name, measured))

    add(roll, "DuckDB, the statement of `huizong sql rollup`", duckdb(statement(args, store, "rollup"), output / "a.csv"), ROLLUP, wanted)
    plain_sql = plain(args, store)
    by_hand = output / "b.csv"
    measured = run(duckdb(plain_sql, by_hand), 2)
    found = rows(by_hand, ROLLUP)
    keys = {row[3] for row in found}
    own_columns = [row for row in wanted if row[3] in keys]
    agree("DuckDB by hand", found, own_columns)
    roll.append(("DuckDB, typed by hand: no versions, no derived keys", measured))
    add(roll, "polars in Python: no versions, no derived keys", polars("rollup", output / "c.csv"), ROLLUP, own_columns)
    del found, own_columns, columns
    compare = [("**huizong totals**: roll-up and comparison", run([args.huizong, "totals", store, "-o", both, "--quiet"]))]
    wanted = rows(both / "comparison.csv", COMPARE)
    add(compare, "DuckDB, the statement of `huizong sql compare`: comparison alone", duckdb(statement(args, store, "compare"), output / "d.csv"), COMPARE, wanted, runs=1)
    add(compare, "polars in Python: comparison alone", polars("compare", output / "e.csv"), COMPARE, wanted, runs=1)
    reports = args.counties * UNITS * 6
    return (
        f"## The national store\n\n{args.counties:,} counties × {UNITS} units, {YEARS.replace('..', '–')}: about {reports:,} reports, "
        f"{len(parts)} parts, {size / 1e6:,.0f} MB on disk. {note}\n\n### Roll-up: area × year × key, written as CSV\n\n{table(roll)}\n\n"
        f"### Year-on-year comparison, all units and like-for-like, written as CSV\n\n{table(compare)}\n"
    )

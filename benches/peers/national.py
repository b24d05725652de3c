"""Part 2: the store of the whole country."""
import csv
import math
import os
import shutil
import subprocess
import sys

from measure import run, warm
from tables import table

YEARS = "2019..2024"
UNITS = 50
# Seconds that a peer may take.
LIMIT = 120


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


def digest(path, columns, keys=None):
    """How many rows a table has, and a sum that is the same for the same rows in any order; and the keys met."""
    count, total, met = 0, 0, set()
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        head = next(reader)
        at = [head.index(column) for column in columns]
        # A key of one form may be a derived one of another.
        named = [head.index(column) for column in columns if column in ("form", "key")]
        for row in reader:
            name = tuple(row[i] for i in named)
            if keys is None or name in keys:
                met.add(name)
                count += 1
                total += hash(tuple(row[i].lower() for i in at))
    return (count, total & (2**64 - 1)), met


def agree(name, found, wanted):
    if found != wanted:
        sys.exit(f"{name}: the {found[0]} rows are not the {wanted[0]} rows of huizong")


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
    sums_of = [args.huizong, "totals", store, "-o", sums, "--no-comparison", "--quiet"]
    roll = [("**huizong totals --no-comparison**", run(sums_of))]
    totals = sums / "totals.csv"

    def held(name, command, target, own, columns, runs):
        """Runs a peer, and holds its rows against huizong's rows of the same keys."""
        measured = run(command, runs, limit=LIMIT)
        if math.isinf(measured.seconds):
            return f"{name}; ended after {LIMIT} s", measured
        found, keys = digest(target, columns)
        agree(name, found, digest(own, columns, keys)[0])
        return name, measured

    a, b, c, d, e = (output / f"{letter}.csv" for letter in "abcde")
    statements = {what: statement(args, store, what) for what in ["rollup", "compare"]}
    name = "DuckDB, the statement of `huizong sql rollup` (with status counts)"
    roll.append(held(name, duckdb(statements["rollup"], a), a, totals, ROLLUP, 1))
    name = "DuckDB, typed by hand: no versions, no derived keys, no statuses"
    roll.append(held(name, duckdb(plain(args, store), b), b, totals, ROLLUP, 2))
    name = "polars in Python: no versions, no derived keys, no statuses"
    roll.append(held(name, polars("rollup", c), c, totals, ROLLUP, 1))
    both_of = [args.huizong, "totals", store, "-o", both, "--quiet"]
    compare = [("**huizong totals**: roll-up and comparison", run(both_of))]
    comparison = both / "comparison.csv"
    name = "DuckDB, the statement of `huizong sql compare`: comparison alone"
    compare.append(held(name, duckdb(statements["compare"], d), d, comparison, COMPARE, 1))
    name = "polars in Python: comparison alone, no versions"
    compare.append(held(name, polars("compare", e), e, comparison, COMPARE, 1))
    reports = args.counties * UNITS * 6
    return (
        f"## The national store\n\n{args.counties:,} counties × {UNITS} units, {YEARS.replace('..', '–')}: about {reports:,} reports, "
        f"{len(parts)} parts, {size / 1e6:,.0f} MB on disk. {note}\n\n### Roll-up: area × year × key, written as CSV\n\n{table(roll)}\n\n"
        f"### Year-on-year comparison, all units and like-for-like, written as CSV\n\n{table(compare)}\n"
    )

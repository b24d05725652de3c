#!/usr/bin/env python3
"""Runs the SQL that huizong prints for a store on DuckDB and on Spark, and compares every number with huizong's own.

    python3 tools/sql-check.py [STORE] [--huizong target/release/huizong] [--engines duckdb,spark]
        [--master 'local-cluster[2,1,1024]'] [--reports 13000]

Without STORE one of that many made-up reports is made. Its sums are held against those of `huizong rollup`, area by area,
year by year and key by key, and its comparison against that of `huizong compare`. Then versions of reports, reports on another form than
their year's, units that no registry knows, and data/demo are added to it, and every sum, status and change is held against those of
`huizong totals`, which like the statements leaves reports on another form out of a year's sums. Needs `pip install duckdb pyspark`, and
Java 17 for Spark. Ends with 1 when a single number differs.
"""
import argparse
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SUM = ["area", "year", "form", "key", "sum", "counted", "reports"]
STATUSES = ["reported", "blank", "blank_as_zero", "derived", "not_applicable", "unreadable", "corrected"]
COMPARE = ["area", "scope", "key", "from_year", "to_year", "from", "to", "change", "comparable", "left_out"]
UNITS = 30
YEARS = "2020..2022"


def word(value):
    """A value as huizong's tables write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def table(path, columns):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [{c: row[c] for c in columns} for row in csv.DictReader(file)]


def own(folder):
    """What huizong says: the rows of both tables, in the columns of the statements."""
    sums = table(folder / "totals.csv", SUM)
    at = ["area", "year", "form", "key"]
    columns = at + [s.replace("_", "-") for s in STATUSES]
    statuses = {tuple(row[c] for c in at): row for row in table(folder / "statuses.csv", columns)}
    rollup = []
    for row in sums:
        # Derived keys have no status.
        counts = statuses.pop(tuple(row[c] for c in at), {})
        rollup.append(tuple(row[c] for c in SUM) + tuple(counts.get(s.replace("_", "-"), "") for s in STATUSES))
    assert not statuses, "statuses of keys that have no sum"
    compare = [tuple(row[c] for c in COMPARE) for row in table(folder / "comparison.csv", COMPARE)]
    return {"rollup": (SUM + STATUSES, sorted(rollup)), "compare": (COMPARE, sorted(compare))}


def make(huizong, folder, reports):
    """A store of made-up counties, and their registry."""
    store = folder / "store"
    counties = max(1, reports // (UNITS * 3))
    made = ["--units", UNITS, "--years", YEARS, "--mistakes", 100]
    run(huizong, "synth", "--store", "-o", store, "--counties", counties, "--seed", 3, *made)
    return store


def rolled_up(huizong, folder, store):
    """What `rollup` and `compare` say of the counties of a store: sums by area, year and key, and comparisons."""
    units = next(store.rglob("units.csv"))
    with open(units, encoding="utf-8-sig", newline="") as file:
        codes = {(row["kind"], row["name"]): row["code"] for row in csv.DictReader(file)}
    code = {name: code for (kind, name), code in codes.items() if kind == "county"}
    first, last = (int(year) for year in YEARS.split(".."))
    sums = {}
    for year in range(first, last + 1):
        output = folder / f"rollup-{year}"
        args = ["--units", units, "--by", "county", "--year", year, "--format", "json", "-o", output]
        for area in json.loads(run(huizong, "rollup", store, *args))["areas"]:
            for total in area["totals"]:
                sums[code[area["name"]], word(year), total["key"]] = (word(total["value"]), word(total["units"]))
        shutil.rmtree(output)
    compared = {}
    args = ["--units", units, "--by", "county", "--format", "json", "--years", YEARS]
    for row in json.loads(run(huizong, "compare", store, *args))["rows"]:
        if row["to_year"] - row["from_year"] == 1 and row["comparable"]:
            at = (code[row["area"]], row["scope"], row["key"], word(row["from_year"]))
            compared[at] = tuple(word(row[c]) for c in ("from", "to", "change"))
    return sums, compared


def against_rollup(engine, ask, wanted):
    """Holds an engine's answers against those of `rollup` and `compare`."""
    names, rows = ask("rollup")
    at = {c: names.index(c) for c in names}
    # Of keys that are derived on a year's form `rollup` prints no total.
    keys = {(year, key) for _, year, key in wanted[0]}
    sums = {tuple(word(r[at[c]]) for c in ("area", "year", "key")): (word(r[at["sum"]]), word(r[at["counted"]])) for r in rows}
    sums = {key: value for key, value in sums.items() if key[1:] in keys and key[0]}
    names, rows = ask("compare")
    at = {c: names.index(c) for c in names}
    place = ("area", "scope", "key", "from_year")
    compared = {tuple(word(r[at[c]]) for c in place): tuple(word(r[at[c]]) for c in ("from", "to", "change")) for r in rows if r[at["comparable"]]}
    compared = {key: value for key, value in compared.items() if key[0]}
    # The statement compares the keys of the crosswalk; `compare` also what is derived from them.
    crosswalk = {key[2:] for key in compared}
    both = {key: value for key, value in wanted[1].items() if key[2:] in crosswalk}
    same = True
    for what, found, own in (("rollup", sums, wanted[0]), ("compare", compared, both)):
        odd = sorted(key for key in found.keys() | own.keys() if found.get(key) != own.get(key))
        same &= not odd and bool(own)
        verdict = "the same" if not odd and own else f"{len(odd)} DIFFERENT"
        print(f"{what} on {engine} against huizong {what}: {len(own)} rows: {verdict}", flush=True)
        for key in odd[:10]:
            print("   ", key, engine, found.get(key), "huizong", own.get(key))
    return same


def disturb(huizong, folder, store):
    """Adds everything that can make a difference."""
    files = folder / "files"
    run(huizong, "synth", "-o", files, "--units", 12, "--years", YEARS, "--seed", 9, "--formats", "json")
    county = files / "示例县"
    earlier = sorted((county / "2020").glob("*.json"))
    for path in earlier[:3]:
        # A revision with another number, and the same report on the 2019 form for a year of the other.
        report = json.loads(path.read_text())
        report["requests"]["received"]["total"] = 777
        path.with_name(f"{path.stem}（修订）.json").write_text(json.dumps(report))
        later = path.read_text().replace("2020", "2022")
        (county / "2022" / f"{path.stem} (2).json").write_text(later)
    # A unit that the registry does not know is in no area.
    stranger = earlier[3].read_text().replace(earlier[3].stem, "无名街道")
    (county / "2020" / "无名街道.json").write_text(stranger)
    run(huizong, "ingest", files, "--store", store)
    run(huizong, "ingest", "data/demo", "--store", store)


def run(huizong, *args):
    done = subprocess.run([huizong, "--lang", "en", *map(str, args)], capture_output=True, text=True)
    sys.stderr.write(done.stderr)
    if done.returncode > 1:
        sys.exit(done.returncode)
    return done.stdout


def on_duckdb(sql):
    import duckdb

    cursor = duckdb.connect().execute(sql)
    return [c[0] for c in cursor.description], cursor.fetchall()


def spark_session(master):
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master(master)
        .config("spark.driver.memory", "2g")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.debug.maxToStringFields", "50")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def on_spark(spark, sql):
    *before, last = sql.split(";\n")
    for statement in before:
        spark.sql(statement)
    frame = spark.sql(last)
    return frame.columns, [tuple(row) for row in frame.collect()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("store", nargs="?")
    parser.add_argument("--huizong", default="target/release/huizong")
    parser.add_argument("--engines", default="duckdb,spark")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--reports", type=int, default=13000)
    args = parser.parse_args()
    failed, engines = False, args.engines.split(",")
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        store, plain = args.store, None
        if not store:
            store = make(args.huizong, folder, args.reports)
            plain = rolled_up(args.huizong, folder, store)
            copy = folder / "plain"
            shutil.copytree(store, copy)
            disturb(args.huizong, folder, store)
        start = time.perf_counter()
        run(args.huizong, "totals", store, "-o", folder / "totals", "--statuses")
        print(f"huizong: {time.perf_counter() - start:.2f} s for sums, statuses and comparison")
        wanted = own(folder / "totals")
        for engine in engines:
            spark = None
            if engine == "spark":
                # Java's launch script may not know the locale; a store's path may need it.
                os.environ.setdefault("LC_ALL", "C.UTF-8")
                start = time.perf_counter()
                spark = spark_session(args.master)
                print(f"spark {args.master}: {time.perf_counter() - start:.2f} s to begin")

            def ask(what, store=store):
                sql = run(args.huizong, "sql", what, "--dialect", engine, "--store", store)
                return on_spark(spark, sql) if spark else on_duckdb(sql)

            if plain:
                failed |= not against_rollup(engine, lambda what: ask(what, copy), plain)
            for what, (columns, rows) in wanted.items():
                start = time.perf_counter()
                names, found = ask(what)
                seconds = time.perf_counter() - start
                at = [names.index(c) for c in columns]
                found = sorted(tuple(word(row[i]) for i in at) for row in found)
                same = found == rows
                failed |= not same
                numbers = len(found) * (len(columns) - 4)
                verdict = "the same" if same else "DIFFERENT"
                print(f"{what} on {engine}: {len(found)} rows, {numbers} numbers, {seconds:.2f} s: {verdict}", flush=True)
                for row in sorted(set(found) ^ set(rows))[:10]:
                    print("   ", "engine " if row in set(found) else "huizong", row)
            if spark:
                spark.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Runs the SQL that huizong prints for a store on DuckDB and on Spark, and compares every number with huizong's own.

    python3 tools/sql-check.py STORE [--huizong target/release/huizong] [--engines duckdb,spark]

Needs `pip install duckdb pyspark`, and Java 17 for Spark. Ends with 1 when a single number differs.
"""
import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile
import time

ROLLUP = ["area", "year", "form", "key", "sum", "counted", "reports"]
COMPARE = ["area", "scope", "key", "from_year", "to_year", "from", "to", "change", "comparable"]


def word(value):
    """A value as huizong's tables write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def own(path, columns):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return sorted(tuple(row[c] for c in columns) for row in csv.DictReader(file))


def on_duckdb(sql):
    import duckdb

    cursor = duckdb.connect().execute(sql)
    return [c[0] for c in cursor.description], cursor.fetchall()


def on_spark(sql):
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.debug.maxToStringFields", "50")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for statement in sql.split(";\n")[:-1]:
        spark.sql(statement)
    frame = spark.sql(sql.split(";\n")[-1])
    return frame.columns, [tuple(row) for row in frame.toLocalIterator()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("store")
    parser.add_argument("--huizong", default="target/release/huizong")
    parser.add_argument("--engines", default="duckdb,spark")
    args = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([args.huizong, "totals", args.store, "-o", folder], check=True)
        print(f"huizong: {time.perf_counter() - start:.2f} s for both tables")
        for what, columns, file in [("rollup", ROLLUP, "totals.csv"), ("compare", COMPARE, "comparison.csv")]:
            wanted = own(pathlib.Path(folder) / file, columns)
            for engine in args.engines.split(","):
                command = [args.huizong, "sql", what, "--dialect", engine, "--store", args.store]
                sql = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                start = time.perf_counter()
                names, rows = (on_duckdb if engine == "duckdb" else on_spark)(sql)
                seconds = time.perf_counter() - start
                at = [names.index(c) for c in columns]
                found = sorted(tuple(word(row[i]) for i in at) for row in rows)
                same = found == wanted
                failed |= not same
                print(f"{what} on {engine}: {len(found)} rows, {seconds:.2f} s: {'the same' if same else 'DIFFERENT'}")
                if not same:
                    odd = sorted(set(found) ^ set(wanted))
                    for row in odd[:10]:
                        print("   ", "engine " if row in set(found) else "huizong", row)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

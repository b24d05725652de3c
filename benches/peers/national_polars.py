"""The national roll-up and comparison with polars in Python: `national_polars.py rollup|compare STORE CROSSWALK OUTPUT`.

CROSSWALK is what `huizong forms --crosswalk --format json` prints. No version gives way to another here: the made-up
store has one report of each unit and year. That is less than `huizong totals` and `huizong sql` do.
"""
import json
import pathlib
import sys

import polars as pl

NOT_KEYS = {
    "file", "source", "hash", "county", "area", "unit", "code", "kind", "line", "scope", "status", "matched",
    "place_base", "place_map", "raws", "narrative", "findings", "ordinal", "revision", "modified", "form", "year",
}


def scan(store, form, year=None):
    years = "*" if year is None else f"year={year}"
    return pl.scan_parquet(
        f"{store}/form={form}/{years}/part-*.parquet",
        hive_partitioning=True,
        hive_schema={"form": pl.String, "year": pl.Int32},
    ).filter(pl.col("scope") == "own")


def keys_of(frame):
    return [name for name in frame.collect_schema().names() if name not in NOT_KEYS]


def rollup(store, output):
    parts = []
    for folder in sorted(store.glob("form=*")):
        form = folder.name.removeprefix("form=")
        frame = scan(store, form)
        keys = keys_of(frame)
        sums = [pl.col(key).sum().alias(f"s:{key}") for key in keys]
        counts = [pl.col(key).count().alias(f"c:{key}") for key in keys]
        grouped = frame.group_by("area", "year").agg(pl.len().alias("reports"), *sums, *counts)
        wide = grouped.collect(engine="streaming")
        same = ["area", "year", "reports"]
        long = [
            wide.select(*same, *(pl.col(f"{side}:{key}").cast(pl.Int64).alias(key) for key in keys))
            .unpivot(index=same, variable_name="key", value_name=name)
            for side, name in [("s", "sum"), ("c", "counted")]
        ]
        both = long[0].with_columns(long[1]["counted"], pl.lit(form).alias("form"))
        parts.append(both.with_columns(pl.when(pl.col("counted") > 0).then("sum").alias("sum")))
    columns = ["area", "year", "form", "key", "sum", "counted", "reports"]
    pl.concat(part.select(columns) for part in parts).write_csv(output)


def form_of(year):
    return "2019" if year < 2021 else "2021"


def side(store, year, keys):
    """Per line of descent: how many reports, and for every key of the comparison its sum and count."""
    aggregates = []
    for at, parts in enumerate(keys):
        one = pl.sum_horizontal(*parts, ignore_nulls=False) if parts else pl.lit(None, dtype=pl.Int64)
        aggregates += [one.sum().alias(f"s{at}"), one.count().alias(f"c{at}")]
    return scan(store, form_of(year), year).group_by("area", "line").agg(pl.len().alias("units"), *aggregates)


def compare(store, crosswalk, output):
    years = sorted({int(folder.name.removeprefix("year=")) for folder in store.glob("form=*/year=2*")})
    rows = []
    for before, after in zip(years, years[1:]):
        if form_of(before) == form_of(after):
            names = keys_of(scan(store, form_of(after), after))
            pairs = [(name, [name], [name], True) for name in names]
        else:
            pairs = [(p["key"], p["from"], p["to"], p["comparable"]) for p in crosswalk]
        old = side(store, before, [pair[1] for pair in pairs])
        new = side(store, after, [pair[2] for pair in pairs])
        both = old.join(new, on=["area", "line"], how="full", coalesce=True, suffix="_b")
        aggregates = []
        for at, _ in enumerate(pairs):
            alike = (pl.col(f"c{at}") == pl.col("units")) & (pl.col(f"c{at}_b") == pl.col("units_b"))
            for name, end in [("f", ""), ("t", "_b")]:
                number = pl.when(pl.col(f"c{at}{end}") > 0).then(pl.col(f"s{at}{end}"))
                for scope, chosen in [("", number), ("l", pl.when(alike).then(number))]:
                    total = pl.when(chosen.count() > 0).then(chosen.sum())
                    aggregates.append(total.alias(f"{scope}{name}{at}"))
        wide = both.group_by("area").agg(*aggregates).collect(engine="streaming")
        for at, (key, _, _, comparable) in enumerate(pairs):
            for scope, mark in [("all", ""), ("like_for_like", "l")]:
                start, end = pl.col(f"{mark}f{at}"), pl.col(f"{mark}t{at}")
                rows.append(
                    wide.select(
                        "area",
                        pl.lit(scope).alias("scope"),
                        pl.lit(key).alias("key"),
                        pl.lit(before).alias("from_year"),
                        pl.lit(after).alias("to_year"),
                        start.alias("from"),
                        end.alias("to"),
                        (end - start if comparable else pl.lit(None, dtype=pl.Int64)).alias("change"),
                        pl.lit(comparable).alias("comparable"),
                    )
                )
    pl.concat(rows).write_csv(output)


def main():
    what, store, crosswalk, output = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
    if what == "rollup":
        rollup(store, output)
    else:
        document = json.loads(crosswalk.read_text(encoding="utf-8"))
        compare(store, document["pairs"], output)


if __name__ == "__main__":
    main()

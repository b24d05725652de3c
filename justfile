# Folders and years are arguments with defaults: `just rollup reports out 2022`.

# Exit code 1 is an answer: some findings are errors.
set no-exit-message := true

folder := "data/demo"
output := "output"
huizong := "cargo run --quiet --release --"

# list the recipes
[private]
default:
    @just --list --unsorted

# roll up the made-up county in data/demo into output/
demo:
    {{huizong}} rollup data/demo -o {{output}} || test $? -eq 1

# roll up a folder of reports: workbook, page and tables of its latest year, or of the year named
rollup folder=folder output=output year="":
    {{huizong}} rollup "{{folder}}" -o "{{output}}" {{ if year != "" { "--year " + year } else { "" } }}

# check a folder of reports; findings only
check folder=folder years="":
    {{huizong}} check "{{folder}}" {{ if years != "" { "--years " + years } else { "" } }}

# compare the years of a folder
compare folder=folder years="2020..2022" output=output:
    {{huizong}} compare "{{folder}}" --years {{years}} -o "{{output}}"

# export every value of a folder: csv, json or parquet
export folder=folder format="csv" output=output:
    {{huizong}} export "{{folder}}" --format {{format}} -o "{{output}}/values.{{format}}"

# blank workbooks to hand out for a year, with what the reports in a folder carry over
template year="2023" previous=folder output="output/blank":
    {{huizong}} template --year {{year}} --previous "{{previous}}" -o "{{output}}"

# look a key up in the data dictionary, or print all of it
forms key="":
    {{huizong}} forms {{key}}

# make up reports to try things on
synth output="output/made-up" counties="1" units="12" years="2020..2022" seed="1":
    {{huizong}} synth -o "{{output}}" --counties {{counties}} --units {{units}} --years {{years}} --seed {{seed}} --formats xlsx,html,json,txt,docx,csv

# run every test
test *arguments:
    cargo test --locked {{arguments}}

# formatting and lints, as strict as in CI
lint:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings

# measure beside pandas, polars, calamine and DuckDB; writes docs/benchmarks.md (pip install -r benches/peers/requirements.txt)
bench *arguments:
    cargo build --quiet --release --locked
    python3 benches/peers/run.py {{arguments}}

# time label normalisation, recognition, checks and localisation, each on its own
bench-micro *arguments:
    cargo bench --bench micro {{arguments}}

# print how exactly reports are recognised, by format and roughness
accuracy:
    HUIZONG_WRITE_DOCS=1 cargo test --test it accuracy:: -- --nocapture

# print how often wrong cells are found, by number of wrong cells
localise:
    cargo run --quiet --release --example localise

# let LibreOffice recalculate the workbooks of a folder: every formula must equal what was written
recalculate output=output:
    python3 tools/recalculate.py "{{output}}"/*.xlsx

# fill a template, let LibreOffice save it, and read it back (needs openpyxl from pip)
template-roundtrip:
    cargo build --quiet --release
    python3 tools/template-roundtrip.py target/release/huizong

# open a page in headless Chromium: no error, sorting works, nothing overflows
check-page page:
    tools/check-page "{{page}}"

# compare the SQL over a store on DuckDB and Spark with huizong's own totals (needs duckdb and pyspark from pip, and Java)
sql-check *arguments:
    cargo build --quiet --release
    python3 tools/sql-check.py {{arguments}}

# kill rollup and ingest at 200 random moments each: every file must be the old or the new one
kills *arguments:
    cargo build --quiet --release
    python3 tools/kills.py {{arguments}}

# list every dependency with its licence in docs/licences.md
licences:
    python3 tools/licences.py

# hold licences, bans and sources of every dependency to deny.toml (`cargo install cargo-deny --locked`, once; needs no network)
deny:
    cargo fetch --locked --offline --quiet || cargo fetch --locked
    cargo deny --offline --locked check licenses bans sources

# known vulnerabilities and withdrawn versions of the dependencies (fetches the advisory database from GitHub)
advisories:
    cargo deny --locked check advisories

# damage files in ever new ways and read them, until the minutes are over or something breaks
fuzz minutes="5" *seed:
    cargo run --quiet --release --example fuzz -- {{minutes}} {{seed}}

# seeds for `cargo fuzz`: a report in every format, as each target takes it, in fuzz/corpus
fuzz-corpus:
    cargo run --quiet --release --example fuzz -- seeds fuzz/corpus

# run the targets of fuzz/ (all of them, or those named) for so many seconds each; see docs/fuzzing.md
fuzz-targets seconds="60" *targets:
    fuzz/run {{seconds}} {{targets}}

# run everything that should not harm it beside a good report; writes docs/hostile.md (root for a full disk; strace)
hostile *arguments:
    cargo build --quiet --release
    python3 tools/hostile.py target/release/huizong --write docs/hostile.md {{arguments}}

# read workbooks of other projects, LibreOffice's exports and changed demo files in one run (fetches with pip)
outside *arguments:
    cargo build --quiet --release
    python3 tools/outside.py target/release/huizong {{arguments}}

# 100,000 files through one process: its memory at ten points
soak *arguments:
    cargo build --quiet --release
    python3 tools/soak.py target/release/huizong {{arguments}}

# everything that must hold before a merge
ci:
    .ci/run

"""Runs a statement over the store on DuckDB and writes the answer as CSV: `national_duckdb.py SQL OUTPUT [THREADS]`."""
import pathlib
import sys

import duckdb

sql, output = pathlib.Path(sys.argv[1]), sys.argv[2]
session = duckdb.connect()
session.execute(f"SET threads = {int(sys.argv[3])}")
session.execute(f"COPY ({sql.read_text(encoding='utf-8')}) TO '{output}' (HEADER, DELIMITER ',')")

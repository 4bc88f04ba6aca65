"""Writes the Parquet fixtures as Hugging Face serves them (pyarrow, snappy).

The records are made up; they are the JSON fixtures' beside this file.
Run: python make_parquet.py
"""
import json

import pyarrow
import pyarrow.parquet

for name in ("scibench", "lcb", "finance"):
    with open(name + ".json", encoding="utf-8") as f:
        rows = json.load(f)
    table = pyarrow.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, name + ".parquet", compression="snappy")

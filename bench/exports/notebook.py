"""Runs the code cells of a notebook, in their order and in one name space, as a kernel
would; a cell that fails ends it."""

import json
import sys

import matplotlib

matplotlib.use("Agg")
with open(sys.argv[1], encoding="utf-8") as file:
    book = json.load(file)
names = {"__name__": "__main__"}
cells = [c for c in book["cells"] if c["cell_type"] == "code"]
for n, cell in enumerate(cells, 1):
    exec(compile("".join(cell["source"]), f"cell {n}", "exec"), names)
print(f"{len(cells)} cells")

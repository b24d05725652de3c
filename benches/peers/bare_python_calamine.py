"""Every cell of every sheet read by python-calamine, nothing done with it: `bare_python_calamine.py FOLDER`."""
import pathlib
import sys

from python_calamine import CalamineWorkbook

files = sorted(pathlib.Path(sys.argv[1]).rglob("*.xlsx"))
cells = 0
for path in files:
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        cells += sum(value != "" for row in book.get_sheet_by_name(name).to_python() for value in row)
print(f"{len(files)} files, {cells} cells")

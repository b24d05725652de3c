#!/usr/bin/env python3
"""Fill a blank template, let LibreOffice save it, and read it back: every typed number must return, and every total
must be what the template's formulas make of them.

    python3 tools/template-roundtrip.py HUIZONG [TEMPLATE.xlsx]

HUIZONG is the program. Without a template one is made. Needs openpyxl from pip and LibreOffice (soffice).
Exit code 0: all equal; 1: something differs; 2: something needed is not there.
"""
import csv
import glob
import io
import os
import shutil
import subprocess
import sys
import tempfile


def main():
    if len(sys.argv) < 2 or shutil.which("soffice") is None:
        print(__doc__)
        return 2
    try:
        import openpyxl
    except ImportError:
        print("openpyxl is missing: pip install openpyxl")
        return 2
    program, folder = sys.argv[1], tempfile.mkdtemp()
    if len(sys.argv) > 2:
        template = sys.argv[2]
    else:
        registry = os.path.join(folder, "units.csv")
        with open(registry, "w", encoding="utf-8") as out:
            out.write("code,name,kind,parent,aliases,from,to\n1,甲子镇,township,,,,\n")
        subprocess.run(
            [program, "template", "--form", "2021", "--year", "2022", "--units", registry, "-o", folder, "--quiet"],
            check=True,
        )
        template = glob.glob(os.path.join(folder, "*.xlsx"))[0]
    typed = {}
    book = openpyxl.load_workbook(template)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            merged = type(cell).__name__ == "MergedCell"
            if not merged and not cell.protection.locked and cell.value is None:
                cell.value = len(typed) % 11
                typed[(sheet.title, cell.coordinate)] = cell.value
    filled = os.path.join(folder, "filled.xlsx")
    book.save(filled)
    saved = os.path.join(folder, "saved")
    subprocess.run(["soffice", "--headless", "--convert-to", "xlsx", "--outdir", saved, filled], check=True,
                   stdout=subprocess.DEVNULL)
    # Exit code 1 only says that made-up figures break rules between the tables.
    answer = subprocess.run([program, "export", os.path.join(saved, "filled.xlsx"), "--format", "csv", "--quiet"],
                            capture_output=True, text=True)
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    wrong = [row["key"] for row in rows if row["status"] != "reported"]
    returned = 0
    for row in rows:
        if (row["sheet"], row["cell"]) in typed:
            number = typed[(row["sheet"], row["cell"])]
            wanted = number * 1_000_000 if row["measure"] == "fen" else number
            returned += 1
            if row["value"] != str(wanted):
                wrong.append(f"{row['key']}: typed {wanted}, read {row['value']}")
    if returned != len(typed):
        wrong.append(f"{len(typed)} cells were typed, {returned} came back")
    print(f"{len(rows)} values, {returned} of {len(typed)} typed cells came back, {len(wrong)} wrong")
    for line in wrong[:20]:
        print(" ", line)
    return 1 if wrong or not rows else 0


sys.exit(main())

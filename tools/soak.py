#!/usr/bin/env python3
"""One process and very many files: prints the memory of `huizong ingest` at ten points of its way.

usage: soak.py BINARY [--files N] [--command ingest|check]

The files are small reports as JSON, made here by `huizong synth` and copied under other names with other units. Exit code 1
when the memory at the end is more than half as much again as in the middle.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def resident(process):
    try:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS:"))
    except (OSError, StopIteration):
        return None


def make(binary, folder, files):
    """Different reports, so that no two have the same digest."""
    subprocess.run([binary, "synth", "-o", folder / "seed", "--units", "20", "--years", "2022", "--formats", "json,txt,csv,html", "--quiet"], check=True)
    seeds = [path for path in sorted((folder / "seed").rglob("*")) if path.suffix in (".json", ".txt", ".csv", ".html") and path.stem != "units" and not path.name.startswith(".")]
    texts = [(path.stem, path.suffix, path.read_text("utf-8-sig")) for path in seeds]
    shutil.rmtree(folder / "seed")
    for number in range(files):
        name, ending, text = texts[number % len(texts)]
        unit = f"第{number}号镇"
        target = folder / "in" / f"{number // 1000:03}"
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{number}{ending}").write_text(text.replace(name, unit), "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--command", choices=["ingest", "check"], default="ingest")
    args = parser.parse_args()
    binary = str(Path(args.binary).resolve())
    desk = Path(tempfile.mkdtemp(prefix="soak-"))
    make(binary, desk, args.files)
    print(f"{args.files} files made", flush=True)
    rest = ["--store", str(desk / "store")] if args.command == "ingest" else ["--format", "csv"]
    start = time.monotonic()
    child = subprocess.Popen([binary, args.command, str(desk / "in"), *rest, "--quiet"], stdout=subprocess.DEVNULL)
    samples = []
    while child.poll() is None:
        memory = resident(child.pid)
        if memory:
            samples.append((time.monotonic() - start, memory))
        time.sleep(0.2)
    for part in range(1, 11):
        seconds, memory = samples[min(len(samples) - 1, len(samples) * part // 10 - (part == 10))]
        print(f"{seconds:7.1f} s  {memory:6} MB")
    shutil.rmtree(desk, ignore_errors=True)
    middle, peak = samples[len(samples) // 2][1], max(memory for _, memory in samples)
    print(f"{args.command}: {args.files} files in {samples[-1][0]:.0f} s, {args.files / samples[-1][0]:.0f} a second; exit {child.returncode}; middle {middle} MB, peak {peak} MB")
    sys.exit(child.returncode not in (0, 1) or peak > middle * 1.5)


main()

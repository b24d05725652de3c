#!/usr/bin/env python3
"""Measures huizong beside its peers in one run, prints the ratios, and writes them to docs/benchmarks.md.

    benches/peers/run.py [--parts files,national,growth,start] [--files 2000,10000] [--counties 3000] [--no-document]

Needs `cargo build --release`, and `pip install -r benches/peers/requirements.txt`. Answers are compared before times
are: a peer, or huizong, that gives another number ends the run. Data are made by `huizong synth` under target/bench
and kept there.
"""
import argparse
import pathlib
import subprocess
import sys

import county
import growth
import national
import start
from measure import machine, unlimited

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = {"files": county, "national": national, "growth": growth, "start": start}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--files", default="2000,10000")
    parser.add_argument("--counties", type=int, default=3000)
    parser.add_argument("--no-document", action="store_true")
    args = parser.parse_args()
    args.huizong = ROOT / "target/release/huizong"
    args.data = ROOT / "target/bench"
    args.peers = ROOT / "benches/peers"
    if not args.huizong.exists():
        sys.exit("target/release/huizong is missing: run `cargo build --release` first")
    manifest = args.peers / "bare-read/Cargo.toml"
    args.bare = args.data / "bare-read"
    built = args.data / "bare-read-target"
    args.data.mkdir(parents=True, exist_ok=True)
    build = ["cargo", "build", "--quiet", "--release", "--manifest-path", manifest, "--target-dir", built]
    subprocess.run(build, check=True)
    (built / "release/bare-read").replace(args.bare)
    unlimited()
    chapters = []
    for part in args.parts.split(","):
        text = PARTS[part].measure(args)
        print(text, flush=True)
        chapters.append(text)
    if not args.no_document:
        document = ROOT / "docs/benchmarks.md"
        head = (args.peers / "head.md").read_text(encoding="utf-8").replace("{machine}", machine())
        tail = (args.peers / "tail.md").read_text(encoding="utf-8")
        document.write_text("\n".join([head, *chapters, tail]), encoding="utf-8")


if __name__ == "__main__":
    main()

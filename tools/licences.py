#!/usr/bin/env python3
"""Writes docs/licences.md: every package of Cargo.lock with its licence, as `cargo metadata` tells them; packages of other
platforms are fetched once."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def shipped(found):
    """Ids of the packages that end in the program, on whatever platform: not those of tests and builds alone."""
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    seen, open_ = set(), [found["resolve"]["root"]]
    while open_:
        package = open_.pop()
        if package in seen:
            continue
        seen.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                open_.append(dependency["pkg"])
    return seen


def main():
    found = metadata()
    own = found["resolve"]["root"]
    inside = shipped(found)
    packages = sorted((p for p in found["packages"] if p["id"] != own), key=lambda p: (p["name"], p["version"]))
    counts = Counter(p["license"] or "none" for p in packages)
    lines = [
        "# Licences of the dependencies",
        "",
        "Made by `just licences` from `cargo metadata`; a test holds it against `Cargo.lock`, and refuses licences that ask",
        "more of an office than to keep the notice. `deny.toml` says the same to `cargo deny`. *part* tells what is in the",
        "program on some platform, and what only tests and builds use.",
        "",
        "| licence | packages |",
        "|---|---|",
    ]
    lines += [f"| {licence} | {count} |" for licence, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
    lines += ["", "| package | version | licence | part |", "|---|---|---|---|"]
    for p in packages:
        part = "program" if p["id"] in inside else "build"
        lines.append(f"| {p['name']} | {p['version']} | {p['license'] or 'none'} | {part} |")
    (ROOT / "docs" / "licences.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(packages)} packages, {len(inside) - 1} of them in the program", file=sys.stderr)


main()

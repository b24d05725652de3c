#!/usr/bin/env python3
"""Kills `huizong rollup` and `huizong ingest` at random moments and looks at what is left.

    python3 tools/kills.py [--huizong target/release/huizong] [--kills 200] [--seed 1]

Before each run the results of an earlier run, of other reports, lie in the output folder (or store). After
the kill every file must be, byte for byte, the old or the new one; what was being written may lie beside
it under a hidden name. Once another run has begun, all of them must be old, or all new. Where there is strace,
`rollup` is killed at each of its moves, too. A store must export either the old or the new values, and the next ingest must
finish the work and leave nothing over. Ends with 1 when anything else is found.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ENV = {"SOURCE_DATE_EPOCH": "1769594400", "PATH": os.environ.get("PATH", "")}


def run(binary, *args):
    """A run to its end; its standard output."""
    done = subprocess.run([binary, *map(str, args)], env=ENV, capture_output=True, check=False)
    if done.returncode > 1:
        sys.exit(f"{args}: {done.stderr.decode()}")
    return done.stdout


def files(folder):
    """The bytes of every file below a folder, by name."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def is_hidden(name):
    return any(part.startswith(".") for part in pathlib.PurePath(name).parts)


def fresh(origin, place):
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(origin, place)


def moments(kills, dice):
    """A share of the run's time in each of `kills` equal stretches; every other one late, where files are written."""
    for number in range(kills):
        at = (number + dice.random()) / kills
        yield at if number % 2 else 0.6 + 0.4 * at


class Killer:
    """Kills runs at work. A run that is quicker than its kill is begun again, and the usual time corrected."""

    def __init__(self, binary, args, seconds):
        self.command, self.seconds, self.early = [binary, *map(str, args)], seconds, 0

    def kill(self, share, prepare):
        """Kills a run after that share of its usual time; when that was."""
        while True:
            prepare()
            after = share * self.seconds
            start = time.perf_counter()
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            child = subprocess.Popen(self.command, env=ENV, **quiet)
            try:
                child.wait(after)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                return after
            self.early += 1
            self.seconds = 0.5 * self.seconds + 0.5 * (time.perf_counter() - start)


def usual(binary, args, prepare):
    """Seconds of an undisturbed run."""
    taken = []
    for _ in range(3):
        prepare()
        start = time.perf_counter()
        run(binary, *args)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


class Results:
    """A folder of results between an old and a new run, and whether what a kill has left there will do."""

    def __init__(self, binary, before, out, empty):
        self.binary, self.before, self.out, self.empty = binary, before, out, empty
        self.was, self.will = files(before), files(out)
        self.mixed = self.left = self.finished = self.kills = 0
        self.wrong = []

    def look(self, when):
        found = files(self.out)
        hidden = {name for name in found if is_hidden(name)}
        self.kills += 1
        self.left += len(hidden)
        for name in (self.was.keys() | found.keys()) - hidden:
            whole = [side[name] for side in (self.was, self.will) if name in side]
            # A file of before may be gone only where the new run has none of its name.
            if found[name] not in whole if name in found else name in self.will:
                self.wrong.append(f"{when}: {name}")
        shown = {name: found[name] for name in found.keys() - hidden}
        self.mixed += shown not in (self.was, self.will)
        # A run without anything to read begins and ends with 2.
        subprocess.run([self.binary, "rollup", self.empty, "-o", self.out], env=ENV, capture_output=True, check=False)
        # A hidden folder that was not locked yet may stay for a minute.
        after = {name: data for name, data in files(self.out).items() if not is_hidden(name)}
        self.finished += after == self.will
        if after not in (self.was, self.will):
            self.wrong.append(f"{when} and another run: some files are old and some new")

    def told(self):
        return (
            f"{self.mixed} of {self.kills} times some were old and some new, never after the next run had begun; {self.finished} times all were new then; "
            f"{self.left} hidden files left over; {len(self.wrong)} wrong"
        )


def rollups(binary, old, new, folder, kills, dice):
    before, out, empty = folder / "before", folder / "out", folder / "empty"
    empty.mkdir()
    run(binary, "rollup", old, "-o", before)
    args = ["rollup", new, "-o", out]
    seconds = usual(binary, args, lambda: fresh(before, out))
    results, killer = Results(binary, before, out, empty), Killer(binary, args, seconds)
    differ = sum(results.was.get(name) != results.will.get(name) for name in results.was.keys() | results.will.keys())
    for share in moments(kills, dice):
        after = killer.kill(share, lambda: fresh(before, out))
        results.look(f"after {after:.3f} s")
    print(f"rollup: {kills} kills at work over {killer.seconds:.2f} s ({killer.early} runs were quicker); {differ} files differ; {results.told()}")
    return results.wrong + moves(binary, args, before, out, empty)


def moves(binary, args, before, out, empty):
    """Kills a rollup at each of its system calls that move, link or remove a file, one run for each."""
    if not shutil.which("strace"):
        print("moves: strace is not installed")
        return []
    fresh(before, out)
    run(binary, *args)
    results = Results(binary, before, out, empty)
    calls = "rename,renameat,renameat2,link,linkat,unlink,unlinkat"
    for number in range(1, 100_000):
        fresh(before, out)
        trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:signal=SIGKILL:when={number}"]
        done = subprocess.run([*trace, binary, *map(str, args)], env=ENV, capture_output=True, check=False)
        if done.returncode in (0, 1):
            break
        results.look(f"at call {number}")
    print(f"moves: {results.kills} kills, one at each call that moves, links or removes a file; {results.told()}")
    return results.wrong


def ingests(binary, old, new, folder, kills, dice):
    inputs, before, store = folder / "in", folder / "store-before", folder / "store"
    # Both stores know the files by the same name: changed, gone and new ones are told apart by it.
    fresh(old, inputs)
    run(binary, "ingest", inputs, "--store", before)
    was = run(binary, "export", before)
    fresh(new, inputs)
    args = ["ingest", inputs, "--store", store, "--sync"]
    seconds = usual(binary, args, lambda: fresh(before, store))
    will = run(binary, "export", store)
    if was == will:
        sys.exit("the two stores must differ")
    finished = left = 0
    wrong, killer = [], Killer(binary, args, seconds)
    for share in moments(kills, dice):
        after = killer.kill(share, lambda: fresh(before, store))
        left += sum(is_hidden(name) or name.endswith(".tmp") for name in files(store))
        found = run(binary, "export", store)
        finished += found == will
        if found not in (was, will):
            wrong.append(f"after {after:.3f} s: neither before nor after")
        run(binary, *args)
        if run(binary, "export", store) != will:
            wrong.append(f"the ingest after {after:.3f} s did not finish the work")
        manifest = json.loads((store / "_huizong/1-of-1.json").read_text())
        known = {part["path"] for part in manifest["parts"]}
        known |= {f"_huizong/{name}" for name in ("1-of-1.json", "1-of-1.lock", manifest["files"])}
        for name in files(store).keys() ^ known:
            wrong.append(f"after {after:.3f} s and another ingest: {name} is left over or missing")
    print(
        f"ingest: {kills} kills at work over {killer.seconds:.2f} s ({killer.early} runs were quicker); {kills - finished} stores as before, "
        f"{finished} as after; {left} hidden files left over, none after the next ingest; {len(wrong)} damaged"
    )
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--huizong", default="target/release/huizong")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    binary, dice = str(pathlib.Path(args.huizong).resolve()), random.Random(args.seed)
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        for name, units, seed in [("old", 36, 1), ("new", 40, 2)]:
            made = ["--units", units, "--years", "2020..2022", "--seed", seed, "--mistakes", "150"]
            run(binary, "synth", "-o", folder / name, "--formats", "xlsx,html,docx,json", *made)
        wrong = rollups(binary, folder / "old", folder / "new", folder, args.kills, dice)
        wrong += ingests(binary, folder / "old", folder / "new", folder, args.kills, dice)
    for line in wrong:
        print("   ", line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

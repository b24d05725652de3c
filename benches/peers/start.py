"""Part 4: start-up, and one small county."""
import shutil
import statistics
import subprocess

from measure import run, warm

RUNS = 20


def median(command, allowed=(0,)):
    return statistics.median(run(command, 1, allowed).seconds for _ in range(RUNS)) * 1000


def measure(args):
    folder = args.data / "small"
    if not folder.exists():
        command = [args.huizong, "synth", "-o", folder, "--counties", "1", "--units", "20", "--years", "2021..2022"]
        subprocess.run([str(part) for part in [*command, "--seed", "7", "--formats", "xlsx", "--quiet"]], check=True)
    warm(folder)
    output = args.data / "out" / "small"
    shutil.rmtree(output, ignore_errors=True)
    version = median([args.huizong, "--version"])
    key = median([args.huizong, "forms", "requests.received.total"])
    county = median([args.huizong, "rollup", folder, "-o", output, "--quiet"], (0, 1))
    return (
        f"## Start-up and one small county\n\nMedian of {RUNS} runs.\n\n| | ms |\n|---|---:|\n"
        f"| `huizong --version` | {version:.1f} |\n| `huizong forms KEY`: all data loaded | {key:.1f} |\n"
        f"| `huizong rollup`: 20 units × 2 years from xlsx, all results written | {county:.0f} |\n"
    )

"""Part 3: does the time grow as the work does?"""
import shutil
import subprocess

from measure import run, warm

STEPS = (1, 2, 4, 8)


def make(args, name, counties, arguments):
    folder = args.data / f"{name}-{counties}"
    if not folder.exists():
        command = [args.huizong, "synth", "-o", folder, "--counties", str(counties), "--seed", "7", "--quiet", *arguments]
        subprocess.run([str(part) for part in command], check=True)
    return folder


def line(step, count, measured, base):
    each = measured.seconds / count
    return f"| {step}× | {count:,} | {measured.seconds:.2f} | {each * 1000:.3f} | {each / base:.2f} | {measured.memory:,.0f} MiB |"


HEAD = "| | {what} | seconds | ms each | ÷ 1× | peak memory |\n|---|---:|---:|---:|---:|---:|"


def files(args):
    lines, base = [HEAD.format(what="files")], None
    for step in STEPS:
        folder = make(args, "grow", 5 * step, ["--units", "50", "--years", "2019..2022", "--formats", "xlsx"])
        count = sum(1 for _ in folder.rglob("*.xlsx"))
        warm(folder)
        output = args.data / "out" / "grow"
        shutil.rmtree(output, ignore_errors=True)
        measured = run([args.huizong, "rollup", folder, "-o", output, "--quiet"], allowed=(0, 1))
        base = base or measured.seconds / count
        lines.append(line(step, count, measured, base))
    return "\n".join(lines)


def reports(args):
    lines, base = [HEAD.format(what="reports")], None
    for step in STEPS:
        store = make(args, "grow-store", 100 * step, ["--store", "--units", "50", "--years", "2019..2024"])
        count = 100 * step * 50 * 6
        warm(store)
        output = args.data / "out" / "grow-totals"
        shutil.rmtree(output, ignore_errors=True)
        measured = run([args.huizong, "totals", store, "-o", output, "--quiet"])
        base = base or measured.seconds / count
        lines.append(line(step, count, measured, base))
    return "\n".join(lines)


def measure(args):
    return (
        "## Growth\n\nCounties of 50 units, from files to workbooks and pages (`rollup`):\n\n"
        f"{files(args)}\n\nReports in a store, to totals and comparison (`totals`):\n\n{reports(args)}\n"
    )

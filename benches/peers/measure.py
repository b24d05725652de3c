"""Time and peak memory of a command, and the machine they were measured on."""
import math
import os
import pathlib
import platform
import resource
import subprocess
import sys
import threading
import time


class Measured:
    """The best of some runs: seconds of wall clock, the greatest resident memory in MiB, what was printed."""

    def __init__(self, seconds, memory, printed):
        self.seconds, self.memory, self.printed = seconds, memory, printed


def once(command, allowed, environment, limit):
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    )
    watch = threading.Timer(limit or threading.TIMEOUT_MAX, process.kill)
    watch.start()
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    watch.cancel()
    if limit and seconds >= limit:
        return math.inf, usage.ru_maxrss / 1024, ""
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, command))}")
    return seconds, usage.ru_maxrss / 1024, printed


def run(command, runs=3, allowed=(0,), environment=None, limit=None):
    """Runs a command some times; exit codes other than those allowed end the benchmark. What takes longer than the
    limit, in seconds, is ended, and its time is infinite."""
    environment = {**os.environ, **(environment or {})}
    found = [once(command, allowed, environment, limit) for _ in range(runs)]
    best = min(found)
    return Measured(best[0], max(memory for _, memory, _ in found), best[2])


def warm(folder):
    """Reads every file once, so that no command pays for the disk."""
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            path.read_bytes()


def machine():
    """One line for the head of the document."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split(" (")[0]
    return (
        f"{os.cpu_count()} threads of {model}, {memory:.0f} GiB, Linux {platform.release()}, {rust}, "
        f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    )


def unlimited():
    """The limit on open files raised as far as it goes: some peers open every part at once."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

#!/usr/bin/env python3
"""Runs a program and writes down what it took: peak.py REPORT PROGRAM [ARGUMENT...]

The system counts the memory of whoever starts a program as its own until it begins; a small process in between keeps that
small. REPORT gets exit code, seconds and peak memory as JSON. Signals to the group are left to the program.
"""

import json
import os
import signal
import subprocess
import sys
import time

for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(name, lambda *_: None)
start = time.monotonic()
# What signals do stays as it was asked for.
child = subprocess.Popen(sys.argv[2:], restore_signals=False)
_, status, usage = os.wait4(child.pid, 0)
report = {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - start, "megabytes": usage.ru_maxrss / 1024}
with open(sys.argv[1], "w", encoding="ascii") as file:
    json.dump(report, file)

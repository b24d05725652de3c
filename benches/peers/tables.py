"""Tables for the document: the first row is huizong, the others are held against it."""
import math


def table(rows, count=None):
    """Rows of (name, Measured); with `count` also milliseconds for each file or report."""
    own = rows[0][1].seconds
    head = ["", "seconds", "peak memory", "÷ huizong"]
    if count:
        head.insert(2, "ms each")
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for name, measured in rows:
        if math.isinf(measured.seconds):
            cells = [name, "ended", *(["—"] if count else []), f"≥ {measured.memory:,.0f} MiB", "—"]
            lines.append("| " + " | ".join(cells) + " |")
            continue
        cells = [name, f"{measured.seconds:.2f}", f"{measured.memory:,.0f} MiB", f"{measured.seconds / own:.2f}"]
        if count:
            cells.insert(2, f"{measured.seconds / count * 1000:.3f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)

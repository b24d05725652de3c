"""What the peers' scripts share: where the cells stand, and how answers are written to be compared."""
import csv
import math

# What some units write behind an amount, in 分.
UNITS = [("万元", 1_000_000), ("元", 100)]

ANCHOR = "二、主动公开政府信息情况"


def number(value, scale):
    """A cell as an integer of its measure; None where nothing stands there."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        for ending, fen in UNITS:
            if value.endswith(ending):
                return round(float(value.removesuffix(ending)) * fen)
    return round(float(value) * scale)


def place(first_column, cell, layout):
    """Every key with its number, from the row on in which the heading stands; None where it does not."""
    for row, text in enumerate(first_column):
        if isinstance(text, str) and text.startswith(ANCHOR):
            return [(key, number(cell(row + down, col), scale)) for key, down, col, scale in layout]
    return None


def answers(folder, rows):
    """Writes year, key, sum: compared with huizong's before any time is."""
    with open(folder / "answers.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(sorted((str(year), key, value) for year, key, value in rows))

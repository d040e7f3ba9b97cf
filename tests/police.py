"""Street crime as data.police.uk publishes it: the columns of a force's file for a month."""

from __future__ import annotations

import csv
import io

import numpy as np

COLUMNS = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
    "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip
FORCE = "Metropolitan Police Service"
LONDON = (-0.52, 51.28, 0.34, 51.70)


def street_crime(rows: int, *, seed: int = 1) -> str:
    """Some rows as the text of a CSV: anti-social behaviour has no ID, some crimes no place."""
    random = np.random.default_rng(seed)
    left, bottom, right, top = LONDON
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(COLUMNS)
    for number in range(rows):
        place = f"{random.uniform(left, right):.6f}", f"{random.uniform(bottom, top):.6f}"
        known = random.random() > 0.05
        crime = random.random() > 0.2
        write(
            [
                f"{random.bytes(32).hex()}" if crime else "",
                "2025-09", FORCE, FORCE,
                *(place if known else ("", "")),
                "On or near Petrol Station, High Street" if number % 10 else "No Location",
                f"E0100{number % 10_000:04}" if known else "",
                "Barking and Dagenham 016A" if known else "",
                "Other theft" if crime else "Anti-social behaviour",
                "Under investigation" if crime else "",
                "",
            ]
        )  # fmt: skip
    return text.getvalue()

"""The calendar of a file: which dates carry work, and how much. A calendar of SQL is asked elsewhere."""

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from backfill_tui.plan.csv_rows import CsvRows
from backfill_tui.plan.problems import PlanRefusedError, Problem

Weights = Mapping[date, float]


def read_calendar(path: Path, name: str | None = None) -> Weights:
    """The work due on each date of a CSV with columns `date,weight`; a weight of 0 is a date without work.

    Raises PlanRefusedError with every mistake in the file; `name` is what its sentences call it.
    """
    weights, problems = gather_calendar(path, name or str(path))
    if problems:
        raise PlanRefusedError(problems)
    return weights


def gather_calendar(path: Path, name: str) -> tuple[Weights, list[Problem]]:
    """What a calendar file says, and what is wrong with it."""
    rows = CsvRows(path, ("date", "weight"), name)
    weights: dict[date, float] = {}
    for line, row in rows:
        day, weight = rows.day(line, row["date"]), _weight(rows, line, row["weight"])
        if day is None or weight is None:
            continue
        if day in weights:
            rows.refuse(line, "date", f"{day} is given twice; keep one")
        weights.setdefault(day, weight)
    if not weights and not rows.problems:
        rows.refuse(None, "", "the calendar has no dates")
    return MappingProxyType(weights), rows.problems


def _weight(rows: CsvRows, line: int, text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if math.isfinite(weight) and weight >= 0:
        return weight
    rows.refuse(line, "weight", f"must be a number of at least 0, not '{text[:40]}'")
    return None

"""The dates of a phase: relative days made real against a given today, and lists of dates from a file."""

from datetime import date, timedelta
from pathlib import Path

from backfill_tui.plan.csv_rows import CsvRows
from backfill_tui.plan.model.scalars import RelativeDay, day
from backfill_tui.plan.problems import Problem


def day_typed(text: str) -> date | RelativeDay:
    """The day that a word means, as in a plan. Raises ValueError with a clause that tells what it must be."""
    return day(text)


def resolve_day(meant: date | RelativeDay, today: date) -> date:
    """The date meant by a day of the plan; `today` is the date in the plan's time zone."""
    return today + timedelta(days=meant.days) if isinstance(meant, RelativeDay) else meant


def gather_dates(path: Path, name: str) -> tuple[tuple[date, ...], list[Problem]]:
    """The distinct dates of a CSV's column `date`, in order, and what is wrong with the file."""
    rows = CsvRows(path, ("date",), name)
    found = {given for line, row in rows if (given := rows.day(line, row["date"])) is not None}
    if not found and not rows.problems:
        rows.refuse(None, "", "the file lists no dates")
    return tuple(sorted(found)), rows.problems

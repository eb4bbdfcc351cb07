"""The dates of a phase: relative days made real against a given today, and lists of dates from a file."""

from datetime import date, timedelta
from pathlib import Path

from backfill_tui.plan.csv_rows import CsvRows
from backfill_tui.plan.model.scalars import RelativeDay
from backfill_tui.plan.problems import Problem


def resolve_day(day: date | RelativeDay, today: date) -> date:
    """The date meant by a day of the plan; `today` is the date in the plan's time zone."""
    return today + timedelta(days=day.days) if isinstance(day, RelativeDay) else day


def gather_dates(path: Path, name: str) -> tuple[tuple[date, ...], list[Problem]]:
    """The distinct dates of a CSV's column `date`, in order, and what is wrong with the file."""
    rows = CsvRows(path, ("date",), name)
    found = {day for line, row in rows if (day := rows.day(line, row["date"])) is not None}
    if not found and not rows.problems:
        rows.refuse(None, "", "the file lists no dates")
    return tuple(sorted(found)), rows.problems

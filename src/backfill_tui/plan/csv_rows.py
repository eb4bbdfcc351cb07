"""CSV files that a plan names: rows with the columns that are wanted, a sentence for each that can't be used."""

import csv
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from backfill_tui.plan.problems import Problem, listed

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_PROBLEMS = 20


@dataclass(slots=True)
class CsvRows:
    """The rows of one file, as (line, {column: text}); `problems` fills while they are read."""

    path: Path
    columns: tuple[str, ...]
    name: str
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, line: int | None, column: str, message: str) -> None:
        """Note a mistake; after many of them one more line says that there are more."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(self.name, line, None, column, message))
        elif len(self.problems) == _MOST_PROBLEMS:
            self.problems.append(
                Problem(self.name, line, None, "", "there are more mistakes below; mend these first")
            )

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):  # a pipe would block for ever
                self.refuse(None, "", "this is not a plain file; name a CSV file")
                return
            with self.path.open(newline="", encoding="utf-8-sig") as file:
                yield from self._rows(csv.reader(file))
        except FileNotFoundError:
            self.refuse(None, "", "there is no such file; check the name")
        except UnicodeDecodeError:
            self.refuse(None, "", "this is not a text file in UTF-8; save it as such")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.refuse(None, "", f"the file can't be read ({reason}); check the name")

    def _rows(self, reader: Iterator[list[str]]) -> Iterator[tuple[int, dict[str, str]]]:
        try:
            header = [cell.strip().lower() for cell in next(reader, [])]
            absent = [column for column in self.columns if column not in header]
            for column in absent:
                known = f"it needs {listed(self.columns)} and has {listed(header)}"
                self.refuse(1, column, f"there is no such column; {known}")
            if absent:
                return
            places = {column: header.index(column) for column in self.columns}
            for line, row in enumerate(reader, start=2):
                if any(cell.strip() for cell in row):
                    yield line, {c: row[at].strip() if at < len(row) else "" for c, at in places.items()}
        except csv.Error as error:
            self.refuse(None, "", f"this is not CSV ({error}); check quotes and line ends")

    def day(self, line: int, text: str) -> date | None:
        """The date of a cell; `None`, with a problem, where it is none."""
        try:
            if _ISO_DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            self.refuse(line, "date", f"there is no such day as {text}")
            return None
        self.refuse(line, "date", f"must be a date such as 2026-01-03, not '{text[:40]}'")
        return None

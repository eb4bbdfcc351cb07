"""A job's own memory of its dates: the JSON checkpoint that it resumes from, replaced whole after every date.

It resumes as these jobs do, and that is their well-known mistake: at the day after the last successful date,
whatever lies unfinished before it.
"""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path


def local_now() -> datetime:
    """The wall clock of the machine without an offset, as these jobs write it."""
    return datetime.now().astimezone().replace(tzinfo=None)


@dataclass
class Checkpoint:
    """One checkpoint file; may be used from several threads. A date is in at most one of its lists."""

    folder: Path
    job_name: str
    start: date
    end: date
    clock: Callable[[], datetime] = local_now
    _created_at: str | None = None
    _successful: dict[date, None] = field(default_factory=dict)  # in the order in which they ended
    _failed: dict[date, None] = field(default_factory=dict)
    _skipped: dict[date, None] = field(default_factory=dict)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def path(self) -> Path:
        """Where the file lies; its name tells job and range."""
        return self.folder / f"{self.job_name}_{self.start}_{self.end}.json"

    def exists(self) -> bool:
        """Whether an earlier run left one."""
        return self.path.exists()

    def load(self) -> None:
        """Take over what an earlier run wrote. Raises OSError, ValueError or KeyError if it can't be read."""
        kept = json.loads(self.path.read_text(encoding="utf-8"))
        self._created_at = kept["created_at"]
        for name, dates in (
            ("successful_dates", self._successful),
            ("failed_dates", self._failed),
            ("skipped_dates", self._skipped),
        ):
            dates.update((date.fromisoformat(text), None) for text in kept[name])

    def clear(self) -> None:
        """Forget what an earlier run wrote."""
        self.path.unlink(missing_ok=True)

    def resume_date(self) -> date | None:
        """The day after the last successful date; None if there is none yet."""
        return max(self._successful) + timedelta(days=1) if self._successful else None

    def succeeded(self, day: date) -> None:
        """That date is done, or was found empty."""
        self._record(day, self._successful)

    def failed(self, day: date) -> None:
        """That date ended without its rows."""
        self._record(day, self._failed)

    def skipped(self, day: date) -> None:
        """That date was left out on purpose."""
        self._record(day, self._skipped)

    def _record(self, day: date, outcome: dict[date, None]) -> None:
        with self._one_at_a_time:
            for dates in (self._successful, self._failed, self._skipped):
                dates.pop(day, None)
            outcome[day] = None
            self._replace()

    def _replace(self) -> None:
        now = self.clock().isoformat()
        self._created_at = self._created_at or now
        self.folder.mkdir(parents=True, exist_ok=True)
        written = self.folder / f".{self.path.name}.{os.getpid()}.tmp"
        written.write_text(json.dumps(self._document(now), indent=2), encoding="utf-8")
        written.replace(self.path)

    def _document(self, now: str) -> dict[str, object]:
        counts = [len(dates) for dates in (self._successful, self._failed, self._skipped)]
        return {
            "job_name": self.job_name,
            "start_date": self.start.isoformat(),
            "end_date": self.end.isoformat(),
            "created_at": self._created_at,
            "last_updated": now,
            "last_successful_date": max(self._successful).isoformat() if self._successful else None,
            "successful_dates": [day.isoformat() for day in self._successful],
            "failed_dates": [day.isoformat() for day in self._failed],
            "skipped_dates": [day.isoformat() for day in self._skipped],
            "stats": {
                "total_days": (self.end - self.start).days + 1,
                "processed": sum(counts),
                "successful": counts[0],
                "failed": counts[1],
                "skipped": counts[2],
            },
        }

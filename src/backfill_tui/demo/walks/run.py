"""What every walk needs of one run of a job, and the counting and mishaps that they share."""

import logging
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from backfill_tui.demo.checkpoint import Checkpoint
from backfill_tui.demo.processor import Processor
from backfill_tui.demo.schedule import Calendar

RULE = "=" * 80
PROGRESS_EVERY = 10


@dataclass(frozen=True, slots=True)
class Mishaps:
    """What is to befall this run: it kills or hangs itself once that share of its dates has ended."""

    crash_at: float | None = None
    hang_at: float | None = None

    def strike(self, ended: int, total: int) -> None:
        """Call in the middle of a date; may not return."""
        share = ended / total if total else 1.0
        if self.crash_at is not None and share >= self.crash_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.hang_at is not None and share >= self.hang_at:
            threading.Event().wait()


@dataclass(frozen=True)
class JobRun:
    """One run of a job program, as its command line asked for it."""

    start: date
    end: date
    resume: bool
    workers: int
    parallel: bool
    calendar: Calendar
    processor: Processor
    checkpoint: Checkpoint
    mishaps: Mishaps
    log: logging.Logger
    retry_words: Sequence[str]  # the command line of a retry, up to its dates

    def say(self, *lines: str) -> None:
        """Log records of level INFO."""
        for line in lines:
            self.log.info("%s", line)

    def box(self, title: str) -> None:
        """Log a title between two rules."""
        self.say(RULE, title, RULE)

    def take_up(self) -> date | None:
        """Load the checkpoint, or clear it, as asked; return the date to resume from, if any."""
        if not self.checkpoint.exists():
            return None
        if not self.resume:
            self.say("🔄 --no-resume specified, starting fresh (clearing checkpoint)")
            self.checkpoint.clear()
            return None
        self.checkpoint.load()
        return self.checkpoint.resume_date()

    def say_checkpoint_summary(self) -> None:
        """Log the closing lines on the checkpoint: a record with a line break, and counts that nobody counted."""
        self.say(
            "\n📊 Checkpoint Summary:",
            "   Total successful: 0",
            "   Total failed: 0",
            f"   Checkpoint file: {self.checkpoint.path}",
        )

    def retry_command(self, dates: Sequence[date], *more: str) -> str:
        """The command that the summary recommends; like these jobs it names the first five dates only."""
        return " ".join([*self.retry_words, "--dates", joined(dates[:5], ","), *more])


@dataclass
class Tally:
    """What a run has counted so far; `ended` only grows."""

    total: int
    ended: int = 0
    successful: int = 0
    skipped: int = 0
    rows: int = 0
    failed: list[date] = field(default_factory=list)

    def success(self, rows: int) -> None:
        """One date more, with that many rows."""
        self.ended += 1
        self.successful += 1
        self.rows += rows

    def failure(self, day: date) -> None:
        """That date ended without its rows."""
        self.ended += 1
        self.failed.append(day)

    def skip(self) -> None:
        """One date more was left out on purpose."""
        self.ended += 1
        self.skipped += 1

    @property
    def success_rate(self) -> float:
        """Successful of all ended dates, in percent."""
        return percent(self.successful, self.ended)

    @property
    def mean_rows(self) -> float:
        """Rows for each date that ended."""
        return self.rows / self.ended if self.ended else 0.0

    @property
    def progress_is_due(self) -> bool:
        """Whether the job prints its progress now."""
        return self.ended % PROGRESS_EVERY == 0


def percent(part: float, whole: float) -> float:
    """The share in percent, 0 of nothing."""
    return 100.0 * part / whole if whole else 0.0


def joined(dates: Sequence[date], between: str = ", ") -> str:
    """The dates in one line."""
    return between.join(map(str, dates))

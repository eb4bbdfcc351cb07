"""Logs of jobs that went wrong in every way, written from short words. Knows nothing of how they are read.

A word is what became of one day: a number of records, `x` failed, `!` raised (with its traceback), `>` only
started, `s` skipped, `.` never mentioned.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from tests.logs import LogWriter

START, END = "2022-01-01", "2022-01-05"
TRACEBACK = (
    "Traceback (most recent call last):",
    '  File "/srv/job.py", line 5, in run',
    "    success = self.processor.run(opts)",
    "RuntimeError: could not cast literal",
)


def day(number: int, start: str = START) -> str:
    """The n-th day of the range, counted from 1."""
    return (date.fromisoformat(start) + timedelta(days=number - 1)).isoformat()


@dataclass
class Job(LogWriter):
    """A job's log: headers, days and ends of the three families, under either logging handler."""

    plain: bool = False

    def say(self, message: str, level: str = "INFO", *, after: float = 1.0) -> Self:
        if not self.plain:
            super().say(message, level, after=after)
            return self
        self.lines.append(f"{level}:__main__:{message}")
        return self

    def raw(self, *lines: str) -> Self:
        super().raw(*lines)
        return self

    def tell(self, *messages: str, level: str = "INFO") -> Self:
        for message in messages:
            self.say(message, level)
        return self

    def configuration(
        self,
        start: str = START,
        end: str = END,
        *,
        dry: bool = False,
        no_resume: bool = False,
    ) -> Self:
        return self.tell(
            "Day-by-day analytics backfill configuration:",
            f"  Date range: {start} to {end}",
            f"  Dry run: {dry}",
            f"  No resume: {no_resume}",
            "  Parallel: False",
        )

    def daily(
        self,
        start: str = START,
        end: str = END,
        *,
        resume: str | None = None,
        fresh: bool = False,
        checkpoint: str = "/tmp/c/job.json",  # noqa: S108 - only a name that is printed
    ) -> Self:
        total = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
        left = (date.fromisoformat(end) - date.fromisoformat(resume)).days + 1 if resume else total
        self.configuration(start, end)
        self.tell(
            f"Starting day-by-day analytics backfill from {start} to {end}",
            f"Will process {total} days from {start} to {end}",
        )
        if fresh:
            self.say("🔄 --no-resume specified, starting fresh (clearing checkpoint)")
        if resume:
            self.tell(
                f"📂 Found checkpoint - resuming from {resume}",
                f"   Skipping {total - left} already-processed dates",
            )
        return self.tell(f"Processing {left} days individually (day-by-day approach)", f"Checkpoint: {checkpoint}")

    def days(self, words: str, *, start: str = START, of: int = 5, first: int = 1) -> Self:
        for place, word in enumerate(words.split()):
            if word != ".":
                self._unit(f"Processing day {first + place}/{of}: ", day(1 + place, start), word, "records")
        return self

    def listed(self, **words: str) -> Self:
        """A `--dates` run: `d02="5"` is the second day of January."""
        count = len(words)
        self.tell(f"Processing {count} specific dates", f"Processing {count} specific dates")
        for place, (name, word) in enumerate(words.items(), 1):
            self._unit(f"Processing date {place}/{count}: ", f"2022-01-{name[1:]}", word, "records")
        return self

    def _unit(self, announced: str, when: str, word: str, noun: str) -> None:
        self.say(announced + when)
        if word == ">":
            return
        if word == "x":
            self.say(f"Validation failed: 0 rows extracted for {when}", "ERROR")
            self.say(f"  ✗ Failed: {when}", "ERROR", after=20)
        elif word == "!":
            self.say("Exception during processing: could not cast literal", "ERROR", after=20)
            self.raw(*TRACEBACK)
            self.say("  ✗ Exception: could not cast literal", "ERROR")
        elif word == "s":
            self.say("  ⏭ Skipped: bootstrap period")
        else:
            self.say(f"  ✓ Success: {word} {noun}", after=20)

    def parallel(
        self,
        start: str = START,
        end: str = END,
        *,
        workers: int = 3,
        resume: str | None = None,
        game_dates: int | None = None,
    ) -> Self:
        total = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
        bar = "=" * 80
        self.tell(bar, f"🚀 PARALLEL BACKFILL MODE - {workers} CONCURRENT WORKERS", bar)
        self.tell(f"   Date range: {start} to {end}", f"Will process {total} days from {start} to {end}")
        if resume:
            skipped = (date.fromisoformat(resume) - date.fromisoformat(start)).days
            self.tell(f"📂 Resuming from {resume}", f"   Skipping {skipped} already-processed dates")
        if game_dates:
            self.say(f"Found {game_dates} game dates out of {total} calendar days (skipping some)")
            self.say(f"Processing {game_dates} game dates with {workers} parallel workers")
        else:
            self.say(f"Processing {total} days with {workers} parallel workers")
        return self.tell("PARALLEL PROCESSING STARTED", bar)

    def ended(self, **words: str) -> Self:
        """Completions of a parallel run, in the order given: `d04="7"` is the fourth of January."""
        for name, word in words.items():
            when = f"2022-01-{name[1:]}"
            if word == "x":
                self.say(f"  ✗ {when}: Processing failed", "ERROR")
            elif word == "!":
                self.say(f"Exception processing {when}: could not cast literal", "ERROR")
                self.raw(*TRACEBACK)
            elif word == "s":
                self.say(f"  ⏭ {when}: bootstrap period")
            else:
                self.say(f"  ✓ {when}: {word} records", after=20)
        return self

    def complete(self) -> Self:
        return self.raw_record("", "=" * 80).tell("PARALLEL BACKFILL COMPLETE", "=" * 80, "  Total days: 5")

    def games(
        self,
        found: int,
        *,
        resume: str | None = None,
        left: int | None = None,
        start: str = START,
        end: str = "2022-01-10",
    ) -> Self:
        total = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
        self.say(f"Starting backfill from {start} to {end}")
        self.say(f"Found {found} game dates out of {total} calendar days (skipping {total - found} off-days)")
        if resume:
            self.say(f"📂 RESUMING from checkpoint: {resume}")
        return self.say(f"Processing {left or found} game dates (of {found} total game dates)")

    def game_days(self, of: int, first: int = 1, **words: str) -> Self:
        for place, (name, word) in enumerate(words.items(), first):
            when = f"2022-01-{name[1:]}"
            self.say(f"Processing game date {place}/{of}: {when}")
            if word == "x":
                self.say("  ✗ Failed: no rows", "ERROR")
            elif word == "s":
                self.say("  ⏭ Skipped: bootstrap period")
            elif word != ">":
                self.say(f"  ✓ Success: {word} players", after=20)
        return self

    def game_summary(self) -> Self:
        return self.tell("=" * 80, "PHASE 4 BACKFILL SUMMARY - Processor:", "  Total players: 9", "=" * 80)

    def listed_summary(self) -> Self:
        return self.tell("=" * 80, "SPECIFIC DATES PROCESSING SUMMARY:", "  Total dates: 2", "=" * 80)

    def daily_summary(self) -> Self:
        self.tell("=" * 80, "DAY-BY-DAY BACKFILL SUMMARY:", "  Total days: 5", "  Successful days: 3")
        self.raw_record("", "📊 Checkpoint Summary:").say("   Total successful: 0")
        self.raw_record("", "  Failed dates (2 total):").say(f"    {day(1)}, {day(2)}")
        return self.say(f"    python job.py --dates {day(1)},{day(2)}")

    def raw_record(self, message: str, *rest: str) -> Self:
        """One record on several lines."""
        return self.say(message).raw(*rest)

    def crash(self) -> Self:
        return self.raw(*TRACEBACK)


def counts(total: int, **states: int) -> dict[str, int]:
    """`units` of an account, every state that is not named at 0."""
    every = ("done", "empty", "skipped", "failed", "running", "pending", "missing")
    return {"total": total, **dict.fromkeys(every, 0), **states}

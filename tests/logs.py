"""Writes small logs in the families of real jobs, line by line, for tests that need one of their own."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


def days(start: str, count: int) -> list[date]:
    first = date.fromisoformat(start)
    return [first + timedelta(days=i) for i in range(count)]


@dataclass
class LogWriter:
    """Adds records one second apart; `text` is the log so far."""

    at: datetime = datetime(2026, 1, 3, 12, 0, 0)  # noqa: DTZ001 - jobs print naive times
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def body(self) -> bytes:
        return self.text.encode()

    def say(self, message: str, level: str = "INFO", *, after: float = 1.0) -> "LogWriter":
        self.at += timedelta(seconds=after)
        stamp = f"{self.at:%Y-%m-%d %H:%M:%S},{self.at.microsecond // 1000:03d}"
        self.lines.append(f"{stamp} - {level} - {message}")
        return self

    def raw(self, *lines: str) -> "LogWriter":
        self.lines.extend(lines)
        return self

    def header(self, start: str, end: str, *, resume: str | None = None, fresh: bool = False) -> "LogWriter":
        total = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
        left = (date.fromisoformat(end) - date.fromisoformat(resume)).days + 1 if resume else total
        self.say("Day-by-day analytics backfill configuration:")
        self.say(f"  Date range: {start} to {end}")
        self.say("  No resume: False")
        self.say(f"Starting day-by-day analytics backfill from {start} to {end}")
        if resume:
            self.say(f"📂 Found checkpoint - resuming from {resume}")
            self.say(f"   Skipping {total - left} already-processed dates")
        if fresh:
            self.say("🔄 --no-resume specified, starting fresh (clearing checkpoint)")
        self.say(f"Processing {left} days individually (day-by-day approach)")
        return self.say("Checkpoint: /tmp/backfill_checkpoints/job.json")

    def unit(self, index: int, of: int, day: date, records: int | None = 10, *, took: float = 20.0) -> "LogWriter":
        """A day from start to end; `records` None: it fails."""
        self.say(f"Processing day {index}/{of}: {day}")
        if records is None:
            return self.say(f"  ✗ Failed: {day}", "ERROR", after=took)
        return self.say(f"  ✓ Success: {records} records", after=took)

    def summary(self) -> "LogWriter":
        self.say("=" * 80)
        self.say("DAY-BY-DAY BACKFILL SUMMARY:")
        self.say("  Total days: 5")
        self.say("\n📊 Checkpoint Summary:")
        return self.say("   Total successful: 0")

    def parallel_header(self, start: str, end: str, *, workers: int = 15, resume: str | None = None) -> "LogWriter":
        total = (date.fromisoformat(end) - date.fromisoformat(resume or start)).days + 1
        self.say("=" * 80)
        self.say(f"🚀 PARALLEL BACKFILL MODE - {workers} CONCURRENT WORKERS")
        self.say("=" * 80)
        self.say(f"   Date range: {start} to {end}")
        if resume:
            self.say(f"📂 Resuming from {resume}")
            self.say(f"   Skipping {total} already-processed dates")
        self.say(f"Processing {total} days with {workers} parallel workers")
        return self.say("PARALLEL PROCESSING STARTED")

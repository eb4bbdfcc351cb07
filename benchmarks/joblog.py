"""Writes logs of day-by-day jobs, of any size, with the chatter of libraries between the job's own lines. Seeded.

What is written is known, so that a reader that is fast because it is wrong is found out.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from random import Random
from typing import BinaryIO
from zlib import crc32

START = date(2021, 10, 19)
DAYS = 1537  # … 2026-01-02
_BEGAN = datetime(2026, 1, 3, 13, 14, 7, tzinfo=UTC)
_CHATTER = (
    'urllib3.connectionpool https://bq.example.com:443 "POST /v2/projects/nba/jobs?alt=json HTTP/1.1" 200 None',
    "google.auth.transport.requests Making request: GET http://metadata.example.com/v1/instance, attempt {n} of 5",
    "pandas.io.sql fetched chunk {n} of the cursor: 1000 rows, 42 columns, dtypes converted in {n} ms",
    "processor row {n}: player_id={n}, minutes=31.5, usage_rate=None, true_shooting_pct=0.58{n}, source=gamebook",
    "cache hit for schedule/{n}.json (age {n} s, 18.2 kB), 3 entries evicted",
    "sqlalchemy.engine SELECT game_id, team, points, rebounds, assists FROM boxes WHERE game_id = {n} LIMIT 500",
    "retry loop: nothing to do, sleeping {n} ms before the next look at the queue",
    "quality tier of row {n} is silver: 2 of 6 substitutes used, completeness 0.9{n}",
)


def records_of(day: date) -> int | None:
    """How many records the job writes for a date: 0 without games, None where it fails. The same in every run."""
    lot = crc32(day.isoformat().encode())
    if 7 <= day.month <= 9 or lot % 7 == 0:
        return 0
    return None if lot % 97 == 0 else 2 + 2 * (lot % 14)


def tally(days: int, start: date = START) -> dict[str, int]:
    """The account of a range of which every date has been processed, as `inspect --json` names it."""
    records = (records_of(start + timedelta(days=i)) for i in range(days))
    counts = Counter("failed" if rows is None else "done" if rows else "empty" for rows in records)
    return {state: counts[state] for state in ("done", "empty", "failed")}


@dataclass
class JobLog:
    """A log in the making. `chatter` lines follow each of the job's; `newline` ends every line."""

    file: BinaryIO
    seed: int = 1
    chatter: int = 0
    newline: bytes = b"\n"
    stamped_chatter: bool = True
    terse: bool = False  # of a date, print its start and its end only
    lines: int = field(default=0, init=False)
    _at_ms: int = field(default=int(_BEGAN.timestamp() * 1000), init=False)
    _second: int = field(default=-1, init=False)
    _stamp: bytes = field(default=b"", init=False)

    def __post_init__(self) -> None:
        self._dice = Random(self.seed)  # noqa: S311 - a simulation, not a secret
        self._tails = [self._tail(text) for text in islice(cycle(_CHATTER), 4096)]

    def say(self, message: str, level: str = "INFO", *, after_ms: int = 900) -> None:
        """One record of the job, `after_ms` after the last, and the chatter that follows it."""
        self._at_ms += after_ms
        self.file.write(self._now() + f" - {level} - {message}".encode() + self.newline)
        self.lines += 1
        if self.chatter:
            self.chat(self.chatter)

    def chat(self, count: int) -> None:
        """So many lines of chatter, within a second or at a line a millisecond."""
        step = max(1, 1000 // count)
        begin = self._dice.randrange(len(self._tails))
        pieces = []
        for tail in islice(cycle(self._tails), begin, begin + count):
            if self.stamped_chatter:
                self._at_ms += step
                pieces.append(self._now())
            pieces.append(tail)
        self.lines += count
        self.file.write(b"".join(pieces))

    def run(self, days: int = DAYS, *, first: int = 1, last: int | None = None, start: date = START) -> None:
        """One run over `days` dates. With a `first` above 1 a resume; with a `last`, killed after that."""
        of = days - first + 1
        self._announce(start, days, first)
        for i in range(first, (last or days) + 1):
            self._unit(i - first + 1, of, start + timedelta(days=i - 1))
        if last is None:
            self._summarise(start, days)

    def _announce(self, start: date, days: int, first: int) -> None:
        end = start + timedelta(days=days - 1)
        self.say("Day-by-day analytics backfill configuration:")
        self.say(f"  Date range: {start} to {end}")
        self.say("  Dry run: False")
        self.say("  No resume: False")
        self.say(f"Starting day-by-day analytics backfill from {start} to {end}")
        self.say(f"Will process {days} days from {start} to {end}")
        if first > 1:
            self.say(f"📂 Found checkpoint - resuming from {start + timedelta(days=first - 1)}")
            self.say(f"   Skipping {first - 1} already-processed dates")
        self.say(f"Processing {days - first + 1} days individually (day-by-day approach)")
        self.say(f"Checkpoint: /tmp/backfill_checkpoints/team_offense_game_summary_{start}_{end}.json")

    def _unit(self, index: int, of: int, day: date) -> None:
        self.say(f"Processing day {index}/{of}: {day}")
        rows = records_of(day)
        if not self.terse:
            self.say(f"PROCESSOR_STEP Initialized TeamOffenseGameSummaryProcessor for {day}")
        if rows and not self.terse:
            self.say(f"Extracted {rows} team rows, {rows * 11} player rows in 13.5s", after_ms=9000)
            self.say(f"Saved {rows} records via MERGE_UPDATE", after_ms=7000)
        if rows is None:
            self.say(f"  ✗ Failed: {day}", "ERROR")
        else:
            self.say(f"  ✓ Success: {rows} records")
        if index % 10 == 0 and not self.terse:
            self.say(f"Progress: {index}/{of} days (99.1% success), {index * 9} total records (avg 9/day)")

    def _summarise(self, start: date, days: int) -> None:
        self.say("=" * 80)
        self.say("DAY-BY-DAY BACKFILL SUMMARY:")
        self.say(f"  Date range: {start} to {start + timedelta(days=days - 1)}")
        self.say(f"  Total days: {days}")
        self.say("=" * 80)

    def _tail(self, text: str) -> bytes:
        head = " - DEBUG - " if self.stamped_chatter else "    "
        return (head + text.format(n=self._dice.randrange(10, 10_000))).encode() + self.newline

    def _now(self) -> bytes:
        second, ms = divmod(self._at_ms, 1000)
        if second != self._second:
            self._second = second
            self._stamp = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S").encode()
        return b"%b,%03d" % (self._stamp, ms)

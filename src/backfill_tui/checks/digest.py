"""What a result was a judgement of: a digest of the suite and of what it was run on. Pure.

Two results with one digest judged the same thing by the same rules: what differs between them is the data. Another
digest says that a bound, a filter, a threshold, the range, the calendar or the warehouse is another one.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from backfill_tui.checks.subject import Subject
from backfill_tui.plan.ranges import Dates
from backfill_tui.plan.resolved import Suite

_NOT_JUDGING = ("title", "max_age_s", "timeout_s")  # how it is called, how long it counts, how long it may take


def digest_of(suite: Suite, subject: Subject) -> str:
    """A short hexadecimal digest of all that decides a verdict but the rows, the account and programs' doings."""
    work = None
    if suite.completeness is not None and subject.calendar is not None and subject.dates is not None:
        work = subject.calendar.digest(subject.dates)
    commands = tuple(command.run for command in suite.commands)
    return _digest(suite, subject.dates, subject.listed, (subject.phase, *subject.place), work, commands)


@lru_cache(maxsize=512)
def rules_of(suite: Suite) -> str:
    """A short hexadecimal digest of the suite's own rules, whatever they are applied to."""
    return _hashed(_rules(suite))


@lru_cache(maxsize=512)
def _digest(
    suite: Suite,
    dates: Dates | None,
    listed: tuple[date, ...] | None,
    place: tuple[str, ...],
    work: str | None,
    commands: tuple[tuple[str, ...], ...],
) -> str:
    return _hashed([_rules(suite), dates, listed, place, work, commands])


def _rules(suite: Suite) -> dict[str, Any]:
    return {key: value for key, value in asdict(suite).items() if key not in _NOT_JUDGING}


def _hashed(what: Any) -> str:
    text = json.dumps(what, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]

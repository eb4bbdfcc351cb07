"""What a result was a judgement of: a digest of the suite and of where it was asked. Pure.

Two results with one digest judged by the same rules: what differs between them is the data. Another digest says
that somebody has changed a bound, a filter, a threshold or the range.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from functools import lru_cache

from backfill_tui.plan.resolved import Suite

_NOT_JUDGING = ("title", "max_age_s", "timeout_s")  # how it is called, how long it counts, how long it may take


@lru_cache(maxsize=512)
def suite_digest(suite: Suite, dates: tuple[date, date] | None) -> str:
    """A short hexadecimal digest of all that decides a suite's verdict but the data."""
    rules = {key: value for key, value in asdict(suite).items() if key not in _NOT_JUDGING}
    text = json.dumps([rules, dates], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""The words of dialects.yaml: fields, facts beside a pattern, kinds of event."""

from collections.abc import Mapping

_DATE = r"\d{4}-\d{2}-\d{2}"
_NUMBER = r"\d[\d,]*"
FIELDS: Mapping[str, str] = {
    "date": _DATE,
    "start": _DATE,
    "end": _DATE,
    "resumes_from": _DATE,
    "index": _NUMBER,
    "of": _NUMBER,
    "units": _NUMBER,
    "found": _NUMBER,
    "workers": _NUMBER,
    "records": _NUMBER,
    "seconds": r"\d{1,7}(?:\.\d{1,9})?",
    "checkpoint": r"\S+",
    "reason": r".*",
}
"""What a `{name}` in a pattern stands for."""

FACTS: Mapping[str, type] = {
    "mode": str,
    "fresh": bool,
    "dry": bool,
    "repeats": bool,
    "game_dates": bool,
    "number_follows": bool,
    "consecutive": bool,
}
"""What may stand beside a pattern."""

CLOSES = "closes"
"""A fact of every pattern that counts, in a dialect without a summary: N of N is the end of the job."""

NEEDED: Mapping[str, frozenset[str]] = {
    "run": frozenset(),
    "detail": frozenset(),
    "unit_started": frozenset({"date"}),
    "unit_done": frozenset(),
    "unit_skipped": frozenset(),
    "unit_failed": frozenset(),
    "progress": frozenset({"index", "of"}),
    "summary": frozenset(),
}
"""The kinds of event, with the fields that a pattern of each can't do without."""

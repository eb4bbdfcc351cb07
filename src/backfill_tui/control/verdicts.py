"""What results of suites are worth now: whether they still count, and what they say together. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backfill_tui.checks.digest import digest_of
from backfill_tui.checks.model import Reason, Status, SuiteResult, worst
from backfill_tui.checks.subject import Subject
from backfill_tui.plan.resolved import Suite

_LONGEST = 160  # characters of a check's detail in a sentence about its phase


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the suites of a phase, or one suite of its inputs, say together; `why` is a clause.

    `verdict` is None as long as one of them has not been run. `stale` says why it no longer counts; empty: it does.
    `at` (aware) is when the oldest of the results was found. `may_mend` is whether what could not be told might be
    told by asking once more, though nobody has written meanwhile: a network comes back, credentials do not.
    """

    verdict: Status | None
    why: str
    at: datetime | None = None
    stale: str = ""
    may_mend: bool = True


_MENDS = frozenset(
    {
        Reason.DAMAGED,
        Reason.LOCKED,
        Reason.UNREACHABLE,
        Reason.TIMED_OUT,
        Reason.CANCELLED,
        Reason.NO_CALENDAR,
        Reason.NO_ACCOUNT,
        Reason.NOT_RUN,
        Reason.OTHER,
    }
)
"""What may be otherwise a minute later, without anybody's help."""

NOT_RUN = Outcome(None, "not run yet")

YET_TO_COME = "at a time that is yet to come, by this machine's clock"
"""When something was found, where the clock was set back since: nobody knows how long ago that was."""

_AHEAD = timedelta(seconds=2)
"""What is found while somebody looks is dated a little later than the look."""


def stale_because(
    result: SuiteResult, suite: Suite, subject: Subject, *, written_at: datetime | None, now: datetime
) -> str:
    """Why a result no longer tells how its table is, as a clause; empty while it does.

    `suite` and `subject` are what would be judged now; `written_at` is when somebody may last have written what it
    looked at.
    """
    if result.dates != subject.dates:
        return "it judged another range"
    if result.digest != digest_of(suite, subject):
        return "the suite, its calendar or its warehouse has changed since"
    if result.at > now + _AHEAD:
        return f"it was found {YET_TO_COME}"
    if written_at is not None and written_at > result.at:
        return "its table was written since"
    age = now - result.at
    if suite.max_age_s is not None and age > timedelta(seconds=suite.max_age_s):
        return f"it is older than {_span(suite.max_age_s)}"
    return ""


def outcome_of(names: Iterable[str], results: Mapping[str, SuiteResult], stale: Mapping[str, str]) -> Outcome:
    """What the named suites say together: the worst of them, in words; NOT_RUN while one has no result."""
    wanted = list(names)
    if not wanted or any(name not in results for name in wanted):
        return NOT_RUN
    found = [results[name] for name in wanted]
    verdict = worst(result.verdict for result in found)
    first = next(result for result in found if result.verdict is verdict)
    old = next((f"{name}: {stale[name]}" for name in wanted if stale.get(name)), "")
    why = "its suites pass" if verdict is Status.PASS and len(found) > 1 else in_words(first)
    unknown = [check for result in found for check in result.checks if check.counts_as is Status.UNKNOWN]
    may_mend = not unknown or any(check.reason in _MENDS for check in unknown)
    return Outcome(verdict, why, min(result.at for result in found), old, may_mend)


def in_words(result: SuiteResult) -> str:
    """Why a suite has its verdict: its first check that counts as much, or how many checks it has passed."""
    if result.verdict is Status.PASS:
        return f"{result.name} passes"
    for check in result.checks:
        if check.counts_as is result.verdict:
            detail = check.detail if len(check.detail) <= _LONGEST else check.detail[: _LONGEST - 1] + "…"
            return f"{result.name}: {check.name} {detail}"
    return f"{result.name}: {result.verdict.value}"


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:g} s"
    return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"

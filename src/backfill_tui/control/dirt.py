"""When an input was not known to be good: the spells, by what was found of it each time it was judged. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backfill_tui.checks.model import Reason, Status


class Finding(StrEnum):
    """What one judgement of an input told of it."""

    GOOD = "good"  # passed, or warned
    BAD = "bad"  # failed, or the warehouse has answered and had nothing that could be good
    NOTHING = "nothing"  # it could not be asked


_NOTHING_GOOD = frozenset({Reason.NO_ROWS, Reason.NULL_VALUE, Reason.NOT_A_NUMBER, Reason.DIVISION_BY_ZERO})
"""Why it is not known, where the warehouse has answered: no rows, or no values in them, are no good input."""


def finding_of(verdict: Status, reasons: Iterable[Reason]) -> Finding:
    """What a verdict tells; `reasons` are those of the checks that could not tell."""
    if verdict in {Status.PASS, Status.WARN}:
        return Finding.GOOD
    if verdict is Status.FAIL or not _NOTHING_GOOD.isdisjoint(reasons):
        return Finding.BAD
    return Finding.NOTHING


@dataclass(frozen=True, slots=True)
class Told:
    """One judgement of an input suite. `at` (aware) is its beginning.

    `rules` tells apart what it was judged by, the range aside: what passed before a suite was made stricter was not
    found good by what it fails now. Empty: not noted, which goes with all.
    """

    at: datetime
    finding: Finding
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Dirt:
    """A spell in which an input was not known to be good. Times are aware.

    `found_at` is when it was found bad; `since` when it was last known good before, None: never; `until` when it
    was found good again, None: not yet. `why` is what was found last, as a clause, of a spell that goes on.
    """

    suite: str
    found_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    lookback_days: int = 0
    why: str = ""

    def touches(self, began: datetime | None, ended: datetime) -> bool:
        """Whether any moment of a computation lies in it. `began` None: nobody knows how early that was."""
        after = self.since is None or ended > self.since
        return after and (self.until is None or began is None or began < self.until)


def dirt_of(suite: str, told: Iterable[Told], *, lookback_days: int = 0, why: str = "") -> tuple[Dirt, ...]:
    """The spells of one input, in order of time; `why` is said of the one that goes on.

    Between a good finding and a bad one nobody knows when it went bad: the spell begins at the good one. It ends
    only with a good one. What could not be asked begins and ends nothing.
    """
    spells: list[Dirt] = []
    good_at: dict[str, datetime] = {}
    going: Dirt | None = None
    for one in sorted(told, key=lambda each: each.at):
        if one.finding is Finding.GOOD:
            good_at[one.rules] = one.at
            if going is not None:
                spells.append(_reaching(going, going.since, until=one.at))
                going = None
        elif one.finding is Finding.BAD:
            since = _last_good(good_at, one.rules)
            if going is None:
                going = Dirt(suite, one.at, since, None, lookback_days, why)
            elif since is None or (going.since is not None and since < going.since):
                going = _reaching(going, since)
    return (*spells, going) if going is not None else tuple(spells)


def _reaching(spell: Dirt, since: datetime | None, until: datetime | None = None) -> Dirt:
    why = spell.why if until is None else ""
    return Dirt(spell.suite, spell.found_at, since, until, spell.lookback_days, why)


def _last_good(good_at: Mapping[str, datetime], rules: str) -> datetime | None:
    """When it was last found good by rules like these."""
    fitting = (at for by, at in good_at.items() if not rules or by in {"", rules})
    return max(fitting, default=None)

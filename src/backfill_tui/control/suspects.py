"""Dates that were computed while their inputs were not known to be good. Pure.

A date rests on its inputs as they were while it was computed, whatever they are now: it is clean again once it was
computed anew from good ones, or once a person has accepted the phase.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Finding(StrEnum):
    """What one judgement of an input told of it."""

    GOOD = "good"  # passed, or warned
    BAD = "bad"  # failed, or the warehouse has answered and there was nothing that could be good
    NOTHING = "nothing"  # it could not be asked


@dataclass(frozen=True, slots=True)
class Told:
    """One judgement of an input suite, in the ledger's order. `at` (aware) is its beginning.

    `rules` tells apart what it was judged by: a suite that passed before it was made stricter was not found good.
    """

    at: datetime
    finding: Finding
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Dirt:
    """A spell in which an input was not known to be good. Times are aware.

    `since` is when it was last known good, None: never before; `found_at` when it was found bad; `until` when it was
    found good again, None: not yet. `why` is what was found, as a clause, of a spell that goes on.
    """

    suite: str
    found_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    lookback_days: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """One computation of a date, as far as is known when. Times are aware; `began` None: nobody knows how early.

    `run` is the number of the run that did it, in order of time.
    """

    day: date
    began: datetime | None
    ended: datetime
    run: int = 0


@dataclass(frozen=True, slots=True)
class Suspects:
    """The dates of one phase that rest on dirty inputs.

    `dates` are in order; `windows` are those of them that were computed from good inputs, but whose windows look
    back to a suspect one. `unnamed` counts what a log tells of by number only. `dirt` are the spells that made them
    so, and those that go on; `unjudged` are dates computed before anybody had judged the inputs: nothing is said
    against them.
    """

    dates: tuple[date, ...] = ()
    windows: frozenset[date] = frozenset()
    unnamed: int = 0
    dirt: tuple[Dirt, ...] = ()
    unjudged: int = 0
    why: Mapping[date, str] = field(default_factory=dict)  # by date, as a clause

    @property
    def count(self) -> int:
        """How many dates are suspect, named or not."""
        return len(self.dates) + self.unnamed

    @property
    def dirty_now(self) -> tuple[Dirt, ...]:
        """The spells that go on: what is computed now is suspect too."""
        return tuple(one for one in self.dirt if one.until is None)


NONE_SUSPECT = Suspects()

"""Dates that were computed while their inputs were not known to be good. Pure.

A date rests on its inputs as they were while it was computed, whatever they are now. It is clean again once it was
computed anew from good ones, or once a person has accepted the phase.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from backfill_tui.control.dirt import Dirt
from backfill_tui.control.words import were


@dataclass(frozen=True, slots=True)
class Computed:
    """One computation of a date. Times are aware; `began` None: nobody knows how early.

    `run` tells apart the runs that did them. Within one run dates are worked on side by side, in any order.
    """

    day: date
    began: datetime | None
    ended: datetime
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Suspects:
    """The dates of one phase that rest on dirty inputs.

    `causes` has the spell of each, in order of dates; `windows` are those of them that were computed when the
    inputs were good again, but whose windows look back to a suspect one. `unnamed` counts what a log tells of by
    number only. `dirt` are the spells that made them so, and those that go on. `unjudged` counts dates that were
    computed before anybody had judged the inputs: nothing is said against them.
    """

    causes: Mapping[date, Dirt] = field(default_factory=dict)
    windows: frozenset[date] = frozenset()
    unnamed: int = 0
    unjudged: int = 0
    dirt: tuple[Dirt, ...] = ()

    @property
    def dates(self) -> tuple[date, ...]:
        """The suspect dates that are known by name, in order."""
        return tuple(self.causes)

    @property
    def count(self) -> int:
        """How many dates are suspect, named or not."""
        return len(self.causes) + self.unnamed

    @property
    def dirty_now(self) -> tuple[Dirt, ...]:
        """The spells that go on: what is computed now is suspect too."""
        return tuple(one for one in self.dirt if one.until is None)


NONE_SUSPECT = Suspects()


def suspects_of(
    computed: Iterable[Computed],
    dirt: Sequence[Dirt],
    *,
    ticks: Iterable[datetime] = (),
    judged_since: datetime | None = None,
    accepted_at: datetime | None = None,
) -> Suspects:
    """The suspect dates of a phase.

    `computed` are all computations that are known, in any order: of each date the latest counts, the others tell
    what its neighbours were computed from. `ticks` are the ends of those without a name. `judged_since` is when an
    input was first found good or bad; None: never. Up to `accepted_at` a person takes the dates as they are.
    """
    by_day = _by_day(one for one in computed if accepted_at is None or one.ended > accepted_at)
    spoilt = {day: blamed for day, done in by_day.items() if (blamed := _spoilt(done, dirt))}
    direct = {day: blamed[-1][1] for day, blamed in spoilt.items() if blamed[-1][0] is by_day[day][-1]}
    windows = dict(_by_windows(by_day, spoilt, direct))
    counted = [Computed(date.min, at, at) for at in ticks if accepted_at is None or at > accepted_at]
    unnamed = [spell for _, spell in _spoilt(counted, dirt)]
    causes = dict(sorted((direct | windows).items()))
    meant = {*causes.values(), *unnamed}
    clean = (done[-1].ended for day, done in by_day.items() if day not in causes)
    return Suspects(
        causes=causes,
        windows=frozenset(windows),
        unnamed=len(unnamed),
        unjudged=sum(judged_since is None or ended < judged_since for ended in clean),
        dirt=tuple(one for one in dirt if one.until is None or one in meant),
    )


_Blamed = tuple[Computed, Dirt]


def _by_day(computed: Iterable[Computed]) -> dict[date, list[Computed]]:
    """The computations of each date, the latest last."""
    found: dict[date, list[Computed]] = {}
    for one in computed:
        found.setdefault(one.day, []).append(one)
    for done in found.values():
        done.sort(key=lambda one: one.ended)
    return found


def _spoilt(done: Iterable[Computed], dirt: Sequence[Dirt]) -> list[_Blamed]:
    return [(one, found) for one in done if (found := _spell(one, dirt)) is not None]


def _spell(one: Computed, dirt: Sequence[Dirt]) -> Dirt | None:
    """The spell that a computation lies in; of several inputs', the one whose windows look back furthest."""
    touched = (spell for spell in dirt if spell.touches(one.began, one.ended))
    return max(touched, key=lambda spell: (spell.lookback_days, spell.found_at), default=None)


def _by_windows(
    by_day: Mapping[date, Sequence[Computed]],
    spoilt: Mapping[date, Sequence[_Blamed]],
    direct: Mapping[date, Dirt],
) -> Iterator[tuple[date, Dirt]]:
    """The dates that were computed after one that they look back to, while that one rested on dirty inputs."""
    days = sorted(spoilt)
    reach = max((found.lookback_days for each in spoilt.values() for _, found in each), default=0)
    if not reach:
        return
    for day, done in by_day.items():
        if day in direct:
            continue
        behind = days[bisect_left(days, _before(day, reach)) : bisect_left(days, day)]
        for earlier in reversed(behind):
            within = (one for one in spoilt[earlier] if (day - earlier).days <= one[1].lookback_days)
            cause = next((found for one, found in within if _rests_on(done[-1], one, by_day[earlier])), None)
            if cause is not None:
                yield day, cause
                break


def _before(day: date, days: int) -> date:
    return day - timedelta(days=min(days, day.toordinal() - 1))


def _rests_on(later: Computed, spoilt: Computed, of_its_date: Sequence[Computed]) -> bool:
    """Whether a date was computed while another's spoilt result was there: after it, and not after its next one.

    Where one run did both anew, which of them came first means nothing.
    """
    if later.ended < spoilt.ended:
        return False
    after = next((one for one in of_its_date if one.ended > spoilt.ended), None)
    if after is None:
        return True
    same_run = after.run is not None and after.run == later.run
    return later.ended < after.ended and not same_run


def suspect_words(suspects: Suspects) -> str:
    """A clause about a phase's suspect dates: how many were computed while its inputs were not known good."""
    return f"{suspects.count:,} of its dates {were(suspects.count)} computed while its inputs were not known good"

"""Dates that were computed while their inputs were not known to be good. Pure.

A date rests on its inputs as they were while it was computed, whatever they are now. It is clean again once it was
computed anew from good ones, or once a person has accepted the phase.
"""

import shlex
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from backfill_tui.control.dirt import Dirt
from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.words import dates
from backfill_tui.plan.resolved import Phase

_LISTED = 60
"""Dates in a command that a person may copy."""


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


# In words


def suspect_words(suspects: Suspects) -> str:
    """A clause about a phase's suspect dates: how many were computed while its inputs were not known good."""
    return f"{suspects.count:,} of its dates {_were(suspects.count)} computed while its inputs were not known good"


def dirty_inputs(phase: Phase, suspects: Suspects, *, at_work: bool, now: datetime) -> Iterator[Alert]:
    """The alert about dirty inputs: what they have spoilt so far, and what to do, in the zone of `now`.

    `at_work` is whether the phase is, so that more is spoilt as long as they are dirty.
    """
    going = suspects.dirty_now
    spoiling = at_work and bool(going)
    if not suspects.count and not spoiling:
        return
    rests = "rests" if suspects.count == 1 else "rest"
    yield Alert(
        id=f"dirty:{phase.name}",
        severity=Severity.CRITICAL,
        phase=phase.name,
        since=min(spell.found_at for spell in suspects.dirt),
        title=f"{phase.name} runs on dirty inputs"
        if spoiling
        else f"{dates(suspects.count)} of {phase.name} {rests} on dirty inputs",
        detail=f"{_found(suspects, now)}. {_spoilt_words(suspects, now)}",
        action=" ".join(_what_to_do(phase, suspects, at_work=at_work)),
    )


def _found(suspects: Suspects, now: datetime) -> str:
    """What was found of the inputs, of each that is still dirty, else of all that were."""

    def clause(spell: Dirt) -> str:
        found_at = _clock(spell.found_at, now)
        if spell.until is None:
            return f"{spell.why or f'{spell.suite} is not good'} (found at {found_at})"
        return f"{spell.suite} was bad at {found_at}, and good again at {_clock(spell.until, now)}"

    return "; ".join(clause(spell) for spell in suspects.dirty_now or suspects.dirt)


def _spoilt_words(suspects: Suspects, now: datetime) -> str:
    """How many dates were computed since the inputs were last known good."""
    count, windows = suspects.count, len(suspects.windows)
    good_at = [spell.since for spell in suspects.dirt]
    since = [time for time in good_at if time is not None]
    known = len(since) == len(good_at)
    when = f"since its inputs were last known good, at {_clock(min(since), now)}" if known else ""
    if not count:
        return f"None of its dates was computed {when or 'so far, and nobody has found its inputs good before'}."
    if windows == count:
        return f"{dates(count)} {_look(count)} back to dates that were computed from them, and done anew since."
    direct = f"{dates(count - windows)} {_were(count - windows)} computed"
    direct += f" {when}" if when else ", and nobody has found its inputs good before"
    more = f"; {dates(windows)} computed later {_look(windows)} back to these" if windows else ""
    return f"{direct}{more}."


def _what_to_do(phase: Phase, suspects: Suspects, *, at_work: bool) -> Iterator[str]:
    name, days = phase.name, suspects.dates
    if suspects.dirty_now:
        if at_work:
            yield f"Stop it: backfill-tui stop {name}."
        yield f"Mend the inputs, and judge them: backfill-tui validate {name} --inputs."
    elif at_work:
        yield "Wait for its end."
    if not days and not suspects.unnamed:
        return
    do = "Then do" if at_work or suspects.dirty_now else "Do"
    command = phase.retry_of(days[:_LISTED])
    if command is not None and days:
        rest = f" (and so the other {len(days) - _LISTED:,})" if len(days) > _LISTED else ""
        yield f"{do} the suspect dates again: backfill-tui retry {name}, which runs {shlex.join(command)}{rest}."
    elif phase.command is not None:
        yield f"{do} them again: backfill-tui launch {name} --again."
    else:
        yield f"{do} the suspect dates again, by the job's own list of dates."
    yield f"If they are good as they are: backfill-tui accept {name} --reason …"


def _clock(at: datetime, now: datetime) -> str:
    """A time of the day where that is today's, else with its date."""
    here = at.astimezone(now.tzinfo)
    return f"{here:%H:%M}" if here.date() == now.date() else f"{here:%Y-%m-%d %H:%M}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _look(count: int) -> str:
    return "looks" if count == 1 else "look"

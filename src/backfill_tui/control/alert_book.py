"""From what the rules find at each look to what is shown: hysteresis, one alert an id, since when, and who saw it.

Pure: it is given the time of each look, and what people have acknowledged.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backfill_tui.control.attempt import Acknowledged
from backfill_tui.control.facts import ROUNDED
from backfill_tui.control.model import Alert, worst_first

REMEMBERED = timedelta(hours=12)
"""Of an alert whose evidence has no time an acknowledgement counts for so long, unless its end is seen before."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a kind of alert must be true to be shown, and false to be taken back.

    `at_once`: its evidence is there for good, so one look is enough; all others need two in a row. `lasts` is for
    how long at most it must be false while its phase goes on: what hovers about a threshold is one alert, not
    twenty, and what was true for a moment only is not said for long.
    """

    at_once: bool = False
    lasts: timedelta = timedelta(0)


_AT_ONCE = Patience(at_once=True)
_CERTAIN = (
    "gone",
    "oom",
    "failed",
    "data",
    "missing",
    "incomplete",
    "holes",
    "fatal",
    "conflict",
    "dirty",
    "not_started",
    "over_time",
    "not_heeded",
    "start",
    "ledger",
)
PATIENCE: Mapping[str, Patience] = {
    **dict.fromkeys(_CERTAIN, _AT_ONCE),
    "loop": Patience(at_once=True, lasts=timedelta(minutes=2)),  # a day without work is done in between
    "failures": Patience(lasts=timedelta(minutes=2)),
    "deadline": Patience(lasts=timedelta(minutes=10)),
    "empty": Patience(lasts=timedelta(minutes=10)),
    "late": Patience(lasts=timedelta(minutes=10)),
    "rate": Patience(lasts=timedelta(minutes=10)),
    "memory": Patience(lasts=timedelta(minutes=10)),
    "errors": Patience(lasts=timedelta(minutes=10)),
    "disk": Patience(lasts=timedelta(minutes=10)),
}
"""By kind: what an alert's id begins with."""

_USUAL = Patience()
_TWICE = 2
_A_MOMENT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An alert as it was found last, when first, how often in a row, and since when it is no longer found."""

    alert: Alert
    first: datetime
    looks: int
    shown: bool
    absent_since: datetime | None = None


class AlertBook:
    """The alerts of one plan over the looks of one watch."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._ended: dict[str, datetime] = {}  # when an alert that was shown was last seen to end

    def fold(
        self,
        found: Sequence[Alert],
        now: datetime,
        *,
        going: Collection[str] = (),
        acknowledged: Iterable[Acknowledged] = (),
    ) -> tuple[Alert, ...]:
        """What is to be shown of what was found at a look, worst first. `going`: the phases that are not over."""
        seen: dict[str, list[Acknowledged]] = {}
        for one in acknowledged:
            seen.setdefault(one.alert, []).append(one)
        now_found = {alert.id: alert for alert in found}
        for alert in now_found.values():
            self._kept[alert.id] = self._found(alert, now, seen.get(alert.id, ()))
        for gone in self._kept.keys() - now_found.keys():
            self._not_found(gone, now, going)
        shown = [_as_it_is(one, now) for one in self._kept.values() if one.shown]
        return tuple(sorted((_marked(one, seen.get(one.id, ())) for one in shown), key=worst_first))

    @property
    def waits(self) -> bool:
        """Whether another look may show more: something was found once that has to be found twice."""
        return any(not one.shown for one in self._kept.values())

    def _found(self, alert: Alert, now: datetime, seen: Sequence[Acknowledged]) -> _Kept:
        before = self._kept.get(alert.id)
        if before is None:
            since = self._known_since(alert, now, seen)
            return _Kept(replace(alert, since=since), now, 1, shown=patience_of(alert.id).at_once)
        dated = alert.since < now
        another = dated and alert.since > before.alert.since + ROUNDED
        since = alert.since if another else min(alert.since, before.alert.since)
        looks = before.looks + 1
        return _Kept(replace(alert, since=since), before.first, looks, shown=before.shown or looks >= _TWICE)

    def _known_since(self, alert: Alert, now: datetime, seen: Sequence[Acknowledged]) -> datetime:
        """Since when it stands; where its evidence does not tell, it may be one that somebody has acknowledged."""
        newest = max(seen, key=lambda one: one.at, default=None)
        if alert.since < now or newest is None or now - newest.at > REMEMBERED:
            return alert.since
        ended = self._ended.get(alert.id)
        return alert.since if ended is not None and ended > newest.at else min(newest.since, now)

    def _not_found(self, name: str, now: datetime, going: Collection[str]) -> None:
        kept = self._kept[name]
        since = kept.absent_since or now
        lasts = min(patience_of(name).lasts, max(_A_MOMENT, since - kept.first))
        may_come_back = kept.alert.phase is None or kept.alert.phase in going
        if kept.shown and may_come_back and now - since < lasts:
            self._kept[name] = replace(kept, absent_since=since)
            return
        del self._kept[name]
        if kept.shown:
            self._ended[name] = now


_NO_LONGER = "It is not so any more, as far as can be told; that is watched for a while."


def patience_of(alert: str) -> Patience:
    """What is asked of an alert, by its id."""
    return PATIENCE.get(alert.partition(":")[0], _USUAL)


def _as_it_is(kept: _Kept, now: datetime) -> Alert:
    """An alert; of one that was not found for a moment it is said that its words are of before."""
    if kept.absent_since is None or now - kept.absent_since < _A_MOMENT:
        return kept.alert
    return replace(kept.alert, detail=f"{kept.alert.detail} {_NO_LONGER}".strip())


def _marked(alert: Alert, seen: Iterable[Acknowledged]) -> Alert:
    return replace(alert, acknowledged=any(_covers(one, alert) for one in seen))


def _covers(one: Acknowledged, alert: Alert) -> bool:
    """Whether somebody has seen it since it stands, and at least as bad; how bad may not have been noted."""
    return alert.since <= one.at and not (one.severity is not None and alert.severity.worse_than(one.severity))

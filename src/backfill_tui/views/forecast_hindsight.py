"""What was forecast of a phase along its way, held against when it ended."""

from collections.abc import Sequence
from datetime import datetime

from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.progress.prospect import PastForecast
from backfill_tui.views import forecast_words as words
from backfill_tui.views import formats
from backfill_tui.views.facts import Fact

SHARES = (0.25, 0.5, 0.75)
"""Of a run's true length: where its forecasts are looked at again."""

_MINUTE = 60.0


def facts(view: PhaseView, now: datetime) -> list[Fact]:
    """A fact for each of SHARES; none where the phase has not ended, or its run was not forecast by then."""
    ended, started = words.ended_at(view), words.started_at(view)
    if ended is None or not view.past:
        return []
    begun = started or view.past[0].at
    of_run = [made for made in view.past if made.at >= begun]
    told = []
    for share in SHARES:
        made = made_by(of_run, begun + (ended - begun) * share)
        if made is not None:
            told.append(_fact(made, share, ended, now))
    return told


def made_by(past: Sequence[PastForecast], at: datetime) -> PastForecast | None:
    """The newest forecast that was there at a moment; None before the first."""
    return next((made for made in reversed(past) if made.at <= at), None)


def _fact(made: PastForecast, share: float, ended: datetime, now: datetime) -> Fact:
    finish = made.finish
    held = finish.p10 <= ended <= finish.p90
    late_s = (ended - finish.p50).total_seconds()
    error = "right to the minute" if abs(late_s) < _MINUTE else f"it ended {words.apart(late_s)}"
    said = f"{formats.moment(finish.p50, now)} ({words.span(finish, now)})"
    sentence = f"{formats.moment(made.at, now)} said {said}: {error}; {'held' if held else 'missed'}"
    return Fact(f"at {formats.percent(share)}", sentence)

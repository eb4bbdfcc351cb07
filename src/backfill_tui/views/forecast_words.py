"""Forecasts in words: when a phase is likely done, what that rests on, and whether it was checked."""

from datetime import datetime

from backfill_tui.control.model import NOT_BEGUN, UNDER_WAY, Timeline
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import RunEnd
from backfill_tui.progress.calibration import Record
from backfill_tui.progress.prospect import DeadlineProspect, Moments, Prospect
from backfill_tui.views import formats
from backfill_tui.views.spans import plain

_MINUTE = 60.0

TOO_LITTLE = "too little seen yet: a forecast needs three dates of this run, or an earlier run"
NOT_KNOWN = (
    "not known: nothing says how long it takes; an earlier run would, or `expect: {duration: …}` in the plan"
)
NO_RECORD = "none yet: no earlier run of which forecasts were kept has ended"


def prospect(view: PhaseView) -> Prospect | None:
    """What is forecast of a phase: within the night, else of its own run; None where nothing is."""
    own = view.forecast
    if view.prospect is not None or own is None:
        return view.prospect
    finish = Moments(own.finish_p10, own.finish_p50, own.finish_p90)
    return Prospect(None, finish, own.basis, calibrated=own.calibrated, frozen=own.frozen)


def ended_at(view: PhaseView) -> datetime | None:
    """When the work of a phase came to its end, by its summary or with exit code 0; None where it did not."""
    if view.state in UNDER_WAY | NOT_BEGUN:
        return None
    lead, attempt = view.account.lead, view.attempt
    if lead is not None and lead.ended is RunEnd.COMPLETED and lead.ended_at is not None:
        return lead.ended_at
    if attempt is not None and attempt.exit_code == 0 and view.account.counts.total is None:
        return attempt.ended_at
    return None


def started_at(view: PhaseView) -> datetime | None:
    """When the work that `ended_at` tells the end of began."""
    lead, attempt = view.account.lead, view.attempt
    if lead is not None and lead.started_at is not None:
        return lead.started_at
    return attempt.started_at if attempt is not None else None


def likely(seen: Prospect, now: datetime) -> str:
    """The median finish; `~` says that its range is not calibrated."""
    return f"{'' if seen.calibrated else '~'}{formats.moment(seen.finish.p50, now)}"


def finish(seen: Prospect, now: datetime) -> str:
    """`likely ~21:15 (80 % range 20:58–21:31)`."""
    return f"likely {likely(seen, now)} (80 % range {span(seen.finish, now)})"


def span(moments: Moments, now: datetime) -> str:
    """`20:58–21:31`; `within that minute` where its ends are too near for the clock."""
    told = formats.moments(moments.p10, moments.p90, now)
    return "within that minute" if told == formats.moment(moments.p50, now) else told


def grounds(snapshot: Snapshot, view: PhaseView, seen: Prospect) -> str:
    """What a forecast rests on, and whether its ranges were checked: `from the calendar and this run; …`."""
    begun = view.state not in NOT_BEGUN
    return f"{_BASIS.get((seen.basis, begun), plain(seen.basis))}; {_checked(snapshot.record, seen)}"


_BASIS = {
    ("calendar", True): "from the calendar and this run",
    ("calendar", False): "from the calendar and earlier runs",
    ("history", True): "from earlier runs and this one",
    ("history", False): "from earlier runs",
    ("learned", True): "from this run alone",
    ("learned", False): "from what was seen of it before",
    ("plan", True): "from the duration that the plan expects",
    ("plan", False): "from the duration that the plan expects",
}


def _checked(kept: Record, seen: Prospect) -> str:
    if seen.calibrated:
        by = "how this run was forecast so far" if seen.calibrated_by == "this run" else "earlier runs"
        return f"ranges checked against {by}"
    return "not calibrated: too few runs have ended to check it" if kept.of else "not calibrated: first night"


def silence(view: PhaseView, now: datetime) -> str:
    """Since when a forecast stands still: `frozen since 20:02: nothing heard`."""
    heard = view.account.last_line_at
    return f"frozen since {formats.stamp(heard, now)}: nothing heard" if heard else "frozen: nothing heard"


def changed(timeline: Timeline | None) -> str:
    """What an hour has done to the forecast; empty where there was none an hour ago."""
    if timeline is None or timeline.changed_s is None:
        return ""
    if abs(timeline.changed_s) < _MINUTE:
        return "as an hour ago"
    return f"{apart(timeline.changed_s)} than an hour ago"


def apart(seconds: float) -> str:
    """`1h05 later`, `6m earlier`."""
    return f"{formats.duration(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"


def against_plan(timeline: Timeline | None, now: datetime) -> str:
    """`on track: the plan expects 21:14`, `delayed by 1h05: …`; empty where the plan expects nothing."""
    if timeline is None or timeline.expected_finish is None:
        return ""
    expects = f"the plan expects {formats.moment(timeline.expected_finish, now)}"
    match timeline.assessment:
        case "on_track":
            return f"on track: {expects}"
        case "ahead" | "delayed" as word if timeline.delta_s is not None:
            by = formats.duration(abs(timeline.delta_s))
            return f"{word} by {by}: {expects}" if word == "delayed" else f"{by} ahead: {expects}"
        case _:
            return expects


def slack(seen: Prospect) -> str:
    """How much a phase may slip, and how often the night waits for it; empty where it does not at all."""
    parts = []
    if seen.slack_s is not None:
        free = seen.slack_s >= 1
        parts.append(f"{formats.duration(seen.slack_s)} before the night is later for it" if free else "none")
    if seen.criticality is not None:
        parts.append(f"the night waits for it in {probability(seen.criticality)} of the futures")
    return "; ".join(parts)


def probability(share: float) -> str:
    """0…1 as `71 %`; what is not certain is not called so: `> 99 %`, `< 1 %`."""
    if 0.995 <= share < 1:
        return "> 99 %"
    if 0 < share < 0.005:
        return "< 1 %"
    return f"{share * 100:.0f} %"


def deadline(due: DeadlineProspect | None, now: datetime) -> str:
    """`ml_training by 06:30, ~71 % likely`; what lacks where that can't be told. Empty without a deadline."""
    if due is None:
        return ""
    what = f"{plain(due.phase)} {'begun ' if due.of_start else ''}by {formats.moment(due.by, now)}"
    if due.probability is not None and due.by < now:
        return f"{what}: {'met' if due.probability else 'missed'}"
    if due.probability is not None:
        still = " (frozen: something that it waits for stands still)" if due.frozen else ""
        likely = f"{what}, {'' if due.calibrated else '~'}{probability(due.probability)} likely{still}"
        if due.moment is None:
            return likely
        span = formats.moments(due.moment.p10, due.moment.p90, now)
        return f"{likely}; it {'can begin' if due.of_start else 'is done'} {span}"
    if due.lacking:
        return f"{what}, how likely is not known: too little is known of {', '.join(map(plain, due.lacking))}"
    return what

"""The forecast page of a phase in words: when it will be done, what that rests on, and what hangs on it."""

from collections.abc import Iterator

from backfill_tui.control.model import NOT_BEGUN, UNDER_WAY
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.prospect import Prospect
from backfill_tui.views import forecast_hindsight, formats, rows
from backfill_tui.views import forecast_words as words
from backfill_tui.views.facts import Fact
from backfill_tui.views.spans import Line, Span, Tone, clip, one, plain, shorten, spread

_NEVER_ENDED = "it has ended without coming to its end: there is nothing to hold its forecasts against"


def heading(snapshot: Snapshot, view: PhaseView, room: int) -> Line:
    """The header of the page: which phase, how far it is, when it is likely done."""
    crumbs = spread(
        Span(f" {shorten(plain(snapshot.plan), 20)}", Tone.KEY),
        Span(" › ", Tone.DIM),
        Span(shorten(plain(view.name), 40), Tone.STRONG),
        Span(" › ", Tone.DIM),
        Span("forecast", Tone.STRONG),
    )
    parts = [one(view.state.value, rows.STATE_TONES[view.state])]
    if view.account.counts.fraction is not None:
        parts.append(one(formats.percent(view.account.counts.fraction), Tone.TEXT))
    if (seen := words.prospect(view)) is not None:
        tone = Tone.DIM if seen.frozen else Tone.STRONG
        parts.append(spread(Span("likely ", Tone.DIM), Span(words.likely(seen, snapshot.at), tone)))
    return clip(spread(*crumbs, *(span for part in parts for span in (Span("   "), *part))), room)


def facts(snapshot: Snapshot, view: PhaseView) -> list[Fact]:
    """What is to be said of a phase's finish; a label and a sentence each."""
    found = list(_over(snapshot, view) if _is_over(view) else _to_come(snapshot, view))
    if said := words.against_plan(view.timeline, snapshot.at):
        late = view.timeline is not None and view.timeline.assessment == "delayed"
        found.append(Fact("plan", said, Tone.BAD if late else Tone.TEXT))
    if snapshot.deadline is not None and (view.critical or snapshot.deadline.phase == view.name):
        found.append(Fact("deadline", words.deadline(snapshot.deadline, snapshot.at)))
    kept = snapshot.record
    found.append(Fact("record", str(kept) if kept.of else words.NO_RECORD, Tone.DIM))
    return found


def _is_over(view: PhaseView) -> bool:
    return view.prospect is None and view.state not in UNDER_WAY | NOT_BEGUN


def _to_come(snapshot: Snapshot, view: PhaseView) -> Iterator[Fact]:
    seen, now = words.prospect(view), snapshot.at
    if seen is None:
        yield Fact("finish", words.NOT_KNOWN if view.state in NOT_BEGUN else words.TOO_LITTLE, Tone.DIM)
        return
    if seen.frozen:
        yield Fact("finish", words.silence(view, now), Tone.WARN)
        yield Fact("", f"until then {words.finish(seen, now)}", Tone.DIM)
    else:
        yield Fact("finish", words.finish(seen, now), Tone.STRONG)
    yield Fact("", words.grounds(snapshot, view, seen), Tone.DIM)
    yield from _within_the_night(snapshot, view, seen)


def _within_the_night(snapshot: Snapshot, view: PhaseView, seen: Prospect) -> Iterator[Fact]:
    now = snapshot.at
    if seen.start is not None:
        yield Fact("start", f"likely {formats.moment(seen.start.p50, now)} ({words.span(seen.start, now)})")
    if said := words.changed(view.timeline):
        yield Fact("changed", said)
    if said := words.slack(seen):
        yield Fact("slack", said)


def _over(snapshot: Snapshot, view: PhaseView) -> Iterator[Fact]:
    ended, now = words.ended_at(view), snapshot.at
    if ended is None:
        yield Fact("finish", plain(view.why) or view.state.value)
        if view.past:
            yield Fact("", _NEVER_ENDED, Tone.DIM)
        return
    yield Fact("finish", f"ended {formats.stamp(ended, now)}", Tone.STRONG)
    yield from forecast_hindsight.facts(view, now)

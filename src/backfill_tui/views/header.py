"""The one line that answers "is it all right?": plan, worst alerts, local time and UTC, deadline."""

from datetime import UTC

from backfill_tui.control.model import NOT_BEGUN, PhaseState, Severity
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.prospect import DeadlineProspect
from backfill_tui.views import forecast_words, formats, rows, verdicts
from backfill_tui.views.spans import Line, Span, Tone, line_width, one, plain, shorten, spread

_BRAND = one("backfill ", Tone.KEY)
_WIDE = 100  # cells from which the line spells its words out
_SAFE, _EVEN, _LOST = (
    80,
    50,
    10,
)  # percent from which a deadline is good, fair, and below which it is as good as lost


def dashboard(snapshot: Snapshot, room: int, *, stale_s: float | None = None, read_only: bool = False) -> Line:
    """The header of the dashboard in `room` cells; what matters less is left out where it is narrow.

    `stale_s` is how long no news has come, in seconds, where that is worth saying.
    """
    wide = room >= _WIDE
    plan = spread(*(_BRAND if wide else ()), Span(shorten(plain(snapshot.plan), 32 if wide else 18), Tone.STRONG))
    clock = _clock(snapshot, wide)
    parts = [plan, health(snapshot, spell=wide), clock]
    if stale_s is not None:
        parts.insert(2, one(f" no news for {formats.duration(stale_s)} ", Tone.WARN_BADGE))
    aside = [one("read-only", Tone.DIM)] if read_only else []
    left = room - line_width(_join([*parts, *aside], room)) - _gap(room) - 1
    return _join([*parts, deadline(snapshot, left), *aside], room)


def phase(snapshot: Snapshot, view: PhaseView, room: int) -> Line:
    """The header of a phase's page: where it stands, in one line."""
    counts = view.account.counts
    crumbs = spread(
        Span(shorten(plain(snapshot.plan), 20), Tone.KEY),
        Span(" › ", Tone.DIM),
        Span(shorten(plain(view.name), max(24, room // 2 - 10)), Tone.STRONG),
    )
    parts = [crumbs, one(view.state.value, rows.STATE_TONES[view.state])]
    if counts.missing:
        parts.append(one(f" {counts.missing:,} missing ", Tone.WARN_BADGE))
    if counts.failed:
        parts.append(one(f"{counts.failed:,} failed", Tone.BAD))
    if counts.total is not None:
        done = f"{counts.accounted:,}/{counts.total:,}  {formats.percent(counts.fraction)}"
        parts.append(one(done, Tone.TEXT))
    if view.rate_per_hour is not None:
        parts.append(one(formats.per_hour(view.rate_per_hour), Tone.TEXT))
    if (seen := forecast_words.prospect(view)) is not None:
        span = formats.moments(seen.finish.p10, seen.finish.p90, snapshot.at)
        parts.append(spread(Span(f"finish {span}, likely ", Tone.DIM), *rows.likely(view, snapshot.at)))
    if note := rows.reading(view):
        parts.append(one(note, Tone.DIM))
    return _join(parts, room)


def checks(snapshot: Snapshot, view: PhaseView, room: int) -> Line:
    """The header of a phase's checks: its state, its verdict and when that was found."""
    crumbs = spread(
        Span(shorten(plain(snapshot.plan), 20), Tone.KEY),
        Span(" › ", Tone.DIM),
        Span(shorten(plain(view.name), 40 if room >= _WIDE else 24), Tone.STRONG),
        Span(" › ", Tone.DIM),
        Span("checks", Tone.STRONG),
    )
    parts = [crumbs, one(view.state.value, rows.STATE_TONES[view.state])]
    if (judged := view.judgement) is None:
        return _join([*parts, one("not judged yet", Tone.DIM)], room)
    glyph, tone = verdicts.LOOK[judged.verdict]
    stale = verdicts.is_stale(view)
    loud = None if stale else {Tone.BAD: Tone.BAD_BADGE, Tone.WARN: Tone.WARN_BADGE}.get(tone)
    verdict = one(f" {glyph} {judged.verdict.value} ", loud) if loud else verdicts.column(view)
    parts += [verdict, one(verdicts.age(judged.at, snapshot.at), Tone.DIM)]
    return _join([*parts, one("stale" if stale else "", Tone.WARN)], room)


def health(snapshot: Snapshot, *, spell: bool = True) -> Line:
    """How many alerts wait, worst first; `healthy` where there are none and something is watched."""
    open_alerts = [a for a in snapshot.alerts if not a.acknowledged]
    critical = sum(a.severity is Severity.CRITICAL for a in open_alerts)
    warning = sum(a.severity is Severity.WARNING for a in open_alerts)
    parts: list[Line] = []
    if critical:
        parts.append(one(f" ✗ {critical} critical " if spell else f" ✗ {critical} ", Tone.BAD_BADGE))
    if warning:
        words = formats.plural(warning, "warning") if spell else str(warning)
        parts.append(one(f" ! {words} ", Tone.WARN_BADGE if not critical else Tone.WARN))
    if not parts and snapshot.phases:
        parts.append(one("✓ healthy", Tone.GOOD))
    return spread(*parts)


def _clock(snapshot: Snapshot, wide: bool) -> Line:
    at = snapshot.at
    utc = at.astimezone(UTC)
    beside = bool(at.utcoffset())
    if not wide:
        return spread(
            Span(f"{at:%H:%M}", Tone.STRONG),
            Span(f" {formats.zone_name(at)}" + f"  {utc:%H:%M}Z" * beside, Tone.DIM),
        )
    return spread(
        Span(f"{formats.weekday(at.date())} {at:%H:%M:%S} {formats.zone_name(at)}", Tone.TEXT),
        Span(f"  {utc:%H:%M} UTC" * beside, Tone.DIM),
    )


def deadline(snapshot: Snapshot, room: int) -> Line:
    """What is due when, how far off that is, and how likely it is met; the longest that fits, else the shortest.

    Nothing is said of how likely it is where that is not known.
    """
    due = snapshot.deadline
    if due is None:
        return ()
    forms = _deadline(due, snapshot)
    return next((form for form in forms if line_width(form) <= room), forms[-1])


def _deadline(due: DeadlineProspect, snapshot: Snapshot) -> list[Line]:
    """The longest first."""
    name, when = plain(due.phase), formats.moment(due.by, snapshot.at)
    by = spread(Span("to start by " if due.of_start else "by ", Tone.DIM), Span(when, Tone.STRONG))
    whole = spread(Span(f"{name} ", Tone.DIM), *by)
    if _met(due, snapshot):
        met = Span(" ✓ met", Tone.GOOD)
        return [spread(*whole, met), spread(*by, met)]
    left = (due.by - snapshot.at).total_seconds()
    if left < 0:
        late = f"was {'to start' if due.of_start else 'due'} {when}"
        ago = Span(f", {formats.duration(-left)} ago", Tone.DIM)
        return [spread(Span(f"{name} {late}", Tone.BAD), ago), one(late, Tone.BAD)]
    off = Span(f", in {formats.duration(left)}", Tone.DIM)
    if due.probability is None:
        return [spread(*whole, off), whole, by]
    chance = _chance(due.probability, calibrated=due.calibrated)
    told = spread(*whole, off, Span(", ", Tone.DIM), chance)
    doubt = Span(" frozen" if due.frozen else "" if due.calibrated else " uncalibrated", Tone.DIM)
    return [spread(*told, doubt), told, spread(*whole, " ", chance), spread(*by, " ", chance)]


def _met(due: DeadlineProspect, snapshot: Snapshot) -> bool:
    """Whether it has come to pass in time: more than being certain to."""
    if due.probability != 1:
        return False
    view = next((view for view in snapshot.phases if view.name == due.phase), None)
    if view is None:
        return False
    if due.of_start:
        return view.state not in NOT_BEGUN | {PhaseState.UNKNOWN}
    return view.prospect is None and (snapshot.at > due.by or forecast_words.ended_at(view) is not None)


def _chance(probability: float, *, calibrated: bool) -> Span:
    """`~71 %` in the tone of how good that is; `~` says that it was not checked against what happened."""
    text = f"{'' if calibrated else '~'}{forecast_words.probability(probability)}"
    percent = round(probability * 100)
    if percent < _LOST:
        return Span(f" {text} ", Tone.BAD_BADGE)
    return Span(text, Tone.GOOD if percent >= _SAFE else Tone.TEXT if percent >= _EVEN else Tone.WARN)


def _gap(room: int) -> int:
    return 3 if room >= _WIDE else 2


def _join(parts: list[Line], room: int) -> Line:
    """The parts that fit, first ones first, two or three blanks between them."""
    gap = " " * _gap(room)
    line: Line = (Span(" "),)
    for part in parts:
        if not part:
            continue
        space = () if line_width(line) <= 1 else (Span(gap),)
        if line_width(line) + line_width(space) + line_width(part) <= room or line_width(line) <= 1:
            line = spread(*line, *space, *part)
    return line

"""Alerts as sentences: when, whom it concerns, what is so, what follows, and what would help."""

from datetime import datetime

from backfill_tui.control.model import Alert, Severity
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.views import formats
from backfill_tui.views.spans import Line, Span, Tone, clip, one, plain, shorten, spread, width, wrap

_LOOK = {
    Severity.CRITICAL: ("✗", Tone.BAD),
    Severity.WARNING: ("!", Tone.WARN),
    Severity.INFO: ("·", Tone.DIM),
}
_NAME_LEAST = 12  # cells of a phase's name, however narrow: what is wrong with it matters more than all of it
_ORDER = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def lines(snapshot: Snapshot, room: int, most: int) -> list[Line]:
    """All alerts, worst and newest first, then the snapshot's notes, wrapped to `room` cells.

    Where that takes more than `most` lines, later ones are cut to a line each, and a last line counts the rest.
    """
    ranked = sorted(snapshot.alerts, key=_rank)
    entries = [_alert(alert, snapshot.at, room) for alert in ranked]
    entries += [_wrapped(one("· ", Tone.DIM), note, Tone.DIM, room) for note in snapshot.notes]
    return _fitted(entries, room, max(1, most))


def unseen(snapshot: Snapshot, phase: str | None) -> tuple[Alert, ...]:
    """The alerts that nobody has acknowledged, of a phase and of none; of all, where no phase is named."""
    return tuple(
        alert
        for alert in snapshot.alerts
        if not alert.acknowledged
        and alert.severity is not Severity.INFO
        and (phase is None or alert.phase in {phase, None})
    )


def acknowledged(count: int) -> str:
    """That alerts were acknowledged, and what that means."""
    what = "1 alert is" if count == 1 else f"{count} alerts are"
    again = "It shows" if count == 1 else "Each shows"
    return f"{what} acknowledged. {again} again when it gets worse, or ends and comes back."


def none_to_acknowledge(phase: str | None) -> str:
    """That there is nothing to acknowledge."""
    return "No alert waits to be acknowledged." if phase is None else f"No alert of {phase} waits; M: those of all."


def _fitted(entries: list[list[Line]], room: int, most: int) -> list[Line]:
    """As many entries whole as there is room for beside a line of each other; the next one has what is left."""
    cut = len(entries)
    while cut > 0 and sum(len(e) if i < cut else 1 for i, e in enumerate(entries)) > most:
        cut -= 1
    whole, rest = entries[:cut], entries[cut:]
    spare = most - sum(map(len, whole)) - len(rest)
    text = [line for entry in whole for line in entry]
    for index, entry in enumerate(rest):
        text += _begun(entry, room, 1 + max(0, spare) if index == 0 else 1)
    if len(text) <= most:
        return text
    hidden = len(text) - most + 1
    return [*text[: most - 1], one(f"… and {hidden} more", Tone.DIM)]


def _begun(entry: list[Line], room: int, most: int) -> list[Line]:
    """The first lines of an entry, as much as goes into them; `…` says that it goes on."""
    if len(entry) <= most:
        return entry
    _, *following = entry[most]  # without its indentation
    return [*entry[: most - 1], clip(spread(*entry[most - 1], " ", *following), room)]


def _rank(alert: Alert) -> tuple[bool, int, float]:
    return alert.acknowledged, _ORDER.index(alert.severity), -alert.since.timestamp()


def _alert(alert: Alert, now: datetime, room: int) -> list[Line]:
    glyph, tone = _LOOK[alert.severity]
    if alert.acknowledged:
        tone = Tone.DIM
    head = spread(Span(f"{glyph} ", tone), Span(f"{formats.moment(alert.since, now)} ", tone))
    return _sentence(head, alert, room)


def _sentence(head: Line, alert: Alert, room: int) -> list[Line]:
    """Title in bold as a sentence, then the detail and the action; they share lines where there is room."""
    indent = sum(width(s.text) for s in head)
    title, name = plain(alert.title), plain(alert.phase or "")
    if name and name not in title:
        title = f"{name}: {title}"
    title = title.replace(name, shorten(name, max(_NAME_LEAST, room // 3))) if name else title
    strong = Tone.DIM if alert.acknowledged else Tone.STRONG
    detail = plain(alert.detail).strip()
    if detail and not title.endswith((".", "!", "?", ":")):
        title = f"{title}."
    if alert.action:
        detail = f"{detail} → {plain(alert.action)}".strip()
    words = wrap(f"{title} {detail}", max(8, room - indent - len(" …")))
    text: list[Line] = []
    left = len(title.split())
    for index, line in enumerate(words):
        tokens = line.split(" ")
        bold, rest = " ".join(tokens[:left]), " ".join(tokens[left:])
        left = max(0, left - len(tokens))
        start = head if index == 0 else one(" " * indent)
        between = Span(" ") if bold and rest else Span("")
        text.append(spread(*start, Span(bold, strong), between, Span(rest, Tone.DIM)))
    return text


def _wrapped(head: Line, text: str, tone: Tone, room: int) -> list[Line]:
    indent = sum(width(s.text) for s in head)
    pieces = wrap(text, max(8, room - indent))
    return [spread(*(head if i == 0 else one(" " * indent)), Span(piece, tone)) for i, piece in enumerate(pieces)]

"""The gate in words: each condition with a glyph and its evidence, and which key would change what is not met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from backfill_tui.control.model import GOOD, NOT_BEGUN, Condition, ConditionKind, PhaseState
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.plan.tables import same_table
from backfill_tui.views.spans import Line, Span, Tone, clip, line_width, one, plain, shorten, spread, width, wrap

_AT_WORK = frozenset({PhaseState.LAUNCHING, PhaseState.RUNNING, PhaseState.VALIDATING})
_OVER = frozenset({PhaseState.FAILED, PhaseState.STOPPED})
_EVIDENCE_LEAST = 8  # cells of evidence that still say something; of what is met it may be left out
_LOW = 3  # lines in which there is room for a condition, a count of the others, and keys
_NUMBERED = 9  # phases that a key selects

Key = Literal["launch", "retry", "stop", "accept", "validate"]

KEYS: dict[Key, str] = {"launch": "L", "retry": "r", "stop": "S", "accept": "A", "validate": "v"}
"""The keys of the screen that hints name; the registry of actions binds them."""


def mark(condition: Condition) -> Span:
    """✓ met, ✗ not met, ? unknown."""
    if condition.ok is None:
        return Span("?", Tone.WARN)
    return Span("✓", Tone.GOOD) if condition.ok else Span("✗", Tone.BAD)


def verdict(conditions: Sequence[Condition]) -> Line:
    """Whether the gate is open, and how many conditions keep it closed."""
    closed = sum(not condition.ok for condition in conditions)
    if not closed:
        return one("The gate is open: every condition is met.", Tone.GOOD)
    are = "is" if closed == 1 else "are"
    return one(f"The gate is closed: {closed} of {len(conditions)} conditions {are} not met.", Tone.WARN)


def lines(conditions: Iterable[Condition], room: int) -> list[Line]:
    """Every condition with all of its evidence, those that are not met first, wrapped to `room` cells."""
    out: list[Line] = []
    for condition in _closed_first(conditions):
        name, evidence = plain(condition.name), _evidence(condition)
        pieces = wrap(f"{name}: {evidence}" if evidence else name, max(8, room - 2))
        for index, piece in enumerate(pieces):
            head = spread(mark(condition), " ") if index == 0 else one("  ")
            named = len(name) + 1 if index == 0 and piece.startswith(f"{name}:") else 0
            strong = Tone.TEXT if condition.ok else Tone.STRONG
            out.append(spread(*head, Span(piece[:named], strong), Span(piece[named:], _tone(condition))))
    return out


# Why a phase has not started


def asked_about(snapshot: Snapshot, selected: str | None) -> PhaseView | None:
    """Of which phase to say why it has not started: the selected one, else the first of the plan that has not."""
    waiting = [view for view in snapshot.phases if view.state in NOT_BEGUN and view.gate]
    return next((view for view in waiting if view.name == selected), waiting[0] if waiting else None)


def title(view: PhaseView, room: int) -> str:
    """`player_game_summary is waiting`; the name is cut where that does not fit."""
    state = f" is {view.state.value}"
    return f"{shorten(plain(view.name), max(4, room - width(state)))}{state}"


def why(
    snapshot: Snapshot, view: PhaseView, room: int, most: int, *, keys: bool, selected: str | None
) -> list[Line]:
    """One line a condition, those that are not met first, in at most `most` lines; at the end the keys that help.

    Conditions come before keys: of these there is a line where it is low, and more only where all conditions are
    shown. `keys` is whether any of them may be pressed here.
    """
    offered = hints(snapshot, view, selected) if keys else ()
    ordered = _closed_first(view.gate)
    told = _keys(offered, room)[: max(most - len(ordered), int(most >= _LOW))]
    left = max(1, most - len(told))
    shown = ordered if len(ordered) <= left else ordered[: max(1, left - 1)]
    out = [_condition(condition, snapshot, room) for condition in shown]
    if (rest := ordered[len(shown) :]) and len(out) < left:
        met = all(condition.ok for condition in rest)
        out.append(spread(Span("✓ " if met else "… ", Tone.DIM), Span(f"and {len(rest)} more", Tone.DIM)))
    if told and len(out) + len(told) < most:
        out.append(one(""))
    return [*out, *told]


def _closed_first(conditions: Iterable[Condition]) -> list[Condition]:
    return sorted(conditions, key=lambda condition: bool(condition.ok))


def _evidence(condition: Condition) -> str:
    """Its detail; of `running: running at 78 %` only once what is said twice."""
    detail = plain(condition.detail).strip()
    head, _, rest = detail.partition(": ")
    return rest if rest.startswith(head) else detail


def _tone(condition: Condition) -> Tone:
    return Tone.DIM if condition.ok else Tone.TEXT


def _condition(condition: Condition, snapshot: Snapshot, room: int) -> Line:
    """A condition on one line. What is at work or has its turn yet to come is not shown as a failure."""
    glyph = mark(condition)
    upstream = _upstream(snapshot, condition)
    if upstream is not None and not condition.ok:
        if upstream.state in _AT_WORK:
            glyph = Span("…", Tone.BUSY)
        elif upstream.state in NOT_BEGUN:
            glyph = Span("·", Tone.DIM)
    name, evidence, left = plain(condition.name), _evidence(condition), room - 2
    if not condition.ok:
        name = shorten(name, max(left // 2, left - width(evidence) - 2))
    elif width(name) + len(": ") + _EVIDENCE_LEAST > left:
        evidence = ""
    rest = f": {evidence}" if evidence else ""
    return clip(spread(glyph, " ", Span(name, _tone(condition)), Span(rest, Tone.DIM)), room)


@dataclass(frozen=True, slots=True)
class Hint:
    """A key that would change a gate. `on` is the phase to press it on, where another one is selected."""

    key: Key
    words: str
    on: str = ""  # its number, or its name where no number selects it


def hints(snapshot: Snapshot, view: PhaseView, selected: str | None) -> tuple[Hint, ...]:
    """Which keys would change the gate of a phase, those that start it last where it is closed."""
    found: list[Hint] = []
    for condition in view.gate:
        if not condition.ok:
            found += _hint(condition, snapshot, view, selected)
    if not any(condition.kind is ConditionKind.COMMAND and not condition.ok for condition in view.gate):
        opened = all(condition.ok for condition in view.gate)
        words = "launch" if opened else "launch anyway"
        found.append(Hint("launch", words, _place(snapshot, view.name, selected)))
    return tuple(dict.fromkeys(found))


def _hint(condition: Condition, snapshot: Snapshot, view: PhaseView, selected: str | None) -> list[Hint]:
    if condition.kind is ConditionKind.INPUT:
        return [Hint("validate", "validate now", _place(snapshot, view.name, selected))]
    if condition.kind is ConditionKind.WRITER:
        return [
            Hint("stop", f"stop {plain(other.name)}", _place(snapshot, other.name, selected))
            for other in snapshot.phases
            if same_table(view.writes, other.writes) and other.name != view.name and other.process.alive
        ]
    if (upstream := _upstream(snapshot, condition)) is None:
        return []
    place, name = _place(snapshot, upstream.name, selected), plain(upstream.name)
    if upstream.state in _OVER:
        counts = upstream.account.counts
        wanted = counts.failed or counts.missing or upstream.suspects.count
        again = [Hint("retry", f"retry {name}", place)] if wanted else []
        return [*again, Hint("accept", f"accept {name}", place)]
    if upstream.state is PhaseState.FINISHED:
        return [Hint("validate", f"validate {name}", place)]
    if upstream.state in GOOD:  # and yet not fresh: others have written its dates since
        return [Hint("accept", f"accept {name}", place)]
    return []


def _place(snapshot: Snapshot, name: str, selected: str | None) -> str:
    """How to select a phase first; empty where it is selected."""
    if name == selected:
        return ""
    number = next((n for n, view in enumerate(snapshot.phases, start=1) if view.name == name), 0)
    return str(number) if 0 < number <= _NUMBERED else plain(name)


def _upstream(snapshot: Snapshot, condition: Condition) -> PhaseView | None:
    """The phase that a condition is about, if it is one that comes before."""
    if condition.kind is not ConditionKind.UPSTREAM:
        return None
    return next((view for view in snapshot.phases if view.name == condition.about), None)


def _keys(hints: Sequence[Hint], room: int) -> list[Line]:
    """The keys beside one another, on as many lines as they take."""
    out: list[Line] = []
    for hint in hints:
        pressed = f"{hint.on} {KEYS[hint.key]}" if hint.on else KEYS[hint.key]
        shown = clip((Span(pressed, Tone.KEY), Span(f" {hint.words}", Tone.DIM)), room)
        if out and line_width(out[-1]) + 2 + line_width(shown) <= room:
            out[-1] = spread(*out[-1], "  ", *shown)
        else:
            out.append(shown)
    return out

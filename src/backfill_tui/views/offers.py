"""What a dialog asks before anything is done to a phase: all that would be done, and what must be typed for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from backfill_tui.control.attempt import Acceptance, Attempt, Kind, Order
from backfill_tui.control.facts import PhaseFacts
from backfill_tui.control.offer import LaunchOffer, StopOffer, Target
from backfill_tui.control.suspects import suspect_words
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.views import facts, formats, gate
from backfill_tui.views.facts import Fact
from backfill_tui.views.shell_words import shell_lines
from backfill_tui.views.spans import Line, Span, Tone, one, plain, spread, wrap

READ_ONLY = "This screen is read-only: it starts and stops nothing, and records nothing."
NO_OPERATOR = "Nothing can be started, stopped or accepted here: that takes a plan whose ledger can be written."
NO_HISTORY = "There is no history here: it comes with a plan whose ledger is open; a read-only screen opens none."
LEAVE = "esc: leave"
LOOKING = "Looking at it as it is now …"

_LABEL = facts.LABEL
_PID = 13  # cells of `pid 4194304` and a gap


@dataclass(frozen=True, slots=True)
class Question:
    """What would be done, as lines for a width in cells, and what it takes to have it done.

    `reason` and `name`: whether a reason, the phase's name must be typed. `one_key`: that `y` does it. `grace_s`:
    how long it may take at most, where that is known, in seconds. `waits`: it was done before and takes that long
    yet, so that there is nothing to say yes to until then.
    """

    phase: str
    title: str
    yes: str
    doing: str
    write: Callable[[int], list[Line]]
    keys: str = LEAVE
    reason: bool = False
    name: bool = False
    one_key: bool = False
    grace_s: float | None = None
    waits: bool = False


def lacking(question: Question, reason: str, name: str) -> str:
    """What is still to be typed, as a sentence; empty once everything fits."""
    wanted = []
    if question.reason and not plain(reason).strip():
        wanted.append("a reason")
    if question.name and plain(name).strip() != plain(question.phase).strip():
        wanted.append(f"the phase's name, {plain(question.phase)}")
    return f"Still to be typed: {' and '.join(wanted)}." if wanted else ""


def under_way(question: Question, elapsed_s: float) -> str:
    """That it is being done, and how much of its grace is left."""
    left = _left(question, elapsed_s)
    if left is None:
        return question.doing
    return f"{question.doing} {left} s of its grace {'is' if left == 1 else 'are'} left."


def button(question: Question, elapsed_s: float) -> str:
    """What its button says while it is being done: how long until the next thing may be."""
    left = _left(question, elapsed_s)
    return question.yes if left is None else f"SIGKILL in {left} s"


def _left(question: Question, elapsed_s: float) -> int | None:
    """Of its grace, in seconds."""
    return None if question.grace_s is None else max(0, round(question.grace_s - elapsed_s))


# Launch and retry


def launch(offer: LaunchOffer) -> Question:
    """The question of a launch or of a retry."""
    order, retry = offer.order, offer.order.kind is Kind.RETRY
    what = "Retry" if retry else "Launch"
    return Question(
        phase=order.phase,
        title=f"{what} {plain(order.phase)} · attempt {offer.number}",
        yes=what if offer.open else f"{what} against the gate",
        doing="Looking at the gate again, then starting it …",
        write=lambda room: _launch(offer, room),
        keys=f"y: yes  {LEAVE}" if offer.open else LEAVE,
        reason=not offer.open,
        name=not offer.open,
        one_key=offer.open,
    )


def launched(attempt: Attempt) -> str:
    """What came of a launch."""
    words = f"Attempt {attempt.number} of {plain(attempt.phase)}"
    if attempt.ending:
        return f"{words} was started and {attempt.ending}."
    pid = f", pid {attempt.identity.pid}" if attempt.identity else ""
    return f"{words} runs{pid}."


def _launch(offer: LaunchOffer, room: int) -> list[Line]:
    """The gate, the command, and all around it. A retry's command may be very long, and stands last."""
    order = offer.order
    around = facts.lines(list(_around(offer)), room)
    commands = _commands(order, room)
    out = [gate.verdict(offer.conditions), *gate.lines(offer.conditions, room), one("")]
    if order.kind is Kind.RETRY:
        return [*out, *around, one(""), *commands]
    return [*out, *commands, *around]


def _around(offer: LaunchOffer) -> Iterator[Fact]:
    order = offer.order
    if order.kind is Kind.RETRY:
        yield Fact("dates", formats.counted(order.days, formats.FEW_RANGES), Tone.STRONG)
    elif order.dates is not None:
        days = (order.dates[1] - order.dates[0]).days + 1
        yield Fact("dates", f"{formats.date_range(order.dates)}, {formats.plural(days, 'day')}", Tone.STRONG)
    yield Fact("writes", plain(order.writes or "no table that the plan names"))
    yield Fact("folder", plain(str(order.cwd)))
    if order.env:
        yield Fact("env", f"adds {', '.join(plain(name) for name in order.env)}")
    yield Fact("log", f"{plain(str(order.log))}, appended to" if order.log else "output.log in the run folder")
    yield Fact("run folder", plain(str(offer.run_folder)))
    if offer.again:
        yield Fact("again", f"attempt {offer.number - 1} has ended; this starts another one", Tone.WARN)


def _commands(order: Order, room: int) -> list[Line]:
    out: list[Line] = []
    for number, command in enumerate(order.commands, start=1):
        label = "command" if len(order.commands) == 1 else f"command {number}"
        out += _beside(label, shell_lines(command, max(8, room - _LABEL)))
    return out


def _beside(label: str, pieces: Sequence[str], tone: Tone = Tone.STRONG, cells: int = _LABEL) -> list[Line]:
    return [
        spread(Span((label if i == 0 else "").ljust(cells), Tone.DIM), Span(piece, tone))
        for i, piece in enumerate(pieces)
    ]


# Stop


def grace_left_s(facts: PhaseFacts, now: datetime) -> float | None:
    """How long until SIGKILL is offered, in seconds, of a live process that was asked to end.

    None where it was not asked, or has had its grace.
    """
    stop = facts.stop
    if stop is None or not facts.alive or not facts.stop_is_its_own or facts.unheeded(now):
        return None
    return min(facts.phase.grace_s, facts.phase.grace_s - (now - stop.at).total_seconds())


def stop(offer: StopOffer, *, left_s: float | None = None) -> Question:
    """The question of a stop; of a kill, once a stop was not heeded. `left_s`: see `grace_left_s`."""
    name = plain(offer.phase)
    waits = left_s is not None and not offer.kill
    return Question(
        phase=offer.phase,
        title=f"{'Kill' if offer.kill else 'Stop'} {name}",
        yes="Send SIGKILL" if offer.kill else "Send SIGTERM",
        doing="SIGKILL was sent; waiting for its end …" if offer.kill else "SIGTERM was sent.",
        write=lambda room: _stop(offer, room, waits=waits),
        reason=not offer.kill and not waits,
        name=offer.kill,
        grace_s=None if offer.kill else left_s if waits else offer.grace_s,
        waits=waits,
    )


def stopped(offer: StopOffer) -> str:
    """That it has ended."""
    return f"{plain(offer.phase)} has ended after {'SIGKILL' if offer.kill else 'SIGTERM'}."


def not_heeded(offer: StopOffer) -> str:
    """That it is still there, though its time is over."""
    if offer.kill:
        return "It is still there after SIGKILL: the kernel itself holds it, in a file system or a device."
    return f"It has not heeded SIGTERM within {formats.duration(offer.grace_s)}."


def _stop(offer: StopOffer, room: int, *, waits: bool) -> list[Line]:
    grace, number = formats.duration(offer.grace_s), formats.plural(len(offer.targets), "process", "processes")
    if waits:
        words = [f"It was sent SIGTERM, and its grace of {grace} is not over yet; once it is, SIGKILL is offered."]
    elif offer.kill:
        words = [f"It was sent SIGTERM, and its grace of {grace} is over. SIGKILL ends {number} at once."]
        words.append("What it was writing at that moment is cut off: its last date has to be run again.")
    else:
        they_have = "It has" if len(offer.targets) == 1 else "They have"
        words = [f"SIGTERM goes to {number}. {they_have} {grace} to end; after that SIGKILL is offered."]
    if offer.adopted:
        words.append("It was not started from here, so its exit code can't be known.")
    out = [one(piece, Tone.BAD if offer.kill else Tone.TEXT) for piece in wrap(words[0], room)]
    out += [one(piece, Tone.DIM) for sentence in words[1:] for piece in wrap(sentence, room)]
    out.append(one(""))
    for target in offer.targets:
        out += _target(target, room)
    for sentence in offer.restarters:
        out += [one(piece, Tone.WARN) for piece in wrap(f"! {plain(sentence)}", room)]
    return out


def _target(target: Target, room: int) -> list[Line]:
    pieces = wrap(target.command or "its command line can't be read", max(8, room - _PID))
    return _beside(f"pid {target.pid}", pieces, Tone.TEXT, _PID)


# Accept


def accept(name: str, view: PhaseView | None) -> Question:
    """The question of a person's GO."""
    return Question(
        phase=name,
        title=f"Accept {plain(name)}",
        yes="Accept",
        doing="Recording it …",
        write=lambda room: _accept(view, room),
        reason=True,
        name=True,
    )


def accepted(acceptance: Acceptance) -> str:
    """That it was recorded."""
    return f"{plain(acceptance.phase)} counts as passed from now on: {plain(acceptance.reason)}"


def _accept(view: PhaseView | None, room: int) -> list[Line]:
    found: list[Fact] = []
    if view is not None:
        found.append(Fact("state", view.state.value, Tone.STRONG))
        found.append(Fact("", plain(view.why), Tone.DIM))
        counts = view.account.counts
        if counts.failed or counts.missing:
            words = f"{counts.failed or 0:,} failed, {counts.missing or 0:,} missing"
            found.append(Fact("dates", words, Tone.WARN))
        if view.suspects.count:
            found.append(Fact("suspect", suspect_words(view.suspects), Tone.WARN))
    words = (
        "It counts as passed from then on, for the runs that have begun by now: what waits for it may start. "
        "Your name and the reason stay in the ledger and in every report."
    )
    return [*facts.lines(found, room), one(""), *(one(piece, Tone.TEXT) for piece in wrap(words, room))]

"""Launches, stops and acceptances as the lines that a person reads before saying yes, and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import Path

from backfill_tui.control.attempt import Acceptance, Attempt, Kind
from backfill_tui.control.model import Condition
from backfill_tui.control.offer import LaunchOffer, StopOffer
from backfill_tui.engine.snapshot import PhaseView
from backfill_tui.views import contract, formats
from backfill_tui.views.shell_words import shell_line, shell_word
from backfill_tui.views.spans import plain

_LABEL = 12
_MARKS = {True: "ok", False: "NO", None: "??"}


def launch_lines(offer: LaunchOffer) -> Iterator[str]:
    """What a launch or a retry would do: its commands whole, however long, and every condition of its gate."""
    order = offer.order
    yield f"{plain(order.phase)}: attempt {offer.number}{', a retry' if order.kind is Kind.RETRY else ''}"
    for number, command in enumerate(order.commands):
        yield _row("then" if number else "command", shell_line(command))
    if order.env:
        yield _row("environment", " ".join(f"{name}={shell_word(value)}" for name, value in order.env.items()))
    yield _row("folder", str(order.cwd))
    yield _row("log", f"{order.output_in(offer.run_folder)} (appended to)")
    yield _row("run folder", str(offer.run_folder))
    if order.writes is not None:
        yield _row("writes", order.writes)
    if order.days:
        yield _row("dates", formats.counted(order.days))
    elif order.dates is not None:
        yield _row("dates", formats.date_range(order.dates))
    yield _row("gate", "open" if offer.open else "closed")
    yield from condition_lines(offer.conditions)


def condition_lines(conditions: Sequence[Condition]) -> Iterator[str]:
    """A line a condition: `ok`, `NO`, or `??` where it can't be told, with the evidence."""
    for condition in conditions:
        yield f"    {_MARKS[condition.ok]}  {plain(condition.name)}: {plain(condition.detail)}"


def stop_lines(offer: StopOffer, *, left_s: float | None = None) -> Iterator[str]:
    """Who would be signalled with what, and who would start it again.

    `left_s`: how long until SIGKILL is offered, in seconds, where SIGTERM was sent before.
    """
    wait = "" if offer.kill else f", then wait {formats.duration(offer.grace_s)} at most"
    who = formats.plural(len(offer.targets), "process", "processes")
    yield f"{plain(offer.phase)}: {offer_signal(offer)} to {who}{wait}"
    for target in offer.targets:
        yield _row(f"pid {target.pid}", target.command)
    if left_s is not None and not offer.kill:
        yield f"  It was sent SIGTERM before; SIGKILL is offered in {formats.duration(left_s)}."
    if offer.adopted:
        yield "  It was not started from here: its exit code will not be known."
    for sentence in offer.restarters:
        yield f"  Beware: {plain(sentence)}"


def offer_signal(offer: StopOffer) -> str:
    """By name, the signal that taking the offer would send."""
    return "SIGKILL" if offer.kill else "SIGTERM"


def attempt_line(attempt: Attempt) -> str:
    """`team_offense attempt 2 pid 4242`: what a script reads."""
    pid = formats.UNKNOWN if attempt.identity is None else str(attempt.identity.pid)
    return f"{plain(attempt.phase)} attempt {attempt.number} pid {pid}"


def launch_json(
    view: PhaseView,
    attempt: Attempt | None,
    offer: LaunchOffer | None,
    *,
    runs: Path,
    zone: tzinfo,
    error: str = "",
) -> contract.Json:
    """The object of `launch --json` and `retry --json`.

    `attempt` is what there is now, None where nothing was started; `offer` is what was to be done, None where that
    was not asked, since it runs already. `runs` is the folder of all run folders.
    """
    order = attempt.order if attempt is not None else offer.order if offer is not None else None
    folder = runs / attempt.folder if attempt is not None else None
    verdict = view.judgement.verdict.value if view.judgement is not None and not view.judgement.stale else None
    conditions = offer.conditions if offer is not None else attempt.gate if attempt is not None else ()
    return {
        "phase": view.name,
        "attempt": attempt.number if attempt else None,
        "kind": order.kind.value if order else None,
        "stage": attempt.stage.value if attempt else None,
        "pid": attempt.identity.pid if attempt and attempt.identity else None,
        "started_at": contract.moment(attempt.started_at, zone) if attempt else None,
        "ended_at": contract.moment(attempt.ended_at, zone) if attempt else None,
        "exit_code": attempt.exit_code if attempt else None,
        "signal": attempt.signal if attempt else None,
        "state": view.state.value,
        "why": view.why or None,
        "verdict": verdict,
        "run_folder": str(folder) if folder else None,
        "log": str(order.output_in(folder)) if order and folder else None,
        "commands": [list(command) for command in order.commands] if order else [],
        "cwd": str(order.cwd) if order else None,
        "dates": contract.span(order.dates) if order else None,
        "retried_dates": contract.days(order.days) if order and order.days else None,
        "override": attempt.override if attempt else None,
        "gate": contract.gate(conditions),
        "error": error or None,
    }


def stop_json(view: PhaseView, offer: StopOffer, *, reason: str, result: str, error: str = "") -> contract.Json:
    """The object of `stop --json`; `view` is the phase afterwards."""
    return {
        "phase": view.name,
        "result": result,
        "signal": offer_signal(offer),
        "targets": [{"pid": target.pid, "command": target.command} for target in offer.targets],
        "grace_s": offer.grace_s,
        "adopted": offer.adopted,
        "restarters": list(offer.restarters),
        "reason": reason,
        "state": view.state.value,
        "why": view.why or None,
        "error": error or None,
    }


def acceptance_json(view: PhaseView, acceptance: Acceptance, zone: tzinfo) -> contract.Json:
    """The object of `accept --json`; `view` is the phase afterwards."""
    return {
        "phase": view.name,
        "accepted": {
            "by": acceptance.person,
            "reason": acceptance.reason,
            "at": contract.moment(acceptance.at, zone),
        },
        "state": view.state.value,
        "why": view.why or None,
    }


def _row(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{plain(text)}"

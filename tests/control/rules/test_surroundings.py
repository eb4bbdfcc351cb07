"""Inputs that fail, probes that are not well: with what to do, and not where nothing is known."""

from dataclasses import replace
from datetime import datetime

import pytest

from backfill_tui.control.dirt import Dirt
from backfill_tui.control.model import PhaseState, Severity
from backfill_tui.control.probes import ProbeKind, ProbeSeen
from backfill_tui.control.rules.sight import PhaseSight
from backfill_tui.control.suspects import NONE_SUSPECT, Suspects
from tests.control.phases import ALIVE, GONE, D, account, ago, found, ids, seen, sight

FAILS = Dirt("player", ago(minutes=20), since=ago(hours=1), why="usage_rate 47.7 % (>= 95 %)")
OVER = replace(FAILS, until=ago(minutes=5), why="")


def computing(suspects: Suspects, *, state: PhaseState) -> PhaseSight:
    running = state is PhaseState.RUNNING
    told = account(2, summary=False, gone=False) if running else account(5)
    return sight(seen(told, ALIVE if running else GONE, suspects=suspects), state)


@pytest.mark.parametrize(
    ("suspects", "state", "told"),
    [
        (NONE_SUSPECT, PhaseState.RUNNING, False),
        (Suspects(dirt=(FAILS,)), PhaseState.RUNNING, True),  # what it computes now will be
        (Suspects(dirt=(FAILS,)), PhaseState.PASSED, False),
        (Suspects({D[0]: OVER}, dirt=(OVER,)), PhaseState.PASSED, True),  # good again, and not redone
        (Suspects(dirt=(OVER,)), PhaseState.RUNNING, False),
        (Suspects(unjudged=5), PhaseState.RUNNING, False),  # nobody knows: nothing is said against them
    ],
)
def test_inputs_are_told_of_while_anything_rests_on_dirty_ones(
    suspects: Suspects, state: PhaseState, told: bool
) -> None:
    alerts = found(computing(suspects, state=state))
    assert [(alert.id, alert.severity) for alert in alerts] == ([("dirty:fix", Severity.CRITICAL)] if told else [])


ASKED = ago(minutes=1)


def probe(ok: bool | None, *, times: int = 1, at: datetime | None = ASKED) -> ProbeSeen:
    return ProbeSeen(
        "scheduler",
        ProbeKind.COMMAND,
        600.0,
        20.0,
        ok,
        "exit code 1",
        1,
        at,
        ago(hours=1),
        times,
        "gcloud jobs list",
    )


@pytest.mark.parametrize(
    ("seen_as", "told"),
    [
        (probe(True), False),
        (probe(False), True),
        (probe(None), False),  # a hiccup
        (probe(None, times=3), True),
        (probe(False, at=ago(hours=2)), False),  # nobody has asked since
        (probe(None, at=None, times=0), False),
    ],
)
def test_a_probe_that_is_not_well_is_a_warning(seen_as: ProbeSeen, told: bool) -> None:
    alerts = found(probes=(seen_as,))
    assert [(alert.id, alert.severity) for alert in alerts] == (
        [("probe:scheduler", Severity.WARNING)] if told else []
    )
    assert not told or (alerts[0].since, alerts[0].action) == (ago(hours=1), "Ask by hand: gcloud jobs list")


@pytest.mark.parametrize(
    "answer",
    [
        "nosuchprogram could not be started (No such file or directory)",
        "http://stats.example.com: the connection was refused",
        "ops.quota: there is no column nosuch.",
    ],
)
def test_what_a_probe_answered_is_told_as_it_is_names_and_all(answer: str) -> None:
    (alert,) = found(probes=(replace(probe(False), detail=answer),))
    assert alert.detail == f"Asked every 10 min; the last time: {answer.rstrip('.')}."


@pytest.mark.parametrize(("waited_min", "told"), [(0, False), (20, False), (22, True)])  # every 10m, within 20 s
def test_a_probe_that_is_never_answered_is_a_warning(waited_min: float, told: bool) -> None:
    since = ago(minutes=waited_min)
    alerts = found(probes=(replace(probe(None, at=None, times=0), since=None, awaited_since=since),))
    assert [(alert.id, alert.title, alert.since) for alert in alerts] == (
        [("probe:scheduler", "Probe scheduler was never answered", since)] if told else []
    )


def test_a_ledger_that_cant_be_used_is_a_warning() -> None:
    assert ids(ledger_note="The ledger can't be read: it is locked.") == ["ledger"]
    assert ids() == []

"""A rule that breaks is an alert of its own; what the others have to say is still heard."""

from collections.abc import Iterator

import pytest

from backfill_tui.control import rules
from backfill_tui.control.model import Alert, Severity
from backfill_tui.control.rules import quiet, remarks, runs
from backfill_tui.control.rules.sight import NightSight, PhaseSight
from tests.control.phases import ALIVE, GONE, NOW, accepted, account, found, ids, seen, sight

KILLED = sight(seen(account(2, summary=False), GONE))


def breaks(_one: PhaseSight, _night: NightSight) -> Iterator[Alert]:
    yield from ()
    raise OverflowError("date value out of range")


def filling(_night: NightSight) -> Iterator[Alert]:
    yield Alert("disk:/", Severity.WARNING, None, NOW, "The disk of / fills up", "It does.", "Look.")
    raise ValueError


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "OF_A_PHASE", (breaks, *rules.OF_A_PHASE))


@pytest.mark.usefixtures("broken")
def test_a_rule_that_breaks_is_one_warning_and_the_others_are_heard() -> None:
    alerts = found(KILLED, sight(seen(account(2, summary=False, gone=False), ALIVE)))
    assert [(alert.id, alert.severity) for alert in alerts] == [
        ("gone:fix", Severity.CRITICAL),
        ("broken:test_asking.breaks", Severity.WARNING),
    ]
    assert "OverflowError: date value out of range" in alerts[1].detail
    assert alerts[1].action.startswith("Please report it")


@pytest.mark.usefixtures("broken")
def test_a_rule_that_breaks_is_told_of_where_its_phase_was_accepted_too() -> None:
    facts = seen(account(2, summary=False), GONE, acceptance=accepted(NOW))
    severities = {alert.id: alert.severity for alert in found(sight(facts))}
    assert severities == {"gone:fix": Severity.INFO, "broken:test_asking.breaks": Severity.WARNING}


def test_what_a_rule_found_before_it_broke_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "OF_THE_NIGHT", (filling,))
    assert set(ids()) == {"disk:/", "broken:test_asking.filling"}


def test_a_rule_about_runs_that_breaks_leaves_the_other_ones_and_is_told_by_our_own_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def overflows(_share: float) -> str:
        raise OverflowError("too far")

    monkeypatch.setattr(runs, "percent", overflows)
    alerts = {alert.id: alert for alert in found(sight(seen(account(4, failed=3, summary=False), GONE)))}
    assert set(alerts) == {"gone:fix", "broken:runs.failures"}
    assert "OverflowError: too far, backfill_tui.control.rules.runs:" in alerts["broken:runs.failures"].detail


def test_a_remark_that_breaks_leaves_the_other_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(_one: PhaseSight, _night: NightSight) -> Iterator[str]:
        raise KeyError("fix")

    def plain(_one: PhaseSight, _night: NightSight) -> Iterator[str]:
        yield "It waits."

    monkeypatch.setattr(quiet, "RULES", (odd, plain))
    broke, waits = remarks(NightSight((KILLED,), now=NOW))["fix"]
    assert broke.startswith("The rule test_asking.odd broke, a mistake in this program; please report it: KeyError")
    assert waits == "It waits."

"""What people said, in a real ledger: stops and acceptances, each with who and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backfill_tui.control.attempt import Acceptance, IllegalStepError, StopAsked
from backfill_tui.control.ledger import Ledger
from backfill_tui.sources.presence import Identity

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)
STOP = StopAsked("p", Identity("a-boot", 4711, 1767470400.25, 12.34), "wrong range", "screen", "nina", NOW)
GO = Acceptance("p", "14 dates without games", "nina", NOW)


def test_a_stop_comes_back_as_it_was_asked(ledger: Ledger) -> None:
    assert ledger.stops.newest("p") is None
    ledger.stops.ask(STOP)
    assert ledger.stops.newest("p") == STOP
    assert ledger.stops.newest("q") is None


def test_the_newest_stop_counts_also_of_a_process_whose_start_on_the_kernels_clock_is_not_known(
    ledger: Ledger,
) -> None:
    other = replace(STOP, identity=Identity("a-boot", 4712, 1767470401.0), at=LATER)
    ledger.stops.ask(STOP)
    ledger.stops.ask(other)
    assert ledger.stops.newest("p") == other


def test_a_kill_is_noted_at_the_stop_that_came_before_it(ledger: Ledger) -> None:
    other = replace(STOP, identity=Identity("a-boot", 4712, 1767470401.0), at=LATER)
    ledger.stops.ask(STOP)
    ledger.stops.ask(other)
    ledger.stops.killed(STOP, at=LATER)
    ledger.stops.killed(STOP, at=LATER + timedelta(seconds=1))
    assert ledger.stops.recent(10) == (other, replace(STOP, killed_at=LATER))


def test_nothing_is_killed_that_was_not_asked_to_stop(ledger: Ledger) -> None:
    with pytest.raises(IllegalStepError, match="was not asked to stop"):
        ledger.stops.killed(STOP, at=LATER)


def test_the_newest_acceptance_of_a_phase_is_told(ledger: Ledger) -> None:
    assert ledger.acceptances.newest("p") is None
    ledger.acceptances.accept(GO)
    ledger.acceptances.accept(replace(GO, phase="q"))
    assert ledger.acceptances.newest("p") == GO
    again = replace(GO, reason="and 2 more", at=LATER)
    ledger.acceptances.accept(again)
    assert ledger.acceptances.newest("p") == again
    assert ledger.acceptances.recent(2) == (again, replace(GO, phase="q"))


def test_reasons_that_are_no_text_are_kept_as_far_as_they_are(ledger: Ledger) -> None:
    ledger.acceptances.accept(replace(GO, reason="14 dates \udce9"))
    ledger.stops.ask(replace(STOP, reason="\udcff"))
    assert (ledger.acceptances.newest("p"), ledger.stops.newest("p")) == (
        replace(GO, reason="14 dates ?"),
        replace(STOP, reason="?"),
    )

"""What a probe's answer means, and what the ledger keeps of it."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from backfill_tui.control.ledger import Ledger
from backfill_tui.control.ledger.probes import KEPT
from backfill_tui.control.probes import (
    ProbeAnswer,
    ProbeKind,
    digest_of,
    of_cell,
    of_exit,
    of_status,
    seen_of,
)
from backfill_tui.plan.resolved import Bound, Probe

NOW = datetime(2026, 1, 3, 20, 0, tzinfo=UTC)
PROBE = Probe("scheduler", 600.0, 20.0, run=("gcloud", "scheduler", "jobs list"))
WELL, ILL, DOUBT = ProbeAnswer(True, "exit 0", 0), ProbeAnswer(False, "exit 1", 1), ProbeAnswer(None, "no answer")


def test_a_program_is_well_by_exit_0_only() -> None:
    assert of_exit(0, "exit 0") == WELL
    assert of_exit(2, "exit 2").ok is False
    assert of_exit(-9, "ended by signal 9") == ProbeAnswer(False, "ended by signal 9", None)


def test_an_address_is_well_by_the_status_expected_of_it() -> None:
    assert of_status(204, 204) == ProbeAnswer(True, "status 204", 204)
    assert of_status(503, 200) == ProbeAnswer(False, "status 503 (200 expected)", 503)


def test_a_query_is_held_against_its_bounds_unrounded() -> None:
    assert of_cell(94.9999, Bound(at_least=95)).ok is False
    assert of_cell(95, Bound(at_least=95)) == ProbeAnswer(True, "95 (>= 95)", 95)
    assert of_cell(7, Bound()).ok is True


@pytest.mark.parametrize("value", [None, math.nan, "many"])
def test_a_value_that_can_not_be_held_against_bounds_is_unknown(value: float | str | None) -> None:
    assert of_cell(value, Bound(at_least=1)).ok is None


def test_a_value_is_something_that_json_has() -> None:
    assert of_cell(math.inf, Bound(at_least=1)).value is None
    assert of_cell(date(2026, 1, 3), Bound()).value == "2026-01-03"
    assert of_cell(("a", 1), Bound()).value == "[a, 1]"


def test_a_probe_that_was_never_asked_is_unknown() -> None:
    seen = seen_of(PROBE, None)
    assert (seen.ok, seen.at, seen.kind, seen.stale(NOW)) == (None, None, ProbeKind.COMMAND, False)
    assert seen.by_hand == "gcloud scheduler 'jobs list'"


def test_an_answer_is_stale_once_one_was_missed(ledger: Ledger) -> None:
    ledger.probes.keep("scheduler", "d", WELL, at=NOW)
    seen = seen_of(PROBE, ledger.probes.newest("scheduler", "d"))
    assert not seen.stale(NOW + timedelta(minutes=11))
    assert seen.stale(NOW + timedelta(minutes=22))


def test_one_asker_in_an_interval(ledger: Ledger) -> None:
    def claim(at: datetime) -> bool:
        return ledger.probes.claim("p", "d", at=at, every_s=60, within_s=5)

    assert claim(NOW)
    assert not claim(NOW + timedelta(seconds=59))
    assert claim(NOW + timedelta(seconds=60))


def test_nobody_asks_while_another_is_still_at_it(ledger: Ledger) -> None:
    assert ledger.probes.claim("p", "d", at=NOW, every_s=10, within_s=30)
    later = NOW + timedelta(seconds=11)
    assert not ledger.probes.claim("p", "d", at=later, every_s=10, within_s=30)
    ledger.probes.keep("p", "d", WELL, at=later)
    assert ledger.probes.claim("p", "d", at=later, every_s=10, within_s=30)


def test_an_asker_that_was_killed_is_not_waited_for(ledger: Ledger) -> None:
    assert ledger.probes.claim("p", "d", at=NOW, every_s=10, within_s=30)
    assert ledger.probes.claim("p", "d", at=NOW + timedelta(seconds=30), every_s=10, within_s=30)


def test_one_that_was_taken_back_may_be_asked_at_once(ledger: Ledger) -> None:
    assert ledger.probes.claim("p", "d", at=NOW, every_s=60, within_s=5)
    ledger.probes.release("p", "d", at=NOW)
    assert ledger.probes.claim("p", "d", at=NOW + timedelta(seconds=1), every_s=60, within_s=5)


def test_a_clock_set_back_does_not_silence_a_probe(ledger: Ledger) -> None:
    assert ledger.probes.claim("p", "d", at=NOW, every_s=60, within_s=5)
    assert ledger.probes.claim("p", "d", at=NOW - timedelta(hours=3), every_s=60, within_s=5)


def test_since_when_it_is_so_outlives_many_answers_that_are_alike(ledger: Ledger) -> None:
    for minute, answer in enumerate([WELL, ILL, *[replace(ILL, detail=str(i)) for i in range(3)], DOUBT, DOUBT]):
        ledger.probes.keep("p", "d", answer, at=NOW + timedelta(minutes=minute))
    kept = ledger.probes.newest("p", "d")
    assert kept is not None
    assert (kept.answer, kept.since, kept.times) == (DOUBT, NOW + timedelta(minutes=5), 2)


def test_answers_are_let_go_of_but_not_since_when(ledger: Ledger) -> None:
    for second in range(KEPT + 20):
        ledger.probes.keep("p", "d", WELL, at=NOW + timedelta(seconds=second))
    kept = ledger.probes.newest("p", "d")
    assert kept is not None
    assert (kept.since, kept.times) == (NOW, KEPT + 20)


def test_another_question_of_the_same_name_begins_anew(ledger: Ledger) -> None:
    ledger.probes.keep("p", digest_of(PROBE), WELL, at=NOW)
    assert ledger.probes.newest("p", digest_of(replace(PROBE, run=("true",)))) is None
    assert ledger.probes.newest("p", digest_of(replace(PROBE, every_s=5.0))) is not None

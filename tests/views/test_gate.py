"""The gate in words: what is said of each condition, of which phase, and which keys would help."""

from dataclasses import replace

import pytest

from backfill_tui.control.model import Condition, PhaseState
from backfill_tui.control.model import ConditionKind as Kind
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import Counts
from backfill_tui.views import gate
from backfill_tui.views.spans import Line, Tone, line_text, line_width
from tests.tui import example

MET = Condition("no live run", True, "nobody is at it")
UNMET = Condition("upstream", False, "running: running at 78 %", Kind.UPSTREAM, "upstream")
SHORT = replace(example.phase("short").account, counts=Counts(total=3, missing=2))
UNKNOWN = Condition("input factors", None, "was not run yet", Kind.INPUT, "factors")


def _text(lines: list[Line]) -> list[str]:
    return [line_text(line) for line in lines]


def _night(*views: PhaseView) -> Snapshot:
    return Snapshot(plan="p", at=example.NOW, timezone="UTC", phases=views)


def _waiting(*conditions: Condition, name: str = "down", **known: object) -> PhaseView:
    return example.phase(name, PhaseState.WAITING, gate=conditions, **known)


def _why(night: Snapshot, view: PhaseView, *, room: int = 60, most: int = 9, keys: bool = True) -> list[str]:
    return _text(gate.why(night, view, room, most, keys=keys, selected=view.name))


def test_every_condition_has_a_glyph_and_its_evidence_and_those_not_met_come_first() -> None:
    assert _text(gate.lines((MET, UNMET, UNKNOWN), 60)) == [
        "✗ upstream: running at 78 %",
        "? input factors: was not run yet",
        "✓ no live run: nobody is at it",
    ]


def test_long_evidence_is_wrapped_and_none_of_it_is_left_out() -> None:
    told = Condition("input factors", False, "usage_rate 47.7 % (>= 95 %) on 2021-10-19 … 2026-01-02")
    lines = gate.lines((told,), 24)
    assert all(line_width(line) <= 24 for line in lines)
    assert " ".join(text[2:] for text in _text(lines)) == f"{told.name}: {told.detail}"


@pytest.mark.parametrize(
    ("conditions", "words", "tone"),
    [
        ((MET,), "The gate is open: every condition is met.", Tone.GOOD),
        ((MET, UNMET), "The gate is closed: 1 of 2 conditions is not met.", Tone.WARN),
        ((UNKNOWN, UNMET), "The gate is closed: 2 of 2 conditions are not met.", Tone.WARN),
    ],
)
def test_unknown_does_not_open_a_gate(conditions: tuple[Condition, ...], words: str, tone: Tone) -> None:
    (span,) = gate.verdict(conditions)
    assert (span.text, span.tone) == (words, tone)


def test_the_selected_phase_is_told_of_where_it_waits_else_the_first_of_the_plan_that_does() -> None:
    running = example.phase("a", PhaseState.RUNNING, gate=(MET,))
    night = _night(running, _waiting(UNMET, name="b"), _waiting(UNMET, name="c"))
    told = {selected: gate.asked_about(night, selected) for selected in ("a", "b", "c", None)}
    assert {selected: view.name for selected, view in told.items() if view} == {
        "a": "b",
        "b": "b",
        "c": "c",
        None: "b",
    }
    assert gate.asked_about(_night(running), "a") is None


def test_an_upstream_at_work_is_shown_as_going_on_and_not_as_a_failure() -> None:
    view = _waiting(UNMET)
    for state, glyph in ((PhaseState.RUNNING, "…"), (PhaseState.WAITING, "·"), (PhaseState.FAILED, "✗")):
        assert _why(_night(example.phase("upstream", state), view), view)[0].startswith(f"{glyph} upstream: ")


@pytest.mark.parametrize("room", [20, 36, 80])
@pytest.mark.parametrize("most", [2, 3, 5, 9])
def test_a_condition_takes_one_line_and_the_panel_no_more_than_it_has(room: int, most: int) -> None:
    many = tuple(
        Condition(f"only writer of nba.table_{i}", i > 2, "nobody else writes its dates") for i in range(7)
    )
    view = _waiting(*many)
    lines = gate.why(_night(view), view, room, most, keys=True, selected="down")
    assert 0 < len(lines) <= most
    assert all(line_width(line) <= room for line in lines)


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5])
def test_however_low_it_is_the_first_open_condition_comes_before_counts_and_keys(most: int) -> None:
    upstream = tuple(replace(example.phase(f"up{i}", PhaseState.FAILED), account=SHORT) for i in range(5))
    view = _waiting(*(Condition(one.name, False, "failed", Kind.UPSTREAM, one.name) for one in upstream))
    lines = _why(_night(*upstream, view), view, room=36, most=most)
    assert lines[0] == "✗ up0: failed"
    assert len(lines) <= most
    assert sum(line.startswith("✗") for line in lines) == max(1, most - 2)
    assert any("… and" in line for line in lines) == (most > 1)


def test_what_there_is_no_line_for_is_counted() -> None:
    view = _waiting(UNMET, *(replace(MET, name=f"m{i}") for i in range(5)))
    assert _why(_night(view), view, most=4, keys=False)[-1] == "✓ and 3 more"


def test_an_open_gate_offers_the_launch() -> None:
    view = replace(_waiting(MET), state=PhaseState.READY)
    assert gate.hints(_night(view), view, "down") == (gate.Hint("launch", "launch"),)


def test_what_is_only_watched_offers_no_launch() -> None:
    view = _waiting(Condition("command", False, "the plan names none: it is only watched", Kind.COMMAND))
    assert gate.hints(_night(view), view, "down") == ()


def test_an_input_offers_to_validate_and_an_overridden_launch() -> None:
    view = _waiting(UNKNOWN)
    assert _why(_night(view), view)[-1] == "v validate now  L launch anyway"


def test_a_failed_upstream_offers_its_retry_and_its_acceptance_by_its_number() -> None:
    upstream = example.phase("upstream", PhaseState.FAILED)
    upstream = replace(upstream, account=replace(upstream.account, counts=Counts(total=3, missing=2)))
    view = _waiting(UNMET)
    assert gate.hints(_night(upstream, view), view, "down")[:2] == (
        gate.Hint("retry", "retry upstream", "1"),
        gate.Hint("accept", "accept upstream", "1"),
    )


def test_an_upstream_that_was_good_and_was_written_over_offers_its_acceptance() -> None:
    view = _waiting(replace(UNMET, detail="passed, but other (passed) has written its dates since"))
    night = _night(example.phase("upstream", PhaseState.PASSED), view)
    assert gate.hints(night, view, "down")[0] == gate.Hint("accept", "accept upstream", "1")


def test_another_writer_of_the_table_offers_to_stop_it() -> None:
    writer = replace(example.night().phases[0], name="writer", writes="`nba.T`")
    alone = Condition("only writer of nba.t", False, "writer writes it now", Kind.WRITER, "nba.t")
    view = _waiting(alone, writes="nba.t")
    assert gate.hints(_night(writer, view), view, "down")[0] == gate.Hint("stop", "stop writer", "1")


def test_keys_are_not_named_where_they_do_nothing() -> None:
    view = _waiting(UNKNOWN)
    assert _why(_night(view), view, keys=False) == ["? input factors: was not run yet"]


def test_the_title_keeps_the_state_where_the_name_is_too_long() -> None:
    assert gate.title(_waiting(UNMET, name="player_composite_factors_of_all_seasons"), 30).endswith(" is waiting")

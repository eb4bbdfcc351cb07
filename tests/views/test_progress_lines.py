"""The lines that an unattended run prints."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.attempt import Stage
from backfill_tui.control.model import PhaseState
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.account import Account, Counts, RunEnd, Unit, UnitState
from backfill_tui.views.progress_lines import checks, final, in_words, progress, stamped, transition, transitions
from backfill_tui.views.report import report_of
from tests.tui import example, suites
from tests.views.reports import NEXT_STEPS, NOW, attempt, history, night_over, shut

PIECE = re.compile(r"Progress: (\d+)/(\d+) (?:days|dates) \((\d+\.\d)%\), (\d+) remaining")


def counted(counts: Counts, dates: tuple[date, date] | None = example.FOUR_YEARS, **known: object) -> str:
    account = Account(dates=dates, counts=counts, records=11_910)
    view = replace(example.phase("team_offense", PhaseState.RUNNING, account=account, dates=dates), **known)  # type: ignore[arg-type]
    return progress(view, NOW)


def test_progress_reads_as_the_old_orchestrator_printed_it() -> None:
    line = counted(
        Counts(1537, done=100, empty=48, failed=2, pending=1387),
        process=example.alive(1, timedelta(minutes=62), "job"),
        rate_per_hour=207.0,
        forecast=example.forecast((20, 58), (21, 15), (21, 31)),
    )
    assert line == (
        "team_offense: Progress: 150/1537 days (9.8%), 1387 remaining, success rate 98.6%, 2 failed, "
        "11,910 records, elapsed 1 h 02 min, 207 days/h, done by ~21:15 PST"
    )


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_a_share_is_100_percent_only_when_nothing_remains(of: tuple[int, int]) -> None:
    done, total = of
    found = PIECE.search(counted(Counts(total, done=done, pending=total - done)))
    assert found is not None
    assert (int(found[1]), int(found[2]), int(found[4])) == (done, total, total - done)
    assert float(found[3]) == pytest.approx(100 * done / total, abs=0.1)
    assert (found[3] == "100.0") == (done == total)


def test_a_job_that_walks_some_dates_of_its_range_counts_dates() -> None:
    line = counted(Counts(917, done=100, pending=817), rate_per_hour=5.25)
    assert "Progress: 100/917 dates (10.9%), 817 remaining" in line
    assert "5.2 dates/h" in line


def test_dates_that_were_passed_over_remain_and_are_counted() -> None:
    assert "1387 remaining, success rate 100.0%, 2 missing" in counted(
        Counts(1537, done=150, missing=2, pending=1385)
    )


def test_what_is_not_known_is_left_out() -> None:
    assert progress(example.phase("ml_training", PhaseState.RUNNING), NOW) == "ml_training: running"
    bar = example.phase("a", PhaseState.RUNNING, account=Account(counts=Counts(None, done=12, pending=None)))
    assert progress(bar, NOW) == "a: Progress: 12 days, of how many is not known, success rate 100.0%"


def test_elapsed_is_that_of_what_runs_now() -> None:
    run = example.run(NOW - timedelta(hours=3), None, RunEnd.OPEN, example.FIX, 944)
    old = replace(run, ended=RunEnd.KILLED, started_at=NOW - timedelta(days=2))
    adopted = example.phase("a", PhaseState.RUNNING, account=Account(runs=(old, run), lead=run))
    assert "elapsed 3 h 00 min" in progress(adopted, NOW)
    launched = attempt("a", 1, NOW - timedelta(minutes=5), Stage.RUNNING)
    assert "elapsed 4 min" in progress(replace(adopted, attempt=launched), NOW)
    over = replace(adopted, account=Account(runs=(old,), lead=old))
    assert "elapsed" not in progress(over, NOW)


def just_begun(began_ago: timedelta, units: int, done_ago: timedelta) -> str:
    """The line of a run that began so long ago, with dates done so long ago, at millions an hour."""
    done = {day: Unit(day, UnitState.DONE, at=NOW - done_ago) for day in example.days(example.FIX)[:units]}
    account = Account(units=done, counts=Counts(944, done=units, pending=944 - units))
    process = example.alive(1, began_ago, "job")
    view = example.phase("a", PhaseState.RUNNING, account=account, process=process, rate_per_hour=6e6)
    return progress(view, NOW)


@pytest.mark.parametrize(
    ("began_ago", "units", "told"),
    [(timedelta(seconds=1), 3, False), (timedelta(seconds=1), 30, True), (timedelta(minutes=1), 3, True)],
)
def test_a_rate_from_an_instant_is_not_told(began_ago: timedelta, units: int, told: bool) -> None:
    assert ("6,000,000 days/h" in just_begun(began_ago, units, timedelta(0))) is told


def test_dates_of_an_earlier_run_do_not_make_the_rate_of_this_one_known() -> None:
    assert "days/h" not in just_begun(timedelta(seconds=1), 500, timedelta(days=1))


def test_a_stalled_phase_says_why() -> None:
    line = counted(
        Counts(1537, done=5, pending=1532), state=PhaseState.STALLED, why="its log has been silent for 31 min"
    )
    assert line.endswith("stalled: its log has been silent for 31 min")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (59.9, "59 s"), (60, "1 min"), (3720, "1 h 02 min"), (90_000, "1 d 01 h")],
)
def test_durations_in_a_sentence_have_two_figures_at_most(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_line_has_the_local_time_and_its_zone_before_it() -> None:
    assert stamped(NOW, "a: running") == "20:14:07 PST  a: running"


# Transitions


def night(*phases: PhaseView) -> Snapshot:
    return Snapshot("night", NOW, "America/Los_Angeles", phases)


def test_a_transition_names_both_states_and_why() -> None:
    ready = example.phase("player_game_summary", PhaseState.READY, why="may be started")
    launching = replace(ready, state=PhaseState.LAUNCHING, why="attempt 1 is being started")
    waiting = example.phase("ml_training", why="waits")
    assert transition(ready, launching) == "player_game_summary: ready → launching: attempt 1 is being started"
    assert transitions(night(ready, waiting), night(launching, replace(waiting, why="still waits"))) == [
        transition(ready, launching)
    ]


def test_at_first_every_phase_says_where_it_is() -> None:
    assert transitions(None, night(example.phase("a"), example.phase("b", why="waits for a"))) == [
        "a: waiting",
        "b: waiting: waits for a",
    ]


# Checks


def test_checks_of_all_suites_of_a_phase_are_counted_through() -> None:
    found = [view.result for view in (suites.offense(), suites.factors()) if view.result]
    lines = list(checks(found))
    assert lines[:2] == [
        "Check 1/8 team_offense.game_count: 5,798 (>= 5,600) pass",
        "Check 2/8 team_offense.record_count: 11,596 (shown)",
    ]
    missing = "no column avg_usage_rate_last_7_games in the table unknown"
    assert lines[6] == f"Check 7/8 composite_factors.usage_last_7: {missing}"
    assert lines[7] == "  to do: Name a column that the table has, or write it."
    assert lines[8] == "Check 8/8 composite_factors.missing_dates: 40 (<= 0) of 917 dates: 2022-05-25, … fail"
    assert next(checks(found[:1])) == "Check 1/4 game_count: 5,798 (>= 5,600) pass"


# The final report


def test_the_final_report_has_what_the_old_one_had_for_every_phase() -> None:
    snapshot, attempts = night_over()
    lines = list(final(report_of(snapshot, attempts=attempts, history=history(), next_steps=NEXT_STEPS)))
    fix = "duration 3 h 00 min, 944 of 944 dates done, success rate 100.0%, 8,346 records, verdict pass"
    summary = "duration 1 h 05 min, 944 of 944 dates done, success rate 99.7%, 8,334 records, verdict warn"
    factors = "duration –, 1,537 of 1,537 dates done, success rate 100.0%, 12,034 records, verdict fail"
    assert lines == [
        "Final report of nba-night at 2026-01-03 20:14 PST: warn, GO",
        f"  team_offense_fix     passed    {fix}",
        f"  player_game_summary  warned    {summary}",
        "                       failed: 2022-01-09 … 2022-01-10",
        f"  composite_factors    passed    {factors}",
        "                       accepted by Bo: spot checks are fine",
        "                       composite_factors: usage_last_7 no column avg_usage_rate_last_7_games in the table",
        "                       composite_factors: missing_dates 40 (<= 0) of 917 dates: 2022-05-25, …",
        "                       input player_game_summary: usage_rate 47.7 % (>= 95 %)",
        "                       input player_game_summary: shot_zones 38.2 % (>= 40 %)",
        "Total duration: 4 h 30 min, from 2026-01-03 15:14 to 2026-01-03 19:44 PST",
        "Started against its gate: player_game_summary attempt 2, by ana: the fix is good enough | ask Bo",
        "Next steps:",
        "  1. Train XGBoost v5",
        "  2. Compare to the 4.27 MAE baseline",
    ]


def test_a_night_that_may_not_go_on_says_what_blocks_instead_of_next_steps() -> None:
    shown = example.phase("composite_factors", PhaseState.BLOCKED, why="its inputs are not good", gate=shut())
    failed = example.phase("player_game_summary", PhaseState.FAILED, why="usage_rate 47.7 % (>= 95 %)")
    lines = list(final(report_of(night(failed, shown), next_steps=NEXT_STEPS)))
    assert lines[0] == "Report (not final) of night at 2026-01-03 20:14 PST: fail, not a GO"
    assert lines[lines.index("What blocks:") :] == [
        "What blocks:",
        "  player_game_summary is failed: usage_rate 47.7 % (>= 95 %)",
        "  composite_factors is blocked: its inputs are not good",
        "    input player_game_summary: usage_rate 47.7 % (>= 95 %)",
        "    only writer of t: the registry can't be read",
    ]


def test_no_text_from_outside_breaks_a_line_or_reaches_the_terminal() -> None:
    evil = "a\nb\x1b[2J\r\x00"
    view = example.phase(evil, PhaseState.STALLED, why=evil, gate=shut())
    launched = attempt("a", 1, NOW, override=evil, person=evil)
    told = [progress(view, NOW), transition(None, view), *final(report_of(night(view), attempts=(launched,)))]
    assert not any(re.search(r"[\x00-\x1f]", line) for line in told)

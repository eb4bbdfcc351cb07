"""The forecast page in words: the sentence of the finish, what changed, the plan, the record; costs; hindsight."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backfill_tui.control.model import PhaseState, Timeline
from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.progress.calibration import NO_RECORD
from backfill_tui.progress.prospect import ClassCost, DeadlineProspect
from backfill_tui.views import forecast, forecast_costs, forecast_hindsight, forecast_words
from backfill_tui.views.spans import line_text, line_width
from tests.tui import example, forecasts
from tests.tui.example import NOW
from tests.tui.forecasts import at


def _said(view: PhaseView, snapshot: Snapshot | None = None) -> str:
    return "\n".join(f"{f.label}: {f.text}" for f in forecast.facts(snapshot or forecasts.night(view), view))


def test_a_finish_is_told_with_its_range_and_what_it_rests_on() -> None:
    said = _said(forecasts.running(calibrated=True))
    assert "finish: likely 21:15 (80 % range 21:01–21:33)" in said
    assert "from the calendar and this run; ranges checked against earlier runs" in said
    assert "changed: 7m earlier than an hour ago" in said
    assert "plan: on track: the plan expects 21:02" in said
    assert "record: of the last 40 80 % ranges, 33 held" in said


def test_what_nobody_has_checked_is_marked_and_says_so() -> None:
    view = forecasts.running()
    said = _said(view, forecasts.night(view, record=NO_RECORD))
    assert "likely ~21:15" in said
    assert "not calibrated: first night" in said
    assert "record: none yet" in said


def test_a_run_checked_against_itself_does_not_claim_earlier_runs() -> None:
    view = forecasts.running(calibrated=True)
    assert view.prospect is not None
    by_itself = replace(view, prospect=replace(view.prospect, calibrated_by="this run"))
    assert "ranges checked against how this run was forecast so far" in _said(by_itself)


def test_a_stalled_phase_says_since_when_its_forecast_is_frozen() -> None:
    view = forecasts.running(frozen=True)
    heard = replace(view.account, last_line_at=at(20, 2))
    said = _said(replace(view, account=heard))
    assert "finish: frozen since 20:02: nothing heard" in said
    assert "until then likely ~21:15" in said


def test_without_a_forecast_it_says_what_is_lacking() -> None:
    running = replace(forecasts.running(), forecast=None, prospect=None)
    assert "too little seen yet" in _said(running)
    waiting = replace(forecasts.waiting(), forecast=None, prospect=None)
    assert "expect: {duration: …}" in _said(waiting)


def test_a_range_too_narrow_for_the_clock_is_not_told_as_a_moment() -> None:
    view = forecasts.running(calibrated=True)
    assert view.prospect is not None
    sure = replace(
        view, prospect=replace(view.prospect, finish=forecasts.moments(at(21, 15) + timedelta(seconds=30), 0.2))
    )
    assert "likely 21:15 (80 % range within that minute)" in _said(sure)


def test_a_phase_to_come_tells_when_it_begins() -> None:
    said = _said(forecasts.waiting())
    assert "start: likely 21:19 (21:05–21:37)" in said
    assert "from earlier runs; not calibrated" in said


@pytest.mark.parametrize(
    ("timeline", "said"),
    [
        (Timeline(at(20, 9), 3900.0, "delayed"), "delayed by 1h05: the plan expects 20:09"),
        (Timeline(at(22, 14), -3540.0, "ahead"), "59m ahead: the plan expects 22:14"),
        (Timeline(at(21, 14), 60.0, "on_track"), "on track: the plan expects 21:14"),
        (Timeline(at(21, 14), None, None), "the plan expects 21:14"),
        (Timeline(None, None, None), ""),
        (None, ""),
    ],
)
def test_the_plan_is_told_with_how_far_off_it_is(timeline: Timeline | None, said: str) -> None:
    assert forecast_words.against_plan(timeline, NOW) == said


@pytest.mark.parametrize(
    ("changed_s", "said"),
    [
        (None, ""),
        (30.0, "as an hour ago"),
        (360.0, "6m later than an hour ago"),
        (-4000.0, "1h06 earlier than an hour ago"),
    ],
)
def test_what_an_hour_has_changed(changed_s: float | None, said: str) -> None:
    assert forecast_words.changed(Timeline(NOW, 0.0, "on_track", changed_s=changed_s)) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0 %"), (0.001, "< 1 %"), (0.714, "71 %"), (0.999, "> 99 %"), (1.0, "100 %")]
)
def test_what_is_not_certain_is_not_called_so(share: float, said: str) -> None:
    assert forecast_words.probability(share) == said


def test_a_deadline_of_which_too_little_is_known_names_what_is_lacking() -> None:
    due = DeadlineProspect("ml_training", at(6, 30), lacking=("composite_factors",))
    assert forecast_words.deadline(due, NOW) == (
        "ml_training by 06:30, how likely is not known: too little is known of composite_factors"
    )


@pytest.mark.parametrize(("probability", "said"), [(1.0, "met"), (0.0, "missed")])
def test_a_deadline_that_has_passed_was_met_or_missed(probability: float, said: str) -> None:
    due = DeadlineProspect("ml_training", at(20, 0), probability=probability, calibrated=True)
    assert forecast_words.deadline(due, NOW) == f"ml_training by 20:00: {said}"


def test_slack_is_told_with_how_often_the_night_waits() -> None:
    prospect = forecasts.running().prospect
    assert prospect is not None
    assert forecast_words.slack(prospect) == "none; the night waits for it in 83 % of the futures"
    loose = replace(prospect, slack_s=22_200.0, criticality=0.0)
    assert forecast_words.slack(loose).startswith(
        "6h10 before the night is later for it; the night waits for it in 0 %"
    )
    assert forecast_words.slack(replace(prospect, slack_s=None, criticality=None)) == ""


def test_once_it_has_ended_its_forecasts_are_held_against_what_happened() -> None:
    said = forecast_hindsight.facts(forecasts.over(), NOW)
    assert [fact.label for fact in said] == ["at 25 %", "at 50 %", "at 75 %"]
    assert said[0].text == "17:17 said 20:38 (20:06–21:20): it ended 46m earlier; missed"
    assert said[2].text.endswith("it ended 19m earlier; held")
    assert "finish: ended 19:52" in _said(forecasts.over())


def test_only_what_was_forecast_by_then_is_looked_back_at() -> None:
    view = forecasts.over()
    late = replace(view, past=view.past[len(view.past) // 2 + 2 :])
    assert [fact.label for fact in forecast_hindsight.facts(late, NOW)] == ["at 75 %"]


def test_forecasts_of_the_run_before_are_not_held_against_this_one() -> None:
    view = forecasts.over()
    before = tuple(replace(made, at=made.at - timedelta(hours=6)) for made in view.past[:3])
    late = replace(view, past=(*before, *view.past[len(view.past) // 2 + 2 :]))
    assert [fact.label for fact in forecast_hindsight.facts(late, NOW)] == ["at 75 %"]


@pytest.mark.parametrize("state", [PhaseState.STOPPED, PhaseState.FAILED])
def test_a_run_that_did_not_come_to_its_end_judges_no_forecast(state: PhaseState) -> None:
    view = replace(example.phases()[1], state=state, past=forecasts.past(at(21, 0), at(19, 0)))
    assert forecast_hindsight.facts(view, NOW) == []
    assert "there is nothing to hold its forecasts against" in _said(view)


@pytest.mark.parametrize("room", [12, 24, 40, 76])
def test_the_table_of_costs_fits_and_its_numbers_align(room: int) -> None:
    lines = forecast_costs.lines(forecasts.running(), room)
    assert len(lines) == 3
    assert len({line_width(line) for line in lines}) == 1
    assert "p50" in line_text(lines[0])
    if room >= 24:
        assert all(line_width(line) <= room for line in lines)


def test_costs_tell_dates_seen_left_and_the_time_of_one() -> None:
    _, work, _ = forecast_costs.lines(forecasts.running(), 76)
    assert line_text(work).split() == ["with", "work", "312", "88", "14.2", "s", "21.6", "s", "33.9", "s"]


def test_nothing_from_outside_reaches_the_screen_as_it_is() -> None:
    nasty = ClassCost("with\x1b[2Jwork\n", 1.0, 2.0, 3.0, 4, 5.0)
    view = replace(forecasts.running(), costs=(nasty,), name="a\nb", why="x\x07")
    assert all(line_text(line).isprintable() for line in forecast_costs.lines(view, 76))
    assert line_text(forecast.heading(forecasts.night(view), view, 80)).isprintable()


@pytest.mark.parametrize("room", [20, 80, 132])
def test_the_header_fits(room: int) -> None:
    view = forecasts.running()
    assert line_width(forecast.heading(forecasts.night(view), view, room)) <= room


def test_the_run_s_own_forecast_stands_in_where_the_night_has_none() -> None:
    view = replace(forecasts.running(), prospect=None)
    seen = forecast_words.prospect(view)
    assert seen is not None
    assert seen.finish.p50 == at(21, 15)
    assert seen.finish.p90 - seen.finish.p10 == timedelta(minutes=33)

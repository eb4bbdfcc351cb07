"""Header, alerts, evidence, facts, log lines, chart: words made of a snapshot."""

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.control.model import Alert, PhaseState, Severity
from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.progress.account import Account
from backfill_tui.progress.pace import Slice
from backfill_tui.views import alerts, evidence, facts, header, logline, sparkline
from backfill_tui.views.spans import Tone, line_text, line_width, plain
from tests.tui import example

NIGHT = example.night()


@given(st.integers(1, 250))
def test_the_header_fits_and_keeps_the_plan_and_the_alerts_longest(room: int) -> None:
    line = header.dashboard(NIGHT, room)
    shown = line_text(line)
    assert line_width(line) <= max(room, 20)
    assert "nba-night" in shown
    if room >= 40:
        assert "✗ 1" in shown


def test_the_header_has_local_time_utc_and_deadline() -> None:
    shown = line_text(header.dashboard(NIGHT, 132))
    assert "Sat 20:14:07 PST" in shown
    assert "04:14 UTC" in shown
    assert "ml_training by 06:30, in 10h15" in shown


def test_a_dashboard_that_may_change_nothing_says_so() -> None:
    assert line_text(header.dashboard(NIGHT, 140, read_only=True)).endswith("read-only")


def test_utc_is_not_said_twice() -> None:
    utc = replace(NIGHT, at=NIGHT.at.astimezone(UTC))
    assert line_text(header.dashboard(utc, 132)).count("UTC") == 1


def test_a_long_command_line_does_not_push_everything_else_away() -> None:
    seen = replace(NIGHT.phases[0].process, command=("/opt/venv/bin/python", *("--word",) * 90))
    shown = [line_text(line) for line in facts.lines(facts.process(seen, NIGHT.at), 40)]
    assert len(shown) <= 7
    assert shown[-1].endswith("…")
    assert "python --word" in "".join(shown)


def test_health_is_said_only_of_something_that_is_watched() -> None:
    assert line_text(header.health(replace(NIGHT, alerts=()))) == "✓ healthy"
    assert line_text(header.health(example.nothing())) == ""


def test_acknowledged_alerts_do_not_count() -> None:
    quiet = tuple(replace(alert, acknowledged=True) for alert in NIGHT.alerts)
    assert line_text(header.health(replace(NIGHT, alerts=quiet))) == "✓ healthy"


def test_a_missed_deadline_says_so() -> None:
    late = replace(NIGHT, at=NIGHT.at + timedelta(hours=12))
    assert "was due 06:30, 1h44 ago" in line_text(header.deadline(late, 80))


def with_deadline(**changes: object) -> Snapshot:
    assert NIGHT.deadline is not None
    return replace(NIGHT, deadline=replace(NIGHT.deadline, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("probability", "shown", "tone"),
    [
        (0.93, "93 %", Tone.GOOD),
        (0.8, "80 %", Tone.GOOD),
        (0.71, "71 %", Tone.TEXT),
        (0.5, "50 %", Tone.TEXT),
        (0.31, "31 %", Tone.WARN),
        (0.1, "10 %", Tone.WARN),
        (0.04, " 4 % ", Tone.BAD_BADGE),
        (0.0, " 0 % ", Tone.BAD_BADGE),
        (0.999, "> 99 %", Tone.GOOD),
    ],
)
def test_how_likely_the_deadline_is_has_a_tone(probability: float, shown: str, tone: Tone) -> None:
    line = header.deadline(with_deadline(probability=probability, calibrated=True), 80)
    assert (line[-1].text, line[-1].tone) == (shown, tone)


def test_a_probability_that_was_not_checked_is_marked_and_says_so_where_there_is_room() -> None:
    assert line_text(header.deadline(NIGHT, 80)) == "ml_training by 06:30, in 10h15, ~71 % uncalibrated"
    assert line_text(header.deadline(NIGHT, 40)) == "ml_training by 06:30, in 10h15, ~71 %"
    assert line_text(header.deadline(NIGHT, 30)) == "ml_training by 06:30 ~71 %"
    assert line_text(header.deadline(NIGHT, 9)) == "by 06:30 ~71 %"
    checked = with_deadline(calibrated=True)
    assert line_text(header.deadline(checked, 80)) == "ml_training by 06:30, in 10h15, 71 %"


def test_of_a_deadline_that_nobody_can_tell_only_the_time_is_said() -> None:
    unknown = with_deadline(probability=None, lacking=("composite_factors",))
    assert line_text(header.deadline(unknown, 80)) == "ml_training by 06:30, in 10h15"


def test_a_deadline_of_a_start_is_one() -> None:
    assert line_text(header.deadline(with_deadline(of_start=True), 40)) == "ml_training to start by 06:30 ~71 %"
    late = replace(with_deadline(of_start=True), at=NIGHT.at + timedelta(hours=12))
    assert line_text(header.deadline(late, 80)) == "ml_training was to start 06:30, 1h44 ago"


def test_a_deadline_that_was_met_is_not_called_missed_afterwards() -> None:
    view = replace(NIGHT.phase("ml_training"), state=PhaseState.PASSED, prospect=None)
    met = replace(with_deadline(probability=1.0, calibrated=True), phases=(*NIGHT.phases[:-1], view))
    assert line_text(header.deadline(replace(met, at=NIGHT.at + timedelta(hours=12)), 80)).endswith(
        "by 06:30 ✓ met"
    )
    begun = replace(met, phases=(*NIGHT.phases[:-1], replace(view, state=PhaseState.RUNNING)))
    start = replace(begun, deadline=replace(with_deadline(probability=1.0).deadline, of_start=True))  # type: ignore[type-var]
    assert line_text(header.deadline(start, 80)) == "ml_training to start by 06:30 ✓ met"


def test_a_deadline_that_is_sure_to_be_met_is_not_met_yet() -> None:
    assert "✓" not in line_text(header.deadline(with_deadline(probability=1.0, calibrated=True), 80))


@given(st.integers(30, 200), st.integers(1, 12))
def test_alerts_fit_into_their_room(room: int, most: int) -> None:
    lines = alerts.lines(NIGHT, room, most)
    assert len(lines) <= most
    assert all(line_width(line) <= room for line in lines)


def test_the_worst_alert_comes_first_and_is_the_last_to_be_cut() -> None:
    lines = [line_text(line) for line in alerts.lines(NIGHT, 76, 5)]
    assert lines[0].startswith("✗ 20:00 composite_factors is gone without a summary")
    assert [line[0] for line in lines if line[0] in "✗!"] == ["✗", "!", "!"]


@pytest.mark.parametrize(
    ("title", "shown"), [("job was asked to end", "job was asked to end. It has"), ("Why?", "job: Why? It has")]
)
def test_the_title_of_an_alert_and_its_detail_are_two_sentences(title: str, shown: str) -> None:
    alert = Alert("a", Severity.WARNING, "job", NIGHT.at, title, "It has outlived SIGTERM.", "")
    (line,) = alerts.lines(replace(NIGHT, alerts=(alert,)), 76, 5)
    assert line_text(line).endswith(f" {shown} outlived SIGTERM.")


def test_however_long_the_name_of_a_phase_is_a_narrow_panel_says_what_is_wrong_with_it() -> None:
    alert = Alert("a", Severity.CRITICAL, "a_phase_with_a_very_long_name", NIGHT.at, "stalled for 31 min", "", "")
    (line, *_) = alerts.lines(replace(NIGHT, alerts=(alert,)), 38, 1)
    assert "stalled" in line_text(line)
    (line,) = alerts.lines(replace(NIGHT, alerts=(alert,)), 120, 1)
    assert "a_phase_with_a_very_long_name: stalled for 31 min" in line_text(line)


def test_an_alert_that_is_cut_to_a_line_fills_it() -> None:
    alert = Alert(
        "a", Severity.CRITICAL, None, NIGHT.at, "team_offense and team_offense_fix write one table", "", ""
    )
    (line,) = alerts.lines(replace(NIGHT, alerts=(alert,)), 36, 1)
    assert line_text(line).endswith("team_offense and team_offen…")
    assert line_width(line) == 36


def test_more_alerts_than_lines_are_counted() -> None:
    many = tuple(Alert(str(i), Severity.WARNING, None, NIGHT.at, f"alert {i}", "", "") for i in range(9))
    lines = alerts.lines(replace(NIGHT, alerts=many), 76, 4)
    assert line_text(lines[-1]) == "… and 6 more"


def test_notes_are_shown_after_the_alerts() -> None:
    lines = alerts.lines(replace(NIGHT, alerts=(), notes=("The plan has no calendar.",)), 76, 5)
    assert [line_text(line) for line in lines] == ["· The plan has no calendar."]


def test_a_missing_date_shows_every_source_and_what_to_do() -> None:
    view, day = NIGHT.phase("team_offense"), date(2024, 2, 14)
    found = {fact.label: fact.text for fact in evidence.facts(NIGHT, view, day)}
    assert found["state"] == "! missing"
    assert found["why"] == "resumed at 2024-02-16, past it"
    assert found["checkpoint"] == "no outcome"
    assert found["log"] == "in flight at 17:58 when killed"
    assert found["calendar"] == "no games" or found["calendar"].endswith("games")
    assert "its own list of dates" in evidence.advice(view, day)


def test_a_date_without_evidence_is_not_called_anything() -> None:
    view = replace(NIGHT.phase("team_offense"), account=Account(), calendar=None)
    assert [fact.text for fact in evidence.facts(NIGHT, view, date(2024, 2, 14))] == ["not known by name yet"]
    assert evidence.advice(view, date(2024, 2, 14)) == ""


@given(st.integers(20, 120))
def test_facts_fit_into_their_room(room: int) -> None:
    for view in NIGHT.phases:
        assert all(line_width(line) <= room for line in facts.about(NIGHT, view, room))


def test_runs_are_listed_newest_first_with_how_they_ended_and_why_their_dialect() -> None:
    found = facts.runs(NIGHT.phase("team_offense"), NIGHT.at)
    assert [fact.label for fact in found if fact.label] == ["run 2", "run 1"]
    assert found[0].text == "18:14–19:03, ended without a summary"
    assert found[2].text == "day-by-day: 41 of its first 50 lines match"


def test_a_process_that_runs_says_since_when_and_for_how_long() -> None:
    seen = facts.process(NIGHT.phases[0].process, NIGHT.at)
    assert seen[0].text == "pid 3142833, alive since 16:28, for 3h46"


def test_a_process_that_is_gone_says_how_long_it_ran_only_if_its_end_is_known() -> None:
    left = replace(NIGHT.phase("team_offense").process, started_at=NIGHT.at - timedelta(hours=3))
    assert facts.process(left, NIGHT.at)[0].text == "pid 3022978, gone since 19:03, after 1h49"
    unseen = replace(left, gone_since=None)
    assert facts.process(unseen, NIGHT.at)[0].text == "pid 3022978, gone"


def test_a_process_that_is_gone_says_since_when() -> None:
    seen = facts.process(NIGHT.phase("team_offense").process, NIGHT.at)
    assert seen[0].text == "pid 3022978, gone since 19:03"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "2026-01-03 20:13:31,123 - INFO - Processing day 1/2: 2023-10-08",
            "20:13:31 INFO  Processing day 1/2: 2023-10-08",
        ),
        ("2026-01-03 20:13:31,123 - INFO -   ✓ Success: 3 records", "20:13:31 INFO    ✓ Success: 3 records"),
        ("2026-01-03T20:13:31Z app.job WARNING low", "20:13:31 WARNING low"),
        ("INFO:__main__:Processing", "INFO  Processing"),
        ("no level at all", "no level at all"),
        ("", ""),
    ],
)
def test_a_log_line_keeps_its_message(line: str, shown: str) -> None:
    assert line_text(logline.shown(line)) == shown


@given(st.text(max_size=80).map(plain))
def test_no_message_is_lost_or_interpreted(message: str) -> None:
    line = logline.shown(f"2026-01-03 20:13:31,123 - INFO - {message}")
    assert line_text(line) == f"20:13:31 INFO  {message}"
    assert line_text(logline.shown(message)).endswith(message[-1:])


@pytest.mark.parametrize(
    ("line", "tone"),
    [
        ("2026-01-03 20:13:31,1 - INFO - ✓ Success: 0 records", Tone.QUIET),
        ("2026-01-03 20:13:31,1 - INFO - ✓ Success: 10 records", Tone.GOOD),
        ("2026-01-03 20:13:31,1 - ERROR - boom", Tone.BAD),
    ],
)
def test_outcomes_stand_out(line: str, tone: Tone) -> None:
    assert logline.shown(line)[-1].tone is tone


def test_what_reports_trouble_stands_out_whatever_its_words() -> None:
    assert logline.shown("Traceback (most recent call last):", trouble=True)[-1].tone is Tone.BAD


def test_matches_are_marked_whatever_their_case_and_literally() -> None:
    line = logline.mark(logline.shown("a [B] [b] c"), "[b]")
    assert [span.text for span in line if span.tone is Tone.MATCH] == ["[B]", "[b]"]
    assert line_text(line) == "a [B] [b] c"


@given(st.lists(st.floats(0, 1e5), max_size=60), st.integers(0, 80), st.integers(1, 4))
def test_a_chart_has_the_size_asked_for(rates: list[float], width: int, height: int) -> None:
    points = [Slice(example.NOW + timedelta(minutes=10 * i), rate) for i, rate in enumerate(rates)]
    rows = sparkline.chart(sparkline.resample(points, width), height)
    assert len(rows) == height
    assert {len(row) for row in rows} == {width if rates else 0}


def test_a_time_without_measure_is_blank_and_a_rate_of_nought_is_a_base_line() -> None:
    at = example.NOW
    points = [
        Slice(at, 60.0),
        Slice(at + timedelta(minutes=10), 0.0),
        Slice(at + timedelta(minutes=40), 60.0),
    ]
    assert sparkline.chart(sparkline.resample(points, 5), 1) == ["█▁  █"]

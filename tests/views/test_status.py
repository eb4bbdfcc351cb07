"""A snapshot as JSON and as lines: what is forecast."""

from dataclasses import replace

from backfill_tui.progress.calibration import NO_RECORD
from backfill_tui.views import status
from tests.tui import forecasts


def test_a_phase_has_its_prospect_its_slack_and_its_timeline() -> None:
    told = status.as_json(forecasts.night())
    first, second = told["phases"][0], told["phases"][2]
    assert first["critical"] is True
    assert first["slack_s"] == 0.0
    assert first["prospect"] == {
        "start": None,
        "finish": {
            "p10": "2026-01-03T21:01:30-08:00",
            "p50": "2026-01-03T21:15:00-08:00",
            "p90": "2026-01-03T21:33:00-08:00",
        },
        "basis": "calendar",
        "calibrated": False,
        "calibrated_by": None,
        "frozen": False,
        "slack_s": 0.0,
        "criticality": 0.83,
    }
    assert first["timeline"] == {
        "expected_start": "2026-01-03T16:28:00-08:00",
        "expected_finish": "2026-01-03T21:02:00-08:00",
        "delta_s": 780.0,
        "changed_s": -420.0,
        "assessment": "on_track",
    }
    assert second["prospect"]["start"]["p50"] == "2026-01-03T21:19:00-08:00"


def test_what_is_not_known_is_null() -> None:
    night = forecasts.night(record=NO_RECORD)
    told = status.as_json(
        replace(night, phases=tuple(replace(v, prospect=None, timeline=None) for v in night.phases))
    )
    assert told["record"] is None
    assert all(phase["prospect"] is None and phase["slack_s"] is None for phase in told["phases"])
    assert all(phase["timeline"] is None for phase in told["phases"])


def test_the_record_and_the_probability_of_the_deadline_are_told() -> None:
    told = status.as_json(forecasts.night())
    assert told["record"] == {"held": 33, "of": 40}
    assert told["deadline"] == {
        "phase": "ml_training",
        "by": "2026-01-04T06:30:00-08:00",
        "probability": 0.71,
        "calibrated": False,
        "of": "start",
        "moment": None,
        "frozen": False,
        "lacking": [],
    }


def test_lines_tell_the_range_of_each_finish_and_how_likely_the_deadline_is() -> None:
    head, fix, *_ = status.as_lines(forecasts.night())
    assert head == "nba-night: critical at 20:14 PST, ml_training begun by 06:30, ~71 % likely"
    told = [cell.strip() for cell in fix.split("  ") if cell.strip()]
    assert told == [
        *("team_offense_fix", "running", "78 %", "739/944", "~21:15", "21:01–21:33"),
        "running, at 2023-10-10",
    ]


def test_what_was_checked_has_no_mark_and_columns_stay_in_place() -> None:
    night = forecasts.night(forecasts.running(calibrated=True))
    lines = list(status.as_lines(night))[1:6]
    assert " 21:15  21:01–21:33  " in lines[0]
    assert lines[0].index("21:01–21:33") == lines[2].index("21:27–22:09")

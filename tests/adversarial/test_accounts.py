"""`inspect` on logs of jobs that were killed, resumed, retried and begun again: exact accounts."""

from typing import Any

import pytest

from tests.adversarial.jobs import END, START, Job, counts, day
from tests.adversarial.outside import Outside, differences

Case = tuple[str, Job, dict[str, Any]]


def ends(*words: str) -> list[dict[str, Any]]:
    return [{"ended": word} for word in words]


def games(total: int, **states: int) -> dict[str, int | None]:
    """`units` where only the number of dates is known: what was passed over can't be told."""
    return {**counts(total, **states), "missing": None}


def whole() -> Job:
    return Job().daily().days("10 0 3 4 5").daily_summary()


DAILY: list[Case] = [
    (
        "an open run",
        Job().daily().days("10 0 >"),
        {
            "units": counts(5, done=1, empty=1, running=1, pending=2),
            "runs": [
                {
                    "ended": "open",
                    "ended_at": None,
                    "mode": "sequential",
                    "workers": 1,
                    "units_total": 5,
                    "dates": [START, END],
                }
            ],
            "claims_complete": False,
            "complete": False,
            "current_date": day(3),
            "success_rate": 100.0,
            "records": 10,
            "missing_dates": [],
            "failed_dates": [],
        },
    ),
    (
        "a finished run with failures",
        Job().daily().days("10 0 x ! 5").daily_summary(),
        {
            "units": counts(5, done=2, empty=1, failed=2),
            "complete": True,
            "claims_complete": True,
            "success_rate": 60.0,
            "failed_dates": [day(3), day(4)],
            "error_lines": 4,
            "fatal_errors": 0,
            "records": 15,
            "current_date": None,
            "rate_per_hour": None,
            "eta": None,
        },
    ),
    (
        "under a handler without times",
        Job(plain=True).daily().days("10 0 x 4 5").daily_summary(),
        {
            "units": counts(5, done=3, empty=1, failed=1),
            "complete": True,
            "error_lines": 2,
            "first_line_at": None,
            "last_line_at": None,
            "runs": [{"ended": "completed", "started_at": None, "ended_at": None}],
        },
    ),
    (
        "open under a handler without times: no rate, no forecast",
        Job(plain=True).daily().days("10 0 3 >"),
        {"units": counts(5, done=2, empty=1, running=1, pending=1), "rate_per_hour": None, "eta": None},
    ),
    (
        "killed and resumed",
        Job().daily().days("10 0 >").daily(resume=day(3)).days(". . 3 4 5", of=3, first=-1).daily_summary(),
        {"units": counts(5, done=4, empty=1), "complete": True, "runs": ends("killed", "completed")},
    ),
    (
        "a resume that goes on past a failed date",
        Job().daily().days("10 x 3 >").daily(resume=day(4)).days(". . . 4 5", of=2, first=-2).daily_summary(),
        {"units": counts(5, done=4, failed=1), "complete": True, "failed_dates": [day(2)], "success_rate": 80.0},
    ),
    (
        "a resume past the date that was interrupted",
        Job().daily().days("10 >").daily(resume=day(3)).days(". . 3 4 5", of=3, first=-1).daily_summary(),
        {
            "units": counts(5, done=4, missing=1),
            "complete": False,
            "claims_complete": True,
            "missing_dates": [day(2)],
        },
    ),
    (
        "a resume that does the failed date again",
        Job().daily().days("10 x >").daily(resume=day(2)).days(". 2 3 4 5", of=4, first=0).daily_summary(),
        {"units": counts(5, done=5), "complete": True, "failed_dates": []},
    ),
    (
        "three resumes",
        Job()
        .daily()
        .days("10 >")
        .daily(resume=day(2))
        .days(". 2 >", of=4, first=0)
        .daily(resume=day(3))
        .days(". . 2 >", of=3, first=-1)
        .daily(resume=day(4))
        .days(". . . 2 5", of=2, first=-2)
        .daily_summary(),
        {"units": counts(5, done=5), "complete": True, "runs": ends("killed", "killed", "killed", "completed")},
    ),
    (
        "a fresh start discards",
        Job().daily().days("10 0 3 4").daily(fresh=True).days("1 >"),
        {"units": counts(5, done=1, running=1, pending=3), "records": 1, "runs": ends("killed", "open")},
    ),
    (
        "a fresh start, killed and resumed, discards only what was before it",
        Job()
        .daily()
        .days("10 0 3 4")
        .daily(fresh=True)
        .days("1 >")
        .daily(resume=day(2))
        .days(". 2 x", of=4, first=0),
        {"units": counts(5, done=2, failed=1, pending=2), "runs": ends("killed", "killed", "open")},
    ),
    (
        "begun again without saying fresh",
        whole().daily().days("7 >"),
        {"units": counts(5, done=4, running=1), "complete": False, "runs": ends("completed", "open")},
    ),
    (
        "a narrower run after a complete one",
        whole().daily(day(2), day(3)).days("7 >", start=day(2), of=2),
        {"units": counts(5, done=4, running=1), "complete": False},
    ),
    (
        "two jobs, one after the other",
        whole().daily("2022-02-01", "2022-02-03").days("1 2 >", start="2022-02-01", of=3),
        {"units": counts(8, done=6, empty=1, running=1), "runs": ends("completed", "open")},
    ),
    (
        "a summary over a date without an end",
        Job().daily().days("1 2 3 4 >").daily_summary(),
        {
            "units": counts(5, done=4, missing=1),
            "claims_complete": True,
            "complete": False,
            "missing_dates": [day(5)],
        },
    ),
    (
        "a log whose beginning was rotated away",
        Job().days(". . 5 6 >"),
        {"units": counts(5, done=2, running=1, pending=2), "dates": [START, END], "current_date": day(5)},
    ),
    (
        "a resume after a rotated beginning",
        Job().days(". . 5 >").daily(resume=day(4)).days(". . . 4 5", of=2, first=-2).daily_summary(),
        {"claims_complete": True, "complete": False, "runs": ends("killed", "completed")},
    ),
    (
        "a day that failed and then succeeded: its last outcome wins",
        Job()
        .daily()
        .tell(f"Processing day 1/5: {day(1)}")
        .say("  ✗ Failed: attempt 1, retrying", "ERROR")
        .say("  ✓ Success: 5 records"),
        {"units": counts(5, done=1, pending=4), "failed_dates": [], "records": 5},
    ),
    (
        "a resume that finds nothing left is a run of no units",
        Job()
        .daily()
        .days("1 2 3 4 5")
        .daily_summary()
        .configuration()
        .tell(
            f"Found checkpoint - resuming from {day(6)}",
            "   Skipping 5 already-processed dates",
            "Processing 0 days individually (day-by-day approach)",
        )
        .daily_summary(),
        {
            "units": counts(5, done=5),
            "complete": True,
            "runs": [{"ended": "completed", "units_total": 5}, {"ended": "completed", "units_total": 0}],
        },
    ),
    (
        "a leap day",
        Job().daily("2024-02-27", "2024-03-02").days("1 2 3 4 5", start="2024-02-27").daily_summary(),
        {"units": counts(5, done=5), "complete": True},
    ),
    (
        "only a header",
        Job().daily(),
        {"units": counts(5, pending=5), "current_date": None, "success_rate": None, "records": None},
    ),
    (
        "a dry run after a real one",
        whole()
        .configuration(dry=True)
        .tell(f"Starting day-by-day analytics backfill from {START} to {END}")
        .days("0 0"),
        {"units": counts(5, done=4, empty=1), "complete": True},
    ),
]

RETRIES: list[Case] = [
    (
        "in the same file",
        Job().daily().days("10 x 3 x 5").daily_summary().listed(d02="5", d04="0").listed_summary(),
        {
            "units": counts(5, done=4, empty=1),
            "complete": True,
            "dates": [START, END],
            "runs": [
                {"ended": "completed", "mode": "sequential"},
                {"ended": "completed", "mode": "dates", "units_total": 2},
            ],
        },
    ),
    (
        "after a killed run: its summary claims no others",
        Job().daily().days("10 x 3 >").listed(d02="5").listed_summary(),
        {"claims_complete": False, "complete": False, "runs": ends("killed", "completed"), "failed_dates": []},
    ),
    (
        "in a file of its own",
        Job().listed(d02="5", d04="x").listed_summary(),
        {"units": counts(2, done=1, failed=1), "complete": True, "failed_dates": [day(4)], "missing_dates": []},
    ),
    (
        "just begun, announced twice",
        Job().tell("Processing 3 specific dates", "Processing 3 specific dates", f"Processing date 1/3: {day(7)}"),
        {"units": counts(3, running=1, pending=2), "runs": [{"mode": "dates", "units_total": 3, "ended": "open"}]},
    ),
    (
        "twice, back to back",
        Job()
        .daily()
        .days("10 x 3 x 5")
        .daily_summary()
        .listed(d02="5")
        .listed_summary()
        .listed(d04="5")
        .listed_summary(),
        {"units": counts(5, done=5), "runs": ends("completed", "completed", "completed")},
    ),
    (
        "killed, then another",
        Job().daily().days("10 x 3 x 5").daily_summary().listed(d02=">").listed(d02="5", d04="7").listed_summary(),
        {"units": counts(5, done=5), "complete": True, "runs": ends("completed", "killed", "completed")},
    ),
    (
        "that ignores the checkpoint keeps the other dates",
        Job()
        .daily()
        .days("10 x 3 x 5")
        .daily_summary()
        .configuration(no_resume=True)
        .listed(d02="5")
        .listed_summary(),
        {"units": counts(5, done=4, failed=1), "complete": True, "failed_dates": [day(4)]},
    ),
    (
        "that fails again",
        Job().daily().days("10 x 3 4 5").daily_summary().listed(d02="x").listed_summary(),
        {"units": counts(5, done=4, failed=1), "complete": True, "failed_dates": [day(2)]},
    ),
    (
        "in progress",
        Job().daily().days("10 x 3 x 5").daily_summary().listed(d02="5", d04=">"),
        {"units": counts(5, done=4, running=1), "complete": False, "current_date": day(4)},
    ),
]

PARALLEL: list[Case] = [
    (
        "done out of order, one date failed with two lines",
        Job().parallel().ended(d02="5", d03="!", d01="0", d05="3", d04="2").ended(d03="x").complete(),
        {
            "units": counts(5, done=3, empty=1, failed=1),
            "complete": True,
            "fatal_errors": 0,
            "runs": [{"mode": "parallel", "workers": 3, "ended": "completed"}],
        },
    ),
    (
        "open, with holes",
        Job().parallel().ended(d01="5", d04="3"),
        {"units": counts(5, done=2, pending=3), "missing_dates": [], "complete": False},
    ),
    (
        "resumed over holes",
        Job().parallel().ended(d01="5", d04="3").parallel(resume=day(5)).ended(d05="5").complete(),
        {
            "units": counts(5, done=3, missing=2),
            "claims_complete": True,
            "complete": False,
            "missing_dates": [day(2), day(3)],
        },
    ),
    (
        "resumed over a hole and still open",
        Job().parallel().ended(d01="5", d03="3").parallel(resume=day(4)).ended(d05="5"),
        {"units": counts(5, done=3, missing=1, pending=1), "missing_dates": [day(2)]},
    ),
    (
        "holes repaired by a retry",
        Job()
        .parallel()
        .ended(d01="5", d04="3")
        .parallel(resume=day(5))
        .ended(d05="5")
        .complete()
        .listed(d02="4", d03="0")
        .listed_summary(),
        {"units": counts(5, done=4, empty=1), "complete": True, "missing_dates": []},
    ),
    (
        "a summary that comes too early",
        Job().parallel().ended(d01="5", d04="3").complete(),
        {"units": counts(5, done=2, missing=3), "complete": False, "missing_dates": [day(2), day(3), day(5)]},
    ),
    (
        "completions alone say parallel, but not how many workers",
        Job().ended(d01="5", d04="3"),
        {"runs": [{"mode": "parallel", "workers": None, "units_total": None}], "records": 8, "dates": None},
    ),
    (
        "dates told twice count once",
        Job().parallel().ended(d01="x").ended(d01="4").ended(d01="4"),
        {"units": counts(5, done=1, pending=4), "records": 4},
    ),
]

GAMES: list[Case] = [
    (
        "all found dates",
        Job().games(4).game_days(4, d01="s", d03="5", d06="7", d10="9").game_summary(),
        {
            "units": games(4, done=3, skipped=1),
            "missing_dates": None,
            "complete": True,
            "success_rate": 100.0,
            "records": 21,
            "dates": [START, day(10)],
        },
    ),
    (
        "fewer outcomes than found, and the summary",
        Job().games(4).game_days(4, d01="s", d03="5", d06="7").game_summary(),
        {"complete": False, "claims_complete": True, "missing_dates": None},
    ),
    (
        "resumed, counting what was left",
        Job()
        .games(4)
        .game_days(4, d01="5", d03="5", d06=">")
        .games(4, resume=day(4), left=2)
        .game_days(2, d06="3", d10="x")
        .game_summary(),
        {"units": games(4, done=3, failed=1), "complete": True, "runs": ends("killed", "completed")},
    ),
    (
        "resumed, counting on",
        Job()
        .games(4)
        .game_days(4, d01="5", d03="5", d06=">")
        .games(4, resume=day(4), left=2)
        .game_days(4, first=3, d06="3", d10="x")
        .game_summary(),
        {"units": games(4, done=3, failed=1), "complete": True},
    ),
    (
        "resumed over a hole",
        Job()
        .games(4)
        .game_days(4, d01="5", d03=">")
        .games(4, resume=day(6), left=2)
        .game_days(2, d06="3", d10="2")
        .game_summary(),
        {"complete": False, "claims_complete": True},
    ),
    (
        "in parallel",
        Job().parallel(game_dates=3).ended(d04="5", d01="5", d02="s").complete(),
        {"units": games(3, done=2, skipped=1), "missing_dates": None, "complete": True},
    ),
    (
        "in parallel, short of one",
        Job().parallel(game_dates=3).ended(d04="5", d01="5").complete(),
        {"complete": False, "claims_complete": True},
    ),
]


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("job", "expected"), [case[1:] for case in cases], ids=[case[0] for case in cases]
    )


@named(DAILY)
def test_a_day_by_day_log_is_told_exactly(outside: Outside, job: Job, expected: dict[str, Any]) -> None:
    assert differences(expected, outside.account(job)) == {}


@named(RETRIES)
def test_a_retry_of_dates_speaks_for_its_own_only(outside: Outside, job: Job, expected: dict[str, Any]) -> None:
    assert differences(expected, outside.account(job)) == {}


@named(PARALLEL)
def test_a_parallel_log_is_told_exactly(outside: Outside, job: Job, expected: dict[str, Any]) -> None:
    assert differences(expected, outside.account(job)) == {}


@named(GAMES)
def test_a_game_date_log_is_told_exactly(outside: Outside, job: Job, expected: dict[str, Any]) -> None:
    assert differences(expected, outside.account(job)) == {}

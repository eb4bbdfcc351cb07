"""Checkpoints, alone and beside their log."""

from typing import Any

import pytest

from tests.adversarial.jobs import END, START, Job, counts, day
from tests.adversarial.outside import Outside, differences

AFTER, MIDST = "2026-01-03T13:00:00", "2026-01-03T12:01:40"


def checkpoint(*done: int, last: int | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "job_name": "job",
        "start_date": START,
        "end_date": END,
        "last_updated": AFTER,
        "last_successful_date": day(last) if last else None,
        "successful_dates": [day(number) for number in done],
        "failed_dates": [],
        "skipped_dates": [],
        **fields,
    }


def whole() -> Job:
    return Job().daily().days("10 0 3 4 5").daily_summary()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            checkpoint(1, 2, 3, 4, 5, last=5),
            {
                "kind": "checkpoint",
                "dates": [START, END],
                "holes": [],
                "holes_basis": "every_day",
                "failed_dates": [],
            },
            id="whole",
        ),
        pytest.param(
            checkpoint(1, 4, last=4, failed_dates=[day(2)]),
            {"holes": [day(3)], "failed_dates": [day(2)], "last_successful_date": day(4)},
            id="a failed date is an outcome, no hole",
        ),
        pytest.param(checkpoint(2, last=2, skipped_dates=[day(1)]), {"holes": []}, id="a skipped date is no hole"),
        pytest.param(checkpoint(1, last_updated="soon"), {"updated_at": None}, id="no time"),
        pytest.param(
            checkpoint(1, last_updated="2026-01-03T12:30:00-08:00"),
            {"updated_at": "2026-01-03T20:30:00+00:00"},
            id="a time with an offset",
        ),
        pytest.param(
            checkpoint(successful_dates=[day(1), day(1), "YESTERDAY", None, 5, "2022-13-01"], failed_dates=7),
            {"failed_dates": [], "kind": "checkpoint"},
            id="entries that are no dates",
        ),
        pytest.param(checkpoint(2, start_date=END, end_date=START), {"dates": None}, id="an end before its start"),
    ],
)
def test_a_checkpoint_says_what_it_holds(
    outside: Outside, content: dict[str, Any], expected: dict[str, Any]
) -> None:
    code, (file,) = outside.inspect(outside.put("job.json", content))
    assert code == 0
    assert differences(expected, file) == {}
    assert file["units"]["empty"] is None


def test_a_last_date_beyond_the_range_leaves_no_negative_count(outside: Outside) -> None:
    content = checkpoint(1, last_successful_date="2031-01-01", successful_dates=[day(1), "2031-01-01"])
    _, (file,) = outside.inspect(outside.put("job.json", content))
    assert (file["units"]["total"], file["units"]["done"], file["units"]["pending"]) == (5, 1, 0)


def test_without_a_last_successful_date_every_open_date_is_pending_and_none_a_hole(outside: Outside) -> None:
    _, (file,) = outside.inspect(outside.put("job.json", checkpoint(1, 4)))  # a resume begins at the beginning
    assert file["units"]["pending"] == 3
    assert file["holes"] == []


def test_what_a_checkpoint_held_before_its_last_update_is_not_known(outside: Outside) -> None:
    path = outside.put("job.json", checkpoint(1, 2, last=2))
    _, (file,) = outside.inspect(path, words=("--as-of", "2026-01-03T12:10:00"))
    assert file["units"]["done"] is None
    assert file["units"]["pending"] is None
    assert not file["failed_dates"]
    assert not file["holes"]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", ["job.json", "other.json"])
def test_a_log_and_its_checkpoint_find_each_other_by_name_or_dates(
    outside: Outside, name: str, reverse: bool
) -> None:
    paths = [outside.put("job.log", whole()), outside.put(name, checkpoint(1, 2, 3, 4, 5, last=5))]
    files = outside.inspect(*reversed(paths))[1][::-1] if reverse else outside.inspect(*paths)[1]
    assert files[0]["disagreements"] == []
    assert (files[1]["holes"], files[1]["holes_basis"]) == ([], "log")


@pytest.mark.parametrize(
    ("job", "content", "expected"),
    [
        pytest.param(
            whole(),
            checkpoint(1, 2, 3, 4, last=4, failed_dates=[day(5)]),
            [{"date": day(5), "log": "done", "checkpoint": "failed"}],
            id="another outcome",
        ),
        pytest.param(
            Job().daily().days("10 x 3 4 5").daily_summary(),
            checkpoint(1, 2, 3, 4, 5, last=5),
            [{"date": day(2), "log": "failed", "checkpoint": "done"}],
            id="repaired where the log does not see it",
        ),
        pytest.param(whole(), checkpoint(1, 2, last=2, last_updated=MIDST), [], id="merely older"),
        pytest.param(
            Job().daily().days("10 x 3 4 5").daily_summary().listed(d02="4").listed_summary(),
            checkpoint(1, 3, 4, 5, last=5, failed_dates=[day(2)]),
            [],
            id="repaired by a retry, which writes no checkpoint",
        ),
        pytest.param(
            Job().daily().days("10 x 3 4 5").daily_summary(),
            checkpoint(1, 3, 4, 5, last=5, failed_dates=[day(2)]),
            [],
            id="of one mind",
        ),
        pytest.param(
            Job().games(2, end=END).game_days(2, d01="s", d03="5").game_summary(),
            checkpoint(1, 3, last=3),
            [{"date": day(1), "log": "skipped", "checkpoint": "done"}],
            id="skipped or done",
        ),
    ],
)
def test_only_other_outcomes_are_disagreements(
    outside: Outside, job: Job, content: dict[str, Any], expected: list[dict[str, str]]
) -> None:
    _, (log, _) = outside.inspect(outside.put("job.log", job), outside.put("job.json", content))
    assert log["disagreements"] == expected


def test_a_checkpoint_of_another_job_is_left_alone(outside: Outside) -> None:
    other = checkpoint(start_date="2021-01-01", end_date="2021-02-01", failed_dates=[day(1)])
    _, (log, file) = outside.inspect(outside.put("job.log", whole()), outside.put("other.json", other))
    assert log["disagreements"] == []
    assert log["complete"]
    assert file["holes_basis"] == "every_day"


def test_off_days_are_no_holes_once_the_log_is_there(outside: Outside) -> None:
    job = Job().games(3).game_days(3, d01="s", d03="5", d10="9").game_summary()
    content = checkpoint(3, 10, last=10, end_date=day(10), skipped_dates=[day(1)])
    _, (_, file) = outside.inspect(outside.put("job.log", job), outside.put("job.json", content))
    assert (file["holes"], file["holes_basis"]) == ([], "log")


def test_a_resumed_log_is_whole_with_the_checkpoint_that_it_went_on_from(outside: Outside) -> None:
    job = Job().daily(resume=day(3)).days(". . 3 4 5", of=3, first=-1).daily_summary()
    alone = outside.account(job)
    _, (log, _) = outside.inspect(
        outside.put("job.log", job), outside.put("job.json", checkpoint(1, 2, 3, 4, 5, last=5))
    )
    assert not alone["complete"]
    assert log["complete"]


def test_a_date_that_runs_in_the_log_is_done_in_a_newer_checkpoint(outside: Outside) -> None:
    log = outside.put("job.log", Job().daily().days("10 >"))
    _, (account, _) = outside.inspect(log, outside.put("job.json", checkpoint(1, 2, 3, last=3)))
    assert account["units"] == counts(5, done=3, pending=2)
    assert account["current_date"] is None


@pytest.mark.parametrize("plain", [False, True])
def test_a_date_that_the_log_saw_done_is_no_hole_with_or_without_times(outside: Outside, plain: bool) -> None:
    log = outside.put("job.log", Job(plain=plain).daily().days("1 2 3 4 5").daily_summary())
    _, (_, file) = outside.inspect(log, outside.put("job.json", checkpoint(1, 2, 4, 5, last=5)))
    assert (file["holes"], file["holes_basis"]) == ([], "log")

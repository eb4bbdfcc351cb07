"""Checkpoints as jobs write them, and as they should not."""

import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backfill_tui.errors import SourceError
from backfill_tui.sources.checkpoint import (
    Checkpoint,
    CheckpointWatch,
    holes,
    looks_like_checkpoint,
    read_checkpoint,
)

LA = ZoneInfo("America/Los_Angeles")
RANGE = {"start_date": "2021-10-01", "end_date": "2021-10-10"}


def written(path: Path, **fields: Any) -> Path:
    path.write_text(json.dumps(fields))
    return path


def reading(folder: Path, **fields: Any) -> Checkpoint:
    return read_checkpoint(written(folder / "checkpoint.json", **fields), timezone=LA)


def october(*days: int) -> frozenset[date]:
    return frozenset(date(2021, 10, day) for day in days)


def iso(*days: int) -> list[str]:
    return [day.isoformat() for day in sorted(october(*days))]


def test_a_whole_checkpoint_is_read_with_its_times_in_the_given_zone(tmp_path: Path) -> None:
    checkpoint = reading(
        tmp_path,
        job_name="team_offense",
        **RANGE,
        created_at="2026-01-03T16:30:14.743620",
        last_updated="2026-01-03T20:03:27Z",
        last_successful_date="2021-10-06",
        successful_dates=iso(1, 2, 6),
        failed_dates=iso(3),
        skipped_dates=iso(4),
        stats={"successful": 0},
        unknown_key=[1],
    )
    assert checkpoint == Checkpoint(
        path=tmp_path / "checkpoint.json",
        job_name="team_offense",
        start=date(2021, 10, 1),
        end=date(2021, 10, 10),
        created_at=datetime(2026, 1, 3, 16, 30, 14, 743620, tzinfo=LA),
        updated_at=datetime(2026, 1, 3, 20, 3, 27, tzinfo=UTC),
        last_successful_date=date(2021, 10, 6),
        done=october(1, 2, 6),
        failed=october(3),
        skipped=october(4),
    )
    assert holes(checkpoint) == (date(2021, 10, 5),)


@pytest.mark.parametrize(
    ("name", "done", "failed", "skipped"),
    [
        ("team_offense_game_summary_2021-10-19_2026-01-02.json", 908 + 615, 14, 0),
        ("team_offense_game_summary_2021-10-01_2024-05-01.json", 612 + 332, 0, 0),
        ("player_game_summary_2024-05-01_2026-01-02.json", 307 + 299, 6, 0),
        ("player_composite_factors_2021-10-19_2026-01-02.json", 852, 0, 70),
    ],
)
def test_real_checkpoints_give_their_accounts(
    samples: Path, name: str, done: int, failed: int, skipped: int
) -> None:
    path = samples / "checkpoints" / name
    checkpoint = read_checkpoint(path, timezone=LA)
    assert (len(checkpoint.done), len(checkpoint.failed), len(checkpoint.skipped)) == (done, failed, skipped)
    assert checkpoint.notes == ()
    assert looks_like_checkpoint(path.read_bytes()[:512], "renamed.txt")


@pytest.mark.parametrize(
    ("field", "value", "days", "note"),
    [
        (
            "successful_dates",
            "2021-10-02, 2021-10-03",
            (2, 3),
            "successful_dates is text where a list was expected.",
        ),
        ("successful_dates", {"2021-10-02": {"records": 7}}, (2,), ""),
        ("successful_dates", ["2021-10-02", "2021-10-02"], (2,), ""),
        ("successful_dates", [20211002, "20211003", "2021-10-04T00:00:00"], (2, 3, 4), ""),
        ("successful_dates", [None, "2021-10-02", True], (2,), "successful_dates: 2 entries are no dates: None."),
        ("successful_dates", ["2021-13-01"], (), "successful_dates: 1 entry is no date: '2021-13-01'."),
        ("successful_dates", 7, (), "successful_dates is a number where a list was expected."),
        ("successful_dates", None, (), ""),
    ],
)
def test_lists_of_wrong_types_give_what_can_be_read_and_a_note(
    tmp_path: Path, field: str, value: object, days: tuple[int, ...], note: str
) -> None:
    checkpoint = reading(tmp_path, **RANGE, **{field: value})
    assert checkpoint.done == october(*days)
    assert checkpoint.notes == ((note,) if note else ())


@pytest.mark.parametrize(
    ("field", "value", "note"),
    [
        ("last_successful_date", 20211399, "last_successful_date is not a date: 20211399."),
        ("last_successful_date", "YESTERDAY", "last_successful_date is not a date: 'YESTERDAY'."),
        ("created_at", [2026], "created_at is not a time: [2026]."),
        ("created_at", "0001-01-01T00:00:00", "created_at is not a time: '0001-01-01T00:00:00'."),
        ("last_updated", 1e300, "last_updated is not a time: 1e+300."),
        ("job_name", 5, "job_name is a number where text was expected."),
    ],
)
def test_a_field_of_a_wrong_type_is_left_out_with_a_note(
    tmp_path: Path, field: str, value: object, note: str
) -> None:
    assert reading(tmp_path, **RANGE, **{field: value}).notes == (note,)


def test_a_time_may_be_a_number_of_seconds(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 3, 17, 20, tzinfo=UTC)
    assert reading(tmp_path, **RANGE, last_updated=moment.timestamp()).updated_at == moment


def test_failed_dates_may_carry_their_reasons(tmp_path: Path) -> None:
    failed = [{"date": "2021-10-03", "error": "timeout"}, {"game_date": "2021-10-04"}, "2021-10-05", {"when": "?"}]
    checkpoint = reading(tmp_path, **RANGE, failed_dates=failed)
    assert checkpoint.failed == october(3, 4, 5)
    assert checkpoint.reasons == {date(2021, 10, 3): "timeout"}
    assert checkpoint.notes == ("failed_dates: 1 entry is no date: {'when': '?'}.",)


def test_dates_out_of_range_are_kept_apart(tmp_path: Path) -> None:
    checkpoint = reading(tmp_path, **RANGE, successful_dates=[*iso(1), "2024-05-02"], failed_dates=["2020-01-01"])
    assert checkpoint.done == october(1)
    assert checkpoint.failed == frozenset()
    assert checkpoint.out_of_range == (date(2020, 1, 1), date(2024, 5, 2))
    assert checkpoint.notes == (
        "2 dates are outside 2021-10-01 … 2021-10-10 and not counted, the first is 2020-01-01.",
    )


def test_a_date_that_succeeded_and_failed_is_done(tmp_path: Path) -> None:
    checkpoint = reading(
        tmp_path, **RANGE, successful_dates=iso(1, 2), failed_dates=iso(2, 3), skipped_dates=iso(3)
    )
    assert (checkpoint.done, checkpoint.failed, checkpoint.skipped) == (october(1, 2), october(3), frozenset())
    assert "taken as done" in checkpoint.notes[0]


def test_a_missing_range_is_read_from_the_file_name(tmp_path: Path) -> None:
    path = written(tmp_path / "team_2021-10-01_2024-05-01.json", successful_dates=[])
    assert read_checkpoint(path, timezone=LA).dates == (date(2021, 10, 1), date(2024, 5, 1))


def test_a_range_of_centuries_is_a_slip_of_the_pen_and_not_known(tmp_path: Path) -> None:
    read = reading(tmp_path, start_date="0021-10-01", end_date="2021-10-10", last_successful_date="2021-10-09")
    assert (read.start, read.end) == (None, None)
    assert read.notes == ("0021-10-01 … 2021-10-10 is longer than any backfill: its range is not known.",)
    far = reading(tmp_path, successful_dates=["0021-10-01", "2021-10-09"], last_successful_date="2021-10-09")
    assert holes(far) == ()


def test_a_range_that_ends_before_it_starts_is_not_known(tmp_path: Path) -> None:
    checkpoint = reading(tmp_path, start_date="2024-05-01", end_date="2021-10-01", successful_dates=iso(5))
    assert checkpoint.dates is None
    assert checkpoint.done == october(5)
    assert "its range is not known" in checkpoint.notes[0]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b'{"start_date": "2021-10-01", "successful_da', "not whole JSON"),
        (b"2026-01-03 - INFO - a log", "not whole JSON"),
        (b"\xff\xfe\x00\x01\x80", "not whole JSON"),
        (b"[" * 100_000, "not whole JSON"),
        (b"[1, 2]", "a list where an object was expected"),
        (b"null", "null where an object was expected"),
        (b'{"name": "backfill-tui"}', "none of its keys"),
    ],
)
def test_what_is_no_checkpoint_is_refused_with_a_sentence(tmp_path: Path, body: bytes, sentence: str) -> None:
    path = tmp_path / "checkpoint.json"
    path.write_bytes(body)
    with pytest.raises(SourceError, match=sentence) as refused:
        read_checkpoint(path, timezone=LA)
    assert refused.value.where == str(path)


def test_a_missing_file_a_directory_and_a_giant_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_checkpoint(tmp_path / "none.json", timezone=LA)
    with pytest.raises(SourceError, match="It is a directory"):
        read_checkpoint(tmp_path, timezone=LA)
    giant = tmp_path / "giant.json"
    with giant.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(SourceError, match="larger than any checkpoint"):
        read_checkpoint(giant, timezone=LA)


_TEXT = st.text("0129-:TZ {,é\0", max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=8,
)
_FIELDS = ("job_name", "created_at", "last_updated", "start_date", "end_date", "last_successful_date")
_LISTS = ("successful_dates", "failed_dates", "skipped_dates")


@given(fields=st.dictionaries(st.sampled_from([*_FIELDS, *_LISTS, "stats"]), _JSON))
def test_no_json_whatever_breaks_the_reading(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        checkpoint = reading(folder, **{"skipped_dates": [], **fields})
    except SourceError as refused:
        pytest.fail(str(refused))
    assert not checkpoint.done & checkpoint.failed
    assert not (checkpoint.done | checkpoint.failed) & checkpoint.skipped
    if checkpoint.dates:
        start, end = checkpoint.dates
        assert all(start <= day <= end for day in checkpoint.done | checkpoint.failed | checkpoint.skipped)


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b'{\n  "job_name": "x",\n  "successful_dates": [', "state", True),
        (b'\xef\xbb\xbf{"start_date": "2021', "state.txt", True),
        (b'{"level": "INFO", "message": "start"}\n{"level": "INFO"}\n', "job.json", False),
        (b'{"level": "INFO", "start_date": "2021-10-01"}\n{"level": "INFO"}\n', "job.log", False),
        (b"2026-01-03 17:20:00,123 - INFO - Processing", "job.log", False),
        (b"", "job.log", False),
        (b"", "team_2021-10-01_2024-05-01.json", True),
        (b"{}", "job.log", False),
    ],
)
def test_a_checkpoint_is_told_from_a_log(head: bytes, name: str, expected: bool) -> None:
    assert looks_like_checkpoint(head, name) is expected


def test_holes_are_judged_against_the_dates_that_are_expected(tmp_path: Path) -> None:
    checkpoint = reading(tmp_path, **RANGE, last_successful_date="2021-10-08", successful_dates=iso(1, 2, 8))
    assert holes(checkpoint) == tuple(sorted(october(3, 4, 5, 6, 7)))
    games = [date(2021, 9, 30), *sorted(october(2, 4, 4, 8, 9))]
    assert holes(checkpoint, games) == (date(2021, 10, 4),)


def test_without_a_last_successful_date_there_are_no_holes(tmp_path: Path) -> None:
    assert holes(reading(tmp_path, **RANGE, successful_dates=iso(5))) == ()


def test_the_watch_keeps_the_last_good_reading_while_the_file_is_torn_or_gone(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.json"
    watch = CheckpointWatch(path, timezone=LA)
    state = watch.poll()
    assert (state.checkpoint, state.note, state.age_s(datetime.now(UTC))) == (None, "There is no such file.", None)

    written(path, **RANGE, successful_dates=iso(1))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    good = watch.poll()
    assert good.checkpoint is not None
    assert good.current
    assert good.age_s(datetime.fromtimestamp(1_000_000_000, UTC) + timedelta(seconds=30)) == 30.0

    path.write_text('{"start_date": "2021-10-01", "succ')
    torn = watch.poll()
    assert torn.checkpoint is good.checkpoint
    assert not torn.current
    assert "What is shown was read before." in torn.note
    assert torn.modified_at == good.modified_at

    path.unlink()
    assert watch.poll().checkpoint is good.checkpoint

    replacement = written(tmp_path / "tmp", **RANGE, successful_dates=iso(1, 2))
    replacement.rename(path)
    state = watch.poll()
    assert state.checkpoint is not None
    assert state.checkpoint.done == october(1, 2)
    assert (state.current, state.note) == (True, "")


def test_an_unchanged_checkpoint_is_not_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "checkpoint.json", **RANGE, successful_dates=iso(1))
    watch = CheckpointWatch(path, timezone=LA)
    state = watch.poll()
    monkeypatch.setattr(os, "open", None)
    assert watch.poll() is state


def test_four_years_of_dates_are_read_in_under_ten_milliseconds(tmp_path: Path) -> None:
    days = [(date(2021, 10, 19) + timedelta(days=n)).isoformat() for n in range(1537)]
    path = written(tmp_path / "big.json", start_date=days[0], end_date=days[-1], successful_dates=days)
    best = 1.0
    for _ in range(5):
        begun = time.perf_counter()
        read_checkpoint(path, timezone=LA)
        best = min(best, time.perf_counter() - begun)
    assert best < 0.010

"""A job's checkpoint is found by its name, and another's is not taken for it."""

import os
from pathlib import Path

import pytest

from backfill_tui.sources.discovery.checkpoints import CheckpointFound, checkpoint_of, places
from backfill_tui.sources.discovery.command_line import Told, read_command
from backfill_tui.sources.discovery.label import label_of

RANGE = ["--start-date", "2021-10-19", "--end-date", "2026-01-02"]
TEAM = ["python", "backfill_jobs/analytics/team_offense_game_summary/team_offense_game_summary_backfill.py", *RANGE]
PCF = ["python", "backfill_jobs/pcf/player_composite_factors_precompute_backfill.py", *RANGE]


def told_of(command: list[str]) -> Told:
    told = read_command(command)
    assert told is not None
    return told


def found(
    command: list[str], folder: Path, *, began_at: float = 0.0, taken: tuple[Path, ...] = ()
) -> CheckpointFound:
    told = told_of(command)
    return checkpoint_of(
        told, label_of(told), [folder], cwd=folder, command=command, began_at=began_at, taken=taken
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "team_offense_game_summary_2021-10-19_2026-01-02.json",
        "team_offense_game_summary_2021-10-01_2024-05-01.json",
        "player_composite_factors_2021-10-19_2026-01-02.json",
        "player_game_summary_2021-10-19_2026-01-02.json",
        "team_offense_game_summary_2021-10-19_2026-01-02.json.tmp",
    ):
        (tmp_path / name).write_text("{}")
    return tmp_path


def test_it_is_the_one_of_the_job_and_its_range(folder: Path) -> None:
    assert found(TEAM, folder).path == folder / "team_offense_game_summary_2021-10-19_2026-01-02.json"
    assert found(PCF, folder).path == folder / "player_composite_factors_2021-10-19_2026-01-02.json"


def test_that_of_another_job_or_range_is_not_taken(folder: Path) -> None:
    other = ["python", "load_prices.py", *RANGE]
    assert found(other, folder) == CheckpointFound()
    assert found([*TEAM[:2], "--start-date", "2021-10-19", "--end-date", "2022-01-02"], folder) == CheckpointFound()


def test_a_job_given_by_name_finds_the_longer_name_of_its_checkpoint(folder: Path) -> None:
    command = ["python", "-m", "demo.job", "--job", "team_offense", *RANGE]
    assert found(command, folder).path == folder / "team_offense_game_summary_2021-10-19_2026-01-02.json"


def test_of_several_that_fit_the_one_written_since_its_start_is_taken_and_else_none(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "load_2021-10-19_2026-01-02.json").write_text("{}")
        os.utime(tmp_path / place / "load_2021-10-19_2026-01-02.json", (100, 100))
    told = told_of(["python", "load.py", *RANGE])
    folders = [tmp_path / "a", tmp_path / "b"]

    def look(began_at: float) -> CheckpointFound:
        return checkpoint_of(told, "load", folders, cwd=None, command=["python", "load.py"], began_at=began_at)

    assert look(50.0).path is None
    assert "Several checkpoints" in look(50.0).note
    os.utime(tmp_path / "b" / "load_2021-10-19_2026-01-02.json", (300, 300))
    assert look(200.0).path == tmp_path / "b" / "load_2021-10-19_2026-01-02.json"


def test_one_that_is_another_jobs_is_not_taken_twice(folder: Path) -> None:
    mine = folder / "team_offense_game_summary_2021-10-19_2026-01-02.json"
    assert found(TEAM, folder, taken=(mine,)).path is None
    named = found([*TEAM, "--checkpoint-file", mine.name], folder, taken=(mine,))
    assert named.path is None
    assert "Another job" in named.note


def test_a_file_that_is_named_is_taken_whatever_it_is_called(folder: Path) -> None:
    (folder / "mine.json").write_text("{}")
    assert found([*TEAM, "--checkpoint-file", "mine.json"], folder).path == folder / "mine.json"


def test_it_is_looked_for_where_it_is_told_beside_the_log_and_in_the_usual_place(tmp_path: Path) -> None:
    told = told_of([*TEAM, "--checkpoint-dir", "state"])
    where = places(told, tmp_path, [tmp_path / "logs" / "a.log"], [Path("/own")])
    assert where[:3] == (tmp_path / "state", Path("/own"), Path("/tmp/backfill_checkpoints"))  # noqa: S108
    assert tmp_path / "logs" in where
    assert tmp_path / "checkpoints" in where

"""The main job end to end: real processes, a real terminal, real keys."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backfill_tui.demo import cast
from backfill_tui.demo.night import prepare, scenario_named, start
from tests.e2e.terminal import terminal
from tests.logs import LogWriter, days

ESC, ENTER = "\x1b", "\r"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Path]:
    """The folder of a night that is being played, as if started from other shells."""
    folder = tmp_path / "night"
    prepare(folder, scenario_named("nba-night"), 7, 2.0)
    start(folder)
    yield folder
    cast.stop(folder, grace_s=2.0)


def job_of(night: Path, role: str, *, within_s: float = 15.0) -> int:
    """The pid of a job, once it has been started."""
    deadline = time.monotonic() + within_s
    while True:
        for member in cast.running(night):
            if member.role == role:
                return member.pid
        assert time.monotonic() < deadline, f"{role} was not started in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_moving_dashboard_a_phase_page_help_and_a_clean_way_out(night: Path) -> None:
    with terminal(str(night / "backfill.yaml"), cwd=night) as screen:
        screen.wait("team_offense_fix")
        screen.wait(lambda text: "running" in text and "/1537" in text.replace(",", ""))
        before = screen.text
        screen.wait(lambda text: text != before)
        screen.wait("write one")  # the sentence goes on in the next line of its panel
        screen.press(ENTER)
        screen.wait(lambda text: "2021-22" in text and "Throughput" in text)
        screen.press(ESC)
        screen.wait(lambda text: "Phases" in text and "Throughput" not in text)
        screen.press("?")
        screen.wait("Next phase")
        screen.press(ESC)
        screen.wait(lambda text: "Next phase" not in text)
        screen.press("q")
        assert screen.wait_end() == 0
        assert b"\x1b[?1049l" in screen.raw  # the shell's screen is given back
    assert cast.running(night)


def test_it_fits_eighty_by_twenty_four_and_follows_a_resize(night: Path) -> None:
    with terminal(str(night / "backfill.yaml"), cwd=night, columns=80, rows=24) as screen:
        screen.wait(lambda text: "team_offense_fix" in text and "%" in text)
        assert all(len(row) == 80 for row in screen.rows)
        for columns, rows in ((40, 10), (132, 36)):
            screen.resize(columns, rows)
            screen.wait(lambda _, last=columns - 1: any(row[last] == "╮" for row in screen.rows))  # type: ignore[misc]
        screen.wait("rate")
        screen.press("q")
        assert screen.wait_end() == 0


def test_a_job_killed_with_sigkill_shows_within_five_seconds_as_gone(night: Path) -> None:
    with terminal(str(night / "backfill.yaml"), cwd=night) as screen:
        pid = job_of(night, "composite_factors")
        screen.wait(lambda text: re.search(r"composite_factors +running", text) is not None)
        os.kill(pid, signal.SIGKILL)
        screen.wait(lambda text: re.search(r"composite_factors +failed", text) is not None, within_s=5)
        screen.press("q")
        assert screen.wait_end() == 0


def test_no_job_notices_that_the_dashboard_was_killed_or_its_terminal_hung_up(night: Path) -> None:
    job = job_of(night, "team_offense")
    for blow in (signal.SIGKILL, signal.SIGHUP):
        with terminal(str(night / "backfill.yaml"), cwd=night) as screen:
            screen.wait("team_offense")
            os.kill(screen.pid, blow)
            screen.wait_end()
        assert alive(job)


def test_what_a_job_prints_neither_styles_nor_breaks_the_screen(tmp_path: Path) -> None:
    log = LogWriter().header("2022-01-01", "2022-01-05").unit(1, 5, days("2022-01-01", 1)[0])
    log.say("[bold red]markup[/] \x1b]0;stolen title\x07 \x1b[31mred\x1b[2J\x1b[H \x9b31m end-of-the-line")
    (tmp_path / "job.log").write_bytes(log.body)
    with terminal("watch", "--log", "job.log", cwd=tmp_path) as screen:
        screen.wait("end-of-the-line")
        assert "[bold red]markup[/]" in screen.text
        assert (
            b"stolen title" not in screen.raw.replace(b"\x1b]0;backfill", b"") or b"\x1b]0;stolen" not in screen.raw
        )
        screen.press("q")
        assert screen.wait_end() == 0


def test_a_missing_log_is_a_sentence_on_the_screen(tmp_path: Path) -> None:
    with terminal("watch", "--log", "nowhere.log", cwd=tmp_path) as screen:
        screen.wait("nowhere")
        screen.press(ENTER)
        screen.wait(lambda text: "no such file" in text.lower() or "not there" in text.lower())
        screen.press("q")
        assert screen.wait_end() == 0


def test_without_colour_the_states_are_still_told_apart(night: Path) -> None:
    with terminal(str(night / "backfill.yaml"), cwd=night, env={"NO_COLOR": "1"}) as screen:
        screen.wait(lambda text: "running" in text and "team_offense_fix" in text)
        screen.press("q")
        assert screen.wait_end() == 0
        assert b"\x1b[38;2" not in screen.raw.split(b"team_offense_fix", 1)[1]


def test_the_demo_says_what_still_runs_and_cleanup_stops_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    words = ("demo", "--dir", str(folder), "--speed", "2")
    with terminal(*words, cwd=tmp_path) as screen:
        screen.wait("team_offense_fix", within_s=30)
        screen.press("q")
        assert screen.wait_end() == 0
    try:
        assert b"Still running" in screen.raw
        assert f"demo --dir {folder} --cleanup".encode() in screen.raw.replace(b"\r\n", b"")
    finally:
        done = subprocess.run(
            [sys.executable, "-m", "backfill_tui", "demo", "--dir", str(folder), "--cleanup"],
            check=False,
            capture_output=True,
            timeout=30,
        )
    assert done.returncode == 0
    assert cast.running(folder) == []

"""The checks page in a real terminal, on real tables."""

from pathlib import Path

from tests.checks.plans import night_in
from tests.e2e.terminal import terminal

ESC = "\x1b"


def test_one_key_judges_a_phase_and_again_once_its_data_are_repaired(tmp_path: Path) -> None:
    night = night_in(tmp_path)
    night.fill(used=47.7)
    with terminal("backfill.yaml", cwd=tmp_path, columns=80, rows=24) as screen:
        screen.wait("its suites have not been run")
        screen.press("v")
        screen.wait(lambda text: "✗ fail" in text and "usage_rate" in text)
        assert "47." in screen.text
        assert ">= 95" in screen.text
        night.fill(used=99.0)
        screen.press("v")
        screen.wait(lambda text: "✓ pass" in text and "✗" not in text)
        screen.press(ESC)
        screen.wait(lambda text: "Phases" in text and "passed" in text)
        screen.press("q")
        assert screen.wait_end() == 0
    assert night.state()["verdict"] == "pass"


def test_read_only_runs_nothing(tmp_path: Path) -> None:
    night = night_in(tmp_path)
    night.fill(used=99.0)
    with terminal("backfill.yaml", "--read-only", cwd=tmp_path) as screen:
        screen.wait("its suites have not been run")
        screen.press("v")
        screen.wait("read-only")
        screen.press("q")
        assert screen.wait_end() == 0
    assert not (tmp_path / ".backfill-tui").exists()

"""What is installed is whole: a wheel in an environment of its own works from any folder, with what it ships."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.e2e import terminal as terminals
from tests.e2e.terminal import terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; what it depends on comes from the one that the tests run in.

    That one's own installation of the program lies behind a `.pth` file, which is not followed from here.
    """
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    program = folder / "bin" / "python"
    purelib = Path(_said(program, "import sysconfig; print(sysconfig.get_path('purelib'))"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(purelib)
    (purelib / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    script = folder / "bin" / "backfill-tui"
    script.write_text(f"#!{program}\nfrom backfill_tui.__main__ import main\nmain()\n")
    script.chmod(0o755)
    return program


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that has nothing to do with the checkout; nothing of the environment leads there either."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "somewhere else"
    folder.mkdir()
    return folder


def _said(program: Path, code: str) -> str:
    return subprocess.run([program, "-c", code], capture_output=True, text=True, check=True, cwd="/").stdout.strip()


def run(python: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python.with_name("backfill-tui"), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "TZ": "UTC"},
    )


def plan(folder: Path) -> None:
    (folder / "backfill.yaml").write_text("plan: t\nphases:\n  fix: {log: job.log}\n")
    (folder / "job.log").write_text("2026-01-03 12:00:00 - INFO - hello\n")


def test_it_is_the_wheel_that_runs(python: Path) -> None:
    assert str(python.parents[1]) in _said(python, "import backfill_tui; print(backfill_tui.__file__)")


def test_everything_that_is_shipped_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("backfill_tui/") for name in archive.namelist()}
    shipped = {f"config/{path.name}" for path in (ROOT / "config").iterdir()}
    styles = {f"tui/styles/{path.name}" for path in (ROOT / "src/backfill_tui/tui/styles").iterdir()}
    assert styles
    assert shipped | styles <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


def test_check_and_schema(python: Path, elsewhere: Path) -> None:
    plan(elsewhere)
    assert "1 phase" in run(python, elsewhere, "check").stdout
    assert json.loads(run(python, elsewhere, "schema").stdout)["properties"]["phases"]


def test_logs_are_read_by_the_dialects_that_it_brings(python: Path, elsewhere: Path) -> None:
    (elsewhere / "a.log").write_text("1/3\n2/3\n")
    (file,) = json.loads(run(python, elsewhere, "inspect", "--json", "a.log").stdout)["files"]
    assert file["kind"] == "log"
    assert "error" not in file


def test_a_report_has_its_template(python: Path, elsewhere: Path) -> None:
    plan(elsewhere)
    done = run(python, elsewhere, "report")
    assert done.returncode in {0, 2, 3, 1}
    assert "# " in done.stdout, done.stderr


def test_doctor_finds_nothing_amiss_with_the_program(python: Path, elsewhere: Path) -> None:
    told = json.loads(run(python, elsewhere, "doctor", "--json").stdout)
    assert {one["level"] for one in told["findings"] if one["area"] == "program"} == {"ok"}


def test_completion_knows_its_phases(python: Path, elsewhere: Path) -> None:
    plan(elsewhere)
    asked = {"COMP_WORDS": "backfill-tui\nlaunch\n", "COMP_CWORD": "2", "_BACKFILL_TUI_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [python.with_name("backfill-tui")], cwd=elsewhere, env={**os.environ, **asked}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert "plain,fix" in done.stdout


def test_the_dashboard_opens_with_its_styles(
    python: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(elsewhere)
    monkeypatch.setattr(terminals, "PROGRAM", [str(python.with_name("backfill-tui"))])
    with terminal("backfill.yaml", cwd=elsewhere) as shown:
        shown.wait("fix")
        shown.press("q")
        assert shown.wait_end() == 0


def test_the_demo_plays_from_anywhere(python: Path, elsewhere: Path) -> None:
    """Its jobs are processes of the same program, found by its own interpreter."""
    done = run(python, elsewhere, "demo", "--headless", "--cleanup", "--scenario", "first-minute", "--speed", "4")
    assert done.returncode == 0, done.stderr
    log = elsewhere / "demo-night" / "logs" / "team_offense_backfill.log"
    assert "BACKFILL SUMMARY" in log.read_text()
    judged = run(python, elsewhere / "demo-night", "validate", "team_offense")
    assert "pass" in judged.stdout, judged.stderr

"""The command line as a script sees it: words, exit codes, stdout and stderr."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backfill_tui.cli import app
from backfill_tui.cli.app import DASHBOARD
from tests.logs import LogWriter, days

START, END = "2022-01-01", "2022-01-05"
D = days(START, 5)


def backfill(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backfill_tui", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=60,
        check=False,
        env={**os.environ, "TZ": "UTC", "PYTHONWARNINGS": "error"},
    )


def written(folder: Path, name: str, log: LogWriter) -> Path:
    path = folder / name
    path.write_bytes(log.body)
    return path


def finished() -> LogWriter:
    log = LogWriter().header(START, END)
    for i, day in enumerate(D, 1):
        log.unit(i, 5, day)
    return log.summary()


@pytest.mark.parametrize("word", ["textual", "duckdb", "google", "yaml", "pydantic", "psutil"])
def test_help_imports_nothing_heavy(word: str) -> None:
    code = (
        "import sys; from backfill_tui.cli import run; code = run(['--help']); "
        f"sys.exit(code or any(m.split('.')[0] == {word!r} for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("verb", sorted(set(app.commands) - {DASHBOARD}))
def test_every_verb_has_a_help(verb: str) -> None:
    done = backfill(verb, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: backfill-tui {verb} ")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("statsu",), "Did you mean 'status'?"),
        (("nothing-like-it",), "neither a verb nor a plan"),
        (("inspect",), "Missing argument"),
        (("inspect", "x", "--as-of", "noon"), "'noon' is not a time"),
        (("inspect", "x", "--timezone", "Mars"), "no time zone 'Mars'"),
        (("status", "--nope"), "No such option"),
        (("watch",), "nothing to watch"),
        (("watch", "--pid", "abc"), "'--pid': 'abc' is no whole number from 1 to 2,147,483,647."),
        (("demo", "--speed", "0"), "'--speed': '0' is no number from 0.01 on."),
        (("demo", "--scenario", "nope"), "There is no scenario 'nope'. There are: nba-night"),
        ((), "the screen needs a terminal"),
    ],
)
def test_wrong_usage_is_a_sentence_and_64(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = backfill(*words, cwd=tmp_path)
    assert done.returncode == 64
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("words", [("status",), ("status", "--json"), ("doctor",), ("check",)])
def test_a_locale_without_our_glyphs_gets_question_marks_not_an_error(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "backfill.yaml").write_text("plan: größer\nphases:\n  fix: {log: job.log}\n", encoding="utf-8")
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TZ": "UTC"}
    done = subprocess.run(
        [sys.executable, "-m", "backfill_tui", *words],
        capture_output=True,
        cwd=tmp_path,
        check=False,
        env={**os.environ, **ascii_only},
    )
    assert b"it broke" not in done.stderr
    assert done.stdout.isascii()


def test_inspect_tells_the_account_as_json(tmp_path: Path) -> None:
    path = written(tmp_path, "a.log", finished())
    done = backfill("inspect", "--json", str(path))
    assert done.returncode == 0
    (file,) = json.loads(done.stdout)["files"]
    assert file["kind"] == "log"
    assert file["units"] == {
        "total": 5, "done": 5, "empty": 0, "skipped": 0, "failed": 0, "running": 0, "pending": 0, "missing": 0,
    }  # fmt: skip
    assert file["complete"] is True
    assert file["success_rate"] == 100.0
    assert file["eta"] is None
    assert file["rate_per_hour"] is None
    assert file["first_line_at"] == "2026-01-03T12:00:01+00:00"


def test_inspect_of_an_open_run_has_a_rate_and_an_eta(tmp_path: Path) -> None:
    log = LogWriter().header("2022-01-01", "2022-01-20")
    for i, day in enumerate(days(START, 10), 1):
        log.unit(i, 20, day)
    done = backfill("inspect", "--json", str(written(tmp_path, "a.log", log)))
    (file,) = json.loads(done.stdout)["files"]
    assert file["rate_per_hour"] == pytest.approx(3600 / 21, rel=0.01)
    assert file["eta"]["basis"] == "learned"
    assert file["eta"]["calibrated"] is False
    remaining = file["eta"]["remaining_s"]
    assert remaining["p10"] <= remaining["p50"] <= remaining["p90"]
    assert remaining["p50"] == pytest.approx(210, rel=0.05)


def test_a_file_that_cannot_be_read_is_an_answer_and_3(tmp_path: Path) -> None:
    good = written(tmp_path, "a.log", finished())
    (tmp_path / "empty.log").touch()
    (tmp_path / "other.log").write_text("nothing\nof ours\n")
    (tmp_path / "binary.log").write_bytes(bytes(range(256)) * 20)
    names = ["missing.log", "empty.log", "other.log", "binary.log", "."]
    done = backfill("inspect", "--json", str(good), *(str(tmp_path / name) for name in names))
    assert done.returncode == 3
    files = json.loads(done.stdout)["files"]
    assert "error" not in files[0]
    assert all(set(file) == {"path", "error"} for file in files[1:])
    words = backfill("inspect", *(str(tmp_path / name) for name in names))
    assert words.returncode == 3
    assert "Traceback" not in words.stderr


def test_inspect_as_of_a_time_uses_nothing_later(tmp_path: Path) -> None:
    path = written(tmp_path, "a.log", finished())
    done = backfill("inspect", "--json", "--as-of", "2026-01-03T12:01:00", "--timezone", "UTC", str(path))
    (file,) = json.loads(done.stdout)["files"]
    assert file["claims_complete"] is False
    assert file["units"]["done"] < 5
    assert file["last_line_at"] <= "2026-01-03T12:01:00+00:00"


def test_inspect_as_of_a_time_says_so_of_a_log_without_times(tmp_path: Path) -> None:
    path = written(tmp_path, "a.log", LogWriter().raw("INFO:__main__:Processing day 1/5: 2022-01-01"))
    done = backfill("inspect", "--json", "--as-of", "2026-01-03T12:01:00", "--timezone", "UTC", str(path))
    (file,) = json.loads(done.stdout)["files"]
    assert any("have no times" in note for note in file["notes"])


def test_a_log_and_its_checkpoint_are_paired_and_disagreements_are_listed(tmp_path: Path) -> None:
    path = written(tmp_path, "a.log", finished())
    checkpoint = {
        "job_name": "job",
        "start_date": START,
        "end_date": END,
        "last_updated": "2026-01-03T13:00:00",
        "last_successful_date": END,
        "successful_dates": [day.isoformat() for day in D if day != D[1]],
        "failed_dates": [D[1].isoformat()],
        "skipped_dates": [],
    }
    file = tmp_path / "job.json"
    file.write_text(json.dumps(checkpoint))
    done = backfill("inspect", "--json", "--timezone", "UTC", str(path), str(file))
    log, listed = json.loads(done.stdout)["files"]
    assert log["disagreements"] == [{"date": "2022-01-02", "log": "done", "checkpoint": "failed"}]
    assert listed["kind"] == "checkpoint"
    assert listed["units"]["done"] == 4
    assert listed["units"]["empty"] is None
    assert listed["holes"] == []
    assert listed["holes_basis"] == "log"


def test_status_prints_a_snapshot_and_exits_by_health_only_when_asked(tmp_path: Path) -> None:
    log = LogWriter().header(START, END).unit(1, 5, D[0]).summary()
    written(tmp_path, "job.log", log)
    (tmp_path / "backfill.yaml").write_text("plan: t\nphases:\n  fix: {log: job.log}\n")
    done = backfill("status", "--json", cwd=tmp_path)
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert said["health"] == "critical"
    assert said["phases"][0]["state"] == "failed"
    assert said["phases"][0]["missing_dates"] == ["2022-01-02", "2022-01-03", "2022-01-04", "2022-01-05"]
    assert said["alerts"][0]["id"] == "missing:fix"
    assert backfill("status", "--exit-code", cwd=tmp_path).returncode == 1


def test_a_bad_plan_is_78_with_every_problem(tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text("plan: t\nphases:\n  fix: {lgo: x, dtaes: y, log: job.log}\n")
    for verb in ("status", "check"):
        done = backfill(verb, cwd=tmp_path)
        assert done.returncode == 78
        said = done.stdout + done.stderr
        assert "lgo" in said
        assert "dtaes" in said
    opened = backfill("backfill.yaml", cwd=tmp_path)
    assert opened.returncode == 78


def test_the_screen_needs_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text("plan: t\nphases:\n  fix: {log: job.log}\n")
    done = backfill("backfill.yaml", cwd=tmp_path)
    assert done.returncode == 64
    assert "needs a terminal" in done.stderr


def test_watch_of_files_by_hand_prints_a_snapshot_with_json(tmp_path: Path) -> None:
    path = written(tmp_path, "a.log", finished())
    done = backfill("watch", "--json", "--log", str(path), "--pid", "1")
    said = json.loads(done.stdout)
    assert [phase["name"] for phase in said["phases"]] == ["a"]
    assert said["phases"][0]["units"]["done"] == 5


def test_the_numbers_of_the_samples(samples: Path) -> None:
    expected = {
        "team_offense_backfill_phase1.log": (1537, 908, 615, 0, 14, 11910),
        "team_offense_bug_fix.log": (944, 612, 332, 0, 0, 7916),
        "player_game_summary_backfill_phase2.log": (612, 307, 299, 0, 6, 42850),
        "phase4_pcf_backfill_20260103_v2.log": (922, 852, 0, 70, 0, 121733),
    }
    checkpoints = sorted((samples / "checkpoints").iterdir())
    done = backfill("inspect", "--json", *(str(samples / name) for name in expected), *map(str, checkpoints))
    assert done.returncode == 0
    files = json.loads(done.stdout)["files"]
    for file, numbers in zip(files, expected.values(), strict=False):
        units = file["units"]
        counted = (*(units[name] for name in ("total", "done", "empty", "skipped", "failed")), file["records"])
        assert counted == numbers
        assert file["complete"]
        assert file["disagreements"] == []
        assert len(file["runs"]) == 1

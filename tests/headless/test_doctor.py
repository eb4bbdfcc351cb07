"""`doctor` as a person and a script see it: on real terminals, files, warehouses, processes. It changes nothing."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pexpect
import pytest

from backfill_tui.control.ledger import FILE, Ledger
from backfill_tui.engine.diagnosis.examination import Patient
from backfill_tui.engine.plans import open_plan
from backfill_tui.headless.doctor import doctor
from tests.checks.api_server import proved, serving
from tests.checks.emulator import PROJECT, client
from tests.e2e.terminal import terminal
from tests.processes import eventually

PLAN = """
plan: small
timezone: UTC
phases:
  fix:
    dates: {start: 2022-01-01, end: 2022-01-03}
    log: fix.log
    command: [sh, -c, 'true']
    suites: [rows]
warehouse: WAREHOUSE
suites:
  rows: {table: nba.games, date_column: game_date, metrics: {games: {sql: COUNT(*), at_least: 1}}}
"""


def doctor_in(folder: Path, *words: str, **environ: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "backfill_tui", "doctor", "--json", *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,  # without a terminal
        env={**os.environ, "TZ": "UTC", "PYTHONWARNINGS": "error", **environ},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def of(told: dict[str, Any], area: str) -> list[dict[str, Any]]:
    return [one for one in told["findings"] if one["area"] == area]


def planned(folder: Path, warehouse: str) -> Path:
    (folder / "backfill.yaml").write_text(PLAN.replace("WAREHOUSE", warehouse))
    (folder / "fix.log").write_text("2026-01-03 12:00:00 - INFO - hello\n")
    return folder


def with_table(folder: Path) -> Path:
    path = folder / "warehouse" / "nba" / "games"
    path.mkdir(parents=True)
    with closing(duckdb.connect()) as connection:
        connection.execute(f"COPY (SELECT DATE '2022-01-01' AS game_date) TO '{path / 'a.parquet'}'")
    return folder


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    """All that is there, with inode, size and time of change."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns)
        for path in (folder, *folder.rglob("*"))
    }


def diagnosed(
    folder: Path, capsys: pytest.CaptureFixture[str], within_s: float = 10.0
) -> tuple[int, dict[str, Any]]:
    """In this process, where the time for a subject can be chosen."""
    now = datetime.now(UTC)
    opened = open_plan(folder / "backfill.yaml", now=now, environ=os.environ)
    patient = Patient(opened, os.environ, True, folder, now)
    code = doctor(patient, json_wanted=True, within_s=within_s)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, told


# -- as a whole ---------------------------------------------------------------------------------------------------


def test_without_a_plan_the_machine_is_examined(tmp_path: Path) -> None:
    code, told, said = doctor_in(tmp_path)
    assert told["plan"] is None
    assert {one["area"] for one in told["findings"]} == {
        "program", "terminal", "login", "plan", "processes", "disk", "clock", "ledger",
    }  # fmt: skip
    assert of(told, "terminal")[0]["level"] == "unknown"
    assert code == {"ok": 0, "warn": 2, "bad": 1, "unknown": 3}[told["level"]]
    assert said == ""


def test_a_users_own_settings_that_cannot_be_used_are_named_with_their_place(tmp_path: Path) -> None:
    own = tmp_path / "backfill-tui"
    own.mkdir()
    (own / "discovery.yaml").write_text("ignore: [pytest\njobs:\n")
    (own / "dialects.yaml").write_text("dialects:\n  ours:\n    run: ['^go$']\n")
    code, told, _ = doctor_in(tmp_path, XDG_CONFIG_HOME=str(tmp_path))
    broken, sound = of(told, "settings")
    assert (code, broken["level"], sound["level"]) == (1, "bad", "ok")
    assert broken["said"].startswith(f"{own / 'discovery.yaml'}:2: is not YAML")
    assert "\n" not in broken["said"]
    assert sound["said"] == "1 dialect of your own can be used."


def test_every_finding_that_is_not_well_says_how_to_mend_it(tmp_path: Path) -> None:
    _, told, _ = doctor_in(planned(tmp_path, "{backend: duckdb, path: nowhere/}"))
    assert told["findings"]
    for one in told["findings"]:
        assert set(one) == {"area", "level", "said", "mend"}
        assert one["level"] in {"ok", "warn", "bad", "unknown"}
        assert one["level"] == "ok" or one["mend"], one


def test_nothing_is_changed_by_looking(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    with_table(planned(folder, "{backend: duckdb, path: warehouse/}"))
    Ledger.open(folder / ".backfill-tui").close()
    before = tree(tmp_path)
    code, told, _ = doctor_in(folder, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"))
    assert tree(tmp_path) == before
    assert "bad" not in {one["level"] for one in told["findings"]}, told
    assert code in {0, 2, 3}


def test_a_state_folder_of_its_own_is_looked_at(tmp_path: Path) -> None:
    planned(tmp_path, "{backend: duckdb, path: warehouse/}")
    _, told, _ = doctor_in(tmp_path, "--state-dir", str(tmp_path / "elsewhere"))
    assert str(tmp_path / "elsewhere") in of(told, "ledger")[0]["said"]


def test_a_broken_plan_is_78_with_every_mistake_and_the_machine_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text("plan: t\nphases:\n  fix: {lgo: x, dtaes: y, log: job.log}\n")
    code, told, _ = doctor_in(tmp_path)
    assert code == 78
    said = " ".join(one["said"] for one in of(told, "plan"))
    assert "lgo" in said
    assert "dtaes" in said
    assert of(told, "disk")


def test_what_is_no_plan_is_wrong_usage(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backfill_tui", "doctor", "nothing-like-it"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 64
    assert "no plan file" in done.stderr


def test_it_is_found_out_fast_and_without_the_screen(tmp_path: Path) -> None:
    code = (
        "import sys; from backfill_tui.cli import run; run(['doctor']); "
        "sys.exit(any(m.split('.')[0] in ('textual', 'duckdb', 'google', 'numpy') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


# -- the terminal -------------------------------------------------------------------------------------------------


def test_in_a_terminal_each_finding_is_a_line_and_its_mending_below(tmp_path: Path) -> None:
    with terminal("doctor", cwd=tmp_path, columns=70, rows=20, env={"COLORTERM": "truecolor"}) as shown:
        shown.wait_end()
        said = shown.raw.decode()
    assert "terminal   warn     70×20 is small: not everything is shown." in said
    assert "→ Make it 80×24 or larger." in said
    assert "16 million colours" in said
    assert "Unicode." in said


def test_an_ascii_locale_is_seen(tmp_path: Path) -> None:
    environ = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "NO_COLOR": "1"}
    with terminal("doctor", "--json", cwd=tmp_path, columns=400, env=environ) as shown:
        shown.wait_end()
        told = json.loads(shown.raw)
    said = [one["said"] for one in of(told, "terminal")]
    assert any("ASCII" in one for one in said)
    assert any("NO_COLOR" in one for one in said)


@pytest.fixture
def tmux() -> Iterator[list[str]]:
    """A tmux server of its own, ended with the test."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    command = ["tmux", "-L", f"doctor-{uuid4().hex[:8]}", "-f", "/dev/null"]
    yield command
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


def test_inside_tmux_it_says_so(tmp_path: Path, tmux: list[str]) -> None:
    told = tmp_path / "told.json"
    line = (
        f"{sys.executable} -m backfill_tui doctor --json > {told}.part 2>{tmp_path}/errors; mv {told}.part {told}"
    )
    size = ["-x", "100", "-y", "30"]
    subprocess.run([*tmux, "-u", "new-session", "-d", *size, line], cwd=tmp_path, check=True)
    eventually(told.exists)
    said = [one["said"] for one in of(json.loads(told.read_text()), "terminal")]
    assert any("Inside tmux" in one for one in said)
    assert any(one.startswith("100×") for one in said)


@pytest.mark.parametrize(("flags", "locale", "said"), [([], "C", "no Unicode"), (["-u"], "C.UTF-8", "Unicode.")])
def test_whether_tmux_passes_unicode_on_is_asked_of_the_client_that_shows_it(
    tmp_path: Path, tmux: list[str], flags: list[str], locale: str, said: str
) -> None:
    told = tmp_path / "told"
    line = f"LC_ALL=C.UTF-8 {sys.executable} -m backfill_tui doctor > {told}.part; mv {told}.part {told}"
    environ = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "TMUX"}}
    shown = pexpect.spawn(
        tmux[0],
        [*tmux[1:], *flags, "new-session", line],
        cwd=str(tmp_path),
        env={**environ, "TERM": "xterm-256color", "LC_ALL": locale},
        dimensions=(30, 100),
        timeout=30,
    )
    shown.expect(pexpect.EOF)
    shown.close()
    assert any(said in line for line in told.read_text().splitlines() if line.startswith("terminal"))


# -- the warehouse ------------------------------------------------------------------------------------------------


def test_a_warehouse_of_files_that_answers(tmp_path: Path) -> None:
    _, told, _ = doctor_in(with_table(planned(tmp_path, "{backend: duckdb, path: warehouse/}")))
    assert [one["level"] for one in of(told, "warehouse")] == ["ok", "ok"]


def test_a_warehouse_that_is_not_there_is_bad(tmp_path: Path) -> None:
    code, told, _ = doctor_in(planned(tmp_path, "{backend: duckdb, path: nowhere.duckdb}"))
    (found,) = of(told, "warehouse")
    assert found["level"] == "bad"
    assert "nowhere.duckdb" in found["said"]
    assert code == 1


def test_a_table_that_is_yet_to_be_made_is_a_warning(tmp_path: Path) -> None:
    planned(tmp_path, "{backend: duckdb, path: warehouse/}")
    (tmp_path / "warehouse").mkdir()
    _, told, _ = doctor_in(tmp_path)
    levels = {one["said"].split(":")[0]: one["level"] for one in of(told, "warehouse")}
    assert levels["nba.games"] == "warn"
    assert "bad" not in levels.values()


def test_a_bigquery_that_accepts_a_dry_run_and_nothing_but_dry_runs_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(proved) as server:
        planned(tmp_path, f"{{backend: bigquery, project: p, api_endpoint: {server.endpoint}}}")
        _, told = diagnosed(tmp_path, capsys)
    assert [one["level"] for one in of(told, "warehouse")] == ["ok", "ok"]
    jobs = [request.job for request in server.requests]
    assert jobs
    assert all(job["dryRun"] for job in jobs)


def test_a_real_emulator_is_asked_over_the_wire(tmp_path: Path, bigquery_endpoint: str) -> None:
    with closing(client(bigquery_endpoint)) as connection:
        connection.query(f"CREATE SCHEMA IF NOT EXISTS `{PROJECT}.nba`").result()
        connection.query(f"CREATE OR REPLACE TABLE `{PROJECT}.nba.games` (game_date DATE)").result()
    planned(tmp_path, f"{{backend: bigquery, project: {PROJECT}, api_endpoint: {bigquery_endpoint}}}")
    _, told, _ = doctor_in(tmp_path)
    assert [one["level"] for one in of(told, "warehouse")] == ["ok", "ok"], told


def test_no_credentials_are_bad_with_the_command_that_mends_it(tmp_path: Path) -> None:
    planned(tmp_path, "{backend: bigquery, project: p}")
    key = tmp_path / "key.json"
    key.write_text("{}")
    _, told, _ = doctor_in(tmp_path, GOOGLE_APPLICATION_CREDENTIALS=str(key))
    (found,) = of(told, "warehouse")
    assert found["level"] == "bad"
    assert "gcloud auth application-default login" in found["mend"]


def test_a_server_that_refuses_is_bad(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    planned(tmp_path, f"{{backend: bigquery, project: p, api_endpoint: 'http://127.0.0.1:{port}'}}")
    code, told, _ = doctor_in(tmp_path)
    (found,) = of(told, "warehouse")
    assert found["level"] == "bad"
    assert code == 1


def test_a_server_that_hangs_is_unknown_in_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda _: None) as server:
        planned(tmp_path, f"{{backend: bigquery, project: p, api_endpoint: {server.endpoint}}}")
        began = time.monotonic()
        _, told = diagnosed(tmp_path, capsys, within_s=2.0)
        took = time.monotonic() - began
    (found,) = of(told, "warehouse")
    assert found["level"] == "unknown"
    assert took < 8.0


# -- the ledger ---------------------------------------------------------------------------------------------------


def test_a_sound_ledger_and_one_that_is_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned(tmp_path, "{backend: duckdb, path: warehouse/}")
    Ledger.open(tmp_path / ".backfill-tui").close()
    _, told = diagnosed(tmp_path, capsys)
    assert [one["level"] for one in of(told, "ledger")] == ["ok", "ok"]
    holder = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, tmp_path / ".backfill-tui" / FILE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        code, told = diagnosed(tmp_path, capsys)
        other.communicate()
    whole, held, _ = of(told, "ledger")
    assert (whole["level"], held["level"]) == ("ok", "bad")
    assert f"process {other.pid} has held it" in held["said"]
    assert code == 1


@pytest.mark.parametrize(("version", "level"), [(1, "warn"), (9999, "bad")])
def test_a_ledger_of_another_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: int, level: str
) -> None:
    planned(tmp_path, "{backend: duckdb, path: warehouse/}")
    Ledger.open(tmp_path / ".backfill-tui").close()
    with closing(sqlite3.connect(tmp_path / ".backfill-tui" / FILE)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    _, told = diagnosed(tmp_path, capsys)
    assert of(told, "ledger")[0]["level"] == level


def test_a_ledger_that_is_none_is_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned(tmp_path, "{backend: duckdb, path: warehouse/}")
    (tmp_path / ".backfill-tui").mkdir()
    (tmp_path / ".backfill-tui" / FILE).write_bytes(b"once upon a time" * 100)
    code, told = diagnosed(tmp_path, capsys)
    assert of(told, "ledger")[0]["level"] == "bad"
    assert code == 1


# -- what hangs ---------------------------------------------------------------------------------------------------


def test_what_hangs_is_unknown_and_the_rest_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A login manager that never answers stands for all that may hang."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "loginctl").write_text("#!/bin/sh\nexec sleep 60\n")
    (programs / "loginctl").chmod(0o755)
    patient = Patient(None, {"PATH": f"{programs}:{os.environ['PATH']}"}, True, tmp_path, datetime.now(UTC))
    doctor(patient, json_wanted=True, within_s=0.2)
    told = json.loads(capsys.readouterr().out)
    (found,) = of(told, "login")
    assert (found["level"], "did not answer" in found["said"]) == ("unknown", True)
    assert of(told, "ledger")

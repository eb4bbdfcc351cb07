"""Who drives a plan is seen by everybody, and nobody has to tidy up after one that was killed."""

import json
import subprocess
import sys
from pathlib import Path

from backfill_tui.engine.drivers import FOLDER, drivers_of, driving

DRIVING = """
import sys
from pathlib import Path
from backfill_tui.engine.drivers import driving
with driving(Path(sys.argv[1]), "screen"):
    print("driving", flush=True)
    sys.stdin.readline()
"""


def test_those_who_drive_are_known_while_they_do(tmp_path: Path) -> None:
    assert drivers_of(tmp_path) == ()
    with driving(tmp_path, "run"):
        (seen,) = drivers_of(tmp_path)
        assert seen.clause == f"`run` (pid {seen.identity.pid})"
    assert drivers_of(tmp_path) == ()


def test_one_that_was_killed_drives_no_more_and_the_others_go_on(tmp_path: Path) -> None:
    words = [sys.executable, "-c", DRIVING, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as screen:
        assert screen.stdout is not None
        screen.stdout.readline()
        with driving(tmp_path, "run"):
            assert [one.what for one in drivers_of(tmp_path)] in (["run", "screen"], ["screen", "run"])
            screen.kill()
            screen.wait()
            assert [one.what for one in drivers_of(tmp_path)] == ["run"]


def test_what_is_no_driver_s_file_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "1.json").write_text("{")
    (tmp_path / FOLDER / "2.json").write_text(json.dumps({"what": "run", "identity": {"colour": "red"}}))
    assert drivers_of(tmp_path) == ()


def test_where_nothing_can_be_written_the_night_goes_on(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("no folder")
    with driving(tmp_path, "run"):
        assert drivers_of(tmp_path) == ()

"""How the program leaves: interrupted before it has begun, or read by nobody."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from backfill_tui.__main__ import main

FULL = Path("/dev/full")


class _Interrupted(ModuleType):
    """A module in whose import somebody pressed ctrl+c."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


def test_ctrl_c_while_it_is_imported_is_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "backfill_tui.cli", _Interrupted("backfill_tui.cli"))
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 130
    assert capsys.readouterr() == ("", "")


def test_that_nobody_reads_what_it_prints_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as unread:
        done = subprocess.run(
            [sys.executable, "-m", "backfill_tui", "schema"], stdout=unread, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no such device")
def test_a_full_disk_under_what_it_prints_is_told_as_that() -> None:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "backfill_tui", "schema"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode == 3
    assert ended.stderr.decode() == (
        "backfill-tui: what it prints can't be written (No space left on device). Make room where it goes to.\n"
    )

"""How the program leaves: interrupted before it has begun, or read by nobody."""

import os
import subprocess
import sys
from types import ModuleType

import pytest

from backfill_tui.__main__ import main


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

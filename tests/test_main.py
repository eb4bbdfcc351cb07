"""How the program leaves where it is interrupted before it has begun."""

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

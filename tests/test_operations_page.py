"""What docs/operations.md tells people to put into files is accepted by what reads it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code of that language, in the page's order; "" for code of none."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [code for named, code in found if named == language]


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd here to ask")
    (unit,) = blocks("ini")
    file = tmp_path / "backfill.service"
    file.write_text(unit.replace("%h/.local/bin/backfill-tui", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "backfill.service" in line] == []
    assert "KillMode=process" in unit


def test_tmux_accepts_the_settings(tmp_path: Path) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    (settings,) = (block for block in blocks("") if block.startswith("set -g"))
    file = tmp_path / "tmux.conf"
    file.write_text(settings)
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    sourced = subprocess.run(
        [*tmux, "new-session", "-d", "sleep 60", ";", "source-file", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
    assert (sourced.returncode, sourced.stderr) == (0, "")

"""A dashboard that is ended from another shell, whose terminal goes, or that has none which draws."""

import os
import signal
import termios
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, terminal

PLAN = "plan: small\ntimezone: UTC\nphases: {a: {command: [sleep, '1']}}\n"
ALTERNATE_SCREEN_LEFT, MOUSE_TAKEN, CURSOR_SHOWN = b"\x1b[?1049l", b"\x1b[?1000h", b"\x1b[?25h"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_as_it_was(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    with terminal("backfill.yaml", cwd=tmp_path) as screen:
        screen.wait("a is ready")
        drawn = len(screen.raw)
        assert not _in_lines(screen)
        os.kill(screen.pid, number)
        screen.wait(lambda _: ALTERNATE_SCREEN_LEFT in screen.raw[drawn:] and CURSOR_SHOWN in screen.raw[drawn:])
        assert _in_lines(screen)
        assert screen.wait_end() == 130
        assert MOUSE_TAKEN not in screen.raw, "whoever reads a command there marks it with the mouse"


def test_a_terminal_that_goes_takes_the_dashboard_with_it(tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    with terminal("backfill.yaml", cwd=tmp_path) as screen:
        screen.wait("a is ready")
        screen.child.close(force=False)  # waits for the end after a SIGHUP
        assert screen.child.signalstatus == signal.SIGHUP


@pytest.mark.parametrize("term", ["dumb", ""])
def test_on_a_terminal_that_can_not_draw_it_says_so(tmp_path: Path, term: str) -> None:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    with terminal("backfill.yaml", cwd=tmp_path, env={"TERM": term}) as screen:
        screen.wait("the screen can't be drawn. Set TERM to what the terminal is")
        assert screen.wait_end() == 64
    assert b"\x1b" not in screen.raw


def _in_lines(screen: Terminal) -> bool:
    """Whether the terminal hands over whole lines, as for a shell, and not key by key."""
    return bool(termios.tcgetattr(screen.child.child_fd)[3] & termios.ICANON)

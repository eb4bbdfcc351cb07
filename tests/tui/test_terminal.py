"""The bell and the window's title: when they are used, how, and when not at all."""

import io
import os
import pty
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backfill_tui.control.model import Alert, Severity
from backfill_tui.errors import UsageError
from backfill_tui.plan.resolved import TerminalManners
from backfill_tui.tui import themes
from backfill_tui.tui.terminal import SETTLE_S, Bell, manners, own_title, title_sequence

GONE = Alert("gone:a", Severity.CRITICAL, "a", datetime(2026, 1, 3, tzinfo=UTC), "a is gone", "", "")
BOTH = TerminalManners()


def test_the_theme_is_that_of_the_environment_if_there_is_such() -> None:
    assert themes.wished({}) is None
    assert themes.wished({"BACKFILL_TUI_THEME": "day"}) == "day"
    with pytest.raises(UsageError, match=r"no theme 'dusk' .* There are: night, "):
        themes.wished({"BACKFILL_TUI_THEME": "dusk"})


def test_only_a_new_critical_alert_rings_and_only_once() -> None:
    bell, later = Bell(), SETTLE_S + 1
    assert not bell.rings([], now=0)
    assert not bell.rings([replace(GONE, severity=Severity.WARNING)], now=later)
    assert bell.rings([GONE], now=later)
    assert not bell.rings([GONE], now=later + 1)
    assert bell.rings([GONE, replace(GONE, id="missing:a")], now=later + 2)


def test_one_that_comes_back_rings_again_and_one_that_was_seen_by_somebody_does_not() -> None:
    bell, later = Bell(), SETTLE_S + 1
    bell.rings([GONE], now=0)
    bell.rings([], now=later)
    assert bell.rings([GONE], now=later)
    assert not bell.rings([replace(GONE, id="b", acknowledged=True)], now=later)


def test_what_stands_when_the_screen_is_opened_does_not_ring() -> None:
    bell = Bell()
    assert not bell.rings([], now=100)
    assert not bell.rings([GONE], now=100 + SETTLE_S / 2)
    assert not bell.rings([GONE], now=100 + SETTLE_S)


@pytest.mark.parametrize(
    ("planned", "environ", "bell", "title"),
    [
        (BOTH, {"TERM": "xterm-256color"}, True, True),
        (BOTH, {"TERM": "linux"}, True, False),
        (BOTH, {}, True, False),
        (BOTH, {"TERM": "tmux-256color", "BACKFILL_TUI_BELL": "0"}, False, True),
        (BOTH, {"TERM": "xterm", "BACKFILL_TUI_TITLE": "off"}, True, False),
        (TerminalManners(bell=False, title=False), {"TERM": "xterm", "BACKFILL_TUI_BELL": "1"}, False, False),
    ],
)
def test_a_no_of_plan_environment_or_terminal_is_a_no(
    planned: TerminalManners, environ: dict[str, str], bell: bool, title: bool
) -> None:
    assert manners(planned, environ) == TerminalManners(bell, title)


def test_a_title_ends_where_we_end_it() -> None:
    assert title_sequence("night\x07\x1b]2;evil\n– critical") == "\x1b]2;night]2;evil – critical\x07"
    assert len(title_sequence("x" * 1000)) < 200


def test_the_title_that_was_there_comes_back_even_after_a_crash() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:

        def crash() -> None:
            with own_title(terminal, wanted=True):
                assert os.read(ours, 100) == b"\x1b[22;2t"
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            crash()
    assert os.read(ours, 100) == b"\x1b[23;2t"
    os.close(ours)


def test_what_is_no_terminal_is_told_nothing() -> None:
    out = io.StringIO()
    with own_title(out, wanted=True):
        pass
    assert out.getvalue() == ""

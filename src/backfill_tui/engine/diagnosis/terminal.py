"""What the terminal can show: size, colours, Unicode, and whether it outlives the connection (tmux, screen)."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from backfill_tui.engine.diagnosis.finding import Finding, Level

AREA = "terminal"

COLUMNS, ROWS = 80, 24
"""From this size on every screen shows all that it has to say."""

TRUE_COLOUR, TABLE, SIXTEEN = 2**24, 256, 16

DRAWS_NOTHING = frozenset({"", "dumb", "unknown"})
"""What TERM is where escapes would be printed, not obeyed."""

SET_TERM = "Set TERM to what the terminal is, such as xterm-256color"

_TMUX_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class TerminalSeen:
    """A terminal, as environment and kernel tell of it. `size` is columns and rows; None: there is no terminal.

    `colours`: how many may be shown; 0 where none are wanted. `inside_unicode`: whether the multiplexer that it is
    inside of passes Unicode on; None: it is not known.
    """

    size: tuple[int, int] | None
    term: str = "xterm-256color"
    colours: int = TRUE_COLOUR
    unicode: bool = True
    inside: Literal["tmux", "screen"] | None = None
    inside_unicode: bool | None = None
    remote: bool = False


def terminal_seen(environ: Mapping[str, str], *, unicode: bool) -> TerminalSeen:
    """The terminal that this process has, if it has one; `unicode`: whether glyphs can be printed to it."""
    inside: Literal["tmux", "screen"] | None = (
        "tmux" if environ.get("TMUX") else "screen" if environ.get("STY") else None
    )
    return TerminalSeen(
        size=_size(),
        term=environ.get("TERM", ""),
        colours=colours(environ),
        unicode=unicode,
        inside=inside,
        inside_unicode=_tmux_draws_unicode() if inside == "tmux" else None,
        remote="SSH_CONNECTION" in environ,
    )


def colours(environ: Mapping[str, str]) -> int:
    """How many colours the screen will use there, by the rules of the library that draws it."""
    term = environ.get("TERM", "")
    if "NO_COLOR" in environ:
        return 0
    if environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return TRUE_COLOUR
    return TABLE if term.rpartition("-")[2] in {"256color", "kitty"} else SIXTEEN


def undrawn(term: str) -> str:
    """That nothing can be drawn with this TERM."""
    return f"{f'TERM is {term}' if term else 'TERM is not set'}: the screen can't be drawn"


def terminal_findings(seen: TerminalSeen) -> Iterator[Finding]:
    """What is to be said of it."""
    if seen.size is None:
        yield Finding(
            AREA,
            Level.UNKNOWN,
            "There is no terminal here to look at; status, run and report do without.",
            "Ask again in the terminal where the dashboard is to be opened.",
        )
        return
    yield _of_size(*seen.size)
    yield _of_colours(seen)
    yield _of_unicode(seen)
    yield _of_inside(seen)


def _of_size(columns: int, rows: int) -> Finding:
    if not columns or not rows:
        return Finding(AREA, Level.UNKNOWN, "It does not tell its size.", "Set it: stty rows 36 cols 132")
    said = f"{columns}×{rows}"
    if columns < COLUMNS or rows < ROWS:
        return Finding(
            AREA, Level.WARN, f"{said} is small: not everything is shown.", f"Make it {COLUMNS}×{ROWS} or larger."
        )
    return Finding(AREA, Level.OK, f"{said}.")


def _of_colours(seen: TerminalSeen) -> Finding:
    if seen.term in DRAWS_NOTHING:
        return Finding(AREA, Level.BAD, f"{undrawn(seen.term)}.", f"{SET_TERM}.")
    told = {
        0: "No colours, as NO_COLOR asks; states have a glyph each.",
        SIXTEEN: f"16 colours, the terminal's own (TERM is {seen.term}).",
        TABLE: f"256 colours (TERM is {seen.term}).",
        TRUE_COLOUR: "16 million colours.",
    }
    return Finding(AREA, Level.OK, told[seen.colours])


def _of_unicode(seen: TerminalSeen) -> Finding:
    if not seen.unicode:
        return Finding(
            AREA,
            Level.WARN,
            "No Unicode: bars and marks are drawn in ASCII.",
            "Use a UTF-8 locale: export LANG=C.UTF-8 (and see LC_ALL and BACKFILL_TUI_ASCII).",
        )
    if seen.inside_unicode is False:
        return Finding(
            AREA,
            Level.WARN,
            "tmux passes no Unicode on: glyphs become underscores.",
            "Attach with `tmux -u attach`, or export BACKFILL_TUI_ASCII=1.",
        )
    return Finding(AREA, Level.OK, "Unicode.")


def _of_inside(seen: TerminalSeen) -> Finding:
    if seen.inside is not None:
        return Finding(AREA, Level.OK, f"Inside {seen.inside}: the screen outlives the connection.")
    if seen.remote:
        said = "Over ssh, not inside tmux or screen: the screen ends with the connection; jobs do not."
    else:
        said = "Not inside tmux or screen: the screen ends with its window; jobs do not."
    return Finding(AREA, Level.OK, said)


def _size() -> tuple[int, int] | None:
    """Of the terminal that any of the standard streams is, though others are pipes; else of the controlling one."""
    for descriptor in (1, 0, 2):
        try:
            return _told(descriptor)
        except OSError:
            continue
    try:
        descriptor = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _told(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _told(descriptor: int) -> tuple[int, int]:
    size = os.get_terminal_size(descriptor)
    return size.columns, size.lines


def _tmux_draws_unicode() -> bool | None:
    """Whether the client that shows this pane takes UTF-8; None where tmux does not say."""
    try:
        done = subprocess.run(
            ["tmux", "display-message", "-p", "#{client_utf8}"],  # noqa: S607 - the user's own tmux, wherever it is
            capture_output=True,
            text=True,
            timeout=_TMUX_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"1": True, "0": False}.get(done.stdout.strip())

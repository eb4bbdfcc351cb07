"""The command line: verbs and their words. Each verb imports only what it needs, when it runs."""

import errno
import os
import sys
from difflib import get_close_matches
from pathlib import Path

import click

from backfill_tui.cli import acting, completing, diagnosing, looking, notifying, screens
from backfill_tui.cli.app import DASHBOARD, app, first_word
from backfill_tui.errors import BackfillError, UsageError

__all__ = ["acting", "app", "completing", "diagnosing", "looking", "notifying", "run", "screens"]

USAGE = 64
INTERRUPTED = 130
COULD_NOT_TELL = 3

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))

_OF_THE_PROGRAM = frozenset(("-h", "--help", "--version"))
"""Alone they ask about the program; beside other options about the dashboard."""


def run(words: list[str]) -> int:
    """Carry out a command line and return its exit code. Errors are sentences on stderr."""
    verbose = "--verbose" in words
    try:
        return _heard(words)
    except click.UsageError as error:
        _say(error.format_message())
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BackfillError as error:
        if verbose:
            raise
        for line in (*getattr(error, "problems", ()),) or (error,):
            _say(str(line))
        return error.exit_code
    except Exception as error:
        if verbose:
            raise
        _say(_what_broke(error))
        return COULD_NOT_TELL


def _what_broke(error: Exception) -> str:
    """A sentence. A full disk under what is printed is no mistake in the program; a file of ours would be named."""
    if isinstance(error, OSError) and error.errno in _FULL and error.filename is None:
        sys.stdout = None  # or the interpreter tries once more on leaving
        return f"what it prints can't be written ({error.strerror}). Make room where it goes to."
    return f"it broke, which is a mistake in the program ({type(error).__name__}: {error}). --verbose tells where."


def _heard(words: list[str]) -> int:
    """Carry it out. Where nobody reads on (`| head`) nothing is wrong."""
    stdout = sys.stdout
    try:
        return _carried_out(words)
    except BrokenPipeError:
        pass
    except SystemExit:
        if sys.stdout is stdout:  # else click has put another there, and leaves like this
            raise
    sys.stdout = None  # or the interpreter complains on leaving
    return 0


def _carried_out(words: list[str]) -> int:
    if asked := os.environ.get(completing.ASKED_BY):
        return completing.complete(asked)
    return int(app.main(_with_verb(words), prog_name="backfill-tui", standalone_mode=False) or 0)


def _with_verb(words: list[str]) -> list[str]:
    """A first argument that is a verb is the verb; else it is a plan if it looks like one; else wrong usage."""
    place = first_word(words)
    if place is None:
        return words if words and _OF_THE_PROGRAM.issuperset(words) else [DASHBOARD, *words]
    first = words[place]
    if first in app.commands and first != DASHBOARD:
        return [first, *words[:place], *words[place + 1 :]]
    if first.endswith((".yaml", ".yml")) or Path(first).is_file():
        return [DASHBOARD, *words]
    near = get_close_matches(first, [name for name in app.commands if name != DASHBOARD], n=1)
    hint = f" Did you mean '{near[0]}'?" if near else " See backfill-tui --help."
    raise UsageError(f"'{first}' is neither a verb nor a plan file.{hint}")


def _say(sentence: str) -> None:
    click.echo(f"backfill-tui: {sentence}", err=True)

"""The program and the options that all of its verbs have."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from backfill_tui import __version__

FILE = click.Path(path_type=Path)

DASHBOARD = "dashboard"
"""The verb that runs when the first word is a plan, or there is none."""


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every verb has."""
    for option in (
        click.option("--json", "json_wanted", is_flag=True, help="Print JSON (docs/json.md)."),
        click.option("--state-dir", type=FILE, help="Where the ledger and the runs are kept."),
        click.option("--read-only", is_flag=True, help="Change and record nothing: no launch, stop, override."),
        click.option("--verbose", is_flag=True, help="Tracebacks of errors."),
    ):
        command = option(command)
    return command


def first_word(words: Sequence[str]) -> int | None:
    """Where the first word stands that is neither an option nor the value of one: a verb or a plan."""
    values = {i + 1 for i, word in enumerate(words) if word == "--state-dir"}
    return next((i for i, word in enumerate(words) if not word.startswith("-") and i not in values), None)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backfill-tui")
def app() -> None:
    """Watch, judge and drive long data backfills from a terminal.

    backfill-tui [PLAN] [--auto] [--read-only] opens the dashboard on a plan file, by default backfill.yaml in this
    folder; with neither, on the backfills that run on this machine. --auto judges what has ended and starts `auto`
    phases while it is open, as `run` does without a screen; --read-only changes nothing. `backfill-tui --auto
    --help` tells all of its options.
    """

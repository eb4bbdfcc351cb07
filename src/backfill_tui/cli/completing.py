"""Completion in the shell: click's own, told where a plan stands for a verb, and which phases a plan has.

A key was pressed and somebody waits: of a plan only the YAML is read; nothing of screen or warehouse is loaded.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from backfill_tui.cli.app import DASHBOARD, app, common, first_word
from backfill_tui.cli.words import DEFAULT_PLAN
from backfill_tui.errors import UsageError

PROGRAM = "backfill-tui"
ASKED_BY = "_BACKFILL_TUI_COMPLETE"
"""The variable by which a shell's script asks, such as `bash_complete`."""

SHELLS = ("bash", "zsh", "fish")
_PLANS = frozenset((".yaml", ".yml"))


@app.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@common
def completion_verb(shell: str, **_: Any) -> int:
    """Print the script that makes a shell complete verbs, options, plans and phases."""
    script = _shell(shell)
    click.echo(script.source_template % script.source_vars(), nl=False)
    return 0


def complete(instruction: str) -> int:
    """Print what could come next, as the script of a shell takes it; `instruction` is the value of `ASKED_BY`."""
    shell, _, what = instruction.partition("_")
    if shell not in SHELLS or what != "complete":
        raise UsageError(
            f"{ASKED_BY} can't be '{instruction}'.", todo="`backfill-tui completion bash` prints a script."
        )
    asking = _shell(shell)
    words, begun = asking.get_completion_args()
    click.echo("\n".join(map(asking.format_completion, _next(asking, words, begun))))
    return 0


def scenarios(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """The nights that the demo plays."""
    from backfill_tui.demo.scenarios import SCENARIOS

    return [CompletionItem(one.name, help=one.story) for one in SCENARIOS.values() if one.name.startswith(begun)]


def phases(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """The phases of the plan that was named before, else of the default one, which may be named instead."""
    words = (*(ctx.params.get("words") or ()), *ctx.args)  # before an option without its value they are left over
    named = ctx.params.get("plan") or (words[0] if words and _is_plan(words[0]) else DEFAULT_PLAN)
    titles = _titles(Path(named))
    found = [
        CompletionItem(name, help=title)
        for name, title in titles.items()
        if name.startswith(begun) and name not in words
    ]
    return found if words or "plan" in ctx.params else [*found, *_plans(begun)] or _files(begun)


def _shell(name: str) -> ShellComplete:
    kind = get_completion_class(name)
    assert kind is not None  # noqa: S101 - click knows all of SHELLS
    return kind(app, {}, PROGRAM, ASKED_BY)


def _next(asking: ShellComplete, words: list[str], begun: str) -> list[CompletionItem]:
    """What may come after these words, as far as the last one is begun."""
    place = first_word(words)
    if place is not None and words[place] in app.commands:
        return asking.get_completions([words[place], *words[:place], *words[place + 1 :]], begun)
    if (
        place is not None or words or begun.startswith("-")
    ):  # a plan, or options of the dashboard on the default one
        found = asking.get_completions([DASHBOARD, *words], begun)
        return [*found, *asking.get_completions([], begun)] if not words else found
    return [*asking.get_completions([], begun), *_plans(begun)] or _files(begun)


def _titles(plan: Path) -> Mapping[str, str | None]:
    """The phases of a plan by name, each with its title; none where it can't be read."""
    from backfill_tui.plan.yaml_text import read_file

    root = read_file(plan).root
    written = root.plain().get("phases") if root is not None else None
    if not isinstance(written, dict):
        return {}
    titles = {str(name): body.get("title") if isinstance(body, dict) else None for name, body in written.items()}
    return {name: title if isinstance(title, str) else None for name, title in titles.items()}


def _plans(begun: str) -> list[CompletionItem]:
    """Plan files in the folder that is begun."""
    folder, part = os.path.split(begun)
    try:
        names = sorted(entry.name for entry in os.scandir(os.path.expanduser(folder) or os.curdir))  # noqa: PTH111 - as typed
    except OSError:
        return []
    hits = [name for name in names if name.startswith(part) and _is_plan(name) and not name.startswith(".")]
    return [CompletionItem(os.path.join(folder, name)) for name in hits]  # noqa: PTH118 - as typed, `./` too


def _files(begun: str) -> list[CompletionItem]:
    """The shell's own completion of files."""
    return [CompletionItem(begun, type="file")]


def _is_plan(word: str) -> bool:
    return Path(word).suffix in _PLANS
